package encap

import (
	"encoding/binary"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// encap seg6 mode MODE [ tunsrc ADDRESS ] segs ADDRESS[,ADDRESS…] [ hmac KEY ]
// [ lookup TABLE ]. Mode and header are one attribute.
var seg6 = field.Table{Name: "seg6", Voice: &voice, Ends: true, Finish: finishSeg6,
	Send: []uint16{uapi.SEG6_IPTUNNEL_SRH, uapi.SEG6_IPTUNNEL_SRC, seg6Table}, Rows: []*field.Row{
		{Words: "=mode", Attr: uapi.SEG6_IPTUNNEL_SRH, Type: &seg6Mode, Flags: field.Once, Names: &word.Names{
			{uapi.SEG6_IPTUN_MODE_INLINE, "inline"},
			{uapi.SEG6_IPTUN_MODE_ENCAP, "encap"},
			{uapi.SEG6_IPTUN_MODE_L2ENCAP, "l2encap"},
			{uapi.SEG6_IPTUN_MODE_ENCAP_RED, "encap.red"},
			{uapi.SEG6_IPTUN_MODE_L2ENCAP_RED, "l2encap.red"},
		}},
		{Words: "=tunsrc", Label: "tunsrc ", Key: "tunsrc", Attr: uapi.SEG6_IPTUNNEL_SRC, Arg: unix.AF_INET6, Type: &tunnelSource, Flags: field.Once},
		{Words: "=segs", Attr: uapi.SEG6_IPTUNNEL_SRH, At: 4, Type: &header, Flags: field.Once},
		&hmac,
		{Words: "=lookup", Attr: seg6Table, Type: &field.RouteTable, Flags: field.Once | field.Positive},
	}}

var hmac = field.Row{Words: "=hmac", In: field.Slot, Attr: hmacSlot, Type: &hmacKey, Flags: field.Once}

// seg6Table is the attribute of lookup, which the headers of the kernel that
// uapi was made from do not have yet.
const seg6Table = 3

// The slots of what a segment routing header is made from.
const (
	segsSlot = iota
	hmacSlot
)

var (
	seg6Mode     = field.Type{Size: 4, Other: "<unknown>"}
	tunnelSource = field.Type{Parse: parseSource, Print: printTint, Write: writeAddr}
	header       = field.Type{Parse: parseSegs, Print: func(v *field.View, _ *field.Row, b []byte) { printSRH(v, b) },
		Write: func(v *field.View, r *field.Row, line, b []byte) []byte {
			inline := rtnl.U32(v.Get(0, r.Attr)) == uapi.SEG6_IPTUN_MODE_INLINE
			return writeSRH(field.AppendWord(line, r.Word()), b, inline)
		}}
	hmacKey = field.Type{Size: 4, Scan: scanKey}
)

func parseSource(c *field.Call, r *field.Row) error {
	s, err := c.Args.Value()
	mode := c.Get(0, uapi.SEG6_IPTUNNEL_SRH)
	switch {
	case err != nil:
		return err
	case mode == nil:
		return cli.InvArg("\"tunsrc\" provided before \"mode\"\n", s)
	case rtnl.U32(mode) == uapi.SEG6_IPTUN_MODE_INLINE:
		return cli.InvArg("\"tunsrc\" invalid with inline mode\n", s)
	}
	if err := c.Note(r, "tunsrc", s); err != nil {
		return err
	}
	p, err := cli.Addr(s, unix.AF_INET6)
	if err == nil && len(p.Bytes()) != 16 {
		return c.Wrong(r, s)
	}
	c.Put(0, r.Attr, p.Bytes())
	return err
}

func parseSegs(c *field.Call, r *field.Row) error {
	s, err := c.Take(r)
	if err == nil && c.Get(0, r.Attr) == nil {
		return cli.InvArg("\"segs\" provided before \"mode\"\n", s)
	}
	c.PutString(field.Slot, segsSlot, s)
	return err
}

// scanKey reads the id of a key; what is no number leaves it as it is.
func scanKey(c *field.Call, r *field.Row, s string) (uint64, error) {
	if n, ok := word.Uint(s, 0, 32); ok {
		return n, nil
	}
	return c.Number(r), nil
}

// finishSeg6 puts the header behind the mode, which is -1 if none was given.
func finishSeg6(c *field.Call) error {
	mode := []byte{0xff, 0xff, 0xff, 0xff}
	if b := c.Get(0, uapi.SEG6_IPTUNNEL_SRH); b != nil {
		copy(mode, b)
	}
	srh, err := buildSRH(c, rtnl.U32(mode) != uapi.SEG6_IPTUN_MODE_INLINE)
	c.Put(0, uapi.SEG6_IPTUNNEL_SRH, append(mode, srh...))
	return err
}

// The segment routing header (RFC 8754): eight bytes, the segments from the
// last to the first, and perhaps a signature.
const (
	srhHead = 8
	sigLen  = 40
	sigBody = 38
)

// maxSegs keeps the header's length in its byte of eights; maxText is how much of
// the addresses the real tool reads.
const (
	maxSegs = 120
	maxText = 1023
)

// buildSRH makes a segment routing header of the values in the slots. A packet that is not encapsulated
// has its own destination as the last segment, for which a place is left.
func buildSRH(c *field.Call, encap bool) ([]byte, error) {
	segs, hmac := rtnl.Str(c.Get(field.Slot, segsSlot)), rtnl.U32(c.Get(field.Slot, hmacSlot))
	segs = segs[:min(len(segs), maxText)]
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

// printSRH writes the segments in the order in which packets pass them.
func printSRH(v *field.View, b []byte) {
	if len(b) < srhHead {
		return
	}
	p := v.Pen
	printSegs(p, b[srhHead:], int(b[4])+1)
	at := (int(b[1])+1)<<3 - sigLen
	if b[5]&uapi.SR6_FLAG1_HMAC != 0 && at >= srhHead && at+sigLen <= len(b) {
		key := uint64(binary.BigEndian.Uint32(b[at+4:]))
		if p.JSON() {
			p.Hex0x("hmac", "", key, "")
		} else {
			p.Text("hmac ")
			p.Text(strings.ToUpper(strconv.FormatUint(key, 16)))
			p.Text(" ")
		}
	}
}

// writeSRH appends the segments between commas, and the key of a signature. Of a
// packet that is not encapsulated, the last segment is its own destination.
func writeSRH(line, b []byte, inline bool) []byte {
	if len(b) < srhHead {
		return line
	}
	last := 0
	if inline {
		last = 1
	}
	line = writeSegs(line, b[srhHead:], int(b[4])+1, last)
	if at := (int(b[1])+1)<<3 - sigLen; b[5]&uapi.SR6_FLAG1_HMAC != 0 && at >= srhHead && at+sigLen <= len(b) {
		line = strconv.AppendUint(append(line, " hmac "...), uint64(binary.BigEndian.Uint32(b[at+4:])), 10)
	}
	return line
}

// writeSegs appends n addresses from the last to that of an index, between commas.
func writeSegs(line, b []byte, n, last int) []byte {
	comma := byte(' ')
	for i := min(n, len(b)/16) - 1; i >= last; i-- {
		line = cli.AppendAddr(append(line, comma), unix.AF_INET6, b[16*i:16*i+16])
		comma = ','
	}
	return line
}

// printSegs writes n addresses from the last to the first.
func printSegs(p *show.Pen, b []byte, n int) {
	p.OpenArray("segs")
	if !p.JSON() {
		p.Uint("", "segs ", uint64(n), " [ ")
	}
	for i := n - 1; i >= 0; i-- {
		if 16*i+16 <= len(b) {
			var buf [64]byte
			p.ColorBytes(show.Inet6, "", "", cli.AppendAddr(buf[:0], unix.AF_INET6, b[16*i:16*i+16]), " ")
		}
	}
	p.CloseArray()
	p.Text("] ")
}
