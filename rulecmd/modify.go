package rulecmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

func add(c *command.Call) error {
	e, a := c.Env, c.Args
	if !a.More() {
		return cli.Fail(`"ip rule add" requires arguments.`)
	}
	return modify(e, a, unix.RTM_NEWRULE, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
}

func del(c *command.Call) error {
	e, a := c.Env, c.Args
	if !a.More() {
		return cli.Fail(`"ip rule del" requires arguments.`)
	}
	return modify(e, a, unix.RTM_DELRULE, 0)
}

func modify(e *cli.Env, a *cli.Args, typ, flags uint16) error {
	c := field.NewCall(e, a, &rules).Into(e.NewChange(typ, flags))
	h := head(c)
	h.Family = e.Opt.Family
	if typ == unix.RTM_NEWRULE {
		h.Action = unix.FR_ACT_TO_TBL
	}
	if err := c.Read(); err != nil {
		return err
	}
	return e.Change(c.Msg, Print)
}

// head is the struct in front of the attributes so far.
func head(c *field.Call) *header {
	h, _ := rtnl.View[header](c.Get(field.Head, 0))
	return h
}

// Slots: whether there was an action that needs no table.
const slotAction = 0

func finish(c *field.Call) error {
	h, table := head(c), c.Get(field.Slot, unix.FRA_TABLE)
	if c.Given(&l3mdev) && rtnl.U32(table) != 0 {
		return &cli.Error{Status: int(unix.EINVAL), Text: "table can not be specified for l3mdev rules\n"}
	}
	h.Family = family(c.Env)
	if table == nil && !c.Given(&l3mdev) && c.Get(field.Slot, slotAction) == nil && c.Msg.Type() == unix.RTM_NEWRULE {
		h.Table = unix.RT_TABLE_MAIN
	}
	return nil
}

// parsePrefix takes an address with its length. Its family is checked only if one
// was given by an option: the kernel refuses what does not fit.
func parsePrefix(c *field.Call, r *field.Row, s string) error {
	p, err := cli.ParsePrefix(s, head(c).Family)
	if err == nil {
		c.Put(0, r.Attr, p.Bytes())
		c.Get(field.Head, 0)[r.Arg] = uint8(p.Bits)
	}
	return err
}

func scanPositive(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Int(s, 0, 32)
	if !ok || n < 0 {
		return 0, c.Wrong(r, s)
	}
	return uint64(n), nil
}

// parseDevice takes the name of an interface, which need not exist.
func parseDevice(c *field.Call, r *field.Row, s string) error {
	if !cli.ValidIfname(s) {
		return c.Wrong(r, s)
	}
	c.PutString(0, r.Attr, s)
	return nil
}

// parseNAT takes what the kernel forgot long ago; it refuses the action.
func parseNAT(c *field.Call, r *field.Row, s string) error {
	c.Env.Warnf("Warning: route NAT is deprecated\n")
	addr, err := cli.Addr32(s)
	c.Put(0, r.Attr, addr[:])
	head(c).Action = unix.RTN_NAT
	return err
}

// parseAction takes what is no keyword: the type of the rule.
func parseAction(c *field.Call, _ *field.Row) error {
	a := c.Args
	if a.Match("=type") && !a.More() {
		return cli.Incomplete()
	}
	c.Put(field.Slot, slotAction, nil)
	typ := uint8(unix.FR_ACT_GOTO)
	switch {
	case a.Match("help"):
		return cli.Help()
	case a.Match("goto"):
		v, err := a.U32("invalid target\n")
		if err != nil {
			return err
		}
		c.PutUint(0, unix.FRA_GOTO, 4, uint64(v), false)
	case a.Match("nop"):
		typ = unix.FR_ACT_NOP
	default:
		s, err := a.Value()
		if err != nil {
			return err
		}
		var ok bool
		if typ, ok = names.ParseRouteType(s); !ok {
			return cli.InvArg("Failed to parse rule type", s)
		}
	}
	head(c).Action = typ
	return nil
}

// uintOf reads a number of at most size bits; msg is the complaint.
func uintOf(s string, size int, msg string) (uint64, error) {
	v, ok := word.Uint(s, 0, size)
	if !ok {
		return 0, cli.InvArg(msg, s)
	}
	return v, nil
}

// takeMasked takes VALUE[/MASK].
func takeMasked(c *field.Call, r *field.Row) (value, mask string, hasMask bool, err error) {
	s, err := c.Take(r)
	value, mask, hasMask = strings.Cut(s, "/")
	return value, mask, hasMask, err
}

func parseMark(c *field.Call, r *field.Row) error {
	value, mask, hasMask, err := takeMasked(c, r)
	if err != nil {
		return err
	}
	v, err := uintOf(value, 32, "fwmark value is invalid\n")
	c.Set(r, v)
	if err == nil && hasMask {
		v, err = uintOf(mask, 32, "fwmask value is invalid\n")
		c.PutUint(0, uint16(r.Arg), 4, v, false)
	}
	return err
}

// parsePorts takes PORT[/MASK] or FIRST-LAST; both make a struct
// fib_rule_port_range.
func parsePorts(c *field.Call, r *field.Row, s string) error {
	var err error
	var first, last, mask uint64 = 0, 0, portMask
	if start, end, isRange := strings.Cut(s, "-"); isRange {
		if first, err = uintOf(start, 16, "invalid port range start"); err == nil {
			last, err = uintOf(end, 16, "invalid port range end")
		}
	} else {
		port, bits, hasMask := strings.Cut(s, "/")
		if hasMask {
			mask, err = uintOf(bits, 16, "invalid mask")
		}
		if err == nil {
			first, err = uintOf(port, 16, "invalid port")
			last = first
		}
	}
	if err != nil {
		return err
	}
	var b [4]byte
	c.Put(0, r.Attr, rtnl.AppendUint(rtnl.AppendUint(b[:0], 2, first), 2, last))
	if mask != portMask {
		c.PutUint(0, uint16(r.Arg), 2, mask, false)
	}
	return nil
}

// parseDSCP takes DSCP[/MASK]; names are those of the DS field, which holds the
// code point in its upper six bits.
func parseDSCP(c *field.Call, r *field.Row) error {
	code, bits, hasMask, err := takeMasked(c, r)
	if err != nil {
		return err
	}
	v, ok := word.Uint(code, 0, 32)
	if !ok {
		ds, ok := c.Env.Tables.DSField.Parse(code)
		if !ok {
			return cli.InvArg("invalid dscp", code)
		}
		v = uint64(ds >> 2)
	}
	mask := uint64(dscpMask)
	if hasMask {
		if mask, err = uintOf(bits, 32, "invalid dscp mask"); err != nil {
			return err
		}
	}
	c.Set(r, v)
	if mask != dscpMask {
		c.PutUint(0, uint16(r.Arg), int(r.Type.Size), mask, false)
	}
	return nil
}

func parseFlowLabel(c *field.Call, r *field.Row) error {
	label, bits, hasMask, err := takeMasked(c, r)
	if err != nil {
		return err
	}
	v, err := uintOf(label, 32, "invalid flowlabel")
	mask := uint64(flowlabelMask)
	if err == nil && hasMask {
		mask, err = uintOf(bits, 32, "invalid flowlabel mask")
	}
	c.Set(r, v)
	c.PutUint(0, uint16(r.Arg), 4, mask, true)
	return err
}

// parseUIDs reads FIRST-LAST as sscanf "%u-%u" does: what follows is ignored. It
// makes a struct fib_rule_uid_range.
func parseUIDs(c *field.Call, r *field.Row, s string) error {
	first, rest, ok := word.Scanu(s)
	rest, dash := strings.CutPrefix(rest, "-")
	last, _, ok2 := word.Scanu(rest)
	if !ok || !dash || !ok2 {
		return c.Wrong(r, s)
	}
	var b [8]byte
	c.Put(0, r.Attr, rtnl.NE.AppendUint32(rtnl.NE.AppendUint32(b[:0], first), last))
	return nil
}
