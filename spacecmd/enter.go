package spacecmd

import (
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/join"

	"golang.org/x/sys/unix"
)

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
