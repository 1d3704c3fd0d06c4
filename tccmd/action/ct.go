package action

import (
	"bytes"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// ct hands a packet to connection tracking. An index may stand anywhere among its words,
// a control comes last.
var ct = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "ct", Voice: &act.Voice, Ends: true, Rows: []*field.Row{
	{Words: "zone", Bad: `ct: Illegal "zone"`, Attr: uapi.TCA_CT_ZONE, Type: &field.U16},
	{Words: "nat", Value: "[ { src | dst } addr ADDR[-ADDR] [ port PORT[-PORT] ] ]", Attr: uapi.TCA_CT_ACTION, Arg: uapi.TCA_CT_ACT_NAT, Type: &field.Type{Size: 2, Parse: parseCtNAT}},
	{Words: "clear", Attr: uapi.TCA_CT_ACTION, Arg: uapi.TCA_CT_ACT_CLEAR, Type: &field.Bit16},
	{Words: "commit", Attr: uapi.TCA_CT_ACTION, Arg: uapi.TCA_CT_ACT_COMMIT, Type: &field.Bit16},
	{Words: "force", Attr: uapi.TCA_CT_ACTION, Arg: uapi.TCA_CT_ACT_FORCE, Type: &field.Bit16},
	{Words: "index", Bad: `ct: Illegal "index"`, Attr: uapi.TCA_CT_PARMS, At: act.AtIndex, Type: &ctIndex},
	{Words: "mark", Value: "MARK[/MASK]", Bad: `ct: Illegal "mark"`, Attr: uapi.TCA_CT_MARK, Type: &field.Type{Read: parseCtMark}},
	{Words: "label", Value: "LABEL[/MASK]", Bad: "ct: ", Attr: uapi.TCA_CT_LABELS, Arg: uapi.TCA_CT_LABELS_MASK, Type: &field.Type{Read: kind.ParseLabel}},
	&act.HelpRow,
	{Words: "helper", Value: "FAMILY-PROTO-NAME", Bad: `ct: Illegal "helper"`, Attr: uapi.TCA_CT_HELPER_NAME, Type: &field.Type{Read: parseCtHelper}},
}}}, Params: uapi.TCA_CT_PARMS, Size: act.GenSize, Ages: uapi.TCA_CT_TM, Control: act.Pipe, Title: "ct", Read: readCt, Show: showCt}

var ctIndex = field.Type{Size: 4, Parse: func(c *field.Call, r *field.Row) error { return act.Of(c).IndexValue(c, r.Bad) }}

func ctActOf(c *field.Call) uint16 { return rtnl.U16(c.Get(0, uapi.TCA_CT_ACTION)) }

func readCt(c *field.Call) error {
	c.Args.Match("ct")
	c.PutUint(0, uapi.TCA_CT_ACTION, 2, 0, false)
	if err := c.Read(); err != nil {
		return err
	}
	const sides = uapi.TCA_CT_ACT_NAT_SRC | uapi.TCA_CT_ACT_NAT_DST
	switch does := ctActOf(c); {
	case does&uapi.TCA_CT_ACT_CLEAR != 0 && does != uapi.TCA_CT_ACT_CLEAR:
		return cli.Fail("ct: clear can only be used alone")
	case does&sides == sides:
		return cli.Fail("ct: src and dst nat can't be used together")
	case does&uapi.TCA_CT_ACT_COMMIT != 0 && does&uapi.TCA_CT_ACT_NAT != 0 && does&sides == 0:
		return cli.Fail("ct: commit and nat must set src or dst")
	case does&uapi.TCA_CT_ACT_COMMIT == 0 && does&sides != 0:
		return cli.Fail("ct: src or dst is only valid if commit is set")
	}
	c.ToEnd(uapi.TCA_CT_ACTION, uapi.TCA_CT_PARMS)
	return act.OptionalControl(c)
}

