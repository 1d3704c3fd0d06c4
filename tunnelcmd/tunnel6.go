package tunnelcmd

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// parm6 is struct ip6_tnl_parm2 of linux/ip6_tunnel.h.
type parm6 struct {
	name       [unix.IFNAMSIZ]byte
	link       int32
	proto      uint8
	encapLimit uint8
	hopLimit   uint8
	_          uint8
	flowinfo   [4]byte // traffic class and flow label
	flags      uint32
	laddr      [16]byte
	raddr      [16]byte
	greKeys
}

// Flags and masks of linux/ip6_tunnel.h and linux/ipv6.h.
const (
	defaultHopLimit   = 64
	defaultEncapLimit = 4
)

type tunnel6 struct {
	request
	parm6
}

func (t *tunnel6) ifname() *[unix.IFNAMSIZ]byte { return &t.name }

func (t *tunnel6) load(name string) error {
	p, err := get6(name, parm6{})
	if err == nil {
		t.parm6 = p
	}
	return err
}

// get6 reads a tunnel; p is what the request says of it.
func get6(name string, p parm6) (parm6, error) {
	err := tunnelIoctl(unix.AF_INET6, uapi.SIOCGETTUNNEL, name, unsafe.Pointer(&p))
	return p, named(err, `get tunnel "%s"`, name)
}

var verbs6 = []cli.Verb{
	{Words: "add", Run: func(e *cli.Env, a *cli.Args) error { return change6(e, a, false) }},
	{Words: "change", Run: func(e *cli.Env, a *cli.Args) error { return change6(e, a, true) }},
	{Words: "delete", Run: delete6},
	{Words: "show|lst|list", Run: show6},
	{Words: "help", Help: usage6},
}

const usage6 = `Usage: ip -f inet6 tunnel { add | change | del | show } [ NAME ]
        [ mode { ip6ip6 | ipip6 | ip6gre | vti6 | any } ]
        [ remote ADDR local ADDR ] [ dev PHYS_DEV ]
        [ encaplimit ELIM ] [ hoplimit TTL ] [ tclass TCLASS ] [ flowlabel FLOWLABEL ]
        [ dscp inherit ] [ [no]allow-localremote ]
        [ [i|o]seq ] [ [i|o]key KEY ] [ [i|o]csum ]

Where: NAME      := STRING
       ADDR      := IPV6_ADDRESS
       ELIM      := { none | 0..255 } (default: 4)
       TTL       := 0..255 (default: 64)
       TCLASS    := { 0x0..0xff | inherit }
       FLOWLABEL := { 0x0..0xfffff | inherit }
       KEY       := { DOTTED_QUAD | NUMBER }
`

var modes6 = []mode{
	{words: "=ipv6/ipv6|=ip6ip6", proto: unix.IPPROTO_IPV6},
	{words: "=vti6", proto: unix.IPPROTO_IPV6, vti: true},
	{words: "=ip/ipv6|=ipv4/ipv6|=ipip6|=ip4ip6", proto: unix.IPPROTO_IPIP},
	{words: "=ip6gre|=gre/ipv6", proto: unix.IPPROTO_GRE},
	{words: "=any/ipv6|=any"},
}

func words6() []cli.Keyword[*tunnel6] {
	return append(sharedWords[*tunnel6](), []cli.Keyword[*tunnel6]{
		{Words: "=mode", Parse: (*tunnel6).parseMode},
		{Words: "=remote", Parse: func(t *tunnel6, a *cli.Args) error { return addr6(a, &t.raddr) }},
		{Words: "=local", Parse: func(t *tunnel6, a *cli.Args) error { return addr6(a, &t.laddr) }},
		{Words: "=encaplimit", Parse: (*tunnel6).parseEncapLimit},
		{Words: "=hoplimit|=ttl|=hlim", Parse: (*tunnel6).parseHopLimit},
		{Words: "=tclass|=tc|=tos|dsfield", Parse: (*tunnel6).parseTClass},
		{Words: "=flowlabel|=fl", Parse: (*tunnel6).parseFlowLabel},
		{Words: "=dscp", Parse: (*tunnel6).parseDSCP},
		{Words: "=allow-localremote", Parse: func(t *tunnel6, _ *cli.Args) error { t.flags |= uapi.IP6_TNL_F_ALLOW_LOCAL_REMOTE; return nil }},
		{Words: "=noallow-localremote", Parse: func(t *tunnel6, _ *cli.Args) error { t.flags &^= uapi.IP6_TNL_F_ALLOW_LOCAL_REMOTE; return nil }},
	}...)
}

