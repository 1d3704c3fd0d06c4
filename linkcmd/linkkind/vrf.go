package linkkind

import (
	"gip/internal/field"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var vrf = kind.Kind{
	Unknown: kind.UnknownOption,
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "table", Value: "TABLEID", Attr: unix.IFLA_VRF_TABLE, Type: &routeTable, Bad: "invalid table ID\n"},
	}},
}

var vrfSlave = kind.Kind{Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
	{Label: "table", Attr: unix.IFLA_VRF_PORT_TABLE, Type: &field.U32},
}}}

// routeTable is a routing table, by name or number.
var routeTable = field.Type{Size: 4, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	id, ok := c.Env.Tables.RouteTables.Parse(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return uint64(id), nil
}}
