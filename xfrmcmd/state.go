package xfrmcmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var stateVerbs = []cli.Verb{
	{Words: "add", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return changeState(e, a, uapi.XFRM_MSG_NEWSA) }},
	{Words: "update", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return changeState(e, a, uapi.XFRM_MSG_UPDSA) }},
	{Words: "allocspi", Run: allocSPI},
	{Words: "delete", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return oneState(e, a, uapi.XFRM_MSG_DELSA) }},
	{Words: "deleteall|delall", Run: deleteStates},
	{Words: "list|show|lst", Run: listStates},
	{Words: "get", Run: func(e *cli.Env, a *cli.Args) error { return oneState(e, a, uapi.XFRM_MSG_GETSA) }},
	{Words: "flush", Run: flushStates},
	{Words: "count", Run: countStates},
	{Words: "help", Help: stateUsage},
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
	device                   uint32 // that has the work, 0 for none
	deviceFlags              uint8
}

// noCPU is the number of a state that serves all of them.
const noCPU = ^uint32(0)

// word reads a keyword and its values.
func (s *stateChange) word(word string) error {
	if v := s.number(word); v != nil {
		s.a.Skip()
		return s.after(v, word)
	}
	s.a.Skip()
	switch word {
	case "mode":
		return s.mode(&s.info.mode)
	case "mark":
		return s.reader.mark(&s.mark)
	case "reqid":
		return s.u32(&s.info.reqid, "REQID value is invalid")
	case "seq":
		return s.netSeq(&s.info.seq)
	case "flag":
		return s.flags8(&s.info.flags, stateFlags)
	case "extra-flag":
		return s.flags(&s.extra, extraFlags, 32, `"EXTRA-FLAG" is invalid`)
	case "sel":
		return s.selector()
	case "limit":
		return s.limit(&s.info.limits)
	case "encap":
		return s.encap()
	case "coa":
		return s.careOf()
	case "ctx":
		return s.context(s.attrs, &s.hasCtx)
	case "offload":
		return s.offload()
	case "output-mark":
		return s.outputMark()
	case "dir":
		return s.stateDir(&s.dir)
	}
	if g := findAlgo(word); g != nil {
		return g.parse(s.a, s.attrs, &s.algos)
	}
	s.a.Back()
	return s.identify(&s.info, &s.hasID)
}

// number is the place of the number that a keyword sets, if that is all it does.
func (s *stateChange) number(word string) *uint32 {
	switch word {
	case "replay-window":
		return &s.window
	case "replay-seq":
		return &s.seq
	case "replay-seq-hi":
		return &s.seqHi
	case "replay-oseq":
		return &s.oseq
	case "replay-oseq-hi":
		return &s.oseqHi
	case "if_id":
		s.hasIfID = true
		return &s.ifID
	case "tfcpad":
		return &s.pad
	case "pcpu-num":
		return &s.cpu
	}
	return nil
}

