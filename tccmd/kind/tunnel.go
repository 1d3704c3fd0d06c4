package kind

import (
	"encoding/hex"
	"strconv"
	"strings"

	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
)

// A TunnelOpt is the options of a kind of tunnel, as flower matches and tunnel_key sets
// them: fields between colons. The numbers of their attributes are the same in both.
type TunnelOpt struct {
	Attr   uint16
	Fields []TunnelField
	Mask   string // of an option that has none
}

// A TunnelField is a number of so many bytes in network order and of a base, or, of size
// 0, bytes in hexadecimal. An empty one is not sent. A negative size is that of a number
// in the machine's order.
type TunnelField struct {
	Attr       uint16
	Size, Base int
}

// TunnelOpts are those that flower knows.
var TunnelOpts = []TunnelOpt{
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_GENEVE, []TunnelField{{uapi.TCA_FLOWER_KEY_ENC_OPT_GENEVE_CLASS, 2, 16},
		{uapi.TCA_FLOWER_KEY_ENC_OPT_GENEVE_TYPE, 1, 16}, {uapi.TCA_FLOWER_KEY_ENC_OPT_GENEVE_DATA, 0, 16}}, ""},
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_VXLAN | nested, []TunnelField{{uapi.TCA_FLOWER_KEY_ENC_OPT_VXLAN_GBP, -4, 0}}, "0xffffffff"},
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_ERSPAN | nested, []TunnelField{{uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_VER, 1, 0},
		{uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_INDEX, 4, 0}, {uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_DIR, 1, 0},
		{uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_HWID, 1, 0}}, ":0xffffffff:0xff:0xff"},
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_GTP | nested, []TunnelField{{uapi.TCA_FLOWER_KEY_ENC_OPT_GTP_PDU_TYPE, 1, 16},
		{uapi.TCA_FLOWER_KEY_ENC_OPT_GTP_QFI, 1, 16}}, "ff:ff"},
	{uapi.TCA_FLOWER_KEY_ENC_OPTS_PFCP | nested, []TunnelField{{uapi.TCA_FLOWER_KEY_ENC_OPT_PFCP_TYPE, 1, 16},
		{uapi.TCA_FLOWER_KEY_ENC_OPT_PFCP_SEID, 8, 16}}, "ff:ffffffffffffffff"},
}

// TunnelOptOf is the one with that attribute.
func TunnelOptOf(attr uint16) *TunnelOpt {
	for i := range TunnelOpts {
		if TunnelOpts[i].Attr == attr {
			return &TunnelOpts[i]
		}
	}
	return nil
}

// Parse makes the attribute of one option.
func (o *TunnelOpt) Parse(s string) (b []byte, ok bool) {
	parts := strings.Split(s, ":")
	if len(o.Fields) == 1 {
		parts = []string{s}
	}
	if len(parts) > len(o.Fields) {
		return nil, false
	}
	for i, part := range parts {
		f := o.Fields[i]
		if part == "" && f.Size > 0 {
			continue
		}
		v, ok := f.parse(part)
		if !ok {
			return nil, false
		}
		if len(v) > 0 {
			b = AppendAttr(b, f.Attr, v)
		}
	}
	return AppendAttr(nil, o.Attr, b), true
}

func (f *TunnelField) parse(s string) ([]byte, bool) {
	if f.Size == 0 {
		return HexBytes(s)
	}
	size := max(f.Size, -f.Size)
	n, ok := word.Uint(s, f.Base, 8*size)
	if f.Size < 0 {
		return rtnl.AppendUint(nil, size, n), ok
	}
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(n >> (8 * (size - 1 - i)))
	}
	return b, ok
}

// HexBytes reads pairs of hexadecimal digits; a single one at the end does not count.
func HexBytes(s string) ([]byte, bool) {
	b, err := hex.DecodeString(s[:len(s)&^1])
	return b, err == nil
}

// AppendAttr appends an attribute to the content of a nest.
func AppendAttr(b []byte, typ uint16, v []byte) []byte {
	b = rtnl.NE.AppendUint16(b, uint16(4+len(v)))
	b = rtnl.NE.AppendUint16(b, typ)
	return rtnl.Padded(append(b, v...))
}

// HexText spells a number in hexadecimal digits, at least so many.
func HexText(n uint64, width int) string { return string(show.AppendHexDigits(nil, n, width)) }

// SplitOpts splits the options of one kind of tunnel: the kernel sends all those of Geneve
// in one attribute, each with a class first.
func SplitOpts(attr uint16, b []byte) (options [][]byte) {
	if attr != uapi.TCA_FLOWER_KEY_ENC_OPTS_GENEVE {
		return [][]byte{b}
	}
	from := 0
	for rest := b; len(rest) > 0; {
		typ, _, next := rtnl.Next(rest)
		if at := len(b) - len(rest); typ == uapi.TCA_FLOWER_KEY_ENC_OPT_GENEVE_CLASS && at > from {
			options, from = append(options, b[from:at]), at
		}
		rest = next
	}
	return append(options, b[from:])
}

// ShowGeneve writes an option of Geneve in JSON and returns its text.
func ShowGeneve(p *show.Pen, b []byte) string {
	class, typ := rtnl.Be16(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_GENEVE_CLASS)), rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_GENEVE_TYPE))
	data := rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_GENEVE_DATA)
	p.JUint("class", uint64(class))
	p.JUint("type", uint64(typ))
	p.OpenArray("data")
	for _, c := range data {
		p.JUint("", uint64(c))
	}
	p.CloseArray()
	return HexText(uint64(class), 4) + ":" + HexText(uint64(typ), 2) + ":" + hex.EncodeToString(data)
}

// ShowVXLAN writes the group policy of VXLAN in JSON and returns its text.
func ShowVXLAN(p *show.Pen, b []byte) string {
	n := uint64(rtnl.U32(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_VXLAN_GBP)))
	p.JUint("gbp", n)
	return strconv.FormatUint(n, 10)
}

// ShowERSPAN writes an option of ERSPAN in JSON and returns its text: of version 1 an
// index, of version 2 a direction and an ID of hardware.
func ShowERSPAN(p *show.Pen, b []byte) string {
	version := rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_VER))
	var index, dir, hwid uint64
	if version == 1 {
		index = uint64(rtnl.Be32(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_INDEX)))
	} else {
		dir = uint64(rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_DIR)))
		hwid = uint64(rtnl.U8(rtnl.Find(b, uapi.TCA_FLOWER_KEY_ENC_OPT_ERSPAN_HWID)))
	}
	p.JUint("ver", uint64(version))
	p.JUint("index", index)
	p.JUint("dir", dir)
	p.JUint("hwid", hwid)
	return strconv.Itoa(int(version)) + ":" + strconv.FormatUint(index, 10) + ":" + strconv.FormatUint(dir, 10) + ":" + strconv.FormatUint(hwid, 10)
}

// EtherAddr reads six bytes between colons, whatever follows.
func EtherAddr(s string) (addr [6]byte, ok bool) {
	for i := range addr {
		n, rest, ok := word.Scan(s, 16)
		if !ok || i < 5 && !strings.HasPrefix(rest, ":") {
			return addr, false
		}
		addr[i] = byte(n)
		s = strings.TrimPrefix(rest, ":")
	}
	return addr, true
}
