package sscmd

import (
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/netns"
	"gip/internal/word"
	"gip/sscmd/sockets"
)

// Options that have no letter.
const (
	optVsock = 256 + iota
	optTIPC
	optTIPCInfo
	optTOS
	optXDP
	optCgroup
	optSockopt
	optMaps
	optMapID
)

func getopt() *cli.Getopt {
	return &cli.Getopt{
		Prog:  "ss",
		Short: "hjalBetuwxnro460spTbEf:mMiA:D:F:vVzZN:KHQSO",
		Long: []cli.LongOpt{
			{Name: "numeric", Val: 'n'}, {Name: "resolve", Val: 'r'}, {Name: "options", Val: 'o'},
			{Name: "extended", Val: 'e'}, {Name: "memory", Val: 'm'}, {Name: "info", Val: 'i'},
			{Name: "processes", Val: 'p'}, {Name: "threads", Val: 'T'}, {Name: "bpf", Val: 'b'},
			{Name: "events", Val: 'E'}, {Name: "tcp", Val: 't'}, {Name: "sctp", Val: 'S'}, {Name: "udp", Val: 'u'},
			{Name: "raw", Val: 'w'}, {Name: "unix", Val: 'x'}, {Name: "tipc", Val: optTIPC}, {Name: "vsock", Val: optVsock},
			{Name: "all", Val: 'a'}, {Name: "listening", Val: 'l'}, {Name: "bound-inactive", Val: 'B'},
			{Name: "ipv4", Val: '4'}, {Name: "ipv6", Val: '6'}, {Name: "packet", Val: '0'},
			{Name: "family", Arg: cli.NeedArg, Val: 'f'}, {Name: "socket", Arg: cli.NeedArg, Val: 'A'},
			{Name: "query", Arg: cli.NeedArg, Val: 'A'}, {Name: "summary", Val: 's'},
			{Name: "diag", Arg: cli.NeedArg, Val: 'D'}, {Name: "filter", Arg: cli.NeedArg, Val: 'F'},
			{Name: "version", Val: 'V'}, {Name: "help", Val: 'h'}, {Name: "context", Val: 'Z'}, {Name: "contexts", Val: 'z'},
			{Name: "net", Arg: cli.NeedArg, Val: 'N'}, {Name: "tipcinfo", Val: optTIPCInfo}, {Name: "tos", Val: optTOS},
			{Name: "cgroup", Val: optCgroup}, {Name: "kill", Val: 'K'}, {Name: "no-header", Val: 'H'},
			{Name: "no-queues", Val: 'Q'}, {Name: "xdp", Val: optXDP}, {Name: "mptcp", Val: 'M'}, {Name: "oneline", Val: 'O'},
			{Name: "inet-sockopt", Val: optSockopt},
			{Name: "bpf-maps", Val: optMaps}, {Name: "bpf-map-id", Arg: cli.NeedArg, Val: optMapID},
			{Name: "json", Val: 'j'},
		},
	}
}

// optionTables and optionFamilies are what options choose.
var (
	optionTables = []struct {
		val rune
		db  sockets.Table
	}{{'t', sockets.TCP}, {'S', sockets.SCTP}, {'u', sockets.UDP}, {'w', sockets.Raw}, {'M', sockets.MPTCP}}
	optionFamilies = []struct {
		val    rune
		family uint8
	}{{'x', unix.AF_UNIX}, {optVsock, unix.AF_VSOCK}, {optTIPC, unix.AF_TIPC},
		{'4', unix.AF_INET}, {'6', unix.AF_INET6}, {'0', unix.AF_PACKET}, {optXDP, unix.AF_XDP}}
)

