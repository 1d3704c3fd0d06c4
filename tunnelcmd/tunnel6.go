package tunnelcmd

import (
	"encoding/binary"
	"fmt"
	"math/bits"
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

// What a tunnel has of which nothing is said.
const (
	defaultHopLimit   = 64
	defaultEncapLimit = 4
)

// A tunnel6 is a request; the words of words6 fill its struct.
type tunnel6 struct {
	request
	*parm6
}

func (t *tunnel6) ifname() *[unix.IFNAMSIZ]byte { return &t.name }

func (t *tunnel6) load(name string) error {
	p, err := get6(name, parm6{})
	if err == nil {
		*t.parm6 = p
	}
	return err
}

// get6 reads a tunnel; p is what the request says of it.
func get6(name string, p parm6) (parm6, error) {
	err := tunnelIoctl(unix.AF_INET6, uapi.SIOCGETTUNNEL, name, unsafe.Pointer(&p))
	return p, named(err, `get tunnel "%s"`, name)
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

var modes6 = word.Names{
	{unix.IPPROTO_IPV6, "ipv6/ipv6"}, {unix.IPPROTO_IPV6, "ip6ip6"},
	{unix.IPPROTO_IPV6 | vti, "vti6"},
	{unix.IPPROTO_IPIP, "ip/ipv6"}, {unix.IPPROTO_IPIP, "ipv4/ipv6"},
	{unix.IPPROTO_IPIP, "ipip6"}, {unix.IPPROTO_IPIP, "ip4ip6"},
	{unix.IPPROTO_GRE, "ip6gre"}, {unix.IPPROTO_GRE, "gre/ipv6"},
	{0, "any/ipv6"}, {0, "any"},
}

var words6 = field.Table{Name: "tunnel", Voice: &voice, Size: uint16(unsafe.Sizeof(parm6{})), Rows: []*field.Row{
	&keyRow, &ikey, &okey, &seq, &iseq, &oseq, &csum, &icsum, &ocsum, &below,
	{Words: "=mode", Names: &modes6, Type: &mode6},
	{Words: "=remote", In: field.Head, At: uint16(unsafe.Offsetof(parm6{}.raddr)), Type: &addr6},
	{Words: "=local", In: field.Head, At: uint16(unsafe.Offsetof(parm6{}.laddr)), Type: &addr6},
	{Words: "=encaplimit", In: field.Head, At: uint16(unsafe.Offsetof(parm6{}.encapLimit)), Type: &encapLimit},
	{Words: "=hoplimit|=ttl|=hlim", In: field.Head, At: uint16(unsafe.Offsetof(parm6{}.hopLimit)), Type: &field.U8, Bad: "invalid TTL"},
	{Words: "=tclass|=tc|=tos|dsfield", Attr: uapi.IP6_TNL_F_USE_ORIG_TCLASS, Arg: uapi.IPV6_FLOWINFO_PRIORITY, Type: &flow, Bad: "invalid TClass"},
	{Words: "=flowlabel|=fl", Attr: uapi.IP6_TNL_F_USE_ORIG_FLOWLABEL, Arg: uapi.IPV6_FLOWINFO_FLOWLABEL, Type: &flow, Bad: "invalid Flowlabel"},
	{Words: "=dscp", In: field.Head, At: uint16(unsafe.Offsetof(parm6{}.flags)), Type: &dscp, Bad: "not inherit"},
	{Words: "=allow-localremote|=noallow-localremote", Arg: uapi.IP6_TNL_F_ALLOW_LOCAL_REMOTE, Type: &localRemote},
	&nameRow,
}}

var (
	mode6       = field.Type{Read: parseMode6}
	addr6       = field.Type{Read: parseAddr6}
	encapLimit  = field.Type{Size: 1, Scan: scanEncapLimit}
	dscp        = field.Type{Size: 4, Scan: scanDSCP}
	localRemote = field.Type{Parse: parseLocalRemote}
	// flow is a part of the flow information, the bits Arg, in hexadecimal, or
	// inherit, for which there is the flag Attr.
	flow = field.Type{Read: parseFlow}
)

func parseAddr6(c *field.Call, r *field.Row, s string) error {
	p, err := cli.Addr(s, unix.AF_INET6)
	var addr [16]byte
	copy(addr[:], p.Bytes())
	c.Store(r, addr[:])
	return err
}

func parseMode6(c *field.Call, r *field.Row, s string) error {
	m, ok := r.Names.Find(s)
	if !ok {
		return unknownMode(s)
	}
	t := c.For.(*tunnel6)
	if t.proto = uint8(m); m&vti != 0 {
		t.iflags.setVTI()
	}
	return nil
}

// scanEncapLimit takes any word, as the real tool does; one that is no number is 0.
func scanEncapLimit(c *field.Call, r *field.Row, s string) (uint64, error) {
	t := c.For.(*tunnel6)
	if s == "none" {
		t.flags |= uapi.IP6_TNL_F_IGN_ENCAP_LIMIT
		return c.Number(r), nil
	}
	t.flags &^= uapi.IP6_TNL_F_IGN_ENCAP_LIMIT
	n, _ := word.Uint(s, 0, 8)
	return n & 0xff, nil
}

func parseFlow(c *field.Call, r *field.Row, s string) error {
	t, mask := c.For.(*tunnel6), uint32(r.Arg)
	value := binary.BigEndian.Uint32(t.flowinfo[:]) &^ mask
	if s == "inherit" {
		t.flags |= uint32(r.Attr)
	} else {
		shift := bits.TrailingZeros32(mask)
		n, ok := word.Uint(s, 16, 32)
		if !ok || uint32(n) > mask>>shift {
			return c.Wrong(r, s)
		}
		value |= uint32(n) << shift
		t.flags &^= uint32(r.Attr)
	}
	binary.BigEndian.PutUint32(t.flowinfo[:], value)
	return nil
}

func scanDSCP(c *field.Call, r *field.Row, s string) (uint64, error) {
	if s != "inherit" {
		return 0, c.Wrong(r, s)
	}
	return c.Number(r) | uapi.IP6_TNL_F_RCV_DSCP_COPY, nil
}

func parseLocalRemote(c *field.Call, r *field.Row) error {
	t := c.For.(*tunnel6)
	t.flags &^= uint32(r.Arg)
	if c.Typed == r.Word() {
		t.flags |= uint32(r.Arg)
	}
	return c.Note(r, c.Typed, c.Typed)
}

// parse6 reads the words for a tunnel, which at first is as def.
func parse6(e *cli.Env, a *cli.Args, change bool, def parm6) (*tunnel6, error) {
	c := field.NewCall(e, a, &words6)
	t := &tunnel6{request: request{e: e, change: change}}
	t.parm6, _ = rtnl.View[parm6](c.Get(field.Head, 0))
	*t.parm6 = def
	c.For = t
	if err := c.Read(); err != nil {
		return nil, err
	}
	return t, setLink(c, &t.link)
}

// default6 is a tunnel of which nothing is said.
var default6 = parm6{proto: unix.IPPROTO_IPV6, hopLimit: defaultHopLimit, encapLimit: defaultEncapLimit}

func (t *tunnel6) base() string {
	switch {
	case t.proto == unix.IPPROTO_GRE:
		return "ip6gre0"
	case t.iflags.isVTI():
		return "ip6_vti0"
	}
	return "ip6tnl0"
}

func change6(c *command.Call) error {
	e, a := c.Env, c.Args
	changes := c.Verb.Type == uapi.SIOCCHGTUNNEL
	t, err := parse6(e, a, changes, default6)
	if err != nil {
		return err
	}
	if name(t) == "" {
		e.Warnf("Tunnel interface name not specified\n")
	}
	return change(unix.AF_INET6, t, unsafe.Pointer(t.parm6), t.base())
}

func delete6(c *command.Call) error {
	e, a := c.Env, c.Args
	t, err := parse6(e, a, false, default6)
	if err != nil {
		return err
	}
	return remove(unix.AF_INET6, t, unsafe.Pointer(t.parm6), t.base())
}

func show6(c *command.Call) error {
	e, a := c.Env, c.Args
	want, err := parse6(e, a, false, parm6{})
	if err != nil {
		return err
	}
	if name(want) == "" || e.Opt.Stats > 0 {
		types := []uint16{unix.ARPHRD_TUNNEL6, unix.ARPHRD_IP6GRE}
		return list(e, unix.AF_INET6, types, name(want), want.showOne)
	}
	p, err := get6(name(want), *want.parm6)
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
	case t.link != 0 && t.link != p.link,
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
