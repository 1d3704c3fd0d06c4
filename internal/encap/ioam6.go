package encap

import (
	"encoding/binary"
	"fmt"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// encap ioam6 [ freq K/N ] [ mode MODE ] [ tunsrc ADDRESS ] [ tundst ADDRESS ]
//
//	trace prealloc type TYPE ns NAMESPACE size SIZE
//
// The words before "type" have a fixed order: the first row reads and prints all.
var ioam6 = field.Table{Name: "ioam6", Voice: &voice, Ends: true, Finish: finishIOAM6, Rows: []*field.Row{
	{Attr: uapi.IOAM6_IPTUNNEL_MODE, Type: &ioam6Type, Flags: field.Lead | field.Said},
	{Words: "=type", In: field.Slot, Attr: traceType, Type: &field.U32, Bad: "Invalid trace type", Flags: field.Once | field.Positive | field.Required},
	{Words: "=ns", In: field.Slot, Attr: traceNS, Type: &field.Be16, Bad: "Invalid namespace ID", Flags: field.Once | field.Required},
	{Words: "=size", In: field.Slot, Attr: traceSize, Type: &sizeOfTrace, Flags: field.Once | field.Required},
}}

// ioam6Ends are the ends of a tunnel.
var ioam6Ends = field.Table{Rows: []*field.Row{
	{Label: "tunsrc ", Key: "tunsrc", Attr: uapi.IOAM6_IPTUNNEL_SRC, Arg: unix.AF_INET6, Type: &tint},
	{Label: "tundst ", Key: "tundst", Attr: uapi.IOAM6_IPTUNNEL_DST, Arg: unix.AF_INET6, Type: &tint},
}}

// The slots of what the header of a trace is made from.
const (
	traceType = iota
	traceNS
	traceSize
)

var (
	ioam6Type   = field.Type{Parse: readIOAM6, Print: printIOAM6, Write: writeIOAM6}
	sizeOfTrace = field.Type{Size: 2, Scan: scanSize}
)

var ioam6Modes = word.Names{
	{uapi.IOAM6_IPTUNNEL_MODE_INLINE, "inline"},
	{uapi.IOAM6_IPTUNNEL_MODE_ENCAP, "encap"},
	{uapi.IOAM6_IPTUNNEL_MODE_AUTO, "auto"},
}

// An ioam6Head is what stands before the words of the trace.
type ioam6Head struct {
	k, n     uint32
	mode     uint8
	src, dst []byte
}

func readIOAM6(c *field.Call, _ *field.Row) error {
	t := &ioam6Head{k: 1, n: 1, mode: uapi.IOAM6_IPTUNNEL_MODE_INLINE}
	for _, parse := range []func(*ioam6Head, *cli.Args) error{
		(*ioam6Head).parseFreq, (*ioam6Head).parseMode, (*ioam6Head).parseEnds, (*ioam6Head).parseKind,
	} {
		if err := parse(t, c.Args); err != nil {
			return err
		}
	}
	c.Put(0, uapi.IOAM6_IPTUNNEL_FREQ_K, rtnl.NE.AppendUint32(nil, t.k))
	c.Put(0, uapi.IOAM6_IPTUNNEL_FREQ_N, rtnl.NE.AppendUint32(nil, t.n))
	c.Put(0, uapi.IOAM6_IPTUNNEL_MODE, []byte{t.mode})
	if t.src != nil {
		c.Put(0, uapi.IOAM6_IPTUNNEL_SRC, t.src)
	}
	if t.mode != uapi.IOAM6_IPTUNNEL_MODE_INLINE {
		c.Put(0, uapi.IOAM6_IPTUNNEL_DST, t.dst)
	}
	return nil
}

// finishIOAM6 makes struct ioam6_trace_hdr: namespace, lengths, type.
func finishIOAM6(c *field.Call) error {
	size := rtnl.U16(c.Get(field.Slot, traceSize))
	b := append(c.Get(field.Slot, traceNS), 0, byte(size/4))
	c.Put(0, uapi.IOAM6_IPTUNNEL_TRACE, binary.BigEndian.AppendUint32(b, rtnl.U32(c.Get(field.Slot, traceType))<<8))
	if !c.Args.More() {
		// The real tool loses count where this ends the line: it takes the
		// last word for the destination, too.
		c.Args.Back()
	}
	return nil
}

// next wants another word.
func next(a *cli.Args) error {
	if !a.More() {
		return cli.Incomplete()
	}
	return nil
}

// parseFreq takes k/n: k of n packets.
func (t *ioam6Head) parseFreq(a *cli.Args) error {
	if !a.Match("=freq") {
		return nil
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	if len(s) > 15 {
		return cli.InvArg("Invalid frequency (too long)", s)
	}
	left, right, _ := strings.Cut(s, "/")
	k, ok1 := word.Uint(left, 10, 32)
	n, ok2 := word.Uint(right, 10, 32)
	t.k, t.n = uint32(k), uint32(n)
	switch {
	case !ok1 || !ok2:
		return cli.InvArg("Invalid frequency (malformed)", s)
	case t.k < uapi.IOAM6_IPTUNNEL_FREQ_MIN || t.k > uapi.IOAM6_IPTUNNEL_FREQ_MAX:
		return cli.InvArg("Out of bound \"k\" frequency", s)
	case t.n < uapi.IOAM6_IPTUNNEL_FREQ_MIN || t.n > uapi.IOAM6_IPTUNNEL_FREQ_MAX:
		return cli.InvArg("Out of bound \"n\" frequency", s)
	case t.k > t.n:
		return cli.InvArg("Frequency with k > n is forbidden", s)
	}
	return next(a)
}

func (t *ioam6Head) parseMode(a *cli.Args) error {
	if !a.Match("=mode") {
		return nil
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	mode, ok := ioam6Modes.Find(s)
	if !ok {
		return cli.InvArg("Invalid mode", s)
	}
	t.mode = uint8(mode)
	return next(a)
}

// parseEnds takes the ends of the tunnel in the modes that have one.
func (t *ioam6Head) parseEnds(a *cli.Args) error {
	inline := t.mode == uapi.IOAM6_IPTUNNEL_MODE_INLINE
	for _, end := range []struct {
		word string
		to   *[]byte
	}{{"tunsrc", &t.src}, {"tundst", &t.dst}} {
		if !a.Is("=" + end.word) {
			if end.word == "tundst" && !inline {
				return cli.MissArg(end.word)
			}
			continue
		}
		if inline {
			return cli.InvArg("Inline mode does not need "+end.word, end.word)
		}
		a.Skip()
		s, err := a.Value()
		if err != nil {
			return err
		}
		p, err := cli.Addr(s, unix.AF_INET6)
		if err != nil {
			return err
		}
		if len(p.Bytes()) != 16 {
			return cli.InvArg("Invalid IPv6 address for "+end.word, s)
		}
		*end.to = p.Bytes()
		if err := next(a); err != nil {
			return err
		}
	}
	return nil
}

// parseKind takes the words that could be others one day.
func (t *ioam6Head) parseKind(a *cli.Args) error {
	if !a.Match("=trace") {
		return cli.MissArg("trace")
	}
	if err := next(a); err != nil {
		return err
	}
	if !a.Match("=prealloc") {
		return cli.MissArg("prealloc")
	}
	return nil
}

func scanSize(c *field.Call, _ *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 16)
	switch {
	case !ok || n == 0:
		return 0, cli.InvArg("Invalid trace size", s)
	case n%4 != 0:
		return 0, cli.InvArg("Trace size must be a 4-octet multiple", s)
	case n > uapi.IOAM6_TRACE_DATA_SIZE_MAX:
		return 0, cli.InvArg("Trace size is too big", s)
	}
	return n, nil
}

func printIOAM6(v *field.View, _ *field.Row, b []byte) {
	trace, k, n := v.Get(0, uapi.IOAM6_IPTUNNEL_TRACE), v.Get(0, uapi.IOAM6_IPTUNNEL_FREQ_K), v.Get(0, uapi.IOAM6_IPTUNNEL_FREQ_N)
	if trace == nil || k == nil || n == nil {
		return
	}
	p := v.Pen
	p.Uint("freqk", "freq ", uint64(rtnl.U32(k)), "")
	p.Uint("freqn", "/", uint64(rtnl.U32(n)), " ")
	mode := rtnl.U8(b)
	src, dst := v.Get(0, uapi.IOAM6_IPTUNNEL_SRC), v.Get(0, uapi.IOAM6_IPTUNNEL_DST)
	inline := mode == uapi.IOAM6_IPTUNNEL_MODE_INLINE
	if inline && src != nil || !inline && dst == nil {
		return
	}
	p.Str("mode", "mode ", ioam6Modes.Or(uint64(mode), "<unknown>"), " ")
	if !inline {
		ioam6Ends.Show(v)
	}
	printTrace(p, trace)
}

func writeIOAM6(v *field.View, _ *field.Row, line, b []byte) []byte {
	trace := v.Get(0, uapi.IOAM6_IPTUNNEL_TRACE)
	if len(trace) < 8 {
		return line
	}
	line = fmt.Appendf(line, " freq %d/%d mode %s", rtnl.U32(v.Get(0, uapi.IOAM6_IPTUNNEL_FREQ_K)), rtnl.U32(v.Get(0, uapi.IOAM6_IPTUNNEL_FREQ_N)),
		ioam6Modes.Or(uint64(rtnl.U8(b)), "<unknown>"))
	for _, end := range ioam6Ends.Rows {
		if b := v.Get(0, end.Attr); b != nil {
			line = writeAddr(v, end, field.AppendWord(line, end.JSON()), b)
		}
	}
	return fmt.Appendf(line, " trace prealloc type 0x%x ns %d size %d", binary.BigEndian.Uint32(trace[4:])>>8,
		binary.BigEndian.Uint16(trace), int(trace[3]&0x7f)*4)
}

func printTrace(p *show.Pen, v []byte) {
	if len(v) < 8 {
		return
	}
	p.Null("trace", "trace ")
	p.Null("prealloc", "prealloc ")
	typ := uint64(binary.BigEndian.Uint32(v[4:]) >> 8)
	if p.JSON() {
		p.Hex("type", "", typ, "")
	} else {
		p.Bytes("", "type ", show.AppendHex(nil, typ, 8), " ")
	}
	p.Uint("ns", "ns ", uint64(binary.BigEndian.Uint16(v)), " ")
	p.Uint("size", "size ", uint64(v[3]&0x7f)*4, " ")
}
