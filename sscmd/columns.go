package sscmd

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"gip/internal/show"
	"gip/internal/word"
)

// The columns, in order. The last has no heading: it is what options show behind a
// socket.
const (
	colNetid = iota
	colState
	colRecvQ
	colSendQ
	colAddr
	colPort
	colPeer
	colPeerPort
	colProcess
	colExt
	numCols
)

// A heading is what a column has by nature: its name, whether its text stands at the
// right, and what stands between it and the column before.
type heading struct {
	name  string
	right bool
	delim string
}

var headings = [numCols]heading{
	colNetid:    {"Netid", false, ""},
	colState:    {"State", false, " "},
	colRecvQ:    {"Recv-Q", false, " "},
	colSendQ:    {"Send-Q", false, " "},
	colAddr:     {"Local Address:", true, " "},
	colPort:     {"Port", false, ""},
	colPeer:     {"Peer Address:", true, " "},
	colPeerPort: {"Port", false, ""},
	colProcess:  {"Process", false, ""},
	colExt:      {"", false, ""},
}

// How much the real tool keeps before it prints: it measures the columns of what it
// has kept, so that later lines may be wider. A chunk holds fields with a length of
// two bytes each, at even places.
const (
	chunkSize = 1<<20 - 16
	maxChunks = 5
	maxField  = 1<<16 - 1
	blockSize = 1 << 16 // of our own memory
)

// A table keeps the fields of lines until their widths are known.
type table struct {
	pen    *show.Pen
	stdout *os.File
	off    [numCols]bool // columns that are not shown
	longest,
	width [numCols]int
	at     int    // the column that is being written
	field  []byte // its text
	blocks [][]byte
	last   int // the block that fields are added to
	line   []byte
	account
}

// account is where the real tool's chunks would stand.
type account struct {
	chunks, used int
	first        bool // the field is the first of its chunk
}

// write counts the bytes of a field, which moves to another chunk as a whole if
// there is no room for it.
func (a *account) write(n int) {
	switch {
	case a.chunks == 0:
		a.chunk(2 + n)
	case n > 0 && a.used+n >= chunkSize && !a.first:
		a.chunk(2 + n)
	default:
		a.used += n
	}
}

func (a *account) chunk(used int) {
	a.chunks++
	a.used, a.first = used, true
}

// end counts the end of a field of n bytes, and the beginning of the next.
func (a *account) end(n int) {
	if n%2 == 1 {
		n = 1
	} else {
		n = 0
	}
	if chunkSize-a.used-n < 2 {
		a.chunk(2)
		return
	}
	a.used += n + 2
	a.first = false
}

// next ends a field. Behind the last of a line, when much has been kept, all is
// printed.
func (t *table) next() {
	if t.off[t.at] {
		t.field = t.field[:0]
	} else {
		t.field = t.field[:min(len(t.field), maxField)]
		t.write(len(t.field))
		if t.at == colExt && t.chunks >= maxChunks {
			t.render()
			return
		}
		t.longest[t.at] = max(t.longest[t.at], len(t.field))
		t.end(len(t.field))
		t.keep()
	}
	t.at = (t.at + 1) % numCols
}

// keep files the field in a block, with its length.
func (t *table) keep() {
	n := len(t.field)
	if t.last < len(t.blocks) && len(t.blocks[t.last])+2+n > cap(t.blocks[t.last]) {
		t.grow(2 + n)
	}
	if t.last == len(t.blocks) {
		// What most commands print is little.
		t.blocks = append(t.blocks, make([]byte, 0, max(blockSize>>6, 2+n)))
	}
	b := append(t.blocks[t.last], byte(n), byte(n>>8))
	t.blocks[t.last] = append(b, t.field...)
	t.field = t.field[:0]
}

// grow makes room for n bytes: a larger block, or another one.
func (t *table) grow(n int) {
	b := t.blocks[t.last]
	if size := 4 * cap(b); size <= blockSize {
		t.blocks[t.last] = append(make([]byte, 0, max(size, len(b)+n)), b...)
		return
	}
	t.last++
	switch {
	case t.last == len(t.blocks):
		t.blocks = append(t.blocks, make([]byte, 0, max(blockSize, n)))
	case cap(t.blocks[t.last]) < n:
		t.blocks[t.last] = make([]byte, 0, n)
	}
}

// column ends fields until column c is the one that is being written.
func (t *table) column(c int) {
	for t.at != c {
		t.next()
	}
}

