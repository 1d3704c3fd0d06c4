package trace

import (
	"io"
	"strings"
	"testing"

	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// bytesOf are those of a request, with its header.
func bytesOf(typ, flags uint16, build func(*rtnl.Msg)) []byte {
	m := rtnl.New(typ, flags)
	build(m)
	b := rtnl.NE.AppendUint32(nil, uint32(unix.SizeofNlMsghdr+len(m.Body())))
	b = rtnl.NE.AppendUint16(rtnl.NE.AppendUint16(b, typ), flags|unix.NLM_F_REQUEST)
	b = append(b, 7, 0, 0, 0, 0, 0, 0, 0)
	return append(b, m.Body()...)
}

// zebra is a made-up kind of link.
var zebra = field.Table{Rows: []*field.Row{{Words: "stripes", Attr: 1, Type: &field.U16}}}

func TestMessages(t *testing.T) {
	if !rtnl.LittleEndian() {
		t.Skip("the bytes below are those of a small end")
	}
	link := bytesOf(unix.RTM_NEWLINK, unix.NLM_F_ACK|unix.NLM_F_CREATE, func(m *rtnl.Msg) {
		rtnl.Put(m, unix.IfInfomsg{Index: 5, Flags: 1})
		m.Str(unix.IFLA_IFNAME, "x0")
		m.U32(unix.IFLA_MTU, 1400)
		m.Attr(unix.IFLA_ADDRESS, []byte{2, 0, 0, 0, 0, 1})
		end := m.Nest(unix.IFLA_LINKINFO)
		m.Str(unix.IFLA_INFO_KIND, "zebra")
		data := m.Nest(unix.IFLA_INFO_DATA)
		m.Attr(1, []byte{9, 0})
		m.Attr(2, []byte{1, 2, 3})
		m.End(data)
		m.End(end)
	})
	route := bytesOf(unix.RTM_GETROUTE, unix.NLM_F_DUMP, func(m *rtnl.Msg) {
		rtnl.Put(m, unix.RtMsg{Family: unix.AF_INET, Table: 254})
		m.Attr(unix.RTA_DST, []byte{10, 0, 0, 1})
	})
	refused := bytesOf(unix.NLMSG_ERROR, unix.NLM_F_CAPPED|unix.NLM_F_ACK_TLVS, func(m *rtnl.Msg) {
		m.Raw([]byte{0xef, 0xff, 0xff, 0xff})
		m.Raw(make([]byte, unix.SizeofNlMsghdr))
		m.Str(1, "no such stripes")
	})
	ask := bytesOf(unix.GENL_ID_CTRL, unix.NLM_F_ACK, func(m *rtnl.Msg) {
		m.Raw([]byte{unix.CTRL_CMD_NEWFAMILY, 2, 0, 0})
		m.Attr(unix.CTRL_ATTR_FAMILY_ID, []byte{30, 0})
		m.Str(unix.CTRL_ATTR_FAMILY_NAME, "fou")
	})
	fou := bytesOf(30, unix.NLM_F_ACK, func(m *rtnl.Msg) {
		m.Raw([]byte{uapi.FOU_CMD_ADD, 1, 0, 0})
		m.Attr(uapi.FOU_ATTR_AF, []byte{2})
	})
	var out strings.Builder
	tr := New(&out)
	tr.Kind = func(name string) *field.Table {
		if name == "zebra" {
			return &zebra
		}
		return nil
	}
	for _, c := range []struct {
		protocol int
		sent     bool
		b        []byte
		want     string
	}{
		{unix.NETLINK_ROUTE, true, link, `-> RTM_NEWLINK REQUEST ACK CREATE seq 7 len 96
   ifinfomsg family 0 type 0 index 5 flags 0x1 change 0x0
   IFLA_IFNAME "x0"
   IFLA_MTU 1400
   IFLA_ADDRESS 02:00:00:00:00:01
   IFLA_LINKINFO
     IFLA_INFO_KIND "zebra"
     IFLA_INFO_DATA
       1 stripes 9
       2 010203
`},
		{unix.NETLINK_ROUTE, true, route, `-> RTM_GETROUTE REQUEST ROOT MATCH seq 7 len 36
   rtmsg family 2 dst_len 0 src_len 0 tos 0 table 254 protocol 0 scope 0 type 0 flags 0x0
   RTA_DST 10.0.0.1
`},
		{unix.NETLINK_ROUTE, false, refused, `<- NLMSG_ERROR REQUEST CAPPED ACK_TLVS seq 7 len 56
   error -17 file exists
   NLMSGERR_ATTR_MSG "no such stripes"
`},
		{unix.NETLINK_GENERIC, false, ask, `<- GENL REQUEST ACK seq 7 len 36
   nlctrl CTRL_CMD_NEWFAMILY version 2
   CTRL_ATTR_FAMILY_ID 30
   CTRL_ATTR_FAMILY_NAME "fou"
`},
		{unix.NETLINK_GENERIC, true, fou, `-> GENL REQUEST ACK seq 7 len 28
   fou FOU_CMD_ADD version 1
   FOU_ATTR_AF 2
`},
	} {
		out.Reset()
		tr.Messages(c.protocol, c.sent, c.b)
		if out.String() != c.want {
			t.Errorf("got\n%swant\n%s", out.String(), c.want)
		}
	}
}

// TestNames holds the generated names against the numbers of x/sys/unix.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		names string
		n     uint16
		want  string
	}{
		{rtm, unix.RTM_NEWNEXTHOP, "RTM_NEWNEXTHOP"},
		{rtm, unix.RTM_GETLINK, "RTM_GETLINK"},
		{ifla, unix.IFLA_MIN_MTU, "IFLA_MIN_MTU"}, // behind names for one number
		{ifla, unix.IFLA_PROP_LIST, "IFLA_PROP_LIST"},
		{iflaInfo, unix.IFLA_INFO_SLAVE_DATA, "IFLA_INFO_SLAVE_DATA"},
		{rta, unix.RTA_ENCAP, "RTA_ENCAP"},
		{nha, unix.NHA_GROUP, "NHA_GROUP"},
		{xfrma, uapi.XFRMA_IF_ID, "XFRMA_IF_ID"},
		{macsecAttr, uapi.MACSEC_ATTR_OFFLOAD, "MACSEC_ATTR_OFFLOAD"},
		{rtm, 9999, "RTM_9999"},
		{iflaBridge, uapi.IFLA_BRIDGE_VLAN_INFO, "IFLA_BRIDGE_VLAN_INFO"},
	} {
		if got := nameOf(c.names, c.n); got != c.want {
			t.Errorf("%d is %s, not %s", c.n, got, c.want)
		}
	}
}

// FuzzMessages holds that no bytes make the tracer panic, with a table or without.
func FuzzMessages(f *testing.F) {
	for _, m := range rtnetlink {
		f.Add(uint8(unix.NETLINK_ROUTE), m.from, uint16(0), make([]byte, 40))
	}
	f.Add(uint8(unix.NETLINK_GENERIC), uint16(16), uint16(0), []byte{1, 1, 0, 0, 6, 0, 1, 0, 30, 0, 0, 0})
	f.Add(uint8(unix.NETLINK_ROUTE), uint16(unix.NLMSG_ERROR), uint16(unix.NLM_F_ACK_TLVS), make([]byte, 30))
	tr := New(io.Discard)
	tr.Kind = func(string) *field.Table { return &zebra }
	tr.Table = func(string, uint16) *field.Table { return &zebra }
	f.Fuzz(func(t *testing.T, protocol uint8, typ, flags uint16, body []byte) {
		b := bytesOf(typ, flags, func(m *rtnl.Msg) { m.Raw(body) })
		tr.Messages(int(protocol), true, b)
		tr.Messages(int(protocol), false, b[:len(b)/2])
	})
}
