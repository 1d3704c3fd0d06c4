// Package nstatcmd is the small tools of iproute2 that show the kernel's counters:
// nstat and ifstat tell what they counted since the last time, lnstat tells it again
// and again.
//
// nstat and ifstat are one program with two sources. What they read is kept in a
// history file; the next call shows what has been added since. With -d one of them
// becomes a daemon that reads the counters in intervals and works out their rates;
// calls ask it in place of the kernel (daemon.go).
package nstatcmd

import (
	"math"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/glob"
	"gip/internal/word"
)

// An entry is a counter of nstat, or a link with all that is counted of it.
type entry struct {
	name  string
	index int32 // of a link
	val   []uint64
	rate  []float64
	// raw is what the kernel said last of a link, whose daemon counts by the low 32
	// bits of it.
	raw []uint64
}

// A tool is what nstat and ifstat do not have in common.
type tool struct {
	name     string
	variable string // of the environment: the history file
	usage    string
	getopt   cli.Getopt
	long     int                         // how many of longOptions it has
	option   func(*meter, cli.Opt) error // the options that it has alone, and numbers
	// limit is how long the path of the variable may be; 0 for any.
	limit int
	// mustReset tells that a history that is not there cannot be reset.
	mustReset bool

	load func(*meter) ([]entry, error)              // from the kernel
	read func(*meter, string) ([]entry, error)      // from a history, or a daemon's answer
	save func(m *meter, all bool) []byte            // the same, of the current entries
	show func(m *meter, e *entry, since *entry)     // prints what was counted since, or all for nil
	head func(m *meter)                             // what stands before it, in text
	same func(a, b *entry) bool                     // they are of one counter or link
	fits func(patterns []string, name string) bool  // a name matches
	more func(m *meter, now, then *entry, ms int32) // adds to an entry what was counted in an interval
}

// A meter is one call of them.
type meter struct {
	*command.Call
	*tool
	zeros, reset, absolute, keep, quiet, errors, json, pretty bool

	interval int32 // of the daemon, in ms; 0 for none
	constant int32 // over how many s the daemon takes means; later ms
	weight   float64
	extended *extension
	words    []string // of the command line
	patterns []string

	now, old []entry
	known    bool   // there was a history with entries
	source   string // who counted: "kernel", or a daemon
	changed  bool   // another one than before
}

// longOptions are those that both have, and last those of ifstat.
var longOptions = [...]cli.LongOpt{
	{Name: "help", Val: 'h'}, {Name: "ignore", Val: 'a'}, {Name: "scan", Arg: cli.NeedArg, Val: 'd'},
	{Name: "nooutput", Val: 'n'}, {Name: "json", Val: 'j'}, {Name: "reset", Val: 'r'},
	{Name: "noupdate", Val: 's'}, {Name: "pretty", Val: 'p'}, {Name: "interval", Arg: cli.NeedArg, Val: 't'},
	{Name: "version", Val: 'V'}, {Name: "zeros", Val: 'z'},
	{Name: "errors", Val: 'e'}, {Name: "extended", Arg: cli.NeedArg, Val: 'x'},
}

func (t *tool) run(c *command.Call) error {
	m := &meter{Call: c, tool: t, words: c.Rest()}
	g := t.getopt.As(c.Called)
	g.Long = longOptions[:t.long]
	var err error
	if m.patterns, err = g.Each(m.words, m.take); err != nil {
		return err
	}
	if err := m.extend(); err != nil {
		return err
	}
	if m.interval > 0 {
		return m.daemon()
	}
	return m.tell()
}

func (m *meter) take(o cli.Opt) error {
	if o.Turns([]cli.Switch{{'z', &m.zeros}, {'r', &m.reset}, {'a', &m.absolute}, {'s', &m.keep},
		{'n', &m.quiet}, {'e', &m.errors}, {'j', &m.json}, {'p', &m.pretty}}) {
		return nil
	}
	switch o.Val {
	case 'd', 't', 'x':
		return m.option(m, o)
	case 'v', 'V':
		m.Pen.Raw(m.name + " utility, iproute2-" + command.Reference + "\n")
		return cli.Done
	}
	if o.Err != "" {
		o.Err += "\n"
	}
	return cli.Usage(o.Err + m.usage)
}

// fail is an error with the tool's name, which ends the call.
func (m *meter) fail(text string) error { return cli.Exit(cli.StatusUsage, "%s: %s", m.name, text) }

func (m *meter) failed(what string, err error) error { return m.fail(what + ": " + cli.Strerror(err)) }

