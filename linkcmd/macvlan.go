package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var macvlan = kind{
	name:    "macvlan",
	unknown: "unknown option",
	finish:  checkMacvlan,
	told:    "MODE_OPTS := macaddr, in mode source\n",
	opts: []opt{
		{words: "mode", value: "MODE", attr: unix.IFLA_MACVLAN_MODE, codec: &quotedEnum32, names: macvlanModes},
		{words: "flag", value: "MODE_FLAG", attr: unix.IFLA_MACVLAN_FLAGS, codec: &macvlanFlag, names: macvlanFlags},
		{words: "macaddr", attr: unix.IFLA_MACVLAN_MACADDR_MODE, codec: &macvlanMAC, names: macvlanMACModes},
		{words: "nopromisc", arg: uapi.MACVLAN_FLAG_NOPROMISC, attr: unix.IFLA_MACVLAN_FLAGS, codec: &flagBit16},
		{words: "nodst", arg: uapi.MACVLAN_FLAG_NODST, attr: unix.IFLA_MACVLAN_FLAGS, codec: &flagBit16},
		{words: "bcqueuelen", value: "BC_QUEUE_LEN := 0..4294967295, the rx queue of broadcast and multicast packets", attr: unix.IFLA_MACVLAN_BC_QUEUE_LEN, codec: &bcQueueLen},
		{text: "usedbcqueuelen", attr: unix.IFLA_MACVLAN_BC_QUEUE_LEN_USED, codec: &u32},
		{words: "=bclim", value: "BCLIM", attr: unix.IFLA_MACVLAN_BC_CUTOFF, codec: &bcLimit},
		{text: "remotes", key: "macaddr_count", attr: unix.IFLA_MACVLAN_MACADDR_COUNT, codec: &macvlanCount},
		{key: "macaddr_data", attr: unix.IFLA_MACVLAN_MACADDR_DATA, codec: &macvlanMACs},
	},
}

var macvlanModes = []name{
	{uapi.MACVLAN_MODE_PRIVATE, "private"}, {uapi.MACVLAN_MODE_VEPA, "vepa"}, {uapi.MACVLAN_MODE_BRIDGE, "bridge"},
	{uapi.MACVLAN_MODE_PASSTHRU, "passthru"}, {uapi.MACVLAN_MODE_SOURCE, "source"},
}

var macvlanFlags = []name{{uapi.MACVLAN_FLAG_NOPROMISC, "nopromisc"}, {uapi.MACVLAN_FLAG_NODST, "nodst"}, {0, "null"}}

var macvlanMACModes = []name{
	{uapi.MACVLAN_MACADDR_ADD, "add"}, {uapi.MACVLAN_MACADDR_DEL, "del"},
	{uapi.MACVLAN_MACADDR_SET, "set"}, {uapi.MACVLAN_MACADDR_FLUSH, "flush"},
}

// checkMacvlan refuses nopromisc in a mode that cannot have it.
func checkMacvlan(d *draft) error {
	flags := rtnl.U16(d.get(unix.IFLA_MACVLAN_FLAGS))
	mode := rtnl.U32(d.get(unix.IFLA_MACVLAN_MODE))
	if flags&uapi.MACVLAN_FLAG_NOPROMISC != 0 && mode != uapi.MACVLAN_MODE_PASSTHRU {
		return d.kind.complain("nopromisc flag only valid in passthru mode")
	}
	return nil
}

// macvlanFlag is a flag by name.
var macvlanFlag = codec{2, "", func(d *draft, o *opt, a *cli.Args) error {
	n, err := o.quotedWord(d, a)
	d.orU16(o.attr, uint16(n))
	return err
}, nil}

// flagBit16 is a word that sets a bit (opt.arg), and prints if it is set.
var flagBit16 = codec{2, "", func(d *draft, o *opt, _ *cli.Args) error {
	d.orU16(o.attr, uint16(o.arg))
	return nil
}, printFlagBit16}

