package linkkind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var ipvlan = kind.Kind{
	Unknown: kind.UnknownOption,
	Told:    "FLAGS := { bridge | private | vepa }\n",
	Table: field.Table{Voice: &kind.Voice, Send: []uint16{unix.IFLA_IPVLAN_FLAGS}, Finish: finishIPVLAN, Rows: []*field.Row{
		{Words: "mode", Value: "MODE", Label: " mode", Key: "mode", Attr: unix.IFLA_IPVLAN_MODE, Type: &ipvlanMode, Names: &word.Names{{uapi.IPVLAN_MODE_L2, "l2"}, {uapi.IPVLAN_MODE_L3, "l3"}, {uapi.IPVLAN_MODE_L3S, "l3s"}}},
		{Words: "private", Attr: unix.IFLA_IPVLAN_FLAGS, Type: &ipvlanFlag, Arg: uapi.IPVLAN_F_PRIVATE},
		{Words: "vepa", Attr: unix.IFLA_IPVLAN_FLAGS, Type: &ipvlanFlag, Arg: uapi.IPVLAN_F_VEPA},
		{Words: "bridge", Attr: unix.IFLA_IPVLAN_FLAGS, Type: &ipvlanFlag},
	}},
}

// finishIPVLAN sends flags even if there are none.
func finishIPVLAN(c *field.Call) error {
	kind.OrElse(c, unix.IFLA_IPVLAN_FLAGS, kind.Zero[:2])
	return nil
}

var ipvlanMode = field.Type{Size: 2, Other: "unknown", Scan: func(_ *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := r.Names.Find(s)
	if !ok {
		return 0, cli.Fail(`Error: argument of "mode" must be either "l2", "l3" or "l3s"`)
	}
	return n, nil
}}

// ipvlanFlag is one of three words that exclude each other; of the flags the
// first one that is set prints, and bridge is none.
var ipvlanFlag = field.Type{Size: 2, Parse: func(c *field.Call, r *field.Row) error {
	if c.Given(r) {
		return kind.Strange(c)
	}
	c.Set(r, r.Arg)
	return c.Note(r, c.Typed, c.Typed)
}, Print: func(v *field.View, r *field.Row, b []byte) {
	flags := rtnl.U16(b)
	if flags&uapi.IPVLAN_F_PRIVATE != 0 {
		flags = uapi.IPVLAN_F_PRIVATE
	}
	if flags&(uapi.IPVLAN_F_PRIVATE|uapi.IPVLAN_F_VEPA) == uint16(r.Arg) {
		v.Flag(r)
	}
}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	if rtnl.U16(b) != uint16(r.Arg) {
		return line
	}
	return field.AppendWord(line, r.Word())
}}
