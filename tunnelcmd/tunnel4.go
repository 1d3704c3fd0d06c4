package tunnelcmd

import (
	"encoding/binary"
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

// parm4 is struct ip_tunnel_parm of linux/if_tunnel.h, with its struct iphdr.
type parm4 struct {
	name [unix.IFNAMSIZ]byte
	link int32
	greKeys
	version    uint8 // 4 and the header's length in words
	tos        uint8
	_          [4]byte
	fragOff    [2]byte
	ttl, proto uint8
	_          [2]byte
	saddr      [4]byte
	daddr      [4]byte
}

const (
	versionIHL = 0x45
	dontFrag   = 0x4000
)

// A tunnel4 is a request; the words of words4 fill its struct.
type tunnel4 struct {
	request
	*parm4
	isatap bool
}

func (t *tunnel4) ifname() *[unix.IFNAMSIZ]byte { return &t.name }

// load reads the settings of the tunnel called name.
func (t *tunnel4) load(name string) error {
	p, err := get4(name)
	if err != nil {
		return err
	}
	if p.version != versionIHL {
		return cli.InvArg(`"name" is not an ip tunnel`, name)
	}
	*t.parm4 = p
	return nil
}

func get4(name string) (p parm4, err error) {
	err = tunnelIoctl(unix.AF_INET, uapi.SIOCGETTUNNEL, name, unsafe.Pointer(&p))
	return p, named(err, `get tunnel "%s"`, name)
}

const usage4 = `Usage: ip tunnel { add | change | del | show | prl | 6rd } [ NAME ]
        [ mode { gre | ipip | isatap | sit | vti } ]
        [ remote ADDR ] [ local ADDR ]
        [ [i|o]seq ] [ [i|o]key KEY ] [ [i|o]csum ]
        [ prl-default ADDR ] [ prl-nodefault ADDR ] [ prl-delete ADDR ]
        [ 6rd-prefix ADDR ] [ 6rd-relay_prefix ADDR ] [ 6rd-reset ]
        [ ttl TTL ] [ tos TOS ] [ [no]pmtudisc ] [ dev PHYS_DEV ]

Where: NAME := STRING
       ADDR := { IP_ADDRESS | any }
       TOS  := { STRING | 00..ff | inherit | inherit/STRING | inherit/00..ff }
       TTL  := { 1..255 | inherit }
       KEY  := { DOTTED_QUAD | NUMBER }
`

var modes4 = word.Names{
	{unix.IPPROTO_IPIP, "ipip"}, {unix.IPPROTO_IPIP, "ip/ip"},
	{unix.IPPROTO_GRE, "gre"}, {unix.IPPROTO_GRE, "gre/ip"},
	{unix.IPPROTO_IPV6, "sit"}, {unix.IPPROTO_IPV6, "ipv6/ip"},
	{unix.IPPROTO_IPV6 | isatap, "isatap"},
	{unix.IPPROTO_IPIP | vti, "vti"},
}

var words4 = field.Table{Name: "tunnel", Voice: &voice, Size: uint16(unsafe.Sizeof(parm4{})), Rows: []*field.Row{
	&keyRow, &ikey, &okey, &seq, &iseq, &oseq, &csum, &icsum, &ocsum, &below,
	{Words: "=mode", Names: &modes4, Type: &mode4},
	{Words: "=nopmtudisc", In: field.Head, At: uint16(unsafe.Offsetof(parm4{}.fragOff)), Type: &fragment},
	{Words: "=pmtudisc", In: field.Head, At: uint16(unsafe.Offsetof(parm4{}.fragOff)), Arg: dontFrag, Type: &fragment},
	{Words: "=remote", In: field.Head, At: uint16(unsafe.Offsetof(parm4{}.daddr)), Type: &addr32},
	{Words: "=local", In: field.Head, At: uint16(unsafe.Offsetof(parm4{}.saddr)), Type: &addr32},
	{Words: "=ttl|=hoplimit|=hlim", In: field.Head, At: uint16(unsafe.Offsetof(parm4{}.ttl)), Type: &ttl, Bad: "invalid TTL\n"},
	{Words: "=tos|=tclass|dsfield", In: field.Head, At: uint16(unsafe.Offsetof(parm4{}.tos)), Type: &tos},
	&nameRow,
}}

var (
	mode4    = field.Type{Read: parseMode4}
	fragment = field.Type{Size: 2, Form: field.Big | field.Alone}
	addr32   = field.Type{Read: parseAddr32}
	ttl      = field.Type{Size: 1, Scan: scanTTL}
	tos      = field.Type{Size: 1, Scan: scanTOS}
)

func parseAddr32(c *field.Call, r *field.Row, s string) error {
	addr, err := cli.Addr32(s)
	c.Store(r, addr[:])
	return err
}

func parseMode4(c *field.Call, r *field.Row, s string) error {
	t := c.For.(*tunnel4)
	m, ok := r.Names.Find(s)
	switch {
	case !ok:
		return unknownMode(s)
	case t.proto != 0 && t.proto != uint8(m):
		return cli.Exit(cli.StatusUsage, "You managed to ask for more than one tunnel mode.")
	}
	t.setMode(m)
	return nil
}

func (t *tunnel4) setMode(mode uint64) {
	t.proto = uint8(mode)
	t.isatap = t.isatap || mode&isatap != 0
	if mode&vti != 0 {
		t.iflags.setVTI()
	}
}

func scanTTL(c *field.Call, r *field.Row, s string) (uint64, error) {
	if s == "inherit" {
		return c.Number(r), nil
	}
	n, ok := word.Uint(s, 0, 8)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	return n, nil
}

// scanTOS reads a value, inherit (bit 0), or inherit/VALUE.
func scanTOS(c *field.Call, _ *field.Row, s string) (n uint64, err error) {
	// The real tool cuts the word at the slash, and complains of what is left.
	head, value, slash := strings.Cut(s, "/")
	n = 1
	if head != "inherit" {
		n, value, slash = 0, head, true
	}
	if !slash {
		return n, nil
	}
	v, ok := c.Env.Tables.DSField.Parse(value)
	if !ok {
		return 0, cli.InvArg("bad TOS value", head)
	}
	return n | uint64(uint8(v)), nil
}

// guesses are the modes that a tunnel's name stands for, if it begins so.
var guesses = word.Names{
	{unix.IPPROTO_GRE, "gre"},
	{unix.IPPROTO_IPIP, "ipip"},
	{unix.IPPROTO_IPV6, "sit"},
	{unix.IPPROTO_IPV6 | isatap, "isatap"},
	{unix.IPPROTO_IPIP | vti, "vti"},
}

func parse4(e *cli.Env, a *cli.Args, change bool) (*tunnel4, error) {
	c := field.NewCall(e, a, &words4)
	t := &tunnel4{request: request{e: e, change: change}}
	t.parm4, _ = rtnl.View[parm4](c.Get(field.Head, 0))
	t.version = versionIHL
	binary.BigEndian.PutUint16(t.fragOff[:], dontFrag)
	c.For = t
	if err := c.Read(); err != nil {
		return nil, err
	}
	for _, g := range guesses {
		if t.proto == 0 && strings.HasPrefix(name(t), g.Word) {
			t.setMode(g.Val)
		}
	}
	return t, t.check(c)
}

// check settles what follows from other words, and refuses what cannot be.
func (t *tunnel4) check(c *field.Call) error {
	keyed := t.iflags.has(uapi.GRE_KEY) || t.oflags.has(uapi.GRE_KEY)
	if keyed && !t.iflags.isVTI() && t.proto != unix.IPPROTO_GRE {
		return cli.Fail("Keys are not allowed with ipip and sit tunnels")
	}
	if err := setLink(c, &t.link); err != nil {
		return err
	}
	if t.daddr[0]>>4 == 0xe { // a multicast group is its own key
		t.groupKey(&t.iflags, &t.ikey)
		t.groupKey(&t.oflags, &t.okey)
		if t.saddr == [4]byte{} {
			return cli.Fail("A broadcast tunnel requires a source address")
		}
	}
	if t.isatap {
		t.iflags.setISATAP()
	}
	return nil
}

func (t *tunnel4) groupKey(flags *tunnelFlags, key *[4]byte) {
	if *key == [4]byte{} {
		*key = t.daddr
		flags.add(uapi.GRE_KEY)
	}
}

// base is the device through which the kernel makes tunnels of the mode.
func (t *tunnel4) base() string {
	switch {
	case t.proto == unix.IPPROTO_IPIP && t.iflags.isVTI():
		return "ip_vti0"
	case t.proto == unix.IPPROTO_IPIP:
		return "tunl0"
	case t.proto == unix.IPPROTO_GRE:
		return "gre0"
	case t.proto == unix.IPPROTO_IPV6:
		return "sit0"
	}
	return ""
}

func change4(c *command.Call) error {
	e, a := c.Env, c.Args
	changes := c.Verb.Type == uapi.SIOCCHGTUNNEL
	t, err := parse4(e, a, changes)
	switch {
	case err != nil:
		return err
	case t.ttl != 0 && t.fragOff == [2]byte{}:
		return cli.Fail("ttl != 0 and nopmtudisc are incompatible")
	case t.base() == "":
		return cli.Fail("cannot determine tunnel mode (ipip, gre, vti or sit)")
	}
	return change(unix.AF_INET, t, unsafe.Pointer(t.parm4), t.base())
}

func delete4(c *command.Call) error {
	e, a := c.Env, c.Args
	t, err := parse4(e, a, false)
	if err != nil {
		return err
	}
	return remove(unix.AF_INET, t, unsafe.Pointer(t.parm4), t.base())
}

func show4(c *command.Call) error {
	e, a := c.Env, c.Args
	want, err := parse4(e, a, false)
	if err != nil {
		return err
	}
	if want.base() == "" {
		types := []uint16{unix.ARPHRD_TUNNEL, unix.ARPHRD_IPGRE, unix.ARPHRD_SIT}
		return list(e, unix.AF_INET, types, name(want), func(_ *unix.IfInfomsg, n string) bool { return want.showOne(n) })
	}
	dev := name(want)
	if dev == "" {
		dev = want.base()
	}
	p, err := get4(dev)
	if err != nil {
		return err
	}
	p.print(e)
	e.Pen.Raw("\n")
	return nil
}

// showOne prints the tunnel called n if it is as wanted.
func (t *tunnel4) showOne(n string) bool {
	p, err := get4(n)
	if err != nil {
		cli.Report(t.e.Stderr, err)
		return false
	}
	if t.link != 0 && t.link != p.link || t.daddr != [4]byte{} && t.daddr != p.daddr ||
		t.saddr != [4]byte{} && t.saddr != p.saddr || t.ikey != [4]byte{} && t.ikey != p.ikey {
		return false
	}
	p.print(t.e)
	return true
}

func (p *parm4) print(e *cli.Env) {
	pen := e.Pen
	dev := rtnl.Str(p.name[:])
	pen.OpenObject("")
	pen.ColorStr(show.Ifname, "ifname", "", dev, ": ")
	pen.Str("mode", "", protoWord(p.proto)+"/ip", " ")
	pen.Text("remote ")
	pen.ColorStr(show.Inet, "remote", "", anyAddr(pen, p.daddr), " ")
	pen.Text("local ")
	pen.ColorStr(show.Inet, "local", "", anyAddr(pen, p.saddr), "")
	if p.proto == unix.IPPROTO_IPV6 && p.iflags.isISATAP() {
		printPRL(e, dev)
	}
	if p.link != 0 {
		pen.Str("dev", " dev ", e.Links.Name(uint32(p.link)), "")
	}
	if p.ttl != 0 {
		pen.Uint("ttl", " ttl ", uint64(p.ttl), "")
	} else {
		pen.Text(" ttl inherit")
	}
	p.printTOS(e)
	if p.fragOff[0]&(dontFrag>>8) == 0 {
		pen.Null("nopmtudisc", " nopmtudisc")
	}
	if p.proto == unix.IPPROTO_IPV6 {
		print6RD(e, dev)
	}
	p.greKeys.print(pen, p.proto)
	pen.CloseObject()
}

// anyAddr is an address, in text "any" for none.
func anyAddr(pen *show.Pen, a [4]byte) string {
	if a == [4]byte{} && !pen.JSON() {
		return "any"
	}
	return string(cli.AppendAddr(nil, unix.AF_INET, a[:]))
}

func (p *parm4) printTOS(e *cli.Env) {
	names := e.Tables.DSField
	switch {
	case p.tos == 0:
	case p.tos == 1:
		e.Pen.Text(" tos inherit")
	case p.tos&1 != 0 && !e.Pen.JSON():
		e.Pen.Str("tos", " tos inherit/", names.Name(uint32(p.tos&^1)), "")
	default:
		e.Pen.Str("tos", " tos ", names.Name(uint32(p.tos)), "")
	}
}
