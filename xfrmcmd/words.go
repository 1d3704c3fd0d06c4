package xfrmcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/xfrmcmd/wire"

	"golang.org/x/sys/unix"
)

// A request is what the readers of a command keep besides the draft, of which the
// head is the kernel's struct for a state or policy.
type request struct {
	// family is what addresses have to be of: that of the options, else that
	// of the addresses before.
	family   uint8
	algos    uint8 // kinds of algorithms
	ident    ident
	hasIdent bool
	sel      selection
	hasSel   bool
	again    func(word string) error // the error of a word that would be a second selector
}

// newCall begins to read the words of a command.
func newCall(e *cli.Env, a *cli.Args, t *field.Table) (*field.Call, *request) {
	c, q := field.NewCall(e, a, t), &request{family: e.Opt.Family, again: unknownWord}
	c.For = q
	return c, q
}

func of(c *field.Call) *request { return c.For.(*request) }

var voice = field.Voice{Bad: `value after "{word}" is invalid`, Wrong: cli.InvArg, Early: true,
	Twice: cli.DupArg, Unknown: func(c *field.Call) error { return unknownWord(c.Typed) },
	Missing: func(word string) error {
		return cli.Exit(cli.StatusError, "Not enough information: %s is required.", strings.ToUpper(word))
	}}

func unknownWord(s string) error { return cli.InvArg("unknown", s) }

// Formats of states and policies.
var (
	// choice is one of Names in full, shorten one that may be shortened.
	choice  = field.Type{Size: 1}
	shorten = field.Type{Size: 1, Scan: scanShort}
	// bits8 is names of bits as long as there are any, or one number in hexadecimal
	// that takes the place of all. Another word is the next keyword.
	bits8     = field.Type{Size: 1, Parse: parseBits}
	bits32    = field.Type{Size: 4, Parse: parseBits}
	limit     = field.Type{Read: parseLimit}
	context   = field.Type{Read: parseContext}
	markType  = field.Type{Parse: parseMark}
	transform = field.Type{Size: 1}
)

// Rows that several verbs share.
var (
	markRow    = field.Row{Words: "=mark", Attr: uapi.XFRMA_MARK, Type: &markType}
	contextRow = field.Row{Words: "=ctx", Attr: uapi.XFRMA_SEC_CTX, Type: &context, Flags: field.Once}
	protoRow   = field.Row{Words: "=proto", In: field.Head, Names: &transforms, Type: &transform, Bad: "XFRM-PROTO value is invalid", Flags: field.Once}
)

func scanShort(c *field.Call, r *field.Row, s string) (uint64, error) {
	for _, n := range *r.Names {
		if word.Match(n.Word, s) {
			return n.Val, nil
		}
	}
	return 0, c.Wrong(r, s)
}

func parseBits(c *field.Call, r *field.Row) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	if err := c.Note(r, r.Word(), r.Word()); err != nil {
		return err
	}
	if s := c.Args.Word(); len(s) > 2 && s[:2] == "0x" {
		n, ok := word.Uint(s, 16, 8*int(r.Type.Size))
		if !ok {
			return c.Wrong(r, s)
		}
		c.Args.Skip()
		c.Set(r, n)
		return nil
	}
	for bits, ok := c.Number(r), true; ok; c.Args.Skip() {
		c.Set(r, bits)
		bit := uint64(0)
		if bit, ok = r.Names.Find(c.Args.Word()); !ok {
			break
		}
		bits |= bit
	}
	return nil
}

// limitNames in the order of the kernel's struct.
var limitNames = word.Names{
	{0, "byte-soft"}, {1, "byte-hard"}, {2, "packet-soft"}, {3, "packet-hard"},
	{4, "time-soft"}, {5, "time-hard"}, {6, "time-use-soft"}, {7, "time-use-hard"},
}

// unlimited are the limits of a state or policy for which none is given.
var unlimited = wire.Limits{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}

func parseLimit(c *field.Call, r *field.Row, s string) error {
	i, ok := limitNames.Find(s)
	if !ok {
		return cli.InvArg("LIMIT value is invalid", s)
	}
	n, err := c.Args.Uint(64, `value after "`+s+`" is invalid`)
	rtnl.NE.PutUint64(c.Get(field.Head, 0)[uint64(r.At)+8*i:], n)
	return err
}

// parseContext reads a security context.
func parseContext(c *field.Call, r *field.Row, text string) error {
	n := uint16(len(text) + 1)
	b := rtnl.NE.AppendUint16(nil, wire.ContextSize+n)
	b = rtnl.NE.AppendUint16(b, r.Attr)
	b = append(b, wire.ContextAlg, wire.ContextDOI)
	b = rtnl.NE.AppendUint16(b, n)
	c.PutString(0, r.Attr, string(b)+text)
	return nil
}

