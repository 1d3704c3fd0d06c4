package xfrmcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A stateFilter says which states a list or deletion is about.
type stateFilter struct {
	reader
	ident    ident
	state    stateInfo // mode, reqid and flags
	hasID    bool
	hasMode  bool
	hasReqid bool
	hasFlags bool
	noKeys   bool
}

var stateFilterWords = []cli.Keyword[*stateFilter]{
	{Words: "=nokeys", Parse: func(f *stateFilter, _ *cli.Args) error {
		f.noKeys = true
		return nil
	}},
	{Words: "=mode", Parse: func(f *stateFilter, _ *cli.Args) error {
		f.hasMode = true
		return f.mode(&f.state.mode)
	}},
	{Words: "=reqid", Parse: func(f *stateFilter, _ *cli.Args) error {
		f.hasReqid = true
		return f.number(&f.state.reqid, "REQID value is invalid")
	}},
	{Words: "=flag", Parse: func(f *stateFilter, _ *cli.Args) error {
		f.hasFlags = true
		return f.flags8(&f.state.flags, stateFlags)
	}},
}

// other reads the ID; a word that is none leaves it empty and comes again.
func (f *stateFilter) other(a *cli.Args) error {
	if f.hasID {
		return cli.InvArg("unknown", a.Word())
	}
	f.hasID = true
	return f.reader.ident(&f.ident, true)
}

func parseStateFilter(e *cli.Env, a *cli.Args) (*stateFilter, error) {
	f := &stateFilter{reader: newReader(e, a)}
	f.ident.family = uint16(e.Opt.Family)
	return f, cli.ParseWords(f, a, stateFilterWords, (*stateFilter).other)
}

// match decides about one state. A nil filter takes all.
func (f *stateFilter) match(s *stateInfo) bool {
	if f == nil {
		return true
	}
	i := &f.ident
	return (i.family == unix.AF_UNSPEC || i.family == s.family) &&
		covers(&i.src, i.srcBits, &s.src) &&
		covers(&i.id.dst, i.dstBits, &s.id.dst) &&
		(!i.hasProto || i.id.proto == s.id.proto) &&
		(!i.hasSPI || i.id.spi == s.id.spi) &&
		(!f.hasMode || f.state.mode == s.mode) &&
		(!f.hasReqid || f.state.reqid == s.reqid) &&
		(!f.hasFlags || f.state.flags&s.flags != 0)
}

// covers reports whether an address lies in a prefix of a filter.
func covers(prefix *address, bits uint8, a *address) bool {
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

func listStates(e *cli.Env, a *cli.Args) error {
	f, err := parseStateFilter(e, a)
	if err != nil {
		return err
	}
	m := rtnl.New(uapi.XFRM_MSG_GETSA, 0)
	i := &f.ident
	if i.id.proto != 0 {
		m.U8(uapi.XFRMA_PROTO, i.id.proto)
	}
	put(m, uapi.XFRMA_ADDRESS_FILTER, addressFilter{
		src: i.src, dst: i.id.dst, family: i.family, prefixSrc: i.srcBits, prefixDst: i.dstBits,
	})
	return dump(e, m, statePrinter(e, f, f.noKeys))
}

func deleteStates(e *cli.Env, a *cli.Args) error {
	f, err := parseStateFilter(e, a)
	if err != nil {
		return err
	}
	return deleteAll(e, uapi.XFRM_MSG_GETSA, func(m rtnl.Message) *rtnl.Msg {
		s, attrs := rtnl.View[stateInfo](m.Body)
		if s == nil || !f.match(s) || s.id.proto == unix.IPPROTO_IPIP || s.id.proto == unix.IPPROTO_IPV6 {
			return nil
		}
		d := rtnl.New(uapi.XFRM_MSG_DELSA, 0)
		putStateID(d, s)
		d.Attr(uapi.XFRMA_SRCADDR, s.src[:])
		putMark(d, attrs)
		return d
	})
}

// putStateID begins a request about the state that s names.
func putStateID(m *rtnl.Msg, s *stateInfo) {
	rtnl.Put(m, stateID{dst: s.id.dst, spi: s.id.spi, family: s.family, proto: s.id.proto})
}

// A oneRequest is what "state delete" or "get" is about.
type oneRequest struct {
	reader
	info  stateInfo // its name
	hasID bool
	mark  mark
}

var oneWords = []cli.Keyword[*oneRequest]{
	{Words: "=mark", Parse: func(o *oneRequest, _ *cli.Args) error { return o.reader.mark(&o.mark) }},
}

func (o *oneRequest) other(a *cli.Args) error {
	if o.hasID {
		return cli.InvArg("unknown", a.Word())
	}
	o.hasID = true
	return o.identify(&o.info, false)
}

func oneState(e *cli.Env, a *cli.Args, typ uint16) error {
	o := &oneRequest{reader: newReader(e, a)}
	o.info.family = uint16(e.Opt.Family)
	if err := cli.ParseWords(o, a, oneWords, (*oneRequest).other); err != nil {
		return err
	}
	if o.info.family == unix.AF_UNSPEC {
		o.info.family = unix.AF_INET
	}
	m := rtnl.New(typ, 0)
	putStateID(m, &o.info)
	if o.hasID {
		m.Attr(uapi.XFRMA_SRCADDR, o.info.src[:])
	}
	if o.mark.mask&o.mark.value != 0 {
		put(m, uapi.XFRMA_MARK, o.mark)
	}
	if typ == uapi.XFRM_MSG_DELSA {
		return change(e, m)
	}
	return ask(e, m, statePrinter(e, nil, false))
}

func flushStates(e *cli.Env, a *cli.Args) error {
	r := newReader(e, a)
	var proto uint8
	for given := false; a.More(); given = true {
		if !a.Match("=proto") {
			return cli.InvArg("unknown", a.Word())
		}
		if given {
			return cli.DupArg("proto", "proto")
		}
		if err := r.proto(&proto); err != nil {
			return err
		}
	}
	tell(e, "Flush state with XFRM-PROTO value \"%s\"\n", nameOf(transforms, uint16(proto)))
	m := rtnl.New(uapi.XFRM_MSG_FLUSHSA, 0)
	rtnl.Put(m, proto)
	return change(e, m)
}

// allInfo asks for everything that is counted.
const allInfo = ^uint32(0)

func countStates(e *cli.Env, _ *cli.Args) error {
	m := rtnl.New(uapi.XFRM_MSG_GETSADINFO, 0)
	rtnl.Put(m, allInfo)
	return ask(e, m, func(m rtnl.Message) error {
		var tb [uapi.XFRMA_SAD_MAX + 1][]byte
		_, attrs := rtnl.View[uint32](m.Body)
		rtnl.Index(tb[:], attrs)
		p := e.Pen
		if tb[uapi.XFRMA_SAD_CNT] == nil {
			p.Text("BAD SAD info returned\n")
			return nil
		}
		p.Uint("", "\t SAD count ", uint64(rtnl.U32(tb[uapi.XFRMA_SAD_CNT])), "")
		if v := tb[uapi.XFRMA_SAD_HINFO]; e.Opt.Stats > 0 && len(v) >= 8 {
			p.Int("", " (buckets count ", int64(int32(rtnl.U32(v))), "")
			p.Int("", " Max ", int64(int32(rtnl.U32(v[4:]))), ")")
		}
		p.EndLine()
		return nil
	})
}
