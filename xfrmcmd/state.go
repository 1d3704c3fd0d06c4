package xfrmcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

func stateVerbs() []cli.Verb {
	return []cli.Verb{
		{Words: "add", Run: func(e *cli.Env, a *cli.Args) error { return changeState(e, a, uapi.XFRM_MSG_NEWSA) }},
		{Words: "update", Run: func(e *cli.Env, a *cli.Args) error { return changeState(e, a, uapi.XFRM_MSG_UPDSA) }},
		{Words: "allocspi", Run: allocSPI},
		{Words: "delete", Run: func(e *cli.Env, a *cli.Args) error { return oneState(e, a, uapi.XFRM_MSG_DELSA) }},
		{Words: "deleteall|delall", Run: deleteStates},
		{Words: "list|show|lst", Run: listStates},
		{Words: "get", Run: func(e *cli.Env, a *cli.Args) error { return oneState(e, a, uapi.XFRM_MSG_GETSA) }},
		{Words: "flush", Run: flushStates},
		{Words: "count", Run: countStates},
		{Words: "help", Run: cli.Help(stateUsage)},
	}
}

const stateUsage = `Usage: ip xfrm state { add | update } ID [ ALGO ... ] [ mode MODE ] [ OPTION ... ]
       ip xfrm state allocspi ID [ mode MODE ] [ MARK ] [ reqid NUMBER ] [ dir SADIR ]
                [ seq NUMBER ] [ min SPI max SPI ] [ pcpu-num NUMBER ]
       ip xfrm state { delete | get } ID [ MARK ]
       ip xfrm state { deleteall | list [ nokeys ] } [ ID ] [ mode MODE ]
                [ reqid NUMBER ] [ flag FLAG ... ]
       ip xfrm state flush [ proto PROTO ]
       ip xfrm state count
OPTION := MARK | reqid NUMBER | dir SADIR | seq NUMBER | replay-window SIZE |
        replay-seq NUMBER | replay-oseq NUMBER | replay-seq-hi NUMBER |
        replay-oseq-hi NUMBER | flag FLAG ... | extra-flag EXTRA ... |
        sel SELECTOR | limit LIMIT | encap ENCAP SPORT DPORT ADDRESS |
        coa PREFIX | ctx TEXT | offload [ crypto | packet ] dev DEVICE dir SADIR |
        output-mark NUMBER [ mask NUMBER ] | if_id NUMBER | tfcpad LENGTH |
        pcpu-num NUMBER
ALGO := { enc | auth } NAME KEY | { auth-trunc | aead } NAME KEY LENGTH | comp NAME
FLAG := noecn | decap-dscp | nopmtudisc | wildrecv | icmp | af-unspec | align4 | esn
EXTRA := dont-encap-dscp | oseq-may-wrap
ENCAP := espinudp | espinudp-nonike | espintcp
SADIR := in | out
` + commonUsage

const commonUsage = `ID := [ src ADDRESS ] [ dst ADDRESS ] [ proto PROTO ] [ spi SPI ]
PROTO := esp | ah | comp | route2 | hao
MODE := transport | tunnel | beet | ro | in_trigger
MARK := mark NUMBER [ mask NUMBER ]
SELECTOR := [ src PREFIX ] [ dst PREFIX ] [ dev DEVICE ] [ proto NUMBER [ UPPER ] ]
UPPER := [ sport PORT ] [ dport PORT ] | [ type NUMBER ] [ code NUMBER ] | [ key KEY ]
LIMIT := { { time | time-use | byte | packet }-{ soft | hard } } NUMBER
`

// A stateChange is what "state add" or "update" asks for.
type stateChange struct {
	reader
	info   stateInfo
	attrs  *rtnl.Msg
	algos  uint8 // kinds of algorithms
	hasID  bool
	hasCoA bool
	hasCtx bool

	window                   uint32
	seq, oseq, seqHi, oseqHi uint32
	extra                    uint32
	mark, out                mark
	hasIfID                  bool
	ifID, pad                uint32
	cpu                      uint32
	dir                      uint8
	device                   offload
	hasDevice                bool
}

// noCPU is the number of a state that serves all of them.
const noCPU = ^uint32(0)

