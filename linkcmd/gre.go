package linkcmd

import (
	"slices"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// The tunnels of Generic Routing Encapsulation over IPv4.
func gre() kind {
	return kind{first: "nokey", defaults: greDefaults(), finish: finishGRE,
		opts: slices.Concat(greOpts, encapOpts(uapi.IFLA_GRE_ENCAP_TYPE))}
}

func erspan() kind {
	k := gre()
	k.finish = finishERSPAN
	k.opts = slices.Concat(greOpts, erspanOpts, encapOpts(uapi.IFLA_GRE_ENCAP_TYPE))
	k.defaults = append(k.defaults, preset{uapi.IFLA_GRE_ERSPAN_VER, 1, 1})
	return k
}

// greOpts are the rows up to the mark, which all kinds over IPv4 have.
var greOpts = []opt{
	{words: "=external", attr: uapi.IFLA_GRE_COLLECT_METADATA, codec: &flagShown},
	{words: "remote", attr: uapi.IFLA_GRE_REMOTE, arg: unix.AF_INET, codec: &endpoint, always: true, omitZero: true},
	{words: "local", attr: uapi.IFLA_GRE_LOCAL, arg: unix.AF_INET, codec: &endpoint, always: true, omitZero: true},
	{words: "dev", key: "link", attr: uapi.IFLA_GRE_LINK, codec: &tunnelDevice, omitZero: true},
	{words: "ttl|hoplimit|hlim", attr: uapi.IFLA_GRE_TTL, codec: &ttlInherit, always: true, bad: "invalid TTL\n"},
	{words: "tos|tclass|dsfield", attr: uapi.IFLA_GRE_TOS, codec: &tos},
	{words: "nopmtudisc|pmtudisc", text: "pmtudisc", attr: uapi.IFLA_GRE_PMTUDISC, codec: &grePMTU},
	{words: "=noignore-df|=ignore-df", text: "ignore-df", key: "ignore_df", attr: uapi.IFLA_GRE_IGNORE_DF, codec: &ignoreDF},
	{words: "nokey|key", codec: &greKeys},
	{words: "noikey|ikey", text: "ikey", attr: uapi.IFLA_GRE_IKEY, arg: uapi.IFLA_GRE_IFLAGS, codec: &greKey},
	{words: "nookey|okey", text: "okey", attr: uapi.IFLA_GRE_OKEY, arg: uapi.IFLA_GRE_OFLAGS, codec: &greKey},
	{words: "noseq|seq", arg: uint64(uapi.GRE_SEQ), codec: &greFlags},
	{words: "noiseq|iseq", text: "iseq", attr: uapi.IFLA_GRE_IFLAGS, arg: uint64(uapi.GRE_SEQ), codec: &greFlag},
	{words: "nooseq|oseq", text: "oseq", attr: uapi.IFLA_GRE_OFLAGS, arg: uint64(uapi.GRE_SEQ), codec: &greFlag},
	{words: "nocsum|csum", arg: uint64(uapi.GRE_CSUM), codec: &greFlags},
	{words: "noicsum|icsum", text: "icsum", attr: uapi.IFLA_GRE_IFLAGS, arg: uint64(uapi.GRE_CSUM), codec: &greFlag},
	{words: "noocsum|ocsum", text: "ocsum", attr: uapi.IFLA_GRE_OFLAGS, arg: uint64(uapi.GRE_CSUM), codec: &greFlag},
	{words: "=fwmark", attr: uapi.IFLA_GRE_FWMARK, codec: &fwmark, bad: "invalid fwmark\n"},
}

var erspanOpts = []opt{
	{words: "=erspan", value: "IDX", text: "erspan_index", attr: uapi.IFLA_GRE_ERSPAN_INDEX, codec: &erspanIndex, bad: "invalid erspan index\n"},
	{words: "=erspan_ver", attr: uapi.IFLA_GRE_ERSPAN_VER, codec: &erspanVer, bad: "invalid erspan version\n"},
	{words: "=erspan_dir", attr: uapi.IFLA_GRE_ERSPAN_DIR, codec: &erspanDir},
	{words: "=erspan_hwid", value: "HWID", attr: uapi.IFLA_GRE_ERSPAN_HWID, codec: &hex16, bad: "invalid erspan hwid\n"},
}

// greDefaults is what a new tunnel asks for.
func greDefaults() []preset {
	return []preset{
		{uapi.IFLA_GRE_IKEY, 4, 0}, {uapi.IFLA_GRE_OKEY, 4, 0}, {uapi.IFLA_GRE_IFLAGS, 2, 0}, {uapi.IFLA_GRE_OFLAGS, 2, 0},
		{uapi.IFLA_GRE_PMTUDISC, 1, 1}, {uapi.IFLA_GRE_TOS, 1, 0}, {uapi.IFLA_GRE_TTL, 1, 0}, {uapi.IFLA_GRE_FWMARK, 4, 0},
		{uapi.IFLA_GRE_ENCAP_TYPE, 2, 0}, {uapi.IFLA_GRE_ENCAP_FLAGS, 2, 0}, {uapi.IFLA_GRE_ENCAP_SPORT, 2, 0}, {uapi.IFLA_GRE_ENCAP_DPORT, 2, 0},
	}
}

// greKeys sets or clears the keys of both directions.
var greKeys = codec{0, "KEY := { DOTTED_QUAD | NUMBER }", func(d *draft, o *opt, a *cli.Args) error {
	if err := d.greKey(a, "key", uapi.IFLA_GRE_IKEY, uapi.IFLA_GRE_IFLAGS); err != nil {
		return err
	}
	d.put(uapi.IFLA_GRE_OKEY, d.get(uapi.IFLA_GRE_IKEY))
	d.greBit(uapi.IFLA_GRE_OFLAGS, uapi.GRE_KEY, d.word[0] != 'n')
	return nil
}, nil}

// greKey is the key of one direction, of which opt.arg has the flags. A key
// prints as an IPv4 address does.
var greKey = codec{4, "KEY := { DOTTED_QUAD | NUMBER }", func(d *draft, o *opt, a *cli.Args) error {
	return d.greKey(a, o.label(), o.attr, uint16(o.arg))
}, func(v *view, o *opt, b []byte) {
	if uapi.Be16(rtnl.Be16(v.tb[o.arg]))&uapi.GRE_KEY != 0 {
		v.addr(o, unix.AF_INET, b)
	}
}}

func (d *draft) greKey(a *cli.Args, name string, attr, flags uint16) error {
	on := d.word[0] != 'n'
	key := zero[:4]
	if on {
		s, err := a.Value()
		if err == nil {
			key, err = tunnelKey(name, s)
		}
		if err != nil {
			return err
		}
	}
	d.put(attr, key)
	d.greBit(flags, uapi.GRE_KEY, on)
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
	n, ok := cli.ParseUint(s, 0, 32)
	if !ok {
		return nil, cli.Exit(cli.StatusUsage, `invalid value for "%s": "%s"; it should be an unsigned integer`, name, s)
	}
	return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, nil
}

func (d *draft) greBit(flags uint16, bit uapi.Be16, on bool) {
	f := uapi.Be16(rtnl.Be16(d.get(flags))) &^ bit
	if on {
		f |= bit
	}
	d.be16(flags, uint16(f))
}

// greFlags is a flag (opt.arg) of both directions, greFlag of one.
var (
	greFlags = codec{0, "", func(d *draft, o *opt, _ *cli.Args) error {
		d.greBit(uapi.IFLA_GRE_IFLAGS, uapi.Be16(o.arg), d.word[0] != 'n')
		d.greBit(uapi.IFLA_GRE_OFLAGS, uapi.Be16(o.arg), d.word[0] != 'n')
		return nil
	}, nil}
	greFlag = codec{2, "", func(d *draft, o *opt, _ *cli.Args) error {
		d.greBit(o.attr, uapi.Be16(o.arg), d.word[0] != 'n')
		return nil
	}, func(v *view, o *opt, b []byte) {
		if uint64(rtnl.Be16(b))&o.arg != 0 {
			v.flag(o)
		}
	}}
)

// grePMTU prints only where path MTU discovery is off.
var grePMTU = codec{1, "", parseToggle, func(v *view, o *opt, b []byte) {
	v.pen.JBool(o.json(), b[0] != 0)
	if b[0] == 0 {
		v.pen.Text("nopmtudisc ")
	}
}}

var ignoreDF = codec{1, "", parseToggle, func(v *view, o *opt, b []byte) {
	if b[0] != 0 {
		v.flag(o)
	}
}}

var erspanIndex = codec{4, "N", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 32)
	switch {
	case !ok:
		return o.invalid(s)
	case n == 0 || n >= 1<<20:
		return cli.InvArg("erspan index must be > 0 and <= 20-bit\n", s)
	}
	d.u32(o.attr, uint32(n))
	return nil
}, printU32}

