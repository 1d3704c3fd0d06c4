package nettoolscmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A routeEntry is a change of the IPv4 table, as struct rtentry has it.
type routeEntry struct {
	dst            ipv4
	hasMask        bool
	mask           ipv4
	maskWord       string // how the mask was written
	host, reject   bool
	gateway        ipv4
	hasGateway     bool
	metric         int16 // one more than the metric; 0 for none
	mss, window    uint32
	irtt           uint16
	hasMSS, hasWin bool
	hasIRTT        bool
	dev            string
}

// editInet does route add, del, flush and help for IPv4.
func (r *routeCommand) editInet(verb string, words []string) error {
	usage := &cli.Error{Status: statusUsage, Text: inetRouteUsage}
	switch {
	case verb == "flush":
		return &cli.Error{Status: statusUsage, Text: "Flushing `inet' routing table not supported\n" + inetRouteUsage}
	case verb != "help" && r.cache:
		return &cli.Error{Status: statusUsage, Text: "Modifying `inet' routing cache not supported\n" + inetRouteUsage}
	case verb == "help" || len(words) == 0:
		r.Pen.Raw(inetRouteUsage)
		return nil
	}
	entry, err := parseRoute(words, usage)
	if err != nil {
		return err
	}
	if err := entry.check(); err != nil {
		return &cli.Error{Status: statusUsage, Text: err.Error() + inetRouteUsage}
	}
	if err := r.Supports(unix.AF_INET); err != nil {
		return refusal("socket", err)
	}
	if verb == "add" {
		return refusal("SIOCADDRT", entry.change(r.Env, unix.RTM_NEWROUTE))
	}
	return refusal("SIOCDELRT", entry.change(r.Env, unix.RTM_DELROUTE))
}

