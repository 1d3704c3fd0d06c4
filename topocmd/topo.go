// Package topocmd is "gip topo": the network of a machine as text, as a picture or as
// a document (package topo).
package topocmd

import (
	"context"
	"os"
	"runtime/debug"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/page"
	"gip/internal/show"
	"gip/internal/word"
	"gip/topo"

	"golang.org/x/sys/unix"
)

// Object is what "gip topo" does.
var Object = command.Object{Words: "=topo", Usage: usage, Takes: "...", Does: "show namespaces, links and routes as a picture", Run: run}

const usage = `Usage: gip topo [ OPTIONS ] [ NAMESPACE ... ]
Shows all network namespaces that can be seen, or those named: by name, process or inode.

-o, --output FORM   := { text | svg | html | dot | mermaid | lab | json }
-d, --diff OLD.json what is different from a network that was kept with -o json (- is standard input)
-w, --watch         again at each change, which is marked
-a, --all           also loopbacks, link-local addresses, links that are down
-c, --color[=WHEN]  WHEN := { always | auto | never }
-h, --help          show this
`

var options = cli.Getopt{Prog: "gip topo", Short: "o:d:wac::h", Long: []cli.LongOpt{
	{Name: "output", Arg: cli.NeedArg, Val: 'o'},
	{Name: "diff", Arg: cli.NeedArg, Val: 'd'},
	{Name: "watch", Val: 'w'},
	{Name: "all", Val: 'a'},
	{Name: "color", Arg: cli.MayArg, Val: 'c'},
	{Name: "help", Val: 'h'},
}}

// statusUsage is that of a command line that cannot be understood.
const statusUsage = 2

// A form is one in which a network is shown.
type form struct {
	name string
	draw func(*call, *topo.Graph) error
}

// forms returns the forms; the first is meant where none is named.
func forms() []form {
	return []form{
		{"text", (*call).text},
		{"svg", drawn((*topo.Graph).SVG)},
		{"html", (*call).page},
		{"dot", drawn((*topo.Graph).DOT)},
		{"mermaid", drawn((*topo.Graph).Mermaid)},
		{"lab", func(c *call, g *topo.Graph) error { c.Pen.Raw(g.Lab()); return nil }},
		{"json", func(c *call, g *topo.Graph) error { c.Pen.Raw(g.JSON()); return nil }},
	}
}

// drawn is a form that is one text.
func drawn(draw func(*topo.Graph, topo.TextOptions) string) func(*call, *topo.Graph) error {
	return func(c *call, g *topo.Graph) error {
		c.Pen.Raw(draw(g, topo.TextOptions{All: c.all}))
		return nil
	}
}

// A call is a command line of gip topo.
type call struct {
	*command.Call
	form       form
	old        string // the file of -d
	watch      bool
	details    page.Details // for html
	waiting    int          // bytes of it that are not put out
	all        bool
	color      string
	namespaces []string
}

// Write puts out a part of a page.
func (c *call) Write(b []byte) (int, error) {
	c.Pen.Raw(string(b))
	if c.waiting += len(b); c.waiting >= atOnce {
		c.Pen.Flush()
		c.waiting = 0
	}
	return len(b), nil
}

// atOnce is how much of a page is kept before it is put out.
const atOnce = 32 << 10

func run(cc *command.Call) error {
	c := &call{Call: cc, form: forms()[0]}
	done, err := c.parse(cc.Rest())
	if err != nil || done {
		return err
	}
	if c.watch {
		return c.follow()
	}
	var old *topo.Graph
	if c.old != "" {
		if old, err = c.readOld(); err != nil {
			return err
		}
	}
	g, err := c.read()
	if err != nil {
		return err
	}
	if old != nil {
		return c.changes(old, g)
	}
	for _, what := range g.Unseen {
		c.Warnf("gip topo: not seen: %s\n", what)
	}
	return c.form.draw(c, g)
}

