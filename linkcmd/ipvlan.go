package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var ipvlan = kind{
	name:    "ipvlan",
	unknown: "unknown option",
	begin: func(d *draft) error {
		d.u16(unix.IFLA_IPVLAN_FLAGS, 0)
		return nil
	},
	told: "FLAGS := { bridge | private | vepa }\n",
	opts: []opt{
		{words: "mode", value: "MODE", text: " mode", key: "mode", attr: unix.IFLA_IPVLAN_MODE, codec: &ipvlanMode,
			names: []name{{uapi.IPVLAN_MODE_L2, "l2"}, {uapi.IPVLAN_MODE_L3, "l3"}, {uapi.IPVLAN_MODE_L3S, "l3s"}}},
		{words: "private", attr: unix.IFLA_IPVLAN_FLAGS, arg: uapi.IPVLAN_F_PRIVATE, codec: &ipvlanFlag},
		{words: "vepa", attr: unix.IFLA_IPVLAN_FLAGS, arg: uapi.IPVLAN_F_VEPA, codec: &ipvlanFlag},
		{words: "bridge", attr: unix.IFLA_IPVLAN_FLAGS, codec: &ipvlanFlag},
	},
}

var ipvlanMode = codec{2, "", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := lookup(o.names, s)
	if !ok {
		return cli.Fail(`Error: argument of "mode" must be either "l2", "l3" or "l3s"`)
	}
	d.u16(o.attr, uint16(n))
	return nil
}, func(v *view, o *opt, b []byte) { v.str(o, nameOr(o.names, uint64(rtnl.U16(b)), "unknown")) }}

// ipvlanFlag is one of three words that exclude each other; of the flags the
// first one that is set prints, and bridge is none.
var ipvlanFlag = codec{2, "", func(d *draft, o *opt, a *cli.Args) error {
	if d.given(o.attr) {
		return d.kind.stranger(d.word)
	}
	d.u16(o.attr, uint16(o.arg))
	return d.note(o, d.word, d.word)
}, func(v *view, o *opt, b []byte) {
	flags := rtnl.U16(b)
	if flags&uapi.IPVLAN_F_PRIVATE != 0 {
		flags = uapi.IPVLAN_F_PRIVATE
	}
	if flags&(uapi.IPVLAN_F_PRIVATE|uapi.IPVLAN_F_VEPA) == uint16(o.arg) {
		v.flag(o)
	}
}}
