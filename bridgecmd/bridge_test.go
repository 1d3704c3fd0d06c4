package bridgecmd

import (
	"os"
	"testing"

	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// newEnv is an environment whose links 1 (br0) and 2 (v0) are known, so that
// nothing is asked of the kernel. printed returns what was written since the
// last call.
func newEnv(t testing.TB, opt cli.Options) (e *cli.Env, printed func() string) {
	out, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	e = cli.New(os.Stdin, out, os.Stderr, opt)
	for i, name := range []string{"br0", "v0"} {
		m := rtnl.New(unix.RTM_NEWLINK, 0)
		rtnl.Put(m, unix.IfInfomsg{Index: int32(i + 1), Type: unix.ARPHRD_ETHER, Flags: unix.IFF_UP})
		m.Str(unix.IFLA_IFNAME, name)
		e.Links.Remember(message(m))
	}
	return e, func() string {
		e.Pen.End()
		e.Pen.Flush()
		b, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Truncate(0); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Seek(0, 0); err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
}

func message(m *rtnl.Msg) rtnl.Message { return rtnl.Message{Type: m.Type(), Body: m.Body()} }

// port is a bridge port with the attributes that add appends.
func port(add func(m *rtnl.Msg)) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Family: unix.AF_BRIDGE, Index: 2})
	m.Str(unix.IFLA_IFNAME, "v0")
	add(m)
	return message(m)
}

