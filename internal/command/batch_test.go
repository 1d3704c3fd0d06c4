package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestSplitWords(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string // nil for an error
	}{
		{"", []string{}},
		{" \t\r\n", []string{}},
		{"link show\n", []string{"link", "show"}},
		{"a\tb\rc d", []string{"a", "b", "c", "d"}},
		{`alias "two words" x`, []string{"alias", "two words", "x"}},
		{`alias 'a "b" c'`, []string{"alias", `a "b" c`}},
		{`""`, []string{""}},
		{`"a"b 'c''d'`, []string{"a", "b", "c", "d"}},
		{`a"b c"`, []string{`a"b`, `c"`}},
		{`a\ b`, []string{`a\`, "b"}},
		{`"a`, nil},
		{`x '`, nil},
		{strings.Repeat("a ", 511), slices.Repeat([]string{"a"}, 511)},
		{strings.Repeat("a ", 512), nil},
	} {
		got, err := SplitWords(nil, c.line)
		if (err != nil) != (c.want == nil) || !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, %v; want %q", c.line, got, err, c.want)
		}
	}
}

// TestLines checks which lines belong together and the numbers that messages
// give them.
func TestLines(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb\n":                "1[a] 2[b]",
		"a\n\n\nb":              "1[a] 2[] 3[] 4[b]",
		"# c\na # d\n":          "1[] 2[a]",
		"a \\\n b\nc\n":         "2[a b] 3[c]",
		"a\\\nb\\\nc\n":         "3[abc]",
		"a # \\\nb\n":           "1[a] 2[b]",
		"a \\\n# c\nb\n":        "2[a] 3[b]",
		"a \\ \nb\n":            "1[a \\] 2[b]",
		"a \\":                  "1[a \\]",
		"a\nb \\\n":             "1[a] missing",
		"a\x00b\nc\n":           "1[a] 2[c]",
		"'a#b'\nc":              "1! ",
		"a \"b\nc\" d\n":        "1! ",
		"\r\na\r\n":             "1[] 2[a]",
		"":                      "",
		"\\\n\\\n\\\na":         "4[a]",
		"a 'b \\\n c' d\nlast ": "2[a b  c d] 3[last]",
	} {
		missing := false
		l := lineReader{r: bufio.NewReader(strings.NewReader(in)), warn: func(string, ...any) { missing = true }}
		var got []string
		for {
			words, err := l.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				got = append(got, fmt.Sprintf("%d! ", l.number))
				break
			}
			got = append(got, fmt.Sprintf("%d%v", l.number, words))
		}
		if missing {
			got = append(got, "missing")
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: got %q, want %q", in, s, want)
		}
	}
}

// chunks notes how much is read at once.
type chunks struct {
	io.Reader
	sizes []int
}

func (c *chunks) Read(b []byte) (int, error) {
	c.sizes = append(c.sizes, len(b))
	return c.Reader.Read(b)
}

// TestReadLine reads lines that end anywhere in what is read at once, which is
// always as much.
func TestReadLine(t *testing.T) {
	var text strings.Builder
	for n := range 300 {
		text.WriteString(strings.Repeat("x", n*n%(2*batchBuffer)) + "\n")
	}
	text.WriteString("the end")
	for name, from := range map[string]io.Reader{
		"whole": strings.NewReader(text.String()),
		"bytes": iotest.OneByteReader(strings.NewReader(text.String())),
	} {
		c := chunks{Reader: from}
		r := bufio.NewReaderSize(&c, batchBuffer)
		got := ""
		for {
			line, err := readLine(r)
			if i := strings.IndexByte(line, '\n'); i >= 0 && i != len(line)-1 {
				t.Errorf("%s: more than a line: %q", name, line)
			}
			if got += line; err != nil {
				break
			}
		}
		if got != text.String() {
			t.Errorf("%s: %d bytes of %d came out", name, len(got), text.Len())
		}
		for _, n := range c.sizes {
			if n != batchBuffer {
				t.Fatalf("%s: read %d bytes at once", name, n)
			}
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add("link add a type 'x' \\\n y # z\n")
	f.Fuzz(func(t *testing.T, in string) {
		l := lineReader{r: bufio.NewReader(strings.NewReader(in)), warn: func(string, ...any) {}}
		for {
			words, err := l.next()
			if err != nil {
				break
			}
			if len(words) > maxWords {
				t.Fatalf("%d words", len(words))
			}
		}
		if want := strings.Count(in, "\n") + 1; l.number > want {
			t.Errorf("line %d of %d", l.number, want)
		}
	})
}
