package tccmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/word"
	"gip/tccmd/kind"
	"gip/tccmd/qdisc"

	"golang.org/x/sys/unix"
)

var classObject = command.Object{Words: "class", Usage: classUsage, Before: begin, Unknown: unknown, Verbs: []command.Verb{
	{Words: "add", Run: changeClass, Type: unix.RTM_NEWTCLASS, Flags: create, Reads: &classWords, Waits: true},
	{Words: "change", Run: changeClass, Type: unix.RTM_NEWTCLASS, Reads: &classWords, Waits: true},
	{Words: "replace", Run: changeClass, Type: unix.RTM_NEWTCLASS, Flags: unix.NLM_F_CREATE, Reads: &classWords, Waits: true},
	{Words: "delete", Run: changeClass, Type: unix.RTM_DELTCLASS, Reads: &classWords, Waits: true},
	{Words: "list|show|lst", Run: listClasses, Default: true},
	{Words: "help", Run: help},
}}

var classWords = field.Table{Ends: true, Voice: &orderVoice, Rows: []*field.Row{
	&orderDev,
	{Words: "=classid", Value: "CLASSID", Type: &field.Type{Parse: parseClassID}},
	{Words: "=handle", Type: &field.Type{Parse: refuseHandle}},
	{Words: "=root", Type: &field.Type{Parse: parseClassRoot, Form: field.Alone}},
	{Words: "=parent", Value: "CLASSID", Bad: "invalid parent ID", Type: &parent},
	{Words: "estimator", Value: "INTERVAL TIME_CONSTANT", Type: &estimatorType},
	{Words: "help", Type: &orderHelp},
}}

func parseClassID(c *field.Call, _ *field.Row) error {
	return handleOnce(c.Args, "classid", &head(orderOf(c).msg).Handle, kind.ParseClass, "invalid class ID")
}

func refuseHandle(*field.Call, *field.Row) error {
	return kind.Refuse(`Error: try "classid" instead of "handle"`)
}

func parseClassRoot(c *field.Call, _ *field.Row) error {
	t := head(orderOf(c).msg)
	if t.Parent != 0 {
		return kind.Refuse(`Error: "root" is duplicate parent ID.`)
	}
	t.Parent = kind.Root
	return nil
}

func changeClass(c *command.Call) error {
	o, err := ordered(c)
	if err != nil {
		return err
	}
	if o.named {
		offerClasses(o.kind)
		k := qdisc.Find(o.kind)
		if k == nil || k.Class == nil {
			return cli.Fail(`Error: Qdisc "%s" is classless.`, o.kind)
		}
		if err := k.Class.Read(c.Env, c.Args, o.targetOf(), unix.TCA_OPTIONS); err != nil {
			return err
		}
	}
	return o.post()
}

// classFilter is what a list of classes is limited to. The real tool never sets the
// device back: in a batch, later lists do not show that.
type classFilter struct {
	ifindex, qdisc, class uint32
	kind                  *kind.Kind // of the class that was shown last
}

// kindOf is the kind with that name, or nil. Those of a list are mostly the same.
func (f *classFilter) kindOf(name []byte) *kind.Kind {
	if f.kind == nil || f.kind.Name != string(name) {
		f.kind = qdisc.Named(name)
	}
	return f.kind
}

func listClasses(c *command.Call) error {
	f := cli.State[classFilter](c.Env)
	f.qdisc, f.class = 0, 0
	m := rtnl.Request(unix.RTM_GETTCLASS, tcMsg{})
	l := classList{c, f, m, ""}
	for c.More() {
		if err := l.word(); err != nil {
			return err
		}
	}
	if err := link(c.Env, m, l.dev); err != nil {
		return err
	}
	if l.dev != "" {
		f.ifindex = head(m).Ifindex
	}
	if !c.Opt.Graph {
		return dump(c.Env, m, cli.CannotSend, printClass)
	}
	g := new(graph)
	if err := dump(c.Env, m, cli.CannotSend, g.add); err != nil {
		return err
	}
	g.show(c.Env)
	return nil
}

// A classList is the reading of the words of "class show".
type classList struct {
	*command.Call
	f   *classFilter
	m   *rtnl.Msg
	dev string
}

