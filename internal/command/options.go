package command

import (
	"os"
	"strings"

	"gip/internal/cli"
	"gip/internal/netns"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// Reference is the release of iproute2 whose behaviour the applets have.
const Reference = "7.3.0"

// Globals are the options that stand before the object.
type Globals struct {
	cli.Options
	process *Process
	applet  *Applet
	color   string  // always, auto or never
	batch   *string // a file of command lines
	netns   string  // see cli.Env.Netns
}

// An Option is a row of an applet's table of options: the words without their
// dash, in the order in which abbreviations are tried. It has Flag, or Set.
type Option struct {
	Words string
	// Value is what a message calls the value that must follow; "" for none.
	Value string
	// Lack replaces the error of a value that is missing.
	Lack func(*Globals) error
	// Inline tells that a value may follow behind "=".
	Inline bool
	Flag   func(*cli.Options)
	Set    func(*Globals, string) error
}

// Options that several applets have.
var (
	Color     = Option{Words: "color", Inline: true, Set: setColor}
	Details   = Option{Words: "details", Flag: func(o *cli.Options) { o.Details++ }}
	Force     = Option{Words: "force", Flag: func(o *cli.Options) { o.Force = true }}
	IPv4      = Option{Words: "=4", Flag: func(o *cli.Options) { o.Family = unix.AF_INET }}
	IPv6      = Option{Words: "=6", Flag: func(o *cli.Options) { o.Family = unix.AF_INET6 }}
	JSON      = Option{Words: "json", Flag: func(o *cli.Options) { o.JSON = true }}
	Netns     = Option{Words: "netns", Value: "name", Lack: may, Set: setNetns}
	Oneline   = Option{Words: "oneline", Flag: func(o *cli.Options) { o.Oneline = true }}
	Pretty    = Option{Words: "pretty", Flag: func(o *cli.Options) { o.Pretty = true }}
	Stats     = Option{Words: "stats|statistics", Flag: func(o *cli.Options) { o.Stats++ }}
	Timestamp = Option{Words: "timestamp", Flag: func(o *cli.Options) { o.Timestamp = true }}

	Help    = Option{Words: "help", Set: func(g *Globals, _ string) error { return g.Help() }}
	Version = Option{Words: "Version", Set: func(g *Globals, _ string) error { return g.ShowVersion() }}
)

// may is the lack of a value that the real tool does not check: it goes on
// with what C prints for a string that is not there.
func may(*Globals) error { return nil }

const noString = "(null)"

// parse takes the options that args begin with and returns the rest.
func (g *Globals) parse(args []string) ([]string, error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		word := args[0]
		args = args[1:]
		if word == "--" && !g.applet.OneDash {
			break
		}
		if strings.HasPrefix(word, "--") && !g.applet.OneDash {
			word = word[1:]
		}
		opt, value := g.applet.findOption(word[1:])
		switch {
		case opt == nil:
			return nil, cli.Exit(cli.StatusUsage, `Option "%s" is unknown, try "%s".`, word, g.applet.TryHelp)
		case opt.Value != "" && len(args) > 0:
			value, args = args[0], args[1:]
		case opt.Value != "":
			value = noString
			if err := g.lacks(opt); err != nil {
				return nil, err
			}
		}
		if err := g.apply(opt, value); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// lacks is the error of a value that is missing.
func (g *Globals) lacks(opt *Option) error {
	if opt.Lack != nil {
		return opt.Lack(g)
	}
	return cli.MissArg(opt.Value)
}

func (g *Globals) apply(opt *Option, v string) error {
	if opt.Flag != nil {
		opt.Flag(&g.Options)
		return nil
	}
	return opt.Set(g, v)
}

// findOption finds the row that a word without its dash names. A lone dash is a
// prefix of everything: the first row.
func (a *Applet) findOption(word string) (opt *Option, inline string) {
	name, value, eq := strings.Cut(word, "=")
	for _, o := range a.Options {
		switch {
		case word == "" || !eq && cli.Match(o.Words, word):
			return o, ""
		case eq && o.Inline && (name == "" || cli.Match(o.Words, name)) && colorWhen(value):
			return o, value
		}
	}
	return nil, ""
}

func colorWhen(s string) bool { return s == "" || s == "always" || s == "auto" || s == "never" }

func setColor(g *Globals, v string) error {
	if g.color = v; v == "" {
		g.color = "always"
	}
	return nil
}

func setNetns(g *Globals, v string) error {
	bare, err := netns.Enter(v, g.Note)
	if err != nil {
		return cli.Exit(cli.StatusUsage, "%s", err)
	}
	if g.netns = ""; bare {
		g.netns = v
	}
	return nil
}

// SetBatch takes the name of a file of command lines.
func SetBatch(g *Globals, v string) error {
	g.batch = &v
	return nil
}

// Note writes a line to standard error.
func (g *Globals) Note(text string) { g.process.Stderr.WriteString(text + "\n") }

// Help is the error that shows the help of the applet.
func (g *Globals) Help() error { return g.applet.help() }

// ShowVersion prints the version and ends the command with success.
func (g *Globals) ShowVersion() error {
	g.process.Stdout.WriteString(g.applet.Version + "\n")
	return &cli.Error{Ends: true}
}

// palette decides about colours: never with JSON, not even for objects that ignore it.
func (g *Globals) palette() show.Palette {
	if g.JSON {
		return show.Mono
	}
	return Palette(g.color, g.process.Stdout)
}

// Palette is that of an output: by -c (always, auto, never), else as Debian builds the
// real tool, for terminals only and not against NO_COLOR. The environment, of which Go
// makes a map when it is first asked, comes last.
func Palette(when string, stdout *os.File) show.Palette {
	switch {
	case when == "never",
		when != "always" && !show.IsTerminal(stdout),
		when == "" && os.Getenv("NO_COLOR") != "":
		return show.Mono
	}
	return show.BackgroundPalette(os.Getenv("COLORFGBG"))
}
