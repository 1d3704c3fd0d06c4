package routecmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A test is a number that a route must have. Its column is not printed when
// the whole number was asked for.
type test[T uint8 | uint32] struct {
	value, mask T
}

func (t test[T]) fails(v T) bool { return (t.value^v)&t.mask != 0 }
func (t test[T]) fixed() bool    { return t.mask == ^T(0) }
func is[T uint8 | uint32](v T) test[T] {
	return test[T]{v, ^T(0)}
}

// cloned says which of the cached routes are wanted.
type cloned uint8

const (
	notCloned cloned = iota
	onlyCloned
	anyCloned
)

// A filter selects routes. The kernel applies some of it (see request), here
// all of it is applied, because it does so on request only.
type filter struct {
	family   uint8 // -4, -6, …
	table    uint32
	cloned   cloned
	protocol test[uint8]
	scope    test[uint8]
	types    uint64 // a bit for each wanted type; 0: all
	tos      test[uint8]
	iif, oif test[uint32]
	mark     test[uint32]
	realms   test[uint32]
	metric   test[uint32]

	prefSrc, via    cli.Prefix
	rootDst, maxDst cli.Prefix // not shorter than, not longer than
	rootSrc, maxSrc cli.Prefix

	// addrs tells that one of the six prefixes is set.
	addrs    bool
	flushing bool
	// v6Tables tells that an IPv6 route of another table than main was seen:
	// only then does the kernel have several of them.
	v6Tables bool
}

// given reports whether a prefix was asked for.
func given(p *cli.Prefix) bool { return p.Family != 0 || p.Set }

// route is a message taken apart.
type route struct {
	*unix.RtMsg
	table uint32
	bits  int // of an address of the family
	tb    *[unix.RTA_MAX + 1][]byte
}

// match reports whether the filter lets r through.
func (f *filter) match(r *route) bool {
	if f.family != unix.AF_UNSPEC && r.Family != f.family {
		return false
	}
	if r.Family == unix.AF_INET6 && r.table != unix.RT_TABLE_MAIN {
		f.v6Tables = true
	}
	isCloned := r.Flags&unix.RTM_F_CLONED != 0
	if f.cloned == onlyCloned && !isCloned || f.cloned == notCloned && isCloned {
		return false
	}
	if !f.matchTable(r) || f.protocol.fails(r.Protocol) || f.scope.fails(r.Scope) ||
		f.types != 0 && f.types&typeBit(r.Type) == 0 || f.tos.fails(r.Tos) {
		return false
	}
	if f.addrs && !f.matchAddrs(r) {
		return false
	}
	if !f.matchNumbers(r) {
		return false
	}
	return !f.flushing || !isNullRoute(r)
}

// typeBit is the real tool's mask of a type, an int that is shifted and then
// widened.
func typeBit(t uint8) uint64 { return uint64(int64(int32(1) << (t & 31))) }

func (f *filter) matchTable(r *route) bool {
	if f.table == 0 {
		return true
	}
	if r.Family != unix.AF_INET6 || f.v6Tables {
		return f.table == r.table
	}
	switch f.table {
	case unix.RT_TABLE_LOCAL:
		return r.Type == unix.RTN_LOCAL
	case unix.RT_TABLE_MAIN:
		return r.Type != unix.RTN_LOCAL
	}
	return false
}

func (f *filter) matchNumbers(r *route) bool {
	if f.realms.mask|f.iif.mask|f.mark.mask|f.metric.mask != 0 && !f.matchRare(r) {
		return false
	}
	switch {
	case f.oif.mask == 0:
	case r.tb[unix.RTA_OIF] != nil:
		return !f.oif.fails(rtnl.U32(r.tb[unix.RTA_OIF]))
	case r.tb[unix.RTA_MULTIPATH] != nil:
		return f.matchNexthops(r.tb[unix.RTA_MULTIPATH])
	}
	return true
}

// matchRare applies the numbers that are seldom asked for.
func (f *filter) matchRare(r *route) bool {
	for _, t := range [...]struct {
		*test[uint32]
		attr uint16
	}{
		{&f.realms, unix.RTA_FLOW}, {&f.iif, unix.RTA_IIF}, {&f.mark, unix.RTA_MARK}, {&f.metric, unix.RTA_PRIORITY},
	} {
		if t.mask != 0 && t.fails(rtnl.U32(r.tb[t.attr])) {
			return false
		}
	}
	return true
}

