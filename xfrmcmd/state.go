package xfrmcmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/xfrmcmd/wire"

	"golang.org/x/sys/unix"
)

var stateVerbs = []command.Verb{
	{Words: "add", Waits: true, Run: changeState, Type: uapi.XFRM_MSG_NEWSA},
	{Words: "update", Waits: true, Run: changeState, Type: uapi.XFRM_MSG_UPDSA},
	{Words: "allocspi", Run: allocSPI},
	{Words: "delete", Waits: true, Run: oneState, Type: uapi.XFRM_MSG_DELSA},
	{Words: "deleteall|delall", Run: deleteStates},
	{Words: "list|show|lst", Run: listStates, Default: true},
	{Words: "get", Run: oneState, Type: uapi.XFRM_MSG_GETSA},
	{Words: "flush", Run: flushStates},
	{Words: "count", Run: countStates},
	{Words: "help"},
}

const stateUsage = `Usage: ip xfrm state { add | update } ID [ ALGO-LIST ] [ mode MODE ] [ OPTION ]...
       ip xfrm state allocspi ID [ mode MODE ] [ MARKED ] [ reqid REQID ] [ dir DIR ]
                [ seq SEQ ] [ min SPI max SPI ] [ pcpu-num CPUNUM ]
       ip xfrm state { delete | get } ID [ MARKED ]
       ip xfrm state deleteall [ ID ] [ mode MODE ] [ reqid REQID ] [ flag FLAG-LIST ]
       ip xfrm state list [ nokeys ] [ ID ] [ mode MODE ] [ reqid REQID ] [ flag FLAG-LIST ]
       ip xfrm state flush [ proto XFRM-PROTO ]
       ip xfrm state count
OPTION := MARKED | reqid REQID | dir DIR | seq SEQ | replay-window SIZE |
        replay-seq SEQ | replay-oseq SEQ | replay-seq-hi SEQ | replay-oseq-hi SEQ |
        flag FLAG-LIST | extra-flag EXTRA-FLAG-LIST | sel SELECTOR | LIMIT-LIST |
        encap ENCAP | coa ADDR[/PLEN] | ctx CTX |
        offload [ crypto | packet ] dev DEV dir DIR |
        output-mark OUTPUT-MARK [ mask MASK ] | if_id IF_ID | tfcpad LENGTH |
        pcpu-num CPUNUM
ALGO-LIST := ALGO...
ALGO := { enc | auth } ALGO-NAME ALGO-KEYMAT | comp ALGO-NAME |
        auth-trunc ALGO-NAME ALGO-KEYMAT ALGO-TRUNC-LEN |
        aead ALGO-NAME ALGO-KEYMAT ALGO-ICV-LEN
FLAG-LIST := FLAG...
FLAG := noecn | decap-dscp | nopmtudisc | wildrecv | icmp | af-unspec | align4 | esn
EXTRA-FLAG-LIST := EXTRA-FLAG...
EXTRA-FLAG := dont-encap-dscp | oseq-may-wrap
ENCAP := { espinudp | espinudp-nonike | espintcp } SPORT DPORT OADDR
DIR := in | out
` + commonUsage

const commonUsage = `ID := [ src ADDR ] [ dst ADDR ] [ proto XFRM-PROTO ] [ spi SPI ]
XFRM-PROTO := esp | ah | comp | route2 | hao
MODE := transport | tunnel | beet | ro | in_trigger
MARKED := mark MARK [ mask MASK ]
SELECTOR := [ src ADDR[/PLEN] ] [ dst ADDR[/PLEN] ] [ dev DEV ] [ UPSPEC ]
UPSPEC := proto { { tcp | udp | sctp | dccp } [ sport PORT ] [ dport PORT ] |
                  { icmp | ipv6-icmp | mobility-header } [ type NUMBER ] [ code NUMBER ] |
                  gre [ key { DOTTED-QUAD | NUMBER } ] | PROTO }
LIMIT-LIST := { limit LIMIT }...
LIMIT := { time-soft | time-hard | time-use-soft | time-use-hard } SECONDS |
         { byte-soft | byte-hard } SIZE | { packet-soft | packet-hard } COUNT
`

