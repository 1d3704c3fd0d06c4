package nstatcmd

import (
	"path"
	"strconv"
	"strings"
	"time"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/word"
)

// Lnstat is the command lnstat, with the names that look at one file.
var Lnstat = command.Applet{Names: "lnstat|rtstat|ctstat", Usage: lnstatUsage, Run: runLnstat}

const lnstatUsage = `Usage: lnstat [ OPTIONS ]
  -c, --count=N        show N lines of counters, 0 for no end
  -d, --dump           show which files and counters there are
  -f, --file=FILE      use this file of /proc/net/stat; may be given several times
  -h, --help           show this
  -i, --interval=SECS  wait so long between two lines (2)
  -j, --json           write JSON
  -k, --keys=KEY,...   show only these: COUNTER or FILE:COUNTER
  -s, --subject=WHEN   show a heading 0: never, 1: once, 2: every 20 lines (2)
  -V, --version        show this
  -w, --width=N,...    the widths of the columns (8)
rtstat is lnstat -f rt_cache, and ctstat lnstat -f ip_conntrack.
`

var lnstatGetopt = cli.Getopt{
	Prog:  "lnstat",
	Short: "Vc:djpf:h?i:k:s:w:",
	Long: []cli.LongOpt{
		{Name: "version", Val: 'V'}, {Name: "count", Arg: cli.NeedArg, Val: 'c'}, {Name: "dump", Val: 'd'},
		{Name: "json", Val: 'j'}, {Name: "file", Arg: cli.NeedArg, Val: 'f'}, {Name: "help", Val: 'h'},
		{Name: "interval", Arg: cli.NeedArg, Val: 'i'}, {Name: "keys", Arg: cli.NeedArg, Val: 'k'},
		{Name: "subject", Arg: cli.NeedArg, Val: 's'}, {Name: "width", Arg: cli.NeedArg, Val: 'w'},
		{Name: "oneline", Val: '1'},
	},
}

// What the real tool has room for.
const (
	mostColumns = 128
	mostHeads   = 10 // lines of the heading
	mostWidth   = 20
	usualWidth  = 8
)

// headEvery is after how many lines the heading comes again.
const headEvery = 20

// An lnstat is one call.
type lnstat struct {
	*command.Call
	files    []*statFile
	wanted   []string // the names of files; none for all
	keys     []string
	widths   [mostColumns]int32
	columns  []column
	count    uint64
	interval int32
	heading  int32
	dump     bool
	json     bool
}

// A column shows one counter.
type column struct {
	*statCounter
	width int32
}

// readsOne are the files that the other names of the command look at.
var readsOne = [...]struct{ name, file string }{{"rtstat", "rt_cache"}, {"ctstat", "ip_conntrack"}}

func runLnstat(c *command.Call) error {
	l := &lnstat{Call: c, interval: 2, heading: 2}
	for _, o := range readsOne {
		if path.Base(c.Called) == o.name {
			l.wanted = append(l.wanted, o.file)
		}
	}
	if _, err := lnstatGetopt.As(c.Called).Each(c.Rest(), l.option); err != nil {
		return err
	}
	l.open()
	defer l.close()
	if l.dump {
		l.list()
		return cli.Silent(alwaysFails)
	}
	if err := l.choose(); err != nil {
		return err
	}
	l.follow()
	return cli.Silent(alwaysFails)
}

// alwaysFails is the status of lnstat, also if nothing is wrong.
const alwaysFails = 1

func (l *lnstat) option(o cli.Opt) error {
	switch o.Val {
	case 'c':
		l.count, _ = cli.Strtoul(o.Arg, 0)
	case 'd':
		l.dump, l.json = true, false
	case 'j':
		l.dump, l.json = false, true
	case 'f':
		l.wanted = append(l.wanted, o.Arg)
	case 'i':
		if v, _, ok := word.Scanu(o.Arg); ok {
			l.interval = int32(v)
		}
	case 's':
		if v, _, ok := word.Scanu(o.Arg); ok {
			l.heading = int32(v)
		}
	case 'k':
		l.addKeys(o.Arg)
	case 'w':
		l.setWidths(o.Arg)
	case 'h':
		return &cli.Error{Text: lnstatUsage, Ends: true}
	case '?':
		if o.Err != "" {
			o.Err += "\n"
		}
		return &cli.Error{Text: o.Err + lnstatUsage, Ends: true}
	default:
		return &cli.Error{Status: cli.StatusError, Text: lnstatUsage, Ends: true}
	}
	return nil
}

// parts yields the parts of a list between commas that are not empty, as strtok does.
func parts(list string, f func(part string) bool) {
	for part := range strings.SplitSeq(list, ",") {
		if part != "" && !f(part) {
			return
		}
	}
}

