package pingcmd

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// bufferTool is a tool that prints into a buffer.
func bufferTool(out *bytes.Buffer, prog string) tool {
	e := clitest.Env(out, cli.Options{})
	e.Stderr = out
	return tool{env: e, pen: e.Pen, prog: prog, refusal: statusRefused, cols: noColumns}
}

// printed is what a tool has printed since the last time.
func (t *tool) printed(out *bytes.Buffer) string {
	t.pen.Flush()
	defer out.Reset()
	return out.String()
}

// TestIPOptions prints the options of packets as RFC 791 has them, also cut ones.
func TestIPOptions(t *testing.T) {
	for _, c := range []struct{ options, want string }{
		{"\x01\x01\x00", "\nNOP\nNOP"},
		{"\x07\x0b\x0c\x0a\x00\x00\x01\x0a\x00\x00\x02", "\nRR: \t10.0.0.1\n\t10.0.0.2\n"},
		{"\x07\x0b\x08\x0a\x00\x00\x01\x0a\x00\x00\x02", "\nRR: \t10.0.0.1\n"},
		{"\x07\x07\x04\x00\x00\x00\x00", ""},
		{"\x83\x0b\x04\x00\x00\x00\x00\x0a\x00\x00\x02", "\nLSRR: \t4.0.0.0\n\t0.10.0.0\n"},
		{"\x89\x07\x04\x00\x00\x00\x00", "\nSSRR: \t4.0.0.0\n"},
		{"\x44\x0c\x0d\x00\x00\x00\x00\x64\x00\x00\x00\x6e", "\nTS: \t100 absolute\n\t10\n"},
		{"\x44\x0c\x0d\x31\x0a\x00\x00\x01\x80\x00\x00\x05", "\nTS: \t10.0.0.1\t5 absolute not-standard\nUnrecorded hops: 3\n"},
		{"\x94\x04\x00\x00", "\nunknown option 94"},
		{"\x07\x01", ""},
		{"\x07\x20\x08", ""}, // longer than the packet
	} {
		p := testPinger(t)
		f := &ping4{pinger: p}
		if got := string(f.appendOptions(nil, []byte(c.options), len(c.options))); got != c.want {
			t.Errorf("%x: got %q, want %q", c.options, got, c.want)
		}
	}
}

// TestSameRoute: a route that is the last packet's is not printed again.
func TestSameRoute(t *testing.T) {
	f := &ping4{pinger: testPinger(t)}
	route := []byte("\x07\x07\x08\x0a\x00\x00\x01")
	f.appendOptions(nil, route, len(route))
	if got := string(f.appendOptions(nil, route, len(route))); got != "\t(same route)" {
		t.Errorf("got %q", got)
	}
}

// TestEchoRequest builds requests of both families.
func TestEchoRequest(t *testing.T) {
	p := testPinger(t)
	p.timed, p.size, p.sent, p.ident = false, 3, 4, 0x1234
	copy(p.packet[headerLen:], "abc")
	n := (&ping4{pinger: p}).build()
	b := p.packet[:n]
	if string(b[:2])+string(b[4:]) != "\x08\x00\x12\x34\x00\x05abc" || sum(0).add(b).fold() != 0 {
		t.Errorf("IPv4: %x", b)
	}
	n = (&ping6{pinger: p}).build()
	if b := p.packet[:n]; string(b) != "\x80\x00\x00\x00\x12\x34\x00\x05abc" {
		t.Errorf("IPv6: %x", b)
	}
}

// TestNodeQuery builds a query whose reply is known again, and no other.
func TestNodeQuery(t *testing.T) {
	q := nodeQuery{query: askAddr6, flags: flagAll, subjectType: -1}
	q.begin([16]byte{0: 0xfe, 15: 9})
	var b [64]byte
	n := q.build(b[:], 7)
	if n != nodeHeaderLen+16 || b[0] != uapi.ICMPV6_NI_QUERY || b[1] != subjectAddr6 || b[5] != askAddr6 || b[7] != flagAll || b[n-1] != 9 {
		t.Errorf("got %x", b[:n])
	}
	if seq, ok := q.check(b[:n]); !ok || seq != 7 {
		t.Errorf("own nonce: %d, %v", seq, ok)
	}
	b[nonceAt+5]++
	if _, ok := q.check(b[:n]); ok {
		t.Error("another's nonce is taken")
	}
}

