package tunnelcmd

import (
	"encoding/binary"
	"slices"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Tunnel is ip tunnel, the older way to make tunnels: by ioctl, with one set of
// words for IPv4 and one for IPv6 below the tunnel.
var Tunnel = command.Object{Words: "tunnel", Also: "tunl", Usage: usage4, Before: choose, Beyond: true, Unknown: unknown4, Verbs: []command.Verb{
	{Words: "add", Run: change4, Type: uapi.SIOCADDTUNNEL},
	{Words: "change", Run: change4, Type: uapi.SIOCCHGTUNNEL},
	{Words: "delete", Run: delete4},
	{Words: "show|lst|list", Run: show4, Default: true},
	{Words: "prl", Run: prl},
	{Words: "6rd", Run: sixRD},
	{Words: "help"},
}}

// object6 is what it turns to for IPv6.
var object6 = command.Object{Usage: usage6, Unknown: unknown6, Verbs: []command.Verb{
	{Words: "add", Run: change6, Type: uapi.SIOCADDTUNNEL},
	{Words: "change", Run: change6, Type: uapi.SIOCCHGTUNNEL},
	{Words: "delete", Run: delete6},
	{Words: "show|lst|list", Run: show6, Default: true},
	{Words: "help"},
}}

// choose turns to IPv6 where that is meant.
func choose(c *command.Call) error {
	family := c.Opt.Family
	if modeIsIPv6(c.Rest()) {
		family = unix.AF_INET6
	}
	switch family {
	case unix.AF_UNSPEC, unix.AF_INET:
	case unix.AF_INET6:
		c.Object = &object6
	default:
		return cli.Exit(cli.StatusUsage, "Unsupported protocol family: %d", family)
	}
	return nil
}

func unknown4(c *command.Call) error { return unknown(c.Word(), `ip tunnel help"`) }
func unknown6(c *command.Call) error { return unknown(c.Word(), `ip -f inet6 tunnel help".`) }

func unknown(word, hint string) error {
	return cli.Exit(cli.StatusUsage, `Command "%s" is unknown, try "%s`, word, hint)
}

// modeIsIPv6 reports whether the first mode among the words is one of IPv6,
// which decides before any word is parsed.
func modeIsIPv6(words []string) bool {
	for i, w := range words {
		if w == "mode" && i+1 < len(words) {
			_, ok := modes6.Find(words[i+1])
			return ok
		}
	}
	return false
}

// The number of a mode is its protocol, with these bits besides.
const (
	vti    = 1 << 8
	isatap = 1 << 9
)

func unknownMode(word string) error {
	return cli.Exit(cli.StatusUsage, `Unknown tunnel mode "%s"`, word)
}

// greKeys is the part of struct ip_tunnel_parm and of ip6_tnl_parm2 that both
// have (linux/if_tunnel.h, linux/ip6_tunnel.h): flags and keys, each for what
// comes in and what goes out.
type greKeys struct {
	iflags, oflags tunnelFlags
	ikey, okey     [4]byte
}

func (k *greKeys) keys() *greKeys { return k }

// tunnelFlags are the flags of a direction, in network order: GRE_CSUM and its kin.
// VTI_ISVTI and SIT_ISATAP are bits of this field too, but in the machine's order,
// which is how the kernel and the real tool compare them.
type tunnelFlags [2]byte

func (f *tunnelFlags) has(bit uapi.Be16) bool { return uapi.Be16(rtnl.Be16(f[:]))&bit != 0 }

func (f *tunnelFlags) add(bit uapi.Be16) {
	binary.BigEndian.PutUint16(f[:], rtnl.Be16(f[:])|uint16(bit))
}

func (f *tunnelFlags) isVTI() bool { return f.has(uapi.Be16(uapi.Htons(uapi.VTI_ISVTI))) }
func (f *tunnelFlags) setVTI()     { f.add(uapi.Be16(uapi.Htons(uapi.VTI_ISVTI))) }

func (f *tunnelFlags) isISATAP() bool { return f.has(uapi.Be16(uapi.Htons(uapi.SIT_ISATAP))) }
func (f *tunnelFlags) setISATAP()     { f.add(uapi.Be16(uapi.Htons(uapi.SIT_ISATAP))) }

// request is what the readers of both families share.
type request struct {
	e      *cli.Env
	change bool // the tunnel's settings are read first, then overlaid
}

func (r *request) req() *request { return r }

// A tunnel is a request of either family.
type tunnel interface {
	keys() *greKeys
	req() *request
	ifname() *[unix.IFNAMSIZ]byte
	load(name string) error
}

// Rows of both families. Attr is a flag, Arg tells the directions.
var (
	keyRow  = field.Row{Words: "=key", Arg: in | out, Type: &greKey}
	ikey    = field.Row{Words: "=ikey", Arg: in, Type: &greKey}
	okey    = field.Row{Words: "=okey", Arg: out, Type: &greKey}
	seq     = field.Row{Words: "=seq", Attr: uint16(uapi.GRE_SEQ), Arg: in | out, Type: &greFlag}
	iseq    = field.Row{Words: "=iseq", Attr: uint16(uapi.GRE_SEQ), Arg: in, Type: &greFlag}
	oseq    = field.Row{Words: "=oseq", Attr: uint16(uapi.GRE_SEQ), Arg: out, Type: &greFlag}
	csum    = field.Row{Words: "=csum", Attr: uint16(uapi.GRE_CSUM), Arg: in | out, Type: &greFlag}
	icsum   = field.Row{Words: "=icsum", Attr: uint16(uapi.GRE_CSUM), Arg: in, Type: &greFlag}
	ocsum   = field.Row{Words: "=ocsum", Attr: uint16(uapi.GRE_CSUM), Arg: out, Type: &greFlag}
	below   = field.Row{Words: "=dev", In: field.Slot, Attr: belowSlot, Type: &field.String}
	nameRow = field.Row{Words: "=name", In: field.Head, Type: &tunnelName, Flags: field.Bare | field.Once}
)

const (
	in  = 1
	out = 2

	belowSlot = 0
)

var voice = field.Voice{Wrong: cli.InvArg, Twice: cli.DupArg2}

var (
	greKey     = field.Type{Read: parseKey}
	greFlag    = field.Type{Parse: parseFlag}
	tunnelName = field.Type{Parse: parseName}
)

func (k *greKeys) set(bit uapi.Be16, directions uint64) {
	if directions&in != 0 {
		k.iflags.add(bit)
	}
	if directions&out != 0 {
		k.oflags.add(bit)
	}
}

func parseFlag(c *field.Call, r *field.Row) error {
	c.For.(tunnel).keys().set(uapi.Be16(r.Attr), r.Arg)
	return c.Note(r, c.Typed, c.Typed)
}

func parseKey(c *field.Call, r *field.Row, s string) error {
	v, err := tunnelKey(r.Word(), s)
	k := c.For.(tunnel).keys()
	if r.Arg&in != 0 {
		k.ikey = v
	}
	if r.Arg&out != 0 {
		k.okey = v
	}
	k.set(uapi.GRE_KEY, r.Arg)
	return err
}

// tunnelKey reads a number, or one written as an IPv4 address.
func tunnelKey(key, s string) (k [4]byte, err error) {
	if strings.Contains(s, ".") {
		return cli.Addr32(s)
	}
	v, ok := word.Uint(s, 0, 32)
	if !ok {
		return k, cli.Exit(cli.StatusUsage, `invalid value for "%s": "%s"; it should be an unsigned integer`, key, s)
	}
	binary.BigEndian.PutUint32(k[:], uint32(v))
	return k, nil
}

// parseName reads the name of a tunnel. One that is to be changed and named first is
// looked up.
func parseName(c *field.Call, r *field.Row) error {
	t, first := c.For.(tunnel), !c.Begun()
	if c.Typed == "" && c.Args.Is("help") {
		return cli.Help()
	}
	if err := field.LinkName.Parse(c, r); err != nil || !first || !t.req().change {
		return err
	}
	return t.load(name(t))
}

// setLink sets the device below to the one that was named.
func setLink(c *field.Call, link *int32) error {
	dev := c.Get(field.Slot, belowSlot)
	if dev == nil {
		return nil
	}
	index, err := c.Env.Index(rtnl.Str(dev))
	*link = int32(index)
	return err
}

// ifreqData is struct ifreq of linux/if.h with ifr_data.
type ifreqData struct {
	name [unix.IFNAMSIZ]byte
	data unsafe.Pointer
	_    [16]byte
}

// tunnelIoctl makes a request about the device dev, with p as its data.
func tunnelIoctl(family int, req uint, dev string, p unsafe.Pointer) error {
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return cli.Fail("create socket failed: %s", cli.Strerror(err))
	}
	defer unix.Close(fd)
	r := ifreqData{data: p}
	copy(r.name[:unix.IFNAMSIZ-1], dev)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(req), uintptr(unsafe.Pointer(&r))); errno != 0 {
		return errno
	}
	return nil
}