func (l *lnstat) addKeys(list string) {
	parts(list, func(key string) bool {
		if len(l.keys) >= mostColumns {
			l.Warnf("WARN: too many keys requested: (%d max)\n", mostColumns)
			return false
		}
		l.keys = append(l.keys, key)
		return true
	})
}

// setWidths sets the widths of the first columns; a single one is that of all.
func (l *lnstat) setWidths(list string) {
	n := 0
	parts(list, func(s string) bool {
		v, _ := cli.Strtoul(s, 0)
		l.widths[n] = min(int32(v), mostWidth)
		n++
		return n < mostColumns
	})
	for i := range l.widths {
		if n == 1 {
			l.widths[i] = l.widths[0]
		}
	}
}

// list shows the files and their counters.
func (l *lnstat) list() {
	for _, f := range l.files {
		l.Pen.Raw(f.path + ":\n")
		for i := range f.counters {
			l.Pen.UintWidth("", "\t", 2, uint64(i+1), ": ")
			l.Pen.Raw(f.counters[i].name + "\n")
		}
	}
}

// choose works out the columns. The interval counts for files that have one.
func (l *lnstat) choose() error {
	if len(l.keys) == 0 {
		l.chooseAll()
	}
	for _, key := range l.keys {
		c := l.find(key)
		if c == nil {
			return cli.Fail("Field `%s' unknown", key)
		}
		l.columns = append(l.columns, column{statCounter: c})
	}
	for i := range l.columns {
		c := &l.columns[i]
		c.file.interval = int64(l.interval)
		if c.width = l.widths[i]; c.width == 0 {
			c.width = usualWidth
		}
	}
	l.interval = max(l.interval, 1)
	return nil
}

func (l *lnstat) chooseAll() {
	for _, f := range l.files {
		for i := range f.counters {
			l.columns = append(l.columns, column{statCounter: &f.counters[i]})
			if len(l.columns) >= mostColumns-1 {
				l.Warnf("WARN: MAX_FIELDS (%d) reached, truncating number of keys\n", mostColumns)
				return
			}
		}
	}
}

// find finds the counter that a key names, maybe with its file.
func (l *lnstat) find(key string) *statCounter {
	file, name, ok := strings.Cut(key, ":")
	if !ok {
		file, name = "", key
	}
	for _, f := range l.files {
		if ok && f.name != file {
			continue
		}
		for i := range f.counters {
			if f.counters[i].name == name {
				return &f.counters[i]
			}
		}
	}
	return nil
}

// follow shows the counters, again and again.
func (l *lnstat) follow() {
	for i := uint64(0); i < l.count || l.count == 0; i++ {
		for _, f := range l.files {
			f.update()
		}
		if l.json {
			l.printJSON()
		} else {
			if l.heading > 1 && i%headEvery == 0 || l.heading == 1 && i == 0 {
				l.head()
			}
			l.line()
		}
		l.Pen.Flush()
		if i+1 == l.count {
			return
		}
		if l.Pause(time.Duration(l.interval) * time.Second) {
			return
		}
	}
}

func (l *lnstat) printJSON() {
	p := l.Pen
	p.AsJSON(false)
	p.BeginObject()
	for i := range l.columns {
		p.JUint(l.columns[i].name, l.columns[i].shown)
	}
	p.EndObject()
}

func (l *lnstat) line() {
	for i := range l.columns {
		l.cell(&l.columns[i], strconv.FormatUint(l.columns[i].shown, 10))
	}
	l.Pen.Raw("\n")
}

// cell writes a text at the right of a column, at the left of one with a negative
// width.
func (l *lnstat) cell(c *column, text string) { l.Pen.StrWidth("", "", int(-c.width), text, "|") }

// head writes the heading: the name of the file, cut off, and below it that of the
// counter, in pieces. There are as many lines as the name of the last counter needs.
func (l *lnstat) head() {
	lines := 0
	if n := len(l.columns); n > 0 {
		last := &l.columns[n-1]
		for lines = 1; lines < mostHeads && (lines == 1 || last.piece(lines-1) != ""); lines++ {
		}
	}
	for h := range lines {
		for i := range l.columns {
			c := &l.columns[i]
			if h == 0 {
				l.cell(c, c.cut(c.file.name))
			} else {
				l.cell(c, c.piece(h-1))
			}
		}
		l.Pen.Raw("\n")
	}
}

// cut is as much of a text as fits into the column.
func (c *column) cut(text string) string {
	if c.width < 0 {
		return text
	}
	return text[:min(len(text), int(c.width))]
}

// piece is a piece of the counter's name.
func (c *column) piece(n int) string {
	if c.width < 0 && n > 0 {
		return ""
	}
	at := min(n*int(c.width), len(c.name))
	return c.cut(c.name[max(at, 0):])
}
