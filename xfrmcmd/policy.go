package xfrmcmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/xfrmcmd/wire"

	"golang.org/x/sys/unix"
)

var policyVerbs = []command.Verb{
	{Words: "add", Waits: true, Run: changePolicy, Type: uapi.XFRM_MSG_NEWPOLICY},
	{Words: "update", Waits: true, Run: changePolicy, Type: uapi.XFRM_MSG_UPDPOLICY},
	{Words: "delete", Waits: true, Run: onePolicy, Type: uapi.XFRM_MSG_DELPOLICY},
	{Words: "deleteall|delall", Run: deletePolicies},
	{Words: "list|show|lst", Run: listPolicies, Default: true},
	{Words: "get", Run: onePolicy, Type: uapi.XFRM_MSG_GETPOLICY},
	{Words: "flush", Run: flushPolicies},
	{Words: "count", Run: countPolicies},
	{Words: "set", Waits: true, Run: setThresholds},
	{Words: "setdefault", Waits: true, Run: setDefaults},
	{Words: "getdefault", Run: getDefaults},
	{Words: "help"},
}

const policyUsage = `Usage: ip xfrm policy { add | update } SELECTOR dir DIR [ OPTION ]... [ TMPL-LIST ]
       ip xfrm policy { delete | get } { SELECTOR | index INDEX } dir DIR
                [ ctx CTX ] [ MARKED ] [ ptype PTYPE ] [ if_id IF_ID ]
       ip xfrm policy { deleteall | list } [ nosock ] [ SELECTOR ] [ dir DIR ]
                [ index INDEX ] [ ptype PTYPE ] [ action ACTION ] [ priority PRIORITY ]
                [ flag FLAG-LIST ]
       ip xfrm policy flush [ ptype PTYPE ]
       ip xfrm policy count
       ip xfrm policy set [ hthresh4 LBITS RBITS ] [ hthresh6 LBITS RBITS ]
       ip xfrm policy setdefault DIR { block | accept | allow } [ DIR ACTION ]...
       ip xfrm policy getdefault
OPTION := ctx CTX | MARKED | index INDEX | ptype PTYPE | action ACTION |
        priority PRIORITY | flag FLAG-LIST | if_id IF_ID | LIMIT-LIST |
        offload packet dev DEV
TMPL-LIST := { tmpl TMPL }...
TMPL := ID [ mode MODE ] [ reqid REQID ] [ level LEVEL ]
LEVEL := required | use
DIR := in | out | fwd
PTYPE := main | sub
ACTION := allow | block
FLAG-LIST := FLAG...
FLAG := localok | icmp
` + commonUsage

const (
	dirAt   = uint16(unsafe.Offsetof(wire.PolicyInfo{}.Dir))
	indexAt = uint16(unsafe.Offsetof(wire.PolicyInfo{}.Index))
)

// Rows of the verbs about policies, whose head is a policyInfo. Some verbs take words
// once that others take again.
var (
	policyDir    = field.Row{Words: "=dir", In: field.Head, At: dirAt, Names: &policyDirNames, Type: &choice, Bad: "DIR value is invalid"}
	policyDir1   = field.Row{Words: "=dir", In: field.Head, At: dirAt, Names: &policyDirNames, Type: &choice, Bad: "DIR value is invalid", Flags: field.Once | field.Required}
	ptypeRow     = field.Row{Words: "=ptype", Attr: uapi.XFRMA_POLICY_TYPE, Names: &ptypeNames, Type: &ptype, Bad: "PTYPE value is invalid"}
	ptypeRow1    = field.Row{Words: "=ptype", Attr: uapi.XFRMA_POLICY_TYPE, Names: &ptypeNames, Type: &ptype, Bad: "PTYPE value is invalid", Flags: field.Once}
	indexRow     = field.Row{Words: "=index", In: field.Head, At: indexAt, Type: &field.U32, Bad: "INDEX value is invalid"}
	indexRow1    = field.Row{Words: "=index", In: field.Head, At: indexAt, Type: &field.U32, Bad: "INDEX value is invalid", Flags: field.Once}
	actionRow    = field.Row{Words: "=action", In: field.Head, At: uint16(unsafe.Offsetof(wire.PolicyInfo{}.Action)), Names: &actionNames, Type: &choice, Bad: "ACTION value is invalid\n"}
	priorityRow  = field.Row{Words: "=priority", In: field.Head, At: uint16(unsafe.Offsetof(wire.PolicyInfo{}.Priority)), Type: &field.U32, Bad: "PRIORITY value is invalid"}
	policyFlag   = field.Row{Words: "=flag", In: field.Head, At: uint16(unsafe.Offsetof(wire.PolicyInfo{}.Flags)), Names: &policyFlags, Type: &bits8, Bad: "FLAG value is invalid"}
	ifIDRow      = field.Row{Words: "=if_id", Attr: uapi.XFRMA_IF_ID, Type: &field.U32, Bad: "IF_ID value is invalid"}
	selectorRow  = field.Row{Type: &policySelector, Flags: field.Bare}
	noSocketsRow = field.Row{Words: "=nosock", In: field.Slot, Attr: switchSlot, Type: &field.Mark}
)