// Rows of all verbs about states, whose head begins with a stateInfo.
var (
	modeRow  = field.Row{Words: "=mode", In: field.Head, At: uint16(unsafe.Offsetof(wire.StateInfo{}.Mode)), Names: &modeNames, Type: &shorten, Bad: "MODE value is invalid"}
	reqidRow = field.Row{Words: "=reqid", In: field.Head, At: uint16(unsafe.Offsetof(wire.StateInfo{}.Reqid)), Type: &field.U32, Bad: "REQID value is invalid"}
	flagRow  = field.Row{Words: "=flag", In: field.Head, At: uint16(unsafe.Offsetof(wire.StateInfo{}.Flags)), Names: &stateFlags, Type: &bits8, Bad: "FLAG value is invalid"}
	seqRow   = field.Row{Words: "=seq", In: field.Head, At: uint16(unsafe.Offsetof(wire.StateInfo{}.Seq)), Type: &field.Be32, Bad: "SEQ value is invalid"}
	dirRow   = field.Row{Words: "=dir", Attr: uapi.XFRMA_SA_DIR, Names: &stateDirNames, Type: &choice, Bad: `DIR value is not "in" or "out"`}
	cpuRow   = field.Row{Words: "=pcpu-num", Attr: uapi.XFRMA_SA_PCPU, Type: &field.U32}
	identRow = field.Row{Type: &identity, Flags: field.Bare}
)

// stateWords are those of add and update. What has no attribute of its own is in a
// slot.
var stateWords = field.Table{Name: "xfrm", Voice: &voice, Size: uint16(unsafe.Sizeof(wire.StateInfo{})), Finish: finishState, Rows: []*field.Row{
	{Words: "=replay-window", In: field.Slot, Attr: windowSlot, Type: &field.U32},
	{Words: "=replay-seq", In: field.Slot, Attr: seqSlot, Type: &field.U32},
	{Words: "=replay-seq-hi", In: field.Slot, Attr: seqHiSlot, Type: &field.U32},
	{Words: "=replay-oseq", In: field.Slot, Attr: oseqSlot, Type: &field.U32},
	{Words: "=replay-oseq-hi", In: field.Slot, Attr: oseqHiSlot, Type: &field.U32},
	{Words: "=if_id", Attr: uapi.XFRMA_IF_ID, Type: &field.U32},
	{Words: "=tfcpad", Attr: uapi.XFRMA_TFCPAD, Type: &field.U32, Flags: field.OmitZero},
	&cpuRow, &modeRow, &markRow, &reqidRow, &seqRow, &flagRow, &dirRow, &contextRow,
	{Words: "=extra-flag", Attr: uapi.XFRMA_SA_EXTRA_FLAGS, Names: &extraFlags, Type: &bits32, Bad: `"EXTRA-FLAG" is invalid`, Flags: field.OmitZero},
	{Words: "=sel", Type: &stateSelector},
	{Words: "=limit", In: field.Slot, Attr: limitSlot, At: uint16(unsafe.Offsetof(wire.StateInfo{}.Limits)), Type: &limit},
	{Words: "=encap", Attr: uapi.XFRMA_ENCAP, Names: &encapTypes, Type: &encap, Bad: "ENCAP-TYPE value is invalid"},
	{Words: "=coa", Attr: uapi.XFRMA_COADDR, Type: &careOf, Flags: field.Once},
	{Words: "=offload", Attr: uapi.XFRMA_OFFLOAD_DEV, Type: &offload},
	{Words: "=output-mark", Attr: uapi.XFRMA_OUTPUT_MARK, Type: &outputMark, Flags: field.OmitZero},
	{Attr: uapi.XFRMA_SET_MARK_MASK, Type: &field.U32, Flags: field.OmitZero},
	{Words: "=enc", Attr: uapi.XFRMA_ALG_CRYPT, Arg: hasEnc | hasAEAD, Type: &algorithm},
	{Words: "=auth", Attr: uapi.XFRMA_ALG_AUTH, Arg: hasAuth | hasAEAD, Type: &algorithm},
	{Words: "=comp", Attr: uapi.XFRMA_ALG_COMP, Arg: hasComp, Type: &algorithm},
	{Words: "=aead", Attr: uapi.XFRMA_ALG_AEAD, Arg: hasEnc | hasAuth | hasAEAD, Type: &algorithm, Label: "ALGO-ICV-LEN"},
	{Words: "=auth-trunc", Attr: uapi.XFRMA_ALG_AUTH_TRUNC, Arg: hasAuth | hasAEAD, Type: &algorithm, Label: "ALGO-TRUNC-LEN"},
	&identRow,
}}

// The slots of states.
const (
	windowSlot = iota
	seqSlot
	seqHiSlot
	oseqSlot
	oseqHiSlot
	limitSlot
	switchSlot // nokeys, nosock
)

// noCPU is the number of a state that serves all of them.
const noCPU = ^uint32(0)

