package show

import (
	"bytes"
	"encoding/json"
	"testing"
)

func render(opt Options, f func(p *Pen)) string {
	var b bytes.Buffer
	p := New(&b, opt)
	p.Begin()
	f(p)
	p.End()
	p.Flush()
	return b.String()
}

// record is shaped like a line of ip addr: members, arrays, an empty array.
func record(p *Pen) {
	p.OpenObject("")
	p.Uint("ifindex", "", 5, ": ")
	p.ColorStr(Ifname, "ifname", "", "v0", ": ")
	p.OpenArray("flags")
	p.Str("", "<", "UP", "> ")
	p.Str("", "", "DOWN", " ")
	p.CloseArray()
	p.OpenArray("none")
	p.CloseArray()
	p.OpenArray("addr_info")
	p.OpenObject("")
	p.NL()
	p.Str("local", "inet ", "10.0.0.1", "")
	p.CloseObject()
	p.CloseArray()
	p.EndLine()
	p.CloseObject()
}

func TestForms(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  Options
		want string
	}{
		{"text", Options{}, "5: v0: <UP> DOWN \ninet 10.0.0.1\n"},
		{"oneline", Options{Oneline: true}, "5: v0: <UP> DOWN \\inet 10.0.0.1\n"},
		{"colour", Options{Palette: Dark}, "5: \033[1;36mv0: \033[0m<UP> DOWN \ninet 10.0.0.1\n"},
		{"json", Options{JSON: true, Palette: Dark},
			`[{"ifindex":5,"ifname":"v0","flags":["UP","DOWN"],"none":[],"addr_info":[{"local":"10.0.0.1"}]}]` + "\n"},
		{"pretty", Options{JSON: true, Pretty: true}, `[ {
        "ifindex": 5,
        "ifname": "v0",
        "flags": [ "UP","DOWN" ],
        "none": [ ],
        "addr_info": [ {
                "local": "10.0.0.1"
            } ]
    } ]
`},
	} {
		if got := render(c.opt, record); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestEmpty(t *testing.T) {
	none := func(*Pen) {}
	for _, c := range []struct {
		opt  Options
		want string
	}{
		{Options{}, ""}, {Options{JSON: true}, "[]\n"}, {Options{JSON: true, Pretty: true}, "[ ]\n"},
	} {
		if got := render(c.opt, none); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.opt, got, c.want)
		}
	}
}

func TestAppendG(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", 1.5: "1.5", 0.1: "0.1", 10: "10", 100: "100", 123456: "123456", 1234567: "1.23457e+06",
		0.0001: "0.0001", 0.00001: "1e-05", 12.3456789: "12.3457", -2.5: "-2.5", 1000: "1000",
	} {
		if got := string(AppendG(nil, v)); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
}

func TestAppendTicks(t *testing.T) {
	for _, c := range []struct {
		n     uint64
		width int
		want  string
	}{
		{0, 0, "0.00"}, {0, 4, "   0.00"}, {25851, 4, " 258.51"}, {25801, 0, "258.01"}, {1234567, 4, "12345.67"}, {100000, 4, "1000.00"},
	} {
		if got := string(AppendTicks(nil, c.n, c.width)); got != c.want {
			t.Errorf("%d: got %q, want %q", c.n, got, c.want)
		}
	}
}

func TestAppendCount(t *testing.T) {
	for _, c := range []struct {
		u    Units
		v    uint64
		want string
	}{
		{Units{}, 1330, "      1330"},
		{Units{Human: true}, 999, "       999"},
		{Units{Human: true}, 1330, "     1.33k"},
		{Units{Human: true}, 13300, "     13.3k"},
		{Units{Human: true}, 133000, "      133k"},
		{Units{Human: true, IEC: true}, 2048, "    2.00ki"},
	} {
		if got := string(c.u.AppendCount(nil, 10, c.v)); got != c.want {
			t.Errorf("%+v %d: got %q, want %q", c.u, c.v, got, c.want)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("a\"b\\\n\x01\x7f")
	f.Fuzz(func(t *testing.T, s string) {
		if !json.Valid(appendQuoted(nil, s)) {
			t.Errorf("%q is no JSON string", appendQuoted(nil, s))
		}
	})
}