// named wraps the errno of a request in the real tool's text.
func named(err error, format string, dev string) error {
	if errno, ok := err.(unix.Errno); ok {
		return cli.Fail(format+" failed: %s", dev, rtnl.Strerror(errno))
	}
	return err
}

// change adds or changes a tunnel: by its own name if it is there, else
// through the family's base device.
func change(family int, t tunnel, p unsafe.Pointer, base string) error {
	req, dev := uint(uapi.SIOCADDTUNNEL), base
	if t.req().change {
		req = uapi.SIOCCHGTUNNEL
		if n := name(t); n != "" {
			dev = n
		}
	}
	return named(tunnelIoctl(family, req, dev, p), `add tunnel "%s"`, dev)
}

func remove(family int, t tunnel, p unsafe.Pointer, base string) error {
	dev := name(t)
	if dev == "" {
		dev = base
	}
	return named(tunnelIoctl(family, uapi.SIOCDELTUNNEL, dev, p), `delete tunnel "%s"`, dev)
}

func name(t tunnel) string { return rtnl.Str(t.ifname()[:]) }

// protoNames are what a tunnel's mode is called in output.
var protoNames = word.Names{
	{unix.IPPROTO_IPIP, "ip"},
	{unix.IPPROTO_GRE, "gre"},
	{unix.IPPROTO_IPV6, "ipv6"},
	{unix.IPPROTO_ESP, "esp"},
	{unix.IPPROTO_MPLS, "mpls"},
	{0, "any"},
}

