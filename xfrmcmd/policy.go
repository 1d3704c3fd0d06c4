package xfrmcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

func policyVerbs() []cli.Verb {
	return []cli.Verb{
		{Words: "add", Run: func(e *cli.Env, a *cli.Args) error { return changePolicy(e, a, uapi.XFRM_MSG_NEWPOLICY) }},
		{Words: "update", Run: func(e *cli.Env, a *cli.Args) error { return changePolicy(e, a, uapi.XFRM_MSG_UPDPOLICY) }},
		{Words: "delete", Run: func(e *cli.Env, a *cli.Args) error { return onePolicy(e, a, uapi.XFRM_MSG_DELPOLICY) }},
		{Words: "deleteall|delall", Run: deletePolicies},
		{Words: "list|show|lst", Run: listPolicies},
		{Words: "get", Run: func(e *cli.Env, a *cli.Args) error { return onePolicy(e, a, uapi.XFRM_MSG_GETPOLICY) }},
		{Words: "flush", Run: flushPolicies},
		{Words: "count", Run: countPolicies},
		{Words: "set", Run: setThresholds},
		{Words: "setdefault", Run: setDefaults},
		{Words: "getdefault", Run: getDefaults},
		{Words: "help", Run: cli.Help(policyUsage)},
	}
}

const policyUsage = `Usage: ip xfrm policy { add | update } SELECTOR dir DIR [ OPTION ... ] [ tmpl TMPL ... ]
       ip xfrm policy { delete | get } { SELECTOR | index NUMBER } dir DIR
                [ ctx TEXT ] [ MARK ] [ ptype PTYPE ] [ if_id NUMBER ]
       ip xfrm policy { deleteall | list } [ nosock ] [ SELECTOR ] [ dir DIR ]
                [ index NUMBER ] [ ptype PTYPE ] [ action ACTION ] [ priority NUMBER ]
                [ flag FLAG ... ]
       ip xfrm policy flush [ ptype PTYPE ]
       ip xfrm policy count
       ip xfrm policy set [ hthresh4 LBITS RBITS ] [ hthresh6 LBITS RBITS ]
       ip xfrm policy setdefault { DIR { block | accept | allow } } ...
       ip xfrm policy getdefault
OPTION := ctx TEXT | MARK | index NUMBER | ptype PTYPE | action ACTION |
        priority NUMBER | flag FLAG ... | if_id NUMBER | limit LIMIT |
        offload packet dev DEVICE
TMPL := ID [ mode MODE ] [ reqid NUMBER ] [ level { required | use } ]
DIR := in | out | fwd
PTYPE := main | sub
ACTION := allow | block
FLAG := localok | icmp
` + commonUsage

// A policyChange is what "policy add" or "update" asks for, or, with fewer
// words, which policies another verb is about.
type policyChange struct {
	reader
	info      policyInfo
	sel       selection // becomes info.sel
	ptype     uint8
	mark      mark
	attrs     *rtnl.Msg
	tmpls     []tmpl
	ifID      uint32
	device    offload
	noSockets bool

	hasDir, hasSel, hasIndex, hasPtype, hasCtx bool
	hasIfID, hasAction, hasPriority, hasFlags  bool
	// once tells that dir, index and ptype may be given once only.
	once bool
}

// Parsers of the words that more than one verb has.
func policyDir(p *policyChange, _ *cli.Args) error {
	return p.single("dir", &p.hasDir, func() error { return p.oneOf(&p.info.dir, policyDirNames, "DIR value is invalid") })
}

func policyPtype(p *policyChange, _ *cli.Args) error {
	return p.single("ptype", &p.hasPtype, func() error { return p.oneOf(&p.ptype, ptypeNames, "PTYPE value is invalid") })
}

func policyIndex(p *policyChange, _ *cli.Args) error {
	return p.single("index", &p.hasIndex, func() error { return p.number(&p.info.index, "INDEX value is invalid") })
}

func policyAction(p *policyChange, _ *cli.Args) error {
	p.hasAction = true
	return p.oneOf(&p.info.action, actionNames, "ACTION value is invalid\n")
}

