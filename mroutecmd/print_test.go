package mroutecmd

import (
	"bytes"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// sample is the route of a group that came in by va, 3, and leaves by vb, 2,
// and lo, 1.
func sample() rtnl.Message {
	m := rtnl.New(unix.RTM_NEWROUTE, 0)
	rtnl.Put(m, unix.RtMsg{Family: uapi.RTNL_FAMILY_IPMR, Type: unix.RTN_MULTICAST, Table: unix.RT_TABLE_DEFAULT})
	m.U32(unix.RTA_TABLE, unix.RT_TABLE_DEFAULT)
	m.Attr(unix.RTA_SRC, []byte{10, 0, 0, 6})
	m.Attr(unix.RTA_DST, []byte{239, 1, 1, 2})
	m.U32(unix.RTA_IIF, 3)
	hops := rtnl.New(0, 0)
	mark := hops.Mark()
	rtnl.Put(hops, unix.RtNexthop{Len: unix.SizeofRtNexthop, Hops: 5, Ifindex: 2})
	rtnl.Put(hops, unix.RtNexthop{Len: unix.SizeofRtNexthop, Hops: 1, Ifindex: 1})
	m.Attr(unix.RTA_MULTIPATH, hops.Since(mark))
	stats := rtnl.New(0, 0)
	mark = stats.Mark()
	rtnl.Put(stats, mfcStats{Packets: 7, Bytes: 700, WrongIf: 2})
	m.Attr(unix.RTA_MFC_STATS, stats.Since(mark))
	m.U64(unix.RTA_EXPIRES, 123)
	return rtnl.Message{Type: unix.RTM_NEWROUTE, Body: m.Body()}
}

// TestPrint has what the real tool prints for such a route.
func TestPrint(t *testing.T) {
	const line = "(10.0.0.6,239.1.1.2)             Iif: va         Oifs: vb(ttl 5) lo  State: resolved"
	for _, c := range []struct {
		opt  cli.Options
		want string
	}{
		{cli.Options{}, line + " Table: default\n"},
		{cli.Options{Stats: 1}, line + "\n  7 packets, 700 bytes, 2 arrived on wrong iif., Age 1.23 Table: default\n"},
		{cli.Options{JSON: true, Stats: 1}, `[{"src":"10.0.0.6","dst":"239.1.1.2","iif":"va","multipath":[{"oif":"vb","ttl":5},{"oif":"lo"}],` +
			`"state":"resolved","packets":7,"bytes":700,"wrong_if":2,"expires":1.23,"table":"default"}]` + "\n"},
	} {
		var b bytes.Buffer
		e := clitest.Env(&b, c.opt)
		for i, name := range []string{"lo", "vb", "va"} {
			e.Links.Remember(clitest.Link(int32(i+1), name))
		}
		e.Pen.Begin()
		if err := printEvent(e, sample()); err != nil {
			t.Error(err)
		}
		e.Pen.End()
		e.Pen.Flush()
		if got := b.String(); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}
