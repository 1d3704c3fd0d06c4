package linkcmd

import (
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

var hsr = kind{
	name:    "hsr",
	unknown: "what is",
	first:   "supervision",
	head:    "ip link add name NAME type",
	opts: []opt{
		{words: "slave1", value: "SLAVE1-IF", attr: unix.IFLA_HSR_SLAVE1, codec: &ringPort, bad: "No such interface", always: true},
		{words: "slave2", value: "SLAVE2-IF", attr: unix.IFLA_HSR_SLAVE2, codec: &ringPort, bad: "No such interface", always: true},
		{words: "=interlink", value: "INTERLINK-IF := the device that leads to nodes with one link", attr: unix.IFLA_HSR_INTERLINK, codec: &interlink, bad: "No such interface"},
		{text: "sequence", key: "seq_nr", attr: unix.IFLA_HSR_SEQ_NR, codec: &u16},
		{words: "supervision", value: "ADDR-BYTE := 0..255, the last byte of the multicast address of supervision frames", attr: unix.IFLA_HSR_MULTICAST_SPEC, codec: &u8Read, bad: "ADDR-BYTE is invalid"},
		{text: "supervision", key: "supervision_addr", attr: unix.IFLA_HSR_SUPERVISION_ADDR, codec: &lladdr},
		{words: "proto", value: "PROTOCOL := 0 for HSR, 1 for PRP", attr: unix.IFLA_HSR_PROTOCOL, codec: &u8, bad: "protocol is invalid"},
		{words: "version", value: "VERSION := 0 or 1, of the protocol, by default 0", attr: unix.IFLA_HSR_VERSION, codec: &u8, bad: "version is invalid"},
	},
}

// ringPort is one of the two devices of the ring; one may have gone.
var ringPort = codec{4, "DEV", parseDevice, func(v *view, o *opt, b []byte) {
	if b == nil {
		v.label(o)
		v.pen.Null(o.json(), "<none> ")
		return
	}
	v.str(o, v.env.Links.Name(rtnl.U32(b)))
}}

var interlink = codec{4, "DEV", parseDevice, func(v *view, o *opt, b []byte) {
	v.pen.ColorStr(show.Ifname, o.json(), "interlink ", v.env.Links.Name(rtnl.U32(b)), " ")
}}