func printFlagBit16(v *view, o *opt, b []byte) {
	if rtnl.U16(b)&uint16(o.arg) != 0 {
		v.flag(o)
	}
}

func (d *draft) orU16(attr, bits uint16) { d.u16(attr, rtnl.U16(d.get(attr))|bits) }

// flag writes "LABEL ", in JSON true.
func (v *view) flag(o *opt) {
	v.pen.Flag(o.json(), o.label())
	v.pen.Text(" ")
}

// macvlanMAC changes the list of sources: add MAC, del MAC, set MAC…, flush.
var macvlanMAC = codec{4, "{ { add | del } LLADDR | set LLADDR ... | flush }", parseMacvlanMAC, nil}

func parseMacvlanMAC(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	mode, ok := lookup(o.names, s)
	if !ok {
		return d.kind.usage()
	}
	d.u32(o.attr, uint32(mode))
	switch mode {
	case uapi.MACVLAN_MACADDR_ADD, uapi.MACVLAN_MACADDR_DEL:
		return parseSourceMAC(d, a)
	case uapi.MACVLAN_MACADDR_SET:
		return d.nest(unix.IFLA_MACVLAN_MACADDR_DATA, func(m *rtnl.Msg) error { return parseSourceMACs(d, m, a) })
	}
	return nil
}

func parseSourceMAC(d *draft, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	b, ok := cli.ParseLLAddr(s, etherLen)
	if !ok {
		return cli.Fail(`"%s" is invalid lladdr.`, s)
	}
	if len(b) != etherLen {
		return cli.Silent(cli.StatusError)
	}
	d.put(unix.IFLA_MACVLAN_MACADDR, b)
	return nil
}

const etherLen = 6

// parseSourceMACs takes addresses as far as they go; of the word that ends
// them the real tool complains before it goes on with it.
func parseSourceMACs(d *draft, m *rtnl.Msg, a *cli.Args) error {
	for a.More() {
		b, ok := cli.ParseLLAddr(a.Word(), etherLen)
		if !ok {
			d.env.Warnf("\"%s\" is invalid lladdr.\n", a.Word())
		}
		if !ok || len(b) != etherLen {
			return nil
		}
		m.Attr(unix.IFLA_MACVLAN_MACADDR, b)
		a.Skip()
	}
	return nil
}

var bcQueueLen = codec{4, "N", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 32)
	if !ok {
		return cli.Fail(`Error: argument of "bcqueuelen" must be a positive integer [0-4294967295], not "%s"`, s)
	}
	d.u32(o.attr, uint32(n))
	return nil
}, printU32}

var bcLimit = codec{4, "N", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseInt(s, 0, 32)
	if !ok {
		return cli.Fail(`Error: illegal value for "bclim": "%s"`, s)
	}
	d.u32(o.attr, uint32(n))
	return nil
}, printS32}

// macvlanCount is how many sources there are, in mode source.
var macvlanCount = codec{4, "", nil, func(v *view, o *opt, b []byte) {
	if rtnl.U32(v.tb[unix.IFLA_MACVLAN_MODE]) == uapi.MACVLAN_MODE_SOURCE {
		v.label(o)
		v.pen.Int(o.json(), "(", int64(int32(rtnl.U32(b))), ") ")
	}
}}

// macvlanMACs is the list of sources, in mode source.
var macvlanMACs = codec{0, "", nil, func(v *view, o *opt, b []byte) {
	if rtnl.U32(v.tb[unix.IFLA_MACVLAN_MODE]) != uapi.MACVLAN_MODE_SOURCE {
		return
	}
	var tmp [3 * etherLen]byte
	v.pen.OpenArray(o.json())
	for t, mac := range rtnl.Attrs(b) {
		if t == unix.IFLA_MACVLAN_MACADDR && len(mac) >= etherLen {
			v.pen.Bytes("", "", cli.AppendLLAddr(tmp[:0], unix.ARPHRD_VOID, mac[:etherLen]), " ")
		}
	}
	v.pen.CloseArray()
}}
