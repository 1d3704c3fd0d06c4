package xfrmcmd

import (
	"encoding/hex"
	"unsafe"

	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/xfrmcmd/wire"
)

// A shown is an attribute that is printed: what stands before it, and how long
// it is at least. A title that begins with a tab stands without indentation.
type shown struct {
	attr  uint8
	size  uint8
	title string
}

// shownAttrs in the order of the output, behind the marks.
var shownAttrs = []shown{
	{uapi.XFRMA_ALG_AUTH, algoSize, "auth "},
	{uapi.XFRMA_ALG_AUTH_TRUNC, algoSize + 4, "auth-trunc "},
	{uapi.XFRMA_ALG_AEAD, algoSize + 4, "aead "},
	{uapi.XFRMA_ALG_CRYPT, algoSize, "enc "},
	{uapi.XFRMA_ALG_COMP, algoSize, "comp "},
	{uapi.XFRMA_ENCAP, 24, "encap "},
	{uapi.XFRMA_TMPL, 0, ""},
	{uapi.XFRMA_COADDR, 16, "coa "},
	{uapi.XFRMA_LASTUSED, 8, "lastused "},
	{uapi.XFRMA_REPLAY_VAL, 12, "anti-replay context: "},
	{uapi.XFRMA_REPLAY_ESN_VAL, 24, "anti-replay esn context:"},
	{uapi.XFRMA_OFFLOAD_DEV, 8, "crypto offload parameters: "},
	{uapi.XFRMA_IF_ID, 4, "if_id "},
	{uapi.XFRMA_TFCPAD, 4, "tfcpad "},
	{uapi.XFRMA_SA_DIR, 1, "\tdir "},
	{uapi.XFRMA_SA_PCPU, 4, "\tpcpu-num "},
}

// algoSize is the size of an algorithm without its key.
const algoSize = algoNameLen + 4

// truncated stands for an attribute that is too short.
const truncated = "(ERROR truncated)"

// attrs writes the attributes of a record, each in its lines.
func (w *printer) attrs() {
	w.marks()
	for i := range shownAttrs {
		s := &shownAttrs[i]
		v := w.tb[s.attr]
		switch {
		case v == nil || s.attr == uapi.XFRMA_ALG_AUTH && w.tb[uapi.XFRMA_ALG_AUTH_TRUNC] != nil:
			continue
		case s.attr == uapi.XFRMA_TMPL:
			w.tmpls(v)
			continue
		case s.title[0] != '\t':
			w.text(w.indent)
		}
		w.text(s.title)
		if len(v) < int(s.size) {
			w.text(truncated)
			w.p.NL()
			return
		}
		w.attr(s, v)
		w.p.NL()
	}
}

// attr writes the value of an attribute.
func (w *printer) attr(s *shown, v []byte) {
	switch s.attr {
	case uapi.XFRMA_ENCAP:
		w.encap(v)
	case uapi.XFRMA_COADDR:
		w.addr("", uint16(w.family), (*wire.Address)(v), "")
	case uapi.XFRMA_LASTUSED:
		w.text(timeText(rtnl.U64(v)))
	case uapi.XFRMA_REPLAY_VAL:
		w.hex("seq 0x", v[4:])
		w.hex(", oseq 0x", v)
		w.padded(", bitmap 0x", rtnl.U32(v[8:]), 16)
	case uapi.XFRMA_REPLAY_ESN_VAL:
		w.replayESN(v)
	case uapi.XFRMA_OFFLOAD_DEV:
		w.offload(v)
	case uapi.XFRMA_IF_ID:
		w.p.Hex0x("", "", uint64(rtnl.U32(v)), "")
	case uapi.XFRMA_TFCPAD, uapi.XFRMA_SA_PCPU:
		w.num("", uint64(rtnl.U32(v)), "")
	case uapi.XFRMA_SA_DIR:
		w.stateDir(v[0])
	default:
		w.algo(v, int(s.size))
	}
}

// hex writes a number of 32 bits.
func (w *printer) hex(pre string, v []byte) { w.p.Hex("", pre, uint64(rtnl.U32(v)), "") }

func (w *printer) marks() {
	m, out := w.tb[uapi.XFRMA_MARK], w.tb[uapi.XFRMA_OUTPUT_MARK]
	if m == nil && out == nil {
		return
	}
	w.text("\t")
	if len(m) >= 8 {
		w.p.Hex0x("", "mark ", uint64(rtnl.U32(m)), "/")
		w.p.Hex0x("", "", uint64(rtnl.U32(m[4:])), " ")
	}
	if out != nil {
		w.hex("output-mark 0x", out)
		if v := w.tb[uapi.XFRMA_SET_MARK_MASK]; v != nil {
			w.hex("/0x", v)
		}
	}
	w.p.NL()
}

