package rulecmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A filter is what list and flush ask for. All of it is sifted here, by us:
// the kernel has no filter for rules. Fields that were not given are zero, so
// that a filter for zero is no filter.
type filter struct {
	e      *cli.Env
	family uint8

	tests []func(*rule) bool
	// protocol is looked at by flush only.
	protocol    uint8
	hasProtocol bool
}

func (f *filter) match(r *rule) bool {
	for _, t := range f.tests {
		if !t(r) {
			return false
		}
	}
	return true
}

func (f *filter) add(t func(*rule) bool) { f.tests = append(f.tests, t) }

func decimal(v uint8) []byte { return strconv.AppendUint(nil, uint64(v), 10) }

// parseFilter reads a selector for list or flush.
func parseFilter(e *cli.Env, a *cli.Args) (*filter, error) {
	f := &filter{e: e, family: family(e)}
	if af := e.Opt.Family; af != unix.AF_UNSPEC {
		f.add(func(r *rule) bool { return r.Family == af })
	}
	return f, cli.ParseWords(f, a, filterWords(), (*filter).to)
}

// to is the destination, with or without the word: what is no keyword has to
// be a prefix.
func (f *filter) to(a *cli.Args) error {
	p, err := f.prefix(a)
	if err == nil && p.Family != unix.AF_UNSPEC {
		f.add(func(r *rule) bool {
			return r.Family == p.Family && p.Bits <= int(r.DstLen) && p.Covers(r.tb[unix.FRA_DST])
		})
	}
	return err
}

func (f *filter) from(a *cli.Args) error {
	p, err := f.prefix(a)
	if err == nil && p.Family != unix.AF_UNSPEC {
		f.add(func(r *rule) bool {
			return r.Family == p.Family && p.Bits <= int(r.SrcLen) && p.Covers(r.tb[unix.FRA_SRC])
		})
	}
	return err
}

func (f *filter) prefix(a *cli.Args) (cli.Prefix, error) {
	s, err := a.Value()
	if err != nil {
		return cli.Prefix{}, err
	}
	return cli.ParsePrefix(s, f.family)
}

// numberIs adds the test that a 32-bit attribute, zero if missing, has the
// value.
func (f *filter) numberIs(attr uint16, v uint32) {
	f.add(func(r *rule) bool { return rtnl.U32(r.tb[attr]) == v })
}

func (f *filter) nameIs(attr uint16, name string) {
	f.add(func(r *rule) bool { return r.tb[attr] != nil && string(rtnl.CStr(r.tb[attr])) == name })
}

func (f *filter) portsAre(attr, maskAttr uint16, a *cli.Args) error {
	want, mask, err := ports(a)
	if err != nil || mask == 0 {
		return err
	}
	f.add(func(r *rule) bool {
		got, _ := rtnl.View[portRange](r.tb[attr])
		if got == nil || *got != want {
			return false
		}
		has := r.tb[maskAttr]
		return has == nil && mask == portMask || has != nil && rtnl.U16(has) == mask
	})
	return nil
}

func (f *filter) fwmark(a *cli.Args) error {
	m, _, err := fwmark(a)
	if err == nil && m.value != 0 {
		f.numberIs(unix.FRA_FWMARK, m.value)
	}
	if err == nil && m.mask != 0 {
		f.numberIs(unix.FRA_FWMASK, m.mask)
	}
	return err
}

func (f *filter) dscp(a *cli.Args) error {
	want, err := dscp(f.e, a)
	if err != nil || want.mask == 0 {
		return err
	}
	f.add(func(r *rule) bool {
		got, mask := r.tb[uapi.FRA_DSCP], r.tb[uapi.FRA_DSCP_MASK]
		if got == nil || uint32(rtnl.U8(got)) != want.value {
			return false
		}
		return mask == nil && want.mask == dscpMask || mask != nil && uint32(rtnl.U8(mask)) == want.mask
	})
	return nil
}

func (f *filter) flowlabel(a *cli.Args) error {
	want, err := flowlabel(a)
	if err != nil || want.mask == 0 {
		return err
	}
	f.add(func(r *rule) bool {
		got, mask := r.tb[uapi.FRA_FLOWLABEL], r.tb[uapi.FRA_FLOWLABEL_MASK]
		return got != nil && mask != nil && rtnl.Be32(got) == want.value && rtnl.Be32(mask) == want.mask
	})
	return nil
}

