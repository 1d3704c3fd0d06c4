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

type tunnel4 struct {
	request
	parm4
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
	t.parm4 = p
	return nil
}

func get4(name string) (p parm4, err error) {
	err = tunnelIoctl(unix.AF_INET, uapi.SIOCGETTUNNEL, name, unsafe.Pointer(&p))
	return p, named(err, `get tunnel "%s"`, name)
}

var verbs4 = []cli.Verb{
	{Words: "add", Run: func(e *cli.Env, a *cli.Args) error { return change4(e, a, false) }},
	{Words: "change", Run: func(e *cli.Env, a *cli.Args) error { return change4(e, a, true) }},
	{Words: "delete", Run: delete4},
	{Words: "show|lst|list", Run: show4},
	{Words: "prl", Run: prl},
	{Words: "6rd", Run: sixRD},
	{Words: "help", Help: usage4},
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

var modes4 = []mode{
	{words: "=ipip|=ip/ip", proto: unix.IPPROTO_IPIP},
	{words: "=gre|=gre/ip", proto: unix.IPPROTO_GRE},
	{words: "=sit|=ipv6/ip", proto: unix.IPPROTO_IPV6},
	{words: "=isatap", proto: unix.IPPROTO_IPV6, sit: true},
	{words: "=vti", proto: unix.IPPROTO_IPIP, vti: true},
}

func words4() []cli.Keyword[*tunnel4] {
	return append(sharedWords[*tunnel4](), []cli.Keyword[*tunnel4]{
		{Words: "=mode", Parse: (*tunnel4).parseMode},
		{Words: "=nopmtudisc", Parse: func(t *tunnel4, _ *cli.Args) error { t.fragOff = [2]byte{}; return nil }},
		{Words: "=pmtudisc", Parse: func(t *tunnel4, _ *cli.Args) error { t.setDF(); return nil }},
		{Words: "=remote", Parse: func(t *tunnel4, a *cli.Args) error { return addr32(a, &t.daddr) }},
		{Words: "=local", Parse: func(t *tunnel4, a *cli.Args) error { return addr32(a, &t.saddr) }},
		{Words: "=ttl|=hoplimit|=hlim", Parse: (*tunnel4).parseTTL},
		{Words: "=tos|=tclass|dsfield", Parse: (*tunnel4).parseTOS},
	}...)
}

func (t *tunnel4) setDF() { binary.BigEndian.PutUint16(t.fragOff[:], dontFrag) }

func addr32(a *cli.Args, to *[4]byte) error {
	s, err := a.Value()
	if err == nil {
		*to, err = cli.Addr32(s)
	}
	return err
}

func (t *tunnel4) parseMode(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	m, ok := findMode(modes4, s)
	switch {
	case !ok:
		return unknownMode(s)
	case t.proto != 0 && t.proto != m.proto:
		return cli.Exit(cli.StatusUsage, "You managed to ask for more than one tunnel mode.")
	}
	t.setMode(m)
	return nil
}

func (t *tunnel4) setMode(m mode) {
	t.proto = m.proto
	t.isatap = t.isatap || m.sit
	if m.vti {
		t.iflags.setVTI()
	}
}

func (t *tunnel4) parseTTL(a *cli.Args) error {
	s, err := a.Value()
	if err != nil || s == "inherit" {
		return err
	}
	v, ok := cli.ParseUint(s, 0, 8)
	if !ok {
		return cli.InvArg("invalid TTL\n", s)
	}
	t.ttl = uint8(v)
	return nil
}

// parseTOS reads a value, inherit (bit 0), or inherit/VALUE.
func (t *tunnel4) parseTOS(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	// The real tool cuts the word at the slash, and complains of what is left.
	head, value, slash := strings.Cut(s, "/")
	t.tos = 1
	if head != "inherit" {
		t.tos, value, slash = 0, head, true
	}
	if !slash {
		return nil
	}
	v, ok := t.e.Tables.DSField.Parse(value)
	if !ok {
		return cli.InvArg("bad TOS value", head)
	}
	t.tos |= uint8(v)
	return nil
}

// guesses are the modes that a tunnel's name stands for.
var guesses = []struct {
	prefix string
	mode   mode
}{
	{"gre", mode{proto: unix.IPPROTO_GRE}},
	{"ipip", mode{proto: unix.IPPROTO_IPIP}},
	{"sit", mode{proto: unix.IPPROTO_IPV6}},
	{"isatap", mode{proto: unix.IPPROTO_IPV6, sit: true}},
	{"vti", mode{proto: unix.IPPROTO_IPIP, vti: true}},
}

func parse4(e *cli.Env, a *cli.Args, change bool) (*tunnel4, error) {
	t := &tunnel4{request: request{e: e, change: change}}
	t.version = versionIHL
	t.setDF()
	if err := parse(t, a, words4(), usage4); err != nil {
		return nil, err
	}
	for _, g := range guesses {
		if t.proto == 0 && strings.HasPrefix(name(t), g.prefix) {
			t.setMode(g.mode)
		}
	}
	return t, t.check()
}

// check settles what follows from other words, and refuses what cannot be.
func (t *tunnel4) check() error {
	keyed := t.iflags.has(uapi.GRE_KEY) || t.oflags.has(uapi.GRE_KEY)
	if keyed && !t.iflags.isVTI() && t.proto != unix.IPPROTO_GRE {
		return cli.Fail("Keys are not allowed with ipip and sit tunnels")
	}
	link, err := t.request.link()
	if err != nil {
		return err
	}
	if t.dev != nil {
		t.parm4.link = link
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

func change4(e *cli.Env, a *cli.Args, changes bool) error {
	t, err := parse4(e, a, changes)
	switch {
	case err != nil:
		return err
	case t.ttl != 0 && t.fragOff == [2]byte{}:
		return cli.Fail("ttl != 0 and nopmtudisc are incompatible")
	case t.base() == "":
		return cli.Fail("cannot determine tunnel mode (ipip, gre, vti or sit)")
	}
	return change(unix.AF_INET, t, unsafe.Pointer(&t.parm4), t.base())
}

func delete4(e *cli.Env, a *cli.Args) error {
	t, err := parse4(e, a, false)
	if err != nil {
		return err
	}
	return remove(unix.AF_INET, t, unsafe.Pointer(&t.parm4), t.base())
}

func show4(e *cli.Env, a *cli.Args) error {
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
	if t.parm4.link != 0 && t.parm4.link != p.link || t.daddr != [4]byte{} && t.daddr != p.daddr ||
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

// prlEntry is struct ip_tunnel_prl of linux/if_tunnel.h: a potential router of
// an ISATAP link.
type prlEntry struct {
	addr    [4]byte
	flags   uint16
	_       uint16
	datalen uint32
	_       uint32
}

func printPRL(e *cli.Env, dev string) {
	var prl [16]prlEntry
	prl[0].datalen = uint32(unsafe.Sizeof(prl) - unsafe.Sizeof(prl[0]))
	if err := general(uapi.SIOCGETPRL, dev, unsafe.Pointer(&prl), 0); err != nil {
		cli.Report(e.Stderr, err)
		return
	}
	for _, r := range prl[1:] {
		if r.addr == [4]byte{} {
			continue
		}
		key := "pr"
		if r.flags&uapi.PRL_DEFAULT != 0 {
			key = "pdr"
		}
		e.Pen.Str(key, " "+key+" ", string(cli.AppendAddr(nil, unix.AF_INET, r.addr[:])), "")
	}
}

// general makes a request of which the real tool tells the number; the errno
// skip is none.
func general(req uint, dev string, p unsafe.Pointer, skip unix.Errno) error {
	err := tunnelIoctl(unix.AF_INET, req, dev, p)
	errno, ok := err.(unix.Errno)
	switch {
	case !ok:
		return err
	case errno == skip:
		return cli.Silent(cli.StatusError)
	}
	return cli.Fail("%s: ioctl %x failed: %s", dev, req, rtnl.Strerror(errno))
}

// sixRDParm is struct ip_tunnel_6rd of linux/if_tunnel.h.
type sixRDParm struct {
	prefix                    [16]byte
	relayPrefix               [4]byte
	prefixLen, relayPrefixLen uint16
}

func print6RD(e *cli.Env, dev string) {
	var p sixRDParm
	if err := general(uapi.SIOCGET6RD, dev, unsafe.Pointer(&p), unix.EINVAL); err != nil {
		cli.Report(e.Stderr, err)
		return
	}
	if p.prefixLen == 0 {
		return
	}
	e.Pen.Str("6rd-prefix", " 6rd-prefix ", string(cli.AppendAddr(nil, unix.AF_INET6, p.prefix[:])), "")
	e.Pen.Uint("6rd-prefixlen", "/", uint64(p.prefixLen), "")
	if p.relayPrefix != [4]byte{} {
		e.Pen.Str("6rd-relay_prefix", " 6rd-relay_prefix ", string(cli.AppendAddr(nil, unix.AF_INET, p.relayPrefix[:])), "")
		e.Pen.Uint("6rd-relay_prefixlen", "/", uint64(p.relayPrefixLen), "")
	}
}

// An option of prl and 6rd: a device and one request about it.
type siteRequest struct {
	dev   string
	req   uint
	count int // entries
	prl   prlEntry
	sixRD sixRDParm
}

func (s *siteRequest) parseDev(a *cli.Args) error {
	v, err := a.Value()
	if err != nil {
		return err
	}
	if !cli.ValidIfname(v) {
		return cli.InvArg(`"dev" not a valid ifname`, v)
	}
	s.dev = v
	return nil
}

func (s *siteRequest) run(a *cli.Args, table []cli.Keyword[*siteRequest], what string, p unsafe.Pointer) error {
	err := cli.ParseWords(s, a, table, func(_ *siteRequest, a *cli.Args) error {
		return cli.Exit(cli.StatusUsage, `Invalid %s parameter "%s"`, what, a.Word())
	})
	switch {
	case err != nil:
		return err
	case s.dev == "":
		return cli.Exit(cli.StatusUsage, "Must specify device")
	}
	return general(s.req, s.dev, p, 0)
}

// prl changes the list of potential routers of an ISATAP link.
func prl(_ *cli.Env, a *cli.Args) error {
	var s siteRequest
	return s.run(a, []cli.Keyword[*siteRequest]{
		{Words: "=prl-default", Parse: parsePRL(uapi.SIOCADDPRL, uapi.PRL_DEFAULT)},
		{Words: "=prl-nodefault", Parse: parsePRL(uapi.SIOCADDPRL, 0)},
		{Words: "=prl-delete", Parse: parsePRL(uapi.SIOCDELPRL, 0)},
		{Words: "=dev", Parse: (*siteRequest).parseDev},
	}, "PRL", unsafe.Pointer(&s.prl))
}

func parsePRL(req uint, flags uint16) func(*siteRequest, *cli.Args) error {
	return func(s *siteRequest, a *cli.Args) error {
		s.req = req
		if err := addr32(a, &s.prl.addr); err != nil {
			return err
		}
		s.prl.flags |= flags
		if s.count++; s.count > 1 {
			return cli.Exit(cli.StatusUsage, "One PRL entry at a time")
		}
		return nil
	}
}

// sixRD sets the prefixes of IPv6 rapid deployment (RFC 5969).
func sixRD(_ *cli.Env, a *cli.Args) error {
	var s siteRequest
	return s.run(a, []cli.Keyword[*siteRequest]{
		{Words: "=6rd-prefix", Parse: (*siteRequest).parsePrefix},
		{Words: "=6rd-relay_prefix", Parse: (*siteRequest).parseRelay},
		{Words: "=6rd-reset", Parse: func(s *siteRequest, _ *cli.Args) error { s.req = uapi.SIOCDEL6RD; return nil }},
		{Words: "=dev", Parse: (*siteRequest).parseDev},
	}, "6RD", unsafe.Pointer(&s.sixRD))
}

func (s *siteRequest) parsePrefix(a *cli.Args) error {
	p, err := prefixValue(a, unix.AF_INET6)
	copy(s.sixRD.prefix[:], p.Bytes())
	s.sixRD.prefixLen, s.req = uint16(p.Bits), uapi.SIOCADD6RD
	return err
}

func (s *siteRequest) parseRelay(a *cli.Args) error {
	p, err := prefixValue(a, unix.AF_INET)
	copy(s.sixRD.relayPrefix[:], p.Bytes())
	s.sixRD.relayPrefixLen, s.req = uint16(p.Bits), uapi.SIOCADD6RD
	return err
}

func prefixValue(a *cli.Args, family uint8) (cli.Prefix, error) {
	v, err := a.Value()
	if err != nil {
		return cli.Prefix{}, err
	}
	return cli.ParsePrefix(v, family)
}