// The words of the verbs that change, name, list or flush policies.
var (
	policyWords = field.Table{Name: "xfrm", Voice: &voice, Size: uint16(unsafe.Sizeof(wire.PolicyInfo{})), Send: []uint16{uapi.XFRMA_POLICY_TYPE, uapi.XFRMA_TMPL, uapi.XFRMA_MARK, uapi.XFRMA_SEC_CTX, uapi.XFRMA_IF_ID}, Rows: []*field.Row{
		&policyDir1, &contextRow, &markRow, &indexRow, &ptypeRow1, &actionRow, &priorityRow, &policyFlag,
		{Words: "=limit", In: field.Slot, Attr: limitSlot, At: uint16(unsafe.Offsetof(wire.PolicyInfo{}.Limits)), Type: &limit},
		{Words: "=tmpl", Attr: uapi.XFRMA_TMPL, Type: &template},
		&ifIDRow,
		{Words: "=offload", Attr: uapi.XFRMA_OFFLOAD_DEV, Type: &policyOffload},
		&selectorRow,
	}}
	policyNameWords = field.Table{Name: "xfrm", Voice: &voice, Size: uint16(unsafe.Sizeof(wire.PolicyInfo{})), Send: []uint16{uapi.XFRMA_POLICY_TYPE, uapi.XFRMA_TMPL, uapi.XFRMA_MARK, uapi.XFRMA_SEC_CTX, uapi.XFRMA_IF_ID},
		Rows: []*field.Row{&policyDir1, &contextRow, &markRow, &indexRow1, &ptypeRow1, &ifIDRow, &selectorRow}}
	policyFilterWords = field.Table{Name: "xfrm", Voice: &voice, Size: uint16(unsafe.Sizeof(wire.PolicyInfo{})),
		Rows: []*field.Row{&policyDir, &indexRow, &ptypeRow, &actionRow, &priorityRow, &policyFlag, &noSocketsRow, &selectorRow}}
	policyFlushWords = field.Table{Name: "xfrm", Voice: &voice, Rows: []*field.Row{&ptypeRow1}}
)

var (
	ptype          = field.Type{Size: 1, Read: parsePtype}
	policySelector = field.Type{Parse: parsePolicySelector}
	policyOffload  = field.Type{Read: parsePolicyOffload}
	template       = field.Type{Parse: parseTemplate}
)

// parsePtype reads what struct xfrm_userpolicy_type has, of which one byte is in use.
func parsePtype(c *field.Call, r *field.Row, s string) error {
	n, ok := r.Names.Find(s)
	if !ok {
		return c.Wrong(r, s)
	}
	c.Put(0, r.Attr, []byte{byte(n), 0, 0, 0, 0, 0})
	return nil
}

func parsePolicySelector(c *field.Call, _ *field.Row) error {
	q := of(c)
	if q.hasSel {
		return q.again(c.Args.Word())
	}
	q.hasSel = true
	err := q.sel.read(c)
	q.learn(q.sel.Family)
	return err
}

func parsePolicyOffload(c *field.Call, r *field.Row, s string) error {
	if s != "packet" {
		return cli.InvArg("Invalid offload mode", s)
	}
	index, err := offloadDevice(c)
	c.Put(0, r.Attr, append(rtnl.AppendUint32s(nil, index), uapi.XFRM_OFFLOAD_PACKET, 0, 0, 0))
	return err
}

// maxTmpls is how many the real tool has room for; the kernel takes fewer.
const maxTmpls = 16