func (l *classList) word() (err error) {
	w := l.Word()
	l.Skip()
	t := head(l.m)
	switch {
	case w == "dev":
		set := l.dev != ""
		if l.dev, err = kind.Device(l.Args); err == nil && set {
			err = cli.DupArg("dev", l.last())
		}
	case w == "qdisc":
		err = handleOnce(l.Args, "qdisc", &l.f.qdisc, kind.ParseHandle, "invalid qdisc ID")
	case w == "classid":
		err = handleOnce(l.Args, "classid", &l.f.class, kind.ParseClass, "invalid class ID")
	case w == "root" && t.Parent != 0:
		err = kind.Refuse(`Error: "root" is duplicate parent ID`)
	case w == "root":
		t.Parent = kind.Root
	case w == "parent" && t.Parent != 0:
		err = cli.DupArg("parent", w)
	case w == "parent":
		err = handleOnce(l.Args, "parent", &t.Parent, kind.ParseClass, "invalid parent ID")
	case word.Match("help", w):
		tellUsage(l.Call)
	default:
		err = kind.Refuse(`What is "%s"? Try "tc class help".`, w)
	}
	return err
}

// last is the word that was read last.
func (l *classList) last() string {
	l.Back()
	defer l.Skip()
	return l.Word()
}

// printClass prints a message about a class.
func printClass(e *cli.Env, m rtnl.Message) error {
	t, attrs := rtnl.View[tcMsg](m.Body)
	f := cli.State[classFilter](e)
	if t == nil || f.qdisc != 0 && (t.Handle^f.qdisc)>>16 != 0 || f.class != 0 && t.Handle != f.class {
		return nil
	}
	var tb [maxAttr][]byte
	rtnl.Refill(tb[:], 0, attrs) // which is clear
	if tb[unix.TCA_KIND] == nil {
		e.Warnf("print_class: NULL kind\n")
		return cli.Silent(cli.StatusError)
	}
	p, name := e.Pen, rtnl.CStr(tb[unix.TCA_KIND])
	p.OpenObject("")
	if m.Type == unix.RTM_DELTCLASS {
		p.Null("deleted", "deleted ")
	}
	p.Bytes("class", "class ", name, " ")
	mask := ^uint32(0)
	if f.qdisc != 0 {
		mask = 0xFFFF
	}
	if t.Handle != 0 {
		var b [64]byte
		p.Bytes("handle", "", kind.AppendClass(e, b[:0], t.Handle&mask), " ")
	} else {
		p.Str("handle", "", "", " ")
	}
	if f.ifindex == 0 {
		device(e, t.Ifindex)
	}
	if t.Parent == kind.Root {
		p.Flag("root", "root ")
	} else {
		kind.PutClass(e, "parent", t.Parent&mask)
	}
	if t.Info != 0 {
		leaf(e, t.Info>>16)
	}
	k := f.kindOf(name)
	if options := tb[unix.TCA_OPTIONS]; options != nil && k != nil && k.Class != nil {
		k.Class.Show(e, options)
	} else if options != nil {
		e.Warnf("[cannot parse class parameters]")
	}
	p.NL()
	if e.Opt.Stats > 0 {
		classStats(e, k, tb[:])
	}
	p.CloseObject()
	p.Spill()
	return nil
}

func leaf(e *cli.Env, h uint32) {
	if e.Pen.JSON() {
		e.Pen.Hex0x("leaf", "", uint64(h), "")
		return
	}
	e.Pen.Hex("leaf", "leaf ", uint64(h), ": ")
}

// classStats prints the statistics of a class; their line ends are newlines even
// with -o.
func classStats(e *cli.Env, k *kind.Kind, tb [][]byte) {
	p := e.Pen
	var own []byte
	p.OpenObject("stats")
	if tb[unix.TCA_STATS] != nil || tb[unix.TCA_STATS2] != nil {
		own = kind.Stats(e, tb[unix.TCA_STATS2], tb[unix.TCA_STATS], tb[unix.TCA_XSTATS], " ")
		p.Text("\n")
	}
	if own == nil {
		own = tb[unix.TCA_XSTATS]
	}
	if k != nil && own != nil {
		if x := k.ClassXstats(); x != nil {
			x.ShowXstats(e, own)
			p.Text("\n")
		}
	}
	p.CloseObject()
}

// offerClasses tells the kinds that have classes, if the name of one is asked about.
func offerClasses(name string) {
	for _, k := range qdisc.List {
		if k.Class != nil {
			word.Offer(name, k.Name)
		}
	}
}
