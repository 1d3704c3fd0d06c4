package pingcmd

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"gip/internal/show"
	"gip/internal/uapi"
)

// A row of the texts of ICMP: the type, the code (any if negative) and the
// text. In a text, %c stands for the code and %i for the number that comes with
// the message, such as an MTU.
type icmpRow struct {
	typ, code int
	text      string
}

const anyCode = -1

// RFC 792, RFC 1122, RFC 1812; RFC 950 for the masks. The row for any code
// stands behind those for one.
var icmp4Texts = [...]icmpRow{
	{0, anyCode, "Echo Reply"},
	{3, 0, "Destination Net Unreachable"},
	{3, 1, "Destination Host Unreachable"},
	{3, 2, "Destination Protocol Unreachable"},
	{3, 3, "Destination Port Unreachable"},
	{3, 4, "Frag needed and DF set (mtu = %i)"},
	{3, 5, "Source Route Failed"},
	{3, 6, "Destination Net Unknown"},
	{3, 7, "Destination Host Unknown"},
	{3, 8, "Source Host Isolated"},
	{3, 9, "Destination Net Prohibited"},
	{3, 10, "Destination Host Prohibited"},
	{3, 11, "Destination Net Unreachable for Type of Service"},
	{3, 12, "Destination Host Unreachable for Type of Service"},
	{3, 13, "Packet filtered"},
	{3, 14, "Precedence Violation"},
	{3, 15, "Precedence Cutoff"},
	{3, anyCode, "Dest Unreachable, Bad Code: %c"},
	{4, anyCode, "Source Quench"},
	{5, 0, "Redirect Network"},
	{5, 1, "Redirect Host"},
	{5, 2, "Redirect Type of Service and Network"},
	{5, 3, "Redirect Type of Service and Host"},
	{5, anyCode, "Redirect, Bad Code: %c"},
	{8, anyCode, "Echo Request"},
	{11, 0, "Time to live exceeded"},
	{11, 1, "Frag reassembly time exceeded"},
	{11, anyCode, "Time exceeded, Bad Code: %c"},
	{12, anyCode, "Parameter problem: pointer = %i"},
	{13, anyCode, "Timestamp"},
	{14, anyCode, "Timestamp Reply"},
	{15, anyCode, "Information Request"},
	{16, anyCode, "Information Reply"},
	{17, anyCode, "Address Mask Request"},
	{18, anyCode, "Address Mask Reply"},
}

// RFC 4443; RFC 2710 for MLD.
var icmp6Texts = [...]icmpRow{
	{1, 0, "Destination unreachable: No route"},
	{1, 1, "Destination unreachable: Administratively prohibited"},
	{1, 2, "Destination unreachable: Beyond scope of source address"},
	{1, 3, "Destination unreachable: Address unreachable"},
	{1, 4, "Destination unreachable: Port unreachable"},
	{1, 5, "Destination unreachable: Source address failed ingress/egress policy"},
	{1, 6, "Destination unreachable: Reject route to destination"},
	{1, anyCode, "Destination unreachable: Unknown code %c"},
	{2, 0, "Packet too big: mtu=%i"},
	{2, anyCode, "Packet too big: mtu=%i, code=%c"},
	{3, 0, "Time exceeded: Hop limit"},
	{3, 1, "Time exceeded: Defragmentation failure"},
	{3, anyCode, "Time exceeded: code %c"},
	{4, 0, "Parameter problem: Wrong header field at %i"},
	{4, 1, "Parameter problem: Unknown header at %i"},
	{4, 2, "Parameter problem: Unknown option at %i"},
	{4, anyCode, "Parameter problem: code %c at %i"},
	{128, anyCode, "Echo request"},
	{129, anyCode, "Echo reply"},
	{130, anyCode, "MLD Query"},
	{131, anyCode, "MLD Report"},
	{132, anyCode, "MLD Reduction"},
}

// An icmpError is what a message says of an error: its type and code, and the
// number in its second word.
type icmpError struct {
	typ, code byte
	info      uint32
}

// append writes the text of the table for an error; unknown and the type where
// there is none.
func (e icmpError) append(b []byte, table []icmpRow, unknown string) []byte {
	for _, row := range table {
		if row.typ == int(e.typ) && (row.code == anyCode || row.code == int(e.code)) {
			return e.fillIn(b, row.text)
		}
	}
	return strconv.AppendUint(append(b, unknown...), uint64(e.typ), 10)
}

func (e icmpError) fillIn(b []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b = append(b, text[i])
			continue
		}
		n := uint64(e.code)
		if i++; text[i] == 'i' {
			n = uint64(e.info)
		}
		b = strconv.AppendUint(b, n, 10)
	}
	return b
}

// appendICMP writes what an ICMP message says. original is the packet that it is
// about, from its IP header on, or nil if that is not known.
func (f *ping4) appendICMP(b []byte, e icmpError, original []byte) []byte {
	b = e.append(b, icmp4Texts[:], "Bad ICMP type: ")
	if e.typ == uapi.ICMP_REDIRECT {
		b = append(b, "(New nexthop: "...)
		hop := [4]byte(binary.BigEndian.AppendUint32(nil, e.info))
		b = append(f.appendName(b, netip.AddrFrom4(hop), 0), ')')
	}
	b = append(b, '\n')
	switch e.typ {
	case uapi.ICMP_DEST_UNREACH, uapi.ICMP_SOURCE_QUENCH, uapi.ICMP_REDIRECT, uapi.ICMP_TIME_EXCEEDED, uapi.ICMP_PARAMETERPROB:
		if f.verbose && len(original) >= ip4Header {
			b = f.appendHeader(b, original)
		}
	}
	return b
}

// appendHeader prints an IPv4 header: its words as this machine reads them.
func (f *ping4) appendHeader(b, ip []byte) []byte {
	b = append(b, "Vr HL TOS  Len   ID Flg  off TTL Pro  cks      Src      Dst Data\n"...)
	word := func(at int) uint64 { return uint64(binary.NativeEndian.Uint16(ip[at:])) }
	offset := word(6)
	for _, field := range []struct {
		gap   string
		n     uint64
		width int
	}{
		{" ", uint64(ip[0] >> 4), 1}, {"  ", uint64(ip[0] & 15), 1}, {"  ", uint64(ip[1]), 2}, {" ", word(2), 4}, {" ", word(4), 4},
		{"   ", offset & 0xe000 >> 13, 1}, {" ", offset & 0x1fff, 4},
		{"  ", uint64(ip[8]), 2}, {"  ", uint64(ip[9]), 2}, {" ", word(10), 4},
	} {
		b = show.AppendHexDigits(append(b, field.gap...), field.n, field.width)
	}
	b = append(show.AppendIPv4(append(b, ' '), [4]byte(ip[12:])), ' ')
	b = append(show.AppendIPv4(append(b, ' '), [4]byte(ip[16:])), " \n"...)
	return f.appendOptions(b, ip[ip4Header:], int(ip[0]&15)*4-ip4Header)
}
