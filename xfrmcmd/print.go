package xfrmcmd

import (
	"strconv"
	"time"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/xfrmcmd/wire"

	"golang.org/x/sys/unix"
)

// A printer writes one record after the other.
type printer struct {
	e      *cli.Env
	p      *show.Pen
	stats  bool
	noKeys bool
	tb     [uapi.XFRMA_MAX + 1][]byte
	// indent stands before each line of an attribute.
	indent string
	family uint8 // of addresses whose struct does not tell it
	policy bool  // what is printed is a policy, not a state
}

func newPrinter(e *cli.Env) *printer {
	return &printer{e: e, p: e.Pen, stats: e.Opt.Stats > 0, indent: "\t"}
}

func (w *printer) text(s string) { w.p.Text(s) }

func (w *printer) num(pre string, v uint64, post string) { w.p.Uint("", pre, v, post) }

func (w *printer) str(pre, v, post string) { w.p.Str("", pre, v, post) }

// padded writes a number of eight digits at least.
func (w *printer) padded(pre string, v uint32, base int) {
	digits := strconv.FormatUint(uint64(v), base)
	w.text(pre)
	w.text("00000000"[min(len(digits), 8):])
	w.text(digits)
}

func (w *printer) addr(pre string, family uint16, a *wire.Address, post string) {
	var buf [64]byte
	w.p.Bytes("", pre, cli.AppendAddr(buf[:0], uint8(family), a[:]), post)
}

// flags writes the names of the bits, and what has no name as a number.
func (w *printer) flags(bits uint32, names word.Names) {
	for _, n := range names {
		if bits&uint32(n.Val) == 0 {
			continue
		}
		w.text(n.Word)
		if bits &^= uint32(n.Val); bits != 0 {
			w.text(" ")
		}
	}
	if bits != 0 {
		w.p.Hex("", "", uint64(bits), "")
	}
}

// bits writes eight bits as such.
func (w *printer) bits(v uint8) {
	digits := strconv.FormatUint(uint64(v)|0x100, 2)
	w.str(" (0x", digits[1:], ")")
}

func protoName(e *cli.Env, proto uint8) string {
	if name := e.Tables.ProtoName(uint32(proto)); name != "" {
		return name
	}
	return strconv.Itoa(int(proto))
}

// statePrinter returns what prints the states that f, if there is one, lets
// through.
func statePrinter(e *cli.Env, f *stateFilter, noKeys bool) func(rtnl.Message) error {
	w := newPrinter(e)
	w.noKeys = noKeys
	return func(m rtnl.Message) error {
		w.stateEvent(m, f)
		return nil
	}
}

// A layout is how messages about states, or policies, are built: the deletion
// has the record in an attribute, the expiry has something behind it.
type layout struct {
	del, expire  uint16 // types of messages
	record       uint16 // the attribute
	idSize, size int    // of what stands before the attributes
}

// expirySize is what a message of an expiry has behind its record: which limit it
// was, in a byte, and what fills the struct up.
const expirySize = 4 + wire.Tail

var (
	stateLayout  = layout{uapi.XFRM_MSG_DELSA, uapi.XFRM_MSG_EXPIRE, uapi.XFRMA_SA, 24, int(unsafe.Sizeof(wire.StateInfo{}))}
	policyLayout = layout{uapi.XFRM_MSG_DELPOLICY, uapi.XFRM_MSG_POLEXPIRE, uapi.XFRMA_POLICY, 64, int(unsafe.Sizeof(wire.PolicyInfo{}))}
)

// open takes a message apart: what its record begins with, the record and the
// attributes, nil if it is too short. hard is whether it was the hard limit that
// expired, -1 if none did.
func (l *layout) open(m rtnl.Message) (head string, record, attrs []byte, hard int) {
	b := m.Body
	if m.Type == l.del && len(b) >= l.idSize {
		attrs = b[l.idSize:]
		head, record = "Deleted ", rtnl.Find(attrs, l.record)
		if len(record) < l.size {
			record = nil
		}
		return head, record, attrs, -1
	}
	if len(b) < l.size {
		return "", nil, nil, -1
	}
	record, attrs, hard = b[:l.size], b[l.size:], -1
	switch {
	case m.Type == l.expire && len(attrs) >= expirySize:
		head, hard, attrs = "Expired ", int(attrs[0]), attrs[expirySize:]
	case m.Type == uapi.XFRM_MSG_UPDSA || m.Type == uapi.XFRM_MSG_UPDPOLICY:
		head = "Updated "
	}
	return head, record, attrs, hard
}

