package route

import (
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/word"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// A routeEntry is a change of the IPv4 table, as struct rtentry has it.
type routeEntry struct {
	dst            common.Ipv4
	hasMask        bool
	mask           common.Ipv4
	maskWord       string // how the mask was written
	host, reject   bool
	gateway        common.Ipv4
	hasGateway     bool
	metric         int16 // one more than the metric; 0 for none
	mss, window    uint32
	irtt           uint16
	hasMSS, hasWin bool
	hasIRTT        bool
	dev            string
	hasDev         bool
}

// editInet does route add, del, flush and help for IPv4.
func (r *routeCommand) editInet(verb string, words []string) error {
	usage := &cli.Error{Status: common.StatusUsage, Text: inetRouteUsage}
	switch {
	case verb == "flush":
		return &cli.Error{Status: common.StatusUsage, Text: "Flushing `inet' routing table not supported\n" + inetRouteUsage}
	case verb != "help" && r.Cache:
		return &cli.Error{Status: common.StatusUsage, Text: "Modifying `inet' routing cache not supported\n" + inetRouteUsage}
	case verb == "help" || len(words) == 0:
		r.Pen.Raw(inetRouteUsage)
		return nil
	}
	entry, err := parseRoute(r.Env, words, usage)
	if err != nil {
		return err
	}
	if err := entry.check(); err != nil {
		return &cli.Error{Status: common.StatusUsage, Text: err.Error() + inetRouteUsage}
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
func parseRoute(e *cli.Env, words []string, usage error) (*routeEntry, error) {
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
	target, length, slash := strings.Cut(common.HostWord(a.Word()), "/")
	if slash {
		bits, ok := common.CutLength(length)
		if !ok {
			return nil, usage
		}
		r.setMask(common.MaskOf(bits), "/"+strconv.Itoa(bits))
	}
	a.Skip()
	h, err := common.ParseHost(target, asHost)
	if err != nil {
		return nil, common.LookupFailed(err, common.StatusLookup)
	}
	r.dst = h.Addr
	r.host = asHost || !asNet && !h.Net
	c := field.NewCall(e, a, &routeWords)
	c.For = r
	if err := c.Read(); err == errUsage {
		return nil, usage
	} else if err != nil {
		return nil, err
	}
	return r, nil
}

func (r *routeEntry) setMask(mask common.Ipv4, word string) {
	// A mask of zeros is as good as none.
	r.mask, r.maskWord, r.hasMask = mask, word, !mask.IsZero()
}

// routeWords has the words behind the target. What is none of them is the device, which
// stands last, to catch typos.
var routeWords = field.Table{Voice: &field.Voice{}, Rows: []*field.Row{
	{Words: "=metric", Type: &field.Type{Parse: parseMetric}},
	{Words: "=netmask", Type: &field.Type{Parse: parseNetmask}},
	{Words: "=gw|=gateway", Type: &field.Type{Parse: parseGateway}},
	{Words: "=mss|=mtu", Type: &field.Type{Parse: parseMSS}},
	{Words: "=window", Type: &field.Type{Parse: parseWindow}},
	{Words: "=irtt", Type: &field.Type{Parse: parseIRTT}},
	{Words: "=reject", Type: &field.Type{Parse: func(c *field.Call, _ *field.Row) error { entryOf(c).reject = true; return nil }}},
	// The kernel does not look at these.
	{Words: "=mod|=dyn|=reinstate", In: field.Slot, Type: &field.Mark},
	{Words: "=device|=dev", Type: &field.Type{Parse: parseDevice}, Flags: field.Bare},
}}

func entryOf(c *field.Call) *routeEntry { return c.For.(*routeEntry) }

// errUsage stands for the usage text.
var errUsage = &cli.Error{Status: common.StatusUsage}

// usageWith is a message before the usage text.
func usageWith(text string) error {
	return &cli.Error{Status: common.StatusUsage, Text: text + "\n" + inetRouteUsage}
}

// value takes the value of a word that lacks it or has it twice: the usage is shown.
func value(a *cli.Args, twice bool) (string, error) {
	if !a.More() || twice {
		return "", errUsage
	}
	return a.Value()
}

func parseDevice(c *field.Call, _ *field.Row) error {
	r := entryOf(c)
	word.OfferLink(c.Args.Word())
	s, err := value(c.Args, r.hasDev)
	if err == nil && c.Typed == "" && c.Args.More() {
		err = errUsage
	}
	r.dev, r.hasDev = s, true
	return err
}

func parseMSS(c *field.Call, _ *field.Row) error {
	r := entryOf(c)
	s, err := value(c.Args, false)
	if err != nil {
		return err
	}
	r.mss, r.hasMSS = uint32(cli.Atoi(s)), true
	if r.mss < 64 || r.mss > 65536 {
		return usageWith("route: Invalid MSS/MTU.")
	}
	return nil
}

func parseWindow(c *field.Call, _ *field.Row) error {
	r := entryOf(c)
	s, err := value(c.Args, false)
	if err != nil {
		return err
	}
	r.window, r.hasWin = uint32(cli.Atoi(s)), true
	if r.window < 128 {
		return usageWith("route: Invalid window.")
	}
	return nil
}

func parseIRTT(c *field.Call, _ *field.Row) error {
	r := entryOf(c)
	s, err := value(c.Args, false)
	r.irtt, r.hasIRTT = uint16(cli.Atoi(s)), true
	return err
}

func parseMetric(c *field.Call, _ *field.Row) error {
	w := c.Args.Word()
	if w == "" || w[0] < '0' || w[0] > '9' {
		return errUsage
	}
	c.Args.Skip()
	entryOf(c).metric = int16(cli.Atoi(w) + 1)
	return nil
}

func parseNetmask(c *field.Call, _ *field.Row) error {
	r := entryOf(c)
	s, err := value(c.Args, r.hasMask)
	if err != nil {
		return err
	}
	h, err := common.ParseHost(s, false)
	if err != nil {
		return common.LookupFailed(err, common.StatusLookup)
	}
	r.setMask(h.Addr, s)
	return nil
}

func parseGateway(c *field.Call, _ *field.Row) error {
	r := entryOf(c)
	s, err := value(c.Args, r.hasGateway)
	if err != nil {
		return err
	}
	h, err := common.ParseHost(s, true)
	switch {
	case err != nil:
		return common.LookupFailed(err, common.StatusLookup)
	case h.Net:
		return usageWith("route: " + s + ": cannot use a NETWORK as gateway!")
	}
	r.gateway, r.hasGateway = h.Addr, true
	return nil
}

// check refuses masks that make no sense. To the original, no mask does for a
// host: it compares with 255.255.255.255 after turning each bit over.
func (r *routeEntry) check() error {
	switch {
	case !r.hasMask:
		return nil
	case r.host:
		return cli.Fail("route: netmask %.8x doesn't make sense with host route", r.mask.Not().U32())
	case !r.mask.IsMask():
		return cli.Fail("route: bogus netmask %s", r.maskWord)
	case !r.dst.And(r.mask.Not()).IsZero():
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
		rtm.Dst_len = uint8(r.mask.MaskBits())
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
		if r.hasDev {
			dev, no = findDevice(e, r.dev)
		}
		if no != 0 {
			return permission(e, no)
		}
		if add && r.hasGateway && r.gateway.IsZero() {
			return permission(e, unix.EINVAL)
		}
		if r.hasGateway && !r.gateway.IsZero() && isUnicast(e, r.gateway) {
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
	if !r.dst.IsZero() || r.host {
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
	if !dev.source.IsZero() {
		m.Attr(unix.RTA_PREFSRC, dev.source[:])
	}
	if !r.gateway.IsZero() {
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
	source       common.Ipv4
}

func findDevice(e *cli.Env, name string) (d deviceOf, no unix.Errno) {
	name = common.Trunc(name)
	l, no := common.FindLink(e, name)
	if no != 0 {
		return d, no
	}
	d.index, d.table = l.Index, l.Table
	if strings.Contains(name, ":") {
		a, no := common.Labelled(e, l, name)
		if no != 0 {
			return d, no
		}
		d.source = a.Local
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
func isUnicast(e *cli.Env, a common.Ipv4) bool {
	if a.IsZero() || a.IsBroadcast() || a[0]&0xf0 == 0xe0 {
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
