package encap

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// encap rpl segs ADDRESS[,ADDRESS…]: the source routing header of RFC 6554 in
// its uncompressed form.
var rpl = field.Table{Name: "rpl", Voice: &voice, Ends: true, Finish: finishRPL, Rows: []*field.Row{
	{Words: "=segs", Attr: uapi.RPL_IPTUNNEL_SRH, Type: &rplHeader, Flags: field.Once},
}}

var rplHeader = field.Type{Parse: keepSegs, Print: printRPL, Write: writeRPL}

func keepSegs(c *field.Call, r *field.Row) error {
	s, err := c.Take(r)
	c.PutString(field.Slot, segsSlot, s[:min(len(s), maxText)])
	return err
}

func finishRPL(c *field.Call) error {
	segs := rtnl.Str(c.Get(field.Slot, segsSlot))
	n := strings.Count(segs, ",") + 1
	if n > maxSegs {
		return cli.Fail("Error: too many segments")
	}
	b := make([]byte, srhHead+16*n)
	b[1], b[2], b[3] = byte(len(b)>>3-1), uapi.IPV6_SRCRT_TYPE_3, byte(n)
	err := putSegs(b[srhHead:], segs)
	c.Put(0, uapi.RPL_IPTUNNEL_SRH, b)
	return err
}

func printRPL(v *field.View, _ *field.Row, b []byte) {
	if len(b) >= srhHead {
		printSegs(v.Pen, b[srhHead:], int(b[3]))
	}
}

func writeRPL(_ *field.View, r *field.Row, line, b []byte) []byte {
	if len(b) < srhHead {
		return line
	}
	return writeSegs(field.AppendWord(line, r.Word()), b[srhHead:], int(b[3]), 0)
}
