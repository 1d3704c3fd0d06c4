// Package ilacmd is "ip ila": the locators of IPv6 addresses that the kernel
// exchanges on arrival (identifier locator addressing). It departs from
// iproute2 nowhere.
package ilacmd

import (
	"gip/internal/cli"
	"gip/internal/encap"
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

func verbs() []cli.Verb {
	return []cli.Verb{
		{Words: "add", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return change(e, a, uapi.ILA_CMD_ADD) }},
		{Words: "delete", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return change(e, a, uapi.ILA_CMD_DEL) }},
		{Words: "show|lst|list", Run: list},
	}
}

// Run is ip ila.
func Run(e *cli.Env, a *cli.Args) error { return cli.DispatchGenl(e, a, familyName, usage, verbs()) }

// nOptions is how many options an entry has in common with the encapsulation of
// a route.
const nOptions = 2

// An entry is what a command line tells of an exchange; what is not given is
// nil.
type entry struct {
	e              *cli.Env
	match, locator []byte
	index          uint32
	options        [nOptions][]byte // the values of encap.ILAOptions
}

var words = []cli.Keyword[*entry]{
	{Words: "loc", Parse: func(t *entry, a *cli.Args) error { return parseLocator(a, &t.locator, "locator") }},
	{Words: "loc_match", Parse: func(t *entry, a *cli.Args) error { return parseLocator(a, &t.match, "locator to match") }},
	{Words: "csum-mode", Parse: func(t *entry, a *cli.Args) error { return t.parseOption(a, 0) }},
	{Words: "ident-type", Parse: func(t *entry, a *cli.Args) error { return t.parseOption(a, 1) }},
	{Words: "dev", Parse: (*entry).parseDev},
}

func unknown(*entry, *cli.Args) error { return cli.Usage(usage) }

func parseLocator(a *cli.Args, locator *[]byte, what string) error {
	word, err := a.Value()
	if err != nil {
		return err
	}
	b, ok := encap.ParseLocator(word)
	if !ok {
		return cli.Fail("Bad %s: %s", what, word)
	}
	*locator = b[:]
	return nil
}

func (t *entry) parseOption(a *cli.Args, i int) error {
	word, err := a.Value()
	if err != nil {
		return err
	}
	o := &encap.ILAOptions[i]
	v, ok := o.Parse(word)
	if !ok {
		return cli.Fail("Bad %s: %s", o.Word, word)
	}
	t.options[i] = []byte{v}
	return nil
}

func (t *entry) parseDev(a *cli.Args) error {
	word, err := a.Value()
	if err != nil {
		return err
	}
	if t.index = t.e.Links.Index(word); t.index == 0 {
		return cli.Fail("No such interface: %s", word)
	}
	return nil
}

// parse reads the words of a command and looks for what lacks.
func (t *entry) parse(a *cli.Args, adding bool) error {
	if err := cli.ParseWords(t, a, words, unknown); err != nil || !adding {
		return err
	}
	switch {
	case t.locator == nil:
		return cli.Fail("ila: missing locator")
	case t.match == nil:
		return cli.Fail("ila: missing locator0match")
	}
	return nil
}

// change is the verbs add and delete. What is wrong with a command line is
// said, but the real tool goes on and sends an empty request, with which the
// kernel may be content.
func change(e *cli.Env, a *cli.Args, cmd uint8) error {
	t := &entry{e: e}
	err := t.parse(a, cmd == uapi.ILA_CMD_ADD)
	if cli.EndsBatch(err) {
		return err
	}
	m := rtnl.NewGenl(cmd, uapi.ILA_GENL_VERSION)
	if err != nil {
		e.Warnf("%s", err)
	} else {
		t.put(m)
	}
	return e.PostGenl(familyName, m, cli.Special{})
}

// put adds the attributes to a request.
func (t *entry) put(m *rtnl.Msg) {
	if t.match != nil {
		m.Attr(uapi.ILA_ATTR_LOCATOR_MATCH, t.match)
	}
	if t.locator != nil {
		m.Attr(uapi.ILA_ATTR_LOCATOR, t.locator)
	}
	if t.index != 0 {
		m.U32(uapi.ILA_ATTR_IFINDEX, t.index)
	}
	for i, v := range t.options {
		if v != nil {
			m.Attr(encap.ILAOptions[i].Attr, v)
		}
	}
}

// list is the verb show.
func list(e *cli.Env, a *cli.Args) error {
	if a.More() {
		return cli.Fail(`"ip ila show" does not take any arguments.`)
	}
	return e.GenlList(familyName, rtnl.NewGenl(uapi.ILA_CMD_GET, uapi.ILA_GENL_VERSION), cli.StatusUsage, print)
}

// print writes an entry in columns; the last two stand close together.
func print(e *cli.Env, attrs []byte) {
	var tb [uapi.ILA_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	p := e.Pen
	printLocator(p, "locator_match", tb[uapi.ILA_ATTR_LOCATOR_MATCH])
	printLocator(p, "locator", tb[uapi.ILA_ATTR_LOCATOR])
	if v := tb[uapi.ILA_ATTR_IFINDEX]; v != nil {
		p.ColorStrWidth(show.Ifname, "interface", "", 16, e.Links.Name(rtnl.U32(v)), "")
	} else {
		p.Text("-          ")
	}
	for i, none := range [nOptions]string{"-          ", "-"} {
		o := &encap.ILAOptions[i]
		if v := tb[o.Attr]; v != nil {
			p.Str(o.Key, "", o.Name(rtnl.U8(v)), "")
		} else {
			p.Text(none)
		}
	}
	p.NL()
}

func printLocator(p *show.Pen, key string, v []byte) {
	var buf [32]byte
	s := append(buf[:0], '-')
	if v != nil {
		s = encap.AppendLocator(buf[:0], v)
	}
	p.ColorBytesWidth(show.Plain, key, "", 20, s, "")
}