// netSeq reads a sequence number, which the struct has in network order.
func (r *reader) netSeq(v *uint32) error {
	var n uint32
	err := r.u32(&n, "SEQ value is invalid")
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
	kind, ok := find(encapTypes, word)
	if !ok {
		return cli.InvArg("ENCAP-TYPE value is invalid", word)
	}
	b := rtnl.NE.AppendUint16(nil, kind)
	for _, port := range []string{"SPORT", "DPORT"} {
		n, err := s.a.U16(port + ` value after "encap" is invalid`)
		if err != nil {
			return err
		}
		b = append(b, byte(n>>8), byte(n))
	}
	if word, err = s.value(); err != nil {
		return err
	}
	p, err := cli.Addr(word, unix.AF_UNSPEC)
	if err != nil {
		return err
	}
	var origin address
	origin.set(&p)
	s.attrs.Attr(uapi.XFRMA_ENCAP, append(append(b, 0, 0), origin[:]...))
	return nil
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
func (s *stateChange) offload() (err error) {
	// The real tool does not take back what an earlier one asked for.
	if !s.a.Match("=crypto") && s.a.Match("=packet") {
		s.deviceFlags = uapi.XFRM_OFFLOAD_PACKET
	}
	if s.device, err = s.offloadDevice(); err != nil {
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

func (r *reader) offloadDevice() (uint32, error) {
	word, err := r.value()
	if err != nil {
		return 0, err
	}
	if word != "dev" {
		return 0, cli.InvArg("Missing dev keyword", word)
	}
	name, err := r.value()
	if err != nil {
		return 0, err
	}
	idx := r.e.Links.Index(name)
	if idx == 0 {
		return 0, cli.InvArg("Invalid device name", name)
	}
	return idx, nil
}

// putDevice adds the device that has the work, if one has.
func putDevice(m *rtnl.Msg, device uint32, flags uint8) {
	if device != 0 {
		m.Attr(uapi.XFRMA_OFFLOAD_DEV, append(u32s(device), flags, 0, 0, 0))
	}
}

func (s *stateChange) outputMark() error {
	if err := s.after(&s.out.value, "output-mark"); err != nil {
		return err
	}
	if s.a.Match("=mask") {
		return s.u32(&s.out.mask, "mask value is invalid\n")
	}
	return nil
}

// identify reads the ID into a state, unless it has one.
func (r *reader) identify(info *stateInfo, has *bool) error {
	if *has {
		return unknownWord(r.a.Word())
	}
	*has = true
	i := ident{family: info.family}
	err := r.ident(&i, false)
	info.id, info.src, info.family = i.id, i.src, i.family
	r.learn(info.family)
	return err
}

func unknownWord(word string) error { return cli.InvArg("unknown", word) }

func changeState(e *cli.Env, a *cli.Args, typ uint16) error {
	m, err := parseState(e, a, typ)
	if err != nil {
		return err
	}
	return change(e, m)
}

// parseState builds a request of the words for a state.
func parseState(e *cli.Env, a *cli.Args, typ uint16) (*rtnl.Msg, error) {
	s := &stateChange{reader: newReader(e, a), attrs: rtnl.New(0, 0), cpu: noCPU}
	s.info.family = uint16(e.Opt.Family)
	s.info.limits = unlimited
	for a.More() {
		if err := s.word(a.Word()); err != nil {
			return nil, err
		}
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	s.attributes()
	m := rtnl.New(typ, 0)
	put(m, unsafe.Pointer(&s.info), unsafe.Sizeof(s.info))
	m.Raw(s.attrs.Body())
	return m, nil
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
	if s.dir == uapi.XFRM_SA_DIR_IN {
		s.deviceFlags |= uapi.XFRM_OFFLOAD_INBOUND
	}
	putDevice(m, s.device, s.deviceFlags)
	s.replay(m)
	putNumber(m, uapi.XFRMA_SA_EXTRA_FLAGS, s.extra)
	putMark(m, &s.mark, s.mark.mask)
	if s.hasIfID {
		m.U32(uapi.XFRMA_IF_ID, s.ifID)
	}
	putNumber(m, uapi.XFRMA_TFCPAD, s.pad)
	putNumber(m, uapi.XFRMA_OUTPUT_MARK, s.out.value)
	putNumber(m, uapi.XFRMA_SET_MARK_MASK, s.out.mask)
	putDir(m, s.dir, s.cpu)
	knowFamily(&s.info.family)
}

// putNumber adds a number that is not zero.
func putNumber(m *rtnl.Msg, attr uint16, v uint32) {
	if v != 0 {
		m.U32(attr, v)
	}
}

// putMark adds a mark, if the bits that matter for that are not zero.
func putMark(m *rtnl.Msg, v *mark, bits uint32) {
	if bits != 0 {
		m.Attr(uapi.XFRMA_MARK, u32s(v.value, v.mask))
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

// knowFamily takes IPv4 for a family of which nothing is known.
func knowFamily(family *uint16) {
	if *family == unix.AF_UNSPEC {
		*family = unix.AF_INET
	}
}

// replay adds the replay protection: a window of up to 32 packets has its place
// in the state itself.
func (s *stateChange) replay(m *rtnl.Msg) {
	if s.isESN() || s.window > 32 {
		m.Attr(uapi.XFRMA_REPLAY_ESN_VAL, u32s((s.window+31)/32, s.oseq, s.seq, s.oseqHi, s.seqHi, s.window))
		return
	}
	if s.seq != 0 || s.oseq != 0 {
		m.Attr(uapi.XFRMA_REPLAY_VAL, u32s(s.oseq, s.seq, 0))
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

// word reads a keyword and its value.
func (s *spiRequest) word(word string) error {
	s.a.Skip()
	switch word {
	case "mode":
		return s.mode(&s.spi.info.mode)
	case "mark":
		return s.reader.mark(&s.mark)
	case "reqid":
		return s.u32(&s.spi.info.reqid, "REQID value is invalid")
	case "seq":
		return s.netSeq(&s.spi.info.seq)
	case "min":
		return s.bound(&s.spi.min, &s.hasMin, word)
	case "max":
		return s.bound(&s.spi.max, &s.hasMax, word)
	case "dir":
		return s.stateDir(&s.dir)
	case "pcpu-num":
		return s.after(&s.cpu, word)
	}
	s.a.Back()
	err := s.identify(&s.spi.info, &s.hasID)
	if err == nil && s.spi.info.id.spi.host() != 0 {
		err = cli.Exit(cli.StatusError, `"spi" is invalid`)
	}
	return err
}

func (s *spiRequest) bound(v *uint32, has *bool, key string) error {
	if *has {
		return cli.DupArg(key, key)
	}
	*has = true
	return s.after(v, key)
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
	for a.More() {
		if err := s.word(a.Word()); err != nil {
			return err
		}
	}
	if err := s.rangeOf(); err != nil {
		return err
	}
	knowFamily(&s.spi.info.family)
	m := rtnl.New(uapi.XFRM_MSG_ALLOCSPI, 0)
	put(m, unsafe.Pointer(&s.spi), unsafe.Sizeof(s.spi))
	putMark(m, &s.mark, s.mark.mask&s.mark.value)
	putDir(m, s.dir, s.cpu)
	return ask(e, m, statePrinter(e, nil, false))
}
