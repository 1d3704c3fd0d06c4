package pingcmd

import (
	"encoding/binary"
	"math"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"gip/internal/cli"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

func TestRoundTripText(t *testing.T) {
	for us, want := range map[int64]string{
		0: "0.000", 44: "0.044", 999: "0.999", 1000: "1.00", 1234: "1.23", 9994: "9.99", 9995: "10.0", 12345: "12.3", 99949: "99.9",
		99950: "100", 123456: "123",
	} {
		if got := string(appendRoundTrip(nil, us, false)); got != want {
			t.Errorf("%d µs: got %s, want %s", us, got, want)
		}
	}
	if got := string(appendRoundTrip(nil, 123456, true)); got != "123.456" {
		t.Errorf("precise: got %s", got)
	}
}

// TestSum adds a packet up as RFC 1071 does, in parts and as a whole.
func TestSum(t *testing.T) {
	b := []byte{8, 0, 0, 0, 0x12, 0x34, 0, 1, 'a', 'b', 'c'}
	check := sum(0).add(b[8:]).add(b[:8]).fold()
	binary.NativeEndian.PutUint16(b[2:], check)
	if got := sum(0).add(b).fold(); got != 0 {
		t.Errorf("a packet with its checksum sums to %#x", got)
	}
	if want := uint16(0x2168); binary.BigEndian.Uint16(b[2:]) != want {
		t.Errorf("checksum %#x, want %#x", b[2:4], want)
	}
}

// TestICMPText takes rows with a number and without, and one that is not there.
func TestICMPText(t *testing.T) {
	for _, c := range []struct {
		table []icmpRow
		e     icmpError
		want  string
	}{
		{icmp4Texts[:], icmpError{3, 4, 1400}, "Frag needed and DF set (mtu = 1400)"},
		{icmp4Texts[:], icmpError{11, 0, 0}, "Time to live exceeded"},
		{icmp4Texts[:], icmpError{3, 77, 0}, "Dest Unreachable, Bad Code: 77"},
		{icmp4Texts[:], icmpError{99, 0, 0}, "unknown 99"},
		{icmp6Texts[:], icmpError{1, 3, 0}, "Destination unreachable: Address unreachable"},
		{icmp6Texts[:], icmpError{2, 1, 1280}, "Packet too big: mtu=1280, code=1"},
		{icmp6Texts[:], icmpError{4, 9, 7}, "Parameter problem: code 9 at 7"},
	} {
		if got := string(c.e.append(nil, c.table, "unknown ")); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestPipe: what counts is how many packets were sent after the one that is
// answered, not how many of those before it are lost; another's answers do not.
func TestPipe(t *testing.T) {
	for _, c := range []struct {
		sent int
		seqs []uint16
		want int
	}{
		{5, nil, -1},
		{5, []uint16{5}, 1},
		{5, []uint16{3, 5}, 3},
		{5, []uint16{6}, -1}, // one that was not sent
		{65537, []uint16{65535}, 3},
	} {
		p := &pinger{stats: newStats()}
		for range c.sent {
			p.advance()
		}
		for _, seq := range c.seqs {
			p.acknowledge(seq)
		}
		if p.pipe != c.want {
			t.Errorf("%d sent, %d answered: pipe %d, want %d", c.sent, c.seqs, p.pipe, c.want)
		}
	}
}

// TestInFlight: a reply stands for all packets before it, across the end of the
// sequence numbers, too.
func TestInFlight(t *testing.T) {
	p := &pinger{stats: newStats()}
	for i := range int64(70000) {
		p.advance()
		p.received = i
		if i%100 == 0 {
			p.acknowledge(uint16(p.sent))
			if n := p.inFlight(); n != 0 {
				t.Fatalf("after %d packets, all answered: %d under way", p.sent, n)
			}
		}
	}
	if n := p.inFlight(); n != 99 {
		t.Errorf("got %d under way, want 99", n)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		msg, want string
		next      int
		ok        bool
	}{
		{"\x03foo\x03bar\x00", "foo.bar", 9, true},
		{"\x03f.o\x00", `f\.o`, 5, true},
		{"\x02\x1b\xff\x00", `\027\255`, 4, true},
		{"\x00", "", 1, true},
		{"\x03fo", "", 0, false},
		{"\xc0\x00", "", 0, false}, // itself
		{"\x01a\xc0\x00", "", 0, false},
		{"\x40", "", 0, false},
	} {
		got, next, ok := appendName(nil, []byte(c.msg), 0)
		if ok != c.ok || ok && (string(got) != c.want || next != c.next) {
			t.Errorf("%q: got %q %d %v, want %q %d %v", c.msg, got, next, ok, c.want, c.next, c.ok)
		}
	}
	for in, want := range map[string]string{
		"a.bc": "\x01a\x02bc\x00", "a.": "\x01a\x00", "": "\x00", `a\.b`: "\x03a.b\x00", `\065`: "\x01A\x00", "a..b": "", ".a": "", `a\`: "",
		strings.Repeat("x", 64): "",
	} {
		if got, ok := packName(in); ok != (want != "") || ok && string(got) != want {
			t.Errorf("%q: got %q %v, want %q", in, got, ok, want)
		}
	}
}

// TestFarClock: a packet's time is another's word.
func TestFarClock(t *testing.T) {
	p := testPinger(t)
	at := time.Unix(1000, 5000)
	for _, c := range []struct {
		sec, usec, want int64
		back            bool
	}{
		{1000, 0, 5, false}, {999, 999999, 6, false}, {1001, 0, 0, true}, {math.MinInt64, 0, 0, true}, {-5000, 0, 0, false},
		{1000, math.MaxInt64, 0, true}, {1000, -5000000, 999999, false},
	} {
		if us, back := p.since(at, c.sec, c.usec); us != c.want || back != c.back {
			t.Errorf("%d s, %d µs: got %d %v, want %d %v", c.sec, c.usec, us, back, c.want, c.back)
		}
	}
}

func testPinger(t testing.TB) *pinger {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { null.Close() })
	e := cli.New(os.Stdin, null, null, cli.Options{})
	p := &pinger{config: defaults(), tool: tool{env: e, pen: e.Pen, prog: "ping", refusal: statusRefused, cols: noColumns}, stats: newStats(), packet: make([]byte, maxPacket)}
	p.numeric, p.timed, p.ident, p.sent, p.host = true, true, 7, 1, "host"
	p.sock4.typ, p.sock6.typ = unix.SOCK_RAW, unix.SOCK_RAW
	return p
}

// fuzzed is a message that was received with any data.
func fuzzed(b, control []byte) *message {
	m := newMessage(len(b) + 1)
	m.data = m.room[:copy(m.room, b)]
	m.hdr.SetControllen(copy(m.control[:], control))
	return m
}

// FuzzReceive4 feeds packets of any form to the readers of IPv4, of both kinds
// of sockets.
func FuzzReceive4(f *testing.F) {
	f.Add([]byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 0, 0, 0, 0, 0, 7, 0, 1}, []byte{}, true, uint8(0))
	f.Add([]byte{
		0x47, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 7, 7, 8, 1, 2, 3, 4, 0,
		0, 0, 0, 0, 0, 7, 0, 1,
	}, []byte{}, true, uint8(3))
	f.Add([]byte{0, 0, 0, 0, 0, 7, 0, 1}, []byte{30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 68, 12, 13, 1, 1, 2, 3, 4, 0x80, 0, 0, 1, 137, 255}, false, uint8(1))
	f.Fuzz(func(t *testing.T, b, control []byte, raw bool, how uint8) {
		p := testPinger(t)
		p.verbose, p.quiet, p.flood, p.date, p.audible = how&1 != 0, how&2 != 0, how&4 != 0, how&8 != 0, how&16 != 0
		p.sock = &p.sock4
		if !raw {
			p.sock.typ = unix.SOCK_DGRAM
		}
		p.sock.fd = -1
		p.fam = &ping4{pinger: p}
		p.fam.receive(fuzzed(b, control))
		p.fam.receive(fuzzed(b, control))
		p.summary()
		p.status()
	})
}

// FuzzReceive6 does it for IPv6 and for node information.
func FuzzReceive6(f *testing.F) {
	f.Add([]byte{129, 0, 0, 0, 0, 7, 0, 1}, []byte{}, false, uint8(0))
	f.Add([]byte("\x8c\x00\x00\x00\x00\x02\x00\x00\x00\x01xxxxxx\x00\x00\x00\x00\x03foo\x00\x00"), []byte{}, true, uint8(1))
	f.Add([]byte("\x8c\x00\x00\x00\x00\x03\x00\x01\x00\x01xxxxxx\x00\x00\x00\x00\xfe\x80"), []byte{}, true, uint8(1))
	f.Fuzz(func(t *testing.T, b, control []byte, node bool, how uint8) {
		p := testPinger(t)
		p.verbose, p.quiet, p.flood, p.date = how&1 != 0, how&2 != 0, how&4 != 0, how&8 != 0
		p.sock = &p.sock6
		p.fam = &ping6{pinger: p}
		if node {
			p.node.query = askName
			p.node.begin([16]byte{15: 1})
			if len(b) >= nodeHeaderLen {
				nonce := p.node.nonce(binary.BigEndian.Uint16(b[nonceAt:]))
				b = append(append(append([]byte{}, b[:nonceAt]...), nonce[:]...), b[nodeHeaderLen:]...)
			}
		}
		p.fam.receive(fuzzed(b, control))
		p.summary()
	})
}

// FuzzErrorQueue feeds errors of any form to the reader of the error queue.
func FuzzErrorQueue(f *testing.F) {
	f.Add([]byte{8, 0, 0, 0, 0, 7, 0, 1}, []byte{113, 0, 0, 0, 2, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, sent, b []byte) {
		if len(b) < extendedErrLen {
			return
		}
		p := testPinger(t)
		p.sock = &p.sock4
		f := &ping4{pinger: p}
		e := parseError(fuzzed(sent, nil), b)
		if p.isEcho(&e, netip.IPv4Unspecified(), uapi.ICMP_ECHO) {
			if line, open := p.refusedBy(&e); open {
				f.appendICMP(line, e.icmp(), sent)
				e.icmp().append(line, icmp6Texts[:], "")
			}
		}
		p.sendFailed(&e, "mtu=")
	})
}
