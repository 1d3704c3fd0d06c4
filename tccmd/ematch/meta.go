package ematch

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// meta compares what the kernel knows of a packet. Its attributes are a header of two
// struct tcf_meta_val (a kind of 16 bits, of which the upper 4 are a type, a shift and a
// comparison of 8 bits each), left and right, and a value or mask for each.
var meta = Kind{Name: "meta", Number: uapi.TCF_EM_META, Parse: parseMeta, Show: showMeta, Help: `Usage: meta(OBJECT { eq | lt | gt } OBJECT)
where: OBJECT := { ID [ shift SHIFT ] [ mask MASK ] | NUMBER | "TEXT" }
       meta(list) shows what IDs there are

Example: meta(nf_mark gt 24)
         meta(dev eq "ppp0")
         meta(tc_index mask 0xf0 eq 0xf0)
`}

// metaIDs are what may be compared. Most are numbers only.
var metaIDs = word.Names{
	{uapi.TCF_META_ID_RANDOM, "random"}, {uapi.TCF_META_ID_LOADAVG_0, "loadavg_1"}, {uapi.TCF_META_ID_LOADAVG_1, "loadavg_5"},
	{uapi.TCF_META_ID_LOADAVG_2, "loadavg_15"}, {uapi.TCF_META_ID_DEV, "dev"}, {uapi.TCF_META_ID_PRIORITY, "priority"},
	{uapi.TCF_META_ID_PROTOCOL, "protocol"}, {uapi.TCF_META_ID_PKTTYPE, "pkt_type"}, {uapi.TCF_META_ID_PKTLEN, "pkt_len"},
	{uapi.TCF_META_ID_DATALEN, "data_len"}, {uapi.TCF_META_ID_MACLEN, "mac_len"}, {uapi.TCF_META_ID_NFMARK, "nf_mark"},
	{uapi.TCF_META_ID_NFMARK, "fwmark"}, {uapi.TCF_META_ID_TCINDEX, "tc_index"}, {uapi.TCF_META_ID_RTCLASSID, "rt_classid"},
	{uapi.TCF_META_ID_RTIIF, "rt_iif"}, {uapi.TCF_META_ID_VLAN_TAG, "vlan"}, {uapi.TCF_META_ID_SK_FAMILY, "sk_family"},
	{uapi.TCF_META_ID_SK_STATE, "sk_state"}, {uapi.TCF_META_ID_SK_REUSE, "sk_reuse"}, {uapi.TCF_META_ID_SK_BOUND_IF, "sk_bind_if"},
	{uapi.TCF_META_ID_SK_REFCNT, "sk_refcnt"}, {uapi.TCF_META_ID_SK_SHUTDOWN, "sk_shutdown"}, {uapi.TCF_META_ID_SK_PROTO, "sk_proto"},
	{uapi.TCF_META_ID_SK_TYPE, "sk_type"}, {uapi.TCF_META_ID_SK_RCVBUF, "sk_rcvbuf"}, {uapi.TCF_META_ID_SK_RMEM_ALLOC, "sk_rmem"},
	{uapi.TCF_META_ID_SK_WMEM_ALLOC, "sk_wmem"}, {uapi.TCF_META_ID_SK_OMEM_ALLOC, "sk_omem"}, {uapi.TCF_META_ID_SK_WMEM_QUEUED, "sk_wmem_queue"},
	{uapi.TCF_META_ID_SK_SND_QLEN, "sk_snd_queue"}, {uapi.TCF_META_ID_SK_RCV_QLEN, "sk_rcv_queue"}, {uapi.TCF_META_ID_SK_ERR_QLEN, "sk_err_queue"},
	{uapi.TCF_META_ID_SK_FORWARD_ALLOCS, "sk_fwd_alloc"}, {uapi.TCF_META_ID_SK_SNDBUF, "sk_sndbuf"},
}

// named tells of what may be compared by name as well.
func named(id uint16) bool {
	return id == uapi.TCF_META_ID_DEV || id == uapi.TCF_META_ID_SK_BOUND_IF
}

// A metaValue is a side of a comparison: an ID with a mask, or a value.
type metaValue struct {
	id, typ uint16
	shift   uint8
	n       uint64
	text    string
}

func (v *metaValue) append(b []byte, operand uint64) []byte {
	return append(rtnl.NE.AppendUint16(b, v.typ<<12|v.id), v.shift, byte(operand))
}

func parseMeta(e *cli.Env, args []arg) ([]byte, *fault) {
	if args[0].text == "list" {
		listMeta(e)
		return nil, &fault{told: true}
	}
	var left, right metaValue
	i, f := left.parse(args, 0, nil)
	if f != nil {
		return nil, f
	}
	if i == len(args) {
		return nil, &fault{text: "meta: missing operand"}
	}
	operand, ok := operands.Find(args[i].text)
	switch {
	case !ok:
		return nil, &fault{text: "meta: invalid operand", at: i}
	case i+1 == len(args):
		return nil, &fault{text: "meta: missing rvalue"}
	}
	if i, f = right.parse(args, i+1, &left); f != nil {
		return nil, f
	}
	if i < len(args) {
		return nil, &fault{text: "meta: unexpected trailer", at: i}
	}
	b := kind.AppendAttr(nil, uapi.TCA_EM_META_HDR, right.append(left.append(nil, operand), 0))
	b = left.appendValue(b, uapi.TCA_EM_META_LVALUE)
	return right.appendValue(b, uapi.TCA_EM_META_RVALUE), nil
}

