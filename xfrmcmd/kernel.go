package xfrmcmd

import (
	"gip/internal/cli"
	"gip/internal/uapi"
)

// The structs of linux/xfrm.h, field for field; package uapi has its numbers.

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
	_            [7]byte
}

type stateID struct {
	dst    address
	spi    be32
	family uint16
	proto  uint8
	_      byte
}

type spiInfo struct {
	info     stateInfo
	min, max uint32
}

type policyInfo struct {
	sel                       selector
	limits                    limits
	used                      used
	priority, index           uint32
	dir, action, flags, share uint8
	_                         [4]byte
}

type policyID struct {
	sel   selector
	index uint32
	dir   uint8
	_     [3]byte
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

type stateExpire struct {
	state stateInfo
	hard  uint8
	_     [7]byte
}

type policyExpire struct {
	policy policyInfo
	hard   uint8
	_      [7]byte
}

type acquire struct {
	id                 id
	src                address
	sel                selector
	policy             policyInfo
	auths, encs, comps uint32
	seq                uint32
}

type report struct {
	proto uint8
	_     [3]byte
	sel   selector
}

type asyncEvent struct {
	id           stateID
	src          address
	flags, reqid uint32
}

type mapping struct {
	id               stateID
	reqid            uint32
	oldSrc, newSrc   address
	oldPort, newPort be16
}

type encap struct {
	kind         uint16
	sport, dport be16
	_            [2]byte
	origin       address
}

type mark struct{ value, mask uint32 }

type offload struct {
	ifindex int32
	flags   uint8
	_       [3]byte
}

type replay struct{ oseq, seq, bitmap uint32 }

// A replayESN is followed by its bitmap.
type replayESN struct{ words, oseq, seq, oseqHi, seqHi, window uint32 }

// A security context is eight bytes, the last two of which are the length of
// the text that follows.
const (
	contextSize = 8
	contextAlg  = uapi.XFRM_SC_ALG_SELINUX
	contextDOI  = uapi.XFRM_SC_DOI_LSM
)

type addressFilter struct {
	src, dst             address
	family               uint16
	prefixSrc, prefixDst uint8
}

type defaults struct{ in, fwd, out uint8 }

// encapTCP is the type of an encapsulation in TCP, beside those of UDP (1 and 2).
const encapTCP = 7
