package tccmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/filter"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

const create = unix.NLM_F_EXCL | unix.NLM_F_CREATE

var filterObject = command.Object{Words: "filter", Usage: filterUsage, Before: begin, Unknown: unknown, Verbs: []command.Verb{
	{Words: "add", Run: changeFilter, Type: unix.RTM_NEWTFILTER, Flags: create, Reads: &filterWords, Waits: true},
	{Words: "change", Run: changeFilter, Type: unix.RTM_NEWTFILTER, Reads: &filterWords, Waits: true},
	{Words: "replace", Run: changeFilter, Type: unix.RTM_NEWTFILTER, Flags: unix.NLM_F_CREATE, Reads: &filterWords, Waits: true},
	{Words: "delete", Run: changeFilter, Type: unix.RTM_DELTFILTER, Reads: &filterWords, Waits: true},
	{Words: "get", Run: getFilter, Type: unix.RTM_GETTFILTER, Reads: &filterWords},
	{Words: "list|show|lst", Run: listFilters, Type: unix.RTM_GETTFILTER, Default: true},
	{Words: "help", Run: help},
}}

// A chain is a list of filters, which one jumps to by number.
var chainObject = command.Object{Words: "chain", Usage: chainUsage, Before: begin, Unknown: unknown, Verbs: []command.Verb{
	{Words: "add", Run: changeFilter, Type: unix.RTM_NEWCHAIN, Flags: create, Reads: &filterWords, Waits: true},
	{Words: "delete", Run: changeFilter, Type: unix.RTM_DELCHAIN, Reads: &filterWords, Waits: true},
	{Words: "get", Run: getFilter, Type: unix.RTM_GETCHAIN, Reads: &filterWords},
	{Words: "list|show|lst", Run: listFilters, Type: unix.RTM_GETCHAIN, Default: true},
	{Words: "help", Run: help},
}}

// filterWords are the words in front of the kind of a filter.
var filterWords = field.Table{Ends: true, Voice: &orderVoice, Rows: []*field.Row{
	{Words: "=dev", Value: "DEV", Bad: mutually, Type: &filterDev},
	{Words: "block", Value: "INDEX", Bad: mutually, Type: &filterBlock},
	{Words: "=root", Arg: kind.Root, Type: &orderPlace},
	{Words: "=ingress", Arg: kind.FilterIngress, Type: &orderPlace},
	{Words: "=egress", Arg: kind.FilterEgress, Type: &orderPlace},
	{Words: "=parent", Value: "CLASSID", Bad: "Invalid parent ID", Type: &parent},
	{Words: "=handle", Value: "FILTERID", Type: &filterHandle},
	{Words: "preference|priority", Value: "PRIO", Bad: "invalid priority value", Arg: 0xFFFF, Type: &filterPref},
	{Words: "protocol", Value: "PROTO", Type: &filterProtocol},
	{Words: "chain", Value: "CHAIN_INDEX", Type: &filterChain},
	{Words: "estimator", Value: "INTERVAL TIME_CONSTANT", Type: &estimatorType},
	{Words: "help", Type: &field.Type{Parse: parseFilterHelp}},
}}

// A place is where a filter is, and which one it is.
type place struct {
	block    uint32
	word     string
	handle   *string // word, if that was given
	pref     uint32
	protocol uint16 // as it stands in packets
	chain    *uint32
	set      bool // a protocol was given
}

// Types of the words that changes and lists have.
var (
	filterDev      = field.Type{Parse: parseFilterDev}
	filterBlock    = field.Type{Parse: parseFilterBlock}
	filterHandle   = field.Type{Parse: parseFilterHandle}
	filterPref     = field.Type{Parse: parsePref}
	filterProtocol = field.Type{Parse: parseProtocol}
	filterChain    = field.Type{Parse: parseChain}
)

// mutually is the complaint about a device and a block for one filter.
const mutually = `"dev" and "block" are mutually exclusive`

func exclusive(r *field.Row) error { return kind.Refuse("Error: %s", r.Bad) }

func parseFilterDev(c *field.Call, r *field.Row) error {
	o := orderOf(c)
	if o.dev == "" && o.place.block != 0 {
		if !c.Args.More() {
			return cli.Incomplete()
		}
		return exclusive(r)
	}
	return parseDev(c, r)
}

func parseFilterBlock(c *field.Call, r *field.Row) error {
	o := orderOf(c)
	s, err := c.Args.ValueOnce("block", o.place.block != 0)
	switch {
	case err != nil:
		return err
	case o.dev != "":
		return exclusive(r)
	}
	o.place.block, err = blockIndex(s)
	return err
}

// blockIndex reads the number of a block.
func blockIndex(s string) (uint32, error) {
	n, ok := word.Uint(s, 0, 32)
	if !ok || n == 0 {
		return 0, cli.InvArg("invalid block index value", s)
	}
	return uint32(n), nil
}

func parseFilterHandle(c *field.Call, _ *field.Row) error {
	o := orderOf(c)
	s, err := c.Args.ValueOnce("handle", o.place.handle != nil)
	if err != nil {
		return err
	}
	o.place.word, o.place.handle = s, &o.place.word
	return nil
}

func parsePref(c *field.Call, r *field.Row) error {
	o := orderOf(c)
	s, err := c.Args.ValueOnce("priority", o.place.pref != 0)
	if err != nil {
		return err
	}
	n, ok := word.Uint(s, 0, 32)
	if !ok || n > r.Arg {
		return c.Wrong(r, s)
	}
	o.place.pref = uint32(n)
	return nil
}

