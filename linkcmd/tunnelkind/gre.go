package tunnelkind

import (
	"slices"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// The tunnels of Generic Routing Encapsulation over IPv4.
var (
	GRE = kind.Kind{Begin: beginGRE, Table: field.Table{Voice: &kind.Voice, First: "nokey", Finish: finishGRE,
		Then: []*field.Table{&greRows, &greKeyRows, &greMark, &greEncap}}}
	ERSPAN = kind.Kind{Begin: beginERSPAN, Table: field.Table{Voice: &kind.Voice, First: "nokey", Finish: finishERSPAN,
		Then: []*field.Table{&greRows, &greKeyRows, &greMark, &erspanRows, &greEncap}}}
)

// greRows are the rows up to the keys, greMark that behind them, which all kinds
// over IPv4 have.
var greRows = field.Table{Rows: []*field.Row{
	{Words: "=external", Attr: uapi.IFLA_GRE_COLLECT_METADATA, Type: &field.Mark},
	{Words: "remote", Attr: uapi.IFLA_GRE_REMOTE, Type: &endpoint, Arg: unix.AF_INET, Flags: field.Always | field.OmitZero},
	{Words: "local", Attr: uapi.IFLA_GRE_LOCAL, Type: &endpoint, Arg: unix.AF_INET, Flags: field.Always | field.OmitZero},
	{Words: "dev", Key: "link", Attr: uapi.IFLA_GRE_LINK, Type: &kind.TunnelDevice, Flags: field.OmitZero},
	{Words: "ttl|hoplimit|hlim", Attr: uapi.IFLA_GRE_TTL, Type: &ttlInherit, Bad: "invalid TTL\n", Flags: field.Always},
	{Words: "tos|tclass|dsfield", Attr: uapi.IFLA_GRE_TOS, Type: &tos},
	{Words: "nopmtudisc|pmtudisc", Label: "pmtudisc", Attr: uapi.IFLA_GRE_PMTUDISC, Type: &grePMTU},
	{Words: "=noignore-df|=ignore-df", Label: "ignore-df", Key: "ignore_df", Attr: uapi.IFLA_GRE_IGNORE_DF, Type: &ignoreDF},
}}

var greMark = field.Table{Rows: []*field.Row{
	{Words: "=fwmark", Attr: uapi.IFLA_GRE_FWMARK, Type: &fwmark, Bad: "invalid fwmark\n"},
}}

// greKeyRows are keys, sequence numbers and checksums, of both directions and of
// each; all kinds have them.
var greKeyRows = field.Table{Rows: []*field.Row{
	{Words: "nokey|key", Type: &greKeys, Flags: field.Quiet},
	{Words: "noikey|ikey", Label: "ikey", Attr: uapi.IFLA_GRE_IKEY, Type: &greKey, Arg: uapi.IFLA_GRE_IFLAGS},
	{Words: "nookey|okey", Label: "okey", Attr: uapi.IFLA_GRE_OKEY, Type: &greKey, Arg: uapi.IFLA_GRE_OFLAGS},
	{Words: "noseq|seq", Type: &greFlags, Arg: uint64(uapi.GRE_SEQ), Flags: field.Quiet},
	{Words: "noiseq|iseq", Label: "iseq", Attr: uapi.IFLA_GRE_IFLAGS, Type: &greFlag, Arg: uint64(uapi.GRE_SEQ)},
	{Words: "nooseq|oseq", Label: "oseq", Attr: uapi.IFLA_GRE_OFLAGS, Type: &greFlag, Arg: uint64(uapi.GRE_SEQ)},
	{Words: "nocsum|csum", Type: &greFlags, Arg: uint64(uapi.GRE_CSUM), Flags: field.Quiet},
	{Words: "noicsum|icsum", Label: "icsum", Attr: uapi.IFLA_GRE_IFLAGS, Type: &greFlag, Arg: uint64(uapi.GRE_CSUM)},
	{Words: "noocsum|ocsum", Label: "ocsum", Attr: uapi.IFLA_GRE_OFLAGS, Type: &greFlag, Arg: uint64(uapi.GRE_CSUM)},
}}

var erspanRows = field.Table{Rows: []*field.Row{
	{Words: "=erspan", Value: "IDX", Label: "erspan_index", Attr: uapi.IFLA_GRE_ERSPAN_INDEX, Type: &erspanIndex, Bad: "invalid erspan index\n"},
	{Words: "=erspan_ver", Attr: uapi.IFLA_GRE_ERSPAN_VER, Type: &erspanVer, Bad: "invalid erspan version\n"},
	{Words: "=erspan_dir", Attr: uapi.IFLA_GRE_ERSPAN_DIR, Type: &erspanDir, Names: &word.Names{{0, "ingress"}}, Bad: "Invalid erspan direction."},
	{Words: "=erspan_hwid", Value: "HWID", Attr: uapi.IFLA_GRE_ERSPAN_HWID, Type: &field.Hex16, Bad: "invalid erspan hwid\n"},
}}

// greEncap are the rows for a further UDP header.
var greEncap = field.Table{Rows: []*field.Row{
	{Words: "=noencap|=encap", Attr: uapi.IFLA_GRE_ENCAP_TYPE, Type: &encapType},
	{Words: "=encap-sport", Attr: uapi.IFLA_GRE_ENCAP_SPORT, Type: &encapPort, Bad: "Invalid source port.", Flags: field.Quiet},
	{Words: "=encap-dport", Attr: uapi.IFLA_GRE_ENCAP_DPORT, Type: &encapPort, Bad: "Invalid destination port.", Flags: field.Quiet},
	{Words: "=noencap-csum|=encap-csum", Attr: uapi.IFLA_GRE_ENCAP_FLAGS, Type: &toggleBit16, Arg: uapi.TUNNEL_ENCAP_FLAG_CSUM, Flags: field.Quiet},
	{Words: "=noencap-udp6-csum|=encap-udp6-csum", Attr: uapi.IFLA_GRE_ENCAP_FLAGS, Type: &toggleBit16, Arg: uapi.TUNNEL_ENCAP_FLAG_CSUM6, Flags: field.Quiet},
	{Words: "=noencap-remcsum|=encap-remcsum", Attr: uapi.IFLA_GRE_ENCAP_FLAGS, Type: &toggleBit16, Arg: uapi.TUNNEL_ENCAP_FLAG_REMCSUM, Flags: field.Quiet},
}}

func beginGRE(c *field.Call) error { return beginTunnel(c, greDefaults) }

func beginERSPAN(c *field.Call) error {
	return beginTunnel(c, slices.Concat(greDefaults, []preset{{uapi.IFLA_GRE_ERSPAN_VER, 1, 1}}))
}

// greDefaults is what a new tunnel asks for.
var greDefaults = []preset{
	{uapi.IFLA_GRE_IKEY, 4, 0}, {uapi.IFLA_GRE_OKEY, 4, 0}, {uapi.IFLA_GRE_IFLAGS, 2, 0}, {uapi.IFLA_GRE_OFLAGS, 2, 0},
	{uapi.IFLA_GRE_PMTUDISC, 1, 1}, {uapi.IFLA_GRE_TOS, 1, 0}, {uapi.IFLA_GRE_TTL, 1, 0}, {uapi.IFLA_GRE_FWMARK, 4, 0},
	{uapi.IFLA_GRE_ENCAP_TYPE, 2, 0}, {uapi.IFLA_GRE_ENCAP_FLAGS, 2, 0}, {uapi.IFLA_GRE_ENCAP_SPORT, 2, 0}, {uapi.IFLA_GRE_ENCAP_DPORT, 2, 0},
}

// greKeys sets or clears the keys of both directions.
var greKeys = field.Type{Usage: "KEY := { DOTTED_QUAD | NUMBER }", Parse: func(c *field.Call, _ *field.Row) error {
	if err := parseGREKey(c, "key", uapi.IFLA_GRE_IKEY, uapi.IFLA_GRE_IFLAGS); err != nil {
		return err
	}
	c.Put(0, uapi.IFLA_GRE_OKEY, c.Get(0, uapi.IFLA_GRE_IKEY))
	greBit(c, uapi.IFLA_GRE_OFLAGS, uapi.GRE_KEY, c.On())
	return nil
}}

// greKey is the key of one direction, of which Arg has the flags. A key
// prints as an IPv4 address does.
var greKey = field.Type{Size: 4, Usage: "KEY := { DOTTED_QUAD | NUMBER }", Parse: func(c *field.Call, r *field.Row) error {
	return parseGREKey(c, r.Text(), r.Attr, uint16(r.Arg))
}, Print: func(v *field.View, r *field.Row, b []byte) {
	if uapi.Be16(rtnl.Be16(v.Get(0, uint16(r.Arg))))&uapi.GRE_KEY != 0 {
		printAnyAddr(v, r, unix.AF_INET, b)
	}
}, Write: func(v *field.View, r *field.Row, line, b []byte) []byte {
	on := uapi.Be16(rtnl.Be16(v.Get(0, uint16(r.Arg))))&uapi.GRE_KEY != 0
	if line = field.WriteToggle(r, line, on); on {
		line = cli.AppendAddr(append(line, ' '), unix.AF_INET, b)
	}
	return line
}}

func parseGREKey(c *field.Call, name string, attr, flags uint16) error {
	on := c.On()
	key := kind.Zero[:4]
	if on {
		s, err := c.Args.Value()
		if err == nil {
			key, err = tunnelKey(name, s)
		}
		if err != nil {
			return err
		}
	}
	c.Put(0, attr, key)
	greBit(c, flags, uapi.GRE_KEY, on)
	return nil
}

// tunnelKey reads a key, as a number or as an IPv4 address.
func tunnelKey(name, s string) ([]byte, error) {
	for i := range len(s) {
		if s[i] == '.' {
			b, err := cli.Addr32(s)
			return b[:], err
		}
	}
	n, ok := word.Uint(s, 0, 32)
	if !ok {
		return nil, cli.Exit(cli.StatusUsage, `invalid value for "%s": "%s"; it should be an unsigned integer`, name, s)
	}
	return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, nil
}

func greBit(c *field.Call, flags uint16, bit uapi.Be16, on bool) {
	f := uapi.Be16(rtnl.Be16(c.Get(0, flags))) &^ bit
	if on {
		f |= bit
	}
	c.PutUint(0, flags, 2, uint64(f), true)
}

// greFlags is a flag (Arg) of both directions, greFlag of one.
var (
	greFlags = field.Type{Form: field.Toggle, Parse: func(c *field.Call, r *field.Row) error {
		greBit(c, uapi.IFLA_GRE_IFLAGS, uapi.Be16(r.Arg), c.On())
		greBit(c, uapi.IFLA_GRE_OFLAGS, uapi.Be16(r.Arg), c.On())
		return nil
	}}
	greFlag = field.Type{Size: 2, Form: field.Big | field.Toggle | field.Bits}
)

// grePMTU prints only where path MTU discovery is off.
var grePMTU = field.Type{Size: 1, Form: field.Toggle, Print: func(v *field.View, r *field.Row, b []byte) {
	if b[0] == 0 || v.Pen.JSON() {
		kind.PrintEither(v, r, b[0] != 0)
	}
}}

var ignoreDF = field.Type{Size: 1, Form: field.Toggle | field.NonZero}

var erspanIndex = field.Type{Size: 4, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 32)
	switch {
	case !ok:
		return 0, c.Wrong(r, s)
	case n == 0 || n >= 1<<20:
		return 0, cli.InvArg("erspan index must be > 0 and <= 20-bit\n", s)
	}
	return n, nil
}, Write: func(v *field.View, r *field.Row, line, b []byte) []byte {
	if rtnl.U32(b) == 0 {
		return line
	}
	return field.WriteNumber(v, r, line, b)
}}

