package tunnelcmd

import (
	"encoding/binary"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// RunTunnel serves ip tunnel, the older way to make tunnels: by ioctl, with
// one set of words for IPv4 and one for IPv6 below the tunnel.
func RunTunnel(e *cli.Env, a *cli.Args) error {
	family := e.Opt.Family
	if modeIsIPv6(a.Rest()) {
		family = unix.AF_INET6
	}
	switch family {
	case unix.AF_UNSPEC, unix.AF_INET:
		return dispatch(e, a, verbs4, show4, `ip tunnel help"`)
	case unix.AF_INET6:
		return dispatch(e, a, verbs6, show6, `ip -f inet6 tunnel help".`)
	}
	return cli.Exit(cli.StatusUsage, "Unsupported protocol family: %d", family)
}

func dispatch(e *cli.Env, a *cli.Args, verbs []cli.Verb, def func(*cli.Env, *cli.Args) error, hint string) error {
	if !a.More() {
		return def(e, a)
	}
	for _, v := range verbs {
		if a.Match(v.Words) {
			return v.Do(e, a)
		}
	}
	return cli.Exit(cli.StatusUsage, `Command "%s" is unknown, try "%s`, a.Word(), hint)
}

// modeIsIPv6 reports whether the first mode among the words is one of IPv6,
// which decides before any word is parsed.
func modeIsIPv6(words []string) bool {
	for i, w := range words {
		if w == "mode" && i+1 < len(words) {
			_, ok := findMode(modes6, words[i+1])
			return ok
		}
	}
	return false
}

// A mode is a row of the table of tunnel modes.
type mode struct {
	words string // see cli.Match
	proto uint8
	vti   bool
	sit   bool // isatap
}

func findMode(table []mode, word string) (mode, bool) {
	for _, m := range table {
		if cli.Match(m.words, word) {
			return m, true
		}
	}
	return mode{}, false
}

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

// request is what the parsers of both families share.
type request struct {
	e      *cli.Env
	dev    *string // the device below, if it was given
	words  int     // how many keywords were read
	change bool    // the tunnel's settings are read first, then overlaid
}

func (r *request) req() *request { return r }

// A tunnel is a request of either family.
type tunnel interface {
	keys() *greKeys
	req() *request
	ifname() *[unix.IFNAMSIZ]byte
	load(name string) error
}

// sharedWords are the keywords of both families; each table of a family begins
// with its own.
func sharedWords[T tunnel]() []cli.Keyword[T] {
	type K = cli.Keyword[T]
	return []K{
		{Words: "=key", Parse: parseKey[T]("key", true, true)},
		{Words: "=ikey", Parse: parseKey[T]("ikey", true, false)},
		{Words: "=okey", Parse: parseKey[T]("okey", false, true)},
		{Words: "=seq", Parse: setBits[T](uapi.GRE_SEQ, true, true)},
		{Words: "=iseq", Parse: setBits[T](uapi.GRE_SEQ, true, false)},
		{Words: "=oseq", Parse: setBits[T](uapi.GRE_SEQ, false, true)},
		{Words: "=csum", Parse: setBits[T](uapi.GRE_CSUM, true, true)},
		{Words: "=icsum", Parse: setBits[T](uapi.GRE_CSUM, true, false)},
		{Words: "=ocsum", Parse: setBits[T](uapi.GRE_CSUM, false, true)},
		{Words: "=dev", Parse: func(t T, a *cli.Args) error { return a.ValueTo(&t.req().dev) }},
	}
}

func setBits[T tunnel](bit uapi.Be16, in, out bool) func(T, *cli.Args) error {
	return func(t T, _ *cli.Args) error {
		k := t.keys()
		if in {
			k.iflags.add(bit)
		}
		if out {
			k.oflags.add(bit)
		}
		return nil
	}
}

func parseKey[T tunnel](word string, in, out bool) func(T, *cli.Args) error {
	return func(t T, a *cli.Args) error {
		s, err := a.Value()
		if err != nil {
			return err
		}
		v, err := tunnelKey(word, s)
		k := t.keys()
		if in {
			k.ikey = v
		}
		if out {
			k.okey = v
		}
		setBits[T](uapi.GRE_KEY, in, out)(t, a)
		return err
	}
}

// tunnelKey reads a number, or one written as an IPv4 address.
func tunnelKey(word, s string) (k [4]byte, err error) {
	if strings.Contains(s, ".") {
		return cli.Addr32(s)
	}
	v, ok := cli.ParseUint(s, 0, 32)
	if !ok {
		return k, cli.Exit(cli.StatusUsage, `invalid value for "%s": "%s"; it should be an unsigned integer`, word, s)
	}
	binary.BigEndian.PutUint32(k[:], uint32(v))
	return k, nil
}

// parse reads the words of a request: those of the table, else the name.
func parse[T tunnel](t T, a *cli.Args, table []cli.Keyword[T], usage string) error {
	for a.More() {
		var err error
		if k := cli.FindKeyword(table, a.Word()); k != nil {
			a.Skip()
			err = k.Parse(t, a)
		} else {
			err = parseName(t, a, usage)
		}
		if err != nil {
			return err
		}
		t.req().words++
	}
	return nil
}

func parseName[T tunnel](t T, a *cli.Args, usage string) error {
	if !a.Match("=name") && a.Match("help") {
		return cli.Usage(usage)
	}
	s, err := a.Value()
	n := t.ifname()
	switch {
	case err != nil:
		return err
	case n[0] != 0:
		return cli.DupArg2("name", s)
	case !cli.ValidIfname(s):
		return cli.InvArg(`"name" not a valid ifname`, s)
	}
	copy(n[:], s)
	if t.req().change && t.req().words == 0 {
		return t.load(s)
	}
	return nil
}

// link finds the device below.
func (r *request) link() (int32, error) {
	if r.dev == nil {
		return 0, nil
	}
	idx, err := r.e.Index(*r.dev)
	return int32(idx), err
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

// protoWord is what a tunnel's mode is called in output.
func protoWord(proto uint8) string {
	switch proto {
	case unix.IPPROTO_IPIP:
		return "ip"
	case unix.IPPROTO_GRE:
		return "gre"
	case unix.IPPROTO_IPV6:
		return "ipv6"
	case unix.IPPROTO_ESP:
		return "esp"
	case unix.IPPROTO_MPLS:
		return "mpls"
	case 0:
		return "any"
	}
	return "unknown"
}

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
	m := rtnl.New(unix.RTM_GETLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Family: family})
	e.Pen.Begin()
	err := e.Dump(m, func(m rtnl.Message) error {
		ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		if ifi == nil || !contains(types, ifi.Type) {
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
	return cli.DumpError(err, cli.StatusError)
}

func contains(types []uint16, t uint16) bool {
	for _, v := range types {
		if v == t {
			return true
		}
	}
	return false
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