// matchNexthops reports whether one of the nexthops leaves by the device.
func (f *filter) matchNexthops(b []byte) bool {
	for nh, _, rest := nexthop(b); nh != nil; nh, _, rest = nexthop(rest) {
		if !f.oif.fails(uint32(nh.Ifindex)) {
			return true
		}
	}
	return false
}

// isNullRoute is the route that the kernel keeps as the end of an IPv6 table:
// a flush would not get rid of it.
func isNullRoute(r *route) bool {
	return r.Family == unix.AF_INET6 && r.Dst_len == 0 && r.Type == unix.RTN_UNREACHABLE &&
		rtnl.U32(r.tb[unix.RTA_PRIORITY]) == ^uint32(0)
}

// excludes reports whether the destination alone holds a message back, which is
// found out in a fifth of the time that it takes to look at all of it. Routes of
// IPv6 have to be looked at: each tells whether the kernel has several tables.
func (f *filter) excludes(m rtnl.Message) bool {
	if !f.addrs || m.Type != unix.RTM_NEWROUTE {
		return false
	}
	rtm, attrs := rtnl.View[unix.RtMsg](m.Body)
	if rtm == nil || rtm.Family != unix.AF_INET {
		return false
	}
	r := route{RtMsg: rtm}
	dst := rtnl.Find(attrs, unix.RTA_DST)
	return !inPrefix(&f.rootDst, &r, dst, rtm.Dst_len) || !covers(&f.maxDst, &r, dst, rtm.Dst_len)
}

// matchAddrs applies the prefixes.
func (f *filter) matchAddrs(r *route) bool {
	via, viaFamily := r.tb[unix.RTA_GATEWAY], r.Family
	if v := r.tb[unix.RTA_VIA]; len(v) >= 2 {
		via, viaFamily = v[2:], uint8(rtnl.U16(v))
	}
	return inPrefix(&f.rootDst, r, r.tb[unix.RTA_DST], r.Dst_len) && covers(&f.maxDst, r, r.tb[unix.RTA_DST], r.Dst_len) &&
		inPrefix(&f.rootSrc, r, r.tb[unix.RTA_SRC], r.Src_len) && covers(&f.maxSrc, r, r.tb[unix.RTA_SRC], r.Src_len) &&
		hostIn(&f.via, viaFamily, via) && hostIn(&f.prefSrc, r.Family, r.tb[unix.RTA_PREFSRC])
}

// inPrefix reports whether the route's prefix lies in p (root).
func inPrefix(p *cli.Prefix, r *route, addr []byte, n uint8) bool {
	if !given(p) {
		return true
	}
	return (p.Family == 0 || p.Family == r.Family) && p.Bits <= int(n) &&
		sameBits(significant(addr, n), p.Bytes(), p.Bits)
}

// covers reports whether p lies in the route's prefix (match).
func covers(p *cli.Prefix, r *route, addr []byte, n uint8) bool {
	if !given(p) {
		return true
	}
	return (p.Family == 0 || p.Family == r.Family) && p.Bits >= int(n) &&
		sameBits(significant(addr, n), p.Bytes(), int(n))
}

func hostIn(p *cli.Prefix, family uint8, addr []byte) bool {
	return p.Family == 0 || p.Family == family && sameBits(addr, p.Bytes(), p.Bits)
}

// significant returns the bytes that a prefix of n bits has.
func significant(addr []byte, n uint8) []byte { return addr[:min(len(addr), (int(n)+7)/8)] }

// sameBits compares the first n bits; bytes that are missing count as zero.
func sameBits(a, b []byte, n int) bool {
	for i := 0; n > 0; i, n = i+1, n-8 {
		diff := at(a, i) ^ at(b, i)
		if n < 8 {
			diff >>= 8 - n
		}
		if diff != 0 {
			return false
		}
	}
	return true
}

func at(b []byte, i int) byte {
	if i < len(b) {
		return b[i]
	}
	return 0
}

// request returns the dump request with what the kernel can filter.
func (f *filter) request(family uint8) *rtnl.Msg {
	m := rtnl.New(unix.RTM_GETROUTE, 0)
	rtm := unix.RtMsg{Family: family, Protocol: f.protocol.value}
	if f.cloned != notCloned {
		rtm.Flags |= unix.RTM_F_CLONED
	}
	rtnl.Put(m, rtm)
	if f.table != 0 {
		m.U32(unix.RTA_TABLE, f.table)
	}
	if f.oif.value != 0 {
		m.U32(unix.RTA_OIF, f.oif.value)
	}
	return m
}
