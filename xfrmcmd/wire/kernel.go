// Package wire has the structs of the kernel's messages about IPsec (linux/xfrm.h), and
// reads and writes them in place.
package wire

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// The structs of linux/xfrm.h, field for field; package uapi has its numbers.
// They are read in place by at, and written by put: rtnl.View and rtnl.Put would
// be compiled anew for each.

// At returns where a struct of that size stands at the head of b, nil if b is
// too short, and what follows it.
func At(b []byte, size uintptr) (p unsafe.Pointer, rest []byte) {
	if uintptr(len(b)) < size {
		return nil, nil
	}
	return unsafe.Pointer(&b[0]), b[size:]
}

// Put appends a struct of that size to a message.
func Put(m *rtnl.Msg, p unsafe.Pointer, size uintptr) { m.Raw(unsafe.Slice((*byte)(p), size)) }

// An Address is IPv4 in its first four bytes, or IPv6.
type Address [16]byte

// Set takes over an address of the command line.
func (a *Address) Set(p *cli.Prefix) {
	*a = Address{}
	copy(a[:], p.Bytes())
}

// A Be16 is in network order.
type Be16 [2]byte

// Host is the number in the order of the machine.
func (v Be16) Host() uint16 { return uint16(v[0])<<8 | uint16(v[1]) }

// ToBe16 puts a number into network order.
func ToBe16(v uint16) Be16 { return Be16{byte(v >> 8), byte(v)} }

// A Be32 is in network order.
type Be32 [4]byte

// Host is the number in the order of the machine.
func (v Be32) Host() uint32 {
	return uint32(v[0])<<24 | uint32(v[1])<<16 | uint32(v[2])<<8 | uint32(v[3])
}

// ToBe32 puts a number into network order.
func ToBe32(v uint32) Be32 { return Be32{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)} }

// A Selector says which packets.
type Selector struct {
	Dst, Src             Address
	Dport, DportMask     Be16 // also the ICMP code, the low half of a GRE key
	Sport, SportMask     Be16 // also the ICMP type, the high half of a GRE key
	Family               uint16
	PrefixDst, PrefixSrc uint8
	Proto                uint8
	_                    [3]byte
	Ifindex              int32
	User                 uint32
}

// An ID names a state, together with its source.
type ID struct {
	Dst   Address
	SPI   Be32
	Proto uint8
	_     [3]byte
}

// Limits are those of a lifetime: soft and hard, for bytes, packets, seconds
// since the addition and seconds since the first use.
type Limits [8]uint64

// Used is what has passed of a lifetime.
type Used struct{ Bytes, Packets, Added, Used uint64 }

type stateStats struct{ ReplayWindow, Replay, Failed uint32 }

// A StateInfo is struct xfrm_usersa_info, a state (linux/xfrm.h).
type StateInfo struct {
	Sel          Selector
	ID           ID
	Src          Address
	Limits       Limits
	Used         Used
	Stats        stateStats
	Seq, Reqid   uint32
	Family       uint16
	Mode         uint8
	ReplayWindow uint8
	Flags        uint8
	_            [3 + Tail]byte
}

// A SpiInfo is struct xfrm_userspi_info, a request for an SPI in a range.
type SpiInfo struct {
	_        StateInfo // read and written as the head of any request
	Min, Max uint32
}

// StateAt returns the state at the head of b, nil if b is too short, and what
// follows it.
func StateAt(b []byte) (*StateInfo, []byte) {
	p, rest := At(b, unsafe.Sizeof(StateInfo{}))
	return (*StateInfo)(p), rest
}

// A PolicyInfo is struct xfrm_userpolicy_info, a policy.
type PolicyInfo struct {
	Sel                Selector
	Limits             Limits
	Used               Used
	Priority, Index    uint32
	Dir, Action, Flags uint8
	Share              [1 + Tail]uint8 // whom the states are for, and padding
}

// PolicyAt is stateAt for policies.
func PolicyAt(b []byte) (*PolicyInfo, []byte) {
	p, rest := At(b, unsafe.Sizeof(PolicyInfo{}))
	return (*PolicyInfo)(p), rest
}

// A Tmpl is what a policy demands of a state.
type Tmpl struct {
	ID                 ID
	Family             uint16
	_                  [2]byte
	Src                Address
	Reqid              uint32
	Mode, Share        uint8
	Optional           uint8
	_                  byte
	Auths, Encs, Comps uint32
}

// An Acquire is struct xfrm_user_acquire, the kernel's question for a state.
type Acquire struct {
	ID                 ID
	Src                Address
	Sel                Selector
	Policy             PolicyInfo
	Auths, Encs, Comps uint32
	Seq                uint32
}

// A security context is eight bytes, the last two of which are the length of
// the text that follows.
const (
	ContextSize = 8
	ContextAlg  = uapi.XFRM_SC_ALG_SELINUX
	ContextDOI  = uapi.XFRM_SC_DOI_LSM
)
