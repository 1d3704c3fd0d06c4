package routecmd

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

	"golang.org/x/sys/unix"
)

// testEnv is an environment that writes to w and knows the links 2 and 3.
func testEnv(w io.Writer, opt cli.Options) *cli.Env {
	e := &cli.Env{Stderr: io.Discard, Opt: opt}
	e.Pen = show.New(w, show.Options{JSON: opt.JSON, Pretty: opt.Pretty, Oneline: opt.Oneline, Palette: opt.Palette})
	e.Tables = names.NewTables(io.Discard)
	e.Tables.Root = os.TempDir() + "/none"
	e.Tables.Numeric = opt.Numeric
	e.Links = names.NewLinks(func() (*rtnl.Conn, error) { return nil, os.ErrNotExist })
	for idx, name := range map[int32]string{2: "va", 3: "vb", 4: "v\"\\"} {
		e.Links.Remember(clitest.Link(idx, name))
	}
	return e
}

// message makes a route as the kernel sends it.
func message(rtm unix.RtMsg, attrs func(m *rtnl.Msg)) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWROUTE, 0)
	rtnl.Put(m, rtm)
	attrs(m)
	return rtnl.Message{Type: unix.RTM_NEWROUTE, Body: m.Body()}
}

var (
	addr4 = []byte{10, 0, 0, 1}
	addr6 = []byte{0x20, 1, 0xd, 0xb8, 15: 1}
)

func plain4() rtnl.Message {
	rtm := unix.RtMsg{Family: unix.AF_INET, Dst_len: 24, Table: 254, Protocol: 4, Scope: 253, Type: unix.RTN_UNICAST}
	return message(rtm, func(m *rtnl.Msg) {
		m.U32(unix.RTA_TABLE, 254)
		m.Attr(unix.RTA_DST, []byte{10, 1, 0, 0})
		m.U32(unix.RTA_PRIORITY, 7)
		m.Attr(unix.RTA_PREFSRC, addr4)
		m.Attr(unix.RTA_GATEWAY, addr4)
		m.U32(unix.RTA_OIF, 2)
	})
}

func full6() rtnl.Message {
	rtm := unix.RtMsg{Family: unix.AF_INET6, Dst_len: 64, Table: 0, Protocol: 77, Type: unix.RTN_UNICAST}
	return message(rtm, func(m *rtnl.Msg) {
		m.U32(unix.RTA_TABLE, 1000)
		m.Attr(unix.RTA_DST, addr6)
		m.Attr(unix.RTA_GATEWAY, addr6)
		m.U32(unix.RTA_OIF, 3)
		m.U32(unix.RTA_FLOW, 5<<16|6)
		n := m.Nest(unix.RTA_METRICS)
		m.U32(unix.RTAX_MTU, 1400)
		m.U32(unix.RTAX_LOCK, 1<<unix.RTAX_MTU)
		m.End(n)
		m.Attr(unix.RTA_CACHEINFO, make([]byte, 32))
		m.U8(unix.RTA_PREF, 1)
	})
}

func multipath() rtnl.Message {
	rtm := unix.RtMsg{Family: unix.AF_INET, Table: 254, Protocol: 3, Type: unix.RTN_UNICAST}
	return message(rtm, func(m *rtnl.Msg) {
		n := m.Nest(unix.RTA_MULTIPATH)
		for i := range uint8(2) {
			rtnl.Put(m, unix.RtNexthop{Len: uint16(nexthopLen + 8), Hops: i, Ifindex: 2 + int32(i), Flags: unix.RTNH_F_ONLINK})
			m.Attr(unix.RTA_GATEWAY, addr4)
		}
		m.End(n)
	})
}

var printed = []struct {
	name string
	msg  func() rtnl.Message
	opt  cli.Options
	want string
}{
	{"plain", plain4, cli.Options{}, "10.1.0.0/24 via 10.0.0.1 dev va proto static scope link src 10.0.0.1 metric 7 \n"},
	{"details", plain4, cli.Options{Details: 1},
		"unicast 10.1.0.0/24 via 10.0.0.1 dev va table main proto static scope link src 10.0.0.1 metric 7 \n"},
	{"json", plain4, cli.Options{JSON: true}, `[{"dst":"10.1.0.0/24","gateway":"10.0.0.1","dev":"va","protocol":"static",` +
		`"scope":"link","prefsrc":"10.0.0.1","metric":7,"flags":[]}]` + "\n"},
	{"numeric", plain4, cli.Options{Numeric: true}, "10.1.0.0/24 via 10.0.0.1 dev va proto 4 scope 253 src 10.0.0.1 metric 7 \n"},
	{"colour", plain4, cli.Options{Palette: show.Dark}, "\033[1;35m10.1.0.0/24 \033[0mvia \033[1;35m10.0.0.1 \033[0mdev " +
		"\033[1;36mva \033[0mproto static scope link src \033[1;35m10.0.0.1 \033[0mmetric 7 \n"},
	{"ipv6", full6, cli.Options{}, "2001:db8::1/64 via 2001:db8::1 dev vb table 1000 proto 77 realms 5/6 mtu lock 1400 pref high\n"},
	{"multipath", multipath, cli.Options{}, "default \n\tnexthop via 10.0.0.1 dev va weight 1 onlink \n" +
		"\tnexthop via 10.0.0.1 dev vb weight 2 onlink \n"},
	{"oneline", multipath, cli.Options{Oneline: true}, "default \\\tnexthop via 10.0.0.1 dev va weight 1 onlink \\" +
		"\tnexthop via 10.0.0.1 dev vb weight 2 onlink \n"},
}

