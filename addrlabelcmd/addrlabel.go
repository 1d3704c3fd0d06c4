// Package addrlabelcmd is "ip addrlabel": the labels by which source addresses
// of IPv6 are chosen (RFC 6724). It departs from iproute2 nowhere.
package addrlabelcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// header is struct ifaddrlblmsg of linux/if_addrlabel.h.
type header struct {
	Family, _, PrefixLen, Flags uint8
	Index, Seq                  uint32
}

var verbs = []cli.Verb{
	{Words: "list|lst|show", Run: list},
	{Words: "add", Waits: true, Run: func(e *cli.Env, a *cli.Args) error {
		return modify(e, a, unix.RTM_NEWADDRLABEL, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	}},
	{Words: "delete", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, unix.RTM_DELADDRLABEL, 0) }},
	{Words: "flush", Run: flush},
	{Words: "help", Help: usage},
}

// Run is ip addrlabel.
func Run(e *cli.Env, a *cli.Args) error { return cli.Dispatch(e, a, "addrlabel", verbs, list) }

const usage = `Usage: ip addrlabel [ list | flush | help ]
       ip addrlabel { add | del } prefix PREFIX [ dev DEV ] label LABEL
LABEL := NUMBER
`

// Print writes one label.
func Print(e *cli.Env, m rtnl.Message) error {
	if m.Type != unix.RTM_NEWADDRLABEL && m.Type != unix.RTM_DELADDRLABEL {
		return nil
	}
	h, attrs := rtnl.View[header](m.Body)
	if h == nil {
		return nil
	}
	var tb [uapi.IFAL_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	p := e.Pen
	e.Head("[ADDRLABEL]")
	p.OpenObject("")
	if m.Type == unix.RTM_DELADDRLABEL {
		p.Flag("deleted", "Deleted ")
	}
	if addr := tb[unix.IFAL_ADDRESS]; addr != nil {
		var buf [64]byte
		p.Text("prefix ")
		p.ColorBytes(show.FamilyColor(h.Family), "address", "", e.AppendHost(buf[:0], h.Family, addr), "")
		p.Uint("prefixlen", "/", uint64(h.PrefixLen), " ")
	}
	if h.Index != 0 {
		p.Text("dev ")
		p.ColorStr(show.Ifname, "ifname", "", e.Links.Name(h.Index), " ")
	}
	if v := tb[unix.IFAL_LABEL]; len(v) == 4 {
		p.Uint("label", "label ", uint64(rtnl.U32(v)), " ")
	}
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
	m := rtnl.New(unix.RTM_GETADDRLABEL, 0)
	rtnl.Put(m, header{Family: family(e)})
	return e.Dump(m, f)
}

func list(e *cli.Env, a *cli.Args) error {
	if a.More() {
		return cli.Fail(`"ip addrlabel show" does not take any arguments.`)
	}
	e.Pen.Begin()
	err := dump(e, func(m rtnl.Message) error { return Print(e, m) })
	e.Pen.End()
	return cli.DumpError(err, cli.StatusUsage)
}

// flush deletes all labels, one by one while they are listed.
func flush(e *cli.Env, a *cli.Args) error {
	if a.More() {
		return cli.Fail(`"ip addrlabel flush" does not allow extra arguments`)
	}
	c, err := e.Dial(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer c.Close()
	err = dump(e, func(m rtnl.Message) error {
		_, attrs := rtnl.View[header](m.Body)
		if rtnl.Find(attrs, unix.IFAL_ADDRESS) == nil {
			return nil
		}
		del := rtnl.New(unix.RTM_DELADDRLABEL, 0)
		del.Raw(m.Body)
		return c.Do(del)
	})
	if err != nil {
		return &cli.Error{Status: cli.StatusError, Text: "Flush terminated\n", Err: err}
	}
	return nil
}

// A request is a label to add or delete.
type request struct {
	e *cli.Env
	header
	prefix              cli.Prefix
	label               uint32
	hasPrefix, hasLabel bool
}

// reserved is the label that stands for none.
const reserved = 0xffffffff

// words are the keywords of add and delete; other words are stepped over.
func words() []cli.Keyword[*request] {
	return []cli.Keyword[*request]{
		{Words: "=prefix", Parse: func(r *request, a *cli.Args) error {
			s, err := a.Value()
			if err == nil {
				r.prefix, err = cli.ParsePrefix(s, r.e.Opt.Family)
			}
			r.hasPrefix = true
			return err
		}},
		{Words: "=dev", Parse: func(r *request, a *cli.Args) error {
			s, err := a.Value()
			if err != nil {
				return err
			}
			if r.Index = r.e.Links.Index(s); r.Index == 0 {
				return cli.InvArg("dev is invalid\n", s)
			}
			return nil
		}},
		{Words: "=label", Parse: func(r *request, a *cli.Args) (err error) {
			s := a.Word()
			r.label, err = a.U32("label is invalid\n")
			if err == nil && r.label == reserved {
				return cli.InvArg("label is invalid\n", s)
			}
			r.hasLabel = true
			return err
		}},
	}
}

func skip(_ *request, a *cli.Args) error {
	a.Skip()
	return nil
}

func modify(e *cli.Env, a *cli.Args, typ, flags uint16) error {
	r := &request{e: e}
	if err := cli.ParseWords(r, a, words(), skip); err != nil {
		return err
	}
	if !r.hasPrefix {
		return cli.Fail(`Not enough information: "prefix" argument is required.`)
	}
	if !r.hasLabel {
		return cli.Fail(`Not enough information: "label" argument is required.`)
	}
	r.Family, r.PrefixLen = family(e), uint8(r.prefix.Bits)
	m := e.NewChange(typ, flags)
	rtnl.Put(m, r.header)
	m.U32(unix.IFAL_LABEL, r.label)
	m.Attr(unix.IFAL_ADDRESS, r.prefix.Bytes())
	return e.Post(m, cli.Special{})
}
