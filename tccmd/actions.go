package tccmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// actionsObject is about actions by themselves, which filters may share. A line may
// have several verbs.
var actionsObject = command.Object{Words: "actions", Usage: actionsUsage, Before: begin, Run: runActions}

// actionVerbs stand in the order in which abbreviations are tried.
var actionVerbs = []struct {
	words string
	run   func(c *command.Call, typ, flags uint16) error
	typ   uint16
	flags uint16
	ends  bool // nothing is read behind it
}{
	{"add", changeActions, unix.RTM_NEWACTION, create, false},
	{"change|replace", changeActions, unix.RTM_NEWACTION, replace, false},
	{"delete", pickActions, unix.RTM_DELACTION, 0, false},
	{"get", pickActions, unix.RTM_GETACTION, 0, false},
	{"list|show|lst", listActions, unix.RTM_GETACTION, 0, true},
	{"flush", flushActions, unix.RTM_DELACTION, unix.NLM_F_ROOT, true},
}

func runActions(c *command.Call) error {
	for c.More() {
		w, found := c.Word(), false
		for _, v := range actionVerbs {
			if !word.Match(v.words, w) {
				continue
			}
			found = true
			c.Skip()
			if err := v.run(c, v.typ, v.flags); err != nil || v.ends {
				return err
			}
			break
		}
		switch {
		case found:
		case word.Match("help", w):
			return cli.Usage(c.Object.Usage)
		default:
			return kind.Refuse(`Command "%s" is unknown, try "tc actions help".`, w)
		}
	}
	return nil
}

// newActions is a request about actions: struct tcamsg, which has a family only.
func newActions(typ, flags uint16) *rtnl.Msg {
	m := rtnl.New(typ, flags)
	m.Raw([]byte{0, 0, 0, 0})
	return m
}

func changeActions(c *command.Call, typ, flags uint16) error {
	m := newActions(typ, flags)
	if err := action.Read(c.Env, c.Args, m, uapi.TCA_ACT_TAB); err != nil {
		if cli.EndsBatch(err) {
			return err
		}
		return &cli.Error{Status: cli.StatusUsage, Err: err, Text: "Illegal \"action\"\n"}
	}
	err := talk(c, m)
	return cli.Special{Text: notTalked, Status: cli.StatusUsage}.Result(c.Env, err)
}

// talk sends a change of actions, and with -echo prints what the kernel says of it.
func talk(c *command.Call, m *rtnl.Msg) error {
	if c.Opt.Echo {
		return c.Change(m, printActions)
	}
	return c.Do(m)
}

// pickActions deletes or shows actions by their numbers. What the kernel refuses is
// told; then the words behind the verb are tried as another verb.
func pickActions(c *command.Call, typ, _ uint16) error {
	left := c.Len()
	c.Skip()
	m := newActions(typ, 0)
	nest := m.Nest(uapi.TCA_ACT_TAB)
	for n := uint16(1); c.More(); {
		switch c.Word() {
		case "action":
			c.Skip()
			continue
		case "help":
			return cli.Silent(cli.StatusUsage)
		}
		if err := pickAction(c, m, n); err != nil {
			return err
		}
		n++
	}
	m.End(nest)
	err := talkOrGet(c, m, typ)
	if err == nil || cli.EndsBatch(err) {
		return err
	}
	cli.Report(c.Stderr, &cli.Error{Err: err, Text: notTalked})
	for c.Len() < left {
		c.Back()
	}
	return nil
}

func talkOrGet(c *command.Call, m *rtnl.Msg, typ uint16) error {
	if typ == unix.RTM_DELACTION {
		return talk(c, m)
	}
	return c.Get(m, func(m rtnl.Message) error {
		c.Pen.Begin()
		err := printActions(c.Env, m)
		c.Pen.End()
		return err
	})
}

// pickAction reads a kind and a number.
func pickAction(c *command.Call, m *rtnl.Msg, n uint16) error {
	name := kind.Cut15(c.Word())
	if action.Find(name) == nil {
		return kind.Refuse("Error: non existent action: %s", name)
	}
	c.Skip()
	if !c.Match("index") {
		return kind.Refuse("Error: no index specified action: %s", name)
	}
	s, err := c.Value()
	if err != nil {
		return err
	}
	index, ok := word.Uint(s, 10, 32)
	if !ok {
		return kind.Refuse(`Illegal "index"`)
	}
	nest := m.Nest(n)
	m.Str(uapi.TCA_ACT_KIND, name)
	if index > 0 {
		m.U32(uapi.TCA_ACT_INDEX, uint32(index))
	}
	m.End(nest)
	return nil
}

