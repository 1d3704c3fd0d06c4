package filter

import (
	"encoding/binary"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action"
	"gip/tccmd/ematch"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// flow finds a class by keys of a packet, mapped or hashed.
var flow = Kind{Handle: numberHandle, Show: showFlow, Kind: kind.Kind{Table: field.Table{
	Name: "flow", Voice: &kind.Voice, Finish: finishFlow, Rows: []*field.Row{
		{Words: "map", In: field.Slot, Attr: flowMode, Arg: uapi.FLOW_MODE_MAP, Type: &field.Word32},
		{Words: "hash", In: field.Slot, Attr: flowMode, Arg: uapi.FLOW_MODE_HASH, Type: &field.Word32},
		{Words: "keys", Value: "KEY[,KEY...]", Attr: uapi.TCA_FLOW_KEYS, Type: &field.Type{Read: parseFlowKeys}},
		{Words: "and", Bad: `Illegal "mask"`, Type: &flowOp},
		{Words: "or", Type: &flowOp},
		{Words: "xor", Type: &flowOp},
		{Words: "rshift", Attr: uapi.TCA_FLOW_RSHIFT, Type: &field.U32},
		{Words: "addend", Value: "[-]{ NUMBER | ADDR }", Attr: uapi.TCA_FLOW_ADDEND, Type: &field.Type{Read: parseAddend}},
		{Words: "divisor", Attr: uapi.TCA_FLOW_DIVISOR, Type: &field.U32},
		{Words: "baseclass", Value: "CLASSID", Attr: uapi.TCA_FLOW_BASECLASS, Type: &field.Type{Size: 4, Scan: scanBaseClass}},
		{Words: "perturb", Attr: uapi.TCA_FLOW_PERTURB, Type: &field.U32},
		{Words: "police", Attr: uapi.TCA_FLOW_POLICE, Type: &policed},
		{Words: "action", Attr: uapi.TCA_FLOW_ACT, Type: &actions},
		{Words: "match", Attr: uapi.TCA_FLOW_EMATCHES, Type: &matches},
		{Words: "help", Type: &usage},
	}}}}

// usage is the type of a word that shows the usage.
var usage = field.Type{Parse: func(c *field.Call, _ *field.Row) error { return kind.Of(c).Kind.Usage("") }}

var flowOp = field.Type{Size: 4, Parse: parseFlowOp}

// What waits for the end of the words: the mode, how many keys there are, and what is
// done to a key, of which the bits of the first number stay and those of the second turn.
const (
	flowMode = iota + 1
	flowCount
	flowMask
	flowXor
)

var flowModes = word.Names{{uapi.FLOW_MODE_MAP, "map"}, {uapi.FLOW_MODE_HASH, "hash"}}

// flowKeys are the keys, in the order in which abbreviations are tried.
var flowKeys = word.Names{{uapi.FLOW_KEY_SRC, "src"}, {uapi.FLOW_KEY_DST, "dst"}, {uapi.FLOW_KEY_PROTO, "proto"}, {uapi.FLOW_KEY_PROTO_SRC, "proto-src"},
	{uapi.FLOW_KEY_PROTO_DST, "proto-dst"}, {uapi.FLOW_KEY_IIF, "iif"}, {uapi.FLOW_KEY_PRIORITY, "priority"}, {uapi.FLOW_KEY_MARK, "mark"},
	{uapi.FLOW_KEY_NFCT, "nfct"}, {uapi.FLOW_KEY_NFCT_SRC, "nfct-src"}, {uapi.FLOW_KEY_NFCT_DST, "nfct-dst"}, {uapi.FLOW_KEY_NFCT_PROTO_SRC, "nfct-proto-src"},
	{uapi.FLOW_KEY_NFCT_PROTO_DST, "nfct-proto-dst"}, {uapi.FLOW_KEY_RTCLASSID, "rt-classid"}, {uapi.FLOW_KEY_SKUID, "sk-uid"}, {uapi.FLOW_KEY_SKGID, "sk-gid"},
	{uapi.FLOW_KEY_VLAN_TAG, "vlan-tag"}, {uapi.FLOW_KEY_RXHASH, "rxhash"}}

func slotNumber(c *field.Call, slot uint16, unset uint32) uint32 {
	if b := c.Get(field.Slot, slot); b != nil {
		return rtnl.U32(b)
	}
	return unset
}

func parseFlowKeys(c *field.Call, r *field.Row, s string) error {
	keys, count := uint64(0), uint64(0)
	for w := range strings.SplitSeq(s, ",") {
		k, ok := flowKeys.Match(w)
		if !ok {
			return cli.Fail(`Unknown flow key "%s"`, w)
		}
		keys |= 1 << k
		count++
	}
	c.PutUint(0, r.Attr, 4, keys, false)
	c.PutUint(field.Slot, flowCount, 4, count, false)
	return nil
}

// parseFlowOp reads a number that is done to the key behind those before.
func parseFlowOp(c *field.Call, r *field.Row) error {
	v, err := c.Uint(r, 0, 32)
	if err != nil {
		return err
	}
	n := uint32(v)
	mask, turn := n, uint32(0)
	switch r.Words {
	case "or":
		mask, turn = ^n, n
	case "xor":
		mask, turn = 0xFFFFFFFF, n
	}
	c.PutUint(field.Slot, flowXor, 4, uint64(turn^slotNumber(c, flowXor, 0)&mask), false)
	c.PutUint(field.Slot, flowMask, 4, uint64(slotNumber(c, flowMask, 0xFFFFFFFF)&mask), false)
	return nil
}

// addrKeys are those bits of the keys before for which an addend may be an address: the
// real tool takes the numbers of four keys for bits.
const addrKeys = uapi.FLOW_KEY_SRC | uapi.FLOW_KEY_DST | uapi.FLOW_KEY_NFCT_SRC | uapi.FLOW_KEY_NFCT_DST

func parseAddend(c *field.Call, r *field.Row, s string) error {
	text, negative := strings.CutPrefix(s, "-")
	v, ok := word.Uint(text, 0, 32)
	n := uint32(v)
	if !ok && rtnl.U32(c.Get(0, uapi.TCA_FLOW_KEYS))&addrKeys != 0 {
		addr, err := cli.Addr(text, unix.AF_UNSPEC)
		if err != nil {
			return err
		}
		if b := addr.Bytes(); len(b) >= 4 {
			n, ok = binary.BigEndian.Uint32(b[len(b)-4:]), true
		}
	}
	if !ok {
		return c.Wrong(r, s)
	}
	if negative {
		n = -n
	}
	c.PutUint(0, r.Attr, 4, uint64(n), false)
	return nil
}

func scanBaseClass(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := kind.ParseClass(s)
	if !ok || n&0xFFFF == 0 {
		return 0, c.Wrong(r, s)
	}
	return uint64(n), nil
}

func finishFlow(c *field.Call) error {
	mode, mask, turn := slotNumber(c, flowMode, uapi.FLOW_MODE_MAP), slotNumber(c, flowMask, 0xFFFFFFFF), slotNumber(c, flowXor, 0)
	if slotNumber(c, flowCount, 0) > 1 && mode != uapi.FLOW_MODE_HASH {
		return cli.Fail(`Invalid mode "map" for multiple keys`)
	}
	c.PutUint(0, uapi.TCA_FLOW_MODE, 4, uint64(mode), false)
	if mask != 0xFFFFFFFF || turn != 0 {
		c.PutUint(0, uapi.TCA_FLOW_MASK, 4, uint64(mask), false)
		c.PutUint(0, uapi.TCA_FLOW_XOR, 4, uint64(turn), false)
	}
	return nil
}

func showFlow(v *View) {
	p := v.Pen
	p.Hex0x("handle", "handle ", uint64(v.Handle), " ")
	if b := v.Get(0, uapi.TCA_FLOW_MODE); b != nil {
		n := uint64(rtnl.U32(b))
		p.Str("mode", "", flowModes.Or(n, "0x"+kind.HexText(n, 1)), " ")
	}
	if b := v.Get(0, uapi.TCA_FLOW_KEYS); b != nil {
		v.flowKeys(rtnl.U32(b))
	}
	v.flowOps()
	number := func(attr uint16, label, post string) {
		if b := v.Get(0, attr); b != nil {
			p.Uint(label, label+" ", uint64(rtnl.U32(b)), post)
		}
	}
	number(uapi.TCA_FLOW_RSHIFT, "rshift", " ")
	if b := v.Get(0, uapi.TCA_FLOW_ADDEND); b != nil {
		v.ox("addend", "addend ", rtnl.U32(b), " ")
	}
	number(uapi.TCA_FLOW_DIVISOR, "divisor", " ")
	v.class("baseclass", uapi.TCA_FLOW_BASECLASS)
	number(uapi.TCA_FLOW_PERTURB, "perturb", "sec ")
	if b := v.Get(0, uapi.TCA_FLOW_EMATCHES); b != nil {
		ematch.Print(v.Env, b)
	}
	if b := v.Get(0, uapi.TCA_FLOW_POLICE); b != nil {
		action.PrintPolice(v.Env, b)
	}
	if b := v.Get(0, uapi.TCA_FLOW_ACT); b != nil {
		p.NL()
		action.Print(v.Env, b, 0, true)
	}
}

func (v *View) flowKeys(keys uint32) {
	p, sep := v.Pen, " "
	p.Text("keys")
	p.OpenArray("keys")
	for _, k := range flowKeys {
		if keys&(1<<k.Val) != 0 {
			p.Text(sep)
			p.Str("", "", k.Word, "")
			sep = ","
		}
	}
	p.CloseArray()
	p.Text(" ")
}

// flowOps writes what is done to a key as and, xor and or.
func (v *View) flowOps() {
	mask, turn := uint32(0xFFFFFFFF), uint32(0)
	if b := v.Get(0, uapi.TCA_FLOW_MASK); b != nil {
		mask = rtnl.U32(b)
	}
	if b := v.Get(0, uapi.TCA_FLOW_XOR); b != nil {
		turn = rtnl.U32(b)
	}
	for _, op := range [...]struct {
		word string
		n    uint32
		said bool
	}{{"and", mask, mask != 0xFFFFFFFF}, {"xor", mask & turn, mask&turn != 0}, {"or", mask&turn ^ turn, mask&turn != turn}} {
		switch {
		case !op.said:
		case v.Pen.JSON():
			v.Pen.Hex0x(op.word, "", uint64(op.n), "")
		default:
			v.Pen.Text(op.word + " 0x" + kind.Hex8(op.n) + " ")
		}
	}
}
