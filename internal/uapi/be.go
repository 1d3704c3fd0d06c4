package uapi

import "encoding/binary"

// A Be16 is a bit or number of a field in network order, which the headers call
// __be16, as a number: it is read by rtnl.Be16 and written by (*rtnl.Msg).Be16. The
// headers have the bytes in the order of the machine they are compiled for
// (GRE_KEY is 0x2000 on one machine, 0x20 on another); a type of its own keeps
// them from meeting a field in the machine's order.
type Be16 uint16

// A Be32 is the same for __be32.
type Be32 uint32

// Htons is htons(3), and ntohs: the number whose bytes in the machine's order are
// those of v in network order.
func Htons(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}
