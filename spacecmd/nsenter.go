package spacecmd

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"

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
	words, optErr := n.parse(c.Rest())
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

func (n *entrant) parse(args []string) (words []string, err error) {
	opts, words := nsenterOptions.As(n.Called).Parse(args)
	for _, o := range opts {
		if err := n.option(o); err != nil {
			return nil, err
		}
	}
	return words, nil
}

func (n *entrant) option(o cli.Opt) (err error) {
	if k := kindOf(o.Val); k >= 0 {
		n.wanted[k] = true
		if !o.Has {
			return nil
		}
		return n.openSpace(k, strings.TrimPrefix(o.Arg, "="))
	}
	switch o.Val {
	case 'a':
		n.all = true
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
	case 'F':
		n.noFork = true
	case 'c':
		n.group = true
	case 'r':
		if n.rootOf = !o.Has; o.Has {
			return n.openPath(&n.root, o.Arg)
		}
	case 'w', 'W':
		return n.setWorking(o)
	case 'e':
		n.envOf = true
	case optPreserve:
		n.preserve = true
	case optKeepCaps:
		n.keepCaps = true
	case optUserParent:
		n.userParent = true
	case 'Z':
		return n.fail("SELinux is not supported")
	default:
		return n.common(o, nsenterUsage)
	}
	return nil
}

