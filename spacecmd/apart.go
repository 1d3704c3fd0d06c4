package spacecmd

import (
	"strconv"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/join"

	"golang.org/x/sys/unix"
)

func (u *unsharer) persists() bool { return u.files != [len(kinds)]*string{} }

// uidMap has the users of a namespace of users.
const uidMap = "/proc/self/uid_map"

// first is what is done before the namespaces are made. Where one is of users, this
// program is executed again to make it.
func (u *unsharer) first(words []string) error {
	if u.persists() && u.flags&(unix.CLONE_NEWNS|unix.CLONE_NEWUSER) != 0 {
		if err := u.help(&u.binds, roleBind); err != nil {
			return err
		}
	}
	if u.users != nil || u.groups != nil {
		if err := u.help(&u.maps, roleMap); err != nil {
			return err
		}
	}
	if err := u.becomeOwner(); err != nil {
		return err
	}
	if u.flags&unix.CLONE_NEWUSER == 0 {
		return u.second(words)
	}
	if err := u.mayAgain(); err != nil {
		return err
	}
	u.Pen.Flush()
	steps := []join.Step{{Trap: unix.SYS_UNSHARE, Args: [5]uintptr{unix.CLONE_NEWUSER}}}
	err := join.Again(steps, u.argv(), u.data(roleMain))
	return u.failed("unshare failed", err)
}

// mayAgain fails where this program cannot be executed again, as users' namespaces and
// helpers want. One that does not know itself again would do all of it anew, for good.
func (u *unsharer) mayAgain() error {
	switch {
	case join.MayAgain():
		return nil
	case u.mapUser != none && !file.Exists(uidMap):
		return u.failed("cannot open "+uidMap, unix.ENOENT)
	}
	return u.fail("a namespace of users, and one that a file keeps, need /proc, and a program for amd64, arm64 or 386")
}

// argv are the words that this program was called with, of which the first is its name.
func (t *tool) argv() []string { return append([]string{t.Called}, t.Call.Rest()...) }

func (u *unsharer) becomeOwner() error {
	for _, call := range []struct {
		want     bool
		text     string
		trap, id uintptr
	}{
		{u.ownerGroup != none, "setgroups failed", unix.SYS_SETGROUPS, 0},
		{u.ownerGroup != none, "setgid() failed", unix.SYS_SETGID, uintptr(u.ownerGroup)},
		{u.ownerUser != none, "setuid() failed", unix.SYS_SETUID, uintptr(u.ownerUser)},
	} {
		if !call.want {
			continue
		}
		if _, _, no := unix.RawSyscall(call.trap, call.id, 0, 0); no != 0 {
			return u.failed(call.text, no)
		}
	}
	return nil
}

// second makes the other namespaces, which belong to that of users, and executes the
// program.
func (u *unsharer) second(words []string) error {
	if u.role != "" {
		u.setName()
	}
	if flags := u.flags &^ unix.CLONE_NEWUSER; flags != 0 {
		if err := unix.Unshare(int(flags)); err != nil {
			return u.failed("unshare failed", err)
		}
	}
	if err := u.maps.finish(); err != nil {
		return err
	}
	for _, clock := range []struct {
		offset *int64
		number int
	}{{u.boottime, unix.CLOCK_BOOTTIME}, {u.monotonic, unix.CLOCK_MONOTONIC}} {
		if err := u.setClock(clock.number, clock.offset); err != nil {
			return err
		}
	}
	p := &program{tool: &u.tool}
	if u.fork {
		return u.forkAndWait(p, words)
	}
	if err := u.bind(); err != nil {
		return err
	}
	if err := u.prepare(p, words); err != nil {
		return err
	}
	return p.become()
}

// setClock sets by how much a clock differs in the namespace of time.
func (u *unsharer) setClock(clock int, offset *int64) error {
	const path = "/proc/self/timens_offsets"
	if offset == nil {
		return nil
	}
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return u.failed("failed to open "+path, err)
	}
	defer unix.Close(fd)
	if _, err := unix.Write(fd, []byte(strconv.Itoa(clock)+" "+strconv.FormatInt(*offset, 10)+" 0")); err != nil {
		return u.failed("failed to write to "+path, err)
	}
	return nil
}

// patient are the signals that a parent leaves to its child.
var patient = [...]unix.Signal{unix.SIGINT, unix.SIGTERM}