var stateWords = []cli.Keyword[*stateChange]{
	{Words: "=mode", Parse: func(s *stateChange, _ *cli.Args) error { return s.reader.mode(&s.info.mode) }},
	{Words: "=mark", Parse: func(s *stateChange, _ *cli.Args) error { return s.reader.mark(&s.mark) }},
	{Words: "=reqid", Parse: func(s *stateChange, _ *cli.Args) error {
		return s.number(&s.info.reqid, "REQID value is invalid")
	}},
	{Words: "=seq", Parse: func(s *stateChange, _ *cli.Args) error { return s.netSeq(&s.info.seq) }},
	{Words: "=replay-window", Parse: func(s *stateChange, _ *cli.Args) error { return s.after(&s.window, "replay-window") }},
	{Words: "=replay-seq", Parse: func(s *stateChange, _ *cli.Args) error { return s.after(&s.seq, "replay-seq") }},
	{Words: "=replay-seq-hi", Parse: func(s *stateChange, _ *cli.Args) error { return s.after(&s.seqHi, "replay-seq-hi") }},
	{Words: "=replay-oseq", Parse: func(s *stateChange, _ *cli.Args) error { return s.after(&s.oseq, "replay-oseq") }},
	{Words: "=replay-oseq-hi", Parse: func(s *stateChange, _ *cli.Args) error { return s.after(&s.oseqHi, "replay-oseq-hi") }},
	{Words: "=flag", Parse: func(s *stateChange, _ *cli.Args) error { return s.flags8(&s.info.flags, stateFlags) }},
	{Words: "=extra-flag", Parse: func(s *stateChange, _ *cli.Args) error {
		return s.flags(&s.extra, extraFlags, 32, `"EXTRA-FLAG" is invalid`)
	}},
	{Words: "=sel", Parse: func(s *stateChange, _ *cli.Args) error { return s.selector() }},
	{Words: "=limit", Parse: func(s *stateChange, _ *cli.Args) error { return s.limit(&s.info.limits) }},
	{Words: "=encap", Parse: func(s *stateChange, _ *cli.Args) error { return s.encap() }},
	{Words: "=coa", Parse: func(s *stateChange, _ *cli.Args) error { return s.careOf() }},
	{Words: "=ctx", Parse: func(s *stateChange, _ *cli.Args) error {
		twice := s.hasCtx
		s.hasCtx = true
		return s.context(s.attrs, twice)
	}},
	{Words: "=offload", Parse: func(s *stateChange, _ *cli.Args) error { return s.offload() }},
	{Words: "=output-mark", Parse: func(s *stateChange, _ *cli.Args) error { return s.outputMark() }},
	{Words: "=if_id", Parse: func(s *stateChange, _ *cli.Args) error {
		s.hasIfID = true
		return s.after(&s.ifID, "if_id")
	}},
	{Words: "=tfcpad", Parse: func(s *stateChange, _ *cli.Args) error { return s.after(&s.pad, "tfcpad") }},
	{Words: "=dir", Parse: func(s *stateChange, _ *cli.Args) error { return s.stateDir(&s.dir) }},
	{Words: "=pcpu-num", Parse: func(s *stateChange, _ *cli.Args) error { return s.after(&s.cpu, "pcpu-num") }},
}

// netSeq reads a sequence number, which the struct has in network order.
func (r *reader) netSeq(v *uint32) error {
	var n uint32
	err := r.number(&n, "SEQ value is invalid")
	net := toBe32(n)
	*v = rtnl.NE.Uint32(net[:])
	return err
}

func (r *reader) stateDir(v *uint8) error {
	return r.oneOf(v, stateDirNames, `DIR value is not "in" or "out"`)
}

func (s *stateChange) selector() error {
	if !s.a.More() {
		return cli.Incomplete()
	}
	s.family = unix.AF_UNSPEC
	sel := selection{selector: s.info.sel}
	err := s.selection(&sel)
	s.info.sel = sel.selector
	s.family = uint8(sel.selector.family)
	return err
}