// TestLinkOdd prints what no kernel of today sends, or only special hardware.
func TestLinkOdd(t *testing.T) {
	mode := func(n uint16) func(*rtnl.Msg) {
		return func(m *rtnl.Msg) {
			nest := m.Nest(unix.IFLA_AF_SPEC)
			m.U16(uapi.IFLA_BRIDGE_MODE, n)
			m.End(nest)
		}
	}
	for _, c := range []struct {
		add        func(m *rtnl.Msg)
		text, json string
	}{
		{func(m *rtnl.Msg) { m.U8(unix.IFLA_PROTINFO, 3) }, "2: v0: <> state forwarding \n",
			`[{"ifindex":2,"ifname":"v0","flags":[],"state":"forwarding"}]` + "\n"},
		{func(m *rtnl.Msg) { m.U8(unix.IFLA_PROTINFO, 9) }, "2: v0: <> state (9) \n",
			`[{"ifindex":2,"ifname":"v0","flags":[],"state":9}]` + "\n"},
		{mode(0), "2: v0: <> hwmode VEB \n", `[{"ifindex":2,"ifname":"v0","flags":[],"hwmode":"VEB"}]` + "\n"},
		{mode(1), "2: v0: <> hwmode VEPA \n", `[{"ifindex":2,"ifname":"v0","flags":[],"hwmode":"VEPA"}]` + "\n"},
		{mode(17), "2: v0: <> hwmode 0x11 \n", `[{"ifindex":2,"ifname":"v0","flags":[],"hwmode":"0x11"}]` + "\n"},
	} {
		for _, json := range []bool{false, true} {
			e, printed := newEnv(t, cli.Options{JSON: json})
			e.Pen.Begin()
			if err := newLinkPrinter(e, &common.Filter{}).print(port(c.add)); err != nil {
				t.Error(err)
			}
			want := c.text
			if json {
				want = c.json
			}
			if got := printed(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
}

func TestScanMAC(t *testing.T) {
	for in, want := range map[string][6]byte{
		"02:aa:00:00:00:01":       {2, 0xaa, 0, 0, 0, 1},
		"2:AA:0:0:0:13junk":       {2, 0xaa, 0, 0, 0, 0x13},
		" 2: aa:0:-1:0x14:fff":    {2, 0xaa, 0, 0xff, 0x14, 0xff},
		"02:aa:00:00:00:01:77:88": {2, 0xaa, 0, 0, 0, 1},
	} {
		if got, ok := scanMAC(in); !ok || got != want {
			t.Errorf("%q: got %x %v, want %x", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "02:aa:00:00:00", "02-aa-00-00-00-01", "02:aa:00:00:00:", "x2:aa:00:00:00:01", "02 :aa:0:0:0:1"} {
		if got, ok := scanMAC(in); ok {
			t.Errorf("%q: got %x, want a refusal", in, got)
		}
	}
}

// fdbEntryMessage is an entry with all that the kernel may say of it.
func fdbEntryMessage() rtnl.Message {
	m := rtnl.New(unix.RTM_NEWNEIGH, 0)
	rtnl.Put(m, unix.NdMsg{Family: unix.AF_BRIDGE, Ifindex: 2, State: 0, Flags: 0xff})
	m.Attr(unix.NDA_LLADDR, []byte{2, 0xaa, 0, 0, 0, 1})
	m.Attr(unix.NDA_DST, []byte{10, 0, 0, 1})
	m.U16(unix.NDA_VLAN, 7)
	m.Be16(unix.NDA_PORT, 4789)
	m.U32(unix.NDA_VNI, 5)
	m.U32(unix.NDA_SRC_VNI, 6)
	m.U32(unix.NDA_IFINDEX, 1)
	m.U32(uapi.NDA_NH_ID, 8)
	m.U32(unix.NDA_LINK_NETNSID, ^uint32(0))
	m.Attr(unix.NDA_CACHEINFO, rtnl.NE.AppendUint32(make([]byte, 4), 1234)[:8])
	m.U32(uapi.NDA_FLAGS_EXT, uapi.NTF_EXT_LOCKED)
	m.U32(unix.NDA_MASTER, 1)
	return message(m)
}

func TestFdbEntry(t *testing.T) {
	for _, c := range []struct {
		json bool
		want string
	}{
		{false, "02:aa:00:00:00:01 dev v0 dst 10.0.0.1 vlan 7 port 4789 vni 5 src_vni 6 via ifindex 1 nhid 8 link-netnsid -1 " +
			"self router extern_learn offload master sticky locked master br0 state=0\n"},
		{true, `[{"mac":"02:aa:00:00:00:01","ifname":"v0","dst":"10.0.0.1","vlan":7,"port":4789,"vni":5,"src_vni":6,"viaIfIndex":1,` +
			`"nhid":8,"linkNetNsId":4294967295,"flags":["self","router","extern_learn","offload","master","sticky","locked"],` +
			`"master":"br0","state":"0"}]` + "\n"},
	} {
		e, printed := newEnv(t, cli.Options{JSON: c.json, Stats: 1})
		e.Pen.Begin()
		if err := (&fdbPrinter{e: e, f: &common.Filter{}}).print(fdbEntryMessage()); err != nil {
			t.Error(err)
		}
		if got := printed(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestFdbAllocations holds the printer to its promise.
func TestFdbAllocations(t *testing.T) {
	for _, json := range []bool{false, true} {
		e, _ := newEnv(t, cli.Options{JSON: json, Stats: 1, Details: 1, Palette: show.Dark})
		e.Pen.Begin()
		p, m := &fdbPrinter{e: e, f: &common.Filter{}}, fdbEntryMessage()
		if n := testing.AllocsPerRun(2000, func() { p.print(m) }); n >= 1 {
			t.Errorf("JSON %v: %v allocations for an entry", json, n)
		}
	}
}

// FuzzPrinters gives the bytes of a message to the printer of each type:
// nothing may panic, or ask for more than is there.
func FuzzPrinters(f *testing.F) {
	seed := fdbEntryMessage()
	f.Add(seed.Type, seed.Body)
	for _, typ := range []uint16{unix.RTM_NEWLINK, unix.RTM_DELMDB, unix.RTM_NEWVLAN, unix.RTM_DELTUNNEL, unix.RTM_GETMDB} {
		f.Add(typ, seed.Body)
		f.Add(typ, []byte{unix.AF_BRIDGE, 0, 0})
	}
	f.Fuzz(func(t *testing.T, typ uint16, body []byte) {
		for _, json := range []bool{false, true} {
			e, _ := newEnv(t, cli.Options{JSON: json, Stats: 1, Details: 1})
			e.Stderr = &discard{}
			e.Pen.Begin()
			tool := &common.Tool{}
			m := rtnl.Message{Type: typ, Body: body}
			printEvents(tool, e)(m)
			vlans := printVlans(tool, e)
			vlans.plain(vlans.vlans)(m)
			vlans.plain(vlans.tunnels)(m)
			vlans.printStats(m)
			mdb := &mdbPrinter{e: e, f: &tool.Mdb}
			mdb.entries(m)
			mdb.routers(m)
			(&mstPrinter{e: e, f: &tool.Mst}).print(m)
		}
	})
}

type discard struct{}

func (*discard) Write(b []byte) (int, error) { return len(b), nil }