func policyPriority(p *policyChange, _ *cli.Args) error {
	p.hasPriority = true
	return p.number(&p.info.priority, "PRIORITY value is invalid")
}

func policyFlag(p *policyChange, _ *cli.Args) error {
	p.hasFlags = true
	return p.flags8(&p.info.flags, policyFlags)
}

func policyIfID(p *policyChange, _ *cli.Args) error {
	p.hasIfID = true
	return p.number(&p.ifID, "IF_ID value is invalid")
}

func policyCtx(p *policyChange, _ *cli.Args) error {
	twice := p.hasCtx
	p.hasCtx = true
	return p.context(p.attrs, twice)
}

func policyMark(p *policyChange, _ *cli.Args) error { return p.reader.mark(&p.mark) }

// single reads a value that some verbs take once only.
func (p *policyChange) single(key string, has *bool, parse func() error) error {
	if *has && p.once {
		return cli.DupArg(key, key)
	}
	*has = true
	return parse()
}

// The words of the verbs that change, name or list policies.
var (
	policyWords = []cli.Keyword[*policyChange]{
		{Words: "=dir", Parse: policyDir},
		{Words: "=ctx", Parse: policyCtx},
		{Words: "=mark", Parse: policyMark},
		{Words: "=index", Parse: func(p *policyChange, _ *cli.Args) error {
			return p.number(&p.info.index, "INDEX value is invalid")
		}},
		{Words: "=ptype", Parse: policyPtype},
		{Words: "=action", Parse: policyAction},
		{Words: "=priority", Parse: policyPriority},
		{Words: "=flag", Parse: policyFlag},
		{Words: "=limit", Parse: func(p *policyChange, _ *cli.Args) error { return p.limit(&p.info.limits) }},
		{Words: "=tmpl", Parse: func(p *policyChange, _ *cli.Args) error { return p.tmpl() }},
		{Words: "=if_id", Parse: policyIfID},
		{Words: "=offload", Parse: func(p *policyChange, _ *cli.Args) error { return p.offload() }},
	}
	policyIDWords = []cli.Keyword[*policyChange]{
		{Words: "=dir", Parse: policyDir},
		{Words: "=ctx", Parse: policyCtx},
		{Words: "=mark", Parse: policyMark},
		{Words: "=index", Parse: policyIndex},
		{Words: "=ptype", Parse: policyPtype},
		{Words: "=if_id", Parse: policyIfID},
	}
	policyFilterWords = []cli.Keyword[*policyChange]{
		{Words: "=dir", Parse: policyDir},
		{Words: "=index", Parse: policyIndex},
		{Words: "=ptype", Parse: policyPtype},
		{Words: "=action", Parse: policyAction},
		{Words: "=priority", Parse: policyPriority},
		{Words: "=flag", Parse: policyFlag},
		{Words: "=nosock", Parse: func(p *policyChange, _ *cli.Args) error {
			p.noSockets = true
			return nil
		}},
	}
)

func newPolicy(e *cli.Env, a *cli.Args) *policyChange {
	p := &policyChange{reader: newReader(e, a), attrs: rtnl.New(0, 0), once: true}
	p.info.limits = unlimited()
	return p
}

// parse reads the words of a verb; second is the error of a word that would be
// a second selector.
func (p *policyChange) parse(words []cli.Keyword[*policyChange], second func(word string) error) error {
	return cli.ParseWords(p, p.a, words, func(p *policyChange, a *cli.Args) error {
		if p.hasSel {
			return second(a.Word())
		}
		p.hasSel = true
		err := p.selection(&p.sel)
		p.learn(p.sel.family)
		return err
	})
}

func unknownWord(word string) error { return cli.InvArg("unknown", word) }

func (p *policyChange) offload() error {
	word, err := p.value()
	if err != nil {
		return err
	}
	if word != "packet" {
		return cli.InvArg("Invalid offload mode", word)
	}
	p.device.flags = uapi.XFRM_OFFLOAD_PACKET
	return p.offloadDevice(&p.device)
}

// maxTmpls is how many the real tool has room for; the kernel takes fewer.
const maxTmpls = 16