// parseCtNAT reads what is translated to what. A word must follow each but the ports.
func parseCtNAT(c *field.Call, r *field.Row) error {
	a, does := c.Args, ctActOf(c)|uint16(r.Arg)
	if !a.More() {
		return cli.Incomplete()
	}
	side := uint16(0)
	switch {
	case a.Match("src"):
		side = uapi.TCA_CT_ACT_NAT_SRC
	case a.Match("dst"):
		side = uapi.TCA_CT_ACT_NAT_DST
	}
	c.PutUint(0, r.Attr, 2, uint64(does|side), false)
	if side == 0 {
		return nil
	}
	switch {
	case !a.More():
		return cli.Incomplete()
	case !a.Match("addr"):
		return act.ExitUsage(c)
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	if err := putAddrRange(c, s); err != nil {
		return err
	}
	if !a.More() {
		return cli.Incomplete()
	}
	if !a.Match("port") {
		return nil
	}
	if s, err = a.Value(); err != nil {
		return err
	}
	if !putPortRange(c, s) {
		return cli.Fail("ct: Illegal nat port range")
	}
	return nil
}

// ends cuts a range; one value is both ends.
func ends(s string) [2]string {
	least, most, found := strings.Cut(s, "-")
	if !found {
		most = least
	}
	return [2]string{least, most}
}

func putAddrRange(c *field.Call, s string) error {
	family := uint8(unix.AF_UNSPEC)
	attrs := [2]uint16{uapi.TCA_CT_NAT_IPV4_MIN, uapi.TCA_CT_NAT_IPV4_MAX}
	for i, end := range ends(s) {
		addr, err := cli.Addr(end, family)
		if err != nil {
			return err
		}
		if family = addr.Family; family != unix.AF_INET {
			attrs = [2]uint16{uapi.TCA_CT_NAT_IPV6_MIN, uapi.TCA_CT_NAT_IPV6_MAX}
		}
		c.Put(0, attrs[i], addr.Bytes())
	}
	return nil
}

func putPortRange(c *field.Call, s string) bool {
	for i, end := range ends(s) {
		n, ok := word.Uint(end, 10, 16)
		if !ok {
			return false
		}
		c.PutUint(0, [2]uint16{uapi.TCA_CT_NAT_PORT_MIN, uapi.TCA_CT_NAT_PORT_MAX}[i], 2, n, true)
	}
	return true
}

// parseCtMark reads N[/MASK] into two attributes of 32 bits, the mask's behind the
// number's.
func parseCtMark(c *field.Call, r *field.Row, s string) error {
	value, mask, masked := strings.Cut(s, "/")
	n, ok := word.Uint(value, 0, 32)
	m := uint64(0xFFFFFFFF)
	if ok && masked {
		m, ok = word.Uint(mask, 0, 32)
	}
	if !ok {
		return c.Wrong(r, s)
	}
	c.PutUint(0, uapi.TCA_CT_MARK, 4, n, false)
	c.PutUint(0, uapi.TCA_CT_MARK_MASK, 4, m, false)
	return nil
}

// ctFamilies are the families of helpers of connection tracking.
var ctFamilies = word.Names{{unix.AF_INET, "ipv4"}, {unix.AF_INET6, "ipv6"}}

func parseCtHelper(c *field.Call, r *field.Row, s string) error {
	parts := strings.SplitN(s, "-", 4)
	if len(s) >= 32 || len(parts) < 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return c.Wrong(r, s)
	}
	family, ok := ctFamilies.Find(parts[0])
	proto, ok2 := c.Env.Tables.ParseIPProto(parts[1])
	if !ok || !ok2 {
		return c.Wrong(r, s)
	}
	c.PutUint(0, uapi.TCA_CT_HELPER_FAMILY, 1, family, false)
	c.PutUint(0, uapi.TCA_CT_HELPER_PROTO, 1, uint64(proto), false)
	c.PutString(0, uapi.TCA_CT_HELPER_NAME, parts[2])
	return nil
}

func showCt(v *field.View, params kind.At) {
	p, does := v.Pen, rtnl.U16(v.Get(0, uapi.TCA_CT_ACTION))
	switch {
	case does&uapi.TCA_CT_ACT_COMMIT != 0 && does&uapi.TCA_CT_ACT_FORCE != 0:
		p.Str("action", " ", "commit force", "")
	case does&uapi.TCA_CT_ACT_COMMIT != 0:
		p.Str("action", " ", "commit", "")
	case does&uapi.TCA_CT_ACT_CLEAR != 0:
		p.Str("action", " ", "clear", "")
	}
	act.Uint32Of(p, "mark", v.Get(0, uapi.TCA_CT_MARK))
	if m := v.Get(0, uapi.TCA_CT_MARK_MASK); m != nil && v.Get(0, uapi.TCA_CT_MARK) != nil && rtnl.U32(m) != 0xFFFFFFFF {
		p.JRaw("mark_mask", `"`+strconv.FormatUint(uint64(rtnl.U32(m)), 16)+`"`)
		if !p.JSON() {
			p.Hex("", "/0x", uint64(rtnl.U32(m)), "")
		}
	}
	if b := v.Get(0, uapi.TCA_CT_ZONE); b != nil {
		p.Uint("zone", " zone ", uint64(rtnl.U16(b)), "")
	}
	if b := v.Get(0, uapi.TCA_CT_LABELS); b != nil {
		p.Str("label", " label ", kind.LabelText(b, v.Get(0, uapi.TCA_CT_LABELS_MASK)), "")
	}
	showCtHelper(v)
	if does&uapi.TCA_CT_ACT_NAT != 0 {
		showCtNAT(v, does)
	}
	act.ShowControl(p, " ", params.U32(act.AtControl), "")
}