func (s *stateChange) encap() error {
	word, err := s.value()
	if err != nil {
		return err
	}
	var x encap
	var ok bool
	if x.kind, ok = find(encapTypes, word); !ok {
		return cli.InvArg("ENCAP-TYPE value is invalid", word)
	}
	sport, err := s.a.U16(`SPORT value after "encap" is invalid`)
	if err != nil {
		return err
	}
	dport, err := s.a.U16(`DPORT value after "encap" is invalid`)
	if err != nil {
		return err
	}
	x.sport, x.dport = toBe16(sport), toBe16(dport)
	if word, err = s.value(); err != nil {
		return err
	}
	origin, err := cli.Addr(word, unix.AF_UNSPEC)
	if err != nil {
		return err
	}
	x.origin.set(&origin)
	put(s.attrs, uapi.XFRMA_ENCAP, x)
	return nil
}

// put adds an attribute that holds a kernel struct.
func put[T any](m *rtnl.Msg, attr uint16, v T) {
	nest := m.Nest(attr)
	rtnl.Put(m, v)
	m.End(nest)
}

func (s *stateChange) careOf() error {
	if s.hasCoA {
		return cli.DupArg("coa", "coa")
	}
	s.hasCoA = true
	p, err := s.prefix("coa")
	if err != nil {
		return err
	}
	if len(p.Bytes()) > len(address{}) {
		return cli.InvArg(`value after "coa" is too large`, s.last)
	}
	var coa address
	coa.set(&p)
	s.attrs.Attr(uapi.XFRMA_COADDR, coa[:])
	return nil
}

// offload reads a device, and how much of the work it does.
func (s *stateChange) offload() error {
	s.device.flags = 0
	s.hasDevice = true
	if !s.a.Match("=crypto") && s.a.Match("=packet") {
		s.device.flags = uapi.XFRM_OFFLOAD_PACKET
	}
	if err := s.offloadDevice(&s.device); err != nil {
		return err
	}
	word, err := s.value()
	if err != nil {
		return err
	}
	if word != "dir" {
		return cli.InvArg("Missing DIR keyword", word)
	}
	return s.stateDir(&s.dir)
}

func (r *reader) offloadDevice(o *offload) error {
	word, err := r.value()
	if err != nil {
		return err
	}
	if word != "dev" {
		return cli.InvArg("Missing dev keyword", word)
	}
	name, err := r.value()
	if err != nil {
		return err
	}
	if o.ifindex = int32(r.e.Links.Index(name)); o.ifindex == 0 {
		return cli.InvArg("Invalid device name", name)
	}
	return nil
}

func (s *stateChange) outputMark() error {
	if err := s.after(&s.out.value, "output-mark"); err != nil {
		return err
	}
	if s.a.Match("=mask") {
		return s.number(&s.out.mask, "mask value is invalid\n")
	}
	return nil
}

// other reads what is no keyword: an algorithm, or the ID.
func (s *stateChange) other(a *cli.Args) error {
	if g := findAlgo(a.Word()); g != nil {
		a.Skip()
		return g.parse(a, s.attrs, &s.algos)
	}
	if s.hasID {
		return cli.InvArg("unknown", a.Word())
	}
	s.hasID = true
	return s.identify(&s.info, false)
}

// identify reads the ID into a state.
func (r *reader) identify(info *stateInfo, loose bool) error {
	i := ident{id: info.id, src: info.src, family: info.family}
	err := r.ident(&i, loose)
	info.id, info.src, info.family = i.id, i.src, i.family
	r.learn(info.family)
	return err
}

func changeState(e *cli.Env, a *cli.Args, typ uint16) error {
	s := &stateChange{reader: newReader(e, a), attrs: rtnl.New(0, 0), cpu: noCPU}
	s.info.family = uint16(e.Opt.Family)
	s.info.limits = unlimited()
	err := cli.ParseWords(s, a, stateWords, (*stateChange).other)
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	s.attributes()
	m := rtnl.New(typ, 0)
	rtnl.Put(m, s.info)
	m.Raw(s.attrs.Body())
	return change(e, m)
}

func (s *stateChange) isESN() bool { return s.info.flags&uapi.XFRM_STATE_ESN != 0 }

