package main

import (
	"os"
	"strings"

	"gip/internal/cli"
	"gip/internal/netns"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// globals are the options that stand before the object, of ip and of bridge.
type globals struct {
	cli.Options
	color   string // always, auto or never
	batch   string
	isBatch bool
}

// reference is the release of iproute2 whose behaviour gip has.
const reference = "7.3.0"

// ipVersion is the line of -V. The real tool adds the BPF library that it was
// linked with; scripts parse the line, so it is here as well.
const ipVersion = "ip utility, iproute2-" + reference + ", libbpf 1.7.0"

// An option is a row of a tool's table of options: the words without their
// dash, in the order in which abbreviations are tried.
type option struct {
	words string
	// lack is the error of a value that is missing; nil if there is no value.
	lack func() error
	set  func(o *globals, v string) error
}

// An optionTable is what a tool understands before the object.
type optionTable struct {
	help string // where an unknown option points
	rows []option
}

// need is the lack of a value that the error calls name.
func need(name string) func() error { return func() error { return cli.MissArg(name) } }

// may is the lack of a value that the real tool does not check: it goes on
// with what C prints for a string that is not there.
func may() error { return nil }

const noString = "(null)"

func flag(f func(o *globals)) func(*globals, string) error {
	return func(o *globals, _ string) error { f(o); return nil }
}

func family(f uint8) func(*globals, string) error {
	return flag(func(o *globals) { o.Family = f })
}

var ipOptions = optionTable{"ip -help", []option{
	{"loops", need("loop count"), func(o *globals, v string) error { o.Loops = cli.Atoi(v); return nil }},
	{"family", need("family type"), setFamily},
	{"=4", nil, family(unix.AF_INET)},
	{"=6", nil, family(unix.AF_INET6)},
	{"=0", nil, family(unix.AF_PACKET)},
	{"=M", nil, family(unix.AF_MPLS)},
	{"=B", nil, family(unix.AF_BRIDGE)},
	{"human-readable", nil, flag(func(o *globals) { o.Human = true })},
	{"iec", nil, flag(func(o *globals) { o.IEC = true })},
	{"stats|statistics", nil, flag(func(o *globals) { o.Stats++ })},
	{"details", nil, flag(func(o *globals) { o.Details++ })},
	{"resolve", nil, flag(func(o *globals) { o.Resolve = true })},
	{"oneline", nil, flag(func(o *globals) { o.Oneline = true })},
	{"timestamp", nil, flag(func(o *globals) { o.Timestamp = true })},
	{"tshort", nil, flag(func(o *globals) { o.Timestamp, o.ShortTime = true, true })},
	{"Version", nil, func(*globals, string) error { return showVersion(ipVersion) }},
	{"force", nil, flag(func(o *globals) { o.Force = true })},
	{"batch", need("batch file"), setBatch},
	{"brief", nil, flag(func(o *globals) { o.Brief = true })},
	{"json", nil, flag(func(o *globals) { o.JSON = true })},
	{"pretty", nil, flag(func(o *globals) { o.Pretty = true })},
	{"rcvbuf", need("rcvbuf size"), setRcvBuf},
	{"color", nil, setColor},
	{"help", nil, func(*globals, string) error { return cli.Usage(ipUsage) }},
	{"netns", may, setNetns},
	{"Numeric", nil, flag(func(o *globals) { o.Numeric = true })},
	{"all", nil, flag(func(o *globals) { o.All = true })},
	{"=echo", nil, flag(func(o *globals) { o.Echo = true })},
}}

// parse takes the options that args begin with and returns the rest.
func (o *globals) parse(t *optionTable, args []string) ([]string, error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		word := args[0]
		args = args[1:]
		if word == "--" {
			break
		}
		if strings.HasPrefix(word, "--") {
			word = word[1:]
		}
		opt, value := t.find(word[1:])
		switch {
		case opt == nil:
			return nil, cli.Exit(cli.StatusUsage, `Option "%s" is unknown, try "%s".`, word, t.help)
		case opt.lack != nil && len(args) > 0:
			value, args = args[0], args[1:]
		case opt.lack != nil:
			value = noString
			if err := opt.lack(); err != nil {
				return nil, err
			}
		}
		if err := opt.set(o, value); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// find finds the row that a word without its dash names. A lone dash is a
// prefix of everything: the first row. Only -color has a value behind "=".
func (t *optionTable) find(word string) (opt *option, inline string) {
	name, value, eq := strings.Cut(word, "=")
	for i := range t.rows {
		o := &t.rows[i]
		switch {
		case word == "" || !eq && cli.Match(o.words, word):
			return o, ""
		case eq && o.words == "color" && (name == "" || cli.Match(o.words, name)) && colorWhen(value):
			return o, value
		}
	}
	return nil, ""
}

func colorWhen(s string) bool { return s == "" || s == "always" || s == "auto" || s == "never" }

func setColor(o *globals, v string) error {
	if o.color = v; v == "" {
		o.color = "always"
	}
	return nil
}

func setFamily(o *globals, v string) error {
	if v == "help" {
		return cli.Usage(ipUsage)
	}
	if o.Family = cli.ParseFamily(v); o.Family == unix.AF_UNSPEC {
		return cli.InvArg("invalid protocol family", v)
	}
	return nil
}

func setBatch(o *globals, v string) error {
	o.batch, o.isBatch = v, true
	return nil
}

func setRcvBuf(o *globals, v string) error {
	n, ok := cli.ParseUint(v, 0, 32)
	if !ok {
		return cli.Exit(cli.StatusUsage, "Invalid rcvbuf size '%s'", v)
	}
	o.RcvBuf = int(n)
	return nil
}

func setNetns(_ *globals, v string) error {
	note := func(text string) { os.Stderr.WriteString(text + "\n") }
	if err := netns.Enter(v, note); err != nil {
		return cli.Exit(cli.StatusUsage, "%s", err)
	}
	return nil
}

// showVersion prints a version line and ends the command with success.
func showVersion(line string) error {
	os.Stdout.WriteString(line + "\n")
	return &cli.Error{Ends: true}
}

// palette decides about colours: by -c, else as Debian builds the real tool,
// for terminals only and not against NO_COLOR; never with JSON, not even for
// objects that ignore it.
func palette(when string, opt *cli.Options, out *os.File) show.Palette {
	if when == "" {
		when = "auto"
		if os.Getenv("NO_COLOR") != "" {
			when = "never"
		}
	}
	if opt.JSON || when == "never" || when == "auto" && !show.IsTerminal(out) {
		return show.Mono
	}
	return show.BackgroundPalette(os.Getenv("COLORFGBG"))
}
