package linkcmd

import (
	"os"
	"testing"

	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// FuzzPrintLink feeds the printer with what no kernel sends: it must not
// panic.
func FuzzPrintLink(f *testing.F) {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: 1, Type: uapi.ARPHRD_ETHER, Flags: 0xffffffff})
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
	m.Str(uapi.IFLA_INFO_KIND, "vlan")
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
