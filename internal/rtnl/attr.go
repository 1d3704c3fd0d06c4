package rtnl

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math/bits"

	"golang.org/x/sys/unix"
)

const typeMask = ^uint16(unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER)

// Attrs yields the type and payload of each attribute in b, without copying.
// It stops at the first one that does not fit.
func Attrs(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= 4 {
			n := int(NE.Uint16(b))
			if n < 4 || n > len(b) || !yield(NE.Uint16(b[2:])&typeMask, b[4:n]) {
				return
			}
			b = b[min(align(n), len(b)):]
		}
	}
}

// IsZero reports whether a payload has nothing but zeros, or nothing at all.
func IsZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// Index files the payloads of b under their types in tb, which it clears
// first. Types beyond len(tb) are left out; of two with the same type the
// first counts, as in iproute2. A missing attribute is nil, an empty one is not.
func Index(tb [][]byte, b []byte) { Refill(tb, len(tb), b) }

// Refill is Index for a large table that is used for message after message, of which
// the first used places may be filled. It clears those only, which takes less time, and
// returns how many may be filled now.
func Refill(tb [][]byte, used int, b []byte) int {
	clear(tb[:used])
	used = 0
	for len(b) >= 4 {
		n := int(NE.Uint16(b))
		if n < 4 || n > len(b) {
			break
		}
		if t := int(NE.Uint16(b[2:]) & typeMask); t < len(tb) && tb[t] == nil {
			tb[t] = b[4:n:n]
			used = max(used, t+1)
		}
		b = b[min(align(n), len(b)):]
	}
	return used
}

// Reindex is Index for a table of up to 64 places that is used for message
// after message. set tells by a bit each which places are filled; Reindex
// returns those that it fills and clears the others.
func Reindex(tb [][]byte, set uint64, b []byte) (filled uint64) {
	for len(b) >= 4 {
		n := int(NE.Uint16(b))
		if n < 4 || n > len(b) {
			break
		}
		if t := uint(NE.Uint16(b[2:]) & typeMask); t < uint(len(tb)) && filled>>t&1 == 0 {
			tb[t] = b[4:n:n]
			filled |= 1 << t
		}
		b = b[min(align(n), len(b)):]
	}
	for left := set &^ filled; left != 0; left &= left - 1 {
		tb[bits.TrailingZeros64(left)] = nil
	}
	return filled
}

// Pick files only the types in wanted, a bit for each below 64, and leaves the
// rest of tb as it is.
func Pick(tb [][]byte, wanted uint64, b []byte) {
	for len(b) >= 4 && wanted != 0 {
		n := int(NE.Uint16(b))
		if n < 4 || n > len(b) {
			return
		}
		if t := uint(NE.Uint16(b[2:]) & typeMask); t < uint(len(tb)) && wanted>>t&1 != 0 {
			tb[t] = b[4:n:n]
			wanted &^= 1 << t
		}
		b = b[min(align(n), len(b)):]
	}
}

// Next takes the first attribute off b; v is nil at the end and where one does
// not fit. It is Attrs for what is called so often that a closure is too dear.
func Next(b []byte) (typ uint16, v, rest []byte) {
	if len(b) < 4 {
		return 0, nil, nil
	}
	n := int(NE.Uint16(b))
	if n < 4 || n > len(b) {
		return 0, nil, nil
	}
	return NE.Uint16(b[2:]) & typeMask, b[4:n:n], b[min(align(n), len(b)):]
}

// Find returns the payload of the first attribute of that type in b, or nil.
func Find(b []byte, typ uint16) []byte {
	for t, v, rest := Next(b); v != nil; t, v, rest = Next(rest) {
		if t == typ {
			return v
		}
	}
	return nil
}

// The readers below take what the kernel sent at its word only as far as it
// is long enough: a payload that is too short reads as zero.

// U8 reads an 8-bit value.
func U8(v []byte) uint8 {
	if len(v) < 1 {
		return 0
	}
	return v[0]
}

// Bits reads a bit-field of C: count bits from one on, in a number of size bytes, of
// which those that do not count may be missing. The first member of a struct has the lowest
// bits on a little-endian machine, and the highest on a big-endian one.
func Bits(v []byte, size, first, count int) uint64 {
	var n [8]byte
	copy(n[:size], v)
	if LittleEndian() {
		return binary.LittleEndian.Uint64(n[:]) << ((64 - first - count) & 63) >> ((64 - count) & 63)
	}
	return binary.BigEndian.Uint64(n[:]) << (first & 63) >> ((64 - count) & 63)
}

// Nibbles is a byte of two bit-fields of four bits each, as Bits reads them.
func Nibbles(first, second byte) byte {
	if LittleEndian() {
		return first&15 | second<<4
	}
	return first<<4 | second&15
}

// U16 reads a 16-bit value in host order.
func U16(v []byte) uint16 {
	if len(v) < 2 {
		return 0
	}
	return NE.Uint16(v)
}

// U32 reads a 32-bit value in host order.
func U32(v []byte) uint32 {
	if len(v) < 4 {
		return 0
	}
	return NE.Uint32(v)
}

// U64 reads a 64-bit value in host order.
func U64(v []byte) uint64 {
	if len(v) < 8 {
		return 0
	}
	return NE.Uint64(v)
}

// Be16 reads a 16-bit value in network order.
func Be16(v []byte) uint16 {
	if len(v) < 2 {
		return 0
	}
	return binary.BigEndian.Uint16(v)
}

// Be32 reads a 32-bit value in network order.
func Be32(v []byte) uint32 {
	if len(v) < 4 {
		return 0
	}
	return binary.BigEndian.Uint32(v)
}

// Be64 reads a 64-bit value in network order.
func Be64(v []byte) uint64 {
	if len(v) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(v)
}

// Str reads a string up to its NUL.
func Str(v []byte) string { return string(CStr(v)) }

// CStr returns the bytes of a string up to its NUL, without copying.
func CStr(v []byte) []byte {
	if n := bytes.IndexByte(v, 0); n >= 0 {
		return v[:n]
	}
	return v
}
