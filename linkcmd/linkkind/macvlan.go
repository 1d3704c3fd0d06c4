package linkkind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var macvlan = kind.Kind{
	Unknown: kind.UnknownOption, Told: "MODE_OPTS := macaddr, in mode source\n",
	Table: field.Table{Voice: &kind.Voice, Finish: checkMacvlan, Rows: []*field.Row{
		{Words: "mode", Value: "MODE", Attr: unix.IFLA_MACVLAN_MODE, Type: &kind.QuotedEnum32, Names: &macvlanModes},
		{Words: "flag", Value: "MODE_FLAG", Attr: unix.IFLA_MACVLAN_FLAGS, Type: &macvlanFlag, Names: &macvlanFlags, Flags: field.Quiet},
		{Words: "macaddr", Attr: unix.IFLA_MACVLAN_MACADDR_MODE, Type: &macvlanMAC, Names: &macvlanMACModes, Flags: field.Quiet | field.Always},
		{Words: "nopromisc", Attr: unix.IFLA_MACVLAN_FLAGS, Type: &field.Bit16, Arg: uapi.MACVLAN_FLAG_NOPROMISC},
		{Words: "nodst", Attr: unix.IFLA_MACVLAN_FLAGS, Type: &field.Bit16, Arg: uapi.MACVLAN_FLAG_NODST},
		{Words: "bcqueuelen", Value: "BC_QUEUE_LEN := 0..4294967295, the rx queue of broadcast and multicast packets", Attr: unix.IFLA_MACVLAN_BC_QUEUE_LEN, Type: &bcQueueLen},
		{Label: "usedbcqueuelen", Attr: unix.IFLA_MACVLAN_BC_QUEUE_LEN_USED, Type: &field.U32},
		{Words: "=bclim", Value: "BCLIM", Attr: unix.IFLA_MACVLAN_BC_CUTOFF, Type: &bcLimit},
		{Label: "remotes", Key: "macaddr_count", Attr: unix.IFLA_MACVLAN_MACADDR_COUNT, Type: &macvlanCount},
		{Key: "macaddr_data", Attr: unix.IFLA_MACVLAN_MACADDR_DATA, Type: &macvlanMACs},
	}},
}

var macvlanModes = word.Names{
	{uapi.MACVLAN_MODE_PRIVATE, "private"}, {uapi.MACVLAN_MODE_VEPA, "vepa"}, {uapi.MACVLAN_MODE_BRIDGE, "bridge"},
	{uapi.MACVLAN_MODE_PASSTHRU, "passthru"}, {uapi.MACVLAN_MODE_SOURCE, "source"},
}

var macvlanFlags = word.Names{{uapi.MACVLAN_FLAG_NOPROMISC, "nopromisc"}, {uapi.MACVLAN_FLAG_NODST, "nodst"}, {0, "null"}}

var macvlanMACModes = word.Names{
	{uapi.MACVLAN_MACADDR_ADD, "add"}, {uapi.MACVLAN_MACADDR_DEL, "del"},
	{uapi.MACVLAN_MACADDR_SET, "set"}, {uapi.MACVLAN_MACADDR_FLUSH, "flush"},
}

// checkMacvlan refuses nopromisc in a mode that cannot have it.
func checkMacvlan(c *field.Call) error {
	flags := rtnl.U16(c.Get(0, unix.IFLA_MACVLAN_FLAGS))
	mode := rtnl.U32(c.Get(0, unix.IFLA_MACVLAN_MODE))
	if flags&uapi.MACVLAN_FLAG_NOPROMISC != 0 && mode != uapi.MACVLAN_MODE_PASSTHRU {
		return kind.TargetOf(c).Complain("nopromisc flag only valid in passthru mode")
	}
	return nil
}

// macvlanFlag is a flag by name, beside those that are set.
var macvlanFlag = field.Type{Size: 2, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, err := kind.ScanQuoted(c, r, s)
	return n | uint64(rtnl.U16(c.Get(r.In, r.Attr))), err
}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	if rtnl.U16(b) != 0 {
		return line // a word of its own says it
	}
	return append(field.AppendWord(line, r.Word()), " null"...)
}}