// TestNodeReply prints what a node tells of itself.
func TestNodeReply(t *testing.T) {
	const nonce = "\x00\x07xxxxxx"
	for _, c := range []struct{ data, want string }{
		{"\x8c\x00\x00\x00\x00\x02\x00\x00" + nonce + "\x00\x00\x00\x00\x03foo\x03org\x00", " foo.org.; seq=7;"},
		{"\x8c\x00\x00\x00\x00\x02\x00\x00" + nonce + "\x00\x00\x00\x00\x03foo\x00\x00", " foo; seq=7;"},
		{"\x8c\x00\x00\x00\x00\x02\x00\x00" + nonce + "\x00", " parse error (too short); seq=7;"},
		{"\x8c\x00\x00\x00\x00\x04\x00\x01" + nonce + "\x00\x00\x00\x00\x0a\x00\x00\x01", " 10.0.0.1 (truncated); seq=7;"},
		{"\x8c\x00\x00\x00\x00\x03\x00\x00" + nonce + "\x00\x00\x00\x00\xfe\x80", " parse error (truncated); seq=7;"},
		{"\x8c\x00\x00\x00\x00\x09\x00\x00" + nonce, " unknown qtype(0x09); seq=7;"},
		{"\x8c\x01\x00\x00\x00\x02\x00\x00" + nonce, " refused; seq=7;"},
		{"\x8c\x02\x00\x00\x00\x02\x00\x00" + nonce, " unknown; seq=7;"},
	} {
		if got := string(appendNodeReply(nil, &reply{data: []byte(c.data), seq: 7})); got != c.want {
			t.Errorf("%x: got %q, want %q", c.data, got, c.want)
		}
	}
}

var (
	ourMAC   = []byte{2, 0, 0, 0, 0, 1}
	theirMAC = []byte{2, 0, 0, 0, 0, 2}
)

// testArping asks 10.0.0.2 from 10.0.0.1, which has sent one broadcast.
func testArping(out *bytes.Buffer) *arping {
	a := &arping{tool: bufferTool(out, "arping"), count: -1, from: [4]byte{10, 0, 0, 1}, target: [4]byte{10, 0, 0, 2}, last: 2e9}
	for _, h := range []*hardware{&a.me, &a.he} {
		h.Hatype, h.Halen = unix.ARPHRD_ETHER, 6
	}
	copy(a.me.address(), ourMAC)
	a.setBroadcast()
	a.sent, a.sentBroadcast = 1, 1
	return a
}

// arpReplyTo is the packet with which the target replies.
func arpReplyTo(a *arping) []byte {
	b := &arping{from: a.target, target: a.from}
	b.me, b.he = a.me, a.me
	copy(b.me.address(), theirMAC)
	copy(b.he.address(), ourMAC)
	packet := b.packet()
	packet[7] = arpReply
	return packet
}

func TestARPRequest(t *testing.T) {
	var out bytes.Buffer
	a := testArping(&out)
	if got := a.printed(&out); got != "WARNING: using default broadcast address.\n" {
		t.Errorf("printed %q", got)
	}
	want := "\x00\x01\x08\x00\x06\x04\x00\x01" + string(ourMAC) + "\x0a\x00\x00\x01" + "\xff\xff\xff\xff\xff\xff" + "\x0a\x00\x00\x02"
	if got := string(a.packet()); got != want {
		t.Errorf("request %x, want %x", got, want)
	}
	if a.advert = true; string(a.packet()[18:24]) != string(ourMAC) || a.packet()[7] != arpReply {
		t.Errorf("an advertisement is %x", a.packet())
	}
}

// TestARPReply takes packets that were received, prints them and counts.
func TestARPReply(t *testing.T) {
	var out bytes.Buffer
	a := testArping(&out)
	a.printed(&out)
	host := &hardware{}
	host.Hatype, host.Pkttype = unix.ARPHRD_ETHER, unix.PACKET_HOST
	if last := a.take(arpReplyTo(a), host); last || a.received != 1 || !a.unicast || string(a.he.address()) != string(theirMAC) {
		t.Errorf("last %v, %+v", last, a.arpCounts)
	}
	got := a.printed(&out)
	if !strings.HasPrefix(got, "Unicast reply from 10.0.0.2 [02:00:00:00:00:02] ") || !strings.HasSuffix(got, "ms\n") {
		t.Errorf("printed %q", got)
	}
	request := arpReplyTo(a)
	request[7] = arpRequest
	request[len(request)-1] = 77 // for another
	for _, b := range [][]byte{request, arpReplyTo(a)[:20], []byte("\x00\x06\x08\x00\x06\x04\x00\x02")} {
		if a.take(b, host); a.received != 1 {
			t.Errorf("%x is taken", b)
		}
	}
	host.Pkttype = unix.PACKET_BROADCAST
	request[len(request)-1] = 1
	a.take(request, host)
	if a.summary() != nil {
		t.Error("it failed")
	}
	if got := a.printed(&out); !strings.Contains(got, "Broadcast request from 10.0.0.2") ||
		!strings.HasSuffix(got, "Sent 1 probes (1 broadcast(s))\nReceived 2 response(s) (1 request(s), 1 broadcast(s))\n") {
		t.Errorf("printed %q", got)
	}
}

