package tunnelkind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var AMT = kind.Kind{
	Unknown: kind.UnknownCommand, Help: "=help",
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "=mode", Value: "MODE", Attr: uapi.IFLA_AMT_MODE, Type: &amtMode, Names: &word.Names{{uapi.AMT_MODE_GATEWAY, "gateway"}, {uapi.AMT_MODE_RELAY, "relay"}}},
		{Words: "=gateway_port", Value: "PORT", Attr: uapi.IFLA_AMT_GATEWAY_PORT, Type: &field.Be16, Bad: "gateway_port"},
		{Words: "=relay_port", Value: "PORT", Attr: uapi.IFLA_AMT_RELAY_PORT, Type: &field.Be16, Bad: "relay_port"},
		{Words: "=local", Attr: uapi.IFLA_AMT_LOCAL_IP, Type: &amtAddr, Flags: field.Once},
		{Label: "remote", Attr: uapi.IFLA_AMT_REMOTE_IP, Type: &amtAddr},
		{Words: "=discovery", Value: "IP_ADDRESS", Attr: uapi.IFLA_AMT_DISCOVERY_IP, Type: &amtAddr, Flags: field.Once},
		{Words: "=dev", Key: "link", Attr: uapi.IFLA_AMT_LINK, Type: &AMTDevice},
		{Words: "=max_tunnels", Value: "NUMBER", Attr: uapi.IFLA_AMT_MAX_TUNNELS, Type: &field.U32, Bad: "max_tunnels"},
	}},
}

// amtMode prints without a label.
var amtMode = field.Type{Size: 4, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := r.Names.Find(s)
	if !ok {
		return 0, kind.TargetOf(c).Usage()
	}
	return n, nil
}, Print: func(v *field.View, r *field.Row, b []byte) {
	v.Pen.Str(r.JSON(), "", r.Names.Of(uint64(rtnl.U32(b))), " ")
}}

// amtAddr is an address, printed whatever it is.
var amtAddr = field.Type{Size: 4, Usage: "ADDR := IP_ADDRESS", Read: func(c *field.Call, r *field.Row, s string) error {
	p, err := cli.Addr(s, familyOfLen(len(c.Get(0, uapi.IFLA_AMT_DISCOVERY_IP))))
	if err == nil && classOf(&p) != notInet {
		c.Put(r.In, r.Attr, p.Bytes())
	}
	return err
}, Print: func(v *field.View, r *field.Row, b []byte) { printAnyAddr(v, r, unix.AF_INET, b[:4]) }, Write: writeAddr}

var AMTDevice = field.Type{Size: 4, Form: field.Str, Usage: "PHYS_DEV", Scan: field.ScanNeededDevice, Append: field.AppendDevice, Write: field.WriteDevice}
