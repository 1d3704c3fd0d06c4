package rtnl

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// NE is the byte order of netlink, the machine's own.
var NE = binary.NativeEndian

// LittleEndian reports whether that begins with the lowest byte.
func LittleEndian() bool { return NE.Uint16([]byte{1, 0}) == 1 }

// A Msg is a request under construction: header, family struct, attributes,
// in one buffer that is reused from request to request. The zero Msg must be
// Reset before use.
type Msg struct{ b []byte }

const headerLen = unix.SizeofNlMsghdr

var zeroHeader [headerLen]byte

// New returns a request of the given type; NLM_F_REQUEST is always set.
func New(typ, flags uint16) *Msg {
	m := &Msg{b: make([]byte, 0, 512)}
	m.Reset(typ, flags)
	return m
}

// Request returns a request without further flags that begins with the struct of its
// family, as Put appends it.
func Request[T any](typ uint16, head T) *Msg {
	m := New(typ, 0)
	Put(m, head)
	return m
}

// Links asks for links: for all of them, unless the request says more. The bits of mask
// tell what is to be there besides, and what may be left out (RTEXT_FILTER_…).
func Links(mask uint32) *Msg {
	m := Request(unix.RTM_GETLINK, unix.IfInfomsg{})
	if mask != 0 {
		m.U32(unix.IFLA_EXT_MASK, mask)
	}
	return m
}

// LinkNamed asks for the link of a name.
func LinkNamed(name string) *Msg {
	m := Links(0)
	m.Str(unix.IFLA_IFNAME, name)
	return m
}

// LinkKind says of which kind a link is, or those are that are asked for: an old kernel
// sends all links nevertheless.
func (m *Msg) LinkKind(kind string) {
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Bytes(unix.IFLA_INFO_KIND, kind)
	m.End(info)
}

// Reset starts a new request in the same buffer.
func (m *Msg) Reset(typ, flags uint16) {
	m.b = append(m.b[:0], zeroHeader[:]...)
	NE.PutUint16(m.b[4:], typ)
	NE.PutUint16(m.b[6:], flags|unix.NLM_F_REQUEST)
}

// Type returns the message type.
func (m *Msg) Type() uint16 { return NE.Uint16(m.b[4:]) }

// SetType changes the message type: the number of a generic netlink family is
// known last.
func (m *Msg) SetType(typ uint16) { NE.PutUint16(m.b[4:], typ) }

// Flags returns the NLM_F flags.
func (m *Msg) Flags() uint16 { return NE.Uint16(m.b[6:]) }

// SetFlags adds NLM_F flags.
func (m *Msg) SetFlags(f uint16) { NE.PutUint16(m.b[6:], m.Flags()|f) }

// Body returns what follows the netlink header. Writing to it changes the
// message: parsers patch the family struct there.
func (m *Msg) Body() []byte { return m.b[headerLen:] }

// seal fills in length, sequence number and port, and returns the bytes.
func (m *Msg) seal(seq, pid uint32) []byte {
	NE.PutUint32(m.b, uint32(len(m.b)))
	NE.PutUint32(m.b[8:], seq)
	NE.PutUint32(m.b[12:], pid)
	return m.b
}

// Put appends a fixed kernel struct, a family header (unix.IfInfomsg,
// unix.RtMsg, …), Padded to four bytes. T must hold no pointers.
func Put[T any](m *Msg, v T) {
	m.Raw(unsafe.Slice((*byte)(unsafe.Pointer(&v)), unsafe.Sizeof(v)))
}

// View returns b read as the kernel struct T, which shares b's memory, and
// what follows it; nil if b is too short.
func View[T any](b []byte) (*T, []byte) {
	var zero T
	n := int(unsafe.Sizeof(zero))
	if len(b) < n {
		return nil, nil
	}
	return (*T)(unsafe.Pointer(&b[0])), b[min(align(n), len(b)):]
}

func align(n int) int { return (n + 3) &^ 3 }

// Raw appends bytes, Padded to four.
func (m *Msg) Raw(v []byte) {
	m.b = append(m.b, v...)
	m.pad()
}

func (m *Msg) pad() { m.b = Padded(m.b) }

