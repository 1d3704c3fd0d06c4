package spacecmd

import (
	"math"
	"strconv"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/join"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Unshare is the command unshare.
var Unshare = command.Applet{Names: "unshare", Run: unshare, Output: command.Tolerant, Enters: true}

// none is no account.
const none = math.MaxUint32

// Options without a letter.
const (
	optMountProc = 1000 + iota
	optMountBinfmt
	optPropagation
	optSetgroups
	optKillChild
	optKeepCaps
	optMonotonic
	optBoottime
	optMapUser
	optMapUsers
	optMapGroup
	optMapGroups
	optMapAuto
	optMapSubids
	optOwner
	optForwardSignals
)

var unshareOptions = cli.Getopt{InOrder: true, Short: "fhVmuinpCTUrR:w:S:G:cl:", Long: []cli.LongOpt{
	{Name: "help", Val: 'h'}, {Name: "version", Val: 'V'},
	{Name: "mount", Arg: cli.MayArg, Val: 'm'}, {Name: "uts", Arg: cli.MayArg, Val: 'u'}, {Name: "ipc", Arg: cli.MayArg, Val: 'i'},
	{Name: "net", Arg: cli.MayArg, Val: 'n'}, {Name: "pid", Arg: cli.MayArg, Val: 'p'}, {Name: "user", Arg: cli.MayArg, Val: 'U'},
	{Name: "cgroup", Arg: cli.MayArg, Val: 'C'}, {Name: "time", Arg: cli.MayArg, Val: 'T'},
	{Name: "fork", Val: 'f'}, {Name: "kill-child", Arg: cli.MayArg, Val: optKillChild}, {Name: "forward-signals", Val: optForwardSignals},
	{Name: "mount-proc", Arg: cli.MayArg, Val: optMountProc}, {Name: "mount-binfmt", Arg: cli.MayArg, Val: optMountBinfmt},
	{Name: "map-user", Arg: cli.NeedArg, Val: optMapUser}, {Name: "map-users", Arg: cli.NeedArg, Val: optMapUsers},
	{Name: "map-group", Arg: cli.NeedArg, Val: optMapGroup}, {Name: "map-groups", Arg: cli.NeedArg, Val: optMapGroups},
	{Name: "map-root-user", Val: 'r'}, {Name: "map-current-user", Val: 'c'},
	{Name: "map-auto", Val: optMapAuto}, {Name: "map-subids", Val: optMapSubids}, {Name: "owner", Arg: cli.NeedArg, Val: optOwner},
	{Name: "propagation", Arg: cli.NeedArg, Val: optPropagation}, {Name: "setgroups", Arg: cli.NeedArg, Val: optSetgroups},
	{Name: "keep-caps", Val: optKeepCaps}, {Name: "setuid", Arg: cli.NeedArg, Val: 'S'}, {Name: "setgid", Arg: cli.NeedArg, Val: 'G'},
	{Name: "root", Arg: cli.NeedArg, Val: 'R'}, {Name: "wd", Arg: cli.NeedArg, Val: 'w'},
	{Name: "monotonic", Arg: cli.NeedArg, Val: optMonotonic}, {Name: "boottime", Arg: cli.NeedArg, Val: optBoottime},
	{Name: "load-interp", Arg: cli.NeedArg, Val: 'l'},
}}

// An unsharer is one run of unshare.
type unsharer struct {
	tool
	flags uintptr
	files [len(kinds)]string // where the namespaces are to be bound, "" for nowhere

	fork, keepCaps, forward bool
	killChild               int // the signal of --kill-child, 0 if not given
	proc                    string
	propagation             uintptr
	root, wd                *string
	uid, gid                *uint64 // -S, -G
	setgroups               string
	monotonic, boottime     *int64

	euid, egid            uint32 // the caller's
	mapUser, mapGroup     uint32
	users, groups         []idRange
	ownerUser, ownerGroup uint32
	binds, maps           helper
	parent                int // of a helper
	role                  string
}

func unshare(c *command.Call) error {
	u := &unsharer{tool: newTool(c), propagation: unix.MS_REC | unix.MS_PRIVATE, mapUser: none, mapGroup: none, ownerUser: none, ownerGroup: none}
	u.euid, u.egid = uint32(unix.Geteuid()), uint32(unix.Getegid())
	data, again, err := join.Begun()
	if again {
		u.resume(data)
	}
	words, optErr := u.parse(c.Rest())
	switch {
	case optErr != nil:
		return optErr
	case c.Asked:
		return nil
	case c.Hosted != nil:
		return u.exit(cli.StatusUsage, "needs the program, and cannot be done inside another")
	}
	u.joinMaps()
	switch u.role {
	case roleBind:
		return u.bindForParent()
	case roleMap:
		return u.mapForParent()
	case "":
		return u.first(words)
	}
	if err != nil {
		return u.failed("unshare failed", err)
	}
	return u.second(words)
}

func (u *unsharer) parse(args []string) (words []string, err error) {
	opts, words := unshareOptions.As(u.Called).Parse(args)
	for _, o := range opts {
		if err := u.option(o); err != nil {
			return nil, err
		}
	}
	if (u.monotonic != nil || u.boottime != nil) && u.flags&unix.CLONE_NEWTIME == 0 {
		return nil, u.fail("options --monotonic and --boottime require unsharing of a time namespace (-T)")
	}
	return words, nil
}

func (u *unsharer) option(o cli.Opt) error {
	if k := kindOf(o.Val); k >= 0 {
		u.flags |= kinds[k].flag
		if o.Has {
			u.files[k] = o.Arg
		}
		return nil
	}
	switch o.Val {
	case 'f':
		u.fork = true
	case optKeepCaps:
		u.keepCaps = true
	case optForwardSignals:
		u.fork, u.forward = true, true
	case 'R':
		u.root = &o.Arg
	case 'w':
		u.wd = &o.Arg
	case optMountProc:
		u.flags |= unix.CLONE_NEWNS
		if u.proc = "/proc"; o.Has {
			u.proc = o.Arg
		}
	case optMountBinfmt, 'l':
		return u.fail("binfmt_misc is not supported")
	case optPropagation:
		return u.setPropagation(o.Arg)
	case optSetgroups:
		if u.setgroups = o.Arg; o.Arg != "allow" && o.Arg != "deny" {
			return u.fail("unsupported --setgroups argument '" + o.Arg + "'")
		}
	case optKillChild:
		return u.setKillChild(o)
	case 'S':
		return u.setID("failed to parse uid", o.Arg, &u.uid)
	case 'G':
		return u.setID("failed to parse gid", o.Arg, &u.gid)
	case optMonotonic:
		return u.setOffset("failed to parse monotonic offset", o.Arg, &u.monotonic)
	case optBoottime:
		return u.setOffset("failed to parse boottime offset", o.Arg, &u.boottime)
	default:
		return u.mapOption(o)
	}
	return nil
}

var propagations = [...]struct {
	name  string
	flags uintptr
}{
	{"slave", unix.MS_REC | unix.MS_SLAVE}, {"private", unix.MS_REC | unix.MS_PRIVATE}, {"shared", unix.MS_REC | unix.MS_SHARED}, {"unchanged", 0},
}

func (u *unsharer) setPropagation(s string) error {
	for _, p := range propagations {
		if p.name == s {
			u.propagation = p.flags
			return nil
		}
	}
	return u.fail("unsupported propagation mode: " + s)
}

func (u *unsharer) setID(what, s string, to **uint64) error {
	n, err := u.unsigned(what, s)
	*to = &n
	return err
}

func (u *unsharer) setOffset(what, s string, to **int64) error {
	n, err := u.number(what, s, math.MinInt64, math.MaxInt64)
	*to = &n
	return err
}

func (u *unsharer) setKillChild(o cli.Opt) error {
	u.fork, u.killChild = true, int(unix.SIGKILL)
	if !o.Has {
		return nil
	}
	if u.killChild = signalOf(o.Arg); u.killChild < 0 {
		return u.fail("unknown signal: " + o.Arg)
	}
	return nil
}

// signalOf is the number of a signal, by its name with or without SIG, in letters of
// either size; those for real-time use are RTMIN+N and RTMAX-N. -1 if there is none.
func signalOf(s string) int {
	const rtMin, rtMax = 34, 64
	s = strings.ToUpper(s)
	s = strings.TrimPrefix(s, "SIG")
	if rt, ok := strings.CutPrefix(s, "RT"); ok {
		digits, fromMax := strings.CutPrefix(rt, "MAX-")
		if !fromMax {
			digits = strings.TrimPrefix(rt, "MIN+")
		}
		if digits == "" || digits[0] < '0' || digits[0] > '9' {
			return -1
		}
		n, _, fits := word.Strtol(digits, 10)
		if fromMax {
			n = rtMax - n
		} else {
			n += rtMin
		}
		if !fits || n < rtMin || n > rtMax {
			return -1
		}
		return int(n)
	}
	if n := unix.SignalNum("SIG" + s); n != 0 {
		return int(n)
	}
	if s == "UNUSED" {
		return int(unix.SIGSYS)
	}
	return -1
}

func (u *unsharer) persists() bool { return u.files != [len(kinds)]string{} }

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
	if !join.MayAgain() {
		if u.mapUser != none && !file.Exists(uidMap) {
			return u.failed("cannot open "+uidMap, unix.ENOENT)
		}
		return u.fail("a user namespace needs /proc, and a program for amd64, arm64 or 386")
	}
	u.Pen.Flush()
	steps := []join.Step{{Trap: unix.SYS_UNSHARE, Args: [5]uintptr{unix.CLONE_NEWUSER}}}
	err := join.Again(steps, u.argv(), u.data(roleMain))
	return u.failed("unshare failed", err)
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
			was[i] = setAction(sig, &action{ignored})
		}
	}
	for i, sig := range patient {
		p.call("sigprocmask restore failed", unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&was[i])), 0, sigsetSize)
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
	if u.proc == "" {
		return
	}
	if u.root == nil && u.propagation != unix.MS_REC|unix.MS_PRIVATE {
		p.step("cannot change "+u.proc+" filesystem propagation", join.Step{Trap: unix.SYS_MOUNT, But: unix.EINVAL,
			Args: [5]uintptr{text("none"), text(u.proc), 0, unix.MS_REC | unix.MS_PRIVATE}})
	}
	proc := text("proc")
	p.call("mount "+u.proc+" failed", unix.SYS_MOUNT, proc, text(u.proc), proc, unix.MS_NOSUID|unix.MS_NOEXEC|unix.MS_NODEV)
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