// check refuses what does not go together, in the real tool's order.
func (s *stateChange) check() error {
	switch {
	case s.isESN() && s.window == 0 && s.dir != uapi.XFRM_SA_DIR_OUT:
		return cli.Exit(cli.StatusUsage, "Error: esn flag set without replay-window.")
	case s.window > uapi.XFRMA_REPLAY_ESN_MAX:
		return cli.Exit(cli.StatusUsage, "Error: replay-window (%d) > XFRMA_REPLAY_ESN_MAX (%d).",
			s.window, uapi.XFRMA_REPLAY_ESN_MAX)
	case !s.hasID:
		return noID()
	}
	if what := s.misfit(); what != "" {
		return withProto(what, s.info.id.proto)
	}
	return nil
}

func noID() error { return cli.Exit(cli.StatusError, "Not enough information: ID is required") }

// misfit tells what the state has, or lacks, against its protocol.
func (s *stateChange) misfit() string {
	proto, mode := s.info.id.proto, s.info.mode
	badMode := "MODE value is invalid"
	switch {
	case isIPsec(proto):
		if mode == uapi.XFRM_MODE_TRANSPORT || mode == uapi.XFRM_MODE_TUNNEL ||
			mode == uapi.XFRM_MODE_BEET && proto == unix.IPPROTO_ESP {
			badMode = ""
		}
	case s.algos != 0:
		return "ALGO is invalid"
	case !isMobility(proto) || mode == uapi.XFRM_MODE_ROUTEOPTIMIZATION || mode == uapi.XFRM_MODE_IN_TRIGGER:
		badMode = ""
	case mode == 0:
		return `"mode" is required`
	}
	if badMode != "" {
		return badMode
	}
	if what := s.badAlgos(); what != "" {
		return what
	}
	switch {
	case isMobility(proto) && !s.hasCoA:
		return `"coa" is required`
	case !isMobility(proto) && s.hasCoA:
		return `"coa" is invalid`
	}
	return ""
}

