package linkkind

import (
	"bytes"
	"testing"

	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// TestByteOrder holds the bytes of fields whose order is not that of the machine
// that the test runs on, and of presets, which are in the machine's.
func TestByteOrder(t *testing.T) {
	for _, c := range []struct {
		kind, words string
		attr        uint16
		want        []byte
	}{
		{"gre", "key 5 csum", uapi.IFLA_GRE_IFLAGS, []byte{0xa0, 0}},
		{"gre", "key 5 csum seq noocsum", uapi.IFLA_GRE_OFLAGS, []byte{0x30, 0}},
		{"gre", "key 5", uapi.IFLA_GRE_IKEY, []byte{0, 0, 0, 5}},
		{"gre", "encap-dport 258", uapi.IFLA_GRE_ENCAP_DPORT, []byte{1, 2}},
		{"ip6gre", "oseq", uapi.IFLA_GRE_OFLAGS, []byte{0x10, 0}},
		{"ip6gre", "tclass 1f fl 12345", uapi.IFLA_GRE_FLOWINFO, []byte{1, 0xf1, 0x23, 0x45}},
		{"ip6gre", "", uapi.IFLA_GRE_ENCAP_FLAGS, rtnl.NE.AppendUint16(nil, uapi.TUNNEL_ENCAP_FLAG_CSUM6)},
		{"ip6tnl", "", uapi.IFLA_IPTUN_ENCAP_FLAGS, rtnl.NE.AppendUint16(nil, uapi.TUNNEL_ENCAP_FLAG_CSUM6)},
		{"sit", "isatap", uapi.IFLA_IPTUN_FLAGS, rtnl.NE.AppendUint16(nil, uapi.SIT_ISATAP)},
		{"vxlan", "id 7 srcport 1 515", unix.IFLA_VXLAN_PORT_RANGE, []byte{0, 1, 2, 3}},
		{"vxlan", "id 7", unix.IFLA_VXLAN_ID, rtnl.NE.AppendUint32(nil, 7)},
		{"vlan", "id 5 proto 802.1ad", unix.IFLA_VLAN_PROTOCOL, []byte{0x88, 0xa8}},
		{"macsec", "port 5", unix.IFLA_MACSEC_PORT, []byte{0, 5}},
	} {
		data, err := encode(c.kind, Find(c.kind), c.words)
		if got := rtnl.Find(data, c.attr); err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("%s %s: attribute %d is % x, want % x (%v)", c.kind, c.words, c.attr, got, c.want, err)
		}
	}
}