func addr6(a *cli.Args, to *[16]byte) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, unix.AF_INET6)
	*to = [16]byte{}
	copy(to[:], p.Bytes())
	return err
}

func (t *tunnel6) parseMode(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	m, ok := findMode(modes6, s)
	if !ok {
		return unknownMode(s)
	}
	t.proto = m.proto
	if m.vti {
		t.iflags.setVTI()
	}
	return nil
}

func (t *tunnel6) parseEncapLimit(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if s == "none" {
		t.flags |= uapi.IP6_TNL_F_IGN_ENCAP_LIMIT
		return nil
	}
	// The real tool takes any word; one that is no number is 0.
	v, _ := cli.ParseUint(s, 0, 8)
	t.encapLimit = uint8(v)
	t.flags &^= uapi.IP6_TNL_F_IGN_ENCAP_LIMIT
	return nil
}

func (t *tunnel6) parseHopLimit(a *cli.Args) (err error) {
	t.hopLimit, err = a.U8("invalid TTL")
	return err
}

func (t *tunnel6) parseTClass(a *cli.Args) error {
	return t.parseFlow(a, uapi.IPV6_FLOWINFO_PRIORITY, 20, 0xff, uapi.IP6_TNL_F_USE_ORIG_TCLASS, "invalid TClass")
}

func (t *tunnel6) parseFlowLabel(a *cli.Args) error {
	return t.parseFlow(a, uapi.IPV6_FLOWINFO_FLOWLABEL, 0, uapi.IPV6_FLOWINFO_FLOWLABEL, uapi.IP6_TNL_F_USE_ORIG_FLOWLABEL, "invalid Flowlabel")
}

// parseFlow reads one part of the flow information, in hexadecimal, or
// inherit.
func (t *tunnel6) parseFlow(a *cli.Args, mask uint32, shift int, limit uint64, inherit uint32, msg string) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	flow := binary.BigEndian.Uint32(t.flowinfo[:]) &^ mask
	if s == "inherit" {
		t.flags |= inherit
	} else {
		v, ok := cli.ParseUint(s, 16, 32)
		if !ok || v > limit {
			return cli.InvArg(msg, s)
		}
		flow |= uint32(v) << shift
		t.flags &^= inherit
	}
	binary.BigEndian.PutUint32(t.flowinfo[:], flow)
	return nil
}

func (t *tunnel6) parseDSCP(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if s != "inherit" {
		return cli.InvArg("not inherit", s)
	}
	t.flags |= uapi.IP6_TNL_F_RCV_DSCP_COPY
	return nil
}

func parse6(e *cli.Env, a *cli.Args, t *tunnel6) error {
	t.e = e
	if err := parse(t, a, words6(), usage6); err != nil {
		return err
	}
	link, err := t.request.link()
	if t.dev != nil {
		t.parm6.link = link
	}
	return err
}

func defaults6(change bool) *tunnel6 {
	t := &tunnel6{request: request{change: change}}
	t.proto = unix.IPPROTO_IPV6
	t.hopLimit, t.encapLimit = defaultHopLimit, defaultEncapLimit
	return t
}

func (t *tunnel6) base() string {
	switch {
	case t.proto == unix.IPPROTO_GRE:
		return "ip6gre0"
	case t.iflags.isVTI():
		return "ip6_vti0"
	}
	return "ip6tnl0"
}

func change6(e *cli.Env, a *cli.Args, changes bool) error {
	t := defaults6(changes)
	if err := parse6(e, a, t); err != nil {
		return err
	}
	if name(t) == "" {
		e.Warnf("Tunnel interface name not specified\n")
	}
	return change(unix.AF_INET6, t, unsafe.Pointer(&t.parm6), t.base())
}

func delete6(e *cli.Env, a *cli.Args) error {
	t := defaults6(false)
	if err := parse6(e, a, t); err != nil {
		return err
	}
	return remove(unix.AF_INET6, t, unsafe.Pointer(&t.parm6), t.base())
}

func show6(e *cli.Env, a *cli.Args) error {
	want := &tunnel6{}
	if err := parse6(e, a, want); err != nil {
		return err
	}
	if name(want) == "" || e.Opt.Stats > 0 {
		types := []uint16{unix.ARPHRD_TUNNEL6, unix.ARPHRD_IP6GRE}
		return list(e, unix.AF_INET6, types, name(want), want.showOne)
	}
	p, err := get6(name(want), want.parm6)
	if err != nil {
		return err
	}
	// The real tool ends the line of a single tunnel nowhere.
	p.print(e)
	return nil
}

