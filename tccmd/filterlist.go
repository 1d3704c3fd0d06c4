package tccmd

import (
	"bytes"
	"cmp"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/filter"
	"gip/tccmd/kind"
	"gip/tccmd/qdisc/aqm"

	"golang.org/x/sys/unix"
)

// filterFilter is what lists of filters and chains are limited to. The real tool never
// sets it back: in a batch, it limits later lists too. What is equal to it is not shown.
type filterFilter struct {
	ifindex, block, parent uint32
	pref                   uint32
	protocol               uint16
	chain                  *uint32
	head                   filterHead
}

// listWords are the words of a list: those in front of the kind of a filter, with other
// complaints.
var listWords = field.Table{Voice: &listVoice, Rows: []*field.Row{
	{Words: "=dev", Value: "DEV", Bad: `"dev" cannot be used in the same time as "block"`, Type: &filterDev},
	{Words: "block", Value: "INDEX", Bad: `"block" cannot be used in the same time as "dev"`, Type: &filterBlock},
	{Words: "=root", Arg: kind.Root, Type: &orderPlace},
	{Words: "=ingress", Arg: kind.FilterIngress, Type: &orderPlace},
	{Words: "=egress", Arg: kind.FilterEgress, Type: &orderPlace},
	{Words: "=parent", Value: "CLASSID", Bad: "invalid parent ID", Type: &parent},
	{Words: "=handle", Value: "FILTERID", Type: &filterHandle},
	{Words: "preference|priority", Value: "PRIO", Bad: "invalid preference", Arg: 0xFFFFFFFF, Type: &filterPref},
	{Words: "protocol", Value: "PROTO", Flags: field.OmitZero, Type: &filterProtocol},
	{Words: "chain", Value: "CHAIN_INDEX", Type: &filterChain},
	{Words: "help", Type: &field.Type{Parse: tellFilterUsage}},
}}

var listVoice = field.Voice{Wrong: cli.InvArg, Twice: cli.DupArg, Missing: cli.MissArg, Unknown: unknownInList}

func unknownInList(c *field.Call) error {
	return kind.Refuse(` What is "%s"? Try "tc filter help"`, c.Typed)
}

func tellFilterUsage(c *field.Call, _ *field.Row) error {
	tellUsage(orderOf(c).Call)
	return nil
}

func listFilters(c *command.Call) error {
	typ, f := uint16(unix.RTM_GETTFILTER), cli.State[filterFilter](c.Env)
	if c.Verb != nil {
		typ = c.Verb.Type
	}
	f.head.text = f.head.text[:0]
	o := newOrder(c, rtnl.New(typ, 0))
	rtnl.Put(o.msg, tcMsg{})
	if err := f.read(o); err != nil {
		return err
	}
	m := o.msg
	head(m).Info = o.place.pref<<16 | uint32(o.place.protocol)
	if err := f.target(o); err != nil {
		return err
	}
	if f.chain != nil {
		m.U32(unix.TCA_CHAIN, *f.chain)
	}
	if c.Opt.Brief {
		m.Attr(unix.TCA_DUMP_FLAGS, rtnl.AppendUint32s(nil, uapi.TCA_DUMP_FLAGS_TERSE, uapi.TCA_DUMP_FLAGS_TERSE))
	}
	return dump(c.Env, m, cli.CannotSend, printFilter)
}

// read reads the words of a list. What they limit stays, even if one of them is wrong.
func (f *filterFilter) read(o *order) error {
	c := o.reads
	c.Begin(o.Env, o.Args, &listWords)
	c.For = o
	o.place.chain = f.chain
	err := c.Read()
	f.chain = o.place.chain
	f.parent = cmp.Or(head(o.msg).Parent, f.parent)
	f.pref = cmp.Or(o.place.pref, f.pref)
	f.protocol = cmp.Or(o.place.protocol, f.protocol)
	return err
}

// target sets the device or block that is listed.
func (f *filterFilter) target(o *order) error {
	if o.dev != "" {
		err := link(o.Env, o.msg, o.dev)
		f.ifindex = head(o.msg).Ifindex
		return err
	}
	block := o.place.block
	if block == 0 {
		return nil
	}
	found, err := blockExists(o.Env, block)
	if err != nil {
		return err
	}
	if !found {
		return cli.Fail(`Cannot find block "%d"`, block)
	}
	t := head(o.msg)
	t.Ifindex, t.Parent = uapi.TCM_IFINDEX_MAGIC_BLOCK, block
	f.block = block
	return nil
}

// blockExists looks for a qdisc that has the block. Where commands are only tried, each
// does.
func blockExists(e *cli.Env, block uint32) (found bool, err error) {
	if e.Dry != nil {
		return true, nil
	}
	m := rtnl.Request(unix.RTM_GETQDISC, tcMsg{})
	err = e.Dump(m, func(m rtnl.Message) error {
		_, attrs := rtnl.View[tcMsg](m.Body)
		for _, attr := range [...]uint16{unix.TCA_INGRESS_BLOCK, unix.TCA_EGRESS_BLOCK} {
			if b := rtnl.Find(attrs, attr); b != nil && rtnl.U32(b) == block {
				found = true
			}
		}
		options := rtnl.Find(attrs, unix.TCA_OPTIONS)
		found = found || aqm.HasBlock(rtnl.Str(rtnl.Find(attrs, unix.TCA_KIND)), options, block)
		return nil
	})
	return found, cli.DumpError(err, cli.StatusError)
}

// ofFilter reports whether a message is about a filter.
func ofFilter(m rtnl.Message) bool {
	return m.Type == unix.RTM_NEWTFILTER || m.Type == unix.RTM_DELTFILTER || m.Type == unix.RTM_GETTFILTER
}

