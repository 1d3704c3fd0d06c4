package linkkind

import (
	"strconv"

	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var hsr = kind.Kind{
	Unknown: `what is "{word}"?`,
	Head:    "ip link add name NAME type {kind}",
	Table: field.Table{Voice: &kind.Voice, First: "supervision", Rows: []*field.Row{
		{Words: "slave1", Value: "SLAVE1-IF", Attr: unix.IFLA_HSR_SLAVE1, Type: &ringPort, Bad: "No such interface", Flags: field.Always},
		{Words: "slave2", Value: "SLAVE2-IF", Attr: unix.IFLA_HSR_SLAVE2, Type: &ringPort, Bad: "No such interface", Flags: field.Always},
		{Words: "=interlink", Value: "INTERLINK-IF := the device that leads to nodes with one link", Attr: unix.IFLA_HSR_INTERLINK, Type: &interlink, Bad: "No such interface"},
		{Label: "sequence", Key: "seq_nr", Attr: unix.IFLA_HSR_SEQ_NR, Type: &field.U16},
		{Words: "supervision", Value: "ADDR-BYTE := 0..255, the last byte of the multicast address of supervision frames", Attr: unix.IFLA_HSR_MULTICAST_SPEC, Type: &field.U8, Bad: "ADDR-BYTE is invalid", Flags: field.Quiet},
		{Label: "supervision", Key: "supervision_addr", Attr: unix.IFLA_HSR_SUPERVISION_ADDR, Type: &supervision, Flags: field.Said},
		{Words: "proto", Value: "PROTOCOL := 0 for HSR, 1 for PRP", Attr: unix.IFLA_HSR_PROTOCOL, Type: &field.U8, Bad: "protocol is invalid"},
		{Words: "version", Value: "VERSION := 0 or 1, of the protocol, by default 0", Attr: unix.IFLA_HSR_VERSION, Type: &field.U8, Bad: "version is invalid"},
	}},
}

// ringPort is one of the two devices of the ring; one may have gone.
var ringPort = field.Type{Size: 4, Form: field.Str, Scan: field.ScanDevice, Append: field.AppendDevice, Print: func(v *field.View, r *field.Row, b []byte) {
	if b != nil {
		v.Number(r, uint64(rtnl.U32(b)))
		return
	}
	v.Label(r)
	v.Pen.Null(r.JSON(), "<none> ")
}, Write: func(v *field.View, r *field.Row, line, b []byte) []byte {
	if b == nil {
		return line
	}
	return field.WriteDevice(v, r, line, b)
}}

// interlink has its label too in the colour of names.
var interlink = field.Type{Size: 4, Form: field.Str, Scan: field.ScanDevice, Append: field.AppendDevice, Print: func(v *field.View, r *field.Row, b []byte) {
	v.Pen.ColorStr(show.Ifname, r.JSON(), "interlink ", v.Env.Links.Name(rtnl.U32(b)), " ")
}}

// supervision is an address, of which the last byte can be chosen.
var supervision = field.Type{Print: kind.PrintLLAddr, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	if len(b) == 0 {
		return line
	}
	return strconv.AppendUint(append(field.AppendWord(line, r.Text()), ' '), uint64(b[len(b)-1]), 10)
}}
