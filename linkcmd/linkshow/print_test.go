package linkshow

import (
	"os"
	"testing"

	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// FuzzPrintLink feeds the printer with what no kernel sends: it must not
// panic.
func FuzzPrintLink(f *testing.F) {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: 1, Type: unix.ARPHRD_ETHER, Flags: 0xffffffff})
	m.Str(unix.IFLA_IFNAME, "x0")
	m.U32(unix.IFLA_MTU, 1500)
	m.U32(unix.IFLA_NUM_VF, 2)
	list := m.Nest(unix.IFLA_VFINFO_LIST)
	vf := m.Nest(unix.IFLA_VF_INFO)
	m.Attr(unix.IFLA_VF_MAC, make([]byte, 36))
	m.Attr(unix.IFLA_VF_RATE, make([]byte, 12))
	m.End(vf)
	m.End(list)
	m.Attr(unix.IFLA_STATS64, make([]byte, 20))
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Str(unix.IFLA_INFO_KIND, "vlan")
	m.End(info)
	f.Add(m.Body(), true, false)
	f.Add(m.Body(), false, true)
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, json, brief bool) {
		e := cli.New(nil, null, null, cli.Options{JSON: json, Brief: brief, Details: 1, Stats: 2, Numeric: true})
		e.Pen.Begin()
		p := NewPrinter(e, &Filter{})
		p.Link = true
		p.Print(rtnl.Message{Type: unix.RTM_NEWLINK, Body: body})
		e.Pen.End()
	})
}

// TestWaiting checks that a link waits for those that it names, and that the
// order stays.
func TestWaiting(t *testing.T) {
	var got []int32
	w := waiting{links: names.NewLinks(nil), each: func(m rtnl.Message) error {
		ifi, _ := rtnl.View[unix.IfInfomsg](m.Body)
		got = append(got, ifi.Index)
		return nil
	}}
	add := func(index int32, lower, master uint32) {
		m := rtnl.New(unix.RTM_NEWLINK, 0)
		rtnl.Put(m, unix.IfInfomsg{Index: index})
		m.Str(unix.IFLA_IFNAME, string(rune('a'+index)))
		if lower != 0 {
			m.U32(unix.IFLA_LINK, lower)
		}
		if master != 0 {
			m.U32(unix.IFLA_MASTER, master)
		}
		w.add(rtnl.Message{Type: unix.RTM_NEWLINK, Body: m.Body()})
	}
	want := func(n int, what string) {
		t.Helper()
		if len(got) != n {
			t.Errorf("%s: %v passed, want %d", what, got, n)
		}
	}
	add(1, 0, 0)
	want(1, "nothing to wait for")
	add(2, 3, 0)
	want(1, "waits for 3")
	add(3, 2, 5)
	want(2, "3 waits for 5")
	add(4, 0, 0)
	want(2, "4 waits for its turn")
	add(5, 0, 0)
	want(5, "all passed")
	add(6, 9, 0)
	want(5, "waits for 9, which never comes")
	w.flush()
	want(6, "flushed")
	for i, idx := range got {
		if int(idx) != i+1 {
			t.Errorf("order: %v", got)
		}
	}
}

// vethEnd is one end of a pair as the kernel tells of it.
func vethEnd(index int32, name string, peer uint32) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: index, Type: unix.ARPHRD_ETHER, Flags: unix.IFF_BROADCAST | unix.IFF_MULTICAST})
	m.Str(unix.IFLA_IFNAME, name)
	m.U32(unix.IFLA_TXQLEN, 1000)
	m.U8(unix.IFLA_OPERSTATE, uapi.IF_OPER_DOWN)
	m.U8(unix.IFLA_LINKMODE, 0)
	m.U32(unix.IFLA_MTU, 1500)
	m.U32(unix.IFLA_MIN_MTU, 68)
	m.U32(unix.IFLA_MAX_MTU, 65535)
	m.U32(unix.IFLA_GROUP, 0)
	m.U32(unix.IFLA_PROMISCUITY, 0)
	m.U32(unix.IFLA_NUM_TX_QUEUES, 2)
	m.U32(unix.IFLA_GSO_MAX_SEGS, 65535)
	m.U32(unix.IFLA_GSO_MAX_SIZE, 65536)
	m.U32(unix.IFLA_NUM_RX_QUEUES, 2)
	m.Str(unix.IFLA_QDISC, "noop")
	m.U32(unix.IFLA_CARRIER_CHANGES, 1)
	m.Attr(unix.IFLA_ADDRESS, []byte{2, 0, 0, 0, 0, 1})
	m.Attr(unix.IFLA_BROADCAST, []byte{255, 255, 255, 255, 255, 255})
	m.Attr(unix.IFLA_STATS64, make([]byte, 8*linkstats.NumCounters))
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Str(unix.IFLA_INFO_KIND, "veth")
	m.End(info)
	m.U32(unix.IFLA_LINK, peer)
	spec := m.Nest(unix.IFLA_AF_SPEC)
	inet := m.Nest(unix.AF_INET6)
	m.U8(unix.IFLA_INET6_ADDR_GEN_MODE, 0)
	m.End(inet)
	m.End(spec)
	return rtnl.Message{Type: unix.RTM_NEWLINK, Body: m.Body()}
}

// listPair is what a dump does with the two links of a pair, again and again.
func listPair(tb testing.TB, opt cli.Options) (pair func()) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		tb.Fatal(err)
	}
	e := cli.New(nil, null, null, opt)
	e.Tables.Root = os.TempDir() + "/none"
	e.Pen.Begin()
	p := NewPrinter(e, &Filter{Family: unix.AF_PACKET})
	p.Link = true
	w := waiting{links: e.Links, each: func(m rtnl.Message) error {
		e.Pen.OpenObject("")
		p.Print(m)
		e.Pen.CloseObject()
		return nil
	}}
	a, b, next := vethEnd(1, "va", 2), vethEnd(2, "vb", 3), vethEnd(3, "va", 1)
	w.add(a)
	w.add(b)
	w.add(next)
	return func() {
		e.Links.Forget(3)
		w.add(b) // waits for the next
		w.add(next)
	}
}

var listed = []struct {
	name string
	opt  cli.Options
}{
	{"plain", cli.Options{}}, {"details and counters", cli.Options{Details: 1, Stats: 2}},
	{"json", cli.Options{JSON: true, Details: 1, Stats: 2}}, {"brief", cli.Options{Brief: true, Palette: show.Dark}},
}

// TestListAllocates guards the speed and the memory of long lists; a link's
// name is what the cache of the links keeps of it.
func TestListAllocates(t *testing.T) {
	for _, c := range listed {
		if n := testing.AllocsPerRun(500, listPair(t, c.opt)); n > 1 {
			t.Errorf("%s: %v allocations for two links", c.name, n)
		}
	}
}

func BenchmarkList(b *testing.B) {
	for _, c := range listed {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			pair := listPair(b, c.opt)
			for b.Loop() {
				pair()
			}
		})
	}
}
