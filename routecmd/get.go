package routecmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

// A lookup is the question which route a packet would take.
type lookup struct {
	env       *cli.Env
	m         *rtnl.Msg
	rtm       unix.RtMsg
	iif, oif  *string
	mark      uint32
	connected bool
	fibMatch  bool
	from      bool
	dst       bool
}

// questions are the words of get; what is none of them is the destination.
var questions = []cli.Keyword[*lookup]{
	{Words: "=tos|dsfield", Parse: (*lookup).parseTOS},
	{Words: "from", Parse: (*lookup).parseFrom},
	{Words: "iif", Parse: (*lookup).parseIif},
	{Words: "mark", Parse: (*lookup).parseMark},
	{Words: "oif|=dev", Parse: (*lookup).parseOif},
	{Words: "notify", Parse: (*lookup).parseNotify},
	{Words: "connected", Parse: (*lookup).parseConnected},
	{Words: "vrf", Parse: (*lookup).parseVRF},
	{Words: "uid", Parse: (*lookup).parseUID},
	{Words: "fibmatch", Parse: (*lookup).parseFibMatch},
	{Words: "=as", Parse: (*lookup).parseAs},
	{Words: "sport", Parse: (*lookup).parseSport},
	{Words: "dport", Parse: (*lookup).parseDport},
	{Words: "ipproto", Parse: (*lookup).parseIPProto},
	{Words: "=flowlabel", Parse: (*lookup).parseFlowLabel},
}

// get is the verb get.
func get(e *cli.Env, a *cli.Args) error {
	l := &lookup{env: e, m: rtnl.New(unix.RTM_GETROUTE, 0), rtm: unix.RtMsg{Family: e.Opt.Family}}
	rtnl.Put(l.m, l.rtm)
	if err := cli.ParseWords(l, a, questions, (*lookup).parseTo); err != nil {
		return err
	}
	if !l.dst {
		return cli.Fail("need at least a destination address")
	}
	if err := l.finish(); err != nil {
		return err
	}
	p := NewPrinter(e, 0)
	p.filter.cloned = anyCloned
	if l.connected && !l.from {
		return l.connect(p)
	}
	return l.ask(p, e.Pen.Begin)
}

// finish adds what comes last.
func (l *lookup) finish() error {
	for _, d := range []struct {
		name *string
		attr uint16
	}{{l.iif, unix.RTA_IIF}, {l.oif, unix.RTA_OIF}} {
		if d.name == nil {
			continue
		}
		idx, err := l.env.Index(*d.name)
		if err != nil {
			return err
		}
		l.m.U32(d.attr, idx)
	}
	if l.mark != 0 {
		l.m.U32(unix.RTA_MARK, l.mark)
	}
	if l.rtm.Family == unix.AF_UNSPEC {
		l.rtm.Family = unix.AF_INET
	}
	if l.rtm.Family == unix.AF_INET {
		l.rtm.Flags |= unix.RTM_F_LOOKUP_TABLE
	}
	if l.fibMatch {
		l.rtm.Flags |= unix.RTM_F_FIB_MATCH
	}
	rtm, _ := rtnl.View[unix.RtMsg](l.m.Body())
	*rtm = l.rtm
	return nil
}

// ask sends the question and prints the answer, if there is one, after begin.
func (l *lookup) ask(p *Printer, begin func()) error {
	return l.env.Get(l.m, func(m rtnl.Message) error {
		begin()
		if err := p.Print(m); err != nil {
			return &cli.Error{Status: cli.StatusError, Text: "An error :-)\n", Err: err}
		}
		return nil
	})
}

// connect asks twice. The real tool means to ask again from the source address
// of the first answer, but it repeats the same question, and its second answer
// is text even with -j.
func (l *lookup) connect(p *Printer) error {
	err := l.ask(p, l.env.Pen.Begin)
	l.env.Pen.End()
	switch {
	case err != nil:
		return err
	case p.tb[unix.RTA_PREFSRC] == nil && p.tb[unix.RTA_SRC] == nil:
		return cli.Fail("Failed to connect the route")
	}
	return l.ask(p, func() {})
}

