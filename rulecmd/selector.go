package rulecmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/word"
)

// A masked is a number with a mask, or a range of ports.
type masked struct{ value, mask uint32 }

// portRange is struct fib_rule_port_range.
type portRange struct{ Start, End uint16 }

// uidRange is struct fib_rule_uid_range.
type uidRange struct{ Start, End uint32 }

// take takes the value of a keyword and gives it to parse, whose failure is
// complained about with msg.
func take[T any](a *cli.Args, msg string, parse func(string) (T, bool)) (T, error) {
	s, err := a.Value()
	if err != nil {
		var zero T
		return zero, err
	}
	v, ok := parse(s)
	if !ok {
		return v, cli.InvArg(msg, s)
	}
	return v, nil
}

// number reads an unsigned number of at most size bits; msg is the complaint.
func number(s string, size int, msg string) (uint32, error) {
	v, ok := cli.ParseUint(s, 0, size)
	if !ok {
		return 0, cli.InvArg(msg, s)
	}
	return uint32(v), nil
}

// fwmark takes MARK[/MASK].
func fwmark(a *cli.Args) (m masked, hasMask bool, err error) {
	s, err := a.Value()
	if err != nil {
		return m, false, err
	}
	mark, mask, hasMask := strings.Cut(s, "/")
	if m.value, err = number(mark, 32, "fwmark value is invalid\n"); err == nil && hasMask {
		m.mask, err = number(mask, 32, "fwmask value is invalid\n")
	}
	return m, hasMask, err
}

// ports takes PORT[/MASK] or FIRST-LAST.
func ports(a *cli.Args) (r portRange, mask uint16, err error) {
	s, err := a.Value()
	if err != nil {
		return r, 0, err
	}
	var start, end, m uint32 = 0, 0, portMask
	if first, last, isRange := strings.Cut(s, "-"); isRange {
		if start, err = number(first, 16, "invalid port range start"); err == nil {
			end, err = number(last, 16, "invalid port range end")
		}
		return portRange{uint16(start), uint16(end)}, portMask, err
	}
	port, mask16, hasMask := strings.Cut(s, "/")
	if hasMask {
		m, err = number(mask16, 16, "invalid mask")
	}
	if err == nil {
		start, err = number(port, 16, "invalid port")
	}
	return portRange{uint16(start), uint16(start)}, uint16(m), err
}

// dscp takes DSCP[/MASK]; names are those of the DS field, which holds the
// code point in its upper six bits.
func dscp(e *cli.Env, a *cli.Args) (masked, error) {
	s, err := a.Value()
	if err != nil {
		return masked{}, err
	}
	code, mask, hasMask := strings.Cut(s, "/")
	m := masked{mask: dscpMask}
	if v, ok := cli.ParseUint(code, 0, 32); ok {
		m.value = uint32(v)
	} else if v, ok := e.Tables.DSField.Parse(code); ok {
		m.value = v >> 2
	} else {
		return m, cli.InvArg("invalid dscp", code)
	}
	if hasMask {
		m.mask, err = number(mask, 32, "invalid dscp mask")
	}
	return m, err
}

// flowlabel takes LABEL[/MASK].
func flowlabel(a *cli.Args) (masked, error) {
	s, err := a.Value()
	if err != nil {
		return masked{}, err
	}
	label, mask, hasMask := strings.Cut(s, "/")
	m := masked{mask: flowlabelMask}
	if m.value, err = number(label, 32, "invalid flowlabel"); err == nil && hasMask {
		m.mask, err = number(mask, 32, "invalid flowlabel mask")
	}
	return m, err
}

// parseUIDs reads FIRST-LAST as sscanf "%u-%u" does: what follows is ignored.
func parseUIDs(s string) (r uidRange, ok bool) {
	first, rest, ok := word.Scanu(s)
	rest, dash := strings.CutPrefix(rest, "-")
	last, _, ok2 := word.Scanu(rest)
	return uidRange{first, last}, ok && dash && ok2
}

// ifname takes the name of an interface, which need not exist.
func ifname(a *cli.Args, msg string) (string, error) {
	return take(a, msg, func(s string) (string, bool) { return s, cli.ValidIfname(s) })
}

const (
	badIif = `"iif"/"dev" not a valid ifname`
	badOif = `"oif" not a valid ifname`
)
