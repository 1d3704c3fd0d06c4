package lab

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/netns"
	"gip/internal/rtnl"

	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// A Change is what differs between a lab that is up and a text. A node any line of
// which has changed, that of a link included, or whose folder has, is made anew; the others are left alone.
type Change struct {
	Anew  []*Node         // of the new text: changed, or not there yet
	Gone  []*Node         // of the old text
	Whole bool            // all is made anew, whatever has changed
	half  bool            // since the last change has failed
	old   *Lab            // nil if the lab is not up
	stay  map[string]bool // the old text's links, by signature
}

// Change tells what Up does to make the lab what the text says. A lab with names outside
// is not changed in part: the host is not made anew.
func (r *Running) Change(fresh *Lab) (*Change, error) {
	old, err := r.Lab()
	if err == nil {
		err = old.yields(fresh)
	}
	if err != nil {
		return nil, err
	}
	c := compare(old, fresh)
	c.half = file.Exists(r.dir + "/" + changingFile)
	c.Whole = c.half || r.IsBound() != fresh.Bound || fresh.Bound && !c.Nothing()
	return c, nil
}

// yields tells why a lab that is up does not become that of another file.
func (l *Lab) yields(fresh *Lab) error {
	if l.From == fresh.From {
		return nil
	}
	from := l.From
	if from == "" {
		from = "standard input"
	}
	return errors.New(l.Name + " is up from " + from + `: "gip lab down ` + l.Name + `" first, or give this one another name by a line "lab NAME"`)
}

// compare tells what differs between two texts.
func compare(old, fresh *Lab) *Change {
	c := &Change{old: old, stay: make(map[string]bool, len(old.Links))}
	for _, l := range old.Links {
		c.stay[l.signature()] = true
	}
	before, after := old.signatures(), fresh.signatures()
	for _, n := range fresh.Nodes {
		if was, there := before[n.Name]; !there || was != after[n.Name] {
			c.Anew = append(c.Anew, n)
		}
	}
	for _, n := range old.Nodes {
		if _, there := after[n.Name]; !there {
			c.Gone = append(c.Gone, n)
		}
	}
	return c
}

// Nothing reports whether nothing differs.
func (c *Change) Nothing() bool { return len(c.Anew)+len(c.Gone) == 0 && !c.Whole }

// String names the nodes.
func (c *Change) String() string {
	var parts []string
	if len(c.Anew) > 0 {
		parts = append(parts, Count(len(c.Anew), "node")+" made anew: "+nodeNames(c.Anew))
	}
	if len(c.Gone) > 0 {
		parts = append(parts, "gone: "+nodeNames(c.Gone))
	}
	return strings.Join(parts, "; ")
}

func nodeNames(nodes []*Node) string {
	var names []string
	for _, n := range nodes {
		names = append(names, n.Name)
	}
	return strings.Join(names, ", ")
}

// signatures are all that a text says of each node. Where it is said does not count,
// nor do checks.
func (l *Lab) signatures() map[string]string {
	of := make(map[string]string, len(l.Nodes))
	for _, n := range l.Nodes {
		of[n.Name] = strconv.Itoa(int(n.Kind)) + "\n"
		if n.Folder != nil {
			of[n.Name] += n.Folder.Path + " " + n.Folder.Print + "\n"
		}
		if n.online() {
			of[n.Name] += InternetPort + "\n"
		}
	}
	for _, k := range l.Links {
		s := k.signature()
		for _, end := range k.Ends {
			of[end.Node.Name] += s
		}
	}
	for _, x := range l.Lines {
		if x.Doing == Do || x.Doing == Start {
			of[x.Node.Name] += strconv.Itoa(int(x.Doing)) + Quoted(x.Words) + "\n"
		}
	}
	return of
}

func (l *Link) signature() string {
	s := strings.Join([]string{l.Type, strconv.Itoa(int(l.MTU)), l.Delay, l.Jitter, l.Loss, l.Rate}, " ")
	for _, end := range l.Ends {
		s += " " + end.String()
		for _, a := range end.Addrs {
			s += " " + a.String()
		}
	}
	return s + "\n"
}

// Kill ends a lab that has no state.
func (r *Running) Kill() error { return kill(r.pid) }

