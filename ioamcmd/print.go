package ioamcmd

import (
	"encoding/hex"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
)

// printNamespace writes "namespace 1 [schema 2], data 0x00000003, wide
// 0x0000000000000004".
func printNamespace(e *cli.Env, attrs []byte) {
	var tb [uapi.IOAM6_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	p := e.Pen
	p.Uint("namespace", "namespace ", uint64(rtnl.U16(tb[uapi.IOAM6_ATTR_NS_ID])), "")
	if v := tb[uapi.IOAM6_ATTR_SC_ID]; v != nil {
		p.Uint("schema", " [schema ", uint64(rtnl.U32(v)), "]")
	}
	var buf [32]byte
	if v := tb[uapi.IOAM6_ATTR_NS_DATA]; v != nil {
		n := uint64(rtnl.U32(v))
		if p.JSON() {
			p.Hex("data", "", n, "")
		} else {
			p.Bytes("", ", data ", show.AppendHex(buf[:0], n, 10), "")
		}
	}
	if v := tb[uapi.IOAM6_ATTR_NS_DATA_WIDE]; v != nil {
		n := rtnl.U64(v)
		if p.JSON() {
			p.Hex0x("wide", "", n, "")
		} else {
			p.Bytes("", ", wide ", show.AppendHex(buf[:0], n, 18), "")
		}
	}
	p.NL()
}

// printSchema writes "schema 1 [namespace 2], data: 61 62". In JSON the real
// tool makes a member without name of each byte.
func printSchema(e *cli.Env, attrs []byte) {
	var tb [uapi.IOAM6_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	p := e.Pen
	p.Uint("schema", "schema ", uint64(rtnl.U32(tb[uapi.IOAM6_ATTR_SC_ID])), "")
	if v := tb[uapi.IOAM6_ATTR_NS_ID]; v != nil {
		p.Uint("namespace", " [namespace ", uint64(rtnl.U16(v)), "]")
	}
	p.Null("data", ", data:")
	var buf [2]byte
	for _, c := range tb[uapi.IOAM6_ATTR_SC_DATA] {
		if p.JSON() {
			p.JUnnamed(uint64(c))
		} else {
			p.Bytes("", " ", hex.AppendEncode(buf[:0], []byte{c}), "")
		}
	}
	p.NL()
}

// printTrace writes what the nodes before us left in a packet, as text also
// with -j.
func printTrace(e *cli.Env, attrs []byte) {
	var tb [uapi.IOAM6_EVENT_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	p := e.Pen
	p.Text("[TRACE] ")
	if v := tb[uapi.IOAM6_EVENT_ATTR_TRACE_NAMESPACE]; v != nil {
		p.Uint("", "Namespace=", uint64(rtnl.U16(v)), " ")
	}
	if v := tb[uapi.IOAM6_EVENT_ATTR_TRACE_NODELEN]; v != nil {
		p.Uint("", "NodeLen=", uint64(rtnl.U8(v)), " ")
	}
	var buf [512]byte
	if v := tb[uapi.IOAM6_EVENT_ATTR_TRACE_TYPE]; v != nil {
		p.Bytes("", "Type=", show.AppendHex(buf[:0], uint64(rtnl.U32(v)), 8), " ")
	}
	p.Bytes("", "Data=", hex.AppendEncode(buf[:0], tb[uapi.IOAM6_EVENT_ATTR_TRACE_DATA]), "\n")
}
