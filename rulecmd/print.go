package rulecmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// view takes a message apart; nil if it is no rule.
func view(e *cli.Env, m rtnl.Message) *field.View {
	h, attrs := rtnl.View[header](m.Body)
	if h == nil || m.Type != unix.RTM_NEWRULE && m.Type != unix.RTM_DELRULE {
		return nil
	}
	v := field.ViewOf(e, attrs)
	v.Head = m.Body[:headerSize]
	return v
}

// headOf is the struct in front of the attributes.
func headOf(v *field.View) *header {
	h, _ := rtnl.View[header](v.Head)
	return h
}

// table is the routing table that the rule leads to, 0 for none.
func table(v *field.View) uint32 {
	if b := v.Get(0, unix.FRA_TABLE); b != nil {
		return rtnl.U32(b)
	}
	return uint32(headOf(v).Table)
}

// Print writes one rule.
func Print(e *cli.Env, m rtnl.Message) error {
	if v := view(e, m); v != nil && (e.Opt.Family == unix.AF_UNSPEC || e.Opt.Family == v.Head[0]) {
		printRule(v, m.Type)
	}
	return nil
}

func printRule(v *field.View, typ uint16) {
	v.Env.Head("[RULE]")
	v.Pen.OpenObject("")
	if typ == unix.RTM_DELRULE {
		v.Pen.Flag("deleted", "Deleted ")
	}
	rules.Show(v)
	v.Pen.EndLine()
	v.Pen.CloseObject()
}

func printPreference(v *field.View, r *field.Row, b []byte) {
	v.Pen.Uint(r.JSON(), "", uint64(rtnl.U32(b)), ":\t")
}

func printNot(v *field.View, r *field.Row, b []byte) {
	if rtnl.U32(b)&uint32(r.Arg) != 0 {
		v.Pen.Null("not", "not ")
	}
}

// printPrefix writes a prefix; the length of a whole address is left out, and so is
// a destination without address. "from" is the first word of a rule.
func printPrefix(v *field.View, r *field.Row, addr []byte) {
	p, key, bits, pre := v.Pen, r.JSON(), v.Head[r.Arg], "from "
	if r.Attr == unix.FRA_DST {
		pre = " to "
	}
	switch {
	case addr != nil:
		var buf [64]byte
		family := v.Head[0]
		p.Text(pre)
		p.ColorBytes(show.FamilyColor(family), key, "", cli.AppendAddr(buf[:0], family, addr), "")
		if int(bits) == cli.FamilyBits(family) {
			return
		}
	case bits != 0:
		p.Str(key, pre, "0", "")
	case r.Attr == unix.FRA_SRC:
		p.Str(key, pre, "all", "")
		return
	default:
		return
	}
	p.Uint(key+"len", "/", uint64(bits), "")
}

func printMark(v *field.View, r *field.Row, mark []byte) {
	mask := v.Get(0, uint16(r.Arg))
	if mark == nil && mask == nil {
		return
	}
	v.Label(r)
	v.Pen.Hex0x(r.JSON(), "", uint64(rtnl.U32(mark)), "")
	if mask != nil && rtnl.U32(mask) != 0xffffffff {
		v.Pen.Hex0x("fwmask", "/", uint64(rtnl.U32(mask)), "")
	}
}

// printDevice writes the name of an interface, and whether it is gone.
func printDevice(v *field.View, r *field.Row, name []byte) {
	v.Label(r)
	v.Pen.ColorBytes(show.Ifname, r.JSON(), "", rtnl.CStr(name), "")
	if headOf(v).Flags&uint32(r.Arg) != 0 {
		v.Pen.Null(r.JSON()+"_detached", " [detached]")
	}
}

func printUIDs(v *field.View, r *field.Row, b []byte) {
	v.Label(r)
	v.Pen.Uint("uid_start", "", uint64(rtnl.U32(b)), "")
	v.Pen.Uint("uid_end", "-", uint64(rtnl.U32(b[4:])), "")
}

// printPorts writes a port, a port with a mask, or a range.
func printPorts(v *field.View, r *field.Row, b []byte) {
	p, key, mask := v.Pen, r.JSON(), v.Get(0, uint16(r.Arg))
	first, last := uint64(rtnl.U16(b)), uint64(rtnl.U16(b[2:]))
	v.Label(r)
	switch {
	case first != last:
		p.Uint(key+"_start", "", first, "")
		p.Uint(key+"_end", "-", last, "")
	case mask == nil:
		p.Uint(key, "", first, "")
	case p.JSON():
		p.JUint(key, first)
		p.Hex0x(key+"_mask", "", uint64(rtnl.U16(mask)), "")
	case rtnl.U16(mask) == portMask:
		p.Uint("", "", first, "")
	default:
		p.Hex0x("", "", first, "")
		p.Hex0x("", "/", uint64(rtnl.U16(mask)), "")
	}
}