func (s *ss) option(o cli.Opt) error {
	if o.Turns([]cli.Switch{{'n', &s.numeric}, {'r', &s.Opt.Resolve}, {'o', &s.timers}, {'m', &s.memory}, {'i', &s.info},
		{'p', &s.processes}, {'T', &s.threads}, {'E', &s.events}, {'s', &s.summary}, {'K', &s.kill}, {'H', &s.noHeader},
		{'Q', &s.noQueues}, {'O', &s.oneline}, {optTIPCInfo, &s.tipcInfo}, {optTOS, &s.tos}, {optCgroup, &s.cgroup},
		{optSockopt, &s.sockopt}}) {
		return nil
	}
	for _, t := range optionTables {
		if t.val == o.Val {
			s.choice.table(1<<t.db, true)
			return nil
		}
	}
	for _, f := range optionFamilies {
		if f.val == o.Val {
			s.family(f.family)
			return nil
		}
	}
	switch o.Val {
	case 'e':
		s.timers, s.details = true, true
	case 'b':
		s.timers, s.bpf = true, true
	case 'a':
		s.states = sockets.AllStates
	case 'l':
		s.states = 1<<sockets.StateListen | 1<<sockets.StateClose
	case 'B':
		s.states = 1 << sockets.StateBoundInactive
	case 'j':
		s.json = true
		s.Pen.AsJSON(false)
	case 'D':
		s.dump = &o.Arg
	case 'v', 'V':
		s.Pen.Raw("ss utility, iproute2-" + version + "\n")
		return cli.Done
	case 'h':
		s.Pen.Raw(usage)
		return cli.Done
	default:
		return s.valueOption(o)
	}
	return nil
}

// valueOption takes an option that may be refused.
func (s *ss) valueOption(o cli.Opt) error {
	switch o.Val {
	case 'f':
		return s.familyOption(o.Arg)
	case 'A':
		return s.query(o.Arg)
	case 'F':
		return s.filterFile(o.Arg)
	case 'N':
		if err := netns.Switch(o.Arg, func(text string) { s.Warnf("%s\n", text) }); err != nil {
			return cli.Exit(cli.StatusError, "%s", err)
		}
		return nil
	case optMaps:
		return s.allMaps()
	case optMapID:
		return s.oneMap(o.Arg)
	case 'z', 'Z':
		return cli.Exit(cli.StatusError, "ss: SELinux is not enabled.")
	}
	if o.Err != "" {
		o.Err += "\n"
	}
	return usageAfter(o.Err)
}

// usageAfter shows the help behind a text on stderr.
func usageAfter(text string) error { return cli.Usage(text + usage) }

func (s *ss) familyOption(w string) error {
	if w == "help" {
		s.Pen.Raw(usage)
		return cli.Done
	}
	for i := range sockets.Families {
		if word.Offer(w, sockets.Families[i].Name); sockets.Families[i].Name == w {
			s.family(sockets.Families[i].Family)
			return nil
		}
	}
	return usageAfter("ss: \"" + w + "\" is invalid family\n")
}

// query takes the words of -A, of which one with a ! takes tables away.
func (s *ss) query(words string) error {
	if !s.queried {
		s.queried, s.chosen, s.dbs = true, true, 0
		if s.states == 0 {
			s.states = sockets.ConnectedStates
		}
	}
	for w := range strings.SplitSeq(words, ",") {
		name, off := strings.CutPrefix(w, "!")
		dbs := 0
		for i := range sockets.Queries {
			if word.Has(sockets.Queries[i].Words, name) {
				dbs = sockets.Queries[i].Tables
			}
		}
		if dbs == 0 {
			return usageAfter("ss: \"" + w + "\" is illegal socket table id\n")
		}
		s.choice.table(dbs, !off)
	}
	return nil
}

// filterFile opens the file of -F; one whose name begins with a dash is the input.
func (s *ss) filterFile(path string) (err error) {
	switch {
	case s.filters != nil:
		return cli.Exit(cli.StatusUsage, "More than one filter file")
	case strings.HasPrefix(path, "-"):
		s.filters = s.Stdin
		return nil
	}
	if s.filters, err = file.Open(path); err != nil {
		return cli.Exit(cli.StatusUsage, "fopen filter file: %s", cli.Strerror(err))
	}
	return nil
}
