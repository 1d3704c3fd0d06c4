package encap

import (
	"encoding/binary"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// encap ila LOCATOR [ csum-mode MODE ] [ ident-type TYPE ] [ hook-type TYPE ]

// An ilaName is a value with a name; not all that print can be set.
type ilaName struct {
	id   uint8
	name string
	set  bool
}

// An ILAOption is a word of ila with a value of its own names; it has another
// name in JSON.
type ILAOption struct {
	Word  string
	Key   string
	Attr  uint16
	names []ilaName
}

// ILAOptions are also those of "ip ila", which lacks the last.
var ILAOptions = [...]ILAOption{
	{"csum-mode", "csum_mode", uapi.ILA_ATTR_CSUM_MODE, []ilaName{
		{uapi.ILA_CSUM_ADJUST_TRANSPORT, "adj-transport", true},
		{uapi.ILA_CSUM_NEUTRAL_MAP, "neutral-map", true},
		{uapi.ILA_CSUM_NO_ACTION, "no-action", true},
		{uapi.ILA_CSUM_NEUTRAL_MAP_AUTO, "neutral-map-auto", true},
	}},
	{"ident-type", "ident_type", uapi.ILA_ATTR_IDENT_TYPE, []ilaName{
		{uapi.ILA_ATYPE_IID, "iid", false},
		{uapi.ILA_ATYPE_LUID, "luid", true},
		{uapi.ILA_ATYPE_VIRT_V4, "virt-v4", false},
		{uapi.ILA_ATYPE_VIRT_UNI_V6, "virt-uni-v6", false},
		{uapi.ILA_ATYPE_VIRT_MULTI_V6, "virt-multi-v6", false},
		{uapi.ILA_ATYPE_NONLOCAL_ADDR, "nonlocal-addr", false},
		{uapi.ILA_ATYPE_USE_FORMAT, "use-format", true},
	}},
	{"hook-type", "hook_type", uapi.ILA_ATTR_HOOK_TYPE, []ilaName{
		{uapi.ILA_HOOK_ROUTE_OUTPUT, "output", true},
		{uapi.ILA_HOOK_ROUTE_INPUT, "input", true},
	}},
}

// Parse reads a name.
func (o *ILAOption) Parse(s string) (uint8, bool) {
	for _, n := range o.names {
		if n.name == s && n.set {
			return n.id, true
		}
	}
	return 0, false
}

// Name returns the name of a value.
func (o *ILAOption) Name(id uint8) string {
	for _, n := range o.names {
		if n.id == id {
			return n.name
		}
	}
	return "unknown"
}

func (x *encap) parseILA(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	locator, ok := ParseLocator(s)
	if !ok {
		return cli.Exit(cli.StatusError, "Bad locator: %s", s)
	}
	x.m.Attr(uapi.ILA_ATTR_LOCATOR, locator[:])
	for a.More() {
		o := findILAOption(a.Word())
		if o == nil {
			break
		}
		a.Skip()
		s, err := a.Value()
		if err != nil {
			return err
		}
		v, ok := o.Parse(s)
		if !ok {
			return cli.InvArg(invalid(o.Word), s)
		}
		x.m.U8(o.Attr, v)
	}
	return nil
}

func findILAOption(word string) *ILAOption {
	for i := range ILAOptions {
		if ILAOptions[i].Word == word {
			return &ILAOptions[i]
		}
	}
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
		v, ok := cli.ParseUint(w, 16, 16)
		if !ok {
			return b, false
		}
		binary.BigEndian.PutUint16(b[2*i:], uint16(v))
	}
	return b, true
}

func printILA(e *cli.Env, v []byte) {
	var tb [uapi.ILA_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	if v := tb[uapi.ILA_ATTR_LOCATOR]; v != nil {
		var buf [32]byte
		e.Pen.Bytes("locator", " ", AppendLocator(buf[:0], v), " ")
	}
	for i := range ILAOptions {
		o := &ILAOptions[i]
		if v := tb[o.Attr]; v != nil {
			e.Pen.Text(" ")
			e.Pen.Text(o.Word)
			e.Pen.Str(o.Key, " ", o.Name(rtnl.U8(v)), " ")
		}
	}
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
