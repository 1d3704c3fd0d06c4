package addrcmd

import (
	"os"
	"testing"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// TestListAllocates guards the memory of long lists: a link with its addresses
// costs none.
func TestListAllocates(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	link := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(link, unix.IfInfomsg{Index: 1, Type: unix.ARPHRD_ETHER, Flags: unix.IFF_UP})
	link.Str(unix.IFLA_IFNAME, "va")
	link.U32(unix.IFLA_GROUP, 0)
	addr := rtnl.New(unix.RTM_NEWADDR, 0)
	rtnl.Put(addr, unix.IfAddrmsg{Family: unix.AF_INET, Index: 1, Prefixlen: 24})
	addr.Attr(unix.IFA_ADDRESS, []byte{10, 0, 0, 1})
	addr.Attr(unix.IFA_LOCAL, []byte{10, 0, 0, 1})
	addr.Str(unix.IFA_LABEL, "va")
	addr.Attr(unix.IFA_CACHEINFO, make([]byte, 16))
	for _, opt := range []cli.Options{{}, {JSON: true}, {Brief: true}, {Details: 1, Stats: 1}} {
		e := cli.New(nil, null, null, opt)
		e.Tables.Root = os.TempDir() + "/none"
		f := &linkshow.Filter{}
		l := lister{e: e, f: f, links: linkshow.NewPrinter(e, f), addrs: NewPrinter(e, f)}
		for range 2 {
			l.store.add(rtnl.Message{Type: unix.RTM_NEWADDR, Body: addr.Body()})
		}
		e.Pen.Begin()
		m := rtnl.Message{Type: unix.RTM_NEWLINK, Body: link.Body()}
		if n := testing.AllocsPerRun(2000, func() { l.link(m) }); n != 0 {
			t.Errorf("%+v: %v allocations for a link", opt, n)
		}
	}
}