func (f *filter) parseProtocol(a *cli.Args) error {
	_, err := take(a, "invalid \"protocol\"\n", func(s string) (uint32, bool) {
		id, ok := f.e.Tables.Protocols.Parse(s)
		f.protocol, f.hasProtocol = uint8(id), ok
		return id, ok || s == "all"
	})
	return err
}

// filterWords are the keywords of list and flush, in the order in which
// abbreviations are tried.
func filterWords() []cli.Keyword[*filter] {
	return []cli.Keyword[*filter]{
		{Words: "preference|order|priority", Parse: func(f *filter, a *cli.Args) error {
			v, err := a.U32("preference value is invalid\n")
			f.numberIs(unix.FRA_PRIORITY, v)
			return err
		}},
		{Words: "=not", Parse: func(f *filter, a *cli.Args) error {
			f.add(func(r *rule) bool { return r.Flags&unix.FIB_RULE_INVERT != 0 })
			return nil
		}},
		{Words: "=tos|=dsfield", Parse: func(f *filter, a *cli.Args) error {
			v, err := take(a, "TOS value is invalid\n", f.e.Tables.DSField.Parse)
			f.add(func(r *rule) bool { return uint32(r.TOS) == v })
			return err
		}},
		{Words: "=fwmark", Parse: (*filter).fwmark},
		{Words: "=dev|=iif", Parse: func(f *filter, a *cli.Args) error {
			v, err := ifname(a, badIif)
			f.nameIs(uapi.FRA_IFNAME, v)
			return err
		}},
		{Words: "=oif", Parse: func(f *filter, a *cli.Args) error {
			v, err := ifname(a, badOif)
			f.nameIs(unix.FRA_OIFNAME, v)
			return err
		}},
		{Words: "=l3mdev", Parse: func(f *filter, a *cli.Args) error {
			f.add(func(r *rule) bool { return rtnl.U8(r.tb[unix.FRA_L3MDEV]) != 0 })
			return nil
		}},
		{Words: "=uidrange", Parse: func(f *filter, a *cli.Args) error {
			v, err := take(a, "invalid UID range\n", parseUIDs)
			f.add(func(r *rule) bool {
				got, _ := rtnl.View[uidRange](r.tb[unix.FRA_UID_RANGE])
				return got != nil && *got == v
			})
			return err
		}},
		{Words: "tun_id", Parse: func(f *filter, a *cli.Args) error {
			v, err := a.Uint(64, "\"tun_id\" value is invalid\n")
			if v != 0 {
				f.add(func(r *rule) bool { return rtnl.Be64(r.tb[unix.FRA_TUN_ID]) == v })
			}
			return err
		}},
		{Words: "lookup|table", Parse: func(f *filter, a *cli.Args) error {
			v, err := take(a, "table id value is invalid\n", f.e.Tables.RouteTables.Parse)
			if v != 0 {
				f.add(func(r *rule) bool { return r.table() == v })
			}
			return err
		}},
		{Words: "from|src", Parse: (*filter).from},
		{Words: "protocol", Parse: (*filter).parseProtocol},
		{Words: "=ipproto", Parse: func(f *filter, a *cli.Args) error {
			v, err := take(a, "Invalid \"ipproto\" value\n", f.e.Tables.ParseIPProto)
			if v != 0 {
				f.add(func(r *rule) bool { return rtnl.U8(r.tb[unix.FRA_IP_PROTO]) == v })
			}
			return err
		}},
		{Words: "=sport", Parse: func(f *filter, a *cli.Args) error {
			return f.portsAre(unix.FRA_SPORT_RANGE, uapi.FRA_SPORT_MASK, a)
		}},
		{Words: "=dport", Parse: func(f *filter, a *cli.Args) error {
			return f.portsAre(unix.FRA_DPORT_RANGE, uapi.FRA_DPORT_MASK, a)
		}},
		{Words: "=dscp", Parse: (*filter).dscp},
		{Words: "=flowlabel", Parse: (*filter).flowlabel},
		{Words: "dst|to", Parse: (*filter).to},
	}
}