func printTable(v *field.View, r *field.Row, _ []byte) {
	if t := table(v); t != 0 {
		v.Label(r)
		v.Pen.Str(r.JSON(), "", v.Env.Tables.RouteTables.Name(t), "")
	}
}

// printSuppressor writes what a table must not answer.
func printSuppressor(v *field.View, r *field.Row, b []byte) {
	n := rtnl.U32(b)
	if n == 0xffffffff || table(v) == 0 {
		return
	}
	v.Label(r)
	if r.Type.Named != nil {
		v.Pen.Str(r.JSON(), "", v.Env.Tables.Groups.Name(n), "")
	} else {
		v.Pen.Int(r.JSON(), "", int64(int32(n)), "")
	}
}

func printRealms(v *field.View, r *field.Row, b []byte) {
	from, to := rtnl.U32(b)>>16, rtnl.U32(b)&0xffff
	v.Label(r)
	if from != 0 {
		v.Pen.Str("flow_from", "", v.Env.Tables.Realms.Name(from), "/")
	}
	v.Pen.Str("flow_to", "", v.Env.Tables.Realms.Name(to), "")
}

// printAction writes what else than a table the rule leads to.
func printAction(v *field.View, _ *field.Row, b []byte) {
	p, h := v.Pen, headOf(v)
	switch h.Action {
	case unix.FR_ACT_TO_TBL:
	case unix.RTN_NAT:
		if gateway := v.Get(0, unix.RTA_GATEWAY); gateway != nil {
			var buf [64]byte
			p.Bytes("nat_gateway", " map-to ", v.Env.AppendHost(buf[:0], h.Family, gateway), "")
		} else {
			p.Null("masquerade", " masquerade")
		}
	case unix.FR_ACT_GOTO:
		if to := v.Get(0, unix.FRA_GOTO); to != nil {
			p.Uint("goto", " goto ", uint64(rtnl.U32(to)), "")
		} else {
			p.Str("goto", " goto ", "none", "")
		}
		if h.Flags&unix.FIB_RULE_UNRESOLVED != 0 {
			p.Null("unresolved", " [unresolved]")
		}
	case unix.FR_ACT_NOP:
		p.Null("nop", " nop")
	default:
		p.Str("action", " ", v.Env.Tables.RouteType(h.Action), "")
	}
}

// printProtocol writes who made the rule, if that was not the kernel.
func printProtocol(v *field.View, r *field.Row, b []byte) {
	if b[0] != unix.RTPROT_UNSPEC && b[0] != unix.RTPROT_KERNEL || v.Env.Opt.Details > 0 {
		v.Label(r)
		v.Pen.Str(r.JSON(), "", v.Env.Tables.Protocols.Name(uint32(b[0])), "")
	}
}

func printFlowLabel(v *field.View, r *field.Row, b []byte) {
	mask := v.Get(0, uint16(r.Arg))
	if mask == nil {
		return
	}
	v.Label(r)
	v.Pen.Hex0x(r.JSON(), "", uint64(rtnl.Be32(b)), "")
	if m := rtnl.Be32(mask); v.Pen.JSON() || m != flowlabelMask {
		v.Pen.Hex0x("flowlabel_mask", "/", uint64(m), "")
	}
}

func printDSCP(v *field.View, r *field.Row, b []byte) {
	p, code, mask := v.Pen, uint64(b[0]), v.Get(0, uint16(r.Arg))
	v.Label(r)
	if !p.JSON() && mask != nil && rtnl.U8(mask) != dscpMask {
		p.Hex0x("", "", code, "")
		p.Hex0x("", "/", uint64(rtnl.U8(mask)), "")
		return
	}
	if name, ok := v.Env.Tables.DSField.Lookup(uint32(code) << 2); ok && !v.Env.Opt.Numeric {
		p.Str(r.JSON(), "", name, "")
	} else {
		p.Str(r.JSON(), "", strconv.FormatUint(code, 10), "")
	}
	if p.JSON() && mask != nil {
		p.Hex0x("dscp_mask", "", uint64(rtnl.U8(mask)), "")
	}
}
