package xfrmcmd

import (
	"encoding/hex"

	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// A shown is an attribute that is printed: what stands before it, and how long
// it is at least. A title that begins with a tab stands without indentation;
// one without a title writes whole lines.
type shown struct {
	attr  uint16
	size  int
	title string
	print func(w *printer, v []byte)
}

// truncated stands for an attribute that is too short.
const truncated = "(ERROR truncated)"

// shownAttrs in the order of the output, behind the marks.
var shownAttrs = []shown{
	{uapi.XFRMA_ALG_AUTH, 68, "auth ", func(w *printer, v []byte) { w.algo(v, 68) }},
	{uapi.XFRMA_ALG_AUTH_TRUNC, 72, "auth-trunc ", func(w *printer, v []byte) { w.algo(v, 72) }},
	{uapi.XFRMA_ALG_AEAD, 72, "aead ", func(w *printer, v []byte) { w.algo(v, 72) }},
	{uapi.XFRMA_ALG_CRYPT, 68, "enc ", func(w *printer, v []byte) { w.algo(v, 68) }},
	{uapi.XFRMA_ALG_COMP, 68, "comp ", func(w *printer, v []byte) { w.algo(v, 68) }},
	{uapi.XFRMA_ENCAP, 24, "encap ", (*printer).encap},
	{uapi.XFRMA_TMPL, 0, "", (*printer).tmpls},
	{uapi.XFRMA_COADDR, 16, "coa ", func(w *printer, v []byte) { w.addr("", uint16(w.family), (*address)(v), "") }},
	{uapi.XFRMA_LASTUSED, 8, "lastused ", func(w *printer, v []byte) { w.text(timeText(rtnl.U64(v))) }},
	{uapi.XFRMA_REPLAY_VAL, 12, "anti-replay context: ", (*printer).replay},
	{uapi.XFRMA_REPLAY_ESN_VAL, 24, "anti-replay esn context:", (*printer).replayESN},
	{uapi.XFRMA_OFFLOAD_DEV, 8, "crypto offload parameters: ", (*printer).offload},
	{uapi.XFRMA_IF_ID, 4, "if_id ", func(w *printer, v []byte) { w.p.Hex0x("", "", uint64(rtnl.U32(v)), "") }},
	{uapi.XFRMA_TFCPAD, 4, "tfcpad ", func(w *printer, v []byte) { w.num("", uint64(rtnl.U32(v)), "") }},
	{uapi.XFRMA_SA_DIR, 1, "\tdir ", (*printer).stateDir},
	{uapi.XFRMA_SA_PCPU, 4, "\tpcpu-num ", func(w *printer, v []byte) { w.num("", uint64(rtnl.U32(v)), "") }},
}

// attrs writes the attributes of a record, each in its lines.
func (w *printer) attrs() {
	w.marks()
	for i := range shownAttrs {
		s := &shownAttrs[i]
		v := w.tb[s.attr]
		if v == nil || s.attr == uapi.XFRMA_ALG_AUTH && w.tb[uapi.XFRMA_ALG_AUTH_TRUNC] != nil {
			continue
		}
		if s.title == "" {
			s.print(w, v)
			continue
		}
		if s.title[0] != '\t' {
			w.text(w.indent)
		}
		w.text(s.title)
		if len(v) < s.size {
			w.text(truncated)
			w.p.NL()
			return
		}
		s.print(w, v)
		w.p.NL()
	}
}

func (w *printer) marks() {
	m, _ := rtnl.View[mark](w.tb[uapi.XFRMA_MARK])
	out := w.tb[uapi.XFRMA_OUTPUT_MARK]
	if m == nil && out == nil {
		return
	}
	w.text("\t")
	if m != nil {
		w.p.Hex0x("", "mark ", uint64(m.value), "/")
		w.p.Hex0x("", "", uint64(m.mask), " ")
	}
	if out != nil {
		w.p.Hex("", "output-mark 0x", uint64(rtnl.U32(out)), "")
		if v := w.tb[uapi.XFRMA_SET_MARK_MASK]; v != nil {
			w.p.Hex("", "/0x", uint64(rtnl.U32(v)), "")
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
	x, _ := rtnl.View[encap](v)
	w.str("type ", nameOf(encapTypes, x.kind), " ")
	w.num("sport ", uint64(x.sport.host()), " ")
	w.num("dport ", uint64(x.dport.host()), " ")
	w.addr("addr ", uint16(w.family), &x.origin, "")
}

// tmpls writes what a policy demands.
func (w *printer) tmpls(v []byte) {
	t, rest := rtnl.View[tmpl](v)
	if t == nil {
		w.line(`(ERROR "tmpl" truncated)`)
	}
	for ; t != nil; t, rest = rtnl.View[tmpl](rest) {
		w.tmpl(t)
	}
}

func (w *printer) tmpl(t *tmpl) {
	w.text(w.indent)
	w.text("tmpl ")
	w.id(w.indent, &t.src, &t.id, t.mode, t.reqid, t.family, false)
	if w.stats || t.optional != 0 {
		w.text(w.indent)
		w.str("\tlevel ", nameAt(levelNames, t.optional), " ")
		if w.stats {
			w.str("share ", nameAt(shareNames, t.share), " ")
		}
		w.p.NL()
	}
	if w.stats {
		w.text(w.indent)
		w.text("\t")
		w.masks(t.encs, t.auths, t.comps)
		w.p.NL()
	}
}

// masks writes which algorithms are allowed.
func (w *printer) masks(encs, auths, comps uint32) {
	w.padded("enc-mask ", encs, 16)
	w.padded(" auth-mask ", auths, 16)
	w.padded(" comp-mask ", comps, 16)
}

func (w *printer) replay(v []byte) {
	r, _ := rtnl.View[replay](v)
	w.p.Hex("", "seq 0x", uint64(r.seq), "")
	w.p.Hex("", ", oseq 0x", uint64(r.oseq), "")
	w.padded(", bitmap 0x", r.bitmap, 16)
}

func (w *printer) replayESN(v []byte) {
	r, words := rtnl.View[replayESN](v)
	w.p.NL()
	w.text(w.indent)
	w.p.Hex("", " seq-hi 0x", uint64(r.seqHi), "")
	w.p.Hex("", ", seq 0x", uint64(r.seq), "")
	w.p.Hex("", ", oseq-hi 0x", uint64(r.oseqHi), "")
	w.p.Hex("", ", oseq 0x", uint64(r.oseq), "")
	w.p.NL()
	w.text(w.indent)
	w.num(" replay_window ", uint64(r.window), "")
	w.num(", bitmap-length ", uint64(r.words), "")
	// The words of the bitmap, eight in a line, the last first.
	n := min(int(r.words), len(words)/4)
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
	o, _ := rtnl.View[offload](v)
	w.str("dev ", w.e.Links.Name(uint32(o.ifindex)), " ")
	if !w.policy {
		dir := "dir out "
		if o.flags&uapi.XFRM_OFFLOAD_INBOUND != 0 {
			dir = "dir in "
		}
		w.text(dir)
	}
	if o.flags&uapi.XFRM_OFFLOAD_PACKET != 0 {
		w.text("mode packet")
	} else {
		w.text("mode crypto")
	}
}

func (w *printer) stateDir(v []byte) {
	if dir := v[0]; dir == uapi.XFRM_SA_DIR_IN || dir == uapi.XFRM_SA_DIR_OUT {
		w.text(stateDirNames[dir])
	} else {
		w.num("other (", uint64(dir), ")")
	}
}
