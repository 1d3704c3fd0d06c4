package spacecmd

import (
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"gip/internal/cli"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// A column is one of a table: its header, and what libsmartcols knows of it.
type column struct {
	name   string
	hint   int // its width, if the values want more than the header has
	right  bool
	cut    bool // values may be cut where a terminal is too narrow
	number bool // in JSON
	help   string
	tree   bool // it has the lines of the tree
	wrap   bool // values have lines

	width int
}

// A row is a line of a table. In a tree it may have one above it, which is there already.
type row struct {
	cells    []string
	parent   *row
	children []*row
}

func (r *row) last() bool {
	siblings := r.parent.children
	return siblings[len(siblings)-1] == r
}

// A table is printed as libsmartcols does.
type table struct {
	name      string // of the list in JSON
	columns   []column
	rows      []*row
	raw, json bool
	noHeads   bool
	utf8      bool
	terminal  int // the width, 0 for none
}

func newTable(e *cli.Env, name string) *table {
	t := &table{name: name, utf8: cli.LocaleUTF8()}
	fd := int(e.Stdout.Fd())
	if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err == nil {
		t.terminal = terminalWidth(fd)
	}
	return t
}

// terminalWidth asks for the width of a terminal.
func terminalWidth(fd int) int {
	if w, err := unix.IoctlGetWinsize(fd, unix.TIOCGWINSZ); err == nil && w.Col > 0 {
		return int(w.Col)
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return 80
}

// add adds a row below another one, or at the top.
func (t *table) add(parent *row) *row {
	r := &row{cells: make([]string, len(t.columns)), parent: parent}
	t.rows = append(t.rows, r)
	if parent != nil {
		parent.children = append(parent.children, r)
	}
	return r
}

func (t *table) isTree() bool {
	for i := range t.columns {
		if t.columns[i].tree {
			return true
		}
	}
	return false
}

// walk calls f with each row, in a tree with those below it behind it.
func (t *table) walk(f func(r *row)) {
	if !t.isTree() {
		for _, r := range t.rows {
			f(r)
		}
		return
	}
	var down func(r *row)
	down = func(r *row) {
		f(r)
		for _, c := range r.children {
			down(c)
		}
	}
	for _, r := range t.rows {
		if r.parent == nil {
			down(r)
		}
	}
}

// Lines of a tree: to one that is not the last below its parent, to the last, past one
// that has more below it.
type art struct{ branch, end, past string }

func (t *table) art() art {
	if t.utf8 {
		return art{"├─", "└─", "│ "}
	}
	return art{"|-", "`-", "| "}
}

// before writes what stands in front of a row for those above it.
func (t *table) before(b []byte, r *row) []byte {
	if r.parent == nil {
		return b
	}
	b = t.before(b, r.parent)
	if r.last() {
		return append(b, "  "...)
	}
	return append(b, t.art().past...)
}

// cell is the text of a cell, by its lines.
func (t *table) cell(r *row, i int) (lines []string) {
	c := &t.columns[i]
	lines = []string{r.cells[i]}
	if c.wrap {
		lines = strings.Split(r.cells[i], "\n")
	}
	if !c.tree || r.parent == nil {
		return lines
	}
	lead := t.before(nil, r.parent)
	if r.last() {
		lead = append(lead, t.art().end...)
	} else {
		lead = append(lead, t.art().branch...)
	}
	return append([]string{string(lead) + lines[0]}, lines[1:]...)
}

// safe is a text in which what cannot be shown is written as \xHH, and its width.
func (t *table) safe(s string) (string, int) {
	var b []byte
	width := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s) && s[i+1] == 'x', c < ' ', c == 0x7f, c >= utf8.RuneSelf && (!t.utf8 || r == utf8.RuneError || !strconv.IsPrint(r)):
			if !t.utf8 || r == utf8.RuneError {
				size = 1
			}
			for _, c := range []byte(s[i : i+size]) {
				b = append(b, '\\', 'x', show.HexDigits[c>>4], show.HexDigits[c&15])
				width += 4
			}
		default:
			b = append(b, s[i:i+size]...)
			width++
		}
		i += size
	}
	return string(b), width
}

// measure sets the widths of the columns, and fits them to the terminal.
func (t *table) measure() {
	total := len(t.columns) - 1
	shortest := make([]int, len(t.columns))
	for i := range t.columns {
		c := &t.columns[i]
		header := 0
		if !t.noHeads {
			header = len(c.name)
		}
		longest := 0
		t.walk(func(r *row) {
			for _, line := range t.cell(r, i) {
				_, w := t.safe(line)
				longest = max(longest, w)
			}
		})
		shortest[i] = max(header, 1)
		switch c.width = longest; {
		case longest <= shortest[i]:
			if c.width = shortest[i]; longest == 0 && header == 0 {
				c.width, shortest[i] = 0, 0
			}
		case longest < c.hint && shortest[i] < c.hint:
			c.width = c.hint
		}
		total += c.width
	}
	if t.terminal == 0 {
		return
	}
	for i := range t.columns {
		if c := &t.columns[i]; c.cut && total > t.terminal {
			less := min(total-t.terminal, c.width-shortest[i])
			c.width, total = c.width-less, total-less
		}
	}
	t.widen(total)
}

