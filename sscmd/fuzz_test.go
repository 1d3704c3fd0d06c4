package sscmd

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/sscmd/sockets"
)

// everything is a call that shows all of each socket, and all sockets.
func everything(t testing.TB, json bool) *ss {
	e := clitest.Env(io.Discard, cli.Options{JSON: json})
	e.Stderr = io.Discard
	s := &ss{Env: e}
	s.options = options{timers: true, memory: true, info: true, bpf: true, details: true, tos: true, sockopt: true, tipcInfo: true}
	s.processes = true
	s.json = json
	s.states = sockets.AllStates
	s.choice.table(sockets.AllTables|1<<sockets.TIPC, true)
	if err := s.settle(); err != nil {
		t.Fatal(err)
	}
	s.numeric = true
	s.begin()
	return s
}

// FuzzReply holds that no message makes a printer panic.
func FuzzReply(f *testing.F) {
	for kind := range byte(9) {
		f.Add(kind, []byte{2, 1, 0, 0})
		f.Add(kind, []byte(strings.Repeat("\x02\x00\x04\x01\x08\x00\x10\x00", 60)))
	}
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		for _, json := range []bool{false, true} {
			s := everything(t, json)
			// Names of interfaces and control groups are asked for; those of a
			// message are of no use here.
			s.cgroups.paths = map[uint64]string{}
			m := rtnl.Message{Type: unix.SOCK_DIAG_BY_FAMILY, Body: body}
			protocols := []int{unix.IPPROTO_TCP, protoMPTCP, protoSCTP, unix.IPPROTO_RAW}
			switch kind % 9 {
			case 0, 1, 2, 3:
				s.inetSocket(m, &killer{s: s, protocol: protocols[kind%9]})
			case 4:
				s.unixSocket(m)
			case 5:
				s.packetSocket(m)
			case 6:
				s.netlinkSocket(m)
			case 7:
				s.vsockSocket(m)
				s.xdpSocket(m)
			case 8:
				s.tipcSocket(m)
			}
			s.finish()
		}
	})
}

// FuzzProc holds that no table of /proc makes a reader panic.
func FuzzProc(f *testing.F) {
	f.Add("head\n   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 123 1 0000000000000000 100 0 0 10 0\n")
	f.Add("head\n0000000000000000: 00000002 00000000 00010000 0001 01 1234 /tmp/a\n")
	f.Add("head\n0000000000000000 3      3    0003   1     1 0      0      1234\n")
	f.Fuzz(func(t *testing.T, text string) {
		s := everything(t, false)
		s.service = "udp"
		for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
			records(text, func(line string) bool { return s.tcpLine(line, family) })
			records(text, func(line string) bool { return s.datagramLine(line, family) })
		}
		s.unixTable(text)
		records(text, s.packetLine)
		lines(text, s.netlinkLine)
		statName(text)
		var c counts
		c.read(text)
		s.finish()
	})
}

// FuzzFilter holds that no filter makes the parser, the compiler or the matcher
// panic, and that what is compiled can be walked.
func FuzzFilter(f *testing.F) {
	for _, w := range []string{"sport = 80", "not ( dport gt 5 or src 1.2.3.4/8 ) dst [::1]:5", "fwmark 1/2 autobound", "src unix:a*", "dev 5 ! sport lt 9"} {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range strings.Fields(text) {
			// Names would be asked for in the network.
			if strings.ContainsAny(w, "ghjklmopqrstuvwxyzGHJKLMOPQRSTUVWXYZ") && !strings.Contains("sport dport src dst not or and fwmark autobound dev gt lt ge le ne eq", w) {
				t.Skip()
			}
		}
		s := everything(t, false)
		n, err := s.parseFilter([]string{text})
		if err != nil || n == nil {
			return
		}
		code := compile(n)
		for b := code; len(b) > 0; b = b[b[1]:] {
			if b[1] == 0 || int(b[1]) > len(b) {
				t.Fatalf("%q: an instruction of %d bytes in %x", text, b[1], code)
			}
		}
		for _, family := range []uint8{unix.AF_INET, unix.AF_INET6, unix.AF_UNIX, unix.AF_PACKET, unix.AF_NETLINK, unix.AF_VSOCK} {
			s.matches(n, &sock{family: family, lport: 80})
		}
	})
}
