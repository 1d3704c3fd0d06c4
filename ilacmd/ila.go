// Package ilacmd is "ip ila": the locators of IPv6 addresses that the kernel
// exchanges on arrival (identifier locator addressing). It departs from
// iproute2 nowhere.
package ilacmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/encap"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
)

const familyName = "ila"

const usage = `Usage: ip ila add loc_match LOCATOR_MATCH loc LOCATOR [ dev DEV ] OPTIONS
       ip ila del loc_match LOCATOR_MATCH [ loc LOCATOR ] [ dev DEV ]
       ip ila list
OPTIONS := [ csum-mode { adj-transport | neutral-map | neutral-map-auto | no-action } ]
           [ ident-type { luid | use-format } ]
`

// Object is ip ila.
var Object = command.Object{Words: "ila", Usage: usage, Family: familyName, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: change, Reads: &entry, Type: uapi.ILA_CMD_ADD},
	{Words: "delete", Waits: true, Run: change, Reads: &entry, Type: uapi.ILA_CMD_DEL},
	{Words: "show|lst|list", Run: list},
}}

// entry is an exchange. It prints in columns, of which the last two stand close
// together.
var entry = field.Table{Name: "ila", Voice: &voice, First: "loc", Finish: checkEntry, Send: []uint16{
	uapi.ILA_ATTR_LOCATOR_MATCH, uapi.ILA_ATTR_LOCATOR, uapi.ILA_ATTR_IFINDEX, uapi.ILA_ATTR_CSUM_MODE,
}, Rows: []*field.Row{
	{Words: "loc_match", Key: "locator_match", Attr: uapi.ILA_ATTR_LOCATOR_MATCH, Type: &locator, Bad: "locator to match", Flags: field.Always},
	{Words: "loc", Key: "locator", Attr: uapi.ILA_ATTR_LOCATOR, Type: &locator, Bad: "locator", Flags: field.Always},
	{Words: "dev", Key: "interface", Attr: uapi.ILA_ATTR_IFINDEX, Type: &device, Flags: field.Always},
	{Words: "csum-mode", Key: "csum_mode", Attr: uapi.ILA_ATTR_CSUM_MODE, Names: &encap.CsumModes, Type: &csumMode, Flags: field.Always},
	{Words: "ident-type", Key: "ident_type", Attr: uapi.ILA_ATTR_IDENT_TYPE, Names: &encap.IdentTypes, Type: &identType, Flags: field.Always},
}}

var voice = field.Voice{Bad: "{word}", Wrong: func(what, value string) error { return cli.Fail("Bad %s: %s", what, value) },
	Unknown: func(*field.Call) error { return cli.Help() }}

var (
	locator   = field.Type{Read: parseLocator, Print: printLocator}
	device    = field.Type{Size: 4, Scan: scanDevice, Print: printDevice}
	csumMode  = field.Type{Size: 1, Print: printOption}
	identType = field.Type{Size: 1, Scan: encap.ScanIdentType, Print: printOption}
)

func parseLocator(c *field.Call, r *field.Row, s string) error {
	b, ok := encap.ParseLocator(s)
	if !ok {
		return c.Wrong(r, s)
	}
	c.Put(0, r.Attr, b[:])
	return nil
}

func scanDevice(c *field.Call, _ *field.Row, s string) (uint64, error) {
	index := c.Env.Links.Index(s)
	if index == 0 {
		return 0, cli.Fail("No such interface: %s", s)
	}
	return uint64(index), nil
}

// checkEntry looks for what an addition lacks.
func checkEntry(c *field.Call) error {
	switch {
	case c.For != add:
	case c.Get(0, uapi.ILA_ATTR_LOCATOR) == nil:
		return cli.Fail("ila: missing locator")
	case c.Get(0, uapi.ILA_ATTR_LOCATOR_MATCH) == nil:
		return cli.Fail("ila: missing locator0match")
	}
	return nil
}

// add is what a call is for whose words have to be complete.
const add = uint8(uapi.ILA_CMD_ADD)

// change is the verbs add and delete. What is wrong with a command line is
// said, but the real tool goes on and sends an empty request, with which the
// kernel may be content.
func change(c *command.Call) error {
	e, a := c.Env, c.Args
	cmd := uint8(c.Verb.Type)
	x := field.NewCall(e, a, &entry)
	x.For = cmd
	err := x.Read()
	if cli.EndsBatch(err) {
		return err
	}
	m := rtnl.NewGenl(cmd, uapi.ILA_GENL_VERSION)
	if err != nil {
		e.Warnf("%s", err)
	} else {
		x.Encode(m, &entry)
	}
	return e.PostGenl(familyName, m, cli.Special{})
}

// list is the verb show.
func list(c *command.Call) error {
	e, a := c.Env, c.Args
	if a.More() {
		return cli.Fail(`"ip ila show" does not take any arguments.`)
	}
	return e.GenlList(familyName, rtnl.NewGenl(uapi.ILA_CMD_GET, uapi.ILA_GENL_VERSION), cli.StatusUsage, cli.CannotSend, print)
}

func print(e *cli.Env, attrs []byte) {
	entry.Show(field.ViewOf(e, attrs))
	e.Pen.NL()
}

func printLocator(v *field.View, r *field.Row, b []byte) {
	var buf [32]byte
	s := append(buf[:0], '-')
	if b != nil {
		s = encap.AppendLocator(buf[:0], b)
	}
	v.Pen.ColorBytesWidth(show.Plain, r.JSON(), "", 20, s, "")
}

func printDevice(v *field.View, r *field.Row, b []byte) {
	if b == nil {
		v.Pen.Text("-          ")
		return
	}
	v.Pen.ColorStrWidth(show.Ifname, r.JSON(), "", 16, v.Env.Links.Name(rtnl.U32(b)), "")
}

func printOption(v *field.View, r *field.Row, b []byte) {
	switch {
	case b != nil:
		v.Pen.Str(r.JSON(), "", r.Names.Or(r.Type.Number(b), encap.UnknownILA), "")
	case r.Attr == uapi.ILA_ATTR_CSUM_MODE:
		v.Pen.Text("-          ")
	default:
		v.Pen.Text("-")
	}
}
