package encap

import (
	"encoding/binary"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
)

// encap ila LOCATOR [ csum-mode MODE ] [ ident-type TYPE ] [ hook-type TYPE ]
var ila = field.Table{Name: "ila", Voice: &voice, Ends: true, Rows: []*field.Row{
	{Key: "locator", Attr: uapi.ILA_ATTR_LOCATOR, Type: &locator, Flags: field.Lead | field.Said},
	{Words: "=csum-mode", Label: " csum-mode", Key: "csum_mode", Attr: uapi.ILA_ATTR_CSUM_MODE, Names: &CsumModes, Type: &ilaKind},
	{Words: "=ident-type", Label: " ident-type", Key: "ident_type", Attr: uapi.ILA_ATTR_IDENT_TYPE, Names: &IdentTypes, Type: &identType},
	{Words: "=hook-type", Label: " hook-type", Key: "hook_type", Attr: uapi.ILA_ATTR_HOOK_TYPE, Type: &ilaKind, Names: &word.Names{
		{uapi.ILA_HOOK_ROUTE_OUTPUT, "output"},
		{uapi.ILA_HOOK_ROUTE_INPUT, "input"},
	}},
}}

// The names of options that "ip ila" has too.
var (
	CsumModes = word.Names{
		{uapi.ILA_CSUM_ADJUST_TRANSPORT, "adj-transport"},
		{uapi.ILA_CSUM_NEUTRAL_MAP, "neutral-map"},
		{uapi.ILA_CSUM_NO_ACTION, "no-action"},
		{uapi.ILA_CSUM_NEUTRAL_MAP_AUTO, "neutral-map-auto"},
	}
	IdentTypes = word.Names{
		{uapi.ILA_ATYPE_IID, "iid"},
		{uapi.ILA_ATYPE_LUID, "luid"},
		{uapi.ILA_ATYPE_VIRT_V4, "virt-v4"},
		{uapi.ILA_ATYPE_VIRT_UNI_V6, "virt-uni-v6"},
		{uapi.ILA_ATYPE_VIRT_MULTI_V6, "virt-multi-v6"},
		{uapi.ILA_ATYPE_NONLOCAL_ADDR, "nonlocal-addr"},
		{uapi.ILA_ATYPE_USE_FORMAT, "use-format"},
	}
)

var (
	locator = field.Type{Read: parseLocator, Print: printLocator, Write: func(_ *field.View, _ *field.Row, line, b []byte) []byte {
		return AppendLocator(append(line, ' '), b)
	}}
	ilaKind   = field.Type{Size: 1, Other: UnknownILA}
	identType = field.Type{Size: 1, Other: UnknownILA, Scan: ScanIdentType}
)

// UnknownILA is shown for a value without a name.
const UnknownILA = "unknown"

// ScanIdentType reads one of IdentTypes, of which not all that print can be set.
func ScanIdentType(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, _ := r.Names.Find(s)
	if n != uapi.ILA_ATYPE_LUID && n != uapi.ILA_ATYPE_USE_FORMAT {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

func parseLocator(c *field.Call, r *field.Row, s string) error {
	b, ok := ParseLocator(s)
	if !ok {
		return cli.Exit(cli.StatusError, "Bad locator: %s", s)
	}
	c.Put(r.In, r.Attr, b[:])
	return nil
}

// ParseLocator reads up to four numbers of 16 bits between colons, the upper
// half of an IPv6 address.
func ParseLocator(s string) (b [8]byte, ok bool) {
	words := strings.Split(s, ":")
	if len(words) > 4 {
		return b, false
	}
	for i, w := range words {
		v, ok := word.Uint(w, 16, 16)
		if !ok {
			return b, false
		}
		binary.BigEndian.PutUint16(b[2*i:], uint16(v))
	}
	return b, true
}

func printLocator(v *field.View, r *field.Row, b []byte) {
	var buf [32]byte
	v.Pen.Bytes(r.JSON(), " ", AppendLocator(buf[:0], b), " ")
}

// AppendLocator appends a locator as ParseLocator reads it.
func AppendLocator(b, v []byte) []byte {
	n := rtnl.Be64(v)
	for shift := 48; shift >= 0; shift -= 16 {
		b = strconv.AppendUint(b, n>>shift&0xffff, 16)
		if shift > 0 {
			b = append(b, ':')
		}
	}
	return b
}
