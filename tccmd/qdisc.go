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

const replace = unix.NLM_F_CREATE | unix.NLM_F_REPLACE

var qdiscObject = command.Object{Words: "qdisc", Usage: qdiscUsage, Before: begin, Unknown: unknown, Verbs: []command.Verb{
	{Words: "add", Run: changeQdisc, Type: unix.RTM_NEWQDISC, Flags: create, Reads: &qdiscWords, Waits: true},
	{Words: "change", Run: changeQdisc, Type: unix.RTM_NEWQDISC, Reads: &qdiscWords, Waits: true},
	{Words: "replace", Run: changeQdisc, Type: unix.RTM_NEWQDISC, Flags: replace, Reads: &qdiscWords, Waits: true},
	{Words: "link", Run: changeQdisc, Type: unix.RTM_NEWQDISC, Flags: unix.NLM_F_REPLACE, Reads: &qdiscWords, Waits: true},
	{Words: "delete", Run: changeQdisc, Type: unix.RTM_DELQDISC, Reads: &qdiscWords, Waits: true},
	{Words: "list|show|lst", Run: listQdiscs, Default: true},
	{Words: "help", Run: help},
}}

// An order is what the words in front of a kind say.
type order struct {
	*command.Call
	dev     string
	kind    string
	named   bool      // a kind was given, which may be an empty word
	blocks  [2]uint32 // for ingress and egress
	est     estimator
	stab    sizeTable
	msg     *rtnl.Msg
	place   place // of a filter
	stopped bool  // the kind is known: clsact and ingress are kinds and places in one
	helped  bool  // the usage was shown, and that was all
	reads   *field.Call
	target  kind.Target
}

// The orders of a batch share their memory: there is one at a time.
type orderMemory struct {
	order
	reads field.Call
}

// newOrder is an empty order, good until the next one, that becomes the request.
func newOrder(c *command.Call, request *rtnl.Msg) *order {
	s := cli.State[orderMemory](c.Env)
	s.order = order{Call: c, msg: request, reads: &s.reads}
	return &s.order
}

// targetOf is what the words of the kind are for.
func (o *order) targetOf() *kind.Target {
	o.target = kind.Target{Msg: o.msg, Dev: o.dev, Handle: o.place.handle}
	return &o.target
}

// qdiscWords are the words in front of the kind.
var qdiscWords = field.Table{Ends: true, Voice: &orderVoice, Rows: []*field.Row{
	&orderDev,
	{Words: "=handle", Value: "HANDLE", Type: &field.Type{Parse: parseHandle}},
	{Words: "=root", Arg: kind.Root, Type: &orderPlace},
	{Words: "=clsact", Arg: kind.Ingress, Bad: "a ", Type: &orderPlace},
	{Words: "=ingress", Arg: kind.Ingress, Bad: "a ", Type: &orderPlace},
	{Words: "=parent", Value: "CLASSID", Bad: "invalid parent ID", Type: &parent},
	{Words: "estimator", Value: "INTERVAL TIME_CONSTANT", Type: &estimatorType},
	{Words: "stab", Value: "STAB_OPTIONS", Type: &field.Type{Parse: parseStab}},
	{Words: "ingress_block", Value: "INDEX", Bad: "invalid ingress block index value", Arg: 0, Type: &block},
	{Words: "egress_block", Value: "INDEX", Bad: "invalid egress block index value", Arg: 1, Type: &block},
	{Words: "help", Type: &orderHelp},
}}

var (
	orderDev      = field.Row{Words: "=dev", Value: "DEV", Type: &field.Type{Parse: parseDev}}
	orderPlace    = field.Type{Parse: parsePlace, Form: field.Alone}
	parent        = field.Type{Parse: parseParent}
	block         = field.Type{Read: parseBlock}
	estimatorType = field.Type{Parse: parseEstimator}
	orderHelp     = field.Type{Parse: parseHelp}
	orderVoice    = field.Voice{Wrong: cli.InvArg, Twice: cli.DupArg, Missing: cli.MissArg}
)

func orderOf(c *field.Call) *order { return c.For.(*order) }

func parseDev(c *field.Call, _ *field.Row) error {
	o := orderOf(c)
	s, err := c.Args.ValueOnce("dev", o.dev != "")
	if err != nil {
		return err
	}
	o.dev = kind.Cut15(s)
	return nil
}