// parseProtocol reads a protocol; in a list, 0 is none.
func parseProtocol(c *field.Call, r *field.Row) error {
	o := orderOf(c)
	s, err := c.Args.ValueOnce("protocol", o.place.set)
	if err != nil {
		return err
	}
	o.place.protocol, err = protocol(s)
	o.place.set = o.place.protocol != 0 || r.Flags&field.OmitZero == 0
	return err
}

// protocol reads what a packet is, by name or number.
func protocol(s string) (uint16, error) {
	id, ok := names.ParseEtherType(s)
	if !ok {
		var n uint64
		if n, ok = word.Uint(s, 0, 16); !ok {
			return 0, cli.InvArg("invalid protocol", s)
		}
		id = uint16(n)
	}
	return uapi.Htons(id), nil
}

func parseChain(c *field.Call, _ *field.Row) error {
	o := orderOf(c)
	s, err := c.Args.ValueOnce("chain", o.place.chain != nil)
	if err != nil {
		return err
	}
	o.place.chain, err = chainIndex(s)
	return err
}

func chainIndex(s string) (*uint32, error) {
	n, ok := word.Uint(s, 0, 32)
	if !ok {
		return nil, cli.InvArg("invalid chain index value", s)
	}
	chain := uint32(n)
	return &chain, nil
}

// parseFilterHelp ends the command, with success.
func parseFilterHelp(c *field.Call, _ *field.Row) error {
	o := orderOf(c)
	tellUsage(o.Call)
	o.stopped, o.helped = true, true
	return nil
}

// notTalked is what is said when the kernel refuses.
const notTalked = "We have an error talking to the kernel\n"

func changeFilter(c *command.Call) error {
	o := newOrder(c, newChange(c))
	if c.Verb.Type == unix.RTM_NEWTFILTER && c.Verb.Flags&unix.NLM_F_CREATE != 0 {
		o.place.protocol = uapi.Htons(unix.ETH_P_ALL)
	}
	err := readOrder(o)
	if err != nil || o.helped {
		return err
	}
	m := o.msg
	head(m).Info = o.place.pref<<16 | uint32(o.place.protocol)
	if o.place.chain != nil {
		m.U32(unix.TCA_CHAIN, *o.place.chain)
	}
	putKind(m, o.kind)
	if err := link(c.Env, m, o.dev); err != nil {
		return err
	}
	o.putBlock()
	if o.named {
		err = readFilter(o)
	} else if o.place.handle != nil {
		err = kind.Refuse(`Must specify filter type when using "handle"`)
	}
	if err != nil {
		return err
	}
	o.est.put(m)
	return postFilter(c, m)
}

// putBlock puts a block in the place of a device.
func (o *order) putBlock() {
	if o.dev == "" && o.place.block != 0 {
		t := head(o.msg)
		t.Ifindex, t.Parent = uapi.TCM_IFINDEX_MAGIC_BLOCK, o.place.block
	}
}

// readFilter reads what follows the kind.
func readFilter(o *order) error {
	k := filter.Find(o.kind)
	if k != nil {
		return k.Read(o.Env, o.Args, o.targetOf())
	}
	if o.More() {
		return cli.Fail(`Unknown filter "%s", hence option "%s" is unparsable`, o.kind, o.Word())
	}
	if o.place.handle == nil {
		return nil
	}
	n, ok := word.Uint(*o.place.handle, 16, 32)
	if !ok {
		return cli.Fail(`Unparsable filter ID "%s"`, *o.place.handle)
	}
	head(o.msg).Handle = uint32(n)
	return nil
}

// postFilter sends a change, and with -echo prints what the kernel says of it.
func postFilter(c *command.Call, m *rtnl.Msg) error {
	if c.Opt.Echo {
		return cli.Special{Text: notTalked}.Result(c.Env, c.Change(m, printFilter))
	}
	return c.Post(m, cli.Special{Text: notTalked})
}

// getFilter asks for one filter or chain.
func getFilter(c *command.Call) error {
	o := newOrder(c, newChange(c))
	o.msg.SetFlags(unix.NLM_F_ECHO)
	err := readOrder(o)
	if err != nil || o.helped {
		return err
	}
	m, p, isFilter := o.msg, &o.place, c.Verb.Type == unix.RTM_GETTFILTER
	switch {
	case o.named && o.kind == "":
		return cli.InvArg("invalid filter name", "")
	case isFilter && !p.set:
		return kind.Refuse("Must specify filter protocol")
	case isFilter && p.pref == 0:
		return kind.Refuse("Must specify filter priority")
	case head(m).Parent == 0:
		return kind.Refuse("Must specify filter parent")
	case isFilter && !o.named:
		return kind.Refuse("Must specify filter type")
	case o.dev == "" && p.block == 0:
		return kind.Refuse(`Must specify netdevice "dev" or block index "block"`)
	}
	if isFilter {
		head(m).Info = p.pref<<16 | uint32(p.protocol)
	}
	if p.chain != nil {
		m.U32(unix.TCA_CHAIN, *p.chain)
	}
	if isFilter {
		putKind(m, o.kind)
	}
	if err := link(c.Env, m, o.dev); err != nil {
		return err
	}
	o.putBlock()
	f := cli.State[filterFilter](c.Env)
	if o.dev != "" {
		f.ifindex = head(m).Ifindex
	} else {
		f.block = p.block
	}
	if isFilter {
		if err := readFilter(o); err != nil {
			return err
		}
		if p.handle == nil {
			return kind.Refuse(`Must specify filter "handle"`)
		}
	}
	if c.More() {
		return kind.Refuse(`Garbage instead of arguments "%s ...". Try "tc filter help".`, c.Word())
	}
	err = c.Get(m, func(m rtnl.Message) error {
		c.Pen.Begin()
		printFilter(c.Env, m)
		c.Pen.End()
		return nil
	})
	return cli.Special{Text: notTalked}.Result(c.Env, err)
}
