package prop

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// answer is the host behind a tun device that answers echo requests, and queries
// for node information, in ways that no kernel does:
//
//	answer DEVICE FILE
//
// Each line of the file has an address and what is to be done about a packet to
// it, one word after the other, to a plain reply:
//
//	type=N code=N     those of the ICMP header
//	id=N seq=N        what is added to them
//	word=HEX          the second word of the header
//	sum               a wrong checksum
//	cut=N             only so many bytes of the ICMP message
//	data=N:HEX        bytes at a place of the message
//	body=HEX          instead of what follows the header
//	error             the request, from its IP header on, instead of that
//	opt=HEX           IP options
//	from=ADDRESS      another sender
//	ttl=N
//	twice             and once more
func answer(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: answer DEVICE FILE")
	}
	text, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	ways := map[netip.Addr][]string{}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		a, err := netip.ParseAddr(words[0])
		if err != nil {
			return err
		}
		ways[a] = words[1:]
	}
	fd, err := openTun(args[0])
	if err != nil {
		return err
	}
	return answerAll(fd, ways)
}

func openTun(name string) (int, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return 0, err
	}
	ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	return fd, unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr)
}

func answerAll(fd int, ways map[netip.Addr][]string) error {
	b := make([]byte, 1<<16)
	for {
		n, err := unix.Read(fd, b)
		if err != nil {
			return err
		}
		q, ok := parse(b[:n])
		if !ok {
			continue
		}
		way, ok := ways[q.to]
		if !ok {
			continue
		}
		r := reply(q)
		for _, word := range way {
			if err := r.do(q, word); err != nil {
				return fmt.Errorf("%s: %w", word, err)
			}
		}
		for range r.times {
			if _, err := unix.Write(fd, r.packet()); err != nil {
				fmt.Fprintln(os.Stderr, "answer:", err)
			}
		}
	}
}

// A question is a packet that came.
type question struct {
	whole, icmp []byte
	from, to    netip.Addr
}

const (
	echo4, echo6, nodeQuery = 8, 128, 139
	ipHeader, ip6Header     = 20, 40
)

// parse reads an echo request or a query for node information.
func parse(b []byte) (q question, ok bool) {
	q.whole = b
	switch {
	case len(b) >= ipHeader+8 && b[0]>>4 == 4 && b[9] == unix.IPPROTO_ICMP:
		q.icmp = b[int(b[0]&15)*4:]
		q.from, q.to = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
		return q, q.icmp[0] == echo4
	case len(b) >= ip6Header+8 && b[0]>>4 == 6 && b[6] == unix.IPPROTO_ICMPV6:
		q.icmp = b[ip6Header:]
		q.from, q.to = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
		return q, q.icmp[0] == echo6 || q.icmp[0] == nodeQuery
	}
	return q, false
}

// A response is what goes back.
type response struct {
	icmp     []byte
	options  []byte
	from, to netip.Addr
	ttl      byte
	spoiled  bool // the checksum
	times    int
}

// reply is what a kernel would say, with the next type: all three have it so,
// but for the reply of IPv4, which is 0.
func reply(q question) *response {
	r := &response{icmp: append([]byte{}, q.icmp...), from: q.to, to: q.from, ttl: 64, times: 1}
	r.icmp[0]++
	if q.to.Is4() {
		r.icmp[0] = 0
	}
	return r
}

// do does one word to a reply.
func (r *response) do(q question, word string) error {
	key, value, _ := strings.Cut(word, "=")
	n, err := strconv.Atoi(value)
	switch key {
	case "type", "code", "id", "seq", "cut", "ttl":
		if err != nil {
			return err
		}
		return r.number(key, n)
	case "sum":
		r.spoiled = true
	case "twice":
		r.times = 2
	case "error":
		r.icmp = append(r.icmp[:8:8], q.whole[:min(len(q.whole), 1000)]...)
	case "from":
		r.from, err = netip.ParseAddr(value)
		return err
	case "data":
		place, text, _ := strings.Cut(value, ":")
		at, err := strconv.Atoi(place)
		if err != nil || at > len(r.icmp) {
			return errors.New("no such place")
		}
		b, err := hex.DecodeString(text)
		r.icmp = append(r.icmp[:at:at], append(b, r.icmp[min(at+len(b), len(r.icmp)):]...)...)
		return err
	default:
		b, err := hex.DecodeString(value)
		if err != nil {
			return err
		}
		return r.bytes(key, b)
	}
	return nil
}

func (r *response) number(key string, n int) error {
	add := func(at int) {
		binary.BigEndian.PutUint16(r.icmp[at:], binary.BigEndian.Uint16(r.icmp[at:])+uint16(n))
	}
	switch key {
	case "type":
		r.icmp[0] = byte(n)
	case "code":
		r.icmp[1] = byte(n)
	case "id":
		add(4)
	case "seq":
		add(6)
	case "cut":
		r.icmp = r.icmp[:min(n, len(r.icmp))]
	case "ttl":
		r.ttl = byte(n)
	}
	return nil
}

func (r *response) bytes(key string, b []byte) error {
	switch key {
	case "word":
		copy(r.icmp[4:8], b)
	case "body":
		r.icmp = append(r.icmp[:8:8], b...)
	case "node":
		// What follows the nonce.
		r.icmp = append(r.icmp[:16:16], b...)
	case "opt":
		r.options = b
	default:
		return errors.New("unknown word")
	}
	return nil
}

func (r *response) packet() []byte {
	if r.from.Is4() {
		return r.packet4()
	}
	return r.packet6()
}

func (r *response) packet4() []byte {
	r.check(nil)
	header := make([]byte, ipHeader, ipHeader+len(r.options))
	header[0] = 4<<4 | byte((ipHeader+len(r.options))/4)
	binary.BigEndian.PutUint16(header[2:], uint16(ipHeader+len(r.options)+len(r.icmp)))
	header[8], header[9] = r.ttl, unix.IPPROTO_ICMP
	copy(header[12:], r.from.AsSlice())
	copy(header[16:], r.to.AsSlice())
	header = append(header, r.options...)
	binary.BigEndian.PutUint16(header[10:], checksum(header))
	return append(header, r.icmp...)
}

func (r *response) packet6() []byte {
	pseudo := append(append([]byte{}, r.from.AsSlice()...), r.to.AsSlice()...)
	pseudo = binary.BigEndian.AppendUint32(pseudo, uint32(len(r.icmp)))
	r.check(append(pseudo, 0, 0, 0, unix.IPPROTO_ICMPV6))
	header := make([]byte, ip6Header)
	header[0] = 6 << 4
	binary.BigEndian.PutUint16(header[4:], uint16(len(r.icmp)))
	header[6], header[7] = unix.IPPROTO_ICMPV6, r.ttl
	copy(header[8:], r.from.AsSlice())
	copy(header[24:], r.to.AsSlice())
	return append(header, r.icmp...)
}

// check fills in the checksum, with what else it counts in front of the message.
func (r *response) check(pseudo []byte) {
	if len(r.icmp) < 4 {
		return
	}
	r.icmp[2], r.icmp[3] = 0, 0
	sum := checksum(append(pseudo, r.icmp...))
	if r.spoiled {
		sum++
	}
	binary.BigEndian.PutUint16(r.icmp[2:], sum)
}

// checksum is that of RFC 1071.
func checksum(b []byte) uint16 {
	sum := uint32(0)
	for i := 0; i < len(b); i += 2 {
		sum += uint32(b[i]) << 8
		if i+1 < len(b) {
			sum += uint32(b[i+1])
		}
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}