var erspanVer = codec{1, "{ 0 | 1 | 2 }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 8)
	switch {
	case !ok:
		return o.invalid(s)
	case n > 2:
		return cli.InvArg("erspan version must be 0/1/2\n", s)
	}
	d.u8(o.attr, uint8(n))
	return nil
}, printU8}

var erspanDir = codec{1, "{ ingress | egress }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := d.value(o, a)
	switch {
	case err != nil:
		return err
	case cli.Match("ingress", s):
		d.u8(o.attr, 0)
	case cli.Match("egress", s):
		d.u8(o.attr, 1)
	default:
		return cli.InvArg("Invalid erspan direction.", s)
	}
	return nil
}, func(v *view, o *opt, b []byte) {
	if b[0] == 0 {
		v.str(o, "ingress")
	} else {
		v.str(o, "egress")
	}
}}

// finishGRE gives a multicast tunnel the group as its key.
func finishGRE(d *draft) error {
	if group := d.get(uapi.IFLA_GRE_REMOTE); len(group) == 4 && group[0]>>4 == 0xe {
		for _, dir := range [][2]uint16{{uapi.IFLA_GRE_IKEY, uapi.IFLA_GRE_IFLAGS}, {uapi.IFLA_GRE_OKEY, uapi.IFLA_GRE_OFLAGS}} {
			if rtnl.IsZero(d.get(dir[0])) {
				d.put(dir[0], group)
				d.greBit(dir[1], uapi.GRE_KEY, true)
			}
		}
		if rtnl.IsZero(d.get(uapi.IFLA_GRE_LOCAL)) {
			return cli.Fail("A broadcast tunnel requires a source address.")
		}
	}
	d.finishTunnel(uapi.IFLA_GRE_COLLECT_METADATA)
	return nil
}

func finishERSPAN(d *draft) error {
	err := finishGRE(d)
	d.finishERSPAN()
	return err
}

// finishERSPAN drops what the version does not have.
func (d *draft) finishERSPAN() {
	ver := rtnl.U8(d.get(uapi.IFLA_GRE_ERSPAN_VER))
	if ver != 1 || rtnl.IsZero(d.get(uapi.IFLA_GRE_ERSPAN_INDEX)) {
		d.drop(uapi.IFLA_GRE_ERSPAN_INDEX)
	}
	switch {
	case ver != 2:
		d.drop(uapi.IFLA_GRE_ERSPAN_DIR, uapi.IFLA_GRE_ERSPAN_HWID)
	case d.get(uapi.IFLA_GRE_COLLECT_METADATA) == nil:
		d.orElse(uapi.IFLA_GRE_ERSPAN_DIR, zero[:1])
		d.orElse(uapi.IFLA_GRE_ERSPAN_HWID, zero[:2])
	}
}
