package route

import (
	"bufio"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// editInet6 does route -6 add, del, flush and help.
func (r *routeCommand) editInet6(verb string, words []string) error {
	switch verb {
	case "flush":
		return &cli.Error{Status: common.StatusUsage, Text: "Flushing `inet6' routing table not supported\n" + inet6RouteUsage}
	case "help":
		r.Pen.Raw(inet6RouteUsage)
		return nil
	}
	entry, err := parseRoute6(r.Env, words)
	if err == errUsage {
		err = &cli.Error{Status: common.StatusUsage, Text: inet6RouteUsage}
	}
	if err != nil {
		return err
	}
	return entry.change(r.Env, verb == "add")
}

// A route6Entry is a change of the IPv6 table, as struct in6_rtmsg has it.
type route6Entry struct {
	dst        [16]byte
	bits       int
	metric     uint32
	gateway    [16]byte
	hasGateway bool
	dev        string
	hasDev     bool
}

func parseRoute6(e *cli.Env, words []string) (*route6Entry, error) {
	if len(words) == 0 {
		return nil, errUsage
	}
	r := &route6Entry{bits: 128, metric: 1}
	if err := r.parseTarget(e, words[0]); err != nil {
		return nil, err
	}
	for a := cli.NewArgs(words[1:]); a.More(); {
		if err := r.parseWord(a); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *route6Entry) parseTarget(e *cli.Env, word string) (err error) {
	if word == "default" {
		r.bits = 0
		return nil
	}
	addr, length, slash := strings.Cut(common.HostWord(word), "/")
	if slash {
		if r.bits = cli.Atoi(length); r.bits < 0 || r.bits > 128 {
			return errUsage
		}
	}
	if r.dst, err = common.ResolveIPv6(addr); err != nil {
		r.dst, err = common.LookupIPv6(e, addr)
	}
	return err
}

func (r *route6Entry) parseWord(a *cli.Args) (err error) {
	switch {
	case a.Match("=metric"):
		if w := a.Word(); w == "" || w[0] < '0' || w[0] > '9' {
			return errUsage
		}
		r.metric = uint32(cli.Atoi(a.Word()))
	case a.Match("=gw|=gateway"):
		if !a.More() || r.hasGateway {
			return errUsage
		}
		if r.gateway, err = common.ResolveIPv6(a.Word()); err != nil {
			return common.LookupFailed(err, common.StatusLookup)
		}
		r.hasGateway = true
	case a.Match("=mod|=dyn"):
		return nil // netlink has no word for these flags; they change nothing
	case a.Match("=device|=dev"):
		if !a.More() {
			return errUsage
		}
		word.OfferLink(a.Word())
		r.dev, r.hasDev = a.Word(), true
	default:
		if a.Len() > 1 {
			return errUsage
		}
		word.OfferLink(a.Word())
		r.dev, r.hasDev = a.Word(), true
	}
	a.Skip()
	return nil
}

// change sends the entry. The ioctl's flag of a host route is the number of
// netlink's "onlink", and the kernel takes it for that.
func (r *route6Entry) change(e *cli.Env, add bool) error {
	if err := e.Supports(unix.AF_INET6); err != nil {
		return refusal("socket", err)
	}
	call, typ, flags := "SIOCDELRT", uint16(unix.RTM_DELROUTE), uint16(0)
	rtm := unix.RtMsg{Family: unix.AF_INET6, Table: unix.RT_TABLE_MAIN, Dst_len: uint8(r.bits), Type: unix.RTN_UNICAST}
	if add {
		call, typ, flags = "SIOCADDRT", unix.RTM_NEWROUTE, unix.NLM_F_CREATE
		rtm.Protocol = unix.RTPROT_BOOT
	}
	if r.bits == 128 {
		rtm.Flags = unix.RTNH_F_ONLINK
	}
	var dev deviceOf
	if r.hasDev {
		l, no := common.FindLink(e, common.Trunc(r.dev))
		if no != 0 {
			return refusal("SIOGIFINDEX", no)
		}
		dev.index, dev.table = l.Index, l.Table
	}
	m := rtnl.New(typ, flags)
	if dev.table != 0 {
		rtm.Table = unix.RT_TABLE_UNSPEC
	}
	rtnl.Put(m, rtm)
	m.Attr(unix.RTA_DST, r.dst[:])
	if r.hasGateway {
		m.Attr(unix.RTA_GATEWAY, r.gateway[:])
	}
	if r.metric != 0 {
		m.U32(unix.RTA_PRIORITY, r.metric)
	}
	if dev.index != 0 {
		m.U32(unix.RTA_OIF, dev.index)
	}
	if dev.table != 0 {
		m.U32(unix.RTA_TABLE, dev.table)
	}
	return refusal(call, e.Do(m))
}

// A fib6Route is a line of the IPv6 table.
type fib6Route struct {
	dst, gateway [16]byte
	bits         int
	metric       int32
	refs         int
	use          int
	flags        uint32 // RTF_
	dev          string
}

// showInet6 prints the IPv6 table; its cache lives in the same table.
func showInet6(e *cli.Env, o TableOptions) error {
	if o.FIB {
		if err := showFIB6(e, o, false); err != nil {
			return err
		}
	}
	if o.Cache {
		return showFIB6(e, o, true)
	}
	return nil
}

// showFIB6 reads the kernel's file: netlink does not tell the references and
// flags of a route.
func showFIB6(e *cli.Env, o TableOptions, cache bool) error {
	const table = "/proc/net/ipv6_route"
	f, err := file.Open(table)
	if err != nil {
		return noTable(e, "INET6 (IPv6)", table, err)
	}
	defer f.Close()
	if cache {
		e.Pen.Raw("Kernel IPv6 routing cache\n")
	} else {
		e.Pen.Raw("Kernel IPv6 routing table\n")
	}
	e.Pen.Raw("Destination                    Next Hop                   Flag Met Ref  Use If\n")
	for s := bufio.NewScanner(f); s.Scan(); {
		if r, ok := parseProcRoute6(s.Text()); ok && cache == (r.flags&unix.RTF_CACHE != 0) {
			r.print(e, o)
		}
	}
	return nil
}

// parseProcRoute6 reads a line: destination and length, source and length,
// next hop, metric, references, use, flags, all hexadecimal, and the device.
func parseProcRoute6(line string) (r fib6Route, ok bool) {
	w := strings.Fields(line)
	if len(w) < 10 || !common.HexAddr(&r.dst, w[0]) || !common.HexAddr(&r.gateway, w[4]) {
		return r, false
	}
	r.bits = int(common.HexNumber(w[1]))
	r.metric = int32(common.HexNumber(w[5]))
	r.refs, r.use = int(common.HexNumber(w[6])), int(common.HexNumber(w[7]))
	r.flags, r.dev = common.HexNumber(w[8]), w[9]
	return r, true
}

var letters6 = []struct {
	flag   uint32
	letter byte
}{
	{unix.RTF_UP, 'U'}, {unix.RTF_REJECT, '!'}, {unix.RTF_GATEWAY, 'G'}, {unix.RTF_HOST, 'H'}, {unix.RTF_DEFAULT, 'D'}, {unix.RTF_ADDRCONF, 'A'}, {unix.RTF_CACHE, 'C'},
	{unix.RTF_ALLONLINK, 'a'}, {uapi.RTF_EXPIRES, 'e'}, {unix.RTF_MODIFIED, 'm'}, {unix.RTF_NONEXTHOP, 'n'}, {unix.RTF_FLOW, 'f'},
}

func (r *fib6Route) print(e *cli.Env, o TableOptions) {
	var letters []byte
	for _, l := range letters6 {
		if r.flags&l.flag != 0 {
			letters = append(letters, l.letter)
		}
	}
	p := e.Pen
	p.StrWidth("", "", 30, common.Host6(e, r.dst, o.Numeric)+"/"+strconv.Itoa(r.bits), " ")
	p.StrWidth("", "", 26, common.Host6(e, r.gateway, o.Numeric), " ")
	p.StrWidth("", "", 4, string(letters), " ")
	p.StrWidth("", "", 3, strconv.Itoa(int(r.metric)), " ")
	p.Str("", "", strconv.Itoa(r.refs), " ")
	p.StrWidth("", "", -6, strconv.Itoa(r.use), " ")
	p.Str("", "", r.dev, "")
	p.EndLine()
}