// Padded appends zeros up to a multiple of four bytes.
func Padded(b []byte) []byte {
	for len(b)&3 != 0 {
		b = append(b, 0)
	}
	return b
}

func (m *Msg) attr(typ uint16, n int) {
	m.b = NE.AppendUint16(m.b, uint16(4+n))
	m.b = NE.AppendUint16(m.b, typ)
}

// Attr appends an attribute.
func (m *Msg) Attr(typ uint16, v []byte) {
	m.attr(typ, len(v))
	m.Raw(v)
}

// Flag appends an attribute without a value.
func (m *Msg) Flag(typ uint16) { m.attr(typ, 0) }

// U8 appends an attribute of one byte.
func (m *Msg) U8(typ uint16, v uint8) {
	m.attr(typ, 1)
	m.b = append(m.b, v, 0, 0, 0)
}

// AppendUint appends a number of 1, 2, 4 or 8 bytes in host order, or of none.
func AppendUint(b []byte, size int, n uint64) []byte {
	switch size {
	case 1:
		return append(b, byte(n))
	case 2:
		return NE.AppendUint16(b, uint16(n))
	case 4:
		return NE.AppendUint32(b, uint32(n))
	case 8:
		return NE.AppendUint64(b, n)
	}
	return b
}

// AppendUint32s appends numbers of 32 bits, one after the other as in a struct.
func AppendUint32s(b []byte, nums ...uint32) []byte {
	for _, n := range nums {
		b = NE.AppendUint32(b, n)
	}
	return b
}

// U16 appends a 16-bit attribute in host order.
func (m *Msg) U16(typ, v uint16) {
	m.attr(typ, 2)
	m.b = append(NE.AppendUint16(m.b, v), 0, 0)
}

// U32 appends a 32-bit attribute in host order.
func (m *Msg) U32(typ uint16, v uint32) {
	m.attr(typ, 4)
	m.b = NE.AppendUint32(m.b, v)
}

// U64 appends a 64-bit attribute in host order.
func (m *Msg) U64(typ uint16, v uint64) {
	m.attr(typ, 8)
	m.b = NE.AppendUint64(m.b, v)
}

// Be16 appends a 16-bit attribute in network order.
func (m *Msg) Be16(typ, v uint16) {
	m.attr(typ, 2)
	m.b = append(binary.BigEndian.AppendUint16(m.b, v), 0, 0)
}

// Be32 appends a 32-bit attribute in network order.
func (m *Msg) Be32(typ uint16, v uint32) {
	m.attr(typ, 4)
	m.b = binary.BigEndian.AppendUint32(m.b, v)
}

// Be64 appends a 64-bit attribute in network order.
func (m *Msg) Be64(typ uint16, v uint64) {
	m.attr(typ, 8)
	m.b = binary.BigEndian.AppendUint64(m.b, v)
}

// Str appends a string with its final NUL.
func (m *Msg) Str(typ uint16, s string) {
	m.attr(typ, len(s)+1)
	m.b = append(append(m.b, s...), 0)
	m.pad()
}

// Bytes appends a string without a final NUL.
func (m *Msg) Bytes(typ uint16, s string) {
	m.attr(typ, len(s))
	m.b = append(m.b, s...)
	m.pad()
}

// Nest opens a nested attribute; End closes it. The NLA_F_NESTED bit is set
// only if typ has it, as iproute2 sets it for some attributes only.
func (m *Msg) Nest(typ uint16) int {
	at := len(m.b)
	m.attr(typ, 0)
	return at
}

// End closes the nest that Nest opened.
func (m *Msg) End(nest int) { NE.PutUint16(m.b[nest:], uint16(len(m.b)-nest)) }

// Empty reports whether nothing was added to the nest yet.
func (m *Msg) Empty(nest int) bool { return len(m.b) == nest+4 }

// Mark returns the place where the next attribute will stand.
func (m *Msg) Mark() int { return len(m.b) }

// Truncate drops what was added since mark.
func (m *Msg) Truncate(mark int) { m.b = m.b[:mark] }

// Since returns the attributes added since mark.
func (m *Msg) Since(mark int) []byte { return m.b[mark:] }
