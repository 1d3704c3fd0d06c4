package xfrmcmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/xfrmcmd/wire"

	"golang.org/x/sys/unix"
)

// The words of the verbs that list, name or flush states.
var (
	stateFilterWords = field.Table{Name: "xfrm", Voice: &voice, Size: uint16(unsafe.Sizeof(wire.StateInfo{})), Rows: []*field.Row{
		&noKeysRow, &modeRow, &reqidRow, &flagRow,
		{Arg: anyState, Type: &identity, Flags: field.Bare},
	}}
	stateNameWords  = field.Table{Name: "xfrm", Voice: &voice, Size: uint16(unsafe.Sizeof(wire.StateInfo{})), Rows: []*field.Row{&markRow, &identRow}}
	stateFlushWords = field.Table{Name: "xfrm", Voice: &voice, Size: 1, Rows: []*field.Row{&protoRow}}

	noKeysRow = field.Row{Words: "=nokeys", In: field.Slot, Attr: switchSlot, Type: &field.Mark}
)

// A stateFilter says which states a list or deletion is about.
type stateFilter struct {
	ident
	state                       wire.StateInfo // mode, reqid and flags
	hasMode, hasReqid, hasFlags bool
	noKeys                      bool
}

func parseStateFilter(e *cli.Env, a *cli.Args) (*stateFilter, error) {
	c, q := newState(e, a, &stateFilterWords)
	q.ident.family = uint16(e.Opt.Family)
	err := c.Read()
	return &stateFilter{q.ident, *info(c), c.Given(&modeRow), c.Given(&reqidRow), c.Given(&flagRow), c.Given(&noKeysRow)}, err
}

// match decides about one state. A nil filter takes all.
func (f *stateFilter) match(s *wire.StateInfo) bool {
	if f == nil {
		return true
	}
	i := &f.ident
	return (i.family == unix.AF_UNSPEC || i.family == s.Family) &&
		covers(&i.src, i.srcBits, &s.Src) &&
		covers(&i.id.Dst, i.dstBits, &s.ID.Dst) &&
		(!i.hasProto || i.id.Proto == s.ID.Proto) &&
		(!i.hasSPI || i.id.SPI == s.ID.SPI) &&
		(!f.hasMode || f.state.Mode == s.Mode) &&
		(!f.hasReqid || f.state.Reqid == s.Reqid) &&
		(!f.hasFlags || f.state.Flags&s.Flags != 0)
}

// covers reports whether an address lies in a prefix of a filter.
func covers(prefix *wire.Address, bits uint8, a *wire.Address) bool {
	for i := range a {
		n := int(bits) - 8*i
		if n <= 0 {
			break
		}
		if (a[i]^prefix[i])>>max(0, 8-n) != 0 {
			return false
		}
	}
	return true
}

func listStates(c *command.Call) error {
	e, a := c.Env, c.Args
	f, err := parseStateFilter(e, a)
	if err != nil {
		return err
	}
	m := rtnl.New(uapi.XFRM_MSG_GETSA, 0)
	i := &f.ident
	if i.id.Proto != 0 {
		m.U8(uapi.XFRMA_PROTO, i.id.Proto)
	}
	b := append(append([]byte{}, i.src[:]...), i.id.Dst[:]...)
	b = rtnl.NE.AppendUint16(b, i.family)
	m.Attr(uapi.XFRMA_ADDRESS_FILTER, append(b, i.srcBits, i.dstBits))
	return dump(e, m, statePrinter(e, f, f.noKeys))
}

func deleteStates(c *command.Call) error {
	e, a := c.Env, c.Args
	f, err := parseStateFilter(e, a)
	if err != nil {
		return err
	}
	return deleteAll(e, uapi.XFRM_MSG_GETSA, func(m rtnl.Message) *rtnl.Msg {
		s, attrs := wire.StateAt(m.Body)
		if s == nil || !f.match(s) || s.ID.Proto == unix.IPPROTO_IPIP || s.ID.Proto == unix.IPPROTO_IPV6 {
			return nil
		}
		d := rtnl.New(uapi.XFRM_MSG_DELSA, 0)
		putStateID(d, s)
		d.Attr(uapi.XFRMA_SRCADDR, s.Src[:])
		copyMark(d, attrs)
		return d
	})
}

// putStateID begins a request about the state that s names.
func putStateID(m *rtnl.Msg, s *wire.StateInfo) {
	b := append(append([]byte{}, s.ID.Dst[:]...), s.ID.SPI[:]...)
	b = rtnl.NE.AppendUint16(b, s.Family)
	m.Raw(append(b, s.ID.Proto))
}

// oneState deletes a state, or shows it.
func oneState(c *command.Call) error {
	e, a := c.Env, c.Args
	typ := c.Verb.Type
	x, q := newState(e, a, &stateNameWords)
	if err := x.Read(); err != nil {
		return err
	}
	s := info(x)
	knowFamily(&s.Family)
	m := rtnl.New(typ, 0)
	putStateID(m, s)
	if q.hasIdent {
		m.Attr(uapi.XFRMA_SRCADDR, s.Src[:])
	}
	if keepMark(x, true); x.Get(0, uapi.XFRMA_MARK) != nil {
		m.Attr(uapi.XFRMA_MARK, x.Get(0, uapi.XFRMA_MARK))
	}
	if typ == uapi.XFRM_MSG_DELSA {
		return change(e, m)
	}
	return ask(e, m, statePrinter(e, nil, false))
}

func flushStates(c *command.Call) error {
	e, a := c.Env, c.Args
	x, _ := newCall(e, a, &stateFlushWords)
	if err := x.Read(); err != nil {
		return err
	}
	tell(e, "Flush state with XFRM-PROTO value \"%s\"\n", nameOf(transforms, x.Number(&protoRow)))
	m := rtnl.New(uapi.XFRM_MSG_FLUSHSA, 0)
	x.Encode(m, &stateFlushWords)
	return change(e, m)
}

// countRequest asks for everything that is counted.
func countRequest(typ uint16) *rtnl.Msg {
	m := rtnl.New(typ, 0)
	m.Raw(rtnl.AppendUint32s(nil, ^uint32(0)))
	return m
}

// indexCounts files the attributes of an answer.
func indexCounts(tb [][]byte, m rtnl.Message) { rtnl.Index(tb, m.Body[min(4, len(m.Body)):]) }

func countStates(c *command.Call) error {
	e := c.Env
	return ask(e, countRequest(uapi.XFRM_MSG_GETSADINFO), func(m rtnl.Message) error {
		var tb [uapi.XFRMA_SAD_MAX + 1][]byte
		indexCounts(tb[:], m)
		p := e.Pen
		p.Uint("", "\t SAD count ", uint64(rtnl.U32(tb[uapi.XFRMA_SAD_CNT])), "")
		if v := tb[uapi.XFRMA_SAD_HINFO]; e.Opt.Stats > 0 && len(v) >= 8 {
			printInts(p, v, " (buckets count ", " Max ")
			p.Text(")")
		}
		p.EndLine()
		return nil
	})
}

// printInts writes numbers, each behind its head.
func printInts(p *show.Pen, v []byte, heads ...string) {
	for i, head := range heads {
		if len(v) >= 4*i+4 {
			p.Int("", head, int64(int32(rtnl.U32(v[4*i:]))), "")
		}
	}
}