// stateEvent prints a message about a state.
func (w *printer) stateEvent(m rtnl.Message, f *stateFilter) {
	head, record, attrs, hard := stateLayout.open(m)
	s, _ := wire.StateAt(record)
	if s == nil || !f.match(s) {
		return
	}
	w.text(head)
	rtnl.Index(w.tb[:], attrs)
	w.state(s)
	w.hard(hard)
}

// hard tells whether it was the hard limit that expired, if one did, and ends
// the record.
func (w *printer) hard(hard int) {
	if hard >= 0 {
		w.num("\thard ", uint64(hard), "")
		w.p.NL()
	}
	if w.e.Opt.Oneline {
		w.p.EndLine()
	}
	w.p.Spill()
}

func (w *printer) state(s *wire.StateInfo) {
	w.id("", &s.Src, &s.ID, s.Mode, s.Reqid, s.Family, isIPsec(s.ID.Proto))
	w.num("\treplay-window ", uint64(s.ReplayWindow), " ")
	if w.stats {
		w.padded("seq 0x", s.Seq, 10)
		w.text(" ")
	}
	if w.stats || s.Flags != 0 {
		w.text("flag ")
		w.flags(uint32(s.Flags), stateFlags)
	}
	if v := w.tb[uapi.XFRMA_SA_EXTRA_FLAGS]; w.stats && v != nil {
		w.text("extra_flag ")
		w.flags(rtnl.U32(v), extraFlags)
	}
	if w.stats {
		w.bits(s.Flags)
	}
	w.p.NL()
	w.indent, w.family, w.policy = "\t", uint8(s.Family), false
	w.attrs()
	if !rtnl.IsZero(unsafe.Slice((*byte)(unsafe.Pointer(&s.Sel)), unsafe.Sizeof(s.Sel))) {
		w.selector("\tsel ", &s.Sel, w.family)
	}
	if w.stats {
		w.lifetime(&s.Limits, &s.Used)
		w.line("stats:")
		w.text(w.indent)
		w.num("  replay-window ", uint64(s.Stats.ReplayWindow), "")
		w.num(" replay ", uint64(s.Stats.Replay), "")
		w.num(" failed ", uint64(s.Stats.Failed), "")
		w.p.NL()
	}
	w.context()
}

// line writes a line of an attribute.
func (w *printer) line(s string) {
	w.text(w.indent)
	w.text(s)
	w.p.NL()
}

// id writes what names a state or a tmpl in two lines, the second after indent.
func (w *printer) id(indent string, src *wire.Address, i *wire.ID, mode uint8, reqid uint32, family uint16, showSPI bool) {
	w.addr("src ", family, src, " ")
	w.addr("dst ", family, &i.Dst, "")
	w.p.NL()
	w.text(indent)
	w.str("\tproto ", nameOf(transforms, uint64(i.Proto)), " ")
	w.spi(i.SPI, showSPI)
	w.num("reqid ", uint64(reqid), "")
	if w.stats {
		w.padded("(0x", reqid, 16)
		w.text(")")
	}
	w.str(" mode ", nameOf(modeNames, uint64(mode)), "")
	w.p.NL()
}

func (w *printer) spi(spi wire.Be32, always bool) {
	v := spi.Host()
	if !w.stats && !always && v == 0 {
		return
	}
	w.padded("spi 0x", v, 16)
	if w.stats {
		w.num("(", uint64(v), ")")
	}
	w.text(" ")
}

func (w *printer) selector(title string, s *wire.Selector, family uint8) {
	f := s.Family
	if f == unix.AF_UNSPEC {
		f = uint16(family)
	}
	if f == unix.AF_UNSPEC {
		f = uint16(w.e.Opt.Family)
	}
	w.text(title)
	w.addr("src ", f, &s.Src, "/")
	w.num("", uint64(s.PrefixSrc), " ")
	w.addr("dst ", f, &s.Dst, "/")
	w.num("", uint64(s.PrefixDst), " ")
	if s.Proto != 0 {
		w.str("proto ", protoName(w.e, s.Proto), " ")
	}
	w.upper(s)
	if s.Ifindex > 0 {
		w.str("dev ", w.e.Links.Name(uint32(s.Ifindex)), " ")
	}
	if w.stats {
		w.num("uid ", uint64(s.User), "")
	}
	w.p.NL()
}