func TestPrint(t *testing.T) {
	for _, c := range printed {
		var b bytes.Buffer
		e := testEnv(&b, c.opt)
		e.Pen.Begin()
		if err := printEcho(e, c.msg()); err != nil {
			t.Error(c.name, err)
		}
		e.Pen.End()
		e.Pen.Flush()
		if got := b.String(); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// TestNoAllocations guards the speed of large dumps.
func TestNoAllocations(t *testing.T) {
	for _, c := range printed {
		e := testEnv(io.Discard, c.opt)
		e.Pen.Begin()
		p, m := NewPrinter(e), c.msg()
		for range 2000 { // let the buffers grow to their size
			p.Print(m)
		}
		if n := testing.AllocsPerRun(2000, func() { p.Print(m) }); n != 0 {
			t.Errorf("%s: %v allocations per route", c.name, n)
		}
	}
}

// TestLine holds the quick way to write a route against the one for all routes.
func TestLine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	one := func(n int) bool { return r.IntN(n) == 0 }
	lines := 0
	for range 5000 {
		var quick, full bytes.Buffer
		opt := cli.Options{Details: r.IntN(2), Stats: r.IntN(2), Numeric: one(9), JSON: one(3), Oneline: one(9)}
		m := randomRoute(r, one)
		f := filter{types: typeBit(unix.RTN_UNICAST) * uint64(r.IntN(2)), table: 254 * uint32(r.IntN(2))}
		if one(4) {
			f.protocol, f.scope, f.oif, f.metric = is(uint8(3)), is(uint8(0)), is(uint32(2)), is(uint32(7))
		}
		if one(4) {
			f.via, _ = cli.TryPrefix("10.0.0.1/"+[]string{"32", "24"}[r.IntN(2)], unix.AF_INET)
		}
		p := NewPrinter(testEnv(&quick, opt))
		q := NewPrinter(testEnv(&full, opt))
		p.filter, q.filter = f, f
		p.env.Pen.Begin()
		q.env.Pen.Begin()
		rp, _ := p.parse(m)
		rq, _ := q.parse(m)
		w := p.simple(&rp)
		if w == nil {
			continue
		}
		lines++
		for range 2 {
			p.env.Pen.PutLine(p.line(w, p.env.Pen.BeginLine(), &rp))
			q.record(m.Type, &rq)
		}
		p.env.Pen.End()
		q.env.Pen.End()
		p.env.Pen.Flush()
		q.env.Pen.Flush()
		if quick.String() != full.String() {
			t.Fatalf("%+v %x:\n got %q\nwant %q", opt, m.Body, quick.String(), full.String())
		}
	}
	if lines < 700 {
		t.Errorf("only %d routes were simple", lines)
	}
}

// randomRoute is a route of which most are simple.
func randomRoute(r *rand.Rand, one func(int) bool) rtnl.Message {
	pick := func(v ...uint8) uint8 { return v[r.IntN(len(v))] }
	rtm := unix.RtMsg{Family: pick(unix.AF_INET, unix.AF_INET6), Dst_len: pick(0, 8, 32, 64, 128), Table: pick(0, 254, 255),
		Protocol: pick(0, 3, 4, 77), Scope: pick(0, 253, 254), Type: pick(unix.RTN_UNICAST, unix.RTN_UNICAST, unix.RTN_LOCAL)}
	addr := make([]byte, 4)
	if rtm.Family == unix.AF_INET6 {
		addr = make([]byte, 16)
	}
	return message(rtm, func(m *rtnl.Msg) {
		for attr := range uint16(unix.RTA_PREF + 1) {
			for i := range addr {
				addr[i] = byte(r.IntN(256)) >> r.IntN(9)
			}
			switch attr {
			case unix.RTA_DST, unix.RTA_GATEWAY, unix.RTA_PREFSRC:
				m.Attr(attr, addr[:len(addr)-r.IntN(2)*r.IntN(2)])
			case unix.RTA_OIF, unix.RTA_PRIORITY:
				m.U32(attr, 2+uint32(r.IntN(4)))
			case unix.RTA_TABLE:
				m.U32(attr, 253+uint32(r.IntN(4)))
			case unix.RTA_CACHEINFO, unix.RTA_PREF:
				if rtm.Family == unix.AF_INET6 || one(9) {
					m.Attr(attr, make([]byte, 32))
				}
			default:
				if one(100) {
					m.U32(attr, 7)
				}
			}
		}
	})
}

func BenchmarkPrint(b *testing.B) {
	for _, c := range printed {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			e := testEnv(io.Discard, c.opt)
			e.Pen.Begin()
			p, m := NewPrinter(e), c.msg()
			for b.Loop() {
				p.Print(m)
			}
		})
	}
}

// FuzzPrint gives the printer what no kernel sends.
func FuzzPrint(f *testing.F) {
	for _, c := range printed {
		f.Add(c.msg().Body, uint8(c.opt.Details))
	}
	f.Add([]byte{unix.AF_MPLS, 20, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 6, 0, 18, 0, 2, 0}, uint8(0))
	f.Fuzz(func(t *testing.T, body []byte, details uint8) {
		for _, json := range []bool{false, true} {
			e := testEnv(io.Discard, cli.Options{JSON: json, Stats: 1, Details: int(details & 1)})
			e.Pen.Begin()
			printEcho(e, rtnl.Message{Type: unix.RTM_NEWROUTE, Body: body})
			e.Pen.End()
		}
	})
}
