package nexthopcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/encap"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// modify sends a nexthop with the given message type and flags.
func modify(c *command.Call) error {
	e, a := c.Env, c.Args
	typ, flags := c.Verb.Type, c.Verb.Flags
	x := field.NewCall(e, a, &objects).Into(e.NewChange(typ, flags))
	head(x).Family = e.Opt.Family
	if err := x.Read(); err != nil {
		return err
	}
	head(x)
	return e.Change(x.Msg, printMessage)
}

// head is the struct in front of the attributes so far. What has no family of its
// own is of IPv4.
func head(c *field.Call) *unix.Nhmsg {
	h, attrs := rtnl.View[unix.Nhmsg](c.Msg.Body())
	if h.Family == unix.AF_UNSPEC && (rtnl.Find(attrs, unix.NHA_OIF) != nil || rtnl.Find(attrs, unix.NHA_BLACKHOLE) != nil) {
		h.Family = unix.AF_INET
	}
	return h
}

// parseVia takes [FAMILY] ADDRESS.
func parseVia(c *field.Call, r *field.Row, s string) error {
	var err error
	h, family := head(c), cli.ParseFamily(s)
	if family == unix.AF_UNSPEC {
		family = h.Family
	} else if s, err = c.Args.Value(); err != nil {
		return err
	}
	addr, err := cli.Addr(s, family)
	switch {
	case err != nil:
		return err
	case h.Family == unix.AF_UNSPEC:
		h.Family = addr.Family
	case h.Family != addr.Family:
		return cli.InvArg("address family mismatch\n", s)
	}
	c.Put(0, r.Attr, addr.Bytes())
	return nil
}

func parseEncap(c *field.Call, r *field.Row) error {
	return encap.Parse(c.Env, c.Args, c.Msg, r.Attr, unix.NHA_ENCAP_TYPE)
}

// parseGroup takes ID[,WEIGHT]/ID[,WEIGHT]… A complaint shows what the real tool's
// parser has left of the word: the part before the first separator.
func parseGroup(c *field.Call, r *field.Row, s string) error {
	first, _, _ := strings.Cut(s, "/")
	first, _, _ = strings.Cut(first, ",")
	if s == "" {
		return c.Wrong(r, first)
	}
	var members []byte
	for member := range strings.SplitSeq(s, "/") {
		id, weight, hasWeight := strings.Cut(member, ",")
		v, ok := word.Uint(id, 0, 32)
		if !ok {
			return c.Wrong(r, first)
		}
		w := uint64(1)
		if hasWeight {
			if w, ok = word.Uint(weight, 0, 32); !ok || w == 0 || w > 1<<16 {
				return cli.InvArg("\"weight\" is invalid\n", weight)
			}
		}
		w--
		members = append(rtnl.NE.AppendUint32(members, uint32(v)), byte(w), byte(w>>8), 0, 0)
	}
	c.Put(0, r.Attr, members)
	return nil
}

// parseGroupType takes TYPE and, of a resilient group, its parameters.
func parseGroupType(c *field.Call, r *field.Row, s string) error {
	typ, ok := r.Names.Find(s)
	switch {
	case !ok:
		return c.Wrong(r, s)
	case typ == uapi.NEXTHOP_GRP_TYPE_RES && c.Args.More():
		var args field.Call
		args.Begin(c.Env, c.Args, &resilient)
		if err := args.Read(); err != nil {
			return err
		}
		nest := c.Msg.Nest(uapi.NHA_RES_GROUP | unix.NLA_F_NESTED)
		args.Encode(c.Msg, &resilient)
		c.Msg.End(nest)
	}
	c.Set(r, typ)
	return nil
}

// scanTicks takes seconds; the kernel counts ticks of 10 ms.
func scanTicks(c *field.Call, r *field.Row, s string) (uint64, error) {
	const limit = (1<<32 - 1) / 100
	v, ok := word.Uint(s, 0, 32)
	if !ok || v >= limit {
		return 0, c.Wrong(r, s)
	}
	return v * 100, nil
}

func scanHWStats(c *field.Call, _ *field.Row, s string) (uint64, error) {
	i, err := c.Env.OneOf("hw_stats", s, []string{"off", "on"})
	if err != nil {
		return 0, &cli.Error{Status: int(unix.EINVAL), Text: err.Error()}
	}
	return uint64(i), nil
}

func scanOnlyID(c *field.Call, r *field.Row, s string) (uint64, error) {
	id, ok := word.Uint(s, 0, 32)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	for c.Args.More() {
		c.Args.Skip()
	}
	return id, nil
}