func showCtHelper(v *field.View) {
	family, proto, name := v.Get(0, uapi.TCA_CT_HELPER_FAMILY), v.Get(0, uapi.TCA_CT_HELPER_PROTO), v.Get(0, uapi.TCA_CT_HELPER_NAME)
	if family == nil || proto == nil || name == nil {
		return
	}
	text := ctFamilies.Or(asInt(family), "ipv6") + "-" + v.Env.Tables.IPProto(uint32(asInt(proto))) + "-" + rtnl.Str(name)
	v.Pen.Str("helper", " helper ", text[:min(len(text), 31)], "")
}

// asInt is the byte of an attribute with its padding as a C program's int: so the real tool
// reads those of a helper. Of a big-endian machine neither is a number that has a name then.
func asInt(b []byte) uint64 {
	var n [4]byte
	copy(n[:], b)
	return uint64(rtnl.U32(n[:]))
}

func showCtNAT(v *field.View, does uint16) {
	side := ""
	switch {
	case does&uapi.TCA_CT_ACT_NAT_SRC != 0:
		side = "src"
	case does&uapi.TCA_CT_ACT_NAT_DST != 0:
		side = "dst"
	default:
		v.Pen.Str("nat", " nat", "", "")
		return
	}
	text := []byte(side)
	for _, ip := range [...]struct {
		family      uint8
		least, most uint16
	}{{unix.AF_INET, uapi.TCA_CT_NAT_IPV4_MIN, uapi.TCA_CT_NAT_IPV4_MAX}, {unix.AF_INET6, uapi.TCA_CT_NAT_IPV6_MIN, uapi.TCA_CT_NAT_IPV6_MAX}} {
		least, most := v.Get(0, ip.least), v.Get(0, ip.most)
		if least == nil {
			continue
		}
		text = cli.AppendAddr(append(text, " addr "...), ip.family, least)
		if most != nil && !bytes.Equal(least, most) {
			text = cli.AppendAddr(append(text, '-'), ip.family, most)
		}
	}
	if least, most := v.Get(0, uapi.TCA_CT_NAT_PORT_MIN), v.Get(0, uapi.TCA_CT_NAT_PORT_MAX); least != nil {
		text = strconv.AppendUint(append(text, " port "...), uint64(rtnl.Be16(least)), 10)
		if most != nil && !bytes.Equal(least, most) {
			text = strconv.AppendUint(append(text, '-'), uint64(rtnl.Be16(most)), 10)
		}
	}
	v.Pen.Bytes("nat", " nat ", text, "")
}

// ctinfo restores the DSCP and the mark of a packet from its connection.
var ctinfo = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "ctinfo", Voice: &act.Voice,
	Send: []uint16{uapi.TCA_CTINFO_ACT, uapi.TCA_CTINFO_ZONE, uapi.TCA_CTINFO_PARMS_DSCP_MASK, uapi.TCA_CTINFO_PARMS_DSCP_STATEMASK, uapi.TCA_CTINFO_PARMS_CPMARK_MASK},
	Rows: []*field.Row{
		{Words: "dscp", Value: "MASK [ STATEMASK ]", Bad: `ctinfo: Illegal dscp "mask"`, Attr: uapi.TCA_CTINFO_PARMS_DSCP_MASK, Type: &field.Type{Parse: parseDSCP}},
		{Words: "cpmark", Value: "[ MASK ]", Attr: uapi.TCA_CTINFO_PARMS_CPMARK_MASK, Type: &field.Type{Parse: parseCPMark}},
		{Words: "zone", Bad: `ctinfo: Illegal "zone"`, Attr: uapi.TCA_CTINFO_ZONE, Type: &kind.Dec16},
	}}}, Params: uapi.TCA_CTINFO_ACT, Size: act.GenSize, Ages: uapi.TCA_CTINFO_TM, Control: act.Pipe, Read: act.InOrder, Check: checkCtinfo, All: printCtinfo}