func (t *table) header() {
	for t.at != colExt {
		t.field = append(t.field, headings[t.at].name...)
		t.next()
	}
}

// screenWidth is that of the terminal, or what COLUMNS says; -1 if nobody says it.
func screenWidth(stdout *os.File) int {
	if show.IsTerminal(stdout) {
		if w, err := unix.IoctlGetWinsize(int(stdout.Fd()), unix.TIOCGWINSZ); err == nil && w.Col > 0 {
			return int(w.Col)
		}
	}
	if n := int(word.Atoi(os.Getenv("COLUMNS"))); n > 0 {
		return n
	}
	return -1
}

// measure sets the widths of the columns to what they hold, and on a screen spreads
// what is left of its lines among them. Columns that do not fit stand on further
// lines. compact tells that there is no screen.
func (t *table) measure() (compact bool) {
	screen := screenWidth(t.stdout)
	compact = screen < 0
	var shown []int
	for c := range t.width {
		if t.off[c] {
			continue
		}
		w := t.longest[c]
		if len(shown) > 0 && w > 0 {
			w += len(headings[c].delim)
		}
		if !compact {
			w = min(w, screen)
		}
		t.width[c] = w
		if w > 0 {
			shown = append(shown, c)
		}
	}
	if !compact {
		t.spread(shown, screen)
	}
	return compact
}

// spread breaks the columns into lines and widens those of each, the last ones of a
// line most.
func (t *table) spread(shown []int, screen int) {
	for len(shown) > 0 {
		n, sum := 0, 0
		for n < len(shown) && sum+t.width[shown[n]] <= screen {
			sum += t.width[shown[n]]
			n++
			if sum == screen {
				break
			}
		}
		line := shown[:n]
		shown = shown[n:]
		each, more := (screen-sum)/n, (screen-sum)%n
		for i := n - 1; i >= 0; i-- {
			t.width[line[i]] += each
			if more > 0 {
				t.width[line[i]]++
				more--
			}
		}
	}
}

// lastShown is the last column that is shown, not counting what options add.
func (t *table) lastShown() int {
	for c := colExt - 1; c > 0; c-- {
		if !t.off[c] {
			return c
		}
	}
	return 0
}

// render prints what was kept, with the field that is being written.
func (t *table) render() {
	if t.chunks == 0 && len(t.field) == 0 {
		return
	}
	pad := t.lastShown()
	if !t.measure() {
		pad = numCols
	}
	c := t.after(-1)
	for i := range t.blocks {
		b := t.blocks[i]
		t.blocks[i] = b[:0]
		for len(b) > 0 {
			n := int(b[0]) | int(b[1])<<8
			c = t.print(c, b[2:2+n], pad)
			b = b[2+n:]
		}
	}
	if !t.off[t.at] && t.chunks > 0 {
		t.print(c, t.field, pad)
	}
	if len(t.line) > 0 {
		t.endLine()
	}
	t.field, t.at, t.last, t.account = t.field[:0], 0, 0, account{}
}

// print adds a field of column c to the line and returns the column of the next.
// Column unpadded is not filled up.
func (t *table) print(c int, text []byte, unpadded int) (next int) {
	h := &headings[c]
	begin := len(t.line)
	if begin > 0 {
		t.line = append(t.line, h.delim...)
	}
	if h.right {
		t.fill(t.width[c] - len(text) - (len(t.line) - begin))
	}
	t.line = append(t.line, text...)
	if !h.right && c != unpadded {
		t.fill(t.width[c] - (len(t.line) - begin))
	}
	if c == colExt {
		t.endLine()
	}
	return t.after(c)
}

func (t *table) fill(n int) {
	for ; n > 0; n-- {
		t.line = append(t.line, ' ')
	}
}

// after is the column behind c that is shown.
func (t *table) after(c int) int {
	for {
		if c = (c + 1) % numCols; !t.off[c] {
			return c
		}
	}
}

func (t *table) endLine() {
	t.line = append(t.line, '\n')
	t.pen.Bytes("", "", t.line, "")
	t.pen.Spill()
	t.line = t.line[:0]
}

// padded appends a number with blanks behind it, up to n bytes.
func padded(b []byte, v int64, n int) []byte {
	end := len(b) + n
	b = strconv.AppendInt(b, v, 10)
	for len(b) < end {
		b = append(b, ' ')
	}
	return b
}
