package filter

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/tccmd/action"
	"gip/tccmd/kind"
)

// Nearly all filters of a long list of u32 are simple: a place in a hash table, a class or
// actions, keys. u32Line writes those in one go; showU32 writes any. A test holds one
// against the other.

// A u32Words is what stands around the values of a simple filter.
type u32Words struct {
	handle, order, table, bucket, class, str, num, terminal, soft string
	keys, value, mask, at, end                                    string // of each key
	width                                                         int    // of a value
}

var u32Forms = [...]u32Words{
	show.TextLine: {
		handle: "fh ", order: " order ", table: " key ht ", bucket: " bkt ", class: " flowid ", terminal: " terminal flowid",
		soft: " not_in_hw", num: " ", keys: "\n", value: "  match ", mask: "/", at: " at ", width: 8,
	},
	show.JSONLine: {
		handle: `"fh":"`, order: `","order":`, table: `,"key_ht":"`, bucket: `","bkt":"`, class: `","flowid":"`, terminal: `"`,
		soft: `,"not_in_hw":true`, str: `"`, keys: `,"match":{`, value: `"value":"`, mask: `","mask":"`, at: `","offmask":"","off":`, end: "}", width: 1,
	},
}

// A simpleU32 is what a simple filter has.
type simpleU32 struct {
	handle, table, class    uint32
	classed, terminal, soft bool
	keys, actions           []byte
}

// read takes the options of a filter, if they are simple.
func (s *simpleU32) read(options []byte) bool {
	var sel, hash []byte
	for t, v, rest := rtnl.Next(options); v != nil; t, v, rest = rtnl.Next(rest) {
		switch {
		case t == uapi.TCA_U32_SEL && sel == nil:
			sel = v
		case t == uapi.TCA_U32_HASH && hash == nil:
			hash, s.table = v, rtnl.U32(v)
		case t == uapi.TCA_U32_CLASSID && !s.classed:
			s.class, s.classed = rtnl.U32(v), true
		case t == uapi.TCA_U32_FLAGS && rtnl.U32(v) == uapi.TCA_CLS_FLAGS_NOT_IN_HW:
			s.soft = true
		case t == uapi.TCA_U32_ACT && s.actions == nil:
			s.actions = v
		case t == uapi.TCA_U32_PCNT: // for the statistics
		default:
			return false
		}
	}
	if hash == nil || len(sel) < selSize || sel[selFlags]&^uapi.TC_U32_TERMINAL != 0 || rtnl.Be32(sel[selHashMask:]) != 0 {
		return false
	}
	n := keySize * int(sel[selKeys])
	if s.terminal = sel[selFlags] != 0; s.classed && !s.terminal || len(sel) < selSize+n {
		return false
	}
	s.keys = sel[selSize : selSize+n]
	return true
}

func u32Line(e *cli.Env, options []byte, handle uint32) bool {
	o, form := &e.Opt, e.Pen.Line()
	if form == show.NoLine || handle&nodeBits == 0 || o.Stats > 0 && rtnl.Find(options, uapi.TCA_U32_PCNT) != nil ||
		o.Raw || o.Pretty || o.Names {
		return false
	}
	s := simpleU32{handle: handle}
	if !s.read(options) {
		return false
	}
	w := &u32Forms[form]
	b := s.append(w, e)
	for k := kind.At(s.keys); len(k) > 0; k = k[keySize:] {
		if k.U32(12) != 0 {
			return false // behind the header before
		}
		if b = append(b, w.keys...); form == show.TextLine && o.Oneline {
			b[len(b)-1] = '\\'
		}
		b = show.AppendHexDigits(append(b, w.value...), uint64(rtnl.Be32(k[4:])), w.width)
		b = show.AppendHexDigits(append(b, w.mask...), uint64(rtnl.Be32(k)), w.width)
		b = append(strconv.AppendInt(append(b, w.at...), int64(int32(k.U32(8))), 10), w.end...)
	}
	e.Pen.PutPart(b)
	action.Print(e, s.actions, 0, true)
	return true
}

// append appends all but the keys.
func (s *simpleU32) append(w *u32Words, e *cli.Env) []byte {
	b := appendU32(append(e.Pen.BeginLine(), w.handle...), s.handle)
	b = strconv.AppendUint(append(b, w.order...), uint64(s.handle&nodeBits), 10)
	b = strconv.AppendUint(append(b, w.table...), uint64(s.table>>20), 16)
	b = strconv.AppendUint(append(b, w.bucket...), uint64(s.table>>12&0xFF), 16)
	switch {
	case s.classed:
		b = append(kind.AppendClass(e, append(b, w.class...), s.class), w.str...)
	case s.terminal:
		b = append(b, w.terminal...)
	default:
		b = append(b, w.str...)
	}
	if s.soft {
		b = append(b, w.soft...)
	}
	return append(b, w.num...)
}
