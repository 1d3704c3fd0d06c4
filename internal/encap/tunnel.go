package encap

import (
	"gip/internal/field"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// encap ip and encap ip6 have the same attributes under the same numbers; only
// addresses and two words differ.
var (
	ip4 = field.Table{Name: "ip", Voice: &voice, Ends: true, Finish: flagsLast, Rows: []*field.Row{
		&tunnelID,
		{Words: "=src", Label: "src ", Key: "src", Attr: uapi.LWTUNNEL_IP_SRC, Arg: unix.AF_INET, Type: &tint, Flags: field.Once},
		{Words: "=dst", Label: "dst ", Key: "dst", Attr: uapi.LWTUNNEL_IP_DST, Arg: unix.AF_INET, Type: &tint, Flags: field.Once},
		{Words: "=ttl", Attr: uapi.LWTUNNEL_IP_TTL, Type: &field.U8, Flags: field.Once},
		{Words: "=tos", Attr: uapi.LWTUNNEL_IP_TOS, Type: &dsField, Flags: field.Once},
		&tunnelKey, &tunnelCsum, &tunnelSeq, &geneve, &vxlan, &erspan,
	}}
	ip6 = field.Table{Name: "ip6", Voice: &voice, Ends: true, Finish: flagsLast, Rows: []*field.Row{
		&tunnelID,
		{Words: "=src", Label: "src ", Key: "src", Attr: uapi.LWTUNNEL_IP_SRC, Arg: unix.AF_INET6, Type: &tint, Flags: field.Once},
		{Words: "=dst", Label: "dst ", Key: "dst", Attr: uapi.LWTUNNEL_IP_DST, Arg: unix.AF_INET6, Type: &tint, Flags: field.Once},
		{Words: "=hoplimit", Attr: uapi.LWTUNNEL_IP_TTL, Type: &field.U8, Flags: field.Once},
		{Words: "=tc", Attr: uapi.LWTUNNEL_IP_TOS, Type: &dsField, Flags: field.Once},
		&tunnelKey, &tunnelCsum, &tunnelSeq, &geneve, &vxlan, &erspan,
	}}

	tunnelID   = field.Row{Words: "=id", Attr: uapi.LWTUNNEL_IP_ID, Type: &field.Be64, Flags: field.Once}
	tunnelKey  = field.Row{Words: "=key", Attr: uapi.LWTUNNEL_IP_FLAGS, Arg: uint64(uapi.TUNNEL_KEY), Type: &bit, Flags: field.Once}
	tunnelCsum = field.Row{Words: "=csum", Attr: uapi.LWTUNNEL_IP_FLAGS, Arg: uint64(uapi.TUNNEL_CSUM), Type: &bit, Flags: field.Once}
	tunnelSeq  = field.Row{Words: "=seq", Attr: uapi.LWTUNNEL_IP_FLAGS, Arg: uint64(uapi.TUNNEL_SEQ), Type: &bit, Flags: field.Once}
)

var (
	bit     = field.Type{Size: 2, Form: field.Big | field.Alone | field.Bits}
	dsField = field.Type{Size: 1, Scan: scanDSField, Write: writeDSField}
)

func scanDSField(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := c.Env.Tables.DSField.Parse(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(uint8(n)), nil
}

// writeDSField writes a number as it is read: without a prefix it would be hexadecimal,
// though it prints as a decimal one.
func writeDSField(_ *field.View, r *field.Row, line, b []byte) []byte {
	return field.AppendHex(line, r, uint64(b[0]))
}

// flagsLast sends the flags behind what has a value.
func flagsLast(c *field.Call) error {
	c.ToEnd(uapi.LWTUNNEL_IP_FLAGS)
	return nil
}