// algo writes an algorithm whose key begins at byte at: a longer head holds the
// length of what is sent along.
func (w *printer) algo(v []byte, at int) {
	w.p.Bytes("", "", rtnl.CStr(v[:algoNameLen]), " ")
	bits := rtnl.U32(v[algoNameLen:])
	key := v[at:]
	switch {
	case uint64(len(key)) < uint64(bits/8):
		w.text(truncated)
	case w.noKeys:
		w.text("<<Keys hidden>>")
	case bits >= 8:
		w.str("0x", hex.EncodeToString(key[:bits/8]), "")
		if w.stats {
			w.p.Int("", " (", int64(int32(bits)), " bits)")
		}
	}
	if at > algoNameLen+4 {
		w.p.Int("", " ", int64(int32(rtnl.U32(v[algoNameLen+4:]))), "")
	}
}

func (w *printer) encap(v []byte) {
	w.str("type ", nameOf(encapTypes, uint64(rtnl.U16(v))), " ")
	w.num("sport ", uint64(rtnl.Be16(v[2:])), " ")
	w.num("dport ", uint64(rtnl.Be16(v[4:])), " ")
	w.addr("addr ", uint16(w.family), (*wire.Address)(v[8:]), "")
}

// tmpls writes what a policy demands.
func (w *printer) tmpls(v []byte) {
	const size = unsafe.Sizeof(wire.Tmpl{})
	t, v := wire.At(v, size)
	if t == nil {
		w.line(`(ERROR "tmpl" truncated)`)
	}
	for ; t != nil; t, v = wire.At(v, size) {
		w.tmpl((*wire.Tmpl)(t))
	}
}

func (w *printer) tmpl(t *wire.Tmpl) {
	w.text(w.indent)
	w.text("tmpl ")
	w.id(w.indent, &t.Src, &t.ID, t.Mode, t.Reqid, t.Family, false)
	if w.stats || t.Optional != 0 {
		w.text(w.indent)
		w.str("\tlevel ", nameOf(levelNames, uint64(t.Optional)), " ")
		if w.stats {
			w.str("share ", nameOf(shareNames, uint64(t.Share)), " ")
		}
		w.p.NL()
	}
	if w.stats {
		w.text(w.indent)
		w.text("\t")
		w.masks(t.Encs, t.Auths, t.Comps)
		w.p.NL()
	}
}

// masks writes which algorithms are allowed.
func (w *printer) masks(encs, auths, comps uint32) {
	w.padded("enc-mask ", encs, 16)
	w.padded(" auth-mask ", auths, 16)
	w.padded(" comp-mask ", comps, 16)
}

// replayESN writes the context of a large window: six numbers, then the words
// of a bitmap, eight in a line, the last first.
func (w *printer) replayESN(v []byte) {
	words := v[24:]
	w.p.NL()
	w.text(w.indent)
	w.hex(" seq-hi 0x", v[16:])
	w.hex(", seq 0x", v[8:])
	w.hex(", oseq-hi 0x", v[12:])
	w.hex(", oseq 0x", v[4:])
	w.p.NL()
	w.text(w.indent)
	w.num(" replay_window ", uint64(rtnl.U32(v[20:])), "")
	w.num(", bitmap-length ", uint64(rtnl.U32(v)), "")
	n := min(int(rtnl.U32(v)), len(words)/4)
	for i := range n {
		if i%8 == 0 {
			w.p.NL()
			w.text(w.indent)
			w.text(" ")
		}
		w.padded("", rtnl.U32(words[4*(n-1-i):]), 16)
		w.text(" ")
	}
}

func (w *printer) offload(v []byte) {
	w.str("dev ", w.e.Links.Name(rtnl.U32(v)), " ")
	flags := v[4]
	switch {
	case w.policy:
	case flags&uapi.XFRM_OFFLOAD_INBOUND != 0:
		w.text("dir in ")
	default:
		w.text("dir out ")
	}
	if flags&uapi.XFRM_OFFLOAD_PACKET != 0 {
		w.text("mode packet")
	} else {
		w.text("mode crypto")
	}
}

func (w *printer) stateDir(dir uint8) {
	if name := stateDirNames.Of(uint64(dir)); name != "" {
		w.text(name)
	} else {
		w.num("other (", uint64(dir), ")")
	}
}