func (l *lookup) decide(family uint8) {
	if l.rtm.Family == unix.AF_UNSPEC {
		l.rtm.Family = family
	}
}

func (l *lookup) parseTOS(a *cli.Args) error {
	v, err := name(a, l.env.Tables.DSField, "TOS value is invalid\n")
	l.rtm.Tos = uint8(v)
	return err
}

func (l *lookup) prefix(a *cli.Args, attr uint16) (p cli.Prefix, err error) {
	if !a.More() {
		return p, cli.Incomplete()
	}
	if a.Is("help") {
		return p, cli.Usage(usage)
	}
	if err := parsePrefix(a, l.rtm.Family, &p); err != nil {
		return p, err
	}
	l.decide(p.Family)
	if len(p.Bytes()) > 0 {
		l.m.Attr(attr, p.Bytes())
	}
	return p, nil
}

func (l *lookup) parseFrom(a *cli.Args) error {
	p, err := l.prefix(a, unix.RTA_SRC)
	l.from = true
	l.rtm.Src_len = uint8(p.Bits)
	return err
}

// parseTo takes the destination, of which the length has to be that of an
// address; the real tool says so and goes on.
func (l *lookup) parseTo(a *cli.Args) error {
	skipTo(a)
	p, err := l.prefix(a, unix.RTA_DST)
	if err != nil {
		return err
	}
	l.dst = true
	l.rtm.Dst_len = uint8(p.Bits)
	bits := bitLen(l.rtm.Family)
	if (l.rtm.Family == unix.AF_INET || l.rtm.Family == unix.AF_INET6) && p.Bits != bits {
		l.env.Warnf("Warning: /%d as prefix is invalid, only /%d (or none) is supported.\n", p.Bits, bits)
		l.rtm.Dst_len = uint8(bits)
	}
	return nil
}

func (l *lookup) parseIif(a *cli.Args) error { return a.ValueTo(&l.iif) }
func (l *lookup) parseOif(a *cli.Args) error { return a.ValueTo(&l.oif) }

func (l *lookup) parseMark(a *cli.Args) (err error) {
	l.mark, err = a.U32("invalid mark value")
	return err
}

func (l *lookup) parseNotify(*cli.Args) error {
	l.rtm.Flags |= unix.RTM_F_NOTIFY
	return nil
}

func (l *lookup) parseConnected(*cli.Args) error {
	l.connected = true
	return nil
}

func (l *lookup) parseFibMatch(*cli.Args) error {
	l.fibMatch = true
	return nil
}

func (l *lookup) parseVRF(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if vrf.Index(l.env, s) == 0 {
		return cli.InvArg("Invalid VRF\n", s)
	}
	l.oif = &s
	return nil
}

func (l *lookup) parseUID(a *cli.Args) error {
	v, err := a.U32("invalid UID\n")
	if err == nil {
		l.m.U32(unix.RTA_UID, v)
	}
	return err
}

func (l *lookup) parseAs(a *cli.Args) error {
	skipTo(a)
	s, err := a.Value()
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, l.rtm.Family)
	if err != nil {
		return err
	}
	l.decide(p.Family)
	l.m.Attr(unix.RTA_NEWDST, p.Bytes())
	return nil
}

func (l *lookup) parseSport(a *cli.Args) error { return l.port(a, unix.RTA_SPORT, "invalid sport\n") }
func (l *lookup) parseDport(a *cli.Args) error { return l.port(a, unix.RTA_DPORT, "invalid dport\n") }

func (l *lookup) port(a *cli.Args, attr uint16, complaint string) error {
	v, err := a.U16(complaint)
	if err == nil {
		l.m.Be16(attr, v)
	}
	return err
}

func (l *lookup) parseIPProto(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	v, ok := l.env.Tables.ParseIPProto(s)
	if !ok {
		return cli.InvArg("Invalid \"ipproto\" value\n", s)
	}
	l.m.U8(unix.RTA_IP_PROTO, v)
	return nil
}

func (l *lookup) parseFlowLabel(a *cli.Args) error {
	v, err := a.U32("invalid flowlabel")
	if err == nil {
		l.m.Be32(uapi.RTA_FLOWLABEL, v)
	}
	return err
}