// Throwaway builds a lab that has no state, as far as gip's own commands do, without a
// word on standard output. It ends with this process, if not killed before.
func Throwaway(l *Lab, stderr *os.File) (*Running, error) { return throwaway(l, stderr, nil) }

func throwaway(l *Lab, stderr *os.File, g *guard) (*Running, error) {
	keepStandard()
	stdout := stderr
	null, err := file.OpenFile(os.DevNull, unix.O_RDWR, 0)
	if err == nil {
		defer null.Close()
		stdout = null
	}
	s, text, err := spawnHolder(l, -1, stdout, stderr, ModeRehearse)
	if err != nil {
		return nil, err
	}
	s.guard = g
	tell(text, l.encode())
	return &Running{Name: l.Name, pid: s.pid}, s.await()
}

// What a holder is started for, beside holding a lab: to build one that is thrown
// away, or lasts as long as whoever started it, and, within a lab that is up, to change
// it.
const (
	ModeRehearse = "rehearse"
	ModeTied     = "tied"
	ModeChange   = "change"
	ModeHost     = "host" // to hold a lab that may use the caller's network, fdHost

	ModeBrief = "-brief" // behind that or alone: the lab ends with whoever started it
)

// changeInside starts a process within the lab that changes it.
func (u *upper) changeInside(old *Lab) error {
	in, err := sockets()
	if err != nil {
		return err
	}
	s, told, err := u.listen(u.lab)
	if err != nil {
		unix.Close(in[0])
		unix.Close(in[1])
		return err
	}
	defer s.result.Close()
	files, err := apart(-1, int(u.stdout.Fd()), int(u.stderr.Fd()), in[0], told, u.fd)
	unix.Close(in[0])
	unix.Close(told)
	text := os.NewFile(uintptr(in[1]), "text")
	defer text.Close()
	if err != nil {
		return err
	}
	pid, err := u.start("", []string{binDir + "/gip", "lab", HolderVerb, ModeChange}, files)
	closeAll(files)
	if err != nil {
		return err
	}
	s.pid, s.guard = pid, u.guard
	tell(text, old.encode()+"\x01"+u.lab.encode())
	return s.outcome()
}

// listen makes the pair of sockets on which a process that changes the lab tells that it
// has; told is that process's own.
func (r *Running) listen(l *Lab) (s *spawned, told int, err error) {
	way, err := l.theWay()
	if err != nil {
		return nil, -1, err
	}
	pair, err := sockets()
	if err != nil {
		return nil, -1, err
	}
	return &spawned{holder: r.pid, result: os.NewFile(uintptr(pair[0]), "result"), lab: l, way: way}, pair[1], nil
}

// apart copies descriptors to numbers that are none of those that they are to have in
// a child; -1 stays.
func apart(fds ...int) (copies []int, err error) {
	const above = 10
	for _, fd := range fds {
		if fd >= 0 && err == nil {
			fd, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, above)
		}
		copies = append(copies, fd)
	}
	return copies, err
}

// Alter is the life of the process within a lab that changes it.
func Alter(p *command.Process) error {
	unix.CloseOnExec(fdState)
	unix.CloseOnExec(fdResult)
	text, err := readText()
	if err != nil {
		return err
	}
	was, is, ok := strings.Cut(text, "\x01")
	if !ok {
		return errText
	}
	old, err := decode(was)
	if err != nil {
		return err
	}
	fresh, err := decode(is)
	if err != nil {
		return err
	}
	raiseFiles()
	return netns.Apart(func() error {
		b, err := newBuilder(fresh)
		if err != nil {
			return err
		}
		defer b.close()
		err = b.change(p, old)
		if err != nil && !b.unsure { // it was not so in the rehearsal
			unix.Write(fdResult, []byte{anew})
		}
		return err
	})
}