// TestARPTime has arping's own rounding.
func TestARPTime(t *testing.T) {
	a := &arping{last: 2e9}
	for nano, want := range map[int64]string{0: " 0.500ms\n", 1e6: " 1.500ms\n", 499999: " 1.000ms\n", 1234567: " 1.735ms\n"} {
		if got := string(a.appendTime(nil, 2e9+nano)); got != want {
			t.Errorf("%d ns: got %q, want %q", nano, got, want)
		}
	}
	if a.last = 0; string(a.appendTime(nil, 5)) != " UNSOLICITED?\n" {
		t.Error("a packet before the first request has a time")
	}
}

// TestDuplicate: with -D any packet from the address says that somebody has it.
func TestDuplicate(t *testing.T) {
	a := testArping(new(bytes.Buffer))
	a.dad, a.from = true, [4]byte{}
	p := arpPacket{from: a.target, fromHard: theirMAC}
	if !a.answers(&p) {
		t.Error("another host's packet does not count")
	}
	if p.fromHard = ourMAC; a.answers(&p) {
		t.Error("our own packet counts")
	}
	if a.received = 1; a.summary() == nil {
		t.Error("an address that is taken is no failure")
	}
}

// TestPathErrors prints the line of each error that a router or the kernel tells of.
func TestPathErrors(t *testing.T) {
	icmp := func(errno unix.Errno, typ, code uint8, info uint32) *queuedError {
		return &queuedError{from: netip.MustParseAddr("10.0.0.9"), SockExtendedErr: unix.SockExtendedErr{
			Errno: uint32(errno), Origin: unix.SO_EE_ORIGIN_ICMP, Type: typ, Code: code, Info: info,
		}}
	}
	const host = "10.0.0.9" + "                                            "
	for _, c := range []struct {
		e          *queuedError
		hops, back int
		want       string
		last       bool
	}{
		{icmp(unix.EHOSTUNREACH, uapi.ICMP_TIME_EXCEEDED, 0, 0), 2, 2, " 2:  " + host + "\n", false},
		{icmp(unix.EHOSTUNREACH, uapi.ICMP_TIME_EXCEEDED, 0, 0), 2, 5, " 2:  " + host + "asymm  5 \n", false},
		{icmp(unix.EHOSTUNREACH, uapi.ICMP_TIME_EXCEEDED, 0, 0), -1, -1, " 3?: " + host + "\n", false},
		{icmp(unix.ECONNREFUSED, 3, 3, 0), 12, 12, "12:  " + host + "reached\n", true},
		{icmp(unix.EMSGSIZE, 3, 4, 1400), 1, 1, " 1:  " + host + "pmtu 1400\n", false},
		{icmp(unix.EHOSTUNREACH, 3, 1, 0), 1, 1, " 1:  " + host + "!H\n", true},
		{icmp(unix.EACCES, 3, 13, 0), 1, 1, " 1:  " + host + "!A\n", true},
		{icmp(unix.ETIMEDOUT, 3, 1, 0), 1, 1, " 1:  " + host + "\n", false},
		{icmp(unix.ENOBUFS, 3, 1, 0), 1, 1, " 1:  " + host + "\ntracepath: NET ERROR: No buffer space available\n", true},
		{&queuedError{SockExtendedErr: unix.SockExtendedErr{Errno: uint32(unix.EMSGSIZE), Origin: unix.SO_EE_ORIGIN_LOCAL, Info: 1500}}, -1, -1,
			" 3?: [LOCALHOST]                      pmtu 1500\n", false},
	} {
		var out bytes.Buffer
		p := &tracepath{tool: bufferTool(&out, "tracepath"), numeric: true, ttl: 3, there: -1, back: -1}
		last := p.appendError(p.appendWho(nil, c.e, c.hops), c.e, c.hops, c.back)
		if got := p.printed(&out); got != c.want || last != c.last {
			t.Errorf("%+v: got %q %v, want %q %v", c.e.SockExtendedErr, got, last, c.want, c.last)
		}
	}
}

func TestPathSummary(t *testing.T) {
	var out bytes.Buffer
	p := &tracepath{tool: bufferTool(&out, "tracepath"), length: 1400, there: -1, back: -1}
	p.summary()
	p.there, p.back = 3, 4
	p.summary()
	if got, want := p.printed(&out), "     Resume: pmtu 1400 \n     Resume: pmtu 1400 hops 3 back 4 \n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for nano, want := range map[int64]string{0: "  0.000ms ", 1234567: "  1.234ms ", 99999999: " 99.999ms ", 5000000000: "5000.000ms "} {
		if got := string(appendPassed(nil, nano)); got != want {
			t.Errorf("%d ns: got %q, want %q", nano, got, want)
		}
	}
	for left, want := range map[int]int{64: 1, 60: 5, 65: 64, 128: 1, 255: 1, 250: 6} {
		if got := hopsBack(left); got != want {
			t.Errorf("%d hops left: got %d, want %d", left, got, want)
		}
	}
}
