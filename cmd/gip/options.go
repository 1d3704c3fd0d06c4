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

// showIPVersion also says what the real tool says where it cannot see which
// libraries it has: it looks for that one among its mappings.
func showIPVersion(*globals, string) error {
	if unix.Access("/proc/self/maps", unix.R_OK) != nil {
		os.Stderr.WriteString("Couldn't find runtime libbpf version - falling back to compile-time value!\n")
	}
	return showVersion(ipVersion)
}

// An option is a row of a tool's table of options: the words without their
// dash, in the order in which abbreviations are tried. It has flag, or set.
type option struct {
	words string
	// value is what a message calls the value that must follow; "" for none.
	value string
	// lack replaces the error of a value that is missing.
	lack func() error
	flag func(o *globals)
	set  func(o *globals, v string) error
}

// An optionTable is what a tool understands before the object.
type optionTable struct {
	help string // where an unknown option points
	rows []option
}

// may is the lack of a value that the real tool does not check: it goes on
// with what C prints for a string that is not there.
func may() error { return nil }

const noString = "(null)"

var ipOptions = optionTable{"ip -help", []option{
	{words: "loops", value: "loop count", set: func(o *globals, v string) error { o.Loops = cli.Atoi(v); return nil }},
	{words: "family", value: "family type", set: setFamily},
	{words: "=4", flag: func(o *globals) { o.Family = unix.AF_INET }},
	{words: "=6", flag: func(o *globals) { o.Family = unix.AF_INET6 }},
	{words: "=0", flag: func(o *globals) { o.Family = unix.AF_PACKET }},
	{words: "=M", flag: func(o *globals) { o.Family = unix.AF_MPLS }},
	{words: "=B", flag: func(o *globals) { o.Family = unix.AF_BRIDGE }},
	{words: "human-readable", flag: func(o *globals) { o.Human = true }},
	{words: "iec", flag: func(o *globals) { o.IEC = true }},
	{words: "stats|statistics", flag: func(o *globals) { o.Stats++ }},
	{words: "details", flag: func(o *globals) { o.Details++ }},
	{words: "resolve", flag: func(o *globals) { o.Resolve = true }},
	{words: "oneline", flag: func(o *globals) { o.Oneline = true }},
	{words: "timestamp", flag: func(o *globals) { o.Timestamp = true }},
	{words: "tshort", flag: func(o *globals) { o.Timestamp, o.ShortTime = true, true }},
	{words: "Version", set: showIPVersion},
	{words: "force", flag: func(o *globals) { o.Force = true }},
	{words: "batch", value: "batch file", set: setBatch},
	{words: "brief", flag: func(o *globals) { o.Brief = true }},
	{words: "json", flag: func(o *globals) { o.JSON = true }},
	{words: "pretty", flag: func(o *globals) { o.Pretty = true }},
	{words: "rcvbuf", value: "rcvbuf size", set: setRcvBuf},
	{words: "color", set: setColor},
	{words: "help", set: func(*globals, string) error { return cli.Usage(ipUsage) }},
	{words: "netns", value: "name", lack: may, set: setNetns},
	{words: "Numeric", flag: func(o *globals) { o.Numeric = true }},
	{words: "all", flag: func(o *globals) { o.All = true }},
	{words: "=echo", flag: func(o *globals) { o.Echo = true }},
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
		case opt.value != "" && len(args) > 0:
			value, args = args[0], args[1:]
		case opt.value != "":
			value = noString
			if err := opt.lacks(); err != nil {
				return nil, err
			}
		}
		if err := opt.apply(o, value); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// lacks is the error of a value that is missing.
func (opt *option) lacks() error {
	if opt.lack != nil {
		return opt.lack()
	}
	return cli.MissArg(opt.value)
}

func (opt *option) apply(o *globals, v string) error {
	if opt.flag != nil {
		opt.flag(o)
		return nil
	}
	return opt.set(o, v)
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
// objects that ignore it. The environment, of which Go makes a map when it is
// first asked, comes last.
func palette(when string, opt *cli.Options, out *os.File) show.Palette {
	switch {
	case opt.JSON, when == "never",
		when != "always" && !show.IsTerminal(out),
		when == "" && os.Getenv("NO_COLOR") != "":
		return show.Mono
	}
	return show.BackgroundPalette(os.Getenv("COLORFGBG"))
}
