package rulecmd

import (
	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A request is a rule under construction.
type request struct {
	e *cli.Env
	m *rtnl.Msg
	header
	table    uint32 // as given by number or name, 0 for none
	hasTable bool   // a table, or an action that needs none
	l3mdev   bool
}

func add(e *cli.Env, a *cli.Args) error {
	if !a.More() {
		return cli.Fail(`"ip rule add" requires arguments.`)
	}
	return modify(e, a, unix.RTM_NEWRULE, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
}

func del(e *cli.Env, a *cli.Args) error {
	if !a.More() {
		return cli.Fail(`"ip rule del" requires arguments.`)
	}
	return modify(e, a, unix.RTM_DELRULE, 0)
}

// memory is what the lines of a batch share.
type memory struct {
	words   cli.Words[*request]
	request request
}

func modify(e *cli.Env, a *cli.Args, typ, flags uint16) error {
	mem := cli.State[memory](e)
	r := &mem.request
	*r = request{e: e, m: e.NewChange(typ, flags)}
	r.Family = e.Opt.Family
	if typ == unix.RTM_NEWRULE {
		r.Action = unix.FR_ACT_TO_TBL
	}
	rtnl.Put(r.m, r.header)
	if err := mem.words.Parse(r, a, words, (*request).action); err != nil {
		return err
	}
	if r.l3mdev && r.table != 0 {
		return &cli.Error{Status: int(unix.EINVAL), Text: "table can not be specified for l3mdev rules\n"}
	}
	r.Family = family(e)
	if !r.hasTable && typ == unix.RTM_NEWRULE {
		r.Table = unix.RT_TABLE_MAIN
	}
	h, _ := rtnl.View[header](r.m.Body())
	*h = r.header
	return e.Change(r.m, Print)
}

// prefix takes an address with its length. Its family is checked only if one
// was given by an option: the kernel refuses what does not fit.
func (r *request) prefix(a *cli.Args, attr uint16) (bits uint8, err error) {
	s, err := a.Value()
	if err != nil {
		return 0, err
	}
	p, err := cli.ParsePrefix(s, r.Family)
	if err == nil {
		r.m.Attr(attr, p.Bytes())
	}
	return uint8(p.Bits), err
}

func (r *request) fwmark(a *cli.Args) error {
	m, hasMask, err := fwmark(a)
	r.m.U32(unix.FRA_FWMARK, m.value)
	if hasMask {
		r.m.U32(unix.FRA_FWMASK, m.mask)
	}
	return err
}

func (r *request) parseTable(a *cli.Args) (err error) {
	r.table, err = take(a, "invalid table ID\n", r.e.Tables.RouteTables.Parse)
	r.hasTable = true
	if r.table < 256 {
		r.Table = uint8(r.table)
	} else {
		r.Table = unix.RT_TABLE_UNSPEC
		r.m.U32(unix.FRA_TABLE, r.table)
	}
	return err
}

func (r *request) ports(a *cli.Args, attr, maskAttr uint16) error {
	v, mask, err := ports(a)
	r.m.Attr(attr, rtnl.NE.AppendUint16(rtnl.NE.AppendUint16(nil, v.Start), v.End))
	if mask != portMask {
		r.m.U16(maskAttr, mask)
	}
	return err
}

func (r *request) uids(a *cli.Args) error {
	v, err := take(a, "invalid UID range\n", parseUIDs)
	r.m.Attr(unix.FRA_UID_RANGE, rtnl.NE.AppendUint32(rtnl.NE.AppendUint32(nil, v.Start), v.End))
	return err
}

// nat is what the kernel forgot long ago; it refuses the action.
func (r *request) nat(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	r.e.Warnf("Warning: route NAT is deprecated\n")
	addr, err := cli.Addr32(s)
	r.m.Attr(unix.RTA_GATEWAY, addr[:])
	r.Action = unix.RTN_NAT
	return err
}

func (r *request) dscp(a *cli.Args) error {
	v, err := dscp(r.e, a)
	r.m.U8(uapi.FRA_DSCP, uint8(v.value))
	if v.mask != dscpMask {
		r.m.U8(uapi.FRA_DSCP_MASK, uint8(v.mask))
	}
	return err
}

func (r *request) flowlabel(a *cli.Args) error {
	v, err := flowlabel(a)
	r.m.Be32(uapi.FRA_FLOWLABEL, v.value)
	r.m.Be32(uapi.FRA_FLOWLABEL_MASK, v.mask)
	return err
}

// action takes what is no keyword: the type of the rule.
func (r *request) action(a *cli.Args) error {
	if a.Match("=type") && !a.More() {
		return cli.Incomplete()
	}
	r.hasTable = true
	switch {
	case a.Match("help"):
		return cli.Usage(usage)
	case a.Match("goto"):
		v, err := a.U32("invalid target\n")
		r.m.U32(unix.FRA_GOTO, v)
		r.Action = unix.FR_ACT_GOTO
		return err
	case a.Match("nop"):
		r.Action = unix.FR_ACT_NOP
		return nil
	}
	typ, err := take(a, "Failed to parse rule type", names.ParseRouteType)
	r.Action = typ
	return err
}

// words are the keywords of add and del, in the order in which abbreviations
// are tried.
func words() []cli.Keyword[*request] {
	return []cli.Keyword[*request]{
		{Words: "=not", Parse: func(r *request, a *cli.Args) error {
			r.Flags |= unix.FIB_RULE_INVERT
			return nil
		}},
		{Words: "=from", Parse: func(r *request, a *cli.Args) (err error) {
			r.SrcLen, err = r.prefix(a, unix.FRA_SRC)
			return err
		}},
		{Words: "=to", Parse: func(r *request, a *cli.Args) (err error) {
			r.DstLen, err = r.prefix(a, unix.FRA_DST)
			return err
		}},
		{Words: "preference|order|priority", Parse: func(r *request, a *cli.Args) error {
			v, err := a.U32("preference value is invalid\n")
			r.m.U32(unix.FRA_PRIORITY, v)
			return err
		}},
		{Words: "=tos|dsfield", Parse: func(r *request, a *cli.Args) error {
			v, err := take(a, "TOS value is invalid\n", r.e.Tables.DSField.Parse)
			r.TOS = uint8(v)
			return err
		}},
		{Words: "=fwmark", Parse: (*request).fwmark},
		{Words: "realms", Parse: func(r *request, a *cli.Args) error {
			v, err := take(a, "invalid realms\n", r.e.Tables.ParseRealms)
			r.m.U32(unix.FRA_FLOW, v)
			return err
		}},
		{Words: "protocol", Parse: func(r *request, a *cli.Args) error {
			v, err := take(a, "\"protocol\" value is invalid\n", r.e.Tables.Protocols.Parse)
			r.m.U8(unix.FRA_PROTOCOL, uint8(v))
			return err
		}},
		{Words: "tun_id", Parse: func(r *request, a *cli.Args) error {
			v, err := a.Uint(64, "\"tun_id\" value is invalid\n")
			r.m.Be64(unix.FRA_TUN_ID, v)
			return err
		}},
		{Words: "table|=lookup", Parse: (*request).parseTable},
		{Words: "suppress_prefixlength|=sup_pl", Parse: func(r *request, a *cli.Args) error {
			v, err := take(a, "suppress_prefixlength value is invalid\n", func(s string) (uint32, bool) {
				v, ok := cli.ParseInt(s, 0, 32)
				return uint32(v), ok && v >= 0
			})
			r.m.U32(unix.FRA_SUPPRESS_PREFIXLEN, v)
			return err
		}},
		{Words: "suppress_ifgroup|=sup_group", Parse: func(r *request, a *cli.Args) error {
			v, err := take(a, "Invalid \"suppress_ifgroup\" value\n", r.e.Tables.Groups.Parse)
			r.m.U32(unix.FRA_SUPPRESS_IFGROUP, v)
			return err
		}},
		{Words: "=dev|=iif", Parse: func(r *request, a *cli.Args) error {
			v, err := ifname(a, badIif)
			r.m.Str(uapi.FRA_IFNAME, v)
			return err
		}},
		{Words: "=oif", Parse: func(r *request, a *cli.Args) error {
			v, err := ifname(a, badOif)
			r.m.Str(unix.FRA_OIFNAME, v)
			return err
		}},
		{Words: "=l3mdev", Parse: func(r *request, a *cli.Args) error {
			r.m.U8(unix.FRA_L3MDEV, 1)
			r.hasTable, r.l3mdev = true, true
			return nil
		}},
		{Words: "=uidrange", Parse: (*request).uids},
		{Words: "=nat|map-to", Parse: (*request).nat},
		{Words: "=ipproto", Parse: func(r *request, a *cli.Args) error {
			v, err := take(a, "Invalid \"ipproto\" value\n", r.e.Tables.ParseIPProto)
			r.m.U8(unix.FRA_IP_PROTO, v)
			return err
		}},
		{Words: "=sport", Parse: func(r *request, a *cli.Args) error {
			return r.ports(a, unix.FRA_SPORT_RANGE, uapi.FRA_SPORT_MASK)
		}},
		{Words: "=dport", Parse: func(r *request, a *cli.Args) error {
			return r.ports(a, unix.FRA_DPORT_RANGE, uapi.FRA_DPORT_MASK)
		}},
		{Words: "=dscp", Parse: (*request).dscp},
		{Words: "=flowlabel", Parse: (*request).flowlabel},
	}
}