func (m *meter) warn(text string) { m.Warnf("%s: %s\n", m.name, text) }

// tell shows the counters, and keeps them for the next time.
func (m *meter) tell() error {
	var h history
	if err := h.open(m); err != nil {
		return err
	}
	defer h.close()
	if err := m.ask(); err != nil {
		return err
	}
	if !m.quiet {
		m.print()
		m.Pen.WriteBlocks() // the real tool keeps nothing if SIGPIPE ends it here
	}
	return h.save(m)
}

// ask gets the counters, of the daemon or the kernel. The history is of no use if
// another one counted what it has.
func (m *meter) ask() (err error) {
	if text, ok := m.askDaemon(); ok {
		m.now, err = m.read(m, text)
		if m.known && m.changed {
			m.forget()
		}
		return err
	}
	if m.known && m.source != "" && m.source != kernel {
		m.forget()
		m.source = ""
	}
	m.now, err = m.load(m)
	if m.source == "" {
		m.source = kernel
	}
	return err
}

// kernel is the name of the source that is no daemon.
const kernel = "kernel"

// forget drops a history of another source.
func (m *meter) forget() {
	m.warn("history is stale, ignoring it.")
	m.known, m.old = false, nil
}

// from takes the name of the source, which is the first line of a history.
func (m *meter) from(name string) {
	if m.source != "" && m.source != name {
		m.changed = true
	}
	m.source = name[:min(len(name), sourceSize-1)]
}

const sourceSize = 128

// print shows the counters that match.
func (m *meter) print() {
	p := m.Pen
	if m.json {
		p.AsJSON(m.pretty)
	}
	p.BeginObject()
	p.OpenObject(m.source)
	if !p.JSON() {
		m.head(m)
	}
	old := finder{list: m.old, same: m.same}
	for i := range m.now {
		e := &m.now[i]
		var since *entry
		if m.known && !m.absolute {
			since = old.find(e)
		}
		if m.matches(e) {
			m.show(m, e, since)
		}
	}
	p.CloseObject()
	p.EndObject()
}

func (m *meter) matches(e *entry) bool {
	return len(m.patterns) == 0 || m.fits(m.patterns, e.name)
}

// matchAny reports whether a name matches one of the patterns.
func matchAny(patterns []string, name string) bool {
	for _, p := range patterns {
		if glob.Match(p, name) {
			return true
		}
	}
	return false
}

// A finder finds entries in another list, which has them in the same order: what it
// has found, and what stood before that, it does not find again.
type finder struct {
	list []entry
	same func(a, b *entry) bool
}

func (f *finder) find(e *entry) *entry {
	for i := range f.list {
		if h := &f.list[i]; f.same(h, e) {
			f.list = f.list[i+1:]
			return h
		}
	}
	return nil
}

// cutLine takes a line with its newline, as fgets does into a buffer of so many bytes.
func cutLine(text string, size int) (line, rest string) {
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' || i+1 == size-1 {
			return text[:i+1], text[i+1:]
		}
	}
	return text, ""
}

// pad adds a text and the blanks that make it so wide.
func pad(b []byte, text string, width int) []byte {
	b = append(b, text...)
	for n := len(text); n < width; n++ {
		b = append(b, ' ')
	}
	return b
}

// settleConstant reads the time over which means are taken.
func (m *meter) settleConstant(v int32, ok bool) error {
	if m.constant = v; !ok || v <= 0 {
		return m.fail("invalid time constant divisor")
	}
	return nil
}

// settle works out the weight of a new rate: after the time that means are taken over,
// a rate of before has a tenth.
func (m *meter) settle() {
	if m.constant == 0 {
		m.constant = 60
	}
	m.constant *= 1000
	m.weight = 1 - 1/math.Exp(math.Ln10*float64(m.interval)/float64(m.constant))
}

// mean brings a rate up to date, after an interval in which so much was counted.
func (m *meter) mean(rate *float64, count uint64, ms int32) {
	sample := float64(count) * 1000 / float64(ms)
	switch {
	case ms >= m.interval:
		*rate += m.weight * (sample - *rate)
	case ms < 1000:
	case ms >= m.constant:
		*rate = sample
	default:
		*rate += m.weight * float64(ms) / float64(m.interval) * (sample - *rate)
	}
}

// scanDecimal is sscanf's %d of an option.
func scanDecimal(s string) (v int32, ok bool) {
	v, _, ok = word.Scan(s, 10)
	return v, ok
}

// uid is whose history and daemon are meant.
func uid() int { return unix.Getuid() }
