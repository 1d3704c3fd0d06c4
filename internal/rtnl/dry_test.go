package rtnl

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestDry asks a Dry what the commands ask the kernel.
func TestDry(t *testing.T) {
	d := new(Dry)
	d.Made("eth0")
	c, err := Dial(unix.NETLINK_ROUTE, Options{Dry: d})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m := New(unix.RTM_NEWLINK, unix.NLM_F_CREATE)
	Put(m, unix.IfInfomsg{})
	m.Str(unix.IFLA_IFNAME, "v")
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Str(unix.IFLA_INFO_KIND, "vrf")
	m.End(info)
	if err := c.Do(m); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"eth0": "", "v": "vrf", "other": ""} {
		m := New(unix.RTM_GETLINK, 0)
		Put(m, unix.IfInfomsg{})
		m.Str(unix.IFLA_IFNAME, name)
		kind, index := "-", int32(0)
		get := func(m Message) error {
			ifi, attrs := View[unix.IfInfomsg](m.Body)
			index, kind = ifi.Index, Str(Find(Find(attrs, unix.IFLA_LINKINFO), unix.IFLA_INFO_KIND))
			return nil
		}
		if err := c.Get(m, get); err != nil || kind != want {
			t.Errorf("%s: a link of kind %q, %v", name, kind, err)
		}
		m = New(unix.RTM_GETLINK, 0)
		Put(m, unix.IfInfomsg{Index: index})
		if err := c.Request(m, get); err != nil || kind != want {
			t.Errorf("%s by index: a link of kind %q, %v", name, kind, err)
		}
	}
	m = New(unix.RTM_GETLINK, 0)
	Put(m, unix.IfInfomsg{Index: 99})
	if err := c.Get(m, nil); !Is(err, unix.ENODEV) {
		t.Error("an index without a link: ", err)
	}
	m = New(unix.RTM_GETROUTE, 0)
	Put(m, unix.RtMsg{})
	if err := c.Dump(m, func(Message) error { t.Error("a route"); return nil }); err != nil {
		t.Error(err)
	}
	g, _ := Dial(unix.NETLINK_GENERIC, Options{Dry: d})
	if id, err := g.Family("macsec"); id != firstFamily || err != nil {
		t.Error(id, err)
	}
	change := NewGenl(1, 1)
	change.SetType(firstFamily)
	if err := g.Do(change); err != nil || len(d.Changed) != 1 || d.Changed[0] != "macsec" {
		t.Error(err, d.Changed)
	}
	if _, err := c.dry.next(); err != errEOF {
		t.Error("something is left to receive: ", err)
	}
}
