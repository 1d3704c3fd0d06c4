package linkkind

import (
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var vlan = kind.Kind{
	Unknown: kind.UnknownCommand, Told: "QOS-MAPPING := FROM:TO\n",
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "protocol", Value: "VLANPROTO := [ 802.1Q | 802.1ad ]", Attr: unix.IFLA_VLAN_PROTOCOL, Type: &kind.EtherType, Bad: "protocol is invalid"},
		{Words: "id", Value: "VLANID := 0..4095", Attr: unix.IFLA_VLAN_ID, Type: &field.U16, Bad: "id is invalid"},
		{Words: "reorder_hdr", Attr: unix.IFLA_VLAN_FLAGS, Type: &vlanFlag, Arg: uapi.VLAN_FLAG_REORDER_HDR, Flags: field.Quiet},
		{Words: "gvrp", Attr: unix.IFLA_VLAN_FLAGS, Type: &vlanFlag, Arg: uapi.VLAN_FLAG_GVRP, Flags: field.Quiet},
		{Words: "mvrp", Attr: unix.IFLA_VLAN_FLAGS, Type: &vlanFlag, Arg: uapi.VLAN_FLAG_MVRP, Flags: field.Quiet},
		{Words: "loose_binding", Attr: unix.IFLA_VLAN_FLAGS, Type: &vlanFlag, Arg: uapi.VLAN_FLAG_LOOSE_BINDING, Flags: field.Quiet},
		{Words: "bridge_binding", Attr: unix.IFLA_VLAN_FLAGS, Type: &vlanFlag, Arg: uapi.VLAN_FLAG_BRIDGE_BINDING, Flags: field.Quiet},
		{Key: "flags", Attr: unix.IFLA_VLAN_FLAGS, Type: &kind.FlagSet, Names: &vlanFlags},
		{Words: "ingress-qos-map", Key: "ingress_qos", Attr: unix.IFLA_VLAN_INGRESS_QOS, Type: &qosMap},
		{Words: "egress-qos-map", Key: "egress_qos", Attr: unix.IFLA_VLAN_EGRESS_QOS, Type: &qosMap},
	}},
}

var vlanFlags = word.Names{
	{uapi.VLAN_FLAG_REORDER_HDR, "REORDER_HDR"}, {uapi.VLAN_FLAG_GVRP, "GVRP"}, {uapi.VLAN_FLAG_MVRP, "MVRP"},
	{uapi.VLAN_FLAG_LOOSE_BINDING, "LOOSE_BINDING"}, {uapi.VLAN_FLAG_BRIDGE_BINDING, "BRIDGE_BINDING"},
}

// vlanFlag is a bit of a number with a mask, set by on or off.
var vlanFlag = field.Type{Size: 8, Form: field.Masked | field.Bool, Usage: "{ on | off }", Scan: func(_ *field.Call, r *field.Row, s string) (uint64, error) {
	on, err := kind.StrictOnOff(r.Word(), s)
	return uint64(kind.Bit(on)), err
}}

// qosMap is a nest of {from, to} pairs, written FROM:TO.
var qosMap = field.Type{Usage: "QOS-MAP := [ QOS-MAP ] QOS-MAPPING", Parse: parseQosMap, Print: printQosMap, Write: writeQosMap}

func parseQosMap(c *field.Call, r *field.Row) error {
	a := c.Args
	if !a.More() {
		return cli.Incomplete()
	}
	return kind.PutNest(c, r.Attr, func(m *rtnl.Msg) error {
		for a.More() {
			from, to, isPair := strings.Cut(a.Word(), ":")
			if !isPair {
				break
			}
			f, ok1 := word.Uint(from, 0, 32)
			t, ok2 := word.Uint(to, 0, 32)
			if !ok1 || !ok2 {
				return c.Wrong(r, from)
			}
			a.Skip()
			m.Attr(unix.IFLA_VLAN_QOS_MAPPING, rtnl.NE.AppendUint32(rtnl.NE.AppendUint32(nil, uint32(f)), uint32(t)))
		}
		return nil
	})
}

func writeQosMap(_ *field.View, r *field.Row, line, b []byte) []byte {
	word := r.Word()
	for _, m := range rtnl.Attrs(b) {
		if len(m) < 8 {
			continue
		}
		if word != "" {
			line, word = field.AppendWord(line, word), ""
		}
		line = strconv.AppendUint(append(line, ' '), uint64(rtnl.U32(m)), 10)
		line = strconv.AppendUint(append(line, ':'), uint64(rtnl.U32(m[4:])), 10)
	}
	return line
}

func printQosMap(v *field.View, r *field.Row, b []byte) {
	p := v.Pen
	p.OpenArray(r.JSON())
	p.NL()
	p.Text("      ")
	v.Label(r)
	p.Text("{ ")
	for _, m := range rtnl.Attrs(b) {
		if len(m) < 8 {
			continue
		}
		p.OpenObject("")
		p.Uint("from", "", uint64(rtnl.U32(m)), ":")
		p.Uint("to", "", uint64(rtnl.U32(m[4:])), " ")
		p.CloseObject()
	}
	p.CloseArray()
	p.Text("} ")
}
