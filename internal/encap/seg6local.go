package encap

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// encap seg6local action ACTION [ OPTIONS ]: what to do with a packet that
// has arrived at a segment.

var seg6Actions = [uapi.SEG6_LOCAL_ACTION_MAX + 1]string{
	uapi.SEG6_LOCAL_ACTION_UNSPEC:       "<unknown>",
	uapi.SEG6_LOCAL_ACTION_END:          "End",
	uapi.SEG6_LOCAL_ACTION_END_X:        "End.X",
	uapi.SEG6_LOCAL_ACTION_END_T:        "End.T",
	uapi.SEG6_LOCAL_ACTION_END_DX2:      "End.DX2",
	uapi.SEG6_LOCAL_ACTION_END_DX6:      "End.DX6",
	uapi.SEG6_LOCAL_ACTION_END_DX4:      "End.DX4",
	uapi.SEG6_LOCAL_ACTION_END_DT6:      "End.DT6",
	uapi.SEG6_LOCAL_ACTION_END_DT4:      "End.DT4",
	uapi.SEG6_LOCAL_ACTION_END_B6:       "End.B6",
	uapi.SEG6_LOCAL_ACTION_END_B6_ENCAP: "End.B6.Encaps",
	uapi.SEG6_LOCAL_ACTION_END_BM:       "End.BM",
	uapi.SEG6_LOCAL_ACTION_END_S:        "End.S",
	uapi.SEG6_LOCAL_ACTION_END_AS:       "End.AS",
	uapi.SEG6_LOCAL_ACTION_END_AM:       "End.AM",
	uapi.SEG6_LOCAL_ACTION_END_BPF:      "End.BPF",
	uapi.SEG6_LOCAL_ACTION_END_DT46:     "End.DT46",
}

var seg6Flavors = [uapi.SEG6_LOCAL_FLV_OP_MAX + 1]string{
	uapi.SEG6_LOCAL_FLV_OP_PSP:       "psp",
	uapi.SEG6_LOCAL_FLV_OP_USP:       "usp",
	uapi.SEG6_LOCAL_FLV_OP_USD:       "usd",
	uapi.SEG6_LOCAL_FLV_OP_NEXT_CSID: "next-csid",
}

// A segment is a seg6local under construction.
type segment struct {
	*encap
	action uint32
	segs   string
	hmac   uint32
}

func segmentWords() []cli.Keyword[*segment] {
	of := func(w encapWord) cli.Keyword[*segment] {
		return cli.Keyword[*segment]{Words: w.Words, Parse: func(s *segment, a *cli.Args) error { return w.Parse(s.encap, a) }}
	}
	return []cli.Keyword[*segment]{
		{Words: "=action", Parse: (*segment).parseAction},
		of(tableWord("table", uapi.SEG6_LOCAL_TABLE, "invalid table id\n")),
		of(tableWord("vrftable", uapi.SEG6_LOCAL_VRFTABLE, "invalid vrf table id\n")),
		of(addrWord("nh4", uapi.SEG6_LOCAL_NH4, unix.AF_INET)),
		of(addrWord("nh6", uapi.SEG6_LOCAL_NH6, unix.AF_INET6)),
		of(devWord("iif", uapi.SEG6_LOCAL_IIF)),
		of(devWord("oif", uapi.SEG6_LOCAL_OIF)),
		{Words: "=count", Parse: (*segment).parseCount},
		{Words: "=flavors", Parse: (*segment).parseFlavors},
		{Words: "=srh", Parse: (*segment).parseSRH},
		{Words: "=endpoint", Parse: (*segment).parseEndpoint},
	}
}

func (x *encap) parseSeg6Local(a *cli.Args) error {
	s := &segment{encap: x}
	if err := cli.ParseKnown(s, a, segmentWords()); err != nil {
		return err
	}
	if s.action == 0 {
		return cli.Exit(cli.StatusUsage, "Missing action type")
	}
	if !s.has("srh") {
		return nil
	}
	srh, err := buildSRH(s.segs, s.hmac, s.action == uapi.SEG6_LOCAL_ACTION_END_B6_ENCAP)
	if err == nil {
		x.m.Attr(uapi.SEG6_LOCAL_SRH, srh)
	}
	return err
}

