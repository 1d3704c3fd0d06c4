package linkcmd

import (
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/internal/word"
)

var ovpn = kind{
	unknown: unknownOption, help: "=help",
	told: "p2p by default, where mode is not given\n",
	Table: field.Table{Voice: &voice, Rows: []*field.Row{
		{Words: "=mode", Value: "MODE", Attr: uapi.IFLA_OVPN_MODE, Type: &oneOf8, Names: &word.Names{{uapi.OVPN_MODE_P2P, "p2p"}, {uapi.OVPN_MODE_MP, "mp"}}},
	}},
}