func parseDSCP(c *field.Call, r *field.Row) error {
	n, err := c.Uint(r, 0, 32)
	if err != nil {
		return err
	}
	c.PutUint(0, r.Attr, 4, n, false)
	optionalNumber(c, uapi.TCA_CTINFO_PARMS_DSCP_STATEMASK)
	return nil
}

func parseCPMark(c *field.Call, r *field.Row) error {
	c.PutUint(0, r.Attr, 4, 0xFFFFFFFF, false)
	optionalNumber(c, r.Attr)
	return nil
}

// optionalNumber takes a word if it is a number.
func optionalNumber(c *field.Call, attr uint16) {
	if n, ok := word.Uint(c.Args.Word(), 0, 32); ok && c.Args.More() {
		c.PutUint(0, attr, 4, n, false)
		c.Args.Skip()
	}
}

func checkCtinfo(c *field.Call) error {
	if c.Get(0, uapi.TCA_CTINFO_ZONE) == nil {
		c.PutUint(0, uapi.TCA_CTINFO_ZONE, 2, 0, false)
	}
	mask, state := rtnl.U32(c.Get(0, uapi.TCA_CTINFO_PARMS_DSCP_MASK)), rtnl.U32(c.Get(0, uapi.TCA_CTINFO_PARMS_DSCP_STATEMASK))
	const dscp = 0x3F
	switch {
	case mask&state != 0:
		return cli.Fail("ctinfo: dscp mask & statemask must NOT overlap")
	case mask != 0 && mask/(mask&-mask) != dscp:
		return cli.Fail("ctinfo: dscp mask must be 6 contiguous bits long")
	}
	for _, attr := range [...]uint16{uapi.TCA_CTINFO_PARMS_DSCP_MASK, uapi.TCA_CTINFO_PARMS_DSCP_STATEMASK, uapi.TCA_CTINFO_PARMS_CPMARK_MASK} {
		if rtnl.IsZero(c.Get(0, attr)) {
			c.Drop(0, attr)
		}
	}
	return nil
}

func printCtinfo(k *act.Kind, v *field.View) bool {
	p := v.Pen
	k.ShowTitle(p)
	params := kind.At(v.Get(0, k.Params))
	if params == nil {
		return true
	}
	p.Uint("zone", "zone ", uint64(rtnl.U16(v.Get(0, uapi.TCA_CTINFO_ZONE))), "")
	act.ShowControl(p, " ", params.U32(act.AtControl), "")
	p.NL()
	k.IndexLine(v, params)
	if b := v.Get(0, uapi.TCA_CTINFO_PARMS_DSCP_MASK); b != nil {
		hex10(v, "dscpmask", " dscp ", rtnl.U32(b))
		hex10(v, "dscpstatemask", " ", rtnl.U32(v.Get(0, uapi.TCA_CTINFO_PARMS_DSCP_STATEMASK)))
	}
	if b := v.Get(0, uapi.TCA_CTINFO_PARMS_CPMARK_MASK); b != nil {
		hex10(v, "cpmark", " cpmark ", rtnl.U32(b))
	}
	act.Ages(v, v.Get(0, k.Ages))
	for _, n := range [...]struct {
		attr       uint16
		key, label string
	}{{uapi.TCA_CTINFO_STATS_DSCP_SET, "dscpset", " DSCP set "}, {uapi.TCA_CTINFO_STATS_DSCP_ERROR, "dscperror", " error "},
		{uapi.TCA_CTINFO_STATS_CPMARK_SET, "cpmarkset", " CPMARK set "}} {
		if b := v.Get(0, n.attr); b != nil && v.Env.Opt.Stats > 0 {
			p.Uint(n.key, n.label, rtnl.U64(b), "")
		}
	}
	p.NL()
	return true
}

// hex10 writes a number as C's %#010x does, which spells 0 without the 0x.
func hex10(v *field.View, key, label string, n uint32) {
	switch {
	case v.Pen.JSON():
		v.Pen.Hex0x(key, "", uint64(n), "")
	case n == 0:
		v.Pen.Text(label + "0000000000")
	default:
		v.Pen.Text(label + "0x" + kind.Hex8(n))
	}
}
