package routecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

// questions are the words of get; what is none of them is the destination.
var questions = field.Table{Voice: &voice, Size: unix.SizeofRtMsg, Rows: []*field.Row{
	{Words: "=tos|dsfield", In: field.Head, At: 3, Type: &field.DSField, Bad: "TOS value is invalid\n"},
	&askFrom,
	{Words: "iif", In: field.Slot, Attr: unix.RTA_IIF, Type: &field.LinkWord},
	{Words: "mark", In: field.Slot, Attr: unix.RTA_MARK, Type: &field.U32, Bad: "invalid mark value"},
	{Words: "oif|=dev", In: field.Slot, Attr: unix.RTA_OIF, Type: &field.LinkWord},
	{Words: "notify", In: field.Head, At: 8, Arg: unix.RTM_F_NOTIFY, Type: &field.Bit32},
	&connected,
	{Words: "vrf", In: field.Slot, Attr: unix.RTA_OIF, Type: &askVRF, Bad: "Invalid VRF\n"},
	{Words: "uid", Attr: unix.RTA_UID, Type: &field.U32, Bad: "invalid UID\n"},
	{Words: "fibmatch", In: field.Head, At: 8, Arg: unix.RTM_F_FIB_MATCH, Type: &field.Bit32},
	{Words: "=as", Attr: unix.RTA_NEWDST, Type: &address},
	{Words: "sport", Attr: unix.RTA_SPORT, Type: &field.Be16, Bad: "invalid sport\n"},
	{Words: "dport", Attr: unix.RTA_DPORT, Type: &field.Be16, Bad: "invalid dport\n"},
	{Words: "ipproto", Attr: unix.RTA_IP_PROTO, Type: &field.IPProto, Bad: "Invalid \"ipproto\" value\n"},
	{Words: "=flowlabel", Attr: uapi.RTA_FLOWLABEL, Type: &field.Be32, Bad: "invalid flowlabel"},
	&askTo,
}}

var (
	askFrom   = field.Row{Words: "from", Attr: unix.RTA_SRC, Type: &field.Type{Parse: parseAskFrom}}
	askTo     = field.Row{Attr: unix.RTA_DST, Type: &field.Type{Parse: parseAskTo}, Flags: field.Bare}
	connected = field.Row{Words: "connected", In: field.Slot, Attr: unix.RTA_SRC, Type: &field.Mark}
	askVRF    = field.Type{Read: parseAskVRF}
)

// get is the verb get.
func get(c *command.Call) error {
	e, a := c.Env, c.Args
	x := field.NewCall(e, a, &questions).Into(rtnl.New(unix.RTM_GETROUTE, 0))
	head(x).Family = e.Opt.Family
	if err := x.Read(); err != nil {
		return err
	}
	if !x.Given(&askTo) {
		return cli.Fail("need at least a destination address")
	}
	if err := finishQuestion(x); err != nil {
		return err
	}
	p := NewPrinter(e)
	p.filter.cloned = anyCloned
	if x.Given(&connected) && !x.Given(&askFrom) {
		return connect(e, x.Msg, p)
	}
	return ask(e, x.Msg, p, e.Pen.Begin)
}

// finishQuestion adds what comes last.
func finishQuestion(c *field.Call) error {
	for _, attr := range []uint16{unix.RTA_IIF, unix.RTA_OIF} {
		name, ok := c.Word(field.Slot, attr)
		if !ok {
			continue
		}
		index, err := c.Env.Index(name)
		if err != nil {
			return err
		}
		c.Msg.U32(attr, index)
	}
	if mark := c.Get(field.Slot, unix.RTA_MARK); rtnl.U32(mark) != 0 {
		c.Msg.Attr(unix.RTA_MARK, mark)
	}
	h := head(c)
	if h.Family == unix.AF_UNSPEC {
		h.Family = unix.AF_INET
	}
	if h.Family == unix.AF_INET {
		h.Flags |= unix.RTM_F_LOOKUP_TABLE
	}
	return nil
}

// ask sends the question and prints the answer, if there is one, after begin.
func ask(e *cli.Env, question *rtnl.Msg, p *Printer, begin func()) error {
	return e.Get(question, func(m rtnl.Message) error {
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
func connect(e *cli.Env, question *rtnl.Msg, p *Printer) error {
	err := ask(e, question, p, e.Pen.Begin)
	e.Pen.End()
	switch {
	case err != nil:
		return err
	case p.tb[unix.RTA_PREFSRC] == nil && p.tb[unix.RTA_SRC] == nil:
		return cli.Fail("Failed to connect the route")
	}
	return ask(e, question, p, func() {})
}

// askedPrefix takes an address, of which it notes that it was given.
func askedPrefix(c *field.Call, r *field.Row) (p cli.Prefix, err error) {
	if !c.Args.More() {
		return p, cli.Incomplete()
	}
	if c.Args.Is("help") {
		return p, cli.Help()
	}
	c.Note(r, "", "")
	if p, err = prefix(c); err == nil && len(p.Bytes()) > 0 {
		c.Put(0, r.Attr, p.Bytes())
	}
	return p, err
}

func parseAskFrom(c *field.Call, r *field.Row) error {
	p, err := askedPrefix(c, r)
	head(c).Src_len = uint8(p.Bits)
	return err
}

// parseAskTo takes the destination, of which the length has to be that of an
// address; the real tool says so and goes on.
func parseAskTo(c *field.Call, r *field.Row) error {
	skipTo(c.Args)
	p, err := askedPrefix(c, r)
	if err != nil {
		return err
	}
	h := head(c)
	h.Dst_len = uint8(p.Bits)
	bits := cli.FamilyBits(h.Family)
	if (h.Family == unix.AF_INET || h.Family == unix.AF_INET6) && p.Bits != bits {
		c.Env.Warnf("Warning: /%d as prefix is invalid, only /%d (or none) is supported.\n", p.Bits, bits)
		h.Dst_len = uint8(bits)
	}
	return nil
}

// parseAskVRF takes a VRF for the device that packets leave by.
func parseAskVRF(c *field.Call, r *field.Row, s string) error {
	if vrf.Index(c.Env, s) == 0 {
		return c.Wrong(r, s)
	}
	c.PutWord(r.In, r.Attr, s)
	return nil
}