func (s *segment) parseAction(a *cli.Args) error {
	word, err := s.value("action", a)
	if err != nil {
		return err
	}
	for i := 1; i < len(seg6Actions); i++ {
		if seg6Actions[i] == word {
			s.action = uint32(i)
			s.m.U32(uapi.SEG6_LOCAL_ACTION, s.action)
			return nil
		}
	}
	return cli.InvArg(invalid("action"), word)
}

// parseCount turns the counters on, which start at zero.
func (s *segment) parseCount(*cli.Args) error {
	if err := s.once("count", "count"); err != nil {
		return err
	}
	nest := s.m.Nest(uapi.SEG6_LOCAL_COUNTERS | unix.NLA_F_NESTED)
	for _, attr := range []uint16{uapi.SEG6_LOCAL_CNT_PACKETS, uapi.SEG6_LOCAL_CNT_BYTES, uapi.SEG6_LOCAL_CNT_ERRORS} {
		s.m.U64(attr, 0)
	}
	s.m.End(nest)
	return nil
}

// parseFlavors takes names between commas; next-csid may have two lengths.
func (s *segment) parseFlavors(a *cli.Args) error {
	word, err := s.value("flavors", a)
	if err != nil {
		return err
	}
	nest := s.m.Nest(uapi.SEG6_LOCAL_FLAVORS | unix.NLA_F_NESTED)
	mask, ok := flavorMask(word)
	if !ok {
		return cli.InvArg("invalid \"flavors\" attribute\n", word)
	}
	s.m.U32(uapi.SEG6_LOCAL_FLV_OPERATION, mask)
	if mask&(1<<uapi.SEG6_LOCAL_FLV_OP_NEXT_CSID) != 0 {
		if err := s.flavorLen(a, "lblen", uapi.SEG6_LOCAL_FLV_LCBLOCK_BITS, "locator-block length"); err != nil {
			return err
		}
		if err := s.flavorLen(a, "nflen", uapi.SEG6_LOCAL_FLV_LCNODE_FN_BITS, "locator-node function length"); err != nil {
			return err
		}
	}
	s.m.End(nest)
	return nil
}

func (s *segment) flavorLen(a *cli.Args, word string, attr uint16, what string) error {
	if !a.Match("=" + word) {
		return nil
	}
	v, err := a.U8(invalid(what))
	if err == nil {
		s.m.U8(attr, v)
	}
	return err
}

// flavorMask reads names in any case, none of them twice.
func flavorMask(s string) (mask uint32, ok bool) {
	if s == "" {
		return 0, false
	}
	for word := range strings.SplitSeq(s, ",") {
		if word == "" {
			continue
		}
		bit := uint32(0)
		for i := 1; i < len(seg6Flavors); i++ {
			if strings.EqualFold(seg6Flavors[i], word) {
				bit = 1 << i
			}
		}
		if bit == 0 || mask&bit != 0 {
			return 0, false
		}
		mask |= bit
	}
	return mask, true
}

// parseSRH takes segs ADDRESSES [ hmac KEY ]. The real tool loses count where
// the addresses end the line: it takes them for the destination, too.
func (s *segment) parseSRH(a *cli.Args) error {
	word, err := s.value("srh", a)
	switch {
	case err != nil:
		return err
	case word != "segs":
		return cli.InvArg("missing \"segs\" attribute for srh\n", word)
	}
	if s.segs, err = s.value("segs", a); err != nil {
		return err
	}
	if !a.More() {
		a.Back()
		return nil
	}
	if !a.Match("=hmac") {
		return nil
	}
	return s.parseHMAC(a, &s.hmac)
}

func (s *segment) parseEndpoint(a *cli.Args) error {
	if !a.More() {
		return cli.Incomplete()
	}
	if err := s.once("endpoint", a.Word()); err != nil {
		return err
	}
	return s.parseProgram(a, uapi.SEG6_LOCAL_BPF, unix.BPF_PROG_TYPE_LWT_SEG6LOCAL)
}