// appendValue appends a number, which is a mask if there is an ID, or a text.
func (v *metaValue) appendValue(b []byte, attr uint16) []byte {
	switch {
	case v.typ == uapi.TCF_META_TYPE_INT:
		return kind.AppendAttr(b, attr, rtnl.NE.AppendUint32(nil, uint32(v.n)))
	case v.id == uapi.TCF_META_ID_VALUE:
		return kind.AppendAttr(b, attr, []byte(v.text))
	}
	return b
}

// parse reads one side; it returns the index of the word behind it.
func (v *metaValue) parse(args []arg, i int, left *metaValue) (next int, f *fault) {
	a := args[i]
	if a.quoted {
		v.typ, v.text = uapi.TCF_META_TYPE_VAR, a.text
		return i + 1, nil
	}
	v.typ = uapi.TCF_META_TYPE_INT
	if n := number(a); n != noNumber {
		v.n = n
		return i + 1, nil
	}
	id, ok := metaIDs.Find(a.text)
	if !ok {
		return 0, &fault{text: "meta: unknown meta id\n", at: i}
	}
	v.id = uint16(id)
	if left != nil && left.typ != v.typ {
		// The left side is a text, for an ID is a number first.
		if !named(v.id) {
			return 0, &fault{text: "lvalue and rvalue are not compatible.", at: i}
		}
		v.typ = left.typ
	}
	for i++; i < len(args) && (args[i].text == "shift" || args[i].text == "mask"); i += 2 {
		if i+1 == len(args) {
			return 0, &fault{text: "meta: missing argument", at: i}
		}
		w, n := args[i].text, number(args[i+1])
		switch {
		case n == noNumber:
			return 0, &fault{text: "meta: invalid " + w + ", must be numeric", at: i + 1}
		case w == "shift":
			v.shift = uint8(n)
		default:
			v.n = n
		}
	}
	return i, nil
}

// listMeta shows what may be compared, and whether by name as well.
func listMeta(e *cli.Env) {
	for _, m := range metaIDs {
		types := "INT"
		if named(uint16(m.Val)) {
			types = "INT,VAR"
		}
		e.Warnf("  %-16s %s\n", m.Word, types)
	}
}

func showMeta(e *cli.Env, b []byte) (string, bool) {
	var tb [uapi.TCA_EM_META_RVALUE + 1][]byte
	rtnl.Index(tb[:], b)
	head := tb[uapi.TCA_EM_META_HDR]
	switch {
	case head == nil:
		e.Warnf("Missing meta header\n")
		return "", false
	case len(head) < 8:
		e.Warnf("Meta header size mismatch\n")
		return "", false
	}
	left, ok := showSide(e, head, tb[uapi.TCA_EM_META_LVALUE])
	if !ok {
		return left, false
	}
	if name := operands.Of(uint64(head[3])); name != "" {
		left += " " + name + " "
	}
	right, ok := showSide(e, head[4:], tb[uapi.TCA_EM_META_RVALUE])
	return left + right, ok
}

func showSide(e *cli.Env, v, value []byte) (string, bool) {
	id, typ := rtnl.U16(v)&0x7FF, rtnl.U16(v)>>12
	if id == uapi.TCF_META_ID_VALUE {
		return showValue(e, typ, value)
	}
	text := metaIDs.Or(uint64(id), "[unknown meta id "+strconv.Itoa(int(id))+"]")
	if v[2] != 0 {
		text += " shift " + strconv.Itoa(int(v[2]))
	}
	if typ == uapi.TCF_META_TYPE_INT && value != nil {
		if len(value) < 4 {
			e.Warnf("meta int type mask TLV size mismatch\n")
			return text, false
		}
		if n := rtnl.U32(value); n != 0 {
			text += " mask 0x" + kind.Hex8(n)
		}
	}
	return text, true
}

func showValue(e *cli.Env, typ uint16, value []byte) (string, bool) {
	switch {
	case value == nil:
		e.Warnf("Missing value TLV\n")
		return "", false
	case typ == uapi.TCF_META_TYPE_INT && len(value) < 4:
		e.Warnf("meta int type value TLV size mismatch.\n")
		return "", false
	case typ == uapi.TCF_META_TYPE_INT:
		return strconv.Itoa(int(int32(rtnl.U32(value)))), true
	case typ != uapi.TCF_META_TYPE_VAR:
		return "", true
	case printable(string(value)) != string(value):
		return dump(value), true
	}
	return string(value), true
}
