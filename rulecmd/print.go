package rulecmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// attrs are the attributes of one rule by their type.
type attrs [uapi.FRA_MAX + 1][]byte

// A rule is one message taken apart.
type rule struct {
	header
	deleted bool
	tb      attrs
}

// parse reads a message; false if it is no rule.
func (r *rule) parse(m rtnl.Message) bool {
	if m.Type != unix.RTM_NEWRULE && m.Type != unix.RTM_DELRULE {
		return false
	}
	h, rest := rtnl.View[header](m.Body)
	if h == nil {
		return false
	}
	r.header, r.deleted = *h, m.Type == unix.RTM_DELRULE
	rtnl.Index(r.tb[:], rest)
	return true
}

// table is the routing table that the rule leads to, 0 for none.
func (r *rule) table() uint32 {
	if v := r.tb[unix.FRA_TABLE]; v != nil {
		return rtnl.U32(v)
	}
	return uint32(r.Table)
}

// Print writes one rule.
func Print(e *cli.Env, m rtnl.Message) error {
	var r rule
	if r.parse(m) && (e.Opt.Family == unix.AF_UNSPEC || e.Opt.Family == r.Family) {
		r.print(e)
	}
	return nil
}

func (r *rule) print(e *cli.Env) {
	p := e.Pen
	e.Head("[RULE]")
	p.OpenObject("")
	if r.deleted {
		p.Flag("deleted", "Deleted ")
	}
	p.Uint("priority", "", uint64(rtnl.U32(r.tb[unix.FRA_PRIORITY])), ":\t")
	if r.Flags&unix.FIB_RULE_INVERT != 0 {
		p.Null("not", "not ")
	}
	r.printSelectors(e)
	r.printTable(e)
	r.printAction(e)
	r.printTail(e)
	p.EndLine()
	p.CloseObject()
}

// printSelectors writes what packets have to be like. Four selectors that are
// younger stand behind the action.
func (r *rule) printSelectors(e *cli.Env) {
	p, tb := e.Pen, &r.tb
	r.printAddr(p, "from ", "src", "srclen", tb[unix.FRA_SRC], r.SrcLen)
	if tb[unix.FRA_SRC] == nil && r.SrcLen == 0 {
		p.Str("src", "from ", "all", "")
	}
	r.printAddr(p, " to ", "dst", "dstlen", tb[unix.FRA_DST], r.DstLen)
	if r.TOS != 0 {
		p.Str("tos", " tos ", e.Tables.DSField.Name(uint32(r.TOS)), "")
	}
	if mark, mask := tb[unix.FRA_FWMARK], tb[unix.FRA_FWMASK]; mark != nil || mask != nil {
		p.Hex0x("fwmark", " fwmark ", uint64(rtnl.U32(mark)), "")
		if mask != nil && rtnl.U32(mask) != 0xffffffff {
			p.Hex0x("fwmask", "/", uint64(rtnl.U32(mask)), "")
		}
	}
	r.printDevice(p, " iif ", "iif", "iif_detached", tb[uapi.FRA_IFNAME], unix.FIB_RULE_IIF_DETACHED)
	r.printDevice(p, " oif ", "oif", "oif_detached", tb[unix.FRA_OIFNAME], unix.FIB_RULE_OIF_DETACHED)
	if rtnl.U8(tb[unix.FRA_L3MDEV]) != 0 {
		p.Null("l3mdev", " lookup [l3mdev-table]")
	}
	if v, _ := rtnl.View[uidRange](tb[unix.FRA_UID_RANGE]); v != nil {
		p.Uint("uid_start", " uidrange ", uint64(v.Start), "")
		p.Uint("uid_end", "-", uint64(v.End), "")
	}
	if v := tb[unix.FRA_IP_PROTO]; v != nil {
		p.Str("ipproto", " ipproto ", e.Tables.IPProto(rtnl.U8(v)), "")
	}
	printPorts(p, &sportKeys, tb[unix.FRA_SPORT_RANGE], tb[uapi.FRA_SPORT_MASK])
	printPorts(p, &dportKeys, tb[unix.FRA_DPORT_RANGE], tb[uapi.FRA_DPORT_MASK])
	if v := tb[unix.FRA_TUN_ID]; v != nil {
		p.Uint("tun_id", " tun_id ", rtnl.Be64(v), "")
	}
}

// printAddr writes a prefix; the length of a whole address is left out.
func (r *rule) printAddr(p *show.Pen, pre, key, lenKey string, addr []byte, bits uint8) {
	switch {
	case addr != nil:
		var buf [64]byte
		p.Text(pre)
		p.ColorBytes(show.FamilyColor(r.Family), key, "", cli.AppendAddr(buf[:0], r.Family, addr), "")
		if int(bits) == cli.FamilyBits(r.Family) {
			return
		}
	case bits != 0:
		p.Str(key, pre, "0", "")
	default:
		return
	}
	p.Uint(lenKey, "/", uint64(bits), "")
}

// printDevice writes the name of an interface, and whether it is gone.
func (r *rule) printDevice(p *show.Pen, pre, key, goneKey string, name []byte, gone uint32) {
	if name == nil {
		return
	}
	p.Text(pre)
	p.ColorBytes(show.Ifname, key, "", rtnl.CStr(name), "")
	if r.Flags&gone != 0 {
		p.Null(goneKey, " [detached]")
	}
}

// portKeys are the words for one end of a connection.
type portKeys struct{ pre, key, mask, start, end string }