// templateWords are the keywords of a template, a tmpl.
var templateWords = field.Table{Name: "tmpl", Voice: &voice, Ends: true, Size: uint16(unsafe.Sizeof(wire.Tmpl{})), Rows: []*field.Row{
	{Words: "=mode", In: field.Head, At: uint16(unsafe.Offsetof(wire.Tmpl{}.Mode)), Names: &modeNames, Type: &shorten, Bad: "MODE value is invalid"},
	{Words: "=reqid", In: field.Head, At: uint16(unsafe.Offsetof(wire.Tmpl{}.Reqid)), Type: &field.U32, Bad: "REQID value is invalid"},
	{Words: "=level", In: field.Head, At: uint16(unsafe.Offsetof(wire.Tmpl{}.Optional)), Names: &levelNames, Type: &choice, Bad: "LEVEL value is invalid\n"},
}}

// A templateCall reads templates, in a batch those of all lines.
type templateCall struct{ field.Call }

// parseTemplate reads what a state has to be: an ID, and keywords around it, up to a
// word that is none of them.
func parseTemplate(c *field.Call, r *field.Row) error {
	all := c.Get(0, r.Attr)
	switch {
	case len(all) == maxTmpls*int(templateWords.Size):
		return cli.Exit(cli.StatusError, "Too many tmpls: buffer overflow")
	case !c.Args.More():
		return cli.Incomplete()
	}
	q := of(c)
	inner := &cli.State[templateCall](c.Env).Call
	inner.Begin(c.Env, c.Args, &templateWords)
	inner.For = q
	p, _ := wire.At(inner.Get(field.Head, 0), unsafe.Sizeof(wire.Tmpl{}))
	t := (*wire.Tmpl)(p)
	t.Family, t.Auths, t.Encs, t.Comps = uint16(q.family), ^uint32(0), ^uint32(0), ^uint32(0)
	err := inner.Read()
	if err == nil && c.Args.More() {
		q.family = unix.AF_UNSPEC
		i := ident{family: t.Family}
		err = i.read(inner, false)
		t.ID, t.Src, t.Family = i.id, i.src, i.family
		q.family = uint8(t.Family)
		if err == nil {
			err = inner.Read()
		}
	}
	c.Put(0, r.Attr, append(all[:len(all):len(all)], inner.Get(field.Head, 0)...))
	return err
}

func changePolicy(c *command.Call) error { return changeBy(c, parsePolicy) }

// policy is the policy in the head.
func policy(c *field.Call) *wire.PolicyInfo {
	p, _ := wire.PolicyAt(c.Get(field.Head, 0))
	return p
}

// parsePolicy builds a request of the words for a policy.
func parsePolicy(e *cli.Env, a *cli.Args, typ uint16) (*rtnl.Msg, error) {
	c, q := newCall(e, a, &policyWords)
	policy(c).Limits = unlimited
	q.sel.Family = uint16(e.Opt.Family)
	q.again = func(word string) error { return cli.DupArg("unknown", word) }
	if err := c.Read(); err != nil {
		return nil, err
	}
	knowFamily(&q.sel.Family)
	policy(c).Sel = q.sel.Selector
	keepMark(c, false)
	m := rtnl.New(typ, 0)
	c.Encode(m, &policyWords)
	return m, nil
}

// policyRequest builds a request about the policy that a selector or an index
// names.
func policyRequest(typ uint16, sel *wire.Selector, index uint32, dir uint8) *rtnl.Msg {
	m := rtnl.New(typ, 0)
	wire.Put(m, unsafe.Pointer(sel), unsafe.Sizeof(*sel))
	m.Raw(append(rtnl.AppendUint32s(nil, index), dir))
	return m
}

func onePolicy(c *command.Call) error {
	e, a := c.Env, c.Args
	typ := c.Verb.Type
	x, q := newCall(e, a, &policyNameWords)
	if err := x.Read(); err != nil {
		return err
	}
	hasIndex := x.Given(&indexRow1)
	switch {
	case !q.hasSel && !hasIndex:
		return cli.Exit(cli.StatusError, "Not enough information: either SELECTOR or INDEX is required.")
	case q.hasSel && hasIndex:
		return cli.DupArg2("SELECTOR", "INDEX")
	}
	knowFamily(&q.sel.Family)
	m := policyRequest(typ, &q.sel.Selector, policy(x).Index, policy(x).Dir)
	keepMark(x, true)
	x.Drop(field.Head, 0)
	x.Encode(m, &policyNameWords)
	if typ == uapi.XFRM_MSG_DELPOLICY {
		return change(e, m)
	}
	return ask(e, m, policyPrinter(e, nil))
}

