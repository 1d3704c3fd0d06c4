package linkcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var vlan = kind{
	told:    "QOS-MAPPING := FROM:TO\n",
	name:    "vlan",
	unknown: "unknown command",
	opts: []opt{
		{words: "protocol", value: "VLANPROTO := [ 802.1Q | 802.1ad ]", attr: unix.IFLA_VLAN_PROTOCOL, codec: &etherType, bad: "protocol is invalid"},
		{words: "id", value: "VLANID := 0..4095", attr: unix.IFLA_VLAN_ID, codec: &u16, bad: "id is invalid"},
		{words: "reorder_hdr", arg: uapi.VLAN_FLAG_REORDER_HDR, attr: unix.IFLA_VLAN_FLAGS, codec: &vlanFlag},
		{words: "gvrp", arg: uapi.VLAN_FLAG_GVRP, attr: unix.IFLA_VLAN_FLAGS, codec: &vlanFlag},
		{words: "mvrp", arg: uapi.VLAN_FLAG_MVRP, attr: unix.IFLA_VLAN_FLAGS, codec: &vlanFlag},
		{words: "loose_binding", arg: uapi.VLAN_FLAG_LOOSE_BINDING, attr: unix.IFLA_VLAN_FLAGS, codec: &vlanFlag},
		{words: "bridge_binding", arg: uapi.VLAN_FLAG_BRIDGE_BINDING, attr: unix.IFLA_VLAN_FLAGS, codec: &vlanFlag},
		{key: "flags", attr: unix.IFLA_VLAN_FLAGS, codec: &upperFlags, names: vlanFlags},
		{words: "ingress-qos-map", key: "ingress_qos", attr: unix.IFLA_VLAN_INGRESS_QOS, codec: &qosMap},
		{words: "egress-qos-map", key: "egress_qos", attr: unix.IFLA_VLAN_EGRESS_QOS, codec: &qosMap},
	},
}

var vlanFlags = []name{
	{uapi.VLAN_FLAG_REORDER_HDR, "REORDER_HDR"}, {uapi.VLAN_FLAG_GVRP, "GVRP"}, {uapi.VLAN_FLAG_MVRP, "MVRP"},
	{uapi.VLAN_FLAG_LOOSE_BINDING, "LOOSE_BINDING"}, {uapi.VLAN_FLAG_BRIDGE_BINDING, "BRIDGE_BINDING"},
}

// vlanFlag is a bit (opt.arg) of a {value, mask} pair, set by on or off.
var vlanFlag = codec{8, "{ on | off }", parseVlanFlag, nil}

func parseVlanFlag(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	on, err := strictOnOff(o.word(), s)
	d.setBits(o.attr, uint32(o.arg), on)
	return err
}

// upperFlags prints a set of flags, "<A,B> "; what has no name is hexadecimal.
var upperFlags = codec{4, "", nil, func(v *view, o *opt, b []byte) {
	left := uint64(rtnl.U32(b))
	v.pen.OpenArray(o.json())
	v.pen.Text("<")
	for _, f := range o.names {
		if left&f.val != 0 {
			left &^= f.val
			v.pen.Str("", "", f.name, commaIf(left != 0))
		}
	}
	if left != 0 {
		v.pen.Hex("", "", left, "")
	}
	v.pen.Text("> ")
	v.pen.CloseArray()
}}

func commaIf(more bool) string {
	if more {
		return ","
	}
	return ""
}

// qosMap is a nest of {from, to} pairs, written FROM:TO.
var qosMap = codec{0, "QOS-MAP := [ QOS-MAP ] QOS-MAPPING", parseQosMap, printQosMap}

func parseQosMap(d *draft, o *opt, a *cli.Args) error {
	if !a.More() {
		return cli.Incomplete()
	}
	return d.nest(o.attr, func(m *rtnl.Msg) error {
		for a.More() {
			from, to, isPair := strings.Cut(a.Word(), ":")
			if !isPair {
				break
			}
			f, ok1 := cli.ParseUint(from, 0, 32)
			t, ok2 := cli.ParseUint(to, 0, 32)
			if !ok1 || !ok2 {
				return o.invalid(from)
			}
			a.Skip()
			m.Attr(unix.IFLA_VLAN_QOS_MAPPING, rtnl.NE.AppendUint32(rtnl.NE.AppendUint32(nil, uint32(f)), uint32(t)))
		}
		return nil
	})
}

func printQosMap(v *view, o *opt, b []byte) {
	p := v.pen
	p.OpenArray(o.json())
	p.NL()
	p.Text("      ")
	v.label(o)
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
