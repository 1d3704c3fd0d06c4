package pingcmd

import (
	"bytes"
	"os"
	"testing"
	"time"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

func TestRTTText(t *testing.T) {
	p := &pinger{config: &config{}}
	for d, want := range map[time.Duration]string{
		44 * time.Microsecond: "0.044", 1234 * time.Microsecond: "1.23", 12345 * time.Microsecond: "12.3", 123456 * time.Microsecond: "123",
		99999 * time.Microsecond: "100", 9999 * time.Microsecond: "10.0",
	} {
		if got := p.rttText(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

func TestInetAton(t *testing.T) {
	for s, want := range map[string]string{
		"127.1": "127.0.0.1", "1": "0.0.0.1", "0x7f000001": "127.0.0.1", "10.1.258": "10.1.1.2", "1.2.3.4": "1.2.3.4",
		"1.2.3.256": "", "1.2.3.4.5": "", "": "", "a": "", "1.": "", "+1": "",
	} {
		a, ok := parseInetAton(s)
		if ok != (want != "") || ok && a.String() != want {
			t.Errorf("%q: got %v %v, want %q", s, a, ok, want)
		}
	}
}

func TestChecksum(t *testing.T) {
	b := []byte{8, 0, 0, 0, 0x12, 0x34, 0, 1, 'a'}
	sum := checksum(b)
	b[2], b[3] = byte(sum>>8), byte(sum)
	if got := checksum(b); got != 0 {
		t.Errorf("a packet with its checksum sums to %#x", got)
	}
}

// TestICMPText takes rows with a number and without, and one that is not there.
func TestICMPText(t *testing.T) {
	for _, c := range []struct {
		v6   bool
		e    unix.SockExtendedErr
		want string
	}{
		{false, unix.SockExtendedErr{Type: 3, Code: 4, Info: 1400}, "Frag needed and DF set (mtu = 1400)"},
		{false, unix.SockExtendedErr{Type: 11}, "Time to live exceeded"},
		{true, unix.SockExtendedErr{Type: 1, Code: 3}, "Destination unreachable: Address unreachable"},
		{true, unix.SockExtendedErr{Type: 99, Code: 1}, "Unknown ICMP error: type 99, code 1"},
	} {
		if got := icmpText(c.v6, &c.e); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// FuzzReceive feeds packets and error queues of any shape to the parsers.
// TestPipe: what counts is how many packets were sent after the one that is
// answered, not how many of those before it are lost; another's answers do not.
func TestPipe(t *testing.T) {
	for _, c := range []struct {
		sent int64
		seqs []uint16
		want int64
	}{
		{5, nil, 0},
		{5, []uint16{5}, 1},
		{5, []uint16{3, 5}, 3},
		{5, []uint16{6}, 0}, // one that was not sent
		{65537, []uint16{65535}, 3},
	} {
		p := &pinger{config: &config{}}
		p.sent = c.sent
		for _, seq := range c.seqs {
			p.acknowledge(seq)
		}
		if p.pipe != c.want {
			t.Errorf("%d sent, %d answered: pipe %d, want %d", c.sent, c.seqs, p.pipe, c.want)
		}
	}
}

func FuzzReceive(f *testing.F) {
	f.Add([]byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 0, 0, 0, 0, 0, 7, 0, 1}, true)
	f.Fuzz(func(t *testing.T, b []byte, raw bool) {
		env := cli.New(os.Stdin, os.Stdout, os.Stderr, cli.Options{})
		p := &pinger{config: &config{size: 56, quiet: true, numeric: true}, env: env, raw: raw, id: 7, packet: make([]byte, 64)}
		r := reply{data: bytes.Clone(b)}
		if raw && !r.stripIP() {
			return
		}
		r.readTTL(b)
		if len(r.data) >= headerLen && p.ours(r.data) {
			p.take(r)
			p.wrong(r.data)
		}
		if len(b) >= extendedErrLen {
			p.failed(r.data, b)
		}
	})
}