func parseHandle(c *field.Call, _ *field.Row) error {
	t := head(orderOf(c).msg)
	if t.Handle != 0 {
		return cli.DupArg("handle", c.Typed)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	h, ok := kind.ParseHandle(s)
	if !ok {
		return cli.InvArg("invalid qdisc ID", s)
	}
	t.Handle = h
	return nil
}

// parsePlace reads a word for a place. clsact and ingress are also the kind, with which
// the words in front of it end.
func parsePlace(c *field.Call, r *field.Row) error {
	o := orderOf(c)
	t := head(o.msg)
	if t.Parent != 0 {
		return kind.Refuse(`Error: "%s" is %sduplicate parent ID`, r.Word(), r.Bad)
	}
	t.Parent = uint32(r.Arg)
	if r.Arg == kind.Ingress {
		t.Handle = kind.Ingress &^ 0xFFFF
		o.kind, o.named, o.stopped = r.Word(), true, true
	}
	return nil
}

func parseParent(c *field.Call, r *field.Row) error {
	return handleOnce(c.Args, "parent", &head(orderOf(c).msg).Parent, kind.ParseClass, r.Bad)
}

// handleOnce reads a handle into its place, once: it is 0 until then.
func handleOnce(a *cli.Args, name string, to *uint32, parse func(string) (uint32, bool), bad string) error {
	s, err := a.ValueOnce(name, *to != 0)
	if err != nil {
		return err
	}
	h, ok := parse(s)
	if !ok {
		return cli.InvArg(bad, s)
	}
	*to = h
	return nil
}

func parseBlock(c *field.Call, r *field.Row, s string) error {
	n, ok := word.Uint(s, 0, 32)
	if !ok || n == 0 {
		return cli.InvArg(r.Bad, s)
	}
	orderOf(c).blocks[r.Arg] = uint32(n)
	return nil
}

// parseHelp shows the usage and goes on, as the real tool does.
func parseHelp(c *field.Call, _ *field.Row) error {
	tellUsage(orderOf(c).Call)
	return nil
}

// asks is what the types of messages that ask for one thing end with. Nobody asks for an
// estimator: the word is a kind then.
const asks = unix.RTM_GETTFILTER & 3

// readOrder reads the words in front of the kind, and the kind.
func readOrder(o *order) error {
	a, c := o.Args, o.reads
	c.Begin(o.Env, a, o.Verb.Reads)
	c.For = o
	for a.More() && !o.stopped {
		r, keyword := c.Find(a.Word())
		keyword = keyword && (r.Type != &estimatorType || o.Verb.Type&3 != asks)
		c.Typed = a.Word()
		a.Skip()
		if !keyword {
			o.kind, o.named = kind.Cut15(c.Typed), true
			return nil
		}
		if err := c.Row(r); err != nil {
			return err
		}
	}
	return nil
}

// ordered is the order for a change, up to the kind.
func ordered(c *command.Call) (*order, error) {
	o := newOrder(c, newChange(c))
	err := readOrder(o)
	if err == nil {
		putKind(o.msg, o.kind)
		o.est.put(o.msg)
	}
	return o, err
}

// post sends the request of the order, for its device.
func (o *order) post() error {
	if err := link(o.Env, o.msg, o.dev); err != nil {
		return err
	}
	return o.Post(o.msg, cli.Special{})
}

func changeQdisc(c *command.Call) error {
	o, err := ordered(c)
	if err != nil {
		return err
	}
	for i, n := range o.blocks {
		if n != 0 {
			o.msg.U32(unix.TCA_INGRESS_BLOCK+uint16(i), n)
		}
	}
	if o.named {
		if err := readQdisc(o); err != nil {
			return err
		}
	}
	o.stab.put(o.msg)
	return o.post()
}

// readQdisc reads what follows the kind.
func readQdisc(o *order) error {
	for _, k := range qdisc.List {
		word.Offer(o.kind, k.Name)
	}
	k := qdisc.Find(o.kind)
	switch {
	case k == nil && o.More():
		return cli.Fail(`Unknown qdisc "%s", hence option "%s" is unparsable`, o.kind, o.Word())
	case k == nil:
		return nil
	case k.Plain && o.More():
		return kind.Refuse("qdisc '%s' does not support option parsing", o.kind)
	case k.Plain:
		return nil
	}
	return k.Read(o.Env, o.Args, o.targetOf(), unix.TCA_OPTIONS)
}