var (
	identity      = field.Type{Parse: parseIdent}
	stateSelector = field.Type{Parse: parseSelector}
	encap         = field.Type{Read: parseEncap}
	careOf        = field.Type{Parse: parseCareOf}
	offload       = field.Type{Parse: parseOffload}
	outputMark    = field.Type{Size: 4, Parse: parseOutputMark}
)

// info is the state in the head.
func info(c *field.Call) *wire.StateInfo {
	s, _ := wire.StateAt(c.Get(field.Head, 0))
	return s
}

// What identRow of a verb has as its Arg.
const (
	anyState = 1 << iota // the protocol may lack
	newSPI               // there is no SPI yet
)

// parseIdent reads the ID into the state, unless it has one.
func parseIdent(c *field.Call, r *field.Row) error {
	q, s := of(c), info(c)
	if q.hasIdent {
		return unknownWord(c.Args.Word())
	}
	// A word that is no ID leaves that of a filter empty and comes again.
	q.hasIdent = true
	q.ident = ident{family: s.Family}
	err := q.ident.read(c, r.Arg&anyState != 0)
	s.ID, s.Src, s.Family = q.ident.id, q.ident.src, q.ident.family
	q.learn(s.Family)
	if err == nil && r.Arg&newSPI != 0 && s.ID.SPI.Host() != 0 {
		return cli.Exit(cli.StatusError, `"spi" is invalid`)
	}
	return err
}

func parseSelector(c *field.Call, _ *field.Row) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	q, s := of(c), info(c)
	q.family = unix.AF_UNSPEC
	q.sel = selection{Selector: s.Sel}
	err := q.sel.read(c)
	s.Sel = q.sel.Selector
	q.family = uint8(s.Sel.Family)
	return err
}

func parseEncap(c *field.Call, r *field.Row, s string) error {
	kind, ok := r.Names.Find(s)
	if !ok {
		return c.Wrong(r, s)
	}
	b := rtnl.NE.AppendUint16(nil, uint16(kind))
	for _, port := range []string{"SPORT", "DPORT"} {
		n, err := c.Args.U16(port + ` value after "encap" is invalid`)
		if err != nil {
			return err
		}
		b = append(b, byte(n>>8), byte(n))
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, unix.AF_UNSPEC)
	if err != nil {
		return err
	}
	var origin wire.Address
	origin.Set(&p)
	c.Put(0, r.Attr, append(append(b, 0, 0), origin[:]...))
	return nil
}

func parseCareOf(c *field.Call, r *field.Row) error {
	if err := c.Note(r, "coa", "coa"); err != nil {
		return err
	}
	p, err := prefix(c, "coa")
	if err != nil {
		return err
	}
	if len(p.Bytes()) > len(wire.Address{}) {
		c.Args.Back()
		return cli.InvArg(`value after "coa" is too large`, c.Args.Word())
	}
	var coa wire.Address
	coa.Set(&p)
	c.Put(0, r.Attr, coa[:])
	return nil
}

// parseOffload reads a device, and how much of the work it does: struct
// xfrm_user_offload has its index and flags.
func parseOffload(c *field.Call, r *field.Row) error {
	flags := byte(0)
	if old := c.Get(0, r.Attr); old != nil {
		flags = old[4] // the real tool does not take back what an earlier one asked for
	}
	if !c.Args.Match("=crypto") && c.Args.Match("=packet") {
		flags = uapi.XFRM_OFFLOAD_PACKET
	}
	index, err := offloadDevice(c)
	if err != nil {
		return err
	}
	c.Put(0, r.Attr, append(rtnl.AppendUint32s(nil, index), flags, 0, 0, 0))
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	if s != "dir" {
		return cli.InvArg("Missing DIR keyword", s)
	}
	return c.Row(&dirRow)
}

func offloadDevice(c *field.Call) (uint32, error) {
	s, err := c.Args.Value()
	if err != nil {
		return 0, err
	}
	if s != "dev" {
		return 0, cli.InvArg("Missing dev keyword", s)
	}
	name, err := c.Args.Value()
	if err != nil {
		return 0, err
	}
	index := c.Env.Links.Index(name)
	if index == 0 {
		return 0, cli.InvArg("Invalid device name", name)
	}
	return index, nil
}

func parseOutputMark(c *field.Call, r *field.Row) error {
	n, err := c.Args.U32(`value after "output-mark" is invalid`)
	c.Set(r, uint64(n))
	if err == nil && c.Args.Match("=mask") {
		n, err = c.Args.U32("mask value is invalid\n")
		c.Put(0, uapi.XFRMA_SET_MARK_MASK, rtnl.AppendUint32s(nil, n))
	}
	return err
}

