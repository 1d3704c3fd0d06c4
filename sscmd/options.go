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

// flag is what an option without an argument sets, or nil.
func (s *ss) flag(o cli.Opt) *bool {
	switch o.Val {
	case 'n':
		return &s.numeric
	case 'r':
		return &s.Opt.Resolve
	case 'o':
		return &s.timers
	case 'm':
		return &s.memory
	case 'i':
		return &s.info
	case 'p':
		return &s.processes
	case 'T':
		return &s.threads
	case 'E':
		return &s.events
	case 's':
		return &s.summary
	case 'K':
		return &s.kill
	case 'H':
		return &s.noHeader
	case 'Q':
		return &s.noQueues
	case 'O':
		return &s.oneline
	case optTIPCInfo:
		return &s.tipcInfo
	case optTOS:
		return &s.tos
	case optCgroup:
		return &s.cgroup
	case optSockopt:
		return &s.sockopt
	}
	return nil
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

// option takes one option. done tells that nothing is left to do.
func (s *ss) option(o cli.Opt) (done bool, err error) {
	if set := s.flag(o); set != nil {
		*set = true
		return false, nil
	}
	for _, t := range optionTables {
		if t.val == o.Val {
			s.choice.table(1<<t.db, true)
			return false, nil
		}
	}
	for _, f := range optionFamilies {
		if f.val == o.Val {
			s.family(f.family)
			return false, nil
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
		s.useJSON()
	case 'D':
		s.dump = &o.Arg
	case 'v', 'V':
		s.Pen.Raw("ss utility, iproute2-" + version + "\n")
		return true, nil
	case 'h':
		s.Pen.Raw(usage)
		return true, nil
	default:
		return s.valueOption(o)
	}
	return false, nil
}

// useJSON takes a pen that writes JSON.
func (s *ss) useJSON() {
	s.json = true
	s.Pen.AsJSON(false)
}

// valueOption takes an option that may be refused.
func (s *ss) valueOption(o cli.Opt) (done bool, err error) {
	switch o.Val {
	case 'f':
		return s.familyOption(o.Arg)
	case 'A':
		return false, s.query(o.Arg)
	case 'F':
		return false, s.filterFile(o.Arg)
	case 'N':
		if err := netns.Switch(o.Arg, func(text string) { s.Warnf("%s\n", text) }); err != nil {
			return false, cli.Exit(cli.StatusError, "%s", err)
		}
		return false, nil
	case optMaps:
		return false, s.allMaps()
	case optMapID:
		return false, s.oneMap(o.Arg)
	case 'z', 'Z':
		return false, cli.Exit(cli.StatusError, "ss: SELinux is not enabled.")
	}
	if o.Err != "" {
		return false, usageAfter(o.Err + "\n")
	}
	return false, usageAfter("")
}

// usageAfter shows the help behind a text on stderr.
func usageAfter(text string) error { return cli.Usage(text + usage) }

func (s *ss) familyOption(w string) (done bool, err error) {
	if w == "help" {
		s.Pen.Raw(usage)
		return true, nil
	}
	for i := range sockets.Families {
		if word.Offer(w, sockets.Families[i].Name); sockets.Families[i].Name == w {
			s.family(sockets.Families[i].Family)
			return false, nil
		}
	}
	return false, usageAfter("ss: \"" + w + "\" is invalid family\n")
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