// printFilter prints a message about a filter or a chain.
func printFilter(e *cli.Env, m rtnl.Message) error {
	t, attrs := rtnl.View[tcMsg](m.Body)
	if t == nil {
		t = new(tcMsg) // an acknowledgement without an echo
	}
	var tb [maxAttr][]byte
	rtnl.Refill(tb[:], 0, attrs) // which is clear
	isFilter := ofFilter(m)
	isChain := m.Type == unix.RTM_NEWCHAIN || m.Type == unix.RTM_DELCHAIN || m.Type == unix.RTM_GETCHAIN
	if !isFilter && !isChain {
		e.Warnf("Not a filter(cmd %d)\n", cmp.Or(m.Type, unix.NLMSG_ERROR))
		return nil
	}
	if tb[unix.TCA_KIND] == nil && isFilter {
		e.Warnf("print_filter: NULL kind\n")
		return cli.Silent(cli.StatusError)
	}
	p, f := e.Pen, cli.State[filterFilter](e)
	p.OpenObject("")
	if isFilter && m.Flags == unix.NLM_F_MULTI {
		f.head.put(e, f, m, t, tb[:])
	} else {
		f.begin(e, m, t, tb[:])
	}
	if b := tb[unix.TCA_OPTIONS]; b != nil && tb[unix.TCA_KIND] != nil {
		p.OpenObject("options")
		filter.Print(e, rtnl.CStr(tb[unix.TCA_KIND]), b, t.Handle, uapi.Htons(uint16(t.Info)))
		p.CloseObject()
	}
	p.NL()
	if e.Opt.Stats > 0 && (tb[unix.TCA_STATS] != nil || tb[unix.TCA_STATS2] != nil) {
		kind.Stats(e, tb[unix.TCA_STATS2], tb[unix.TCA_STATS], nil, " ")
		p.NL()
	}
	kind.Warning(e, tb[:])
	p.CloseObject()
	p.Spill()
	return nil
}

// begin writes what stands before the options.
func (f *filterFilter) begin(e *cli.Env, m rtnl.Message, t *tcMsg, tb [][]byte) {
	p, replaced := e.Pen, m.Flags&create == unix.NLM_F_CREATE
	isFilter := ofFilter(m)
	if isFilter {
		news(e, m, unix.RTM_DELTFILTER, unix.RTM_NEWTFILTER, replaced)
		p.Text("filter ")
	} else {
		news(e, m, unix.RTM_DELCHAIN, unix.RTM_NEWCHAIN, replaced)
		p.Text("chain ")
	}
	f.printPlace(e, t)
	if isFilter && t.Info != 0 {
		f.printOrder(e, t.Info)
	}
	if b := tb[unix.TCA_KIND]; b != nil {
		p.Bytes("kind", "", rtnl.CStr(b), " ")
	}
	if b := tb[unix.TCA_CHAIN]; b != nil && (f.chain == nil || *f.chain != rtnl.U32(b)) {
		p.Uint("chain", "chain ", uint64(rtnl.U32(b)), " ")
	}
}

// A filterHead is what filters of a list begin with that have type, place, protocol,
// preference, kind and chain in common, as nearly all of a long list do: it is spelled once.
type filterHead struct {
	typ         uint16
	place       tcMsg // without the handle
	kind, chain []byte
	chained     bool // there is a chain
	text        []byte
}

// put writes the head of a filter in a list.
func (h *filterHead) put(e *cli.Env, f *filterFilter, m rtnl.Message, t *tcMsg, tb [][]byte) {
	place, name, chain := *t, tb[unix.TCA_KIND], tb[unix.TCA_CHAIN]
	place.Handle = 0
	if len(h.text) > 0 && h.typ == m.Type && h.place == place && bytes.Equal(h.kind, name) &&
		h.chained == (chain != nil) && bytes.Equal(h.chain, chain) {
		e.Pen.PutPart(append(e.Pen.BeginLine(), h.text...))
		return
	}
	mark := e.Pen.Mark()
	f.begin(e, m, t, tb)
	h.typ, h.place, h.chained = m.Type, place, chain != nil
	h.kind, h.chain = append(h.kind[:0], name...), append(h.chain[:0], chain...)
	h.text = append(h.text[:0], e.Pen.Since(mark)...)
}

// printPlace writes the block, or the device and the place there.
func (f *filterFilter) printPlace(e *cli.Env, t *tcMsg) {
	p := e.Pen
	if t.Ifindex == uapi.TCM_IFINDEX_MAGIC_BLOCK {
		if f.block == 0 || f.block != t.Parent {
			p.Uint("block", "block ", uint64(t.Parent), " ")
		}
		return
	}
	if f.ifindex == 0 || f.ifindex != t.Ifindex {
		device(e, t.Ifindex)
	}
	switch {
	case f.parent != 0 && f.parent == t.Parent:
	case t.Parent == kind.Root:
		p.Flag("root", "root ")
	case t.Parent == kind.FilterIngress:
		p.Flag("ingress", "ingress ")
	case t.Parent == kind.FilterEgress:
		p.Flag("egress", "egress ")
	default:
		kind.PutClass(e, "parent", t.Parent)
	}
}

// printOrder writes the protocol and the preference, the halves of a number.
func (f *filterFilter) printOrder(e *cli.Env, info uint32) {
	proto, pref := uint16(info), info>>16
	if proto != 0 && (f.protocol == 0 || f.protocol != proto) {
		var b [32]byte
		e.Pen.Bytes("protocol", "protocol ", e.Tables.AppendEtherType(b[:0], uapi.Htons(proto)), " ")
	}
	if pref != 0 && (f.pref == 0 || f.pref != pref) {
		e.Pen.Uint("pref", "pref ", uint64(pref), " ")
	}
}