// parseRoute reads the words behind add or del.
func parseRoute(words []string, usage error) (*routeEntry, error) {
	a := cli.NewArgs(words)
	asNet, asHost := false, false
	if a.More() {
		word.Offer(a.Word(), "-net", "-host") // which runRoute gave other names
		asNet, asHost = a.Word() == "#net", a.Word() == "#host"
	}
	if asNet || asHost {
		a.Skip()
	}
	if !a.More() {
		return nil, usage
	}
	r := &routeEntry{maskWord: "default"}
	target, length, slash := strings.Cut(a.Word(), "/")
	if slash {
		bits, ok := cutLength(length)
		if !ok {
			return nil, usage
		}
		r.setMask(maskOf(bits), "/"+itoa(bits))
	}
	a.Skip()
	h, err := parseHost(target, asHost)
	if err != nil {
		return nil, lookupFailed(err, statusLookup)
	}
	r.dst = h.addr
	r.host = asHost || !asNet && !h.net
	for a.More() {
		if err := r.parseWord(a, usage); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *routeEntry) setMask(mask ipv4, word string) {
	// A mask of zeros is as good as none.
	r.mask, r.maskWord, r.hasMask = mask, word, !mask.isZero()
}

// parseWord reads one keyword with its value, or the device.
func (r *routeEntry) parseWord(a *cli.Args, usage error) error {
	k := cli.FindKeyword(routeKeywords, a.Word())
	if k == nil {
		if r.dev != "" {
			return usage
		}
		word.OfferLink(a.Word())
		r.dev = a.Word()
		a.Skip()
		if a.More() {
			return usage // the device stands last, to catch typos
		}
		return nil
	}
	a.Skip()
	err := k.Parse(r, a)
	if err == errUsage {
		return usage
	}
	return err
}

// errUsage stands for the usage text.
var errUsage = &cli.Error{Status: statusUsage}

// usageWith is a message before the usage text.
func usageWith(text string) error {
	return &cli.Error{Status: statusUsage, Text: text + "\n" + inetRouteUsage}
}

var routeKeywords = []cli.Keyword[*routeEntry]{
	{Words: "=metric", Parse: (*routeEntry).parseMetric},
	{Words: "=netmask", Parse: (*routeEntry).parseNetmask},
	{Words: "=gw|=gateway", Parse: (*routeEntry).parseGateway},
	{Words: "=mss|=mtu", Parse: func(r *routeEntry, a *cli.Args) error {
		if !a.More() {
			return errUsage
		}
		r.mss, r.hasMSS = uint32(cli.Atoi(a.Word())), true
		a.Skip()
		if r.mss < 64 || r.mss > 65536 {
			return usageWith("route: Invalid MSS/MTU.")
		}
		return nil
	}},
	{Words: "=window", Parse: func(r *routeEntry, a *cli.Args) error {
		if !a.More() {
			return errUsage
		}
		r.window, r.hasWin = uint32(cli.Atoi(a.Word())), true
		a.Skip()
		if r.window < 128 {
			return usageWith("route: Invalid window.")
		}
		return nil
	}},
	{Words: "=irtt", Parse: func(r *routeEntry, a *cli.Args) error {
		if !a.More() {
			return errUsage
		}
		r.irtt, r.hasIRTT = uint16(cli.Atoi(a.Word())), true
		a.Skip()
		return nil
	}},
	{Words: "=reject", Parse: func(r *routeEntry, _ *cli.Args) error { r.reject = true; return nil }},
	// The kernel does not look at these.
	{Words: "=mod|=dyn|=reinstate", Parse: func(*routeEntry, *cli.Args) error { return nil }},
	{Words: "=device|=dev", Parse: func(r *routeEntry, a *cli.Args) error {
		if r.dev != "" || !a.More() {
			return errUsage
		}
		r.dev = a.Word()
		a.Skip()
		return nil
	}},
}

func (r *routeEntry) parseMetric(a *cli.Args) error {
	if w := a.Word(); w == "" || w[0] < '0' || w[0] > '9' {
		return errUsage
	}
	r.metric = int16(cli.Atoi(a.Word()) + 1)
	a.Skip()
	return nil
}

func (r *routeEntry) parseNetmask(a *cli.Args) error {
	if !a.More() || r.hasMask {
		return errUsage
	}
	word := a.Word()
	a.Skip()
	h, err := parseHost(word, false)
	if err != nil {
		return lookupFailed(err, statusLookup)
	}
	r.setMask(h.addr, word)
	return nil
}

func (r *routeEntry) parseGateway(a *cli.Args) error {
	if !a.More() || r.hasGateway {
		return errUsage
	}
	word := a.Word()
	a.Skip()
	h, err := parseHost(word, true)
	if err != nil {
		return lookupFailed(err, statusLookup)
	}
	if h.net {
		return usageWith("route: " + word + ": cannot use a NETWORK as gateway!")
	}
	r.gateway, r.hasGateway = h.addr, true
	return nil
}

// check refuses masks that make no sense.
func (r *routeEntry) check() error {
	switch {
	case !r.hasMask:
		return nil
	case r.host && r.mask.u32() != 0xffffffff:
		return cli.Fail("route: netmask %.8x doesn't make sense with host route", r.mask.not().u32())
	case !r.mask.isMask():
		return cli.Fail("route: bogus netmask %s", r.maskWord)
	case !r.dst.and(r.mask.not()).isZero():
		return cli.Fail("route: netmask doesn't match route address")
	}
	return nil
}

// change sends the entry. What the kernel's ioctl makes of it is made here: a
// route to a gateway that is no neighbour's address has the scope of a link.
func (r *routeEntry) change(e *cli.Env, typ uint16) error {
	add := typ == unix.RTM_NEWROUTE
	rtm := unix.RtMsg{Family: unix.AF_INET, Table: unix.RT_TABLE_MAIN, Type: unix.RTN_UNICAST, Dst_len: 32, Scope: unix.RT_SCOPE_NOWHERE}
	if !r.host {
		rtm.Dst_len = uint8(r.mask.maskBits())
	}
	flags := uint16(0)
	if add {
		rtm.Protocol, rtm.Scope, flags = unix.RTPROT_BOOT, unix.RT_SCOPE_LINK, unix.NLM_F_CREATE
	}
	var dev deviceOf
	if r.reject {
		rtm.Type, rtm.Scope = unix.RTN_UNREACHABLE, unix.RT_SCOPE_HOST
	} else {
		var no unix.Errno
		if dev, no = findDevice(e, r.dev); no != 0 {
			return permission(e, no)
		}
		if add && r.hasGateway && r.gateway.isZero() {
			return permission(e, unix.EINVAL)
		}
		if r.hasGateway && !r.gateway.isZero() && isUnicast(e, r.gateway) {
			rtm.Scope = unix.RT_SCOPE_UNIVERSE
		}
	}
	m := rtnl.New(typ, flags)
	if dev.table != 0 {
		rtm.Table = unix.RT_TABLE_UNSPEC
	}
	rtnl.Put(m, rtm)
	r.attributes(m, dev, add)
	return e.Do(m)
}

func (r *routeEntry) attributes(m *rtnl.Msg, dev deviceOf, add bool) {
	if !r.dst.isZero() || r.host {
		m.Attr(unix.RTA_DST, r.dst[:])
	}
	if r.metric != 0 {
		m.U32(unix.RTA_PRIORITY, uint32(int32(r.metric)-1))
	}
	if r.reject {
		return
	}
	if dev.index != 0 {
		m.U32(unix.RTA_OIF, dev.index)
	}
	if dev.table != 0 {
		m.U32(unix.RTA_TABLE, dev.table)
	}
	if !dev.source.isZero() {
		m.Attr(unix.RTA_PREFSRC, dev.source[:])
	}
	if !r.gateway.isZero() {
		m.Attr(unix.RTA_GATEWAY, r.gateway[:])
	}
	if add && (r.hasMSS || r.hasWin || r.hasIRTT) {
		n := m.Nest(unix.RTA_METRICS)
		if r.hasMSS {
			m.U32(unix.RTAX_ADVMSS, r.mss-40)
		}
		if r.hasWin {
			m.U32(unix.RTAX_WINDOW, r.window)
		}
		if r.hasIRTT {
			m.U32(unix.RTAX_RTT, uint32(r.irtt)<<3)
		}
		m.End(n)
	}
}

// A deviceOf is what a route's device stands for: an alias brings its address
// as the source, a member of a VRF the table.
type deviceOf struct {
	index, table uint32
	source       ipv4
}

func findDevice(e *cli.Env, name string) (d deviceOf, no unix.Errno) {
	if name == "" {
		return d, 0
	}
	name = trunc(name)
	l, no := findLink(e, name)
	if no != 0 {
		return d, no
	}
	d.index, d.table = l.index, l.table
	if strings.Contains(name, ":") {
		a, no := labelled(e, l, name)
		if no != 0 {
			return d, no
		}
		d.source = a.local
	}
	return d, 0
}

// permission is the error no, unless we may change nothing at all: the kernel
// looks at that first.
func permission(e *cli.Env, no unix.Errno) error {
	if !e.MayChange() {
		return unix.EPERM
	}
	return no
}

// isUnicast reports whether packets to a would leave by a route, not stay here
// or be broadcast. What cannot be routed counts as unicast.
func isUnicast(e *cli.Env, a ipv4) bool {
	if a.isZero() || a.isBroadcast() || a[0]&0xf0 == 0xe0 {
		return false
	}
	m := rtnl.Request(unix.RTM_GETROUTE, unix.RtMsg{Family: unix.AF_INET, Dst_len: 32})
	m.Attr(unix.RTA_DST, a[:])
	typ := uint8(unix.RTN_UNICAST)
	e.Get(m, func(m rtnl.Message) error {
		if rtm, _ := rtnl.View[unix.RtMsg](m.Body); rtm != nil {
			typ = rtm.Type
		}
		return nil
	})
	return typ == unix.RTN_UNICAST
}
