package encap

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// encap seg6local action ACTION [ OPTIONS ]: what to do with a packet that has
// arrived at a segment.
var seg6Local = field.Table{Name: "seg6local", Voice: &seg6LocalVoice, Ends: true, Finish: finishSeg6Local, Rows: []*field.Row{
	{Words: "=action", Attr: uapi.SEG6_LOCAL_ACTION, Names: &seg6Actions, Type: &seg6Action, Flags: field.Once | field.Positive | field.Required},
	{Words: "=srh", Attr: uapi.SEG6_LOCAL_SRH, Type: &localHeader, Flags: field.Once},
	{Words: "=table", Attr: uapi.SEG6_LOCAL_TABLE, Type: &field.RouteTable, Bad: "invalid table id\n", Flags: field.Once},
	{Words: "=vrftable", Attr: uapi.SEG6_LOCAL_VRFTABLE, Type: &field.RouteTable, Bad: "invalid vrf table id\n", Flags: field.Once},
	{Words: "=nh4", Attr: uapi.SEG6_LOCAL_NH4, Arg: unix.AF_INET, Type: &addr, Flags: field.Once},
	{Words: "=nh6", Attr: uapi.SEG6_LOCAL_NH6, Arg: unix.AF_INET6, Type: &addr, Flags: field.Once},
	{Words: "=iif", Attr: uapi.SEG6_LOCAL_IIF, Type: &device, Flags: field.Once},
	{Words: "=oif", Attr: uapi.SEG6_LOCAL_OIF, Type: &device, Flags: field.Once},
	{Words: "=endpoint", Attr: uapi.SEG6_LOCAL_BPF | unix.NLA_F_NESTED, Arg: unix.BPF_PROG_TYPE_LWT_SEG6LOCAL, Type: &program, Flags: field.Once},
	{Words: "=count", Attr: uapi.SEG6_LOCAL_COUNTERS | unix.NLA_F_NESTED, Type: &counters, Flags: field.Once | field.Stats},
	{Words: "=flavors", Attr: uapi.SEG6_LOCAL_FLAVORS | unix.NLA_F_NESTED, Type: &flavors, Flags: field.Once},
}}

var seg6LocalVoice = field.Voice{Bad: badValue, Wrong: cli.InvArg, Twice: cli.DupArg2,
	Missing: func(string) error { return cli.Exit(cli.StatusUsage, "Missing action type") }}

var seg6Actions = word.Names{
	{uapi.SEG6_LOCAL_ACTION_UNSPEC, "<unknown>"},
	{uapi.SEG6_LOCAL_ACTION_END, "End"},
	{uapi.SEG6_LOCAL_ACTION_END_X, "End.X"},
	{uapi.SEG6_LOCAL_ACTION_END_T, "End.T"},
	{uapi.SEG6_LOCAL_ACTION_END_DX2, "End.DX2"},
	{uapi.SEG6_LOCAL_ACTION_END_DX6, "End.DX6"},
	{uapi.SEG6_LOCAL_ACTION_END_DX4, "End.DX4"},
	{uapi.SEG6_LOCAL_ACTION_END_DT6, "End.DT6"},
	{uapi.SEG6_LOCAL_ACTION_END_DT4, "End.DT4"},
	{uapi.SEG6_LOCAL_ACTION_END_B6, "End.B6"},
	{uapi.SEG6_LOCAL_ACTION_END_B6_ENCAP, "End.B6.Encaps"},
	{uapi.SEG6_LOCAL_ACTION_END_BM, "End.BM"},
	{uapi.SEG6_LOCAL_ACTION_END_S, "End.S"},
	{uapi.SEG6_LOCAL_ACTION_END_AS, "End.AS"},
	{uapi.SEG6_LOCAL_ACTION_END_AM, "End.AM"},
	{uapi.SEG6_LOCAL_ACTION_END_BPF, "End.BPF"},
	{uapi.SEG6_LOCAL_ACTION_END_DT46, "End.DT46"},
}

// seg6Flavors have the numbers of their bits.
var seg6Flavors = word.Names{
	{uapi.SEG6_LOCAL_FLV_OP_PSP, "psp"},
	{uapi.SEG6_LOCAL_FLV_OP_USP, "usp"},
	{uapi.SEG6_LOCAL_FLV_OP_USD, "usd"},
	{uapi.SEG6_LOCAL_FLV_OP_NEXT_CSID, "next-csid"},
}

var (
	seg6Action  = field.Type{Size: 4, Other: "<invalid>"}
	localHeader = field.Type{Read: parseSRH, Print: printLocalSRH, Write: writeLocalSRH}
	counters    = field.Type{Parse: parseCount, Print: printCounters, Write: writeCount}
	flavors     = field.Type{Read: parseFlavors, Print: printFlavors, Write: writeFlavors}
)

// finishSeg6Local makes the header that the words behind srh ask for, the last
// attribute.
func finishSeg6Local(c *field.Call) error {
	if c.Get(field.Slot, segsSlot) == nil {
		return nil
	}
	srh, err := buildSRH(c, rtnl.U32(c.Get(0, uapi.SEG6_LOCAL_ACTION)) == uapi.SEG6_LOCAL_ACTION_END_B6_ENCAP)
	c.Put(0, uapi.SEG6_LOCAL_SRH, srh)
	return err
}

// countTable has the counters, which start at zero.
var countTable = field.Table{Rows: []*field.Row{
	{Label: "packets", Attr: uapi.SEG6_LOCAL_CNT_PACKETS, Type: &count, Flags: field.Always},
	{Label: "bytes", Attr: uapi.SEG6_LOCAL_CNT_BYTES, Type: &count, Flags: field.Always},
	{Label: "errors", Attr: uapi.SEG6_LOCAL_CNT_ERRORS, Type: &count, Flags: field.Always},
}}

