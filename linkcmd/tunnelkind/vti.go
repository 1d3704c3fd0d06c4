package tunnelkind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// The tunnels that carry what IPsec has protected.
var (
	VTI = kind.Kind{Begin: beginVTI, Table: field.Table{Voice: &kind.Voice, Finish: finishVTI, Rows: []*field.Row{
		{Words: "remote", Value: "ADDR := IP_ADDRESS", Attr: uapi.IFLA_VTI_REMOTE, Type: &endpoint, Arg: unix.AF_INET, Flags: field.Always | field.OmitZero},
		{Words: "local", Value: "ADDR := IP_ADDRESS", Attr: uapi.IFLA_VTI_LOCAL, Type: &endpoint, Arg: unix.AF_INET, Flags: field.Always | field.OmitZero},
	}, Then: []*field.Table{&vtiRows}}}
	VTI6 = kind.Kind{Begin: beginVTI, Table: field.Table{Voice: &kind.Voice, Finish: finishVTI, Rows: []*field.Row{
		{Words: "remote", Value: "ADDR := IPV6_ADDRESS", Attr: uapi.IFLA_VTI_REMOTE, Type: &endpoint, Arg: unix.AF_INET6, Flags: field.Always | field.OmitZero},
		{Words: "local", Value: "ADDR := IPV6_ADDRESS", Attr: uapi.IFLA_VTI_LOCAL, Type: &endpoint, Arg: unix.AF_INET6, Flags: field.Always | field.OmitZero},
	}, Then: []*field.Table{&vtiRows}}}
)

var vtiRows = field.Table{Rows: []*field.Row{
	{Words: "dev", Key: "link", Attr: uapi.IFLA_VTI_LINK, Type: &kind.TunnelDevice, Flags: field.OmitZero},
	{Words: "key", Type: &vtiKeys, Flags: field.Quiet},
	{Words: "ikey", Attr: uapi.IFLA_VTI_IKEY, Type: &vtiKey},
	{Words: "okey", Attr: uapi.IFLA_VTI_OKEY, Type: &vtiKey},
	{Words: "=fwmark", Attr: uapi.IFLA_VTI_FWMARK, Type: &fwmark, Bad: "invalid fwmark\n"},
}}

func beginVTI(c *field.Call) error {
	return beginTunnel(c, []preset{{uapi.IFLA_VTI_IKEY, 4, 0}, {uapi.IFLA_VTI_OKEY, 4, 0}, {uapi.IFLA_VTI_FWMARK, 4, 0}})
}

// vtiKey is the key of one direction, vtiKeys of both. A key prints as an IPv4
// address does.
var (
	vtiKey = field.Type{Size: 4, Usage: "KEY := { DOTTED_QUAD | NUMBER }", Parse: func(c *field.Call, r *field.Row) error {
		return parseVTIKey(c, r, r.Attr)
	}, Print: printAddr4, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
		return cli.AppendAddr(append(field.AppendWord(line, r.Word()), ' '), unix.AF_INET, b)
	}}
	vtiKeys = field.Type{Usage: "KEY := { DOTTED_QUAD | NUMBER }", Parse: func(c *field.Call, r *field.Row) error {
		return parseVTIKey(c, r, uapi.IFLA_VTI_IKEY, uapi.IFLA_VTI_OKEY)
	}}
)

func parseVTIKey(c *field.Call, r *field.Row, attrs ...uint16) error {
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	key, err := tunnelKey(r.Word(), s)
	for _, attr := range attrs {
		c.Put(0, attr, key)
	}
	return err
}

func finishVTI(c *field.Call) error {
	// Of a device that is read back the real tool keeps one byte.
	if !kind.TargetOf(c).Create && !c.HasWord(0, uapi.IFLA_VTI_LINK) {
		c.PutUint(0, uapi.IFLA_VTI_LINK, 4, uint64(rtnl.U8(c.Get(0, uapi.IFLA_VTI_LINK))), false)
	}
	return nil
}