// actionKind reads the kind that a list or a flush is about; the word in front of it
// is dropped unseen. A kind that is none is told, without a failure.
func actionKind(c *command.Call, typ, flags uint16) (m *rtnl.Msg, err error) {
	c.Skip()
	if !c.More() {
		return nil, cli.Usage(c.Object.Usage)
	}
	name := kind.Cut15(c.Word())
	if action.Find(name) == nil {
		c.Warnf("bad action %s\n", name)
		return nil, nil
	}
	c.Skip()
	since := uint64(0)
	if c.Match("=since") {
		s, err := c.Value()
		if err != nil {
			return nil, err
		}
		var ok bool
		if since, ok = word.Uint(s, 0, 32); !ok {
			return nil, cli.InvArg(`dump time "since" is invalid`, s)
		}
	}
	m = newActions(typ, flags)
	tab := m.Nest(uapi.TCA_ACT_TAB)
	nest := m.Nest(1)
	m.Str(uapi.TCA_ACT_KIND, name)
	m.End(nest)
	m.End(tab)
	options := uint32(uapi.TCA_ACT_FLAG_LARGE_DUMP_ON)
	if c.Opt.Brief {
		options |= uapi.TCA_ACT_FLAG_TERSE_DUMP
	}
	m.Attr(unix.TCA_ROOT_FLAGS, rtnl.AppendUint32s(nil, options, options))
	if since != 0 {
		m.U32(unix.TCA_ROOT_TIME_DELTA, uint32(since))
	}
	return m, nil
}

func listActions(c *command.Call, typ, flags uint16) error {
	m, err := actionKind(c, typ, flags)
	if m == nil || err != nil {
		return err
	}
	c.Pen.Begin()
	err = c.Dump(m, func(m rtnl.Message) error { return printActions(c.Env, m) })
	c.Pen.End()
	if err != nil {
		return &cli.Error{Status: cli.StatusUsage, Err: err}
	}
	return nil
}

func flushActions(c *command.Call, typ, flags uint16) error {
	m, err := actionKind(c, typ, flags)
	if m == nil || err != nil {
		return err
	}
	return cli.Special{Text: "We have an error flushing\n", Status: cli.StatusError}.Result(c.Env, talk(c, m))
}

// printActions prints a message about actions: how many there are, then those.
func printActions(e *cli.Env, m rtnl.Message) error {
	if len(m.Body) < 4 {
		return nil
	}
	var tb [unix.TCA_ROOT_EXT_WARN_MSG + 1][]byte
	rtnl.Index(tb[:], m.Body[4:])
	total := rtnl.U32(tb[unix.TCA_ROOT_COUNT])
	p := e.Pen
	p.OpenObject("")
	p.Uint("total acts", "total acts ", uint64(total), "")
	p.NL()
	p.CloseObject()
	if tb[uapi.TCA_ACT_TAB] == nil {
		if m.Type != unix.RTM_GETACTION {
			e.Warnf("print_action: NULL kind\n")
		}
		return cli.Silent(cli.StatusError)
	}
	flushed := m.Type == unix.RTM_DELACTION && m.Flags&unix.NLM_F_ROOT != 0
	switch {
	case flushed:
		p.Raw("Flushed table ")
	case m.Type == unix.RTM_DELACTION:
		p.Raw("Deleted action ")
	case m.Type == unix.RTM_NEWACTION && m.Flags&replace == unix.NLM_F_CREATE:
		p.Raw("Added action ")
	case m.Type == unix.RTM_NEWACTION && m.Flags&unix.NLM_F_REPLACE != 0:
		p.Raw("Replaced action ")
	}
	p.OpenObject("")
	if gone := rtnl.Find(tb[uapi.TCA_ACT_TAB], 0); flushed && gone != nil {
		p.Raw(" " + rtnl.Str(rtnl.Find(gone, unix.TCA_KIND)) + " (" + decimal(int(int32(rtnl.U32(rtnl.Find(gone, unix.TCA_FCNT))))) + " entries)\n")
	} else {
		action.Print(e, tb[uapi.TCA_ACT_TAB], total, false)
	}
	if b := tb[unix.TCA_ROOT_EXT_WARN_MSG]; b != nil {
		p.Bytes("warn", "", rtnl.CStr(b), "")
		p.NL()
	}
	p.CloseObject()
	p.Spill()
	return nil
}
