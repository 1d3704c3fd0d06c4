package encap

import (
	"encoding/binary"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// encap seg6 mode MODE [ tunsrc ADDRESS ] segs ADDRESS[,ADDRESS…]
//            [ hmac KEY ] [ lookup TABLE ]

var seg6Modes = []string{
	uapi.SEG6_IPTUN_MODE_INLINE:      "inline",
	uapi.SEG6_IPTUN_MODE_ENCAP:       "encap",
	uapi.SEG6_IPTUN_MODE_L2ENCAP:     "l2encap",
	uapi.SEG6_IPTUN_MODE_ENCAP_RED:   "encap.red",
	uapi.SEG6_IPTUN_MODE_L2ENCAP_RED: "l2encap.red",
}

// The segment routing header (RFC 8754): eight bytes, the segments from the
// last to the first, and perhaps a signature.
const (
	srhHead = 8
	sigLen  = 40
	sigBody = 38
)

// A seg6 is an encapsulation by segments under construction.
type seg6 struct {
	*encap
	mode  int32 // -1: none given
	segs  string
	hmac  uint32
	src   *cli.Prefix
	table *uint32
}

var seg6Words = []cli.Keyword[*seg6]{
	{Words: "=mode", Parse: (*seg6).parseMode},
	{Words: "=tunsrc", Parse: (*seg6).parseTunsrc},
	{Words: "=segs", Parse: (*seg6).parseSegs},
	{Words: "=hmac", Parse: func(s *seg6, a *cli.Args) error { return s.parseHMAC(a, &s.hmac) }},
	{Words: "=lookup", Parse: (*seg6).parseLookup},
}

func (x *encap) parseSeg6(a *cli.Args) error {
	s := &seg6{encap: x, mode: -1}
	if err := cli.ParseKnown(s, a, seg6Words); err != nil {
		return err
	}
	srh, err := buildSRH(s.segs, s.hmac, s.mode != uapi.SEG6_IPTUN_MODE_INLINE)
	if err != nil {
		return err
	}
	x.m.Attr(uapi.SEG6_IPTUNNEL_SRH, append(rtnl.NE.AppendUint32(nil, uint32(s.mode)), srh...))
	if s.src != nil {
		x.m.Attr(uapi.SEG6_IPTUNNEL_SRC, s.src.Bytes())
	}
	if s.table != nil {
		x.m.U32(seg6Table, *s.table)
	}
	return nil
}

// seg6Table is the attribute of lookup, which the headers of the kernel that
// uapi was made from do not have yet.
const seg6Table = 3

func (s *seg6) parseMode(a *cli.Args) error {
	word, err := s.value("mode", a)
	if err != nil {
		return err
	}
	for i, m := range seg6Modes {
		if m == word {
			s.mode = int32(i)
			return nil
		}
	}
	return cli.InvArg(invalid("mode"), word)
}

func (s *seg6) parseTunsrc(a *cli.Args) error {
	word, err := a.Value()
	switch {
	case err != nil:
		return err
	case s.mode < 0:
		return cli.InvArg("\"tunsrc\" provided before \"mode\"\n", word)
	case s.mode == uapi.SEG6_IPTUN_MODE_INLINE:
		return cli.InvArg("\"tunsrc\" invalid with inline mode\n", word)
	}
	if err := s.once("tunsrc", word); err != nil {
		return err
	}
	p, err := cli.Addr(word, unix.AF_INET6)
	if err == nil && len(p.Bytes()) != 16 {
		return cli.InvArg(invalid("tunsrc"), word)
	}
	s.src = &p
	return err
}

func (s *seg6) parseSegs(a *cli.Args) error {
	word, err := s.value("segs", a)
	if err == nil && s.mode < 0 {
		return cli.InvArg("\"segs\" provided before \"mode\"\n", word)
	}
	s.segs = word
	return err
}

// parseHMAC takes the id of a key; what is no number stands for none.
func (x *encap) parseHMAC(a *cli.Args, key *uint32) error {
	word, err := x.value("hmac", a)
	if v, ok := cli.ParseUint(word, 0, 32); ok {
		*key = uint32(v)
	}
	return err
}

func (s *seg6) parseLookup(a *cli.Args) error {
	v, err := s.name("lookup", a, s.env.Tables.RouteTables, invalid("lookup"))
	s.table = &v
	return err
}

// maxSegs keeps the header's length in its byte of eights.
const maxSegs = 120

// buildSRH makes a segment routing header. A packet that is not encapsulated
// has its own destination as the last segment, for which a place is left.
func buildSRH(segs string, hmac uint32, encap bool) ([]byte, error) {
	segs = segs[:min(len(segs), 1023)]
	n := strings.Count(segs, ",") + 1
	if !encap {
		n++
	}
	if n > maxSegs {
		return nil, cli.Fail("Error: too many segments")
	}
	size := srhHead + 16*n
	if hmac != 0 {
		size += sigLen
	}
	b := make([]byte, size)
	b[1], b[2], b[3], b[4] = byte(size>>3-1), uapi.IPV6_SRCRT_TYPE_4, byte(n-1), byte(n-1)
	if err := putSegs(b[srhHead:srhHead+16*n], segs); err != nil {
		return nil, err
	}
	if hmac != 0 {
		b[5] |= uapi.SR6_FLAG1_HMAC
		sig := b[size-sigLen:]
		sig[0], sig[1] = uapi.SR6_TLV_HMAC, sigBody
		binary.BigEndian.PutUint32(sig[4:], hmac)
	}
	return b, nil
}

// putSegs writes the addresses between commas from the end of b on.
func putSegs(b []byte, segs string) error {
	for word := range strings.SplitSeq(segs, ",") {
		if word == "" {
			continue
		}
		p, err := cli.Addr(word, unix.AF_INET6)
		if err != nil {
			return err
		}
		copy(b[len(b)-16:], p.Bytes())
		b = b[:len(b)-16]
	}
	return nil
}

func printSeg6(e *cli.Env, v []byte) {
	var tb [seg6Table + 1][]byte
	rtnl.Index(tb[:], v)
	tun := tb[uapi.SEG6_IPTUNNEL_SRH]
	if len(tun) < 4 {
		return
	}
	mode := "<unknown>"
	if m := rtnl.U32(tun); int(m) < len(seg6Modes) {
		mode = seg6Modes[m]
	}
	e.Pen.Str("mode", "mode ", mode, " ")
	if v := tb[uapi.SEG6_IPTUNNEL_SRC]; v != nil {
		printColorAddr6(e, "tunsrc", "tunsrc ", v)
	}
	printSRH(e, tun[4:])
	if v := tb[seg6Table]; v != nil {
		e.Pen.Str("lookup", "lookup ", e.Tables.RouteTables.Name(rtnl.U32(v)), " ")
	}
}

func printColorAddr6(e *cli.Env, key, pre string, v []byte) {
	var buf [64]byte
	e.Pen.ColorBytes(show.Inet6, key, pre, cli.AppendAddr(buf[:0], unix.AF_INET6, v), " ")
}

// printSRH writes the segments in the order in which packets pass them.
func printSRH(e *cli.Env, b []byte) {
	if len(b) < srhHead {
		return
	}
	printSegs(e, b[srhHead:], int(b[4])+1)
	at := (int(b[1])+1)<<3 - sigLen
	if b[5]&uapi.SR6_FLAG1_HMAC != 0 && at >= srhHead && at+sigLen <= len(b) {
		key := uint64(binary.BigEndian.Uint32(b[at+4:]))
		if e.Pen.JSON() {
			e.Pen.Hex0x("hmac", "", key, "")
		} else {
			e.Pen.Text("hmac ")
			e.Pen.Text(strings.ToUpper(strconv.FormatUint(key, 16)))
			e.Pen.Text(" ")
		}
	}
}

// printSegs writes n addresses from the last to the first.
func printSegs(e *cli.Env, b []byte, n int) {
	e.Pen.OpenArray("segs")
	if !e.Pen.JSON() {
		e.Pen.Uint("", "segs ", uint64(n), " [ ")
	}
	for i := n - 1; i >= 0; i-- {
		if 16*i+16 <= len(b) {
			printColorAddr6(e, "", "", b[16*i:16*i+16])
		}
	}
	e.Pen.CloseArray()
	e.Pen.Text("] ")
}