// macvlanMAC changes the list of sources: add MAC, del MAC, set MAC…, flush.
var macvlanMAC = field.Type{Size: 4, Usage: "{ { add | del } LLADDR | set LLADDR ... | flush }", Read: parseMacvlanMAC, Write: writeMacvlanMACs}

func parseMacvlanMAC(c *field.Call, r *field.Row, s string) error {
	mode, ok := r.Names.Find(s)
	if !ok {
		return kind.TargetOf(c).Usage()
	}
	c.Set(r, mode)
	switch mode {
	case uapi.MACVLAN_MACADDR_ADD, uapi.MACVLAN_MACADDR_DEL:
		return parseSourceMAC(c)
	case uapi.MACVLAN_MACADDR_SET:
		return kind.PutNest(c, unix.IFLA_MACVLAN_MACADDR_DATA, func(m *rtnl.Msg) error { return parseSourceMACs(c, m) })
	}
	return nil
}

func writeMacvlanMACs(v *field.View, r *field.Row, line, _ []byte) []byte {
	begin := " macaddr set "
	for t, mac := range rtnl.Attrs(v.Get(0, unix.IFLA_MACVLAN_MACADDR_DATA)) {
		if t == unix.IFLA_MACVLAN_MACADDR {
			line = cli.AppendLLAddr(append(line, begin...), unix.ARPHRD_VOID, mac)
			begin = " "
		}
	}
	return line
}

func parseSourceMAC(c *field.Call) error {
	s, err := c.Args.Value()
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
	c.Put(0, unix.IFLA_MACVLAN_MACADDR, b)
	return nil
}

const etherLen = 6

// parseSourceMACs takes addresses as far as they go; of the word that ends
// them the real tool complains before it goes on with it.
func parseSourceMACs(c *field.Call, m *rtnl.Msg) error {
	for a := c.Args; a.More(); a.Skip() {
		b, ok := cli.ParseLLAddr(a.Word(), etherLen)
		if !ok {
			c.Env.Warnf("\"%s\" is invalid lladdr.\n", a.Word())
		}
		if !ok || len(b) != etherLen {
			return nil
		}
		m.Attr(unix.IFLA_MACVLAN_MACADDR, b)
	}
	return nil
}

// bcQueueLen and bcLimit are numbers with complaints of their own.
var (
	bcQueueLen = field.Type{Size: 4, Scan: func(_ *field.Call, _ *field.Row, s string) (uint64, error) {
		n, ok := word.Uint(s, 0, 32)
		if !ok {
			return 0, cli.Fail(`Error: argument of "bcqueuelen" must be a positive integer [0-4294967295], not "%s"`, s)
		}
		return n, nil
	}}
	bcLimit = field.Type{Size: 4, Form: field.Signed, Scan: func(_ *field.Call, _ *field.Row, s string) (uint64, error) {
		n, ok := word.Int(s, 0, 32)
		if !ok {
			return 0, cli.Fail(`Error: illegal value for "bclim": "%s"`, s)
		}
		return uint64(n), nil
	}}
)

// macvlanCount is how many sources there are, in mode source.
var macvlanCount = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) {
	if rtnl.U32(v.Get(0, unix.IFLA_MACVLAN_MODE)) == uapi.MACVLAN_MODE_SOURCE {
		v.Label(r)
		v.Pen.Int(r.JSON(), "(", int64(int32(rtnl.U32(b))), ") ")
	}
}}

// macvlanMACs is the list of sources, in mode source.
var macvlanMACs = field.Type{Print: func(v *field.View, r *field.Row, b []byte) {
	if rtnl.U32(v.Get(0, unix.IFLA_MACVLAN_MODE)) != uapi.MACVLAN_MODE_SOURCE {
		return
	}
	var tmp [3 * etherLen]byte
	v.Pen.OpenArray(r.JSON())
	for t, mac := range rtnl.Attrs(b) {
		if t == unix.IFLA_MACVLAN_MACADDR && len(mac) >= etherLen {
			v.Pen.Bytes("", "", cli.AppendLLAddr(tmp[:0], unix.ARPHRD_VOID, mac[:etherLen]), " ")
		}
	}
	v.Pen.CloseArray()
}}
