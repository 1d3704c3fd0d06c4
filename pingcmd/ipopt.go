package pingcmd

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"

	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// The options of IPv4 (RFC 791).
const (
	maxIPOptions = 40
	firstHop     = 4 // where the pointer of a route begins
	firstStamp   = 5
	recordHops   = 9
)

// setIPOptions sets what -R, -T or hops in front of the target ask for.
func (f *ping4) setIPOptions() error {
	if f.record {
		b := make([]byte, 1+3+4*recordHops)
		copy(b, []byte{uapi.IPOPT_NOP, uapi.IPOPT_RR, byte(len(b) - 1), firstHop})
		if err := f.putOptions(b); err != nil {
			return f.refused("record route", err)
		}
	}
	if f.stamps {
		if err := f.setStampOption(); err != nil {
			return f.refused("ts option", err)
		}
	}
	if f.sourceRoute {
		kind := byte(uapi.IPOPT_LSRR)
		if f.dontRoute {
			kind = uapi.IPOPT_SSRR
		}
		b := []byte{uapi.IPOPT_NOP, kind, byte(3 + 4*len(f.hops)), firstHop}
		for _, hop := range f.hops {
			b = append(b, hop[:]...)
		}
		if err := f.putOptions(b); err != nil {
			return f.refused("record route", err)
		}
	}
	return nil
}

// setStampOption asks for time stamps, without the rest if the kernel has none of
// that kind.
func (f *ping4) setStampOption() error {
	b := make([]byte, maxIPOptions)
	switch f.stampType {
	case uapi.IPOPT_TS_TSANDADDR:
		b = b[:36]
	case uapi.IPOPT_TS_PRESPEC:
		b = b[:4+8*len(f.hops)]
		for i, hop := range f.hops {
			copy(b[4+8*i:], hop[:])
		}
	}
	copy(b, []byte{uapi.IPOPT_TIMESTAMP, byte(len(b)), firstStamp, f.stampType})
	err := f.putOptions(b)
	if err != nil {
		b[3] = 2
		err = f.putOptions(b)
	}
	return err
}

func (f *ping4) putOptions(b []byte) error {
	return unix.SetsockoptString(f.sock.fd, unix.SOL_IP, unix.IP_OPTIONS, string(b))
}

// An optionReader reads the options of a packet. Their lengths and pointers may
// be any: behind the buffer there are zeros.
type optionReader struct{ rest []byte }

func (r *optionReader) at(i int) byte {
	if i < len(r.rest) {
		return r.rest[i]
	}
	return 0
}

func (r *optionReader) skip(n int) { r.rest = r.rest[min(n, len(r.rest)):] }

func (r *optionReader) byte() byte {
	c := r.at(0)
	r.skip(1)
	return c
}

func (r *optionReader) word() (b [4]byte) {
	copy(b[:], r.rest)
	r.skip(4)
	return b
}

// appendOptions prints the options of a packet: total bytes at the head of b,
// which may go on.
func (f *ping4) appendOptions(out, b []byte, total int) []byte {
	r := optionReader{b}
	for total > 0 && r.at(0) != uapi.IPOPT_END {
		if r.at(0) == uapi.IPOPT_NOP {
			out = append(out, "\nNOP"...)
			total--
			r.skip(1)
			continue
		}
		n := int(r.at(1))
		if n < 2 || n > total {
			break
		}
		out = f.appendOption(out, r)
		total -= n
		r.skip(n)
	}
	return out
}

// appendOption prints one option: its kind, its length, a pointer behind what is
// filled in, and data.
func (f *ping4) appendOption(out []byte, r optionReader) []byte {
	kind, n := r.byte(), int(r.byte())
	switch kind {
	case uapi.IPOPT_LSRR:
		return f.appendRoute(append(out, "\nLSRR: "...), r, n)
	case uapi.IPOPT_SSRR:
		return f.appendRoute(append(out, "\nSSRR: "...), r, n)
	case uapi.IPOPT_RR:
		return f.appendRecord(out, r, min(int(r.at(0)), n)-firstHop)
	case uapi.IPOPT_TIMESTAMP:
		return f.appendStamps(out, r, min(int(r.at(0)), n)-firstStamp)
	}
	return strconv.AppendUint(append(out, "\nunknown option "...), uint64(kind), 16)
}

// appendRoute prints a source route. The real tool takes the pointer, at the
// head of r, for a part of the first address.
func (f *ping4) appendRoute(out []byte, r optionReader, n int) []byte {
	for ; n > firstHop; n -= 4 {
		out = append(f.appendHop(out, r.word()), '\n')
	}
	return out
}

// appendRecord prints the n bytes of a route that are filled in, or that they
// are the last packet's.
func (f *ping4) appendRecord(out []byte, r optionReader, n int) []byte {
	if n <= 0 {
		return out
	}
	route := r.rest[:min(n, len(r.rest))]
	if n == f.lastLen && bytes.Equal(route, f.lastRoute) && !f.flood {
		return append(out, "\t(same route)"...)
	}
	f.lastLen, f.lastRoute = n, append(f.lastRoute[:0], route...)
	out = append(out, "\nRR: "...)
	for r.skip(1); n > 0; n -= 4 {
		out = append(f.appendHop(out, r.word()), '\n')
	}
	return out
}

func (f *ping4) appendHop(out []byte, hop [4]byte) []byte {
	out = append(out, '\t')
	if hop == [4]byte{} {
		return append(out, "0.0.0.0"...)
	}
	return f.appendName(out, netip.AddrFrom4(hop), 0)
}

// appendStamps prints n bytes of time stamps, which follow the pointer and a
// byte of flags: the kind, and how many hops had no room.
func (f *ping4) appendStamps(out []byte, r optionReader, n int) []byte {
	if n <= 0 {
		return out
	}
	out = append(out, "\nTS: "...)
	r.skip(1)
	flags := r.byte()
	var w stampWriter
	for n > 0 {
		if flags&15 != uapi.IPOPT_TS_TSONLY {
			out = f.appendHop(out, r.word())
			if n -= 4; n <= 0 {
				break
			}
		}
		word := r.word()
		out = append(w.append(out, binary.BigEndian.Uint32(word[:])), '\n')
		n -= 4
	}
	if flags>>4 != 0 {
		out = strconv.AppendUint(append(out, "Unrecorded hops: "...), uint64(flags>>4), 10)
		out = append(out, '\n')
	}
	return out
}

// A stampWriter prints the first stamp of each of two kinds, milliseconds since
// midnight and anything else, and how much later the others are.
type stampWriter struct{ standard, other int64 }

func (w *stampWriter) append(out []byte, v uint32) []byte {
	const notStandard = 1 << 31
	last, text := &w.standard, ""
	if v&notStandard != 0 {
		last, text = &w.other, " not-standard"
	}
	ms := int64(v &^ notStandard)
	out = strconv.AppendInt(append(out, '\t'), ms-*last, 10)
	if *last == 0 {
		out = append(out, " absolute"...)
	}
	*last = ms
	return append(out, text...)
}
