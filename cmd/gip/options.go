package main

import (
	"os"
	"strings"

	"gip/internal/cli"
	"gip/internal/netns"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// ipOptions are the options that stand before the object.
type ipOptions struct {
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

// An option is a row of ip's table of options: the words without their dash,
// in the order in which abbreviations are tried.
type option struct {
	words string
	value string // what its value is called when it is missing; "" for none
	set   func(o *ipOptions, v string) error
}

func flag(f func(o *ipOptions)) func(*ipOptions, string) error {
	return func(o *ipOptions, _ string) error { f(o); return nil }
}

func family(f uint8) func(*ipOptions, string) error {
	return flag(func(o *ipOptions) { o.Family = f })
}

var ipOptionTable = []option{
	{"loops", "loop count", func(o *ipOptions, v string) error { o.Loops = cli.Atoi(v); return nil }},
	{"family", "family type", setFamily},
	{"=4", "", family(unix.AF_INET)},
	{"=6", "", family(unix.AF_INET6)},
	{"=0", "", family(unix.AF_PACKET)},
	{"=M", "", family(unix.AF_MPLS)},
	{"=B", "", family(unix.AF_BRIDGE)},
	{"human-readable", "", flag(func(o *ipOptions) { o.Human = true })},
	{"iec", "", flag(func(o *ipOptions) { o.IEC = true })},
	{"stats|statistics", "", flag(func(o *ipOptions) { o.Stats++ })},
	{"details", "", flag(func(o *ipOptions) { o.Details++ })},
	{"resolve", "", flag(func(o *ipOptions) { o.Resolve = true })},
	{"oneline", "", flag(func(o *ipOptions) { o.Oneline = true })},
	{"timestamp", "", flag(func(o *ipOptions) { o.Timestamp = true })},
	{"tshort", "", flag(func(o *ipOptions) { o.Timestamp, o.ShortTime = true, true })},
	{"Version", "", func(*ipOptions, string) error { return showVersion(ipVersion) }},
	{"force", "", flag(func(o *ipOptions) { o.Force = true })},
	{"batch", "batch file", func(o *ipOptions, v string) error { o.batch, o.isBatch = v, true; return nil }},
	{"brief", "", flag(func(o *ipOptions) { o.Brief = true })},
	{"json", "", flag(func(o *ipOptions) { o.JSON = true })},
	{"pretty", "", flag(func(o *ipOptions) { o.Pretty = true })},
	{"rcvbuf", "rcvbuf size", setRcvBuf},
	{"color", "", setColor},
	{"help", "", func(*ipOptions, string) error { return cli.Usage(ipUsage) }},
	{"netns", "", setNetns},
	{"Numeric", "", flag(func(o *ipOptions) { o.Numeric = true })},
	{"all", "", flag(func(o *ipOptions) { o.All = true })},
	{"=echo", "", flag(func(o *ipOptions) { o.Echo = true })},
}

// parse takes the options that args begin with and returns the rest.
func (o *ipOptions) parse(args []string) ([]string, error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		word := args[0]
		args = args[1:]
		if word == "--" {
			break
		}
		if strings.HasPrefix(word, "--") {
			word = word[1:]
		}
		opt, inline := findOption(word[1:])
		if opt == nil {
			return nil, cli.Exit(cli.StatusUsage, `Option "%s" is unknown, try "ip -help".`, word)
		}
		value := inline
		if opt.value != "" || opt.words == "netns" {
			if len(args) == 0 && opt.value != "" {
				return nil, cli.MissArg(opt.value)
			}
			value = "(null)" // what the real tool takes for the name that is missing
			if len(args) > 0 {
				value, args = args[0], args[1:]
			}
		}
		if err := opt.set(o, value); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// findOption finds the row that a word without its dash names. A lone dash is
// a prefix of everything: the first row. Only -color has a value behind "=".
func findOption(word string) (opt *option, inline string) {
	name, value, eq := strings.Cut(word, "=")
	for i := range ipOptionTable {
		o := &ipOptionTable[i]
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

func setColor(o *ipOptions, v string) error {
	if o.color = v; v == "" {
		o.color = "always"
	}
	return nil
}

func setFamily(o *ipOptions, v string) error {
	if v == "help" {
		return cli.Usage(ipUsage)
	}
	if o.Family = cli.ParseFamily(v); o.Family == unix.AF_UNSPEC {
		return cli.InvArg("invalid protocol family", v)
	}
	return nil
}

func setRcvBuf(o *ipOptions, v string) error {
	n, ok := cli.ParseUint(v, 0, 32)
	if !ok {
		return cli.Exit(cli.StatusUsage, "Invalid rcvbuf size '%s'", v)
	}
	o.RcvBuf = int(n)
	return nil
}

func setNetns(_ *ipOptions, v string) error {
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