// forkAndWait runs the program as a child, and ends as that does.
func (u *unsharer) forkAndWait(p *program, words []string) error {
	var was [len(patient)]action
	var forwarded *cli.Signals
	if u.forward {
		for i, sig := range patient {
			was[i] = setAction(sig, nil)
		}
		s, err := u.Notify(patient[0], patient[1])
		if err != nil {
			return u.failed("sigaction SIGTERM failed", err)
		}
		forwarded = s
	} else {
		for i, sig := range patient {
			was[i] = setAction(sig, doing(ignored))
		}
	}
	for i, sig := range patient {
		p.call("sigprocmask restore failed", unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&was[i])), 0, join.SigsetSize())
	}
	if u.killChild != 0 {
		if err := u.dieWithParent(p); err != nil {
			return err
		}
	}
	if err := u.prepare(p, words); err != nil {
		return err
	}
	pid, err := p.start()
	if err != nil && pid == 0 {
		return err
	}
	if bindErr := u.bind(); bindErr != nil {
		return bindErr
	}
	if err != nil {
		return err
	}
	if forwarded != nil {
		go forward(forwarded, pid)
	}
	var ws unix.WaitStatus
	for {
		if _, err := unix.Wait4(pid, &ws, 0, nil); err != unix.EINTR {
			return u.follow(ws)
		}
	}
}

// forward sends a child the signals that come.
func forward(s *cli.Signals, pid int) {
	for {
		fds := []unix.PollFd{{Fd: int32(s.FD), Events: unix.POLLIN}}
		if n, err := unix.Poll(fds, -1); n > 0 && err == nil {
			unix.Kill(pid, s.Take())
		}
	}
}

// dieWithParent has the child end by a signal when this process ends, also if that has
// happened already.
func (u *unsharer) dieWithParent(p *program) error {
	fd, err := unix.PidfdOpen(unix.Getpid(), 0)
	if err != nil {
		return u.failed("pidfd_open failed", err)
	}
	p.call("prctl failed", unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(u.killChild))
	p.step("", join.Gone(fd))
	return nil
}

// prepare adds the steps between the fork, if there is one, and the program.
func (u *unsharer) prepare(p *program, words []string) error {
	if u.mapUser != none {
		p.write(uidMap, oneID(u.mapUser, u.euid))
	}
	if u.mapGroup != none {
		if u.setgroups == "allow" {
			return u.fail("options --setgroups=allow and --map-group are mutually exclusive")
		}
		u.writeSetgroups(p, "deny")
		p.write("/proc/self/gid_map", oneID(u.mapGroup, u.egid))
	}
	u.writeSetgroups(p, u.setgroups)
	u.mounts(p)
	u.credentials(p, u.gid != nil, u.uid, u.gid)
	if u.keepCaps && u.flags&unix.CLONE_NEWUSER != 0 {
		p.step("prctl(PR_CAP_AMBIENT) failed", join.Ambient())
	}
	p.execute(words, environ())
	return nil
}

func oneID(inside, outside uint32) string {
	return strconv.FormatUint(uint64(inside), 10) + " " + strconv.FormatUint(uint64(outside), 10) + " 1"
}

// writeSetgroups lets the namespace set groups, or not, where the kernel asks for that.
func (u *unsharer) writeSetgroups(p *program, what string) {
	const path = "/proc/self/setgroups"
	if what != "" && unix.Access(path, unix.F_OK) == nil {
		p.write(path, what)
	}
}

// mounts adds the steps about mounts, the root folder and the working directory.
func (u *unsharer) mounts(p *program) {
	text := p.plan.String
	if u.flags&unix.CLONE_NEWNS != 0 && u.propagation != 0 {
		p.call("cannot change root filesystem propagation", unix.SYS_MOUNT, text("none"), text("/"), 0, u.propagation)
	}
	wd := u.wd
	if u.root != nil {
		p.call("cannot change root directory to '"+*u.root+"'", unix.SYS_CHROOT, text(*u.root))
		if wd == nil {
			slash := "/"
			wd = &slash
		}
	}
	if wd != nil {
		p.call("cannot change directory to "+*wd, unix.SYS_CHDIR, text(*wd))
	}
	if u.proc == nil {
		return
	}
	if u.root == nil && u.propagation != unix.MS_REC|unix.MS_PRIVATE {
		p.step("cannot change "+*u.proc+" filesystem propagation", join.Step{Trap: unix.SYS_MOUNT, But: unix.EINVAL,
			Args: [5]uintptr{text("none"), text(*u.proc), 0, unix.MS_REC | unix.MS_PRIVATE}})
	}
	proc := text("proc")
	p.call("mount "+*u.proc+" failed", unix.SYS_MOUNT, proc, text(*u.proc), proc, unix.MS_NOSUID|unix.MS_NOEXEC|unix.MS_NODEV)
}

// credentials adds the steps that change user and group.
func (t *tool) credentials(p *program, groups bool, uid, gid *uint64) {
	if groups {
		p.call("setgroups failed", unix.SYS_SETGROUPS, 0, 0)
	}
	if gid != nil {
		p.call("setgid() failed", unix.SYS_SETGID, uintptr(uint32(*gid)))
	}
	if uid != nil {
		p.call("setuid() failed", unix.SYS_SETUID, uintptr(uint32(*uid)))
	}
}
