package routecmd

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

const routelUsage = "Usage: routel [ -4 | -6 | -f FAMILY ] [ TABLE [ SELECTOR ] ]\n"

// routelMisused is the status of a command line that is wrong.
const routelMisused = 64

// The real routel is a Python script.
var routelOptions = cli.Getopt{Short: "h46f:", InOrder: true, Python: true, Long: []cli.LongOpt{
	{Name: "help", Val: 'h'},
	{Name: "family", Arg: cli.NeedArg, Val: 'f'},
}}

// Routel is the command routel.
var Routel = command.Applet{Names: "routel", Run: runRoutel}

// runRoutel serves routel. A reader that went away does not end it.
func runRoutel(c *command.Call) error {
	e := c.Env
	e.Ignore(unix.SIGPIPE)
	err := routel(e, c.Rest())
	if loss := e.Pen.Close(); loss.Lost {
		return unwritten(loss.Err)
	}
	return err
}

// unwritten is Python's error at the end of a script whose output could not be
// written.
func unwritten(err error) error {
	class, number := "OSError", unix.Errno(0)
	if errors.As(err, &number); number == unix.EPIPE {
		class = "BrokenPipeError"
	}
	const status = 120
	return cli.Exit(status, "Exception ignored in: <_io.TextIOWrapper name='<stdout>' mode='w' encoding='utf-8'>\n"+
		"%s: [Errno %d] %s", class, int(number), cli.Strerror(err))
}

// routel prints what "ip -j route list" says, as a table.
func routel(e *cli.Env, args []string) error {
	family, rest, err := routelArgs(e.Pen, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		rest = []string{"0"}
	}
	list, err := routesJSON(e, family, rest)
	cli.Report(e.Stderr, err)
	if len(list) == 0 {
		// Where the real script stops at what is no JSON.
		return cli.Silent(cli.StatusError)
	}
	t := routelTable{p: e.Pen, widths: &wideColumns}
	if family == "inet" {
		t.widths = &columns
	}
	t.row(&routelTitles)
	eachObject(list, &routelKeys, t.row)
	return nil
}

func routelArgs(p *show.Pen, args []string) (family string, rest []string, err error) {
	opts, rest := routelOptions.Parse(args)
	for _, o := range opts {
		if o.Err != "" {
			p.Text(o.Err + "\n" + routelUsage)
			return "", nil, cli.Silent(routelMisused)
		}
	}
	family = "inet"
	for _, o := range opts {
		switch o.Val {
		case 'h':
			p.Text(routelUsage)
			return "", nil, cli.Silent(routelMisused)
		case '4':
			family = "inet"
		case '6':
			family = "inet6"
		case 'f':
			family = o.Arg
		}
	}
	return family, rest, nil
}

// routesJSON gives what "ip -f FAMILY -j route list table WORDS" writes.
func routesJSON(e *cli.Env, family string, words []string) ([]byte, error) {
	var b bytes.Buffer
	stdout := e.Pen
	defer func() { e.Pen = stdout }()
	e.Pen, e.Opt.JSON = show.New(&b, show.Options{JSON: true}), true
	if e.Opt.Family = cli.ParseFamily(family); e.Opt.Family == unix.AF_UNSPEC {
		return nil, cli.InvArg("invalid protocol family", family)
	}
	c := command.Call{Env: e, Args: cli.NewArgs(append([]string{"list", "table"}, words...))}
	err := c.On(&Object)
	e.Pen.End()
	e.Pen.Flush()
	return b.Bytes(), err
}

const routelColumns = 7

var (
	routelKeys   = [routelColumns]string{"dst", "gateway", "prefsrc", "protocol", "scope", "dev", "table"}
	routelTitles = [routelColumns]string{"Dst", "Gateway", "Prefsrc", "Protocol", "Scope", "Dev", "Table"}
	// Widths with the blank that may follow; the last column has none.
	columns     = [routelColumns - 1]column{{15, " "}, {15, " "}, {15, " "}, {8, " "}, {8, ""}, {16, " "}}
	wideColumns = [routelColumns - 1]column{{32, " "}, {32, " "}, {32, " "}, {8, " "}, {8, ""}, {16, " "}}
)

type column struct {
	width int
	after string
}

type routelTable struct {
	p      *show.Pen
	widths *[routelColumns - 1]column
}

// row writes a line; a width is that of the characters, not the bytes.
func (t *routelTable) row(fields *[routelColumns]string) {
	for i, c := range t.widths {
		t.p.Text(fields[i])
		if n := c.width - utf8.RuneCountInString(fields[i]); n > 0 {
			t.p.Text(strings.Repeat(" ", n))
		}
		t.p.Text(c.after)
	}
	t.p.Text(fields[routelColumns-1])
	t.p.EndLine()
}

// eachObject calls f with the strings that each object of a JSON list has
// under the keys. The list is one that a pen wrote.
func eachObject(b []byte, keys *[routelColumns]string, f func(*[routelColumns]string)) {
	var fields [routelColumns]string
	key, depth := -1, 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 1 {
				f(&fields)
				fields = [routelColumns]string{}
			}
		case ',':
			key = -1
		case '"':
			s, n := unquote(b[i+1:])
			i += n
			switch {
			case depth == 2 && i+1 < len(b) && b[i+1] == ':':
				key = indexOf(keys, s)
			case depth == 2 && key >= 0:
				fields[key] = s
			}
		}
	}
}

func indexOf(keys *[routelColumns]string, s string) int {
	for i, k := range keys {
		if k == s {
			return i
		}
	}
	return -1
}

// unquote reads a JSON string behind its first quote and tells how long it is
// with its last. Of the escapes, the pen writes those of one letter and \u00xx.
func unquote(b []byte) (s string, n int) {
	var out []byte
	for n < len(b) && b[n] != '"' {
		c := b[n]
		n++
		if c != '\\' || n == len(b) {
			out = append(out, c)
			continue
		}
		switch c = b[n]; c {
		case 'u':
			v, _ := cli.ParseUint(string(b[min(n+1, len(b)):min(n+5, len(b))]), 16, 16)
			out, n = append(out, byte(v)), n+4
		default:
			out = append(out, unescape(c))
		}
		n++
	}
	return string(out), n + 1
}

func unescape(c byte) byte {
	if i := strings.IndexByte("tnrfb", c); i >= 0 {
		return "\t\n\r\f\b"[i]
	}
	return c
}
