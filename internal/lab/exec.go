package lab

import (
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"gip/internal/cli"
	"gip/internal/entry"
	"gip/internal/join"
	"gip/internal/netns"
	"gip/internal/spawn"

	"golang.org/x/sys/unix"
)

// spaces are the namespaces of a lab.
const spaces = unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS

// Exec runs a command in a lab, in the node of that name or, without one, among the
// names of all nodes, and returns when it has ended. The status is that of the
// command; a signal that ends it is returned as well. Where it is the last thing that this
// process does, the signals that are passed on stay caught: to give them back one by one
// takes a tenth of the time.
func (r *Running) Exec(node string, argv []string, last bool) (unix.WaitStatus, error) {
	pid, err := r.start(node, argv, nil)
	if err != nil {
		return 0, err
	}
	signals := passOn(pid)
	if sig := r.guard.seen(); sig != 0 { // before it could be passed on
		unix.Kill(pid, sig)
	}
	r.guard = nil // what comes is the command's
	ws := join.Wait(pid)
	if !last || ws.Signaled() {
		signal.Stop(signals)
	}
	return ws, nil
}

// Output runs a command in a node, with nothing to read, and returns its status and
// what it wrote to standard output and standard error.
func (r *Running) Output(node string, argv []string) (ws unix.WaitStatus, out string, err error) {
	return r.output(node, argv, true)
}

// Stdout is Output without standard error, which is that of this process.
func (r *Running) Stdout(node string, argv []string) (ws unix.WaitStatus, out string, err error) {
	return r.output(node, argv, false)
}

func (r *Running) output(node string, argv []string, both bool) (ws unix.WaitStatus, out string, err error) {
	keepStandard()
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return 0, "", err
	}
	null := nullFile(-1)
	files := []int{null, pipe[1]}
	if both {
		files = append(files, pipe[1])
	}
	pid, err := r.start(node, argv, files)
	unix.Close(pipe[1])
	if null >= 0 {
		unix.Close(null)
	}
	if err != nil {
		unix.Close(pipe[0])
		return 0, "", err
	}
	r.guard.watch(pid)
	out = heard(pipe[0], pid)
	r.guard.watch(0)
	return join.Wait(pid), out, nil
}

// heard is what a command writes to a pipe until it ends, and closes that: what it has left
// running may keep it open for good.
func heard(pipe, pid int) string {
	pidfd, err := unix.PidfdOpen(pid, 0)
	unix.FcntlInt(uintptr(pipe), unix.F_SETFL, unix.O_NONBLOCK)
	fds := []unix.PollFd{{Fd: int32(pipe), Events: unix.POLLIN}, {Fd: int32(pidfd), Events: unix.POLLIN}}
	var text strings.Builder
	for b := make([]byte, 1<<16); ; { // as much as a pipe holds
		unix.Poll(fds, -1)
		n, _ := unix.Read(pipe, b)
		text.Write(b[:max(n, 0)])
		if n == 0 {
			fds[0].Fd = -1
		}
		if fds[1].Revents != 0 || n == 0 && err != nil {
			break
		}
	}
	closeAll([]int{pipe, pidfd})
	return text.String()
}

