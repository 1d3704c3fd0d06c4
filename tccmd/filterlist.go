package tccmd

import (
	"cmp"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/filter"
	"gip/tccmd/kind"
	"gip/tccmd/qdisc"

	"golang.org/x/sys/unix"
)

// filterFilter is what lists of filters and chains are limited to. The real tool never
// sets it back: in a batch, it limits later lists too. What is equal to it is not shown.
type filterFilter struct {
	ifindex, block, parent uint32
	pref                   uint32
	protocol               uint16
	chain                  *uint32
}

// A filterList is the reading of the words of a list.
type filterList struct {
	*command.Call
	f        *filterFilter
	t        tcMsg
	dev      string
	block    uint32
	pref     uint32
	protocol uint16
	handle   *string
}

func listFilters(c *command.Call) error {
	l := filterList{Call: c, f: cli.State[filterFilter](c.Env)}
	for c.More() {
		if err := l.word(); err != nil {
			return err
		}
	}
	typ := uint16(unix.RTM_GETTFILTER)
	if c.Verb != nil {
		typ = c.Verb.Type
	}
	m := rtnl.New(typ, 0)
	l.t.Info = l.pref<<16 | uint32(l.protocol)
	rtnl.Put(m, l.t)
	if err := l.target(m); err != nil {
		return err
	}
	if l.f.chain != nil {
		m.U32(unix.TCA_CHAIN, *l.f.chain)
	}
	if c.Opt.Brief {
		b := rtnl.NE.AppendUint32(nil, uapi.TCA_DUMP_FLAGS_TERSE)
		m.Attr(unix.TCA_DUMP_FLAGS, rtnl.NE.AppendUint32(b, uapi.TCA_DUMP_FLAGS_TERSE))
	}
	return dump(c.Env, m, printFilter)
}

// target sets the device or block that is listed.
func (l *filterList) target(m *rtnl.Msg) error {
	if l.dev != "" {
		err := link(l.Env, m, l.dev)
		l.f.ifindex = head(m).Ifindex
		return err
	}
	if l.block == 0 {
		return nil
	}
	found, err := blockExists(l.Env, l.block)
	if err != nil {
		return err
	}
	if !found {
		return cli.Fail(`Cannot find block "%d"`, l.block)
	}
	t := head(m)
	t.Ifindex, t.Parent = uapi.TCM_IFINDEX_MAGIC_BLOCK, l.block
	l.f.block = l.block
	return nil
}

// blockExists looks for a qdisc that has the block. Where commands are only tried, each
// does.
func blockExists(e *cli.Env, block uint32) (found bool, err error) {
	if e.Dry != nil {
		return true, nil
	}
	m := rtnl.New(unix.RTM_GETQDISC, 0)
	rtnl.Put(m, tcMsg{})
	err = e.Dump(m, func(m rtnl.Message) error {
		_, attrs := rtnl.View[tcMsg](m.Body)
		for _, attr := range [...]uint16{unix.TCA_INGRESS_BLOCK, unix.TCA_EGRESS_BLOCK} {
			if b := rtnl.Find(attrs, attr); b != nil && rtnl.U32(b) == block {
				found = true
			}
		}
		options := rtnl.Find(attrs, unix.TCA_OPTIONS)
		found = found || qdisc.HasBlock(rtnl.Str(rtnl.Find(attrs, unix.TCA_KIND)), options, block)
		return nil
	})
	return found, cli.DumpError(err, cli.StatusError)
}

func (l *filterList) word() (err error) {
	w := l.Word()
	l.Skip()
	switch {
	case w == "root":
		return l.place(w, kind.Root)
	case w == "ingress":
		return l.place(w, kind.FilterIngress)
	case w == "egress":
		return l.place(w, kind.FilterEgress)
	case word.Match("help", w):
		tellUsage(l.Call)
		return nil
	}
	read := l.reader(w)
	if read == nil {
		return kind.Refuse(` What is "%s"? Try "tc filter help"`, w)
	}
	s, err := l.Value()
	if err != nil {
		return err
	}
	return read(s)
}

// reader is what reads the value of a word, or nil.
func (l *filterList) reader(w string) func(string) error {
	switch {
	case w == "dev":
		return l.readDev
	case word.Match("block", w):
		return l.readBlock
	case w == "parent":
		return l.readParent
	case w == "handle":
		return l.readHandle
	case word.Match("preference", w), word.Match("priority", w):
		return l.readPref
	case word.Match("protocol", w):
		return l.readProtocol
	case word.Match("chain", w):
		return l.readChain
	}
	return nil
}

func (l *filterList) place(w string, h uint32) error {
	if l.t.Parent != 0 {
		return kind.Refuse(`Error: "%s" is duplicate parent ID`, w)
	}
	l.t.Parent, l.f.parent = h, h
	return nil
}

func (l *filterList) readDev(s string) error {
	switch {
	case l.dev != "":
		return cli.DupArg("dev", s)
	case l.block != 0:
		return kind.Refuse(`Error: "dev" cannot be used in the same time as "block"`)
	}
	l.dev = kind.Cut15(s)
	return nil
}

func (l *filterList) readBlock(s string) (err error) {
	switch {
	case l.block != 0:
		return cli.DupArg("block", s)
	case l.dev != "":
		return kind.Refuse(`Error: "block" cannot be used in the same time as "dev"`)
	}
	l.block, err = blockIndex(s)
	return err
}

func (l *filterList) readParent(s string) error {
	if l.t.Parent != 0 {
		return cli.DupArg("parent", s)
	}
	h, ok := kind.ParseClass(s)
	if !ok {
		return cli.InvArg("invalid parent ID", s)
	}
	l.t.Parent, l.f.parent = h, h
	return nil
}

func (l *filterList) readHandle(s string) error {
	if l.handle != nil {
		return cli.DupArg("handle", s)
	}
	l.handle = &s
	return nil
}

func (l *filterList) readPref(s string) error {
	if l.pref != 0 {
		return cli.DupArg("priority", s)
	}
	n, ok := word.Uint(s, 0, 32)
	if !ok {
		return cli.InvArg("invalid preference", s)
	}
	l.pref, l.f.pref = uint32(n), uint32(n)
	return nil
}

func (l *filterList) readProtocol(s string) (err error) {
	if l.protocol != 0 {
		return cli.DupArg("protocol", s)
	}
	l.protocol, err = protocol(s)
	l.f.protocol = l.protocol
	return err
}

func (l *filterList) readChain(s string) (err error) {
	if l.f.chain != nil {
		return cli.DupArg("chain", s)
	}
	l.f.chain, err = chainIndex(s)
	return err
}

// printFilter prints a message about a filter or a chain.
func printFilter(e *cli.Env, m rtnl.Message) error {
	t, attrs := rtnl.View[tcMsg](m.Body)
	if t == nil {
		t = new(tcMsg) // an acknowledgement without an echo
	}
	var tb [maxAttr][]byte
	rtnl.Index(tb[:], attrs)
	isFilter := m.Type == unix.RTM_NEWTFILTER || m.Type == unix.RTM_DELTFILTER || m.Type == unix.RTM_GETTFILTER
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
	replaced := m.Flags&create == unix.NLM_F_CREATE
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
	if b := tb[unix.TCA_OPTIONS]; b != nil && tb[unix.TCA_KIND] != nil {
		p.OpenObject("options")
		filter.Print(e, rtnl.Str(tb[unix.TCA_KIND]), b, t.Handle, uapi.Htons(uint16(t.Info)))
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
		class(e, "parent", t.Parent)
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
