package xfrmcmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/listen"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/xfrmcmd/wire"

	"golang.org/x/sys/unix"
)

const monitorUsage = `Usage: ip xfrm monitor [ nokeys ] [ all-nsid ] [ file FILE ] [ all | OBJECTS | help ]
OBJECTS := { acquire | expire | SA | aevent | policy | report }...
`

// monitorWords has the words of monitor.
var monitorWords = field.Table{Voice: &field.Voice{Unknown: func(c *field.Call) error {
	return cli.Exit(cli.StatusUsage, `Argument "%s" is unknown, try "ip xfrm monitor help".`, c.Typed)
}}, Rows: []*field.Row{
	{Words: "file", In: field.Slot, Attr: watchFile, Type: &field.Word},
	{Words: "=nokeys", In: field.Slot, Attr: watchNoKeys, Type: &field.Mark},
	{Words: "=all", In: field.Slot, Attr: watchGroups, Type: &field.Bit32},
	{Words: "all-nsid", In: field.Slot, Attr: watchAllNS, Type: &field.Mark},
	{Words: "acquire", In: field.Slot, Attr: watchGroups, Arg: 1 << (uapi.XFRMNLGRP_ACQUIRE - 1), Type: &field.Bit32},
	{Words: "expire", In: field.Slot, Attr: watchGroups, Arg: 1 << (uapi.XFRMNLGRP_EXPIRE - 1), Type: &field.Bit32},
	{Words: "SA", In: field.Slot, Attr: watchGroups, Arg: 1 << (uapi.XFRMNLGRP_SA - 1), Type: &field.Bit32},
	{Words: "aevent", In: field.Slot, Attr: watchGroups, Arg: 1 << (uapi.XFRMNLGRP_AEVENTS - 1), Type: &field.Bit32},
	{Words: "policy", In: field.Slot, Attr: watchGroups, Arg: 1 << (uapi.XFRMNLGRP_POLICY - 1), Type: &field.Bit32},
	{Words: "report", In: field.Slot, Attr: watchGroups, Arg: 1 << (uapi.XFRMNLGRP_REPORT - 1), Type: &field.Bit32},
	{Words: "help", Type: &field.Help},
}}

// What the words ask for: groups as bits, of which none means all.
const (
	watchFile = iota
	watchNoKeys
	watchAllNS
	watchGroups
)

const allGroups = ^uint32(0)

// A watch is what prints events.
type watch struct {
	w      *printer
	noKeys bool
	allNS  bool
}

func monitor(c *command.Call) error {
	e := c.Env
	x := field.NewCall(e, c.Args, &monitorWords)
	if err := x.Read(); err != nil {
		return err
	}
	w := &watch{newPrinter(e), x.HasWord(field.Slot, watchNoKeys), x.HasWord(field.Slot, watchAllNS)}
	if file, ok := x.Word(field.Slot, watchFile); ok {
		return listen.Replay(file, w.print)
	}
	groups := rtnl.U32(x.Get(field.Slot, watchGroups))
	if groups == 0 {
		groups = allGroups
	}
	conn, err := listen.Open(unix.NETLINK_XFRM, rtnl.Options{RcvBuf: e.Opt.RcvBuf, AllNS: w.allNS}, groups)
	if err != nil {
		return err
	}
	defer conn.Close()
	return listen.Each(e, conn, w.print)
}

// print shows one event.
func (w *watch) print(m rtnl.Message) error {
	p := w.w
	listen.Stamp(p.e)
	if w.allNS {
		listen.StampNSID(p.e, m.NSID)
	}
	p.noKeys = false
	switch m.Type {
	case uapi.XFRM_MSG_NEWSA, uapi.XFRM_MSG_DELSA, uapi.XFRM_MSG_UPDSA, uapi.XFRM_MSG_EXPIRE:
		p.stateEvent(m, nil)
	case uapi.XFRM_MSG_NEWPOLICY, uapi.XFRM_MSG_DELPOLICY, uapi.XFRM_MSG_UPDPOLICY, uapi.XFRM_MSG_POLEXPIRE:
		p.policyEvent(m, nil)
	case uapi.XFRM_MSG_ACQUIRE:
		p.acquire(m)
	case uapi.XFRM_MSG_FLUSHSA:
		p.flushedStates(m)
	case uapi.XFRM_MSG_FLUSHPOLICY:
		p.flushedPolicies(m)
	case uapi.XFRM_MSG_REPORT:
		// The real tool heeds nokeys here alone.
		p.noKeys = w.noKeys
		p.report(m)
	case uapi.XFRM_MSG_NEWAE:
		p.asyncEvent(m)
	case uapi.XFRM_MSG_MAPPING:
		p.mapping(m)
	case uapi.XFRM_MSG_GETDEFAULT:
		printDefaults(p.p, m)
	case unix.NLMSG_ERROR, unix.NLMSG_NOOP, unix.NLMSG_DONE:
	default:
		p.unknown(m)
	}
	return nil
}