func changeState(c *command.Call) error { return changeBy(c, parseState) }

// parseState builds a request of the words for a state.
func parseState(e *cli.Env, a *cli.Args, typ uint16) (*rtnl.Msg, error) {
	c, _ := newState(e, a, &stateWords)
	info(c).Limits = unlimited
	if err := c.Read(); err != nil {
		return nil, err
	}
	m := rtnl.New(typ, 0)
	c.Encode(m, &stateWords)
	return m, nil
}

// newState begins to read the words for a state, whose family the options may tell.
func newState(e *cli.Env, a *cli.Args, t *field.Table) (*field.Call, *request) {
	c, q := newCall(e, a, t)
	info(c).Family = uint16(e.Opt.Family)
	return c, q
}

// finishState refuses what does not go together, in the real tool's order, and puts
// what the words leave to be sent behind the rest.
func finishState(c *field.Call) error {
	s, window := info(c), rtnl.U32(c.Get(field.Slot, windowSlot))
	esn := s.Flags&uapi.XFRM_STATE_ESN != 0
	switch dir := rtnl.U8(c.Get(0, uapi.XFRMA_SA_DIR)); {
	case esn && window == 0 && dir != uapi.XFRM_SA_DIR_OUT:
		return cli.Exit(cli.StatusUsage, "Error: esn flag set without replay-window.")
	case window > uapi.XFRMA_REPLAY_ESN_MAX:
		return cli.Exit(cli.StatusUsage, "Error: replay-window (%d) > XFRMA_REPLAY_ESN_MAX (%d).",
			window, uapi.XFRMA_REPLAY_ESN_MAX)
	case !of(c).hasIdent:
		return noID()
	}
	if what := misfit(c); what != "" {
		return withProto(what, s.ID.Proto)
	}
	if b := c.Get(0, uapi.XFRMA_OFFLOAD_DEV); b != nil && rtnl.U8(c.Get(0, uapi.XFRMA_SA_DIR)) == uapi.XFRM_SA_DIR_IN {
		b[4] |= uapi.XFRM_OFFLOAD_INBOUND
	}
	putReplay(c, esn, window)
	keepMark(c, false)
	keepCPU(c)
	knowFamily(&s.Family)
	c.ToEnd(uapi.XFRMA_OFFLOAD_DEV, uapi.XFRMA_REPLAY_ESN_VAL, uapi.XFRMA_REPLAY_VAL, uapi.XFRMA_SA_EXTRA_FLAGS, uapi.XFRMA_MARK, uapi.XFRMA_IF_ID,
		uapi.XFRMA_TFCPAD, uapi.XFRMA_OUTPUT_MARK, uapi.XFRMA_SET_MARK_MASK, uapi.XFRMA_SA_DIR, uapi.XFRMA_SA_PCPU)
	return nil
}

func noID() error { return cli.Exit(cli.StatusError, "Not enough information: ID is required") }

// putReplay adds the replay protection: a window of up to 32 packets has its place
// in the state itself.
func putReplay(c *field.Call, esn bool, window uint32) {
	n := func(slot uint16) uint32 { return rtnl.U32(c.Get(field.Slot, slot)) }
	if esn || window > 32 {
		c.Put(0, uapi.XFRMA_REPLAY_ESN_VAL, rtnl.AppendUint32s(nil, (window+31)/32, n(oseqSlot), n(seqSlot), n(oseqHiSlot), n(seqHiSlot), window))
		return
	}
	if n(seqSlot) != 0 || n(oseqSlot) != 0 {
		c.Put(0, uapi.XFRMA_REPLAY_VAL, rtnl.AppendUint32s(nil, n(oseqSlot), n(seqSlot), 0))
	}
	info(c).ReplayWindow = uint8(window)
}

// keepCPU drops the number that stands for all CPUs.
func keepCPU(c *field.Call) {
	if b := c.Get(0, uapi.XFRMA_SA_PCPU); b != nil && rtnl.U32(b) == noCPU {
		c.Drop(0, uapi.XFRMA_SA_PCPU)
	}
}

// knowFamily takes IPv4 for a family of which nothing is known.
func knowFamily(family *uint16) {
	if *family == unix.AF_UNSPEC {
		*family = unix.AF_INET
	}
}

