package xfrmcmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var policyVerbs = []cli.Verb{
	{Words: "add", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return changePolicy(e, a, uapi.XFRM_MSG_NEWPOLICY) }},
	{Words: "update", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return changePolicy(e, a, uapi.XFRM_MSG_UPDPOLICY) }},
	{Words: "delete", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return onePolicy(e, a, uapi.XFRM_MSG_DELPOLICY) }},
	{Words: "deleteall|delall", Run: deletePolicies},
	{Words: "list|show|lst", Run: listPolicies},
	{Words: "get", Run: func(e *cli.Env, a *cli.Args) error { return onePolicy(e, a, uapi.XFRM_MSG_GETPOLICY) }},
	{Words: "flush", Run: flushPolicies},
	{Words: "count", Run: countPolicies},
	{Words: "set", Waits: true, Run: setThresholds},
	{Words: "setdefault", Waits: true, Run: setDefaults},
	{Words: "getdefault", Run: getDefaults},
	{Words: "help", Help: policyUsage},
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

// A policyChange is what "policy add" or "update" asks for, or, with fewer
// words, which policies another verb is about.
type policyChange struct {
	reader
	words []string // of the verb
	// once are the words that may be given once only.
	once      []string
	info      policyInfo
	sel       selection // becomes info.sel
	ptype     uint8
	mark      mark
	attrs     *rtnl.Msg
	tmpls     []tmpl
	ifID      uint32
	device    uint32
	noSockets bool

	hasDir, hasSel, hasIndex, hasPtype, hasCtx bool
	hasIfID, hasAction, hasPriority, hasFlags  bool
}

// The words of the verbs that change, name or list policies.
var (
	changeWords = []string{
		"dir", "ctx", "mark", "index", "ptype", "action", "priority", "flag", "limit", "tmpl", "if_id", "offload",
	}
	nameWords   = []string{"dir", "ctx", "mark", "index", "ptype", "if_id"}
	filterWords = []string{"dir", "index", "ptype", "action", "priority", "flag", "nosock"}
	flushWords  = []string{"ptype"}
)

// Words that some verbs take once only.
var (
	onceWords     = []string{"dir", "ptype"}
	onceNameWords = []string{"dir", "ptype", "index"}
)

func newPolicy(e *cli.Env, a *cli.Args, words, once []string) *policyChange {
	p := &policyChange{reader: newReader(e, a), words: words, once: once, attrs: rtnl.New(0, 0)}
	p.info.limits = unlimited
	return p
}

// parse reads all words. second is the error of a word that would be a second
// selector.
func (p *policyChange) parse(second func(word string) error) error {
	for p.a.More() {
		if err := p.word(p.a.Word(), second); err != nil {
			return err
		}
	}
	return nil
}

func (p *policyChange) word(word string, second func(word string) error) error {
	if indexOf(p.words, word) >= 0 {
		p.a.Skip()
		return p.keyword(word)
	}
	if p.hasSel {
		return second(word)
	}
	p.hasSel = true
	err := p.selection(&p.sel)
	p.learn(p.sel.family)
	return err
}

// keyword reads the value of a keyword.
func (p *policyChange) keyword(word string) error {
	switch word {
	case "dir":
		return p.single(word, &p.hasDir, &p.info.dir, policyDirNames, "DIR value is invalid")
	case "ptype":
		return p.single(word, &p.hasPtype, &p.ptype, ptypeNames, "PTYPE value is invalid")
	case "action":
		p.hasAction = true
		return p.oneOf(&p.info.action, actionNames, "ACTION value is invalid\n")
	case "index":
		return p.index()
	case "priority":
		p.hasPriority = true
		return p.u32(&p.info.priority, "PRIORITY value is invalid")
	case "if_id":
		p.hasIfID = true
		return p.u32(&p.ifID, "IF_ID value is invalid")
	case "flag":
		p.hasFlags = true
		return p.flags8(&p.info.flags, policyFlags)
	case "ctx":
		return p.context(p.attrs, &p.hasCtx)
	case "mark":
		return p.reader.mark(&p.mark)
	case "limit":
		return p.limit(&p.info.limits)
	case "tmpl":
		return p.tmpl()
	case "offload":
		return p.offload()
	case "nosock":
		p.noSockets = true
	}
	return nil
}

// again complains of a second value where there can be only one.
func (p *policyChange) again(key string, has *bool) error {
	if *has && indexOf(p.once, key) >= 0 {
		return cli.DupArg(key, key)
	}
	*has = true
	return nil
}

// single reads a name that some verbs take once only.
func (p *policyChange) single(key string, has *bool, v *uint8, names []string, msg string) error {
	if err := p.again(key, has); err != nil {
		return err
	}
	return p.oneOf(v, names, msg)
}

func (p *policyChange) index() error {
	if err := p.again("index", &p.hasIndex); err != nil {
		return err
	}
	return p.u32(&p.info.index, "INDEX value is invalid")
}

