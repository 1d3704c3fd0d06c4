package xfrmcmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// The structs of linux/xfrm.h, field for field; package uapi has its numbers.
// They are read in place by at, and written by put: rtnl.View and rtnl.Put would
// be compiled anew for each.

// at returns where a struct of that size stands at the head of b, nil if b is
// too short, and what follows it.
func at(b []byte, size uintptr) (p unsafe.Pointer, rest []byte) {
	if uintptr(len(b)) < size {
		return nil, nil
	}
	return unsafe.Pointer(&b[0]), b[size:]
}

// put appends a struct of that size to a message.
func put(m *rtnl.Msg, p unsafe.Pointer, size uintptr) { m.Raw(unsafe.Slice((*byte)(p), size)) }

// u32s are numbers one after the other.
func u32s(nums ...uint32) (b []byte) {
	for _, n := range nums {
		b = rtnl.NE.AppendUint32(b, n)
	}
	return b
}

// An address is IPv4 in its first four bytes, or IPv6.
type address [16]byte

// set takes over an address of the command line.
func (a *address) set(p *cli.Prefix) {
	*a = address{}
	copy(a[:], p.Bytes())
}

// A be16 is in network order.
type be16 [2]byte

func (v be16) host() uint16 { return uint16(v[0])<<8 | uint16(v[1]) }

func toBe16(v uint16) be16 { return be16{byte(v >> 8), byte(v)} }

// A be32 is in network order.
type be32 [4]byte

func (v be32) host() uint32 {
	return uint32(v[0])<<24 | uint32(v[1])<<16 | uint32(v[2])<<8 | uint32(v[3])
}

func toBe32(v uint32) be32 { return be32{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)} }

// A selector says which packets.
type selector struct {
	dst, src             address
	dport, dportMask     be16 // also the ICMP code, the low half of a GRE key
	sport, sportMask     be16 // also the ICMP type, the high half of a GRE key
	family               uint16
	prefixDst, prefixSrc uint8
	proto                uint8
	_                    [3]byte
	ifindex              int32
	user                 uint32
}

// An id names a state, together with its source.
type id struct {
	dst   address
	spi   be32
	proto uint8
	_     [3]byte
}

// limits are those of a lifetime: soft and hard, for bytes, packets, seconds
// since the addition and seconds since the first use.
type limits [8]uint64

// used is what has passed of a lifetime.
type used struct{ bytes, packets, added, used uint64 }

type stateStats struct{ replayWindow, replay, failed uint32 }

type stateInfo struct {
	sel          selector
	id           id
	src          address
	limits       limits
	used         used
	stats        stateStats
	seq, reqid   uint32
	family       uint16
	mode         uint8
	replayWindow uint8
	flags        uint8
	_            [3 + tail]byte
}

type spiInfo struct {
	_        stateInfo // read and written as the head of any request
	min, max uint32
}

// stateAt returns the state at the head of b, nil if b is too short, and what
// follows it.
func stateAt(b []byte) (*stateInfo, []byte) {
	p, rest := at(b, unsafe.Sizeof(stateInfo{}))
	return (*stateInfo)(p), rest
}

type policyInfo struct {
	sel                selector
	limits             limits
	used               used
	priority, index    uint32
	dir, action, flags uint8
	share              [1 + tail]uint8 // whom the states are for, and padding
}

// policyAt is stateAt for policies.
func policyAt(b []byte) (*policyInfo, []byte) {
	p, rest := at(b, unsafe.Sizeof(policyInfo{}))
	return (*policyInfo)(p), rest
}

// A tmpl is what a policy demands of a state.
type tmpl struct {
	id                 id
	family             uint16
	_                  [2]byte
	src                address
	reqid              uint32
	mode, share        uint8
	optional           uint8
	_                  byte
	auths, encs, comps uint32
}

type acquire struct {
	id                 id
	src                address
	sel                selector
	policy             policyInfo
	auths, encs, comps uint32
	seq                uint32
}

// A security context is eight bytes, the last two of which are the length of
// the text that follows.
const (
	contextSize = 8
	contextAlg  = uapi.XFRM_SC_ALG_SELINUX
	contextDOI  = uapi.XFRM_SC_DOI_LSM
)