func (w *printer) unknown(m rtnl.Message) {
	w.text("Unknown message: ")
	w.padded("", uint32(len(m.Body)+unix.SizeofNlMsghdr), 10)
	w.padded(" 0x", uint32(m.Type), 16)
	w.padded(" 0x", uint32(m.Flags), 16)
	w.p.EndLine()
}

// end ends a line, and with -o a record.
func (w *printer) end() {
	w.p.NL()
	w.hard(-1)
}

// acquire writes that a packet needs a state that is not there.
func (w *printer) acquire(m rtnl.Message) {
	p, attrs := wire.At(m.Body, unsafe.Sizeof(wire.Acquire{}))
	if p == nil {
		return
	}
	x := (*wire.Acquire)(p)
	rtnl.Index(w.tb[:], attrs)
	family := x.Sel.Family
	if family == unix.AF_UNSPEC {
		family = x.Policy.Sel.Family
	}
	w.str("acquire proto ", nameOf(transforms, uint64(x.ID.Proto)), " ")
	w.spi(x.ID.SPI, false)
	w.p.NL()
	w.selector("  sel ", &x.Sel, uint8(family))
	w.policyInfo("  policy ", "    ", &x.Policy)
	if w.stats {
		w.padded("  seq 0x", x.Seq, 10)
		w.text(" ")
		w.masks(x.Encs, x.Auths, x.Comps)
	}
	w.end()
}

func (w *printer) flushedStates(m rtnl.Message) {
	if len(m.Body) > 0 {
		w.str("Flushed state proto ", nameOf(transforms, uint64(m.Body[0])), "")
		w.end()
	}
}

func (w *printer) flushedPolicies(m rtnl.Message) {
	w.text("Flushed policy ")
	if v := rtnl.Find(m.Body, uapi.XFRMA_POLICY_TYPE); v != nil {
		w.str("ptype ", nameOf(ptypeNames, uint64(rtnl.U8(v))), " ")
	}
	w.end()
}

// report writes that a packet of Mobile IPv6 did not fit its state: a protocol,
// then the selector.
func (w *printer) report(m rtnl.Message) {
	const protoSize = 4
	p, attrs := wire.At(m.Body[min(protoSize, len(m.Body)):], unsafe.Sizeof(wire.Selector{}))
	if p == nil {
		return
	}
	sel := (*wire.Selector)(p)
	rtnl.Index(w.tb[:], attrs)
	w.str("report proto ", nameOf(transforms, uint64(m.Body[0])), " ")
	w.p.NL()
	w.selector("  sel ", sel, unix.AF_UNSPEC)
	w.indent, w.family, w.policy = "  ", uint8(sel.Family), false
	if w.family == unix.AF_UNSPEC {
		w.family = w.e.Opt.Family
	}
	w.attrs()
	w.hard(-1)
}

// eventFlags are bits of an asynchronous event.
var eventFlags = word.Names{
	{uapi.XFRM_AE_CR, " replay update "}, {uapi.XFRM_AE_CE, " timer expired "}, {uapi.XFRM_AE_CU, " policy updated "},
}

// asyncEvent writes what became of the counters of a state: its name, its
// source, the bits and its reqid.
func (w *printer) asyncEvent(m rtnl.Message) {
	b := m.Body
	if len(b) < stateIDSize+24 {
		return
	}
	flags := uint64(rtnl.U32(b[stateIDSize+16:]))
	w.p.Hex("", "Async event  (0x", flags, ") ")
	for _, f := range eventFlags {
		if flags&f.Val != 0 {
			w.text(f.Word)
		}
	}
	w.addr("\n\tsrc ", familyOf(b), (*wire.Address)(b[stateIDSize:]), " ")
	w.stateID(b, b[stateIDSize+20:])
}

// The name of a state is its destination, SPI, family and protocol.
const stateIDSize = 24

func familyOf(stateID []byte) uint16 { return rtnl.U16(stateID[20:]) }

// stateID writes the name of a state.
func (w *printer) stateID(b, reqid []byte) {
	w.addr("dst ", familyOf(b), (*wire.Address)(b), " ")
	w.hex(" reqid 0x", reqid)
	w.str(" protocol ", protoName(w.e, b[22]), " ")
	w.p.Hex("", " SPI 0x", uint64(rtnl.Be32(b[16:])), "")
	w.p.EndLine()
}

// mapping writes that a peer behind a NAT has another address now: the state's
// name and reqid, the old and the new address, the ports.
func (w *printer) mapping(m rtnl.Message) {
	b := m.Body
	if len(b) < stateIDSize+40 {
		return
	}
	old := b[stateIDSize+4:]
	w.addr("Mapping change ", familyOf(b), (*wire.Address)(old), ":")
	w.num("", uint64(rtnl.Be16(old[32:])), " -> ")
	w.addr("", familyOf(b), (*wire.Address)(old[16:]), ":")
	w.num("", uint64(rtnl.Be16(old[34:])), "\n\t")
	w.stateID(b, b[stateIDSize:])
}