// flavorTable has what may stand behind the names of flavors, in this order.
var flavorTable = field.Table{Voice: &voice, Rows: []*field.Row{
	{Words: "=flavors", Label: "flavors", Attr: uapi.SEG6_LOCAL_FLV_OPERATION, Type: &flavorNames},
	{Words: "=lblen", Attr: uapi.SEG6_LOCAL_FLV_LCBLOCK_BITS, Type: &count8, Bad: "\"locator-block length\" value is invalid\n"},
	{Words: "=nflen", Attr: uapi.SEG6_LOCAL_FLV_LCNODE_FN_BITS, Type: &count8, Bad: "\"locator-node function length\" value is invalid\n"},
}}

var (
	count       = field.Type{Size: 8, Print: printCount}
	count8      = field.Type{Size: 1, Print: printCount}
	flavorNames = field.Type{Size: 4, Print: printFlavorNames, Write: writeFlavorNames}
)

func parseCount(c *field.Call, r *field.Row) error {
	if err := c.Note(r, "count", "count"); err != nil {
		return err
	}
	var inner field.Call
	for _, r := range countTable.Rows {
		inner.Set(r, 0)
	}
	c.Put(0, r.Attr, payload(&inner, &countTable))
	return nil
}

// payload is what is sent in a nest of its own.
func payload(c *field.Call, t *field.Table) []byte {
	m := rtnl.New(0, 0)
	c.Encode(m, t)
	return m.Body()
}

// parseFlavors reads names between commas; next-csid may have two lengths.
func parseFlavors(c *field.Call, r *field.Row, s string) error {
	mask, ok := flavorMask(s)
	if !ok {
		return cli.InvArg("invalid \"flavors\" attribute\n", s)
	}
	var inner field.Call
	inner.Begin(c.Env, c.Args, &flavorTable)
	inner.Set(flavorTable.Rows[0], mask)
	for _, r := range flavorTable.Rows[1:] {
		if mask&(1<<uapi.SEG6_LOCAL_FLV_OP_NEXT_CSID) != 0 && c.Args.Match(r.Words) {
			if err := inner.Row(r); err != nil {
				return err
			}
		}
	}
	c.Put(0, r.Attr, payload(&inner, &flavorTable))
	return nil
}

// flavorMask reads names in any case, none of them twice.
func flavorMask(s string) (mask uint64, ok bool) {
	if s == "" {
		return 0, false
	}
	for name := range strings.SplitSeq(s, ",") {
		bit := uint64(0)
		for _, f := range seg6Flavors {
			if strings.EqualFold(f.Word, name) {
				bit = 1 << f.Val
			}
		}
		if name != "" && (bit == 0 || mask&bit != 0) {
			return 0, false
		}
		mask |= bit
	}
	return mask, true
}

// parseSRH reads segs ADDRESSES [ hmac KEY ]. The real tool loses count where
// the addresses end the line: it takes them for the destination, too.
func parseSRH(c *field.Call, r *field.Row, s string) error {
	if s != "segs" {
		return cli.InvArg("missing \"segs\" attribute for srh\n", s)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	c.PutString(field.Slot, segsSlot, s)
	if !c.Args.More() {
		c.Args.Back()
		return nil
	}
	if c.Args.Match("=hmac") {
		return c.Row(&hmac)
	}
	return nil
}

func printLocalSRH(v *field.View, r *field.Row, b []byte) {
	v.Pen.OpenObject(r.JSON())
	printSRH(v, b)
	v.Pen.CloseObject()
}

func writeLocalSRH(v *field.View, r *field.Row, line, b []byte) []byte {
	line = append(field.AppendWord(line, r.Word()), " segs"...)
	return writeSRH(line, b, rtnl.U32(v.Get(0, uapi.SEG6_LOCAL_ACTION)) != uapi.SEG6_LOCAL_ACTION_END_B6_ENCAP)
}

// writeCount writes that there are counters: they start at zero.
func writeCount(_ *field.View, r *field.Row, line, _ []byte) []byte {
	return field.AppendWord(line, r.Word())
}

func printCounters(v *field.View, _ *field.Row, b []byte) {
	v.Pen.OpenObject("stats64")
	v.Inner(&countTable, b)
	v.Pen.CloseObject()
}

// printCount writes a number as the tables of counters do.
func printCount(v *field.View, r *field.Row, b []byte) {
	n := r.Type.Number(b)
	v.Pen.JUint(r.JSON(), n)
	v.Pen.Text(r.Text())
	v.Pen.Text(" ")
	v.Pen.Count(v.Env.Units(), 1, n)
}

func printFlavors(v *field.View, _ *field.Row, b []byte) { v.Inner(&flavorTable, b) }

func writeFlavors(v *field.View, _ *field.Row, line, b []byte) []byte {
	return v.InnerWords(&flavorTable, b, line)
}

func writeFlavorNames(_ *field.View, r *field.Row, line, b []byte) []byte {
	line = field.AppendWord(line, r.Word())
	sep := byte(' ')
	for _, f := range seg6Flavors {
		if rtnl.U32(b)&(1<<f.Val) != 0 {
			line = append(append(line, sep), f.Word...)
			sep = ','
		}
	}
	return line
}

func printFlavorNames(v *field.View, r *field.Row, b []byte) {
	v.Pen.OpenArray(r.JSON())
	behind := v.Label(r)
	sep := ""
	for _, f := range seg6Flavors {
		if rtnl.U32(b)&(1<<f.Val) != 0 {
			v.Pen.Str("", sep, f.Word, "")
			sep = ","
		}
	}
	v.Pen.CloseArray()
	v.Pen.Text(behind)
}
