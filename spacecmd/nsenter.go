package spacecmd

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/join"
	"gip/internal/netns"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Nsenter is the command nsenter.
var Nsenter = command.Applet{Names: "nsenter", Run: nsenter, Output: command.Tolerant, Enters: true}

// More options without a letter.
const (
	optPreserve = 2000 + iota
	optUserParent
)

var nsenterOptions = cli.Getopt{InOrder: true, Short: "ahVt:m::u::i::n::N:p::C::U::T::S:G:r::w::W::ecFZ", Long: []cli.LongOpt{
	{Name: "all", Val: 'a'}, {Name: "help", Val: 'h'}, {Name: "version", Val: 'V'}, {Name: "target", Arg: cli.NeedArg, Val: 't'},
	{Name: "mount", Arg: cli.MayArg, Val: 'm'}, {Name: "uts", Arg: cli.MayArg, Val: 'u'}, {Name: "ipc", Arg: cli.MayArg, Val: 'i'},
	{Name: "net", Arg: cli.MayArg, Val: 'n'}, {Name: "net-socket", Arg: cli.NeedArg, Val: 'N'}, {Name: "pid", Arg: cli.MayArg, Val: 'p'},
	{Name: "user", Arg: cli.MayArg, Val: 'U'}, {Name: "cgroup", Arg: cli.MayArg, Val: 'C'}, {Name: "time", Arg: cli.MayArg, Val: 'T'},
	{Name: "setuid", Arg: cli.NeedArg, Val: 'S'}, {Name: "setgid", Arg: cli.NeedArg, Val: 'G'},
	{Name: "root", Arg: cli.MayArg, Val: 'r'}, {Name: "wd", Arg: cli.MayArg, Val: 'w'}, {Name: "wdns", Arg: cli.MayArg, Val: 'W'},
	{Name: "env", Val: 'e'}, {Name: "no-fork", Val: 'F'}, {Name: "join-cgroup", Val: 'c'},
	{Name: "preserve-credentials", Val: optPreserve}, {Name: "keep-caps", Val: optKeepCaps}, {Name: "user-parent", Val: optUserParent},
	{Name: "follow-context", Val: 'Z'},
}}

// An entrant is one run of nsenter.
type entrant struct {
	tool
	target                  int
	all, noFork, group      bool // -a, -F, -c
	preserve, keepCaps      bool
	userParent              bool
	socket                  int // -N, -1 if not given
	wanted                  [len(kinds)]bool
	opened                       // what is open
	rootOf, wdOf, envOf     bool // that of the target
	wdIn                    *string
	uid, gid                *uint64
	followUser, followGroup bool
	workingOption           string // -w or -W, which exclude each other
	resumed                 bool
}

// opened are descriptors, -1 for none.
type opened struct {
	spaces                        [len(kinds)]int
	process                       int // the target, by pidfd_open(2)
	root, wd, env, account, procs int
}

func (o *opened) list() []*int {
	list := []*int{&o.process, &o.root, &o.wd, &o.env, &o.account, &o.procs}
	for i := range o.spaces {
		list = append(list, &o.spaces[i])
	}
	return list
}

func nsenter(c *command.Call) error {
	n := &entrant{tool: newTool(c), socket: -1}
	for _, fd := range n.list() {
		*fd = -1
	}
	data, again, err := join.Begun()
	n.resumed = again
	words, optErr := nsenterOptions.As(n.Called).Each(c.Rest(), n.option)
	switch {
	case optErr != nil:
		return optErr
	case c.Asked:
		return nil
	case c.Hosted != nil:
		return n.exit(cli.StatusUsage, "needs the program, and cannot be done inside another")
	case again:
		return n.resume(data, err, words)
	}
	if err := n.open(); err != nil {
		return err
	}
	return n.enter(words)
}

func (n *entrant) option(o cli.Opt) (err error) {
	if k := kindOf(o.Val); k >= 0 {
		n.wanted[k] = true
		if !o.Has {
			return nil
		}
		return n.openSpace(k, strings.TrimPrefix(o.Arg, "="))
	}
	if o.Turns([]cli.Switch{{'a', &n.all}, {'F', &n.noFork}, {'c', &n.group}, {'e', &n.envOf},
		{optPreserve, &n.preserve}, {optKeepCaps, &n.keepCaps}, {optUserParent, &n.userParent}}) {
		return nil
	}
	switch o.Val {
	case 't':
		return n.setTarget(o.Arg)
	case 'N':
		fd, err := n.number("failed to parse file descriptor", o.Arg, math.MinInt64, math.MaxInt32)
		n.socket = int(fd)
		return err
	case 'S':
		return n.setID("failed to parse uid", o.Arg, &n.uid, &n.followUser)
	case 'G':
		return n.setID("failed to parse gid", o.Arg, &n.gid, &n.followGroup)
	case 'r':
		if n.rootOf = !o.Has; o.Has {
			return n.openPath(&n.root, o.Arg)
		}
	case 'w', 'W':
		return n.setWorking(o)
	case 'Z':
		return n.fail("SELinux is not supported")
	default:
		return n.common(o, nsenterUsage)
	}
	return nil
}

