package filter

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action"
	"gip/tccmd/kind"
)

// fw matches the mark of a packet, which is the handle: MARK[/MASK].
var fw = Kind{Handle: fwHandle, Bare: true, Show: showFW, Kind: kind.Kind{Begin: beginFW, Table: field.Table{
	Name: "fw", Voice: &kind.Voice, Rows: []*field.Row{
		{Words: "classid|flowid", Bad: `Illegal "classid"`, Attr: uapi.TCA_FW_CLASSID, Type: &kind.ClassID},
		{Words: "police", Attr: uapi.TCA_FW_POLICE, Type: &policed},
		{Words: "action", Bad: `fw "action"`, Attr: uapi.TCA_FW_ACT, Type: &actions},
		{Words: "=indev", Value: "DEV", Attr: uapi.TCA_FW_INDEV, Type: &inDev},
	}}}}

// cutMark reads MARK[/MASK].
func cutMark(s string) (mark, mask uint32, masked bool, err error) {
	value, text, masked := strings.Cut(s, "/")
	n, ok := word.Uint(value, 0, 32)
	if !ok {
		return 0, 0, false, cli.Fail(`Illegal "handle"`)
	}
	if !masked {
		return uint32(n), 0, false, nil
	}
	m, ok := word.Uint(text, 0, 32)
	if !ok {
		return 0, 0, false, cli.Fail(`Illegal "handle" mask`)
	}
	return uint32(n), uint32(m), true, nil
}

func fwHandle(s *string) (uint32, error) {
	if s == nil {
		return 0, nil
	}
	mark, _, _, err := cutMark(*s)
	return mark, err
}

func beginFW(c *field.Call) {
	if s := kind.Of(c).Handle; s != nil {
		if _, mask, masked, _ := cutMark(*s); masked {
			c.PutUint(0, uapi.TCA_FW_MASK, 4, uint64(mask), false)
		}
	}
}

func showFW(v *View) {
	p, m := v.Pen, v.Get(0, uapi.TCA_FW_MASK)
	if v.Handle != 0 || m != nil {
		mask, post := uint32(0xFFFFFFFF), " "
		if m != nil {
			mask = rtnl.U32(m)
		}
		if mask != 0xFFFFFFFF {
			post = ""
		}
		p.OpenObject("fw")
		v.ox("mark", "handle ", v.Handle, post)
		switch {
		case p.JSON():
			p.Hex0x("mask", "", uint64(mask), "")
		case post == "":
			v.ox("", "/", mask, " ")
		}
		p.CloseObject()
	}
	v.class("classid", uapi.TCA_FW_CLASSID)
	if b := v.Get(0, uapi.TCA_FW_POLICE); b != nil {
		action.PrintPolice(v.Env, b)
	}
	if b := v.Get(0, uapi.TCA_FW_INDEV); b != nil {
		p.Bytes("indev", "input dev ", rtnl.CStr(b), " ")
	}
	if b := v.Get(0, uapi.TCA_FW_ACT); b != nil {
		p.NL()
		action.Print(v.Env, b, 0, true)
	}
}

// ox writes 0x and hexadecimal digits, of which C's %#x in JSON has none for 0.
func (v *View) ox(key, pre string, n uint32, post string) {
	if v.Pen.JSON() {
		v.Pen.Hex0x(key, "", uint64(n), "")
		return
	}
	v.Pen.Hex("", pre+"0x", uint64(n), post)
}