// parseMark reads the value of a mark, and its mask if one follows.
func parseMark(c *field.Call, r *field.Row) error {
	value, err := c.Args.U32("MARK value is invalid\n")
	if err != nil {
		return err
	}
	mask := ^uint32(0)
	if c.Args.Match("=mask") {
		mask, err = c.Args.U32("MASK value is invalid\n")
	}
	c.Put(0, r.Attr, rtnl.AppendUint32s(nil, value, mask))
	return err
}

// keepMark drops a mark that has no bits: none in its mask, or with both none in
// value and mask.
func keepMark(c *field.Call, both bool) {
	b := c.Get(0, uapi.XFRMA_MARK)
	if b == nil {
		return
	}
	bits := rtnl.U32(b[4:])
	if both {
		bits &= rtnl.U32(b)
	}
	if bits == 0 {
		c.Drop(0, uapi.XFRMA_MARK)
	}
}

// learn takes the family of an address for that of the next ones, if none was
// asked for.
func (q *request) learn(family uint16) {
	if q.family == unix.AF_UNSPEC {
		q.family = uint8(family)
	}
}

// prefix reads the address behind the keyword key.
func prefix(c *field.Call, key string) (p cli.Prefix, err error) {
	s, err := c.Args.Value()
	if err != nil {
		return p, err
	}
	p, err = cli.ParsePrefix(s, of(c).family)
	if err == nil && p.Family == unix.AF_UNSPEC {
		err = cli.InvArg(`value after "`+key+`" has an unrecognized address family`, s)
	}
	return p, err
}

// The ends of a state or selector: what stands behind src and dst.
type ends struct{ src, dst cli.Prefix }

// end reads one of the ends, if the next word is for that.
func (e *ends) end(c *field.Call) (took bool, err error) {
	p, key := &e.src, c.Args.Word()
	switch key {
	case "src":
	case "dst":
		p = &e.dst
	default:
		return false, nil
	}
	c.Args.Skip()
	*p, err = prefix(c, key)
	return true, err
}

// family is that of the ends: 0 if there are none.
func (e *ends) family() uint16 { return uint16(max(e.src.Family, e.dst.Family)) }

// sameFamily checks that of both ends, of which the last value was just read.
func (e *ends) sameFamily(c *field.Call) error {
	if e.src.Family != 0 && e.dst.Family != 0 && e.src.Family != e.dst.Family {
		c.Args.Back()
		return cli.InvArg(`the same address family is required between values after "src" and "dst"`, c.Args.Word())
	}
	return nil
}

// An ident is what the words for an ID say of a state.
type ident struct {
	id               wire.ID
	src              wire.Address
	family           uint16 // 0 if there is no address
	srcBits, dstBits uint8
	hasProto, hasSPI bool
}

// read reads an ID up to a word that is none of its own. It has to have a
// protocol, if it is not that of a filter: then loose is true.
func (i *ident) read(c *field.Call, loose bool) error {
	var e ends
	for {
		took, err := e.end(c)
		if err == nil && !took {
			took, err = i.word(c)
		}
		if err != nil {
			return err
		}
		if !took {
			break
		}
	}
	i.src.Set(&e.src)
	i.id.Dst.Set(&e.dst)
	i.srcBits, i.dstBits = uint8(e.src.Bits), uint8(e.dst.Bits)
	if f := e.family(); f != 0 {
		i.family = f
	}
	if err := e.sameFamily(c); err != nil {
		return err
	}
	return i.check(loose)
}

func (i *ident) word(c *field.Call) (took bool, err error) {
	switch {
	case c.Args.Match("=proto"):
		i.hasProto = true
		i.id.Proto, err = transformValue(c)
		return true, err
	case c.Args.Match("=spi"):
		i.hasSPI = true
		spi, err := c.Args.U32("SPI value is invalid")
		i.id.SPI = wire.ToBe32(spi)
		return true, err
	}
	return false, nil
}

// transformValue reads the protocol of a state.
func transformValue(c *field.Call) (uint8, error) {
	s, err := c.Args.Value()
	if err != nil {
		return 0, err
	}
	n, ok := transforms.Find(s)
	if !ok {
		return 0, c.Wrong(&protoRow, s)
	}
	return uint8(n), nil
}

func (i *ident) check(loose bool) error {
	switch proto, spi := i.id.Proto, i.id.SPI.Host(); {
	case proto == 0 && !loose:
		return cli.MissArg("XFRM-PROTO")
	case spi != 0 && isMobility(proto):
		return withProto(`"spi" is invalid`, proto)
	case spi >= 0x10000 && proto == unix.IPPROTO_COMP:
		return withProto("SPI value is too large", proto)
	}
	return nil
}

// withProto is the complaint about what does not go with a protocol.
func withProto(what string, proto uint8) error {
	return cli.Exit(cli.StatusError, `%s with XFRM-PROTO value "%s"`, what, nameOf(transforms, uint64(proto)))
}
