package rulecmd

import (
	"bytes"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A selection is what list and flush ask for: values as a rule to add would have
// them, and prefixes. All of it is sifted here, by us: the kernel has no filter for
// rules.
type selection struct {
	*field.Call
	from, to cli.Prefix // of no family if not asked for
}

// parseSelection reads a selector for list or flush.
func parseSelection(e *cli.Env, a *cli.Args) (*selection, error) {
	s := &selection{Call: field.NewCall(e, a, &selectors)}
	s.For = s
	head(s.Call).Family = family(e)
	return s, s.Read()
}

// parseSelectPrefix takes a prefix; what is no keyword has to be one too.
func parseSelectPrefix(c *field.Call, r *field.Row) error {
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	sel := c.For.(*selection)
	to := &sel.to
	if r.Attr == unix.FRA_SRC {
		to = &sel.from
	}
	*to, err = cli.ParsePrefix(s, head(c).Family)
	return err
}

func parseSelectProtocol(c *field.Call, r *field.Row) error {
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	id, ok := c.Env.Tables.Protocols.Parse(s)
	switch {
	case ok:
		c.Set(r, uint64(id))
	case s == "all":
		c.Drop(r.In, r.Attr)
	default:
		return c.Wrong(r, s)
	}
	return nil
}

// match decides about one rule.
func (s *selection) match(v *field.View) bool {
	if family := s.Env.Opt.Family; family != unix.AF_UNSPEC && v.Head[0] != family {
		return false
	}
	for _, r := range selectors.Rows {
		if s.Given(r) && !s.fits(v, r) {
			return false
		}
	}
	return inPrefix(v, &s.from, unix.FRA_SRC, srcLen) && inPrefix(v, &s.to, unix.FRA_DST, dstLen)
}

// inPrefix reports whether the address of a rule lies in the prefix.
func inPrefix(v *field.View, p *cli.Prefix, attr uint16, length int) bool {
	return p.Family == unix.AF_UNSPEC ||
		v.Head[0] == p.Family && p.Bits <= int(v.Head[length]) && p.Covers(v.Get(0, attr))
}

// fits compares the value of a row with that of a rule. Zero is no filter, but for
// the preference, which is 0 if the rule has none, and where it stands in the head.
func (s *selection) fits(v *field.View, r *field.Row) bool {
	want, got := s.Get(r.In, r.Attr), v.Get(r.In, r.Attr)
	mask, hasMask := s.Get(0, uint16(r.Arg)), v.Get(0, uint16(r.Arg))
	switch r {
	case &not:
		return rtnl.U32(got[r.At:])&uint32(r.Arg) != 0
	case &selectTOS:
		return got[r.At] == want[r.At]
	case &selectTable:
		return rtnl.U32(want) == 0 || rtnl.U32(want) == table(v)
	case &preference:
		return rtnl.U32(got) == rtnl.U32(want)
	case &uids:
		return bytes.Equal(got, want)
	case &fwmark:
		return zeroOr(want, got) && zeroOr(mask, hasMask)
	case &flowlabel:
		return rtnl.IsZero(mask) || bytes.Equal(got, want) && bytes.Equal(hasMask, mask)
	case &sport, &dport:
		return masked(want, got, number(mask, portMask), number(hasMask, portMask))
	case &selectDSCP:
		return masked(want, got, number(mask, dscpMask), number(hasMask, dscpMask))
	}
	return zeroOr(want, got)
}

func zeroOr(want, got []byte) bool { return rtnl.IsZero(want) || bytes.Equal(got, want) }

// masked compares numbers that may have a mask; no bits are no filter.
func masked(want, got []byte, mask, hasMask uint32) bool {
	return mask == 0 || got != nil && number(got, 0) == number(want, 0) && mask == hasMask
}

// number reads a number by its size; missing is the one of an attribute that is not
// there.
func number(b []byte, missing uint32) uint32 {
	switch len(b) {
	case 0:
		return missing
	case 1:
		return uint32(b[0])
	case 2:
		return uint32(rtnl.U16(b))
	}
	return rtnl.U32(b)
}
