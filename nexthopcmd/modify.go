package nexthopcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/encap"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A request is a nexthop under construction.
type request struct {
	e *cli.Env
	m *rtnl.Msg
	unix.Nhmsg
}

// memory is what the lines of a batch share.
type memory struct {
	words   cli.Words[*request]
	request request
}

// modify sends a nexthop with the given message type and flags.
func modify(e *cli.Env, a *cli.Args, typ, flags uint16) error {
	mem := cli.State[memory](e)
	r := &mem.request
	*r = request{e: e, m: e.NewChange(typ, flags)}
	r.Family = e.Opt.Family
	rtnl.Put(r.m, r.Nhmsg)
	if err := mem.words.Parse(r, a, words, unknown[*request]); err != nil {
		return err
	}
	h, _ := rtnl.View[unix.Nhmsg](r.m.Body())
	*h = r.Nhmsg
	return e.Change(r.m, Print)
}

// defaultFamily is set by what has no family of its own.
func (r *request) defaultFamily() {
	if r.Family == unix.AF_UNSPEC {
		r.Family = unix.AF_INET
	}
}

func (r *request) dev(a *cli.Args) error {
	name, err := a.Value()
	if err != nil {
		return err
	}
	index := r.e.Links.Index(name)
	if index == 0 {
		return cli.InvArg("Device does not exist\n", name)
	}
	r.m.U32(unix.NHA_OIF, index)
	r.defaultFamily()
	return nil
}

// via takes [FAMILY] ADDRESS.
func (r *request) via(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	family := cli.ParseFamily(s)
	if family == unix.AF_UNSPEC {
		family = r.Family
	} else if s, err = a.Value(); err != nil {
		return err
	}
	addr, err := cli.Addr(s, family)
	switch {
	case err != nil:
		return err
	case r.Family == unix.AF_UNSPEC:
		r.Family = addr.Family
	case r.Family != addr.Family:
		return cli.InvArg("address family mismatch\n", s)
	}
	r.m.Attr(unix.NHA_GATEWAY, addr.Bytes())
	return nil
}

// group takes ID[,WEIGHT]/ID[,WEIGHT]…
func (r *request) group(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(s, "/")
	first, _, _ = strings.Cut(first, ",")
	if s == "" {
		return badGroup(first)
	}
	var members []byte
	for word := range strings.SplitSeq(s, "/") {
		id, weight, hasWeight := strings.Cut(word, ",")
		v, ok := cli.ParseUint(id, 0, 32)
		if !ok {
			return badGroup(first)
		}
		w := uint64(1)
		if hasWeight {
			if w, ok = cli.ParseUint(weight, 0, 32); !ok || w == 0 || w > 1<<16 {
				return cli.InvArg("\"weight\" is invalid\n", weight)
			}
		}
		w--
		members = append(rtnl.NE.AppendUint32(members, uint32(v)), byte(w), byte(w>>8), 0, 0)
	}
	r.m.Attr(unix.NHA_GROUP, members)
	return nil
}

// badGroup shows what the real tool's parser has left of the word when it
// complains: the part before the first separator.
func badGroup(first string) error { return cli.InvArg("\"group\" value is invalid\n", first) }

func (r *request) groupType(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	typ := uint16(uapi.NEXTHOP_GRP_TYPE_MPATH)
	switch s {
	case "mpath":
	case "resilient":
		typ = uapi.NEXTHOP_GRP_TYPE_RES
		if a.More() {
			if err := r.resilient(a); err != nil {
				return err
			}
		}
	default:
		return cli.InvArg("\"type\" value is invalid\n", s)
	}
	r.m.U16(unix.NHA_GROUP_TYPE, typ)
	return nil
}

// resilient takes the parameters of a resilient group, up to a word that is
// none.
func (r *request) resilient(a *cli.Args) (err error) {
	nest := r.m.Nest(uapi.NHA_RES_GROUP | unix.NLA_F_NESTED)
	defer r.m.End(nest)
	for err == nil {
		switch {
		case a.Match("=buckets"):
			var v uint16
			v, err = a.U16("invalid buckets value")
			r.m.U16(uapi.NHA_RES_GROUP_BUCKETS, v)
		case a.Match("=idle_timer"):
			err = r.timer(a, uapi.NHA_RES_GROUP_IDLE_TIMER, "invalid idle timer value")
		case a.Match("=unbalanced_timer"):
			err = r.timer(a, uapi.NHA_RES_GROUP_UNBALANCED_TIMER, "invalid unbalanced timer value")
		default:
			return nil
		}
	}
	return err
}

// timer takes seconds; the kernel counts ticks of 10 ms.
func (r *request) timer(a *cli.Args, attr uint16, msg string) error {
	const limit = (1<<32 - 1) / 100
	s := a.Word()
	v, err := a.U32(msg)
	if err == nil && v >= limit {
		return cli.InvArg(msg, s)
	}
	r.m.U32(attr, v*100)
	return err
}

func (r *request) protocol(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	proto, ok := r.e.Tables.Protocols.Parse(s)
	if !ok {
		return cli.InvArg("\"protocol\" value is invalid\n", s)
	}
	r.Protocol = uint8(proto)
	return nil
}

func (r *request) hwStats(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	i, err := r.e.OneOf("hw_stats", s, []string{"off", "on"})
	if err != nil {
		return &cli.Error{Status: int(unix.EINVAL), Text: err.Error()}
	}
	r.m.U32(uapi.NHA_HW_STATS_ENABLE, uint32(i))
	return nil
}

// words are the keywords of add and its kin, in the order in which
// abbreviations are tried.
func words() []cli.Keyword[*request] {
	return []cli.Keyword[*request]{
		{Words: "=id", Parse: func(r *request, a *cli.Args) error {
			id, err := parseID(a)
			r.m.U32(unix.NHA_ID, id)
			return err
		}},
		{Words: "=dev", Parse: (*request).dev},
		{Words: "=via", Parse: (*request).via},
		{Words: "=encap", Parse: func(r *request, a *cli.Args) error {
			return encap.Parse(r.e, a, r.m, unix.NHA_ENCAP, unix.NHA_ENCAP_TYPE)
		}},
		{Words: "=blackhole", Parse: func(r *request, _ *cli.Args) error {
			r.m.Flag(unix.NHA_BLACKHOLE)
			r.defaultFamily()
			return nil
		}},
		{Words: "=fdb", Parse: func(r *request, _ *cli.Args) error {
			r.m.Flag(uapi.NHA_FDB)
			return nil
		}},
		{Words: "=onlink", Parse: func(r *request, _ *cli.Args) error {
			r.Flags |= unix.RTNH_F_ONLINK
			return nil
		}},
		{Words: "=group", Parse: (*request).group},
		{Words: "=type", Parse: (*request).groupType},
		{Words: "protocol", Parse: (*request).protocol},
		{Words: "=hw_stats", Parse: (*request).hwStats},
		{Words: "=dst_port", Parse: func(r *request, a *cli.Args) error {
			port, err := a.U16("\"dst_port\" value is invalid\n")
			r.m.Be16(nhaDstPort, port)
			return err
		}},
		{Words: "=help", Parse: func(*request, *cli.Args) error { return cli.Usage(usage) }},
	}
}