// widen gives columns the width that they would like to have, while there is room.
func (t *table) widen(total int) {
	for changed := true; changed; {
		changed = false
		for i := len(t.columns) - 1; i >= 0; i-- {
			if c := &t.columns[i]; total < t.terminal && c.width < c.hint {
				c.width++
				total++
				changed = true
			}
		}
	}
}

// print prints the table; as a list without rows nothing, not even the header.
func (t *table) print(p *show.Pen) {
	switch {
	case t.json:
		t.printJSON(p)
		return
	case len(t.rows) == 0:
		return
	case !t.raw:
		t.measure()
	}
	if !t.noHeads {
		heads := make([][]string, len(t.columns))
		for i := range t.columns {
			heads[i] = []string{t.columns[i].name}
		}
		t.line(p, heads, nil)
	}
	t.walk(func(r *row) {
		cells := make([][]string, len(t.columns))
		for i := range cells {
			cells[i] = t.cell(r, i)
		}
		t.line(p, cells, r)
	})
}

// line prints a row: one line or, where cells have more, several.
func (t *table) line(p *show.Pen, cells [][]string, r *row) {
	for n, more := 0, true; more; n++ {
		more = false
		var b []byte
		for i := range t.columns {
			c, lines := &t.columns[i], cells[i]
			last := i == len(t.columns)-1
			switch {
			case t.raw:
				b = appendRaw(b, lines[0])
			case n < len(lines):
				b = t.appendCell(b, c, lines[n], last, n > 0)
			case !last:
				b = t.appendBlank(b, c, r)
			}
			if !last {
				b = append(b, ' ')
			}
			more = more || !t.raw && n+1 < len(lines)
		}
		p.Raw(string(append(b, '\n')))
	}
}

// appendCell writes a line of a cell. One that is too long pushes the others on.
func (t *table) appendCell(b []byte, c *column, s string, last, further bool) []byte {
	text, width := t.safe(s)
	if width > c.width && c.cut {
		text, width = cutTo(text, c.width), c.width
	}
	blank := max(c.width-width, 0)
	if text != "" && c.right && !further {
		return append(appendBlanks(b, blank), text...)
	}
	b = append(b, text...)
	if last {
		return b
	}
	return appendBlanks(b, blank)
}

// cutTo is as much of a text as has a width.
func cutTo(s string, width int) string {
	for i := range s {
		if width == 0 {
			return s[:i]
		}
		width--
	}
	return s
}

// appendBlank writes a cell of a further line that has none: blanks, and in a tree what
// leads on to those below.
func (t *table) appendBlank(b []byte, c *column, r *row) []byte {
	lead := []byte(nil)
	if c.tree && r != nil {
		lead = t.before(nil, r)
		if len(r.children) > 0 {
			lead = append(lead, t.art().past...)
		}
	}
	return appendBlanks(append(b, lead...), c.width-utf8.RuneCount(lead))
}

func appendBlanks(b []byte, n int) []byte {
	for ; n > 0; n-- {
		b = append(b, ' ')
	}
	return b
}

// appendRaw writes a value without blanks.
func appendRaw(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == '\\' || c >= 0x7f {
			b = append(b, '\\', 'x', show.HexDigits[c>>4], show.HexDigits[c&15])
		} else {
			b = append(b, c)
		}
	}
	return b
}

// printJSON prints the list as an object of one name.
func (t *table) printJSON(p *show.Pen) {
	var top []*row
	for _, r := range t.rows {
		if r.parent == nil || !t.isTree() {
			top = append(top, r)
		}
	}
	b := append([]byte("{\n   \""), t.name...)
	b = t.appendList(append(b, "\": ["...), top, 2)
	if top == nil {
		b = append(b, "\n\n   ]"...)
	}
	p.Raw(string(append(b, "\n}\n"...)))
}

func appendIndent(b []byte, depth int) []byte { return appendBlanks(append(b, '\n'), 3*depth) }

func (t *table) appendList(b []byte, rows []*row, depth int) []byte {
	for i, r := range rows {
		if i == 0 {
			b = appendIndent(b, depth)
		}
		b = t.appendObject(append(b, '{'), r, depth+1)
		if b = appendIndent(b, depth); i < len(rows)-1 {
			b = append(b, "},"...)
		} else {
			b = append(appendIndent(append(b, '}'), depth-1), ']')
		}
	}
	return b
}

// appendObject writes the values of a row. As in the real tool, one with several lines
// leaves a line of blanks.
func (t *table) appendObject(b []byte, r *row, depth int) []byte {
	blanks := -1
	for i := range t.columns {
		c := &t.columns[i]
		value, _, more := strings.Cut(r.cells[i], "\n")
		if more && c.wrap {
			blanks = i
		}
		b = appendIndent(b, depth)
		b = append(append(append(b, '"'), strings.ToLower(c.name)...), `": `...)
		switch {
		case value == "":
			b = append(b, "null"...)
		case c.number:
			b = append(b, value...)
		default:
			b = append(show.AppendEscaped(append(b, '"'), value), '"')
		}
		if i < len(t.columns)-1 || t.isTree() && len(r.children) > 0 {
			b = append(b, ',')
		}
	}
	if blanks >= 0 {
		b = appendBlanks(append(b, '\n'), blanks)
	}
	if t.isTree() && len(r.children) > 0 {
		b = t.appendList(append(appendIndent(b, depth), `"children": [`...), r.children, depth+1)
	}
	return b
}
