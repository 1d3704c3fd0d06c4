// Package columns is how ss prints: fields in columns that are as wide as what stands in
// them, or the members of a JSON object, by the same calls (Printer).
package columns

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
	ColNetid = iota
	ColState
	ColRecvQ
	ColSendQ
	ColAddr
	colPort
	colPeer
	colPeerPort
	ColProcess
	colExt
	numCols
)

// A heading is what a column has by nature: its name, whether its text stands at the
// right, and whether a blank stands between it and the column before.
type heading struct {
	name         string
	right, apart bool
}

var headings = [numCols]heading{
	ColNetid:    {"Netid", false, false},
	ColState:    {"State", false, true},
	ColRecvQ:    {"Recv-Q", false, true},
	ColSendQ:    {"Send-Q", false, true},
	ColAddr:     {"Local Address:", true, true},
	colPort:     {"Port", false, false},
	colPeer:     {"Peer Address:", true, true},
	colPeerPort: {"Port", false, false},
	ColProcess:  {"Process", false, false},
	colExt:      {"", false, false},
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

// A Table keeps lines until the widths of its columns are known. A line is kept as it
// would print if no wider field came: mostly that is so, and then what has been kept is
// written as it is.
type Table struct {
	Pen    *show.Pen
	Stdout *os.File
	Off    [numCols]bool // columns that are not shown
	longest,
	width [numCols]int // of what has been kept
	at     int    // the column that is being written
	Field  []byte // its text
	blocks []block
	last   int // the block that lines are added to
	line   []byte
	account
}

// A block has lines as they print in columns of some widths, and the lengths of their
// fields, by which they are printed in others. The last line may not be whole.
type block struct {
	text  []byte
	sizes []uint16
	width [numCols]int
	// where the last line begins
	textAt, sizesAt int
}

// account is where the real tool's chunks would stand.
type account struct {
	chunks, used int
	first        bool // the field is the first of its chunk
}

// count counts a field of n bytes and the beginning of the next. It tells in which chunk
// the field is, from 1 on.
func (a *account) count(n int) int {
	if even := n + n%2; a.chunks > 0 && a.used+even+2 <= chunkSize { // there is room, mostly
		a.used += even + 2
		a.first = false
		return a.chunks
	}
	a.write(n)
	chunk := a.chunks
	a.End(n)
	return chunk
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

// End counts the end of a field of n bytes, and the beginning of the next.
func (a *account) End(n int) {
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

// Next ends a field. Behind the last of a line, when much has been kept, all is
// printed.
func (t *Table) Next() {
	if !t.Off[t.at] {
		n := min(len(t.Field), maxField)
		t.Field = t.Field[:n]
		chunk := t.count(n)
		if t.at == colExt && chunk >= maxChunks {
			t.Render()
			return
		}
		if n > t.longest[t.at] {
			t.longest[t.at] = n
			t.widen()
		}
		t.keep()
	}
	t.Field = t.Field[:0]
	if t.at++; t.at == numCols {
		t.at = 0
	}
}

// widen sets the widths that the next lines are kept in, from the one that has begun
// on. What stands behind a line's last column is not filled up before it prints: it
// may be long.
func (t *Table) widen() {
	t.width = t.measure(-1)
	t.width[colExt] = 0
	if t.last == len(t.blocks) {
		return
	}
	b := &t.blocks[t.last]
	if t.width == b.width {
		return
	}
	if b.textAt > 0 {
		text, sizes := b.text[b.textAt:], b.sizes[b.sizesAt:]
		b.text, b.sizes = b.text[:b.textAt], b.sizes[:b.sizesAt]
		t.last++
		b = t.block()
		b.text, b.sizes = append(b.text, text...), append(b.sizes, sizes...)
	}
	b.width = t.width
}

// block is the one that lines are added to. What most commands print is little.
func (t *Table) block() *block {
	if t.last == len(t.blocks) {
		t.blocks = append(t.blocks, block{width: t.width})
	}
	return &t.blocks[t.last]
}

// keep adds the field to the line.
func (t *Table) keep() {
	b := t.block()
	b.sizes = append(b.sizes, uint16(len(t.Field)))
	b.text = appendCell(b.text, len(b.text) > b.textAt, t.width[t.at], t.at, t.Field)
	if t.at != colExt {
		return
	}
	b.text = append(b.text, '\n')
	b.textAt, b.sizesAt = len(b.text), len(b.sizes)
	if b.textAt > blockSize*7/8 {
		t.nextBlock()
	}
}

// nextBlock begins a block behind one that is full.
func (t *Table) nextBlock() {
	t.last++
	b := t.block()
	b.width = t.width
	if cap(b.text) < blockSize {
		b.text, b.sizes = make([]byte, 0, blockSize), make([]uint16, 0, blockSize/16)
	}
}

// cell is how many blanks stand before and behind a field of n bytes in column c, with
// something before it in its line or not.
func cell(begun bool, width, c, n int) (before, behind int) {
	h := &headings[c]
	if begun && h.apart {
		before = 1
	}
	blanks := max(width-before-n, 0)
	if h.right {
		return before + blanks, 0
	}
	return before, blanks
}

// appendCell appends a field to a line.
func appendCell(b []byte, begun bool, width, c int, field []byte) []byte {
	before, behind := cell(begun, width, c, len(field))
	if before > 0 {
		b = blanks(b, before)
	}
	b = append(b, field...)
	if behind > 0 {
		b = blanks(b, behind)
	}
	return b
}

func blanks(b []byte, n int) []byte {
	const some = "                                "
	for ; n > len(some); n -= len(some) {
		b = append(b, some...)
	}
	return append(b, some[:n]...)
}

// Column ends fields until column c is the one that is being written.
func (t *Table) Column(c int) {
	for t.at != c {
		t.Next()
	}
}

// Header writes the headings.
func (t *Table) Header() {
	for t.at != colExt {
		t.Field = append(t.Field, headings[t.at].name...)
		t.Next()
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

// measure tells the widths of the columns by what they hold, and on a screen spreads
// what is left of its lines among them. Where there is none, the last column is not
// filled up.
func (t *Table) measure(screen int) (width [numCols]int) {
	var shown [numCols]int
	n := 0
	for c := range width {
		if t.Off[c] {
			continue
		}
		w := t.longest[c]
		if n > 0 && w > 0 && headings[c].apart {
			w++
		}
		if screen >= 0 {
			w = min(w, screen)
		}
		width[c] = w
		if w > 0 {
			shown[n] = c
			n++
		}
	}
	if screen >= 0 {
		spread(&width, shown[:n], screen)
	} else {
		width[t.lastShown()] = 0
	}
	return width
}

// spread breaks the columns into lines and widens those of each, the last ones of a
// line most. Columns that do not fit stand on further lines.
func spread(width *[numCols]int, shown []int, screen int) {
	for len(shown) > 0 {
		n, sum := 0, 0
		for n < len(shown) && sum+width[shown[n]] <= screen {
			sum += width[shown[n]]
			n++
			if sum == screen {
				break
			}
		}
		line := shown[:n]
		shown = shown[n:]
		each, more := (screen-sum)/n, (screen-sum)%n
		for i := n - 1; i >= 0; i-- {
			width[line[i]] += each
			if more > 0 {
				width[line[i]]++
				more--
			}
		}
	}
}

// lastShown is the last column that is shown, not counting what options add.
func (t *Table) lastShown() int {
	for c := colExt - 1; c > 0; c-- {
		if !t.Off[c] {
			return c
		}
	}
	return 0
}

// Render prints what was kept, with the field that is being written.
func (t *Table) Render() {
	if t.chunks == 0 && len(t.Field) == 0 {
		return
	}
	if !t.Off[t.at] && t.chunks > 0 {
		t.keep()
	}
	width := t.measure(screenWidth(t.Stdout))
	for i := range t.blocks {
		b := &t.blocks[i]
		if b.width == width && b.textAt == len(b.text) {
			t.Pen.Bytes("", "", b.text, "")
			t.Pen.Spill()
		} else {
			t.again(b, &width)
		}
		*b = block{text: b.text[:0], sizes: b.sizes[:0], width: t.width}
	}
	t.Field, t.at, t.last, t.account = t.Field[:0], 0, 0, account{}
}

// again prints the lines of a block in columns of other widths.
func (t *Table) again(b *block, width *[numCols]int) {
	c, begun, text := t.after(-1), false, b.text
	for _, size := range b.sizes {
		n := int(size)
		before, behind := cell(begun, b.width[c], c, n)
		t.line = appendCell(t.line, len(t.line) > 0, width[c], c, text[before:before+n])
		text = text[before+n+behind:]
		begun = begun || before+n+behind > 0
		if c == colExt {
			t.endLine()
			begun, text = false, text[1:]
		}
		c = t.after(c)
	}
	if len(t.line) > 0 {
		t.endLine()
	}
}

// after is the column behind c that is shown.
func (t *Table) after(c int) int {
	for {
		if c = (c + 1) % numCols; !t.Off[c] {
			return c
		}
	}
}

func (t *Table) endLine() {
	t.line = append(t.line, '\n')
	t.Pen.Bytes("", "", t.line, "")
	t.Pen.Spill()
	t.line = t.line[:0]
}

// Padded appends a number with blanks behind it, up to n bytes.
func Padded(b []byte, v int64, n int) []byte {
	end := len(b) + n
	b = strconv.AppendInt(b, v, 10)
	for len(b) < end {
		b = append(b, ' ')
	}
	return b
}