var erspanVer = field.Type{Size: 1, Usage: "{ 0 | 1 | 2 }", Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 8)
	switch {
	case !ok:
		return 0, c.Wrong(r, s)
	case n > 2:
		return 0, cli.InvArg("erspan version must be 0/1/2\n", s)
	}
	return n, nil
}}

// erspanDir takes a shortened word.
var erspanDir = field.Type{Size: 1, Usage: "{ ingress | egress }", Other: "egress", Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	switch {
	case word.Match("ingress", s):
		return 0, nil
	case word.Match("egress", s):
		return 1, nil
	}
	return 0, c.Wrong(r, s)
}}

// finishGRE gives a multicast tunnel the group as its key.
func finishGRE(c *field.Call) error {
	if group := c.Get(0, uapi.IFLA_GRE_REMOTE); len(group) == 4 && group[0]>>4 == 0xe {
		for _, dir := range [][2]uint16{{uapi.IFLA_GRE_IKEY, uapi.IFLA_GRE_IFLAGS}, {uapi.IFLA_GRE_OKEY, uapi.IFLA_GRE_OFLAGS}} {
			if rtnl.IsZero(c.Get(0, dir[0])) {
				c.Put(0, dir[0], group)
				greBit(c, dir[1], uapi.GRE_KEY, true)
			}
		}
		if rtnl.IsZero(c.Get(0, uapi.IFLA_GRE_LOCAL)) {
			return cli.Fail("A broadcast tunnel requires a source address.")
		}
	}
	leaveToRoute(c, uapi.IFLA_GRE_COLLECT_METADATA)
	return nil
}

func finishERSPAN(c *field.Call) error {
	err := finishGRE(c)
	dropERSPAN(c)
	return err
}

// dropERSPAN drops what the version does not have.
func dropERSPAN(c *field.Call) {
	ver := rtnl.U8(c.Get(0, uapi.IFLA_GRE_ERSPAN_VER))
	if ver != 1 || rtnl.IsZero(c.Get(0, uapi.IFLA_GRE_ERSPAN_INDEX)) {
		c.Drop(0, uapi.IFLA_GRE_ERSPAN_INDEX)
	}
	switch {
	case ver != 2:
		c.Drop(0, uapi.IFLA_GRE_ERSPAN_DIR, uapi.IFLA_GRE_ERSPAN_HWID)
	case c.Get(0, uapi.IFLA_GRE_COLLECT_METADATA) == nil:
		kind.OrElse(c, uapi.IFLA_GRE_ERSPAN_DIR, kind.Zero[:1])
		kind.OrElse(c, uapi.IFLA_GRE_ERSPAN_HWID, kind.Zero[:2])
	}
}
