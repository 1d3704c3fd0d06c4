package linkcmd

import (
	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

var vrf = kind{
	name:    "vrf",
	unknown: "unknown option",
	opts: []opt{
		{words: "table", value: "TABLEID", attr: unix.IFLA_VRF_TABLE, codec: &routeTable, bad: "invalid table ID\n"},
	},
}

var vrfSlave = kind{
	name: "vrf_slave",
	opts: []opt{
		{text: "table", attr: unix.IFLA_VRF_PORT_TABLE, codec: &u32},
	},
}

// routeTable is a routing table, by name or number.
var routeTable = codec{4, "TABLEID", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	id, ok := d.env.Tables.RouteTables.Parse(s)
	if !ok {
		return o.invalid(s)
	}
	d.u32(o.attr, id)
	return nil
}, printU32}
