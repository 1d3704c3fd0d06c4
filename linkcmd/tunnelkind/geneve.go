package tunnelkind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var Geneve = kind.Kind{
	Unknown: kind.UnknownCommand,
	Table: field.Table{Voice: &kind.Voice, Finish: finishGeneve, Mute: muteGeneve, Rows: []*field.Row{
		{Words: "external", Attr: unix.IFLA_GENEVE_COLLECT_METADATA, Type: &field.Mark, Flags: field.Once},
		{Words: "noexternal", Attr: unix.IFLA_GENEVE_COLLECT_METADATA, Type: &kind.NoFlag, Flags: field.Quiet | field.Once},
		{Words: "id|vni", Value: "VNI := 0..16777215", Attr: unix.IFLA_GENEVE_ID, Type: &field.U32, Arg: 1<<24 - 1, Flags: field.Once},
		{Words: "remote", Attr: unix.IFLA_GENEVE_REMOTE, Type: &geneveRemote, Arg: unix.IFLA_GENEVE_REMOTE6, Flags: field.Once},
		{Label: "remote", Key: "remote6", Attr: unix.IFLA_GENEVE_REMOTE6, Type: &addr6Shown, Flags: field.Said},
		{Words: "=local", Attr: uapi.IFLA_GENEVE_LOCAL, Type: &geneveLocal, Arg: uapi.IFLA_GENEVE_LOCAL6, Flags: field.Once},
		{Label: "local", Key: "local6", Attr: uapi.IFLA_GENEVE_LOCAL6, Type: &geneveLocal6, Flags: field.Said},
		{Words: "ttl|hoplimit", Attr: unix.IFLA_GENEVE_TTL, Type: &ttlAuto, Arg: unix.IFLA_GENEVE_TTL_INHERIT, Flags: field.Always | field.Once},
		{Words: "tos|dsfield", Attr: unix.IFLA_GENEVE_TOS, Type: &tos, Flags: field.Once},
		{Words: "df", Attr: unix.IFLA_GENEVE_DF, Type: &dontFragment, Names: &dfWords, Bad: badDF, Flags: field.Once},
		{Words: "flowlabel|label", Key: "label", Attr: unix.IFLA_GENEVE_LABEL, Type: &flowLabel, Arg: maxFlowLabel, Bad: "invalid flowlabel", Flags: field.Once},
		{Words: "dstport", Value: "PORT", Key: "port", Attr: unix.IFLA_GENEVE_PORT, Type: &field.Be16, Bad: "dstport", Flags: field.Once},
		{Words: "noudpcsum|udpcsum", Label: "udpcsum", Key: "udp_csum", Attr: unix.IFLA_GENEVE_UDP_CSUM, Type: &noToggle, Flags: field.Once},
		{Words: "noudp6zerocsumtx|udp6zerocsumtx", Label: "udp6zerocsumtx", Key: "udp_zero_csum6_tx", Attr: unix.IFLA_GENEVE_UDP_ZERO_CSUM6_TX, Type: &noToggle, Flags: field.Once},
		{Words: "noudp6zerocsumrx|udp6zerocsumrx", Label: "udp6zerocsumrx", Key: "udp_zero_csum6_rx", Attr: unix.IFLA_GENEVE_UDP_ZERO_CSUM6_RX, Type: &noToggle, Flags: field.Once},
		{Words: "=innerprotoinherit", Key: "inner_proto_inherit", Attr: unix.IFLA_GENEVE_INNER_PROTO_INHERIT, Type: &field.Mark, Flags: field.Once},
	}},
}

// noToggle is a toggle that prints both values, "LABEL " or "noLABEL ".
var noToggle = field.Type{Size: 1, Form: field.Toggle, Print: func(v *field.View, r *field.Row, b []byte) { kind.PrintEither(v, r, b[0] != 0) }}

// parseGeneveAddr reads an address into the attribute for its family: Attr, or Arg
// of the row for IPv6.
func parseGeneveAddr(c *field.Call, r *field.Row, s string) error {
	p, err := cli.Addr(s, unix.AF_UNSPEC)
	if err != nil {
		return err
	}
	if class := classOf(&p); class == notInet || class == multicast {
		return cli.InvArg("invalid "+r.Word()+" address", s)
	}
	c.Put(0, addrAttr(p.Family, r.Attr, uint16(r.Arg)), p.Bytes())
	return nil
}

var (
	geneveRemote = field.Type{Size: 4, Usage: "ADDR := IP_ADDRESS", Read: parseGeneveAddr, Print: printAddr4, Write: writeAddr}
	geneveLocal  = field.Type{Size: 4, Usage: "ADDR := IP_ADDRESS", Read: parseGeneveAddr, Print: func(v *field.View, r *field.Row, b []byte) {
		printColorAddr(v, r, unix.AF_INET, b[:4])
	}, Write: writeAddr}
	geneveLocal6 = field.Type{Size: 16, Print: func(v *field.View, r *field.Row, b []byte) {
		if !rtnl.IsZero(b[:16]) {
			printColorAddr(v, r, unix.AF_INET6, b[:16])
		}
	}, Write: writeAddr}
)

// printColorAddr writes "LABEL ADDR ", the label too in the colour of addresses.
func printColorAddr(v *field.View, r *field.Row, family uint8, b []byte) {
	var tmp [64]byte
	v.Pen.ColorBytes(show.FamilyColor(family), r.JSON(), r.Text()+" ", cli.AppendAddr(tmp[:0], family, b), " ")
}

// muteGeneve keeps silent about the identifier, which an external device has not.
func muteGeneve(v *field.View, r *field.Row) bool {
	return r.Attr == unix.IFLA_GENEVE_ID && v.Get(0, unix.IFLA_GENEVE_COLLECT_METADATA) != nil
}

func finishGeneve(c *field.Call) error {
	external := c.Get(0, unix.IFLA_GENEVE_COLLECT_METADATA) != nil
	hasID := c.HasWord(0, unix.IFLA_GENEVE_ID)
	set := kind.TargetOf(c).Set
	switch {
	case external && hasID:
		return cli.Fail("geneve: both 'external' and vni cannot be specified")
	case !external && !hasID:
		return cli.Fail("geneve: missing virtual network identifier")
	case !external && !set && c.Get(0, unix.IFLA_GENEVE_REMOTE) == nil && c.Get(0, unix.IFLA_GENEVE_REMOTE6) == nil:
		return cli.Fail("geneve: remote link partner not specified")
	}
	kind.OrElse(c, unix.IFLA_GENEVE_ID, kind.Zero[:4])
	if !set || c.HasWord(0, unix.IFLA_GENEVE_TTL) {
		kind.OrElse(c, unix.IFLA_GENEVE_TTL, kind.Zero[:1])
	}
	if !set {
		kind.OrElse(c, unix.IFLA_GENEVE_LABEL, kind.Zero[:4])
		kind.OrElse(c, unix.IFLA_GENEVE_TOS, kind.Zero[:1])
	}
	if rtnl.Be16(c.Get(0, unix.IFLA_GENEVE_PORT)) == 0 {
		c.Drop(0, unix.IFLA_GENEVE_PORT)
	}
	return nil
}
