package fib

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

// An ilaOption is a word of ila; it has another name in JSON.
type ilaOption struct {
	word  string
	key   string
	attr  uint16
	names []ilaName
}

var ilaOptions = []ilaOption{
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

func (o *ilaOption) parse(s string) (uint8, bool) {
	for _, n := range o.names {
		if n.name == s && n.set {
			return n.id, true
		}
	}
	return 0, false
}

func (o *ilaOption) nameOf(id uint8) string {
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
	locator, ok := parseLocator(s)
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
		v, ok := o.parse(s)
		if !ok {
			return cli.InvArg(invalid(o.word), s)
		}
		x.m.U8(o.attr, v)
	}
	return nil
}

func findILAOption(word string) *ilaOption {
	for i := range ilaOptions {
		if ilaOptions[i].word == word {
			return &ilaOptions[i]
		}
	}
	return nil
}

// parseLocator reads up to four numbers of 16 bits between colons, the upper
// half of an IPv6 address.
func parseLocator(s string) (b [8]byte, ok bool) {
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
		e.Pen.Bytes("locator", " ", appendLocator(buf[:0], rtnl.Be64(v)), " ")
	}
	for i := range ilaOptions {
		o := &ilaOptions[i]
		if v := tb[o.attr]; v != nil {
			e.Pen.Text(" ")
			e.Pen.Text(o.word)
			e.Pen.Str(o.key, " ", o.nameOf(rtnl.U8(v)), " ")
		}
	}
}

func appendLocator(b []byte, v uint64) []byte {
	for shift := 48; shift >= 0; shift -= 16 {
		b = strconv.AppendUint(b, v>>shift&0xffff, 16)
		if shift > 0 {
			b = append(b, ':')
		}
	}
	return b
}