func protoWord(proto uint8) string { return protoNames.Or(uint64(proto), "unknown") }

// print writes keys and, for GRE, flags.
func (k *greKeys) print(pen *show.Pen, proto uint8) {
	number := func(b [4]byte) uint64 { return uint64(binary.BigEndian.Uint32(b[:])) }
	in, out := k.iflags.has(uapi.GRE_KEY), k.oflags.has(uapi.GRE_KEY)
	if in && out && k.ikey == k.okey {
		pen.Uint("key", " key ", number(k.ikey), "")
	} else {
		if in {
			pen.Uint("ikey", " ikey ", number(k.ikey), "")
		}
		if out {
			pen.Uint("okey", " okey ", number(k.okey), "")
		}
	}
	if proto != unix.IPPROTO_GRE {
		return
	}
	pen.OpenArray("flags")
	for _, f := range []struct {
		set        bool
		json, text string
	}{
		{k.iflags.has(uapi.GRE_SEQ), "rx_drop_ooseq", "  Drop packets out of sequence."},
		{k.iflags.has(uapi.GRE_CSUM), "rx_csum", "  Checksum in received packet is required."},
		{k.oflags.has(uapi.GRE_SEQ), "tx_seq", "  Sequence packets on output."},
		{k.oflags.has(uapi.GRE_CSUM), "tx_csum", "  Checksum output packets."},
	} {
		if f.set {
			pen.NL()
			pen.Text(f.text)
			pen.JStr("", f.json)
		}
	}
	pen.CloseArray()
}

// list prints the tunnels of a family: the links that are of one of the types,
// and of them those for which one prints. one reads a tunnel by name.
func list(e *cli.Env, family uint8, types []uint16, name string, one func(ifi *unix.IfInfomsg, name string) (printed bool)) error {
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: family})
	e.Pen.Begin()
	err := e.Dump(m, func(m rtnl.Message) error {
		ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		if ifi == nil || !slices.Contains(types, ifi.Type) {
			return nil
		}
		var tb [unix.IFLA_STATS64 + 1][]byte
		rtnl.Index(tb[:], attrs)
		n := rtnl.Str(tb[unix.IFLA_IFNAME])
		if n == "" || name != "" && n != name || !one(ifi, n) {
			return nil
		}
		if e.Opt.Stats > 0 && !printStats(e.Pen, tb[unix.IFLA_STATS64]) {
			return cli.Silent(cli.StatusError)
		}
		// The real tool's newline stands in the JSON too.
		e.Pen.Raw("\n")
		return nil
	})
	return dumpError(err)
}

// dumpError is what a list prints when its dump failed. Of one that could not be asked for
// the reason stands in the next line: the real tool hands perror(3) a text that has an end
// of line.
func dumpError(err error) error {
	return cli.DumpError(cli.AskedAs(cli.CannotSend+"\n", err), cli.StatusError)
}

// statColumns are the counters of struct rtnl_link_stats64 by their place in
// it, with the width of their column.
var statColumns = [2][]struct{ place, width int }{
	{{0, 10}, {2, 12}, {4, 6}, {12, 8}, {13, 8}, {8, 8}},
	{{1, 10}, {3, 12}, {5, 6}, {9, 8}, {16, 8}, {7, 6}},
}

var statHeads = [2]string{
	"RX: Packets    Bytes        Errors CsumErrs OutOfSeq Mcasts",
	"TX: Packets    Bytes        Errors DeadLoop NoRoute  NoBufs",
}

// printStats writes the counters; false if the kernel sent none.
func printStats(pen *show.Pen, stats []byte) bool {
	if len(stats) < 17*8 {
		return false
	}
	for i, columns := range statColumns {
		pen.NL()
		pen.Text(statHeads[i])
		pen.NL()
		pen.Text("   ")
		for _, c := range columns {
			n := string(show.Units{}.AppendCount(nil, 0, rtnl.U64(stats[8*c.place:])))
			pen.StrWidth("", " ", c.width, n, "")
		}
	}
	return true
}