// misfit tells what the state has, or lacks, against its protocol.
func misfit(c *field.Call) string {
	proto, mode, has := info(c).ID.Proto, info(c).Mode, of(c).algos
	badMode := "MODE value is invalid"
	switch {
	case isIPsec(proto):
		if mode == uapi.XFRM_MODE_TRANSPORT || mode == uapi.XFRM_MODE_TUNNEL ||
			mode == uapi.XFRM_MODE_BEET && proto == unix.IPPROTO_ESP {
			badMode = ""
		}
	case has != 0:
		return "ALGO is invalid"
	case !isMobility(proto) || mode == uapi.XFRM_MODE_ROUTEOPTIMIZATION || mode == uapi.XFRM_MODE_IN_TRIGGER:
		badMode = ""
	case mode == 0:
		return `"mode" is required`
	}
	if badMode != "" {
		return badMode
	}
	if what := badAlgos(proto, has); what != "" {
		return what
	}
	switch hasCoA := c.Get(0, uapi.XFRMA_COADDR) != nil; {
	case isMobility(proto) && !hasCoA:
		return `"coa" is required`
	case !isMobility(proto) && hasCoA:
		return `"coa" is invalid`
	}
	return ""
}

// badAlgos tells what is wrong with the algorithms for the protocol.
func badAlgos(proto, has uint8) string {
	switch proto {
	case unix.IPPROTO_ESP:
		switch {
		case has&hasComp != 0:
			return `ALGO-TYPE value "comp" is invalid`
		case has&(hasEnc|hasAEAD) == 0:
			return `ALGO-TYPE value "enc" or "aead" is required`
		}
	case unix.IPPROTO_AH:
		switch {
		case has&^hasAuth != 0:
			return `ALGO-TYPE values "enc", "aead", and "comp" are invalid`
		case has == 0:
			return `ALGO-TYPE value "auth" or "auth-trunc" is required`
		}
	case unix.IPPROTO_COMP:
		switch {
		case has&^hasComp != 0:
			return `ALGO-TYPE values "enc", "auth", "auth-trunc", and "aead" are invalid`
		case has == 0:
			return `ALGO-TYPE value "comp" is required`
		}
	}
	return ""
}

// spiWords are those of allocspi.
var spiWords = field.Table{Name: "xfrm", Voice: &voice, Size: uint16(unsafe.Sizeof(wire.SpiInfo{})), Finish: finishSPI, Rows: []*field.Row{
	&modeRow, &markRow, &reqidRow, &seqRow, &dirRow, &cpuRow, &minRow, &maxRow,
	{Arg: newSPI, Type: &identity, Flags: field.Bare},
}}

var (
	minRow = field.Row{Words: "=min", In: field.Head, At: uint16(unsafe.Offsetof(wire.SpiInfo{}.Min)), Type: &field.U32, Flags: field.Once}
	maxRow = field.Row{Words: "=max", In: field.Head, At: uint16(unsafe.Offsetof(wire.SpiInfo{}.Max)), Type: &field.U32, Flags: field.Once}
)

// The SPIs among which the kernel chooses if none are given. Those of IPComp
// have 16 bits.
const (
	minSPI     = 0x100
	maxSPI     = 0x0fffffff
	maxCompSPI = 0xffff
)

// finishSPI completes the range of SPIs.
func finishSPI(c *field.Call) error {
	hasMin, hasMax := c.Given(&minRow), c.Given(&maxRow)
	switch {
	case !of(c).hasIdent:
		return noID()
	case hasMin && !hasMax:
		return cli.Exit(cli.StatusError, `"max" is missing`)
	case hasMax && !hasMin:
		return cli.Exit(cli.StatusError, `"min" is missing`)
	case c.Number(&minRow) > c.Number(&maxRow):
		return cli.Exit(cli.StatusError, `value after "min" is larger than value after "max"`)
	case !hasMin && info(c).ID.Proto == unix.IPPROTO_COMP:
		c.Set(&minRow, minSPI)
		c.Set(&maxRow, maxCompSPI)
	case !hasMin:
		c.Set(&minRow, minSPI)
		c.Set(&maxRow, maxSPI)
	}
	knowFamily(&info(c).Family)
	keepMark(c, true)
	keepCPU(c)
	c.ToEnd(uapi.XFRMA_MARK, uapi.XFRMA_SA_DIR, uapi.XFRMA_SA_PCPU)
	return nil
}

func allocSPI(c *command.Call) error {
	e, a := c.Env, c.Args
	x, _ := newState(e, a, &spiWords)
	if err := x.Read(); err != nil {
		return err
	}
	m := rtnl.New(uapi.XFRM_MSG_ALLOCSPI, 0)
	x.Encode(m, &spiWords)
	return ask(e, m, statePrinter(e, nil, false))
}
