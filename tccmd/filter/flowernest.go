package filter

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// isMPLS reports whether a word about labels may stand; old ones and mpls exclude each
// other.
func isMPLS(c *field.Call, w string, mine uint64) error {
	if !isType(c, unix.ETH_P_MPLS_UC, unix.ETH_P_MPLS_MC) {
		return cli.Fail(`Can't set "%s" if ethertype isn't MPLS`, w)
	}
	switch other := get(c, slotMPLS); {
	case other == 0 || other == mine:
	case mine == 2:
		return cli.Fail(`Can't set "mpls" if "mpls_label", "mpls_tc", "mpls_bos" or "mpls_ttl" is set`)
	default:
		return cli.Fail(`Can't set "%s" if "mpls" is set`, w)
	}
	set(c, slotMPLS, mine)
	return nil
}

func scanLabel(c *field.Call, r *field.Row, s string) (uint64, error) {
	if err := isMPLS(c, r.Word(), 1); err != nil {
		return 0, err
	}
	return kind.ScanDecimal(c, r, s)
}

// lseWords are the parts of an entry of a label stack.
var lseWords = []struct {
	word string
	attr uint16
	size int
	most uint64
}{
	{"depth", uapi.TCA_FLOWER_KEY_MPLS_OPT_LSE_DEPTH, 1, 255}, {"label", uapi.TCA_FLOWER_KEY_MPLS_OPT_LSE_LABEL, 4, 0xFFFFF},
	{"tc", uapi.TCA_FLOWER_KEY_MPLS_OPT_LSE_TC, 1, 7}, {"bos", uapi.TCA_FLOWER_KEY_MPLS_OPT_LSE_BOS, 1, 1},
	{"ttl", uapi.TCA_FLOWER_KEY_MPLS_OPT_LSE_TTL, 1, 255},
}

// parseMPLS reads entries of a label stack.
func parseMPLS(c *field.Call, r *field.Row) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	if err := isMPLS(c, "mpls", 2); err != nil {
		return err
	}
	var entries []byte
	for c.Args.Match("lse") {
		if !c.Args.More() {
			return cli.Incomplete()
		}
		entry, err := parseLSE(c)
		if err != nil {
			return err
		}
		entries = kind.AppendAttr(entries, uapi.TCA_FLOWER_KEY_MPLS_OPTS_LSE|nestedFlag, entry)
	}
	c.Put(0, r.Attr, entries)
	return nil
}

func parseLSE(c *field.Call) (entry []byte, err error) {
	depth := false
	for c.Args.More() {
		known := false
		for _, w := range lseWords {
			if !c.Args.Match(w.word) {
				continue
			}
			known = true
			s, err := c.Args.Value()
			if err != nil {
				return nil, err
			}
			n, ok := word.Uint(s, 10, 8*w.size)
			isDepth := w.attr == uapi.TCA_FLOWER_KEY_MPLS_OPT_LSE_DEPTH
			if !ok || n > w.most || isDepth && n == 0 {
				return nil, cli.Fail(`Illegal "%s"`, w.word)
			}
			depth = depth || isDepth
			entry = kind.AppendAttr(entry, w.attr, rtnl.AppendUint(nil, w.size, n))
			break
		}
		if !known {
			break
		}
	}
	if !depth {
		return nil, cli.MissArg("depth")
	}
	return entry, nil
}

// parseCFM reads what is matched of connectivity fault management.
func parseCFM(c *field.Call, r *field.Row) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	if !isType(c, unix.ETH_P_CFM) {
		return cli.Fail("Can't set attribute if ethertype isn't CFM")
	}
	var b []byte
	for {
		attr, name := uint16(uapi.TCA_FLOWER_KEY_CFM_MD_LEVEL), "cfm md level"
		switch {
		case c.Args.Match("=mdl"):
		case c.Args.Match("=op"):
			attr, name = uapi.TCA_FLOWER_KEY_CFM_OPCODE, "cfm opcode"
		default:
			c.Put(0, r.Attr, b)
			return nil
		}
		s, err := c.Args.Value()
		if err != nil {
			return err
		}
		n, ok := word.Uint(s, 10, 8)
		if !ok {
			return cli.Fail(`Illegal "%s"`, name)
		}
		b = kind.AppendAttr(b, attr, []byte{byte(n)})
	}
}

// parseTunnelOpts reads options with their masks: of geneve, several between commas.
func parseTunnelOpts(c *field.Call, r *field.Row, s string) error {
	o := kind.TunnelOptOf(uint16(r.Arg))
	options := []string{s}
	geneve := o.Attr == uapi.TCA_FLOWER_KEY_ENC_OPTS_GENEVE
	if geneve {
		options = strings.Split(s, ",")
	}
	var keys, masks []byte
	for _, option := range options {
		key, mask, masked := strings.Cut(option, "/")
		switch {
		case masked:
		case geneve:
			mask = "ffff:ff:" + strings.Repeat("f", len(key)-1-strings.LastIndexByte(key, ':'))
		case o.Mask[0] == ':':
			version, _, _ := strings.Cut(key, ":")
			mask = version + o.Mask
		default:
			mask = o.Mask
		}
		k, ok := o.Parse(key)
		m, ok2 := o.Parse(mask)
		if !ok || !ok2 || geneve && !wholeGeneve(key) {
			if ok {
				key = mask
			}
			warnOfMore(c, o, key)
			return c.Wrong(r, s)
		}
		keys, masks = append(keys, k...), append(masks, m...)
	}
	flag := o.Attr & nestedFlag
	c.Put(0, uapi.TCA_FLOWER_KEY_ENC_OPTS|flag, keys)
	c.Put(0, uapi.TCA_FLOWER_KEY_ENC_OPTS_MASK|flag, masks)
	return nil
}

// warnOfMore says, of PFCP only, that an option has more than its two fields.
func warnOfMore(c *field.Call, o *kind.TunnelOpt, s string) {
	if parts := strings.SplitN(s, ":", 3); len(parts) == 3 && o.Attr == uapi.TCA_FLOWER_KEY_ENC_OPTS_PFCP|nestedFlag {
		if _, ok := o.Parse(parts[0] + ":" + parts[1]); ok {
			c.Env.Warnf("Unknown \"pfcp_opts\" type\n")
		}
	}
}

// wholeGeneve reports whether an option has all its fields.
func wholeGeneve(s string) bool {
	parts := strings.Split(s, ":")
	return len(parts) == 3 && parts[0] != "" && parts[1] != "" && parts[2] != ""
}