// badAlgos tells what is wrong with the algorithms for the protocol.
func (s *stateChange) badAlgos() string {
	has := s.algos
	switch s.info.id.proto {
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

// attributes adds what the words leave to be sent besides.
func (s *stateChange) attributes() {
	m := s.attrs
	if s.hasDevice {
		if s.dir == uapi.XFRM_SA_DIR_IN {
			s.device.flags |= uapi.XFRM_OFFLOAD_INBOUND
		}
		put(m, uapi.XFRMA_OFFLOAD_DEV, s.device)
	}
	s.replay(m)
	if s.extra != 0 {
		m.U32(uapi.XFRMA_SA_EXTRA_FLAGS, s.extra)
	}
	if s.mark.mask != 0 {
		put(m, uapi.XFRMA_MARK, s.mark)
	}
	if s.hasIfID {
		m.U32(uapi.XFRMA_IF_ID, s.ifID)
	}
	if s.pad != 0 {
		m.U32(uapi.XFRMA_TFCPAD, s.pad)
	}
	if s.out.value != 0 {
		m.U32(uapi.XFRMA_OUTPUT_MARK, s.out.value)
	}
	if s.out.mask != 0 {
		m.U32(uapi.XFRMA_SET_MARK_MASK, s.out.mask)
	}
	putDir(m, s.dir, s.cpu)
	if s.info.family == unix.AF_UNSPEC {
		s.info.family = unix.AF_INET
	}
}

// putDir adds the direction and the CPU of a state, if it has them.
func putDir(m *rtnl.Msg, dir uint8, cpu uint32) {
	if dir != 0 {
		m.U8(uapi.XFRMA_SA_DIR, dir)
	}
	if cpu != noCPU {
		m.U32(uapi.XFRMA_SA_PCPU, cpu)
	}
}

// replay adds the replay protection: a window of up to 32 packets has its place
// in the state itself.
func (s *stateChange) replay(m *rtnl.Msg) {
	if s.isESN() || s.window > 32 {
		put(m, uapi.XFRMA_REPLAY_ESN_VAL, replayESN{
			words: (s.window + 31) / 32, oseq: s.oseq, seq: s.seq, oseqHi: s.oseqHi, seqHi: s.seqHi, window: s.window,
		})
		return
	}
	if s.seq != 0 || s.oseq != 0 {
		put(m, uapi.XFRMA_REPLAY_VAL, replay{seq: s.seq, oseq: s.oseq})
	}
	s.info.replayWindow = uint8(s.window)
}

// A spiRequest is what "state allocspi" asks for.
type spiRequest struct {
	reader
	spi            spiInfo
	hasMin, hasMax bool
	hasID          bool
	mark           mark
	cpu            uint32
	dir            uint8
}

var spiWords = []cli.Keyword[*spiRequest]{
	{Words: "=mode", Parse: func(s *spiRequest, _ *cli.Args) error { return s.mode(&s.spi.info.mode) }},
	{Words: "=mark", Parse: func(s *spiRequest, _ *cli.Args) error { return s.reader.mark(&s.mark) }},
	{Words: "=reqid", Parse: func(s *spiRequest, _ *cli.Args) error {
		return s.number(&s.spi.info.reqid, "REQID value is invalid")
	}},
	{Words: "=seq", Parse: func(s *spiRequest, _ *cli.Args) error { return s.netSeq(&s.spi.info.seq) }},
	{Words: "=min", Parse: func(s *spiRequest, _ *cli.Args) error { return s.bound(&s.spi.min, &s.hasMin, "min") }},
	{Words: "=max", Parse: func(s *spiRequest, _ *cli.Args) error { return s.bound(&s.spi.max, &s.hasMax, "max") }},
	{Words: "=dir", Parse: func(s *spiRequest, _ *cli.Args) error { return s.stateDir(&s.dir) }},
	{Words: "=pcpu-num", Parse: func(s *spiRequest, _ *cli.Args) error { return s.after(&s.cpu, "pcpu-num") }},
}

func (s *spiRequest) bound(v *uint32, has *bool, key string) error {
	if *has {
		return cli.DupArg(key, key)
	}
	*has = true
	return s.after(v, key)
}

func (s *spiRequest) other(a *cli.Args) error {
	if s.hasID {
		return cli.InvArg("unknown", a.Word())
	}
	s.hasID = true
	err := s.identify(&s.spi.info, false)
	if err == nil && s.spi.info.id.spi != (be32{}) {
		err = cli.Exit(cli.StatusError, `"spi" is invalid`)
	}
	return err
}

// The SPIs among which the kernel chooses if none are given. Those of IPComp
// have 16 bits.
const (
	minSPI     = 0x100
	maxSPI     = 0x0fffffff
	maxCompSPI = 0xffff
)

// rangeOf completes the range of SPIs.
func (s *spiRequest) rangeOf() error {
	switch {
	case !s.hasID:
		return noID()
	case s.hasMin && !s.hasMax:
		return cli.Exit(cli.StatusError, `"max" is missing`)
	case s.hasMax && !s.hasMin:
		return cli.Exit(cli.StatusError, `"min" is missing`)
	case s.spi.min > s.spi.max:
		return cli.Exit(cli.StatusError, `value after "min" is larger than value after "max"`)
	case s.hasMin:
		return nil
	}
	s.spi.min, s.spi.max = minSPI, maxSPI
	if s.spi.info.id.proto == unix.IPPROTO_COMP {
		s.spi.max = maxCompSPI
	}
	return nil
}

func allocSPI(e *cli.Env, a *cli.Args) error {
	s := &spiRequest{reader: newReader(e, a), cpu: noCPU}
	s.spi.info.family = uint16(e.Opt.Family)
	if err := cli.ParseWords(s, a, spiWords, (*spiRequest).other); err != nil {
		return err
	}
	if err := s.rangeOf(); err != nil {
		return err
	}
	if s.spi.info.family == unix.AF_UNSPEC {
		s.spi.info.family = unix.AF_INET
	}
	m := rtnl.New(uapi.XFRM_MSG_ALLOCSPI, 0)
	rtnl.Put(m, s.spi)
	if s.mark.mask&s.mark.value != 0 {
		put(m, uapi.XFRMA_MARK, s.mark)
	}
	putDir(m, s.dir, s.cpu)
	return ask(e, m, statePrinter(e, nil, false))
}