// parse reads the words; done tells that they asked for help.
func (c *call) parse(words []string) (done bool, err error) {
	opts, rest := options.Parse(words)
	for _, o := range opts {
		switch o.Val {
		case 'o':
			if c.form, err = findForm(o.Arg); err != nil {
				return false, err
			}
		case 'd':
			c.old = o.Arg
		case 'w':
			c.watch = true
		case 'a':
			c.all = true
		case 'c':
			if c.color = strings.TrimPrefix(o.Arg, "="); !o.Has {
				c.color = "always"
			}
		case 'h':
			c.Pen.Raw(usage)
			return true, nil
		default:
			return false, cli.Exit(statusUsage, "%s\n%s", o.Err, strings.TrimSuffix(usage, "\n"))
		}
	}
	c.namespaces = rest
	if c.watch && (c.old != "" || c.form.name != forms()[0].name) {
		return false, cli.Exit(statusUsage, "gip topo: -w shows text, and goes with neither -d nor another form")
	}
	return false, nil
}

func findForm(name string) (form, error) {
	var known []string
	for _, f := range forms() {
		if word.Offer(name, f.name); f.name == name {
			return f, nil
		}
		known = append(known, f.name)
	}
	return form{}, cli.Exit(statusUsage, "gip topo: unknown form %q, known are: %s", name, strings.Join(known, ", "))
}

// garbage is how much memory may be wasted, in percent, before it is collected, where all
// that is known of a network is kept for a page, and then drawn: half of what Go would.
const garbage = 50

// read reads the network, as far as it is asked for.
func (c *call) read() (*topo.Graph, error) {
	opt := topo.Options{}
	if c.form.name == "html" {
		if c.details = (page.Details{}); c.Hosted == nil {
			debug.SetGCPercent(garbage)
		}
		teller := NewTeller(c.List)
		opt.Visit = func(n *topo.Namespace) { teller.add(c.details, n) }
	}
	g, err := topo.Read(context.Background(), opt)
	if err != nil {
		return nil, cli.Fail("gip topo: %s", err)
	}
	if err := c.choose(g); err != nil {
		return nil, err
	}
	return g, nil
}

// choose keeps what is asked for.
func (c *call) choose(g *topo.Graph) error {
	if len(c.namespaces) == 0 {
		return nil
	}
	if name, ok := g.Keep(c.namespaces); !ok {
		return cli.Fail("gip topo: there is no namespace %q, or it cannot be seen", name)
	}
	return nil
}

func (c *call) readOld() (*topo.Graph, error) {
	text, err := c.ReadText(c.old)
	if err != nil {
		return nil, cli.Fail("gip topo: %s: %s", c.old, cli.Strerror(err))
	}
	g, err := topo.ParseJSON(text)
	if err != nil {
		return nil, cli.Fail("gip topo: %s: %s", c.old, err)
	}
	return g, nil
}

func (c *call) text(g *topo.Graph) error {
	c.Pen.Raw(g.Text(c.textOptions()))
	return nil
}

func (c *call) textOptions() topo.TextOptions {
	opt := topo.TextOptions{All: c.all, Paint: paint(command.Palette(c.color, c.Stdout))}
	if show.IsTerminal(c.Stdout) {
		opt.Width = width(c.Stdout)
	}
	return opt
}

// width is that of a terminal, 0 if it does not know.
func width(f *os.File) int {
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}

// colors are those that ip has for what a piece of text is.
var colors = [...]show.Color{topo.PaintName: show.Ifname, topo.PaintInet: show.Inet, topo.PaintInet6: show.Inet6,
	topo.PaintUp: show.Up, topo.PaintDown: show.Down}

func paint(p show.Palette) func(topo.Paint, string) string {
	if p == show.Mono {
		return nil
	}
	return func(as topo.Paint, s string) string { return p.Paint(colors[as], s) }
}

// changes prints what is different from an older graph.
func (c *call) changes(old, g *topo.Graph) error {
	if len(c.namespaces) > 0 {
		old.Keep(c.namespaces)
	}
	for _, line := range topo.Diff(old, g) {
		c.Pen.Raw(line + "\n")
	}
	return nil
}
