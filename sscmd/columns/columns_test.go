package columns

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"gip/internal/show"
)

// newTable is a table that prints to a buffer.
func newTable() (*Table, *bytes.Buffer) {
	var b bytes.Buffer
	t := &Table{Pen: show.New(&b, show.Options{})}
	t.Off[ColProcess] = true
	return t, &b
}

// row adds a socket.
func (t *Table) row(fields ...string) {
	for c, text := range fields {
		t.Column(c)
		t.Field = append(t.Field, text...)
	}
	t.Column(colExt)
}

// TestColumns holds the widths of columns, with blanks at the ends of lines as the
// real tool has them: what options show is filled up to the longest but the last.
func TestColumns(t *testing.T) {
	tab, out := newTable()
	tab.Header()
	tab.row("tcp", "LISTEN", "0     ", "5     ", "127.0.0.1:", "80", "0.0.0.0:", "*")
	tab.Field = append(tab.Field, " ino:5"...)
	tab.row("u_str", "ESTAB", "0     ", "0     ", "* ", "12345", "* ", "0")
	tab.Field = append(tab.Field, " ino:123456"...)
	tab.Render()
	tab.Pen.Flush()
	want := "Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port      \n" +
		"tcp   LISTEN 0      5          127.0.0.1:80         0.0.0.0:* ino:5\n" +
		"u_str ESTAB  0      0                  * 12345            * 0 ino:123456\n"
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", strings.ReplaceAll(got, " ", "·"), strings.ReplaceAll(want, " ", "·"))
	}
}

// TestChunks holds that a table is printed when the real tool's memory is full, and
// that lines before that are not as wide as later ones.
func TestChunks(t *testing.T) {
	tab, out := newTable()
	long := strings.Repeat("x", 1000)
	for i := range 7000 {
		port := "1"
		if i > 6000 {
			port = "12345"
		}
		tab.row("tcp", "ESTAB", "0", "0", long, port, "b:", "2")
	}
	tab.Render()
	tab.Pen.Flush()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 7000 {
		t.Fatal(len(lines), "lines")
	}
	first, last := lines[0], lines[len(lines)-1]
	if !strings.HasSuffix(first, "x1 b:2") || !strings.HasSuffix(last, "x12345 b:2") {
		t.Errorf("lines end with %q and %q", first[1000:], last[1000:])
	}
}

// TestKeptLines holds that lines which were kept in narrow columns print in wide ones,
// however late a wide field comes.
func TestKeptLines(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		tab, out := newTable()
		tab.Off[ColNetid], tab.Off[ColRecvQ] = r.IntN(2) == 0, r.IntN(2) == 0
		rows := make([][numCols]string, r.IntN(3000))
		longest := 1 + r.IntN(20)
		var width [numCols]int
		for i := range rows {
			if r.IntN(1000) == 0 {
				longest++
			}
			for c := range numCols {
				rows[i][c] = strings.Repeat("x", r.IntN(longest+1))
				// The last field of all is not measured.
				if !tab.Off[c] && (c != colExt || i < len(rows)-1) {
					width[c] = max(width[c], len(rows[i][c]))
				}
			}
			tab.row(rows[i][:colExt]...)
			tab.Field = append(tab.Field, rows[i][colExt]...)
		}
		tab.Render()
		tab.Pen.Flush()
		if got, want := out.String(), inColumns(rows, tab.Off, width); got != want {
			t.Fatalf("%d rows: got %d bytes, want %d:\n%.500s\n%.500s", len(rows), len(got), len(want), got, want)
		}
	}
}

// inColumns is rows in columns of these widths, all but the last but one filled up.
func inColumns(rows [][numCols]string, off [numCols]bool, width [numCols]int) string {
	var b strings.Builder
	for _, row := range rows {
		line, wide := "", 0
		for c, text := range row {
			if off[c] {
				continue
			}
			fill := strings.Repeat(" ", width[c]-min(len(text), width[c]))
			if headings[c].apart && line != "" {
				line += " "
				if wide == 0 || width[c] == 0 {
					fill = fill[:max(len(fill)-1, 0)]
				}
			}
			wide += width[c]
			switch {
			case headings[c].right:
				line += fill + text
			case c == colPeerPort:
				line += text
			default:
				line += text + fill
			}
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// TestFieldLimit holds that no field is longer than what two bytes count.
func TestFieldLimit(t *testing.T) {
	tab, out := newTable()
	tab.row("tcp", strings.Repeat("x", 70000))
	tab.Render()
	tab.Pen.Flush()
	if n := strings.Count(out.String(), "x"); n != maxField {
		t.Errorf("a field of %d bytes", n)
	}
}

// TestSpread holds how columns share the lines of a screen: what is left goes to all
// of a line, and the odd blanks to the last ones.
func TestSpread(t *testing.T) {
	width := [numCols]int{5, 6, 7, 7, 14, 4, 14, 4}
	spread(&width, []int{0, 1, 2, 3, 4, 5, 6, 7}, 42)
	// 5+6+7+7+14 are 39, so that 3 are left; 4+14+4 are 22, so that 20 are.
	want := [numCols]int{5, 6, 8, 8, 15, 10, 21, 11}
	if width != want {
		t.Errorf("widths %v, want %v", width, want)
	}
}