// A policyFilter says which policies a list or deletion is about.
type policyFilter struct {
	info  wire.PolicyInfo
	sel   selection
	ptype uint8

	noSockets, hasDir, hasPtype, hasIndex, hasAction, hasPriority, hasFlags bool
}

// match decides about one policy. A nil filter takes all.
func (p *policyFilter) match(i *wire.PolicyInfo, ptype uint8) bool {
	if p == nil {
		return true
	}
	s := &p.sel
	return (s.Family == unix.AF_UNSPEC || s.Family == i.Sel.Family) &&
		(!p.hasDir || p.info.Dir == i.Dir) &&
		(!p.noSockets || i.Dir < uapi.XFRM_POLICY_MAX) &&
		(!p.hasPtype || p.ptype == ptype) &&
		covers(&s.Src, s.PrefixSrc, &i.Sel.Src) &&
		covers(&s.Dst, s.PrefixDst, &i.Sel.Dst) &&
		(!s.hasDev || s.Ifindex == i.Sel.Ifindex) &&
		(!s.hasProto || s.Proto == i.Sel.Proto) &&
		(!s.hasSport || s.Sport == i.Sel.Sport) &&
		(!s.hasDport || s.Dport == i.Sel.Dport) &&
		(!p.hasIndex || p.info.Index == i.Index) &&
		(!p.hasAction || p.info.Action == i.Action) &&
		(!p.hasPriority || p.info.Priority == i.Priority) &&
		(!p.hasFlags || p.info.Flags&i.Flags != 0)
}

func parsePolicyFilter(e *cli.Env, a *cli.Args) (*policyFilter, error) {
	c, q := newCall(e, a, &policyFilterWords)
	q.sel.Family = uint16(e.Opt.Family)
	err := c.Read()
	return &policyFilter{*policy(c), q.sel, rtnl.U8(c.Get(0, uapi.XFRMA_POLICY_TYPE)), c.Given(&noSocketsRow), c.Given(&policyDir), c.Given(&ptypeRow),
		c.Given(&indexRow), c.Given(&actionRow), c.Given(&priorityRow), c.Given(&policyFlag)}, err
}

func listPolicies(c *command.Call) error {
	e, a := c.Env, c.Args
	p, err := parsePolicyFilter(e, a)
	if err != nil {
		return err
	}
	return dump(e, rtnl.New(uapi.XFRM_MSG_GETPOLICY, 0), policyPrinter(e, p))
}

func deletePolicies(c *command.Call) error {
	e, a := c.Env, c.Args
	p, err := parsePolicyFilter(e, a)
	if err != nil {
		return err
	}
	return deleteAll(e, uapi.XFRM_MSG_GETPOLICY, func(m rtnl.Message) *rtnl.Msg {
		i, attrs := wire.PolicyAt(m.Body)
		// Those of sockets cannot be deleted.
		if i == nil || i.Dir >= uapi.XFRM_POLICY_MAX || !p.match(i, ptypeOf(attrs)) {
			return nil
		}
		d := policyRequest(uapi.XFRM_MSG_DELPOLICY, &i.Sel, i.Index, i.Dir)
		copyMark(d, attrs)
		if v := rtnl.Find(attrs, uapi.XFRMA_IF_ID); v != nil {
			d.Attr(uapi.XFRMA_IF_ID, v)
		}
		return d
	})
}

// ptypeOf is the type of a policy.
func ptypeOf(attrs []byte) uint8 { return rtnl.U8(rtnl.Find(attrs, uapi.XFRMA_POLICY_TYPE)) }

func flushPolicies(c *command.Call) error {
	e, a := c.Env, c.Args
	x, _ := newCall(e, a, &policyFlushWords)
	if err := x.Read(); err != nil {
		return err
	}
	tell(e, "Flush policy\n")
	m := rtnl.New(uapi.XFRM_MSG_FLUSHPOLICY, 0)
	x.Encode(m, &policyFlushWords)
	return change(e, m)
}