func (n *entrant) setTarget(s string) error {
	pid, rest, fits := word.Strtol(s, 10)
	inode, exact := strings.CutPrefix(rest, ":")
	if s == "" || rest != "" && !exact || !fits || pid <= 0 || pid > math.MaxInt32 {
		return n.fail("invalid PID argument")
	}
	if n.target = int(pid); exact {
		return n.checkTarget(inode)
	}
	return nil
}

// checkTarget looks whether the target still is the process that somebody meant: each process
// has an inode of its own among the descriptors of pidfd_open(2), which no other gets with its
// number. Where this program is executed again, it was.
func (n *entrant) checkTarget(inode string) error {
	want, _, _ := word.Strtoumax(inode, 10)
	if want == 0 || strings.HasPrefix(strings.TrimSpace(inode), "-") {
		return n.fail("invalid PID argument")
	}
	if n.resumed {
		return nil
	}
	var st unix.Stat_t
	fd, err := unix.PidfdOpen(n.target, 0)
	if err == nil {
		err = unix.Fstat(fd, &st)
		unix.Close(fd)
	}
	if err == nil && st.Ino != want {
		err = unix.ESRCH
	}
	if err != nil {
		return n.failed("failed to obtain a valid file descriptor for PID "+strconv.Itoa(n.target), err)
	}
	return nil
}

func (n *entrant) setID(what, s string, to **uint64, follow *bool) (err error) {
	id := uint64(0)
	if s == "follow" {
		*follow = true
	} else {
		id, err = n.unsigned(what, s)
	}
	*to = &id
	return err
}

// setWorking reads the option of the working directory: that of the target, one that is
// opened now, or one that is opened in the namespace.
func (n *entrant) setWorking(o cli.Opt) error {
	name := workingName(o.Val)
	if n.workingOption != "" && n.workingOption != name {
		return n.combined(n.workingOption, name)
	}
	n.workingOption = name
	path := strings.TrimPrefix(o.Arg, "=")
	switch {
	case o.Val == 'W' && o.Has:
		n.wdIn = &path
	case o.Val == 'W':
		n.wdIn = nil
	case o.Has:
		return n.openPath(&n.wd, path)
	default:
		n.wdOf = true
	}
	return nil
}

// workingName is the long name of an option of the working directory.
func workingName(letter rune) string {
	if letter == 'W' {
		return "wdns"
	}
	return "wd"
}

// openPath opens a file. When this program is executed again it is open.
func (n *entrant) openPath(to *int, path string) error {
	if n.resumed || n.Asked {
		return nil
	}
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return n.failed("cannot open "+path, err)
	}
	n.Opened(fd)
	*to = fd
	return nil
}

func (n *entrant) openSpace(k int, path string) error {
	if strings.HasPrefix(path, ":") {
		return n.openNumbered(k, path[1:])
	}
	return n.openPath(&n.spaces[k], path)
}

// openOf opens a file of the target.
func (n *entrant) openOf(to *int, name string) error {
	if n.target == 0 {
		return n.fail("neither filename nor target pid supplied for " + name)
	}
	return n.openPath(to, n.procOf(name))
}

func (n *entrant) procOf(name string) string { return "/proc/" + strconv.Itoa(n.target) + "/" + name }

// open opens all that is of the target.
func (n *entrant) open() error {
	if n.all {
		if err := n.wantAll(); err != nil {
			return err
		}
	}
	missing := n.missing()
	if missing != nil || n.socket >= 0 || n.userParent {
		if n.target == 0 {
			return n.fail("no target PID specified")
		}
		if err := n.openTarget(missing); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		want bool
		to   *int
		name string
	}{{n.rootOf, &n.root, "root"}, {n.wdOf, &n.wd, "cwd"}, {n.envOf, &n.env, "environ"}, {n.followUser || n.followGroup, &n.account, ""}} {
		if !f.want {
			continue
		}
		if err := n.openOf(f.to, f.name); err != nil {
			return err
		}
	}
	if n.group {
		if err := n.openGroup(); err != nil {
			return err
		}
	}
	if n.userParent {
		if err := n.openUserParent(); err != nil {
			return err
		}
	}
	if n.socket >= 0 {
		if err := n.openSocketSpace(); err != nil {
			return err
		}
	}
	if n.wanted == [len(kinds)]bool{} {
		return n.fail("no namespace specified")
	}
	return nil
}

// missing are the kinds that are to be the target's.
func (n *entrant) missing() (list []int) {
	for k, want := range n.wanted {
		if want && n.spaces[k] < 0 {
			list = append(list, k)
		}
	}
	return list
}

