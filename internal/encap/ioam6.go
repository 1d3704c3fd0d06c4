package encap

import (
	"encoding/binary"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// encap ioam6 [ freq K/N ] [ mode MODE ] [ tunsrc ADDRESS ] [ tundst ADDRESS ]
//             trace prealloc type TYPE ns NAMESPACE size SIZE
// The words before "type" have a fixed order.

var ioam6Modes = []string{
	uapi.IOAM6_IPTUNNEL_MODE_INLINE: "inline",
	uapi.IOAM6_IPTUNNEL_MODE_ENCAP:  "encap",
	uapi.IOAM6_IPTUNNEL_MODE_AUTO:   "auto",
}

// An ioam6 is such an encapsulation under construction.
type ioam6 struct {
	*encap
	k, n      uint32
	mode      uint8
	src, dst  []byte
	traceType uint32
	ns, size  uint16
}

func (x *encap) parseIOAM6(a *cli.Args) error {
	t := &ioam6{encap: x, k: 1, n: 1, mode: uapi.IOAM6_IPTUNNEL_MODE_INLINE}
	for _, parse := range []func(*ioam6, *cli.Args) error{
		(*ioam6).parseFreq, (*ioam6).parseMode, (*ioam6).parseEnds, (*ioam6).parseKind, (*ioam6).parseTrace,
	} {
		if err := parse(t, a); err != nil {
			return err
		}
	}
	x.m.U32(uapi.IOAM6_IPTUNNEL_FREQ_K, t.k)
	x.m.U32(uapi.IOAM6_IPTUNNEL_FREQ_N, t.n)
	x.m.U8(uapi.IOAM6_IPTUNNEL_MODE, t.mode)
	if t.src != nil {
		x.m.Attr(uapi.IOAM6_IPTUNNEL_SRC, t.src)
	}
	if t.mode != uapi.IOAM6_IPTUNNEL_MODE_INLINE {
		x.m.Attr(uapi.IOAM6_IPTUNNEL_DST, t.dst)
	}
	x.m.Attr(uapi.IOAM6_IPTUNNEL_TRACE, t.header())
	return nil
}

// header is struct ioam6_trace_hdr: namespace, lengths, type.
func (t *ioam6) header() []byte {
	b := binary.BigEndian.AppendUint16(nil, t.ns)
	b = append(b, 0, byte(t.size/4))
	return binary.BigEndian.AppendUint32(b, t.traceType<<8)
}

// next wants another word.
func next(a *cli.Args) error {
	if !a.More() {
		return cli.Incomplete()
	}
	return nil
}

// parseFreq takes k/n: k of n packets.
func (t *ioam6) parseFreq(a *cli.Args) error {
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
	word := func(w string) (uint32, bool) {
		v, ok := cli.ParseUint(w, 10, 32)
		return uint32(v), ok
	}
	left, right, _ := strings.Cut(s, "/")
	var ok1, ok2 bool
	t.k, ok1 = word(left)
	t.n, ok2 = word(right)
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

func (t *ioam6) parseMode(a *cli.Args) error {
	if !a.Match("=mode") {
		return nil
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	for i, m := range ioam6Modes {
		if m == s && m != "" {
			t.mode = uint8(i)
			return next(a)
		}
	}
	return cli.InvArg("Invalid mode", s)
}

// parseEnds takes the ends of the tunnel in the modes that have one.
func (t *ioam6) parseEnds(a *cli.Args) error {
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
func (t *ioam6) parseKind(a *cli.Args) error {
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

func (t *ioam6) parseTrace(a *cli.Args) error {
	err := cli.ParseKnown(t, a, []cli.Keyword[*ioam6]{
		{Words: "=type", Parse: (*ioam6).parseType},
		{Words: "=ns", Parse: (*ioam6).parseNS},
		{Words: "=size", Parse: (*ioam6).parseSize},
	})
	switch {
	case err != nil:
		return err
	case t.traceType == 0:
		return cli.MissArg("type")
	case !t.has("ns"):
		return cli.MissArg("ns")
	case t.size == 0:
		return cli.MissArg("size")
	}
	if !a.More() {
		// The real tool loses count where this ends the line: it takes the
		// last word for the destination, too.
		a.Back()
	}
	return nil
}

func (t *ioam6) parseType(a *cli.Args) error {
	v, err := t.uint("type", a, 32, "Invalid trace type")
	if err == nil && v == 0 {
		return cli.InvArg("Invalid trace type", last(a))
	}
	t.traceType = uint32(v)
	return err
}

// last is the word that was just read.
func last(a *cli.Args) string {
	a.Back()
	defer a.Skip()
	return a.Word()
}

func (t *ioam6) parseNS(a *cli.Args) error {
	v, err := t.uint("ns", a, 16, "Invalid namespace ID")
	t.ns = uint16(v)
	return err
}

func (t *ioam6) parseSize(a *cli.Args) error {
	v, err := t.uint("size", a, 16, "Invalid trace size")
	switch {
	case err != nil:
		return err
	case v == 0:
		return cli.InvArg("Invalid trace size", last(a))
	case v%4 != 0:
		return cli.InvArg("Trace size must be a 4-octet multiple", last(a))
	case v > uapi.IOAM6_TRACE_DATA_SIZE_MAX:
		return cli.InvArg("Trace size is too big", last(a))
	}
	t.size = uint16(v)
	return nil
}

func printIOAM6(e *cli.Env, v []byte) {
	var tb [uapi.IOAM6_IPTUNNEL_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	for _, t := range [...]uint16{
		uapi.IOAM6_IPTUNNEL_MODE, uapi.IOAM6_IPTUNNEL_TRACE, uapi.IOAM6_IPTUNNEL_FREQ_K, uapi.IOAM6_IPTUNNEL_FREQ_N,
	} {
		if tb[t] == nil {
			return
		}
	}
	p := e.Pen
	p.Uint("freqk", "freq ", uint64(rtnl.U32(tb[uapi.IOAM6_IPTUNNEL_FREQ_K])), "")
	p.Uint("freqn", "/", uint64(rtnl.U32(tb[uapi.IOAM6_IPTUNNEL_FREQ_N])), " ")
	mode := rtnl.U8(tb[uapi.IOAM6_IPTUNNEL_MODE])
	src, dst := tb[uapi.IOAM6_IPTUNNEL_SRC], tb[uapi.IOAM6_IPTUNNEL_DST]
	inline := mode == uapi.IOAM6_IPTUNNEL_MODE_INLINE
	if inline && src != nil || !inline && dst == nil {
		return
	}
	name := "<unknown>"
	if mode > 0 && int(mode) < len(ioam6Modes) {
		name = ioam6Modes[mode]
	}
	p.Str("mode", "mode ", name, " ")
	if !inline {
		if src != nil {
			printColorAddr6(e, "tunsrc", "tunsrc ", src)
		}
		printColorAddr6(e, "tundst", "tundst ", dst)
	}
	printTrace(e, tb[uapi.IOAM6_IPTUNNEL_TRACE])
}

func printTrace(e *cli.Env, v []byte) {
	if len(v) < 8 {
		return
	}
	p := e.Pen
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