var tmplWords = []cli.Keyword[*tmplChange]{
	{Words: "=mode", Parse: func(t *tmplChange, _ *cli.Args) error { return t.r.mode(&t.mode) }},
	{Words: "=reqid", Parse: func(t *tmplChange, _ *cli.Args) error { return t.r.number(&t.reqid, "REQID value is invalid") }},
	{Words: "=level", Parse: func(t *tmplChange, _ *cli.Args) error {
		return t.r.oneOf(&t.optional, levelNames, "LEVEL value is invalid\n")
	}},
}

// A tmplChange is a tmpl that is being read.
type tmplChange struct {
	tmpl
	r *reader
}

// tmpl reads what a state has to be: an ID, and keywords around it, up to a
// word that is none of them.
func (p *policyChange) tmpl() error {
	switch {
	case len(p.tmpls) == maxTmpls:
		return cli.Exit(cli.StatusError, "Too many tmpls: buffer overflow")
	case !p.a.More():
		return cli.Incomplete()
	}
	t := &tmplChange{r: &p.reader}
	t.tmpl.family = uint16(p.family)
	t.auths, t.encs, t.comps = ^uint32(0), ^uint32(0), ^uint32(0)
	err := cli.ParseKnown(t, p.a, tmplWords)
	if err == nil && p.a.More() {
		if err = p.tmplID(&t.tmpl); err == nil {
			err = cli.ParseKnown(t, p.a, tmplWords)
		}
	}
	p.tmpls = append(p.tmpls, t.tmpl)
	return err
}

func (p *policyChange) tmplID(t *tmpl) error {
	p.family = unix.AF_UNSPEC
	i := ident{family: t.family}
	err := p.ident(&i, false)
	t.id, t.src, t.family = i.id, i.src, i.family
	p.family = uint8(t.family)
	return err
}

func changePolicy(e *cli.Env, a *cli.Args, typ uint16) error {
	p := newPolicy(e, a)
	p.sel.family = uint16(e.Opt.Family)
	err := p.parse(policyWords, func(word string) error { return cli.DupArg("unknown", word) })
	if err != nil {
		return err
	}
	if !p.hasDir {
		return noDir()
	}
	m := rtnl.New(typ, 0)
	p.info.sel = p.selector()
	rtnl.Put(m, p.info)
	p.putPtype(m)
	if len(p.tmpls) > 0 {
		nest := m.Nest(uapi.XFRMA_TMPL)
		for _, t := range p.tmpls {
			rtnl.Put(m, t)
		}
		m.End(nest)
	}
	if p.mark.mask != 0 {
		put(m, uapi.XFRMA_MARK, p.mark)
	}
	p.putRest(m)
	if p.device.flags != 0 {
		put(m, uapi.XFRMA_OFFLOAD_DEV, p.device)
	}
	return change(e, m)
}

// selector is the one that was read, as requests have it.
func (p *policyChange) selector() selector {
	if p.sel.family == unix.AF_UNSPEC {
		p.sel.family = unix.AF_INET
	}
	return p.sel.selector
}

func noDir() error { return cli.Exit(cli.StatusError, "Not enough information: DIR is required.") }

// putPtype adds the type of a policy, if it was given.
func (p *policyChange) putPtype(m *rtnl.Msg) {
	if p.hasPtype {
		m.Attr(uapi.XFRMA_POLICY_TYPE, []byte{p.ptype, 0, 0, 0, 0, 0})
	}
}

// putRest adds the security context and the interface's number.
func (p *policyChange) putRest(m *rtnl.Msg) {
	m.Raw(p.attrs.Body())
	if p.hasIfID {
		m.U32(uapi.XFRMA_IF_ID, p.ifID)
	}
}