var (
	sportKeys = portKeys{" sport ", "sport", "sport_mask", "sport_start", "sport_end"}
	dportKeys = portKeys{" dport ", "dport", "dport_mask", "dport_start", "dport_end"}
)

// printPorts writes a port, a port with a mask, or a range.
func printPorts(p *show.Pen, k *portKeys, v, mask []byte) {
	r, _ := rtnl.View[portRange](v)
	switch {
	case r == nil:
	case r.Start != r.End:
		p.Uint(k.start, k.pre, uint64(r.Start), "")
		p.Uint(k.end, "-", uint64(r.End), "")
	case mask == nil:
		p.Uint(k.key, k.pre, uint64(r.Start), "")
	case p.JSON():
		p.JUint(k.key, uint64(r.Start))
		p.Hex0x(k.mask, "", uint64(rtnl.U16(mask)), "")
	case rtnl.U16(mask) == portMask:
		p.Uint("", k.pre, uint64(r.Start), "")
	default:
		p.Hex0x("", k.pre, uint64(r.Start), "")
		p.Hex0x("", "/", uint64(rtnl.U16(mask)), "")
	}
}

// printTable writes the table, what it must not answer, and realms.
func (r *rule) printTable(e *cli.Env) {
	p, tb := e.Pen, &r.tb
	if t := r.table(); t != 0 {
		p.Str("table", " lookup ", e.Tables.RouteTables.Name(t), "")
		if v := tb[unix.FRA_SUPPRESS_PREFIXLEN]; v != nil && rtnl.U32(v) != 0xffffffff {
			p.Int("suppress_prefixlen", " suppress_prefixlength ", int64(int32(rtnl.U32(v))), "")
		}
		if v := tb[unix.FRA_SUPPRESS_IFGROUP]; v != nil && rtnl.U32(v) != 0xffffffff {
			p.Str("suppress_ifgroup", " suppress_ifgroup ", e.Tables.Groups.Name(rtnl.U32(v)), "")
		}
	}
	if v := tb[unix.FRA_FLOW]; v != nil {
		from, to := rtnl.U32(v)>>16, rtnl.U32(v)&0xffff
		p.Text(" realms ")
		if from != 0 {
			p.Str("flow_from", "", e.Tables.Realms.Name(from), "/")
		}
		p.Str("flow_to", "", e.Tables.Realms.Name(to), "")
	}
}

// printAction writes what else than a table the rule leads to.
func (r *rule) printAction(e *cli.Env) {
	p, tb := e.Pen, &r.tb
	switch r.Action {
	case unix.FR_ACT_TO_TBL:
	case unix.RTN_NAT:
		if v := tb[unix.RTA_GATEWAY]; v != nil {
			var buf [64]byte
			p.Bytes("nat_gateway", " map-to ", e.AppendHost(buf[:0], r.Family, v), "")
		} else {
			p.Null("masquerade", " masquerade")
		}
	case unix.FR_ACT_GOTO:
		if v := tb[unix.FRA_GOTO]; v != nil {
			p.Uint("goto", " goto ", uint64(rtnl.U32(v)), "")
		} else {
			p.Str("goto", " goto ", "none", "")
		}
		if r.Flags&unix.FIB_RULE_UNRESOLVED != 0 {
			p.Null("unresolved", " [unresolved]")
		}
	case unix.FR_ACT_NOP:
		p.Null("nop", " nop")
	default:
		p.Str("action", " ", e.Tables.RouteType(r.Action), "")
	}
}

// printTail writes who made the rule, and the youngest selectors.
func (r *rule) printTail(e *cli.Env) {
	p, tb := e.Pen, &r.tb
	if v := tb[unix.FRA_PROTOCOL]; v != nil {
		proto := rtnl.U8(v)
		if proto != unix.RTPROT_UNSPEC && proto != unix.RTPROT_KERNEL || e.Opt.Details > 0 {
			p.Str("protocol", " proto ", e.Tables.Protocols.Name(uint32(proto)), "")
		}
	}
	printDSCP(e, tb[uapi.FRA_DSCP], tb[uapi.FRA_DSCP_MASK])
	label, mask := tb[uapi.FRA_FLOWLABEL], tb[uapi.FRA_FLOWLABEL_MASK]
	if label != nil && mask != nil {
		p.Hex0x("flowlabel", " flowlabel ", uint64(rtnl.Be32(label)), "")
		if m := rtnl.Be32(mask); p.JSON() || m != flowlabelMask {
			p.Hex0x("flowlabel_mask", "/", uint64(m), "")
		}
	}
}

func printDSCP(e *cli.Env, v, mask []byte) {
	p := e.Pen
	if v == nil {
		return
	}
	if !p.JSON() && mask != nil && rtnl.U8(mask) != dscpMask {
		p.Hex0x("", " dscp ", uint64(rtnl.U8(v)), "")
		p.Hex0x("", "/", uint64(rtnl.U8(mask)), "")
		return
	}
	if name, ok := e.Tables.DSField.Lookup(uint32(rtnl.U8(v)) << 2); ok && !e.Opt.Numeric {
		p.Str("dscp", " dscp ", name, "")
	} else {
		p.Str("dscp", " dscp ", string(decimal(rtnl.U8(v))), "")
	}
	if p.JSON() && mask != nil {
		p.Hex0x("dscp_mask", "", uint64(rtnl.U8(mask)), "")
	}
}
