package rtnl

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// TestMsg holds our encoding against nl's.
func TestMsg(t *testing.T) {
	req := nl.NewNetlinkRequest(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	req.AddData(nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated("veth0")))
	req.AddData(nl.NewRtAttr(unix.IFLA_MTU, nl.Uint32Attr(1400)))
	info := nl.NewRtAttr(unix.IFLA_LINKINFO, nil)
	info.AddRtAttr(nl.IFLA_INFO_KIND, nl.NonZeroTerminated("veth"))
	data := info.AddRtAttr(nl.IFLA_INFO_DATA, nil)
	data.AddRtAttr(1, []byte{7})
	req.AddData(info)
	want := req.Serialize()

	m := New(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	Put(m, unix.IfInfomsg{})
	m.Str(unix.IFLA_IFNAME, "veth0")
	m.U32(unix.IFLA_MTU, 1400)
	n := m.Nest(unix.IFLA_LINKINFO)
	m.Bytes(nl.IFLA_INFO_KIND, "veth")
	d := m.Nest(nl.IFLA_INFO_DATA)
	m.U8(1, 7)
	m.End(d)
	m.End(n)
	// nl counts the unpadded length at the outermost end only.
	if got := m.seal(req.Seq, 0); !bytes.Equal(got, want) {
		t.Errorf("\n got %x\nwant %x", got, want)
	}
}

func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		e    Error
		want string
	}{
		{Error{Errno: unix.EEXIST}, "RTNETLINK answers: File exists"},
		{Error{Errno: unix.EPERM}, "RTNETLINK answers: Operation not permitted"},
		{Error{Errno: unix.EINVAL, Msg: "Invalid prefix"}, "Error: Invalid prefix."},
		{Error{Errno: unix.EINVAL, Msg: "Nexthop id does not exist."}, "Error: Nexthop id does not exist."},
		{Error{Errno: 524}, "RTNETLINK answers: Unknown error 524"},
		{Error{Errno: unix.EMSGSIZE, Dump: true}, "Error: Buffer too small for object."},
	} {
		if got := c.e.Error(); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.e, got, c.want)
		}
	}
}

// TestDump reads the links of the namespace that the test runs in; every
// namespace has lo.
func TestDump(t *testing.T) {
	c, err := Dial(unix.NETLINK_ROUTE, Options{Strict: true})
	if err != nil {
		t.Skip("no netlink here: ", err)
	}
	defer c.Close()
	for range 2 {
		var names []string
		m := New(unix.RTM_GETLINK, 0)
		Put(m, unix.IfInfomsg{})
		err = c.Dump(m, func(m Message) error {
			_, attrs := View[unix.IfInfomsg](m.Body)
			names = append(names, Str(Find(attrs, unix.IFLA_IFNAME)))
			return nil
		})
		if err != nil || len(names) == 0 || names[0] != "lo" {
			t.Fatalf("links %q, error %v", names, err)
		}
	}
}

func TestRefusal(t *testing.T) {
	c, err := Dial(unix.NETLINK_ROUTE, Options{Strict: true})
	if err != nil {
		t.Skip("no netlink here: ", err)
	}
	defer c.Close()
	m := New(unix.RTM_GETLINK, 0)
	Put(m, unix.IfInfomsg{Index: 1 << 30})
	if err := c.Get(m, nil); !Is(err, unix.ENODEV) {
		t.Errorf("got %v, want ENODEV", err)
	}
}

func FuzzAck(f *testing.F) {
	f.Add([]byte{0xea, 0xff, 0xff, 0xff, 20, 0, 0, 0, 0, 0, 0, 0}, uint16(0x200))
	f.Fuzz(func(t *testing.T, b []byte, flags uint16) {
		if e := parseAck(b, flags); e.Error() == "" {
			t.Error("no text")
		}
		parseDone(b, flags)
		var tb [8][]byte
		Index(tb[:], b)
		for _, v := range Attrs(b) {
			_, _, _, _, _ = U8(v), U16(v), U32(v), U64(v), Str(v)
		}
		(&Conn{}).split(b, func(Message) error { return nil })
	})
}

// TestBurst sends what the kernel refuses: the first refusal comes back, in a
// full burst as at the end.
func TestBurst(t *testing.T) {
	c, err := Dial(unix.NETLINK_ROUTE, Options{})
	if err != nil {
		t.Skip(err)
	}
	defer c.Close()
	m := New(0, 0)
	Put(m, unix.NdMsg{Family: unix.AF_INET, Ifindex: 1 << 30})
	m.Attr(unix.NDA_DST, []byte{192, 0, 2, 1})
	b := NewBurst(c, LargeBurst)
	if err := b.Send(); err != nil {
		t.Errorf("empty burst: %v", err)
	}
	if err := b.Add(unix.RTM_DELNEIGH, m.Body()); err != nil {
		t.Errorf("add: %v", err)
	}
	if err := b.Send(); err == nil {
		t.Error("no refusal came back")
	}
	for i := 0; err == nil; i++ {
		if i > LargeBurst {
			t.Fatal("a burst is never full")
		}
		err = b.Add(unix.RTM_DELNEIGH, m.Body())
	}
}

// TestReindex holds the table that is used again against a new one.
func TestReindex(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var again, fresh [12][]byte
	set := uint64(0)
	for range 2000 {
		m := New(0, 0)
		mark := m.Mark()
		for range r.IntN(6) {
			m.Attr(uint16(r.IntN(15)), make([]byte, r.IntN(6)))
		}
		b := m.Since(mark)
		b = b[:len(b)-r.IntN(2)*r.IntN(len(b)+1)]
		set = Reindex(again[:], set, b)
		Index(fresh[:], b)
		for i := range fresh {
			if (fresh[i] == nil) != (again[i] == nil) || !bytes.Equal(fresh[i], again[i]) || (set>>i&1 != 0) != (fresh[i] != nil) {
				t.Fatalf("%x: type %d is %v, want %v", b, i, again[i], fresh[i])
			}
			picked := make([][]byte, len(fresh))
			Pick(picked, 1<<i, b)
			if (fresh[i] == nil) != (picked[i] == nil) || !bytes.Equal(fresh[i], picked[i]) {
				t.Fatalf("%x: picked %v, want %v", b, picked[i], fresh[i])
			}
		}
	}
}