// start starts a command in a lab as a child of this process, with files in the place
// of the standard streams, if there are some.
func (r *Running) start(node string, argv []string, files []int) (pid int, err error) {
	fd, err := unix.PidfdOpen(r.pid, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	p := new(join.Plan)
	p.Memory = join.Shared
	flags := uintptr(spaces)
	if !sameUsers(r.pid) {
		p.Memory = join.Between
		flags |= unix.CLONE_NEWUSER
	}
	// The root folder of the holder may be another than that of its mounts: by chroot.
	root, err := unix.Open("/proc/"+itoa(r.pid)+"/root", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil { // it ends just now
		return 0, noLab(r.Name)
	}
	defer unix.Close(root)
	p.Enter = []join.Step{ // as many as toLab says
		{Trap: unix.SYS_SETNS, Args: [5]uintptr{uintptr(fd), flags}},
		{Trap: unix.SYS_FCHDIR, Args: [5]uintptr{uintptr(root)}},
		{Trap: unix.SYS_CHROOT, Args: [5]uintptr{p.String(".")}},
	}
	if node != "" {
		enterNode(p, node, netns.Laid("/proc/"+itoa(r.pid)+"/root", node))
	}
	self, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(self)
	p.Run = []join.Step{
		{Trap: unix.SYS_PRCTL, Args: [5]uintptr{unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL)}},
		join.Gone(self), // before that was said
	}
	for to, fd := range files {
		if fd >= 0 {
			p.Run = append(p.Run, join.Step{Trap: unix.SYS_DUP3, Args: [5]uintptr{uintptr(fd), uintptr(to)}})
		}
	}
	if dir, err := os.Getwd(); err == nil {
		p.Run = append(p.Run, join.Step{Trap: unix.SYS_CHDIR, Args: [5]uintptr{p.String(dir)}, May: true})
	}
	p.Execute(spawn.Candidates(argv[0], withBin(os.Getenv("PATH"))), argv, Environ())
	pid, err = join.Start(p)
	return pid, joinError(r, node, argv, err)
}

// enterNode moves to a node of the lab, as netns.Switch does: with a /sys of its own, and
// with these folders of the root laid over those of the lab.
func enterNode(p *join.Plan, node string, laid []string) {
	at := unix.AT_FDCWD
	none, root, sys := p.String("none"), p.String("/"), p.String("/sys")
	p.Enter = append(p.Enter,
		join.Step{Trap: unix.SYS_OPENAT, Args: [5]uintptr{uintptr(at), p.String(netns.Path(node)), unix.O_RDONLY | unix.O_CLOEXEC}},
		join.Step{Trap: unix.SYS_SETNS, Args: [5]uintptr{0, unix.CLONE_NEWNET}, Result: 1},
		join.Step{Trap: unix.SYS_UNSHARE, Args: [5]uintptr{unix.CLONE_NEWNS}},
		join.Step{Trap: unix.SYS_MOUNT, Args: [5]uintptr{none, root, 0, unix.MS_REC | unix.MS_SLAVE}},
		join.Step{Trap: unix.SYS_MOUNT, Args: [5]uintptr{p.String(node), sys, p.String("sysfs")}, May: true},
	)
	for _, part := range laid {
		p.Enter = append(p.Enter, join.Step{Trap: unix.SYS_MOUNT, Args: [5]uintptr{p.String(netns.LaidDir + "/" + node + "/" + part), p.String("/" + part), 0, unix.MS_BIND | unix.MS_REC}})
	}
}

// toLab is how many steps enter a lab; those that enter a node follow.
const toLab = 3

// joinError says what failed of a command that was not started.
func joinError(r *Running, node string, argv []string, err error) error {
	var e *join.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e):
		return err
	case e.Run:
		return cli.Exit(cli.StatusError, `exec of "%s" failed: %s`, argv[0], cli.Strerror(e.Errno))
	case e.Step < toLab:
		return cli.Fail(`entering the lab "%s" failed: %s`, r.Name, cli.Strerror(e.Errno))
	case e.Step == toLab && e.Errno == unix.ENOENT:
		return cli.Fail(`no node is called "%s" in the lab "%s"`, node, r.Name)
	}
	return cli.Fail(`entering the node "%s" failed: %s`, node, cli.Strerror(e.Errno))
}

// sameUsers reports whether a process has our user namespace, which cannot be entered
// again.
func sameUsers(pid int) bool {
	theirs, ok := netns.SpaceOf("/proc/" + itoa(pid) + "/ns/user")
	ours, also := netns.SpaceOf("/proc/self/ns/user")
	return ok && also && theirs == ours
}

// forwarded are the signals that are meant for the command when we get them.
var forwarded = []os.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM, unix.SIGCONT, unix.SIGWINCH}

// accompany waits for a command and passes signals on to it.
func accompany(pid int) unix.WaitStatus {
	defer signal.Stop(passOn(pid))
	return join.Wait(pid)
}

// passOn begins to pass signals on to a command: those that arrive at what it returns. Those
// of the keyboard the command gets itself, as we do, while we are in the foreground.
func passOn(pid int) chan<- os.Signal {
	for _, s := range forwarded {
		entry.Catch(int(s.(syscall.Signal)))
	}
	c := make(chan os.Signal, 16)
	signal.Notify(c, forwarded...)
	go func() {
		for s := range c {
			sig := s.(syscall.Signal)
			if sig != unix.SIGINT && sig != unix.SIGQUIT && sig != unix.SIGWINCH || !foreground() {
				unix.Kill(pid, sig)
			}
		}
	}()
	return c
}

// foreground reports whether our terminal, which need be none of the standard streams,
// sends its signals to us.
func foreground() bool {
	fd, _ := unix.Open("/dev/tty", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	unix.Close(fd)
	return err == nil && group == unix.Getpgrp()
}

// Shell is the shell of the user. Who came to a small root folder has brought the name of
// one that is not there.
func Shell() string {
	if shell := os.Getenv("SHELL"); strings.HasPrefix(shell, "/") && unix.Access(shell, unix.X_OK) == nil {
		return shell
	}
	return spawn.Shell
}
