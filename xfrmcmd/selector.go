package xfrmcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/word"
	"gip/xfrmcmd/wire"

	"golang.org/x/sys/unix"
)

// A selection is a selector, and which of its parts were given.
type selection struct {
	wire.Selector
	hasDev, hasProto, hasSport, hasDport bool
}

// read reads a selector up to a word that is none of its own: addresses and a device
// in any order, what is above IP in one piece.
func (s *selection) read(c *field.Call) error {
	var e ends
	upper := false
	for {
		took, err := e.end(c)
		if err == nil && !took {
			took, err = s.word(c, &upper)
		}
		if err != nil {
			return err
		}
		if !took {
			break
		}
	}
	if f := e.family(); f != 0 {
		s.Family = f
	}
	if e.src.Family != 0 {
		s.Src.Set(&e.src)
		s.PrefixSrc = uint8(e.src.Bits)
	}
	if e.dst.Family != 0 {
		s.Dst.Set(&e.dst)
		s.PrefixDst = uint8(e.dst.Bits)
	}
	return e.sameFamily(c)
}

func (s *selection) word(c *field.Call, upper *bool) (took bool, err error) {
	switch {
	case c.Args.Match("=dev"):
		s.hasDev = true
		s.Ifindex, err = device(c)
		return true, err
	case !*upper && isUpper(c.Args.Word()):
		*upper = true
		return true, s.upper(c)
	}
	return false, nil
}

func device(c *field.Call) (index int32, err error) {
	name, err := c.Args.Value()
	if err != nil || name == "none" {
		return 0, err
	}
	if index = int32(c.Env.Links.Index(name)); index <= 0 {
		return index, cli.InvArg("DEV value is invalid", name)
	}
	return index, nil
}

// upperWords say of a selector what is above IP: Attr is what they are about, Arg the
// size of a number.
var upperWords = field.Table{Rows: []*field.Row{
	{Words: "=proto", Type: &ipProto, Bad: "PROTO value is invalid"},
	{Words: "=sport", Attr: ofPorts, In: source, Arg: 16, Type: &port},
	{Words: "=dport", Attr: ofPorts, Arg: 16, Type: &port},
	{Words: "=type", Attr: ofICMP, In: source, Arg: 8, Type: &port},
	{Words: "=code", Attr: ofICMP, Arg: 8, Type: &port},
	{Words: "=key", Attr: ofGRE, Type: &greKey},
}}

const (
	ofPorts = 1 << iota
	ofICMP
	ofGRE

	// source is the In of what has the place of a source port.
	source = 1
)

var (
	ipProto = field.Type{Parse: parseIPProto}
	// port is a port, or a type or code of ICMP. Port 0 is any port, but type 0 is a
	// type.
	port   = field.Type{Parse: parsePort}
	greKey = field.Type{Parse: parseGREKey}
)

func isUpper(s string) bool {
	r, _ := upperWords.Find(s)
	return r != nil
}

func (s *selection) upper(c *field.Call) error {
	about := uint16(0)
	for r, _ := upperWords.Find(c.Args.Word()); r != nil; r, _ = upperWords.Find(c.Args.Word()) {
		c.Args.Skip()
		about |= r.Attr
		if err := c.Row(r); err != nil {
			return err
		}
	}
	return s.checkUpper(c, about)
}

func parseIPProto(c *field.Call, r *field.Row) error {
	w, err := c.Args.Value()
	if err != nil {
		return err
	}
	s := &of(c).sel
	s.hasProto = true
	if w == "any" {
		s.Proto = 0
		return nil
	}
	if n, ok := c.Env.Tables.NamedIPProto(w); ok {
		s.Proto = n
		return nil
	}
	n, ok := word.Uint(w, 0, 8)
	if !ok {
		return c.Wrong(r, w)
	}
	s.Proto = uint8(n)
	return nil
}

func parsePort(c *field.Call, r *field.Row) error {
	w, err := c.Args.Value()
	if err != nil {
		return err
	}
	n, ok := word.Uint(w, 0, int(r.Arg))
	if !ok {
		return c.Wrong(r, w)
	}
	s := &of(c).sel
	v, mask, has := &s.Dport, &s.DportMask, &s.hasDport
	if r.In == source {
		v, mask, has = &s.Sport, &s.SportMask, &s.hasSport
	}
	*v, *has = wire.ToBe16(uint16(n)), true
	if n != 0 || r.Attr == ofICMP {
		*mask = wire.Be16{0xff, 0xff}
	}
	return nil
}

// parseGREKey reads a number, or four of them with dots.
func parseGREKey(c *field.Call, _ *field.Row) error {
	w, err := c.Args.Value()
	if err != nil {
		return err
	}
	var key wire.Be32
	if strings.Contains(w, ".") {
		key, err = cli.Addr32(w)
		if err != nil {
			return err
		}
	} else {
		n, ok := word.Uint(w, 0, 32)
		if !ok {
			return cli.Exit(cli.StatusUsage, `value after "key" is invalid`)
		}
		key = wire.ToBe32(uint32(n))
	}
	s := &of(c).sel
	s.Sport, s.Dport = wire.Be16(key[:2]), wire.Be16(key[2:])
	s.SportMask, s.DportMask = wire.Be16{0xff, 0xff}, wire.Be16{0xff, 0xff}
	s.hasDport = true
	return nil
}

// mobilityHeader is the protocol of Mobile IPv6's own messages.
const mobilityHeader = 135

// checkUpper refuses words that the protocol has no use for.
func (s *selection) checkUpper(c *field.Call, about uint16) error {
	allowed := uint16(0)
	switch s.Proto {
	case unix.IPPROTO_TCP, unix.IPPROTO_UDP, unix.IPPROTO_SCTP, unix.IPPROTO_DCCP, unix.IPPROTO_IP:
		allowed = ofPorts
	case unix.IPPROTO_ICMP, unix.IPPROTO_ICMPV6, mobilityHeader:
		allowed = ofICMP
	case unix.IPPROTO_GRE:
		allowed = ofGRE
	}
	what := ""
	switch bad := about &^ allowed; {
	case bad&ofPorts != 0:
		what = `"sport" and "dport" are`
	case bad&ofICMP != 0:
		what = `"type" and "code" are`
	case bad&ofGRE != 0:
		what = `"key" is`
	default:
		return nil
	}
	return cli.Exit(cli.StatusError, `%s invalid with PROTO value "%s"`, what, protoName(c.Env, s.Proto))
}
