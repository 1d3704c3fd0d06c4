package spacecmd

import (
	"math"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
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
	files [len(kinds)]*string // where the namespaces are to be bound, nil for nowhere

	fork, keepCaps, forward bool
	killChild               int     // the signal of --kill-child, 0 if not given
	proc                    *string // where a new /proc is to be
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

var usualProc = "/proc"

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
	words, err = unshareOptions.As(u.Called).Each(args, u.option)
	if err != nil {
		return nil, err
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
			u.files[k] = &o.Arg
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
		if u.proc = &usualProc; o.Has {
			u.proc = &o.Arg
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