// showOne prints the tunnel called n if it is as wanted.
func (t *tunnel6) showOne(ifi *unix.IfInfomsg, n string) bool {
	ask := parm6{name: t.name, proto: unix.IPPROTO_IPV6, link: ifi.Index}
	if ifi.Type == unix.ARPHRD_IP6GRE {
		ask.proto = unix.IPPROTO_GRE
	}
	p, err := get6(n, ask)
	if err != nil {
		cli.Report(t.e.Stderr, err)
		return false
	}
	if !t.wants(&p) {
		return false
	}
	p.print(t.e)
	return true
}

// wants reports whether p has all that the words asked for.
func (t *tunnel6) wants(p *parm6) bool {
	flow := binary.BigEndian.Uint32(t.flowinfo[:])
	diff := flow ^ binary.BigEndian.Uint32(p.flowinfo[:])
	switch {
	case t.parm6.link != 0 && t.parm6.link != p.link,
		t.laddr != [16]byte{} && t.laddr != p.laddr,
		t.raddr != [16]byte{} && t.raddr != p.raddr,
		t.proto != 0 && p.proto != 0 && t.proto != p.proto,
		t.encapLimit != 0 && t.encapLimit != p.encapLimit,
		t.hopLimit != 0 && t.hopLimit != p.hopLimit,
		flow&uapi.IPV6_FLOWINFO_PRIORITY != 0 && diff&uapi.IPV6_FLOWINFO_PRIORITY != 0,
		flow&uapi.IPV6_FLOWINFO_FLOWLABEL != 0 && diff&uapi.IPV6_FLOWINFO_FLOWLABEL != 0,
		t.flags != 0 && t.flags&p.flags == 0:
		return false
	}
	return true
}

func (p *parm6) print(e *cli.Env) {
	pen := e.Pen
	pen.OpenObject("")
	pen.ColorStr(show.Ifname, "ifname", "", rtnl.Str(p.name[:]), ": ")
	pen.Str("mode", "", protoWord(p.proto)+"/ipv6", " ")
	pen.Text("remote ")
	pen.ColorBytes(show.Inet6, "remote", "", cli.AppendAddr(nil, unix.AF_INET6, p.raddr[:]), " ")
	pen.Text("local ")
	pen.ColorBytes(show.Inet6, "local", "", cli.AppendAddr(nil, unix.AF_INET6, p.laddr[:]), "")
	if p.link != 0 {
		pen.Str("link", " dev ", e.Links.Name(uint32(p.link)), "")
	}
	if p.flags&uapi.IP6_TNL_F_IGN_ENCAP_LIMIT != 0 {
		pen.Null("ip6_tnl_f_ign_encap_limit", " encaplimit none")
	} else {
		pen.Uint("encap_limit", " encaplimit ", uint64(p.encapLimit), "")
	}
	if p.hopLimit != 0 {
		pen.Uint("hoplimit", " hoplimit ", uint64(p.hopLimit), "")
	} else {
		pen.Text(" hoplimit inherit")
	}
	p.printFlow(pen)
	if p.flags&uapi.IP6_TNL_F_RCV_DSCP_COPY != 0 {
		pen.Null("ip6_tnl_f_rcv_dscp_copy", " dscp inherit")
	}
	if p.flags&uapi.IP6_TNL_F_ALLOW_LOCAL_REMOTE != 0 {
		pen.Null("ip6_tnl_f_allow_local_remote", " allow-localremote")
	}
	p.greKeys.print(pen, p.proto)
	pen.CloseObject()
}

func (p *parm6) printFlow(pen *show.Pen) {
	flow := binary.BigEndian.Uint32(p.flowinfo[:])
	if p.flags&uapi.IP6_TNL_F_USE_ORIG_TCLASS != 0 {
		pen.Null("ip6_tnl_f_use_orig_tclass", " tclass inherit")
	} else {
		pen.Str("tclass", " tclass ", fmt.Sprintf("0x%02x", flow&uapi.IPV6_FLOWINFO_PRIORITY>>20), "")
	}
	if p.flags&uapi.IP6_TNL_F_USE_ORIG_FLOWLABEL != 0 {
		pen.Null("ip6_tnl_f_use_orig_flowlabel", " flowlabel inherit")
	} else {
		pen.Str("flowlabel", " flowlabel ", fmt.Sprintf("0x%05x", flow&uapi.IPV6_FLOWINFO_FLOWLABEL), "")
	}
	pen.Str("flowinfo", " (flowinfo ", fmt.Sprintf("0x%08x", flow), ")")
}