// openTarget opens the target or, where the kernel cannot, its namespaces one by one.
func (n *entrant) openTarget(missing []int) error {
	fd, err := unix.PidfdOpen(n.target, 0)
	if err == nil {
		n.process = fd
		return nil
	}
	for _, k := range missing {
		if err := n.openOf(&n.spaces[k], "ns/"+kinds[k].name); err != nil {
			return err
		}
	}
	return nil
}

// wantAll wants all kinds that this kernel has, but for the own namespace of users, which
// cannot be entered again.
func (n *entrant) wantAll() error {
	for k := range kinds {
		own, has := netns.SpaceOf("/proc/" + strconv.Itoa(unix.Getpid()) + "/ns/" + kinds[k].name)
		if n.wanted[k] || !has {
			continue
		}
		if kinds[k].flag == unix.CLONE_NEWUSER {
			var st unix.Stat_t
			if err := unix.Stat(n.procOf("ns/user"), &st); err != nil {
				return n.failed("stat of "+n.procOf("ns/user")+" failed", err)
			}
			if st.Ino == own.Ino {
				continue
			}
		}
		n.wanted[k] = true
	}
	return nil
}

// Requests of ioctl(2), of linux/nsfs.h, linux/pidfd.h and linux/sockios.h.
const (
	nsGetUserns                = 0xb701
	pidfdGetUserNS             = 0xff09
	siocGetSocketNS            = 0x894c
	cgroup2Magic               = 0x63677270
	cgroupFolder               = "/sys/fs/cgroup"
	userKind, netKind, pidKind = 0, 4, 5
)

func ioctl(fd int, request uintptr) (int, error) {
	r, _, no := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, 0)
	if no != 0 {
		return -1, no
	}
	return int(r), nil
}

// openUserParent opens the namespace of users that is the parent of the one that is
// wanted, or that owns another one that is.
func (n *entrant) openUserParent() error {
	fd, own := -1, -1
	if n.wanted[userKind] {
		fd = n.spaces[userKind]
	}
	if fd < 0 && n.process >= 0 {
		fd, _ = ioctl(n.process, pidfdGetUserNS)
		own = fd
	}
	if k := slices.Index(n.wanted[:], true); fd < 0 && k >= 0 {
		fd = n.spaces[k]
	}
	if fd < 0 {
		if err := n.openOf(&own, "ns/user"); err != nil {
			return err
		}
		fd = own
	}
	parent, err := ioctl(fd, nsGetUserns)
	if err != nil {
		return n.failed("failed to open parent namespace", err)
	}
	unix.CloseOnExec(parent)
	if own >= 0 {
		unix.Close(own)
	}
	n.spaces[userKind], n.wanted[userKind] = parent, true
	return nil
}

// openSocketSpace opens the network namespace of a socket of the target.
func (n *entrant) openSocketSpace() error {
	process := n.process
	if process < 0 {
		fd, err := unix.PidfdOpen(n.target, 0)
		if err != nil {
			return n.failed("failed to pidfd_open() for "+strconv.Itoa(n.target), err)
		}
		defer unix.Close(fd)
		process = fd
	}
	sock, err := unix.PidfdGetfd(process, n.socket, 0)
	if err != nil {
		return n.failed("pidfd_getfd("+strconv.Itoa(process)+", "+strconv.Itoa(n.socket)+")", err)
	}
	defer unix.Close(sock)
	fd, err := ioctl(sock, siocGetSocketNS)
	if err != nil {
		return n.failed("ioctl("+strconv.Itoa(sock)+", SIOCGSKNS)", err)
	}
	unix.CloseOnExec(fd)
	n.spaces[netKind], n.wanted[netKind] = fd, true
	return nil
}

// openGroup opens the list of processes of the target's control group.
func (n *entrant) openGroup() error {
	var st unix.Statfs_t
	if err := unix.Statfs(cgroupFolder, &st); err != nil {
		return n.failed("statfs "+cgroupFolder+" failed", err)
	}
	if st.Type != cgroup2Magic {
		return n.fail("--join-cgroup is only supported in cgroup v2")
	}
	fd := -1
	if err := n.openOf(&fd, "cgroup"); err != nil {
		return err
	}
	unix.Close(fd)
	text, _ := file.Read(n.procOf("cgroup"))
	line, _, _ := strings.Cut(text, "\n")
	colon := strings.LastIndexByte(line, ':')
	if colon < 0 {
		return n.failed("failed to get cgroup path", unix.ENOENT)
	}
	var err error
	n.procs, err = unix.Open(cgroupFolder+"/"+line[colon+1:]+"/cgroup.procs", unix.O_WRONLY|unix.O_APPEND|unix.O_CLOEXEC, 0)
	if err != nil {
		return n.failed("failed to open cgroup.procs", err)
	}
	return nil
}

func (n *entrant) openNumbered(_ int, s string) error {
	if _, rest, fits := word.Strtoul(s, 10); s == "" || rest != "" || !fits || s[0] == '-' {
		return n.fail("failed to parse nsid: " + s)
	}
	return n.fail("numbers of namespaces are not supported")
}
