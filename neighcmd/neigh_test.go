package neighcmd

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// newEnv returns an environment that writes to w and knows the link va, 2.
func newEnv(w io.Writer, opt cli.Options) *cli.Env {
	e := clitest.Env(w, opt)
	e.Links = names.NewLinks(func() (*rtnl.Conn, error) { return nil, unix.EPERM })
	e.Links.Remember(clitest.Link(2, "va"))
	return e
}

func message(nd unix.NdMsg, attrs func(m *rtnl.Msg)) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWNEIGH, 0)
	rtnl.Put(m, nd)
	attrs(m)
	return rtnl.Message{Type: unix.RTM_NEWNEIGH, Body: m.Body()}
}

func sample() rtnl.Message {
	return message(unix.NdMsg{Family: unix.AF_INET, Ifindex: 2, State: unix.NUD_STALE, Flags: unix.NTF_ROUTER}, func(m *rtnl.Msg) {
		m.Attr(unix.NDA_DST, []byte{10, 0, 0, 1})
		m.Attr(unix.NDA_LLADDR, []byte{2, 0, 0, 0, 0, 0x22})
		m.U8(uapi.NDA_PROTOCOL, unix.RTPROT_STATIC)
	})
}

func TestPrint(t *testing.T) {
	for _, c := range []struct {
		opt  cli.Options
		want string
	}{
		{cli.Options{}, "10.0.0.1 dev va lladdr 02:00:00:00:00:22 router STALE proto static \n"},
		{cli.Options{Brief: true}, "10.0.0.1                                va               02:00:00:00:00:22\n"},
		{cli.Options{JSON: true}, `[{"dst":"10.0.0.1","dev":"va","lladdr":"02:00:00:00:00:22","router":null,"state":["STALE"],"protocol":"static"}]` + "\n"},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		e := newEnv(w, c.opt)
		e.Pen.Begin()
		printMessage(e, sample())
		e.Pen.End()
		e.Pen.Flush()
		w.Close()
		if got, _ := io.ReadAll(r); string(got) != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

// TestLine holds the quick way to write a neighbour against the other.
func TestLine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		nd := unix.NdMsg{Family: unix.AF_INET, Ifindex: 2, State: uint16(r.IntN(256)), Flags: uint8(r.IntN(256))}
		if r.IntN(2) == 0 {
			nd.Family = unix.AF_BRIDGE
		}
		m := message(nd, func(m *rtnl.Msg) {
			for _, attr := range []uint16{unix.NDA_DST, unix.NDA_LLADDR, uapi.NDA_PROTOCOL, uapi.NDA_FLAGS_EXT} {
				if r.IntN(3) > 0 {
					m.Attr(attr, []byte{10, byte(r.IntN(256)), 0, 9, 7: 1, 15: 9}[:4*r.IntN(5)])
				}
			}
		})
		var quick, full bytes.Buffer
		e, e2 := newEnv(&quick, cli.Options{}), newEnv(&full, cli.Options{})
		var n, n2 neighbour
		if !n.parse(m) || !n2.parse(m) || !n.simple(e) {
			t.Fatal("not parsed, or not simple")
		}
		link, _ := e.Links.Get(2)
		e.Pen.PutLine(n.line(e, e.Pen.BeginLine(), &link, nd.Flags&1 != 0))
		dev := "va"
		if nd.Flags&1 != 0 {
			dev = ""
		}
		n2.printFull(e2, dev)
		e2.Pen.EndLine()
		e.Pen.Flush()
		e2.Pen.Flush()
		if quick.String() != full.String() {
			t.Fatalf("%x:\n got %q\nwant %q", m.Body, quick.String(), full.String())
		}
	}
}

