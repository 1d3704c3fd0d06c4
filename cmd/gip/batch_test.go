package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"gip/bridgecmd"
	"gip/internal/cli"
	"gip/internal/cli/clitest"

	"golang.org/x/sys/unix"
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
		got, err := splitWords(nil, c.line)
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

// TestLineAllocs: a line of a batch takes no memory of its own, whatever its
// object; only the text of a refusal does.
func TestLineAllocs(t *testing.T) {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and leave the thread with its namespace
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			lineAllocs(t)
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Skip("no namespace of our own: ", err)
	}
}

func lineAllocs(t *testing.T) {
	for _, l := range []struct {
		run     func(*cli.Env, *cli.Args) error
		line    string
		refused bool
	}{
		{runObject, "link set dev lo up", false},
		{runObject, "link set dev lo mtu 60000", false},
		{runObject, "route replace 10.1.2.3 dev lo", false},
		{runObject, "neigh replace 127.0.0.2 lladdr 02:00:00:00:00:01 dev lo nud permanent", false},
		{runObject, "addr replace 127.0.0.3/32 dev lo", false},
		{runObject, "addr replace 2001:db8::1/128 dev lo nodad", false},
		{runObject, "nexthop replace id 1 dev lo", false},
		{runObject, "rule add from 10.0.0.0/8 table 100 priority 5", true}, // but the first
		{bridgecmd.Run, "fdb replace 02:00:00:00:00:01 dev lo master static", true},
		{bridgecmd.Run, "vlan add vid 5 dev lo", true},
	} {
		e := clitest.Env(io.Discard, cli.Options{Force: true, Lenient: true})
		e.Stderr, e.Batch = io.Discard, true
		refused := 0
		e.Pipeline(func(cli.Line, error) { refused++ })
		a, words := cli.NewArgs(nil), strings.Fields(l.line)
		n := testing.AllocsPerRun(500, func() {
			a.Reset(words)
			if err := l.run(e, a); err != nil {
				t.Errorf("%s: %v", l.line, err)
			}
		})
		e.Settle()
		if l.refused && n <= 2 {
			n = 0
		}
		if n != 0 || l.refused != (refused > 400) {
			t.Errorf("%s: %v allocations, %d refused", l.line, n, refused)
		}
	}
}