// route matches the realms of a packet's route and the device it came by, which the handle
// is made of.
var route = Kind{Handle: numberHandle, Bare: true, Show: showRoute, Kind: kind.Kind{Table: field.Table{
	Name: "route", Voice: &kind.Voice, Finish: finishRoute, Rows: []*field.Row{
		{Words: "to", Value: "REALM", Attr: uapi.TCA_ROUTE4_TO, Type: &realm},
		{Words: "from", Value: "REALM", Attr: uapi.TCA_ROUTE4_FROM, Type: &realm},
		{Words: "fromif", Value: "DEV", Attr: uapi.TCA_ROUTE4_IIF, Type: &field.Type{Size: 4, Read: parseRealm}},
		{Words: "classid|=flowid", Bad: `Illegal "classid"`, Attr: uapi.TCA_ROUTE4_CLASSID, Type: &kind.ClassID},
		{Words: "police", Attr: uapi.TCA_ROUTE4_POLICE, Type: &policed},
		{Words: "action", Attr: uapi.TCA_ROUTE4_ACT, Type: &actions},
		{Words: "order", In: field.Slot, Attr: routeOrder, Type: &field.U32},
	}}}}

var realm = field.Type{Size: 4, Read: parseRealm}

// What waits for the end of the words.
const (
	routeOrder = iota + 1
	routeHandle
)

// Parts of a handle: the lower half is where a packet goes, the upper where it is from.
const (
	anyRoute    = 0xFFFF8000
	toBits      = 0x80FF
	orderBits   = 0x7F00
	deviceRoute = 0x8000
)

// parseRealm reads a realm or a device, and adds it to the handle.
func parseRealm(c *field.Call, r *field.Row, s string) error {
	h := uint32(anyRoute)
	if b := c.Get(field.Slot, routeHandle); b != nil {
		h = rtnl.U32(b)
	}
	id, ok := uint32(0), false
	switch r.Attr {
	case uapi.TCA_ROUTE4_IIF:
		id = c.Env.Links.Index(s)
		ok = id != 0
		h = h&0xFFFF | (deviceRoute|id)<<16
	default:
		id, ok = c.Env.Tables.Realms.Parse(s)
		if r.Attr == uapi.TCA_ROUTE4_TO {
			h = h&^toBits | id&0xFF
		} else {
			h = h&0xFFFF | id<<16
		}
	}
	if !ok {
		return c.Wrong(r, s)
	}
	c.PutUint(field.Slot, routeHandle, 4, uint64(h), false)
	c.PutUint(0, r.Attr, 4, uint64(id), false)
	return nil
}

func finishRoute(c *field.Call) error {
	h := uint32(anyRoute)
	if b := c.Get(field.Slot, routeHandle); b != nil {
		h = rtnl.U32(b)
	}
	if order := rtnl.U32(c.Get(field.Slot, routeOrder)); order != 0 {
		h = h&^orderBits | order<<8&orderBits
	}
	if t := kind.Of(c); handleOf(t) == 0 {
		setHandle(t, h)
	}
	return nil
}

func showRoute(v *View) {
	p := v.Pen
	if h := v.Handle; h != 0 {
		if p.JSON() {
			p.Hex0x("fh", "", uint64(h), "")
		} else {
			p.Text("fh 0x" + kind.Hex8(h) + " ")
		}
	}
	if v.Handle&orderBits != 0 {
		p.Uint("order", "order ", uint64(v.Handle>>8&0x7F), " ")
	}
	v.class("flowid", uapi.TCA_ROUTE4_CLASSID)
	for _, r := range [...]struct {
		attr  uint16
		label string
	}{{uapi.TCA_ROUTE4_TO, "to "}, {uapi.TCA_ROUTE4_FROM, "from "}} {
		if b := v.Get(0, r.attr); b != nil {
			p.Bytes("name", r.label, v.Env.Tables.Realms.Append(nil, rtnl.U32(b)), " ")
		}
	}
	if b := v.Get(0, uapi.TCA_ROUTE4_IIF); b != nil {
		p.ColorStr(show.Ifname, "fromif", "fromif ", v.Env.Links.Name(rtnl.U32(b)), "")
	}
	if b := v.Get(0, uapi.TCA_ROUTE4_POLICE); b != nil {
		action.PrintPolice(v.Env, b)
	}
	action.Print(v.Env, v.Get(0, uapi.TCA_ROUTE4_ACT), 0, true)
}