func (p *policyChange) offload() (err error) {
	word, err := p.value()
	if err != nil {
		return err
	}
	if word != "packet" {
		return cli.InvArg("Invalid offload mode", word)
	}
	p.device, err = p.offloadDevice()
	return err
}

// maxTmpls is how many the real tool has room for; the kernel takes fewer.
const maxTmpls = 16

// tmpl reads what a state has to be: an ID, and keywords around it, up to a
// word that is none of them.
func (p *policyChange) tmpl() error {
	switch {
	case len(p.tmpls) == maxTmpls:
		return cli.Exit(cli.StatusError, "Too many tmpls: buffer overflow")
	case !p.a.More():
		return cli.Incomplete()
	}
	p.tmpls = append(p.tmpls, tmpl{family: uint16(p.family), auths: ^uint32(0), encs: ^uint32(0), comps: ^uint32(0)})
	t := &p.tmpls[len(p.tmpls)-1]
	err := p.tmplWords(t)
	if err == nil && p.a.More() {
		if err = p.tmplID(t); err == nil {
			err = p.tmplWords(t)
		}
	}
	return err
}

// tmplWords reads keywords up to a word that is none.
func (p *policyChange) tmplWords(t *tmpl) (err error) {
	for err == nil {
		switch {
		case p.a.Match("=mode"):
			err = p.mode(&t.mode)
		case p.a.Match("=reqid"):
			err = p.u32(&t.reqid, "REQID value is invalid")
		case p.a.Match("=level"):
			err = p.oneOf(&t.optional, levelNames, "LEVEL value is invalid\n")
		default:
			return nil
		}
	}
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
	m, err := parsePolicy(e, a, typ)
	if err != nil {
		return err
	}
	return change(e, m)
}

// parsePolicy builds a request of the words for a policy.
func parsePolicy(e *cli.Env, a *cli.Args, typ uint16) (*rtnl.Msg, error) {
	p := newPolicy(e, a, changeWords, onceWords)
	p.sel.family = uint16(e.Opt.Family)
	err := p.parse(func(word string) error { return cli.DupArg("unknown", word) })
	if err != nil {
		return nil, err
	}
	if !p.hasDir {
		return nil, noDir()
	}
	m := rtnl.New(typ, 0)
	knowFamily(&p.sel.family)
	p.info.sel = p.sel.selector
	put(m, unsafe.Pointer(&p.info), unsafe.Sizeof(p.info))
	p.putPtype(m)
	if n := len(p.tmpls); n > 0 {
		nest := m.Nest(uapi.XFRMA_TMPL)
		put(m, unsafe.Pointer(&p.tmpls[0]), uintptr(n)*unsafe.Sizeof(tmpl{}))
		m.End(nest)
	}
	putMark(m, &p.mark, p.mark.mask)
	p.putRest(m)
	putDevice(m, p.device, uapi.XFRM_OFFLOAD_PACKET)
	return m, nil
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

// policyRequest builds a request about the policy that a selector or an index
// names.
func policyRequest(typ uint16, sel *selector, index uint32, dir uint8) *rtnl.Msg {
	m := rtnl.New(typ, 0)
	put(m, unsafe.Pointer(sel), unsafe.Sizeof(*sel))
	m.Raw(append(u32s(index), dir))
	return m
}

func onePolicy(e *cli.Env, a *cli.Args, typ uint16) error {
	p := newPolicy(e, a, nameWords, onceNameWords)
	if err := p.parse(unknownWord); err != nil {
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
	knowFamily(&p.sel.family)
	m := policyRequest(typ, &p.sel.selector, p.info.index, p.info.dir)
	p.putPtype(m)
	putMark(m, &p.mark, p.mark.mask&p.mark.value)
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
	p := newPolicy(e, a, filterWords, nil)
	p.sel.family = uint16(e.Opt.Family)
	return p, p.parse(unknownWord)
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
		i, attrs := policyAt(m.Body)
		// Those of sockets cannot be deleted.
		if i == nil || i.dir >= uapi.XFRM_POLICY_MAX || !p.match(i, ptypeOf(attrs)) {
			return nil
		}
		d := policyRequest(uapi.XFRM_MSG_DELPOLICY, &i.sel, i.index, i.dir)
		copyMark(d, attrs)
		if v := rtnl.Find(attrs, uapi.XFRMA_IF_ID); v != nil {
			d.Attr(uapi.XFRMA_IF_ID, v)
		}
		return d
	})
}

// ptypeOf is the type of a policy.
func ptypeOf(attrs []byte) uint8 { return rtnl.U8(rtnl.Find(attrs, uapi.XFRMA_POLICY_TYPE)) }

func flushPolicies(e *cli.Env, a *cli.Args) error {
	p := newPolicy(e, a, flushWords, onceWords)
	p.hasSel = true // there is none
	if err := p.parse(unknownWord); err != nil {
		return err
	}
	tell(e, "Flush policy\n")
	m := rtnl.New(uapi.XFRM_MSG_FLUSHPOLICY, 0)
	p.putPtype(m)
	return change(e, m)
}