func onePolicy(e *cli.Env, a *cli.Args, typ uint16) error {
	p := newPolicy(e, a)
	if err := p.parse(policyIDWords, unknownWord); err != nil {
		return err
	}
	switch {
	case !p.hasDir:
		return noDir()
	case !p.hasSel && !p.hasIndex:
		return cli.Exit(cli.StatusError, "Not enough information: either SELECTOR or INDEX is required.")
	case p.hasSel && p.hasIndex:
		return cli.DupArg2("SELECTOR", "INDEX")
	}
	m := rtnl.New(typ, 0)
	rtnl.Put(m, policyID{sel: p.selector(), index: p.info.index, dir: p.info.dir})
	p.putPtype(m)
	if p.mark.mask&p.mark.value != 0 {
		put(m, uapi.XFRMA_MARK, p.mark)
	}
	p.putRest(m)
	if typ == uapi.XFRM_MSG_DELPOLICY {
		return change(e, m)
	}
	return ask(e, m, policyPrinter(e, nil))
}

// match decides about one policy. A nil filter takes all.
func (p *policyChange) match(i *policyInfo, ptype uint8) bool {
	if p == nil {
		return true
	}
	s := &p.sel
	return (s.family == unix.AF_UNSPEC || s.family == i.sel.family) &&
		(!p.hasDir || p.info.dir == i.dir) &&
		(!p.noSockets || i.dir < uapi.XFRM_POLICY_MAX) &&
		(!p.hasPtype || p.ptype == ptype) &&
		covers(&s.src, s.prefixSrc, &i.sel.src) &&
		covers(&s.dst, s.prefixDst, &i.sel.dst) &&
		(!s.hasDev || s.ifindex == i.sel.ifindex) &&
		(!s.hasProto || s.proto == i.sel.proto) &&
		(!s.hasSport || s.sport == i.sel.sport) &&
		(!s.hasDport || s.dport == i.sel.dport) &&
		(!p.hasIndex || p.info.index == i.index) &&
		(!p.hasAction || p.info.action == i.action) &&
		(!p.hasPriority || p.info.priority == i.priority) &&
		(!p.hasFlags || p.info.flags&i.flags != 0)
}

func parsePolicyFilter(e *cli.Env, a *cli.Args) (*policyChange, error) {
	p := newPolicy(e, a)
	p.sel.family, p.once = uint16(e.Opt.Family), false
	return p, p.parse(policyFilterWords, unknownWord)
}

func listPolicies(e *cli.Env, a *cli.Args) error {
	p, err := parsePolicyFilter(e, a)
	if err != nil {
		return err
	}
	return dump(e, rtnl.New(uapi.XFRM_MSG_GETPOLICY, 0), policyPrinter(e, p))
}

func deletePolicies(e *cli.Env, a *cli.Args) error {
	p, err := parsePolicyFilter(e, a)
	if err != nil {
		return err
	}
	return deleteAll(e, uapi.XFRM_MSG_GETPOLICY, func(m rtnl.Message) *rtnl.Msg {
		i, attrs := rtnl.View[policyInfo](m.Body)
		// Those of sockets cannot be deleted.
		if i == nil || i.dir >= uapi.XFRM_POLICY_MAX || !p.match(i, ptypeOf(attrs)) {
			return nil
		}
		d := rtnl.New(uapi.XFRM_MSG_DELPOLICY, 0)
		rtnl.Put(d, policyID{sel: i.sel, index: i.index, dir: i.dir})
		putMark(d, attrs)
		if v := rtnl.Find(attrs, uapi.XFRMA_IF_ID); v != nil {
			d.Attr(uapi.XFRMA_IF_ID, v)
		}
		return d
	})
}

// ptypeOf is the type of a policy.
func ptypeOf(attrs []byte) uint8 { return rtnl.U8(rtnl.Find(attrs, uapi.XFRMA_POLICY_TYPE)) }

func flushPolicies(e *cli.Env, a *cli.Args) error {
	words := []cli.Keyword[*policyChange]{{Words: "=ptype", Parse: policyPtype}}
	p := &policyChange{reader: newReader(e, a), once: true}
	err := cli.ParseWords(p, a, words, func(_ *policyChange, a *cli.Args) error { return unknownWord(a.Word()) })
	if err != nil {
		return err
	}
	tell(e, "Flush policy\n")
	m := rtnl.New(uapi.XFRM_MSG_FLUSHPOLICY, 0)
	p.putPtype(m)
	return change(e, m)
}