// upper writes what a selector says of the layer above IP.
func (w *printer) upper(s *wire.Selector) {
	first, second := "sport ", "dport "
	hasSport, hasDport := s.SportMask.Host() != 0, s.DportMask.Host() != 0
	switch s.Proto {
	case unix.IPPROTO_ICMP, unix.IPPROTO_ICMPV6:
		first, second = "type ", "code "
	case unix.IPPROTO_GRE:
		if hasSport || hasDport {
			w.num("key ", uint64(s.Sport.Host())<<16+uint64(s.Dport.Host()), " ")
		}
		return
	case mobilityHeader:
		first = "type "
	}
	if hasSport {
		w.num(first, uint64(s.Sport.Host()), " ")
	}
	if !hasDport {
		return
	}
	if s.Proto != mobilityHeader {
		w.num(second, uint64(s.Dport.Host()), " ")
	} else if w.stats {
		digits := strconv.FormatUint(uint64(rtnl.U16(s.Dport[:])), 16)
		w.str("(dport) 0x", "0000"[len(digits):]+digits, " ")
	}
}

func limitText(v uint64) string {
	if v == ^uint64(0) {
		return "(INF)"
	}
	return strconv.FormatUint(v, 10)
}

func (w *printer) lifetime(l *wire.Limits, u *wire.Used) {
	w.line("lifetime config:")
	for i, unit := range []string{"bytes", "packets"} {
		w.text(w.indent)
		w.str("  limit: soft ", limitText(l[2*i]), "(")
		w.text(unit)
		w.str("), hard ", limitText(l[2*i+1]), "(")
		w.str("", unit, ")")
		w.p.NL()
	}
	for i, since := range []string{"  expire add: soft ", "  expire use: soft "} {
		w.text(w.indent)
		w.num(since, l[4+2*i], "(sec), hard ")
		w.num("", l[5+2*i], "(sec)")
		w.p.NL()
	}
	w.line("lifetime current:")
	w.text(w.indent)
	w.num("  ", u.Bytes, "(bytes), ")
	w.num("", u.Packets, "(packets)")
	w.p.NL()
	w.text(w.indent)
	w.str("  add ", timeText(u.Added), " ")
	w.str("use ", timeText(u.Used), "")
	w.p.NL()
}

func timeText(v uint64) string {
	if v == 0 {
		return "-"
	}
	return time.Unix(int64(v), 0).Format(time.DateTime)
}

// context writes the security context, if there is one.
func (w *printer) context() {
	v := w.tb[uapi.XFRMA_SEC_CTX]
	if len(v) < wire.ContextSize {
		return
	}
	n := int(rtnl.U16(v[6:]))
	text := v[wire.ContextSize:min(len(v), wire.ContextSize+n)]
	w.p.Bytes("", "\tsecurity context ", rtnl.CStr(text), " ")
	w.p.NL()
}

// policyPrinter returns what prints the policies that f, if there is one, lets
// through.
func policyPrinter(e *cli.Env, f *policyFilter) func(rtnl.Message) error {
	w := newPrinter(e)
	return func(m rtnl.Message) error {
		w.policyEvent(m, f)
		return nil
	}
}

// policyEvent prints a message about a policy.
func (w *printer) policyEvent(m rtnl.Message, f *policyFilter) {
	head, record, attrs, hard := policyLayout.open(m)
	i, _ := wire.PolicyAt(record)
	if i == nil || !f.match(i, ptypeOf(attrs)) {
		return
	}
	w.text(head)
	rtnl.Index(w.tb[:], attrs)
	w.policyInfo("", "", i)
	w.hard(hard)
}

// policyInfo writes a policy, its first line after title, the others after
// indent.
func (w *printer) policyInfo(title, indent string, i *wire.PolicyInfo) {
	w.selector(title, &i.Sel, unix.AF_UNSPEC)
	w.context()
	w.indent = indent + "\t"
	w.text(w.indent)
	dir := i.Dir
	if dir >= uapi.XFRM_POLICY_MAX {
		dir -= uapi.XFRM_POLICY_MAX
		w.text("socket ")
	} else {
		w.text("dir ")
	}
	w.str("", nameOf(policyDirNames, uint64(dir)), " ")
	if w.stats || i.Action != uapi.XFRM_POLICY_ALLOW {
		w.str("action ", nameOf(actionNames, uint64(i.Action)), " ")
	}
	if w.stats {
		w.num("index ", uint64(i.Index), " ")
	}
	w.num("priority ", uint64(i.Priority), " ")
	if v := w.tb[uapi.XFRMA_POLICY_TYPE]; v != nil {
		w.str("ptype ", nameOf(ptypeNames, uint64(rtnl.U8(v))), " ")
	}
	if w.stats {
		w.str("share ", nameOf(shareNames, uint64(i.Share[0])), " ")
	}
	if w.stats || i.Flags != 0 {
		w.text("flag ")
		w.flags(uint32(i.Flags), policyFlags)
	}
	if w.stats {
		w.bits(i.Flags)
	}
	w.p.NL()
	if w.stats {
		w.lifetime(&i.Limits, &i.Used)
	}
	w.family, w.policy = uint8(i.Sel.Family), true
	w.attrs()
}