// TestPrintAllocates holds that a record costs no memory: lists have 100,000.
func TestPrintAllocates(t *testing.T) {
	for _, opt := range []cli.Options{{}, {JSON: true}, {Brief: true, Palette: show.Dark}, {Stats: 1}} {
		e := newEnv(io.Discard, opt)
		e.Pen.Begin()
		m := sample()
		f := &filter{e: e, state: 0xff}
		var n neighbour
		got := testing.AllocsPerRun(1000, func() {
			if n.parse(m) && f.match(&n) {
				n.print(e, false)
			}
		})
		if got != 0 {
			t.Errorf("%+v: %v allocations for a record", opt, got)
		}
	}
}

func TestMatch(t *testing.T) {
	var n neighbour
	n.parse(sample())
	prefix := func(s string) cli.Prefix {
		p, _ := cli.TryPrefix(s, unix.AF_INET)
		return p
	}
	for i, c := range []struct {
		f    filter
		want bool
	}{
		{filter{state: 0xff}, true}, {filter{state: unix.NUD_PERMANENT}, false}, {filter{state: 0xff, family: unix.AF_INET6}, false},
		{filter{state: 0xff, index: 3}, false}, {filter{state: 0xff, to: prefix("10.0.0.0/24")}, true},
		{filter{state: 0xff, to: prefix("10.0.1.0/24")}, false}, {filter{state: 0xff, protocol: 4}, true},
		{filter{state: 0xff, protocol: 5}, false}, {filter{state: stateless}, false},
	} {
		if got := c.f.match(&n); got != c.want {
			t.Errorf("%d: got %v", i, got)
		}
	}
}

func TestParseState(t *testing.T) {
	for in, want := range map[string]int{
		"p": unix.NUD_PERMANENT, "perm": unix.NUD_PERMANENT, "r": unix.NUD_REACHABLE, "f": unix.NUD_FAILED, "noarp": unix.NUD_NOARP,
		"no": -1, "st": -1, "0": 0, "0x80": 0x80, "3": -1, "256": -1, "": -1,
	} {
		got, ok := parseState(in)
		if ok != (want >= 0) || ok && int(got) != want {
			t.Errorf("%q: got %d %v, want %d", in, got, ok, want)
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) {
	f.Add(sample().Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, opt := range []cli.Options{{Stats: 1}, {JSON: true}, {Brief: true}} {
			printMessage(newEnv(io.Discard, opt), rtnl.Message{Type: unix.RTM_NEWNEIGH, Body: body})
		}
	})
}

// FuzzTable does the same for the tables of "ip ntable".
func FuzzTable(f *testing.F) {
	m := rtnl.New(unix.RTM_NEWNEIGHTBL, 0)
	rtnl.Put(m, tableHeader{Family: unix.AF_INET})
	m.Str(uapi.NDTA_NAME, "arp_cache")
	parms := m.Nest(uapi.NDTA_PARMS)
	m.U32(uapi.NDTPA_IFINDEX, 1)
	m.U64(uapi.NDTPA_REACHABLE_TIME, 5)
	m.End(parms)
	f.Add(m.Body())
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, opt := range []cli.Options{{Stats: 1}, {JSON: true, Stats: 1}} {
			e := newEnv(io.Discard, opt)
			(&tableFilter{e: e}).show(rtnl.Message{Type: unix.RTM_NEWNEIGHTBL, Body: body})
		}
	})
}

// TestTableFilter holds what the words of "ip ntable show" ask for.
func TestTableFilter(t *testing.T) {
	e := newEnv(io.Discard, cli.Options{})
	for _, c := range []struct {
		words []string
		index uint32
		name  string
	}{
		{nil, 0, ""},
		{[]string{"dev", "none"}, none, ""},
		{[]string{"name", "arp_cache"}, 0, "arp_cache\x00"},
		{[]string{"name", "x", "dev", "none", "name", "arp_cache"}, none, "arp_cache\x00"},
	} {
		f, err := newTableFilter(e, cli.NewArgs(c.words))
		if err != nil || f.index != c.index || string(f.name) != c.name {
			t.Errorf("%q: got %+v, %v", c.words, f, err)
		}
	}
}
