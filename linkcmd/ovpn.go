package linkcmd

import "gip/internal/uapi"

var ovpn = kind{
	name:      "ovpn",
	unknown:   "unknown option",
	exactHelp: true,
	told:      "p2p by default, where mode is not given\n",
	opts: []opt{
		{words: "=mode", value: "MODE", attr: uapi.IFLA_OVPN_MODE, codec: &ovpnMode, names: []name{{uapi.OVPN_MODE_P2P, "p2p"}, {uapi.OVPN_MODE_MP, "mp"}}},
	},
}

var ovpnMode = codec{1, "", parseOneOf8, printUnknown8}
