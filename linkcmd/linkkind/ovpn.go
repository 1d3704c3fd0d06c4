package linkkind

import (
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"
)

var ovpn = kind.Kind{
	Unknown: kind.UnknownOption, Help: "=help",
	Told: "p2p by default, where mode is not given\n",
	Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "=mode", Value: "MODE", Attr: uapi.IFLA_OVPN_MODE, Type: &kind.OneOf8, Names: &word.Names{{uapi.OVPN_MODE_P2P, "p2p"}, {uapi.OVPN_MODE_MP, "mp"}}},
	}},
}