// change makes the lab out of what old has made of it.
func (b *builder) change(p *command.Process, old *Lab) error {
	c := compare(old, b.lab)
	was := make(map[string]vnetns.NsHandle)
	defer func() {
		for _, h := range was {
			h.Close()
		}
	}()
	for _, n := range c.Gone {
		if err := b.leave(n.Name, was); err != nil {
			return fail(n.At, quote(n.Name), err)
		}
	}
	for _, n := range b.lab.Nodes {
		if slices.Contains(c.Anew, n) {
			continue
		}
		h, err := vnetns.GetFromPath(netns.Path(n.Name))
		if err != nil {
			return fail(n.At, quote(n.Name), err)
		}
		b.ns[n] = h
	}
	for i, n := range c.Anew {
		b.progress.Step("nodes", i, len(c.Anew))
		err := b.leave(n.Name, was)
		if err == nil {
			err = b.node(n)
		}
		if err != nil {
			return fail(n.At, quote(n.Name), err)
		}
	}
	if err := b.changeLinks(c, was); err != nil {
		return err
	}
	for _, n := range c.Anew {
		if err := b.join(n); err != nil {
			return err
		}
		if err := b.shape(p, n); err != nil {
			return err
		}
	}
	if err := b.bridgesUp(); err != nil {
		return err
	}
	if err := askInternet(c.Anew); err != nil {
		b.unsure = true
		return err
	}
	if err := b.settle(anyNode); err != nil {
		return err
	}
	if err := b.lines(p, func(l *Line) bool { return slices.Contains(c.Anew, l.Node) }); err != nil {
		return err
	}
	_, err := unix.Write(fdResult, []byte{ready})
	return err
}

// leave takes the name of a node away, if there is one, ends what runs there, and
// notes its namespace, which lasts until nobody has it any more.
func (b *builder) leave(name string, was map[string]vnetns.NsHandle) error {
	path := netns.Path(name)
	h, err := vnetns.GetFromPath(path)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	was[name] = h
	if space, ok := netns.SpaceOf(path); ok {
		endIn(space, name)
	}
	if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
		return err
	}
	if err := unix.Unlink(path); err != nil {
		return err
	}
	return unlay(name)
}

// endIn ends the processes of a network namespace, and what connects it with the outside.
func endIn(space netns.Space, name string) {
	pids, _ := file.Names("/proc")
	for _, word := range pids {
		pid, err := strconv.Atoi(word)
		if err != nil {
			continue
		}
		s, ok := netns.SpaceOf("/proc/" + word + "/ns/net")
		if ok && s == space && pid != os.Getpid() || connects(word, name) {
			unix.Kill(pid, unix.SIGKILL)
		}
	}
}

// connects reports whether a process is the program that connects that node.
func connects(pid, node string) bool {
	vars, err := file.Read("/proc/" + pid + "/environ")
	return err == nil && strings.Contains("\x00"+vars, "\x00"+nodeVariable+node+"\x00")
}

// changeLinks moves the ends of links that stay to the nodes that were made anew, so
// that the other end is not touched, and makes the links that are new.
func (b *builder) changeLinks(c *Change, was map[string]vnetns.NsHandle) error {
	for _, l := range b.lab.Links {
		if !c.stay[l.signature()] {
			if err := b.newLink(l); err != nil {
				return err
			}
			continue
		}
		for _, end := range l.Ends {
			h, moved := was[end.Node.Name]
			if !moved {
				continue
			}
			if err := b.move(l, end, h); err != nil {
				return fail(l.At, "moving "+end.String(), err)
			}
			b.second[end.Node] = append(b.second[end.Node], end)
		}
	}
	return nil
}

// move brings a port from one namespace to that of its node, and makes it what it is in
// the beginning: what lines and users have set of the interface goes with it.
func (b *builder) move(l *Link, p *Port, from vnetns.NsHandle) error {
	if err := vnetns.Set(from); err != nil {
		return err
	}
	flags := uint32(unix.IFF_MULTICAST)
	if l.Type == netkit {
		flags |= unix.IFF_NOARP
	}
	m := rtnl.Request(unix.RTM_NEWLINK, unix.IfInfomsg{Flags: flags, Change: ^uint32(0)})
	b.putEnd(m, l, p)
	m.U32(unix.IFLA_TXQLEN, 1000)
	m.U32(unix.IFLA_GROUP, 0)
	m.Str(unix.IFLA_IFALIAS, "")
	return b.inside(func(c *rtnl.Conn) error { return c.Do(m) })
}