func printSeg6Local(e *cli.Env, v []byte) {
	var tb [uapi.SEG6_LOCAL_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	if tb[uapi.SEG6_LOCAL_ACTION] == nil {
		return
	}
	p := e.Pen
	p.Str("action", "action ", actionName(rtnl.U32(tb[uapi.SEG6_LOCAL_ACTION])), " ")
	if v := tb[uapi.SEG6_LOCAL_SRH]; v != nil {
		p.OpenObject("srh")
		printSRH(e, v)
		p.CloseObject()
	}
	if v := tb[uapi.SEG6_LOCAL_TABLE]; v != nil {
		p.Str("table", "table ", e.Tables.RouteTables.Name(rtnl.U32(v)), " ")
	}
	if v := tb[uapi.SEG6_LOCAL_VRFTABLE]; v != nil {
		p.Str("vrftable", "vrftable ", e.Tables.RouteTables.Name(rtnl.U32(v)), " ")
	}
	if v := tb[uapi.SEG6_LOCAL_NH4]; v != nil {
		printAddr(e, "nh4", "nh4 ", unix.AF_INET, v)
	}
	if v := tb[uapi.SEG6_LOCAL_NH6]; v != nil {
		printAddr(e, "nh6", "nh6 ", unix.AF_INET6, v)
	}
	if v := tb[uapi.SEG6_LOCAL_IIF]; v != nil {
		p.Str("iif", "iif ", e.Links.Name(rtnl.U32(v)), " ")
	}
	if v := tb[uapi.SEG6_LOCAL_OIF]; v != nil {
		p.Str("oif", "oif ", e.Links.Name(rtnl.U32(v)), " ")
	}
	if v := tb[uapi.SEG6_LOCAL_BPF]; v != nil {
		printProgram(e, "endpoint", v)
	}
	if v := tb[uapi.SEG6_LOCAL_COUNTERS]; v != nil && e.Opt.Stats > 0 {
		printCounters(e, v)
	}
	if v := tb[uapi.SEG6_LOCAL_FLAVORS]; v != nil {
		printFlavors(e, v)
	}
}

func actionName(id uint32) string {
	if id >= uint32(len(seg6Actions)) {
		return "<invalid>"
	}
	return seg6Actions[id]
}

func printCounters(e *cli.Env, v []byte) {
	var tb [uapi.SEG6_LOCAL_CNT_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	e.Pen.OpenObject("stats64")
	for _, c := range [...]struct {
		key  string
		attr uint16
	}{
		{"packets", uapi.SEG6_LOCAL_CNT_PACKETS}, {"bytes", uapi.SEG6_LOCAL_CNT_BYTES}, {"errors", uapi.SEG6_LOCAL_CNT_ERRORS},
	} {
		printCount(e, c.key, rtnl.U64(tb[c.attr]))
	}
	e.Pen.CloseObject()
}

// printCount writes a number as the tables of counters do.
func printCount(e *cli.Env, key string, v uint64) {
	e.Pen.JUint(key, v)
	e.Pen.Text(key)
	e.Pen.Text(" ")
	e.Pen.Count(e.Units(), 1, v)
}

func printFlavors(e *cli.Env, v []byte) {
	var tb [uapi.SEG6_LOCAL_FLV_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	p := e.Pen
	if v := tb[uapi.SEG6_LOCAL_FLV_OPERATION]; v != nil {
		p.OpenArray("flavors")
		p.Text("flavors ")
		sep := ""
		for i, name := range seg6Flavors {
			if name != "" && rtnl.U32(v)&(1<<i) != 0 {
				p.Str("", sep, name, "")
				sep = ","
			}
		}
		p.CloseArray()
		p.Text(" ")
	}
	if v := tb[uapi.SEG6_LOCAL_FLV_LCBLOCK_BITS]; v != nil {
		printCount(e, "lblen", uint64(rtnl.U8(v)))
	}
	if v := tb[uapi.SEG6_LOCAL_FLV_LCNODE_FN_BITS]; v != nil {
		printCount(e, "nflen", uint64(rtnl.U8(v)))
	}
}