func (n *entrant) setTarget(s string) error {
	pid, rest, fits := word.Strtol(s, 10)
	if s == "" || rest != "" || !fits || pid <= 0 || pid > math.MaxInt32 {
		return n.fail("invalid PID argument")
	}
	n.target = int(pid)
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

func (n *entrant) wants(flag uintptr) bool {
	for k := range kinds {
		if kinds[k].flag == flag {
			return n.wanted[k]
		}
	}
	return false
}

// entering are the steps that enter the namespaces, in two rounds: that of users last, if
// we are privileged here, or first, if it is what makes us so. So what fails in the first
// round is tried again in the second.
func (n *entrant) entering() (steps []join.Step, texts []string) {
	add := func(text string, s join.Step) {
		steps, texts = append(steps, s), append(texts, text)
	}
	setns := func(fd int, flags uintptr) join.Step {
		return join.Step{Trap: unix.SYS_SETNS, Args: [5]uintptr{uintptr(fd), flags}}
	}
	users, others := uintptr(0), uintptr(0)
	for _, k := range n.missing() {
		if k == userKind {
			users = kinds[k].flag
		} else {
			others |= kinds[k].flag
		}
	}
	const once = "reassociate to namespaces failed"
	did := map[int]int{} // the steps of the first round, from 1
	if n.process >= 0 && others != 0 {
		s := setns(n.process, others)
		s.May = true
		add(once, s)
		did[-1] = len(steps)
	}
	for k, fd := range n.spaces {
		if n.wanted[k] && fd >= 0 && k != userKind {
			s := setns(fd, kinds[k].flag)
			s.May = true
			add("", s)
			did[k] = len(steps)
		}
	}
	if n.process >= 0 && others != 0 {
		s := setns(n.process, others|users)
		s.If, s.Of = join.Failed, did[-1]
		add(once, s)
	}
	if n.process >= 0 && users != 0 {
		s := setns(n.process, users)
		if others != 0 {
			s.If, s.Of = join.Worked, did[-1]
		}
		add(once, s)
	}
	for k, fd := range n.spaces {
		if !n.wanted[k] || fd < 0 {
			continue
		}
		s := setns(fd, kinds[k].flag)
		if of, ok := did[k]; ok {
			s.If, s.Of = join.Failed, of
		}
		add("reassociate to namespace 'ns/"+kinds[k].name+"' failed", s)
	}
	return steps, texts
}

// enter enters the namespaces and executes the program: as a child that is in the
// namespace of processes or, without one, in the place of this process.
func (n *entrant) enter(words []string) error {
	p := &program{tool: &n.tool}
	steps, texts := n.entering()
	if n.wants(unix.CLONE_NEWUSER) && !n.preserve {
		unix.RawSyscall(unix.SYS_SETGROUPS, 0, 0, 0) // it may fail now, or in the namespace
	}
	if n.wants(unix.CLONE_NEWPID) && !n.noFork {
		for i := range steps {
			p.begin(texts[i], steps[i])
		}
		return n.accompany(p, words)
	}
	if n.wants(unix.CLONE_NEWUSER) || n.wants(unix.CLONE_NEWTIME) {
		if n.wants(unix.CLONE_NEWPID) {
			// No thread can be made after that, and so no runtime started: it comes last.
			if n.spaces[pidKind] < 0 {
				if err := n.openOf(&n.spaces[pidKind], "ns/pid"); err != nil {
					return err
				}
			}
			n.wanted[pidKind] = false
			steps, _ = n.entering()
		}
		return n.again(steps)
	}
	// Folders are the thread's own from now on, as the namespace of mounts wants it.
	p.call("unshare failed", unix.SYS_UNSHARE, unix.CLONE_FS)
	for i := range steps {
		s := steps[i]
		if s.Of != 0 {
			s.Of++
		}
		p.step(texts[i], s)
	}
	if err := n.prepare(p, words); err != nil {
		return err
	}
	return p.become()
}

// again executes this program again to take the steps.
func (n *entrant) again(steps []join.Step) error {
	if !join.MayAgain() {
		return n.fail("namespaces of users and of time need /proc, and a program for amd64, arm64 or 386")
	}
	var data []string
	for _, fd := range n.list() {
		if *fd >= 0 {
			unix.FcntlInt(uintptr(*fd), unix.F_SETFD, 0)
		}
		data = append(data, strconv.Itoa(*fd))
	}
	n.Pen.Flush()
	return n.failed("fork failed", join.Again(steps, n.argv(), strings.Join(data, " ")))
}

// resume goes on where this program was executed again: the namespaces are entered,
// unless err tells that they are not.
func (n *entrant) resume(data string, err error, words []string) error {
	list := n.list()
	for i, w := range strings.Fields(data) {
		fd, _ := strconv.Atoi(w)
		if *list[i%len(list)] = fd; fd >= 0 {
			unix.CloseOnExec(fd)
		}
	}
	n.wantOpened()
	p := &program{tool: &n.tool}
	if err != nil {
		_, p.enter = n.entering()
		return p.explain(err)
	}
	n.setName()
	if fd := n.spaces[pidKind]; fd >= 0 && n.noFork {
		p.call("reassociate to namespace 'ns/pid' failed", unix.SYS_SETNS, uintptr(fd), unix.CLONE_NEWPID)
	}
	if err := n.prepare(p, words); err != nil {
		return err
	}
	return p.become()
}

// wantOpened wants what was open already.
func (n *entrant) wantOpened() {
	for k, fd := range n.spaces {
		n.wanted[k] = n.wanted[k] || fd >= 0
	}
	if n.all {
		n.wantAll()
	}
}

// prepare adds the steps behind those that enter the namespaces.
func (n *entrant) prepare(p *program, words []string) error {
	fd := func(text string, trap uintptr, fd int) { p.call(text, trap, uintptr(fd)) }
	stays := n.root >= 0 && n.wd < 0 && n.wdIn == nil
	here := new(uint32)
	if stays {
		p.plan.Keep(here)
		s := p.open(".")
		s.Into = here
		p.step("cannot open current working directory", s)
	}
	if n.root >= 0 {
		fd("change directory by root file descriptor failed", unix.SYS_FCHDIR, n.root)
		p.call("chroot failed", unix.SYS_CHROOT, p.plan.String("."))
		p.call("cannot change directory to /", unix.SYS_CHDIR, p.plan.String("/"))
	}
	const changeWD = "change directory by working directory file descriptor failed"
	switch {
	case n.wdIn != nil:
		p.step("cannot open current working directory", p.open(*n.wdIn))
		p.step(changeWD, join.Step{Trap: unix.SYS_FCHDIR, Result: 1})
	case stays:
		p.step(changeWD, join.Step{Trap: unix.SYS_FCHDIR, Number: here})
	case n.wd >= 0:
		fd(changeWD, unix.SYS_FCHDIR, n.wd)
	}
	env, err := n.environment()
	if err != nil {
		return err
	}
	n.joinGroup(p)
	n.changeAccount(p)
	if n.keepCaps && n.wants(unix.CLONE_NEWUSER) && n.count() > 1 {
		p.step("prctl(PR_CAP_AMBIENT) failed", join.Ambient())
	}
	p.execute(words, env)
	return nil
}

// count is how many namespaces are entered. The real tool enters one of users, if it is
// the only one, in the first round, and then keeps no capabilities.
func (n *entrant) count() (count int) {
	for _, want := range n.wanted {
		if want {
			count++
		}
	}
	return count
}

// open is the step that opens a folder.
func (p *program) open(path string) join.Step {
	at := unix.AT_FDCWD
	return join.Step{Trap: unix.SYS_OPENAT, Args: [5]uintptr{uintptr(at), p.plan.String(path), unix.O_RDONLY | unix.O_CLOEXEC}}
}

// environment is that of the program: ours, or with -e that of the target.
func (n *entrant) environment() ([]string, error) {
	if n.env < 0 {
		return environ(), nil
	}
	var text strings.Builder
	b := make([]byte, 1<<16)
	for {
		size, err := unix.Read(n.env, b)
		if err != nil && err != unix.EINTR {
			return nil, n.failed("failed to get environment variables", err)
		}
		if size == 0 {
			break
		}
		text.Write(b[:max(size, 0)])
	}
	// The real tool has them in the opposite order, and of two with one name the last.
	var env []string
	vars := strings.Split(strings.TrimSuffix(text.String(), "\x00"), "\x00")
	slices.Reverse(vars)
	for _, v := range vars {
		name, _, ok := strings.Cut(v, "=")
		if _, has := variable(env, name); ok && name != "" && !has {
			env = append(env, v)
		}
	}
	return env, nil
}

// joinGroup adds the step that joins the control group. "0" is whoever writes it.
func (n *entrant) joinGroup(p *program) {
	if n.procs >= 0 {
		p.call("write cgroup.procs failed", unix.SYS_WRITE, uintptr(n.procs), p.plan.String("0"), 1)
	}
}

// changeAccount adds the steps that change user and group: in a namespace of users
// always, to 0 if nothing else is said.
func (n *entrant) changeAccount(p *program) {
	uid, gid := n.uid, n.gid
	users := n.wants(unix.CLONE_NEWUSER) && !n.preserve
	if users && uid == nil {
		uid = new(uint64)
	}
	if users && gid == nil {
		gid = new(uint64)
	}
	var st *unix.Stat_t
	if n.account >= 0 {
		st = new(unix.Stat_t)
		p.plan.Keep(st)
		p.call("can not get process stat", fstat, uintptr(n.account), uintptr(unsafe.Pointer(st)))
	}
	if gid != nil {
		p.step("setgroups failed", join.Step{Trap: unix.SYS_SETGROUPS, May: users})
		p.step("setgid() failed", setTo(unix.SYS_SETGID, *gid, n.followGroup, st))
	}
	if uid != nil {
		p.step("setuid() failed", setTo(unix.SYS_SETUID, *uid, n.followUser, st))
	}
}

func setTo(trap uintptr, id uint64, follow bool, st *unix.Stat_t) join.Step {
	s := join.Step{Trap: trap, Args: [5]uintptr{uintptr(uint32(id))}}
	switch {
	case !follow || st == nil:
	case trap == unix.SYS_SETGID:
		s.Number = &st.Gid
	default:
		s.Number = &st.Uid
	}
	return s
}

// accompany starts the program as a child and ends as that does. Where it stops, this
// process stops as well, and then lets it go on.
func (n *entrant) accompany(p *program, words []string) error {
	if err := n.prepare(p, words); err != nil {
		return err
	}
	pid, err := p.start()
	if err != nil {
		return err
	}
	for {
		var ws unix.WaitStatus
		_, err := unix.Wait4(pid, &ws, unix.WUNTRACED, nil)
		switch {
		case err == unix.EINTR:
		case err == nil && ws.Stopped():
			unix.Kill(unix.Getpid(), unix.SIGSTOP)
			unix.Kill(pid, unix.SIGCONT)
		case err == nil && ws.Exited():
			return n.follow(ws)
		case err == nil:
			n.Pen.Flush()
			unix.Kill(unix.Getpid(), ws.Signal())
			return cli.Silent(cli.StatusError)
		default:
			return cli.Silent(cli.StatusError)
		}
	}
}

func (n *entrant) openNumbered(_ int, s string) error {
	if _, rest, fits := word.Strtoul(s, 10); s == "" || rest != "" || !fits || s[0] == '-' {
		return n.fail("failed to parse nsid: " + s)
	}
	return n.fail("numbers of namespaces are not supported")
}
