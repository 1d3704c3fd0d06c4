// Package addrlabelcmd is "ip addrlabel": the labels by which source addresses
// of IPv6 are chosen (RFC 6724). It departs from iproute2 nowhere.
package addrlabelcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// Object is ip addrlabel.
var Object = command.Object{Words: "addrlabel", Usage: usage, Verbs: []command.Verb{
	{Words: "list|lst|show", Run: list, Default: true},
	{Words: "add", Waits: true, Run: modify, Reads: &labels, Type: unix.RTM_NEWADDRLABEL, Flags: unix.NLM_F_CREATE | unix.NLM_F_EXCL},
	{Words: "delete", Waits: true, Run: modify, Reads: &labels, Type: unix.RTM_DELADDRLABEL},
	{Words: "flush", Run: flush},
	{Words: "help"},
}, Events: []command.Event{{Types: []uint16{unix.RTM_NEWADDRLABEL, unix.RTM_DELADDRLABEL}, Print: printLabel}}}

const usage = `Usage: ip addrlabel [ list | flush | help ]
       ip addrlabel { add | del } prefix PREFIX [ dev DEV ] label LABEL
LABEL := NUMBER
`

// printLabel writes one label.
func printLabel(e *cli.Env, m rtnl.Message) error {
	if m.Type != unix.RTM_NEWADDRLABEL && m.Type != unix.RTM_DELADDRLABEL {
		return nil
	}
	h, attrs := rtnl.View[unix.IfAddrlblmsg](m.Body)
	if h == nil {
		return nil
	}
	v := field.ViewOf(e, attrs)
	v.Head = m.Body
	p := e.Pen
	e.Head("[ADDRLABEL]")
	p.OpenObject("")
	if m.Type == unix.RTM_DELADDRLABEL {
		p.Flag("deleted", "Deleted ")
	}
	labels.Show(v)
	p.EndLine()
	p.CloseObject()
	return nil
}

// family is IPv6 unless another was given: no other has labels.
func family(e *cli.Env) uint8 {
	if e.Opt.Family == unix.AF_UNSPEC {
		return unix.AF_INET6
	}
	return e.Opt.Family
}

func dump(e *cli.Env, f func(rtnl.Message) error) error {
	m := rtnl.Request(unix.RTM_GETADDRLABEL, unix.IfAddrlblmsg{Family: family(e)})
	return e.Dump(m, f)
}

func list(c *command.Call) error {
	e, a := c.Env, c.Args
	if a.More() {
		return cli.Fail(`"ip addrlabel show" does not take any arguments.`)
	}
	e.Pen.Begin()
	err := dump(e, func(m rtnl.Message) error { return printLabel(e, m) })
	e.Pen.End()
	return cli.DumpError(err, cli.StatusUsage)
}

// flush deletes all labels, one by one while they are listed.
func flush(c *command.Call) error {
	e, a := c.Env, c.Args
	if a.More() {
		return cli.Fail(`"ip addrlabel flush" does not allow extra arguments`)
	}
	conn, err := e.Dial(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer conn.Close()
	err = dump(e, func(m rtnl.Message) error {
		_, attrs := rtnl.View[unix.IfAddrlblmsg](m.Body)
		if rtnl.Find(attrs, unix.IFAL_ADDRESS) == nil {
			return nil
		}
		del := rtnl.New(unix.RTM_DELADDRLABEL, 0)
		del.Raw(m.Body)
		return conn.Do(del)
	})
	if err != nil {
		return &cli.Error{Status: cli.StatusError, Text: "Flush terminated\n", Err: err}
	}
	return nil
}

// reserved is the label that stands for none.
const reserved = 0xffffffff

// labels has the words of add and delete: others are stepped over.
var labels = field.Table{Name: "addrlabel", Voice: &voice, Size: 12, Send: []uint16{unix.IFAL_LABEL}, Rows: []*field.Row{
	{Words: "=prefix", Attr: unix.IFAL_ADDRESS, Type: &prefix, Flags: field.Required},
	{Words: "=dev", Key: "ifname", In: field.Head, At: 4, Type: &field.Link},
	{Words: "=label", Attr: unix.IFAL_LABEL, Arg: reserved - 1, Type: &field.U32, Flags: field.Required},
}}

var voice = field.Voice{Bad: "{word} is invalid\n", Wrong: cli.InvArg, Unknown: field.Skip, Missing: func(word string) error {
	return cli.Fail(`Not enough information: "%s" argument is required.`, word)
}}

// prefix is an address; its length is in the header.
var prefix = field.Type{Read: parsePrefix, Print: printPrefix}

func parsePrefix(c *field.Call, r *field.Row, s string) error {
	p, err := cli.ParsePrefix(s, c.Env.Opt.Family)
	c.Put(0, r.Attr, p.Bytes())
	c.Get(field.Head, 0)[2] = uint8(p.Bits)
	return err
}

func printPrefix(v *field.View, r *field.Row, addr []byte) {
	var buf [64]byte
	h, _ := rtnl.View[unix.IfAddrlblmsg](v.Head)
	v.Label(r)
	v.Pen.ColorBytes(show.FamilyColor(h.Family), "address", "", v.Env.AppendHost(buf[:0], h.Family, addr), "")
	v.Pen.Uint("prefixlen", "/", uint64(h.Prefixlen), " ")
}

func modify(c *command.Call) error {
	x := c.Reader()
	if err := x.Read(); err != nil {
		return err
	}
	x.Get(field.Head, 0)[0] = family(c.Env)
	m := c.NewChange(c.Verb.Type, c.Verb.Flags)
	x.Encode(m, &labels)
	return c.Post(m, cli.Special{})
}
