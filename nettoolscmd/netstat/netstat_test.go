package netstat

import (
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/nettoolscmd/common"
)

// numericNetstat shows all sockets with numbers.
func numericNetstat(e *cli.Env) *netstat {
	return &netstat{Env: e, all: true, numericHosts: true, numericPorts: true, numericUsers: true}
}

// TestSocketLines shows lines of the kernel's lists of sockets.
func TestSocketLines(t *testing.T) {
	if !rtnl.LittleEndian() {
		t.Skip("the lines are those of a little-endian machine")
	}
	const (
		listening   = "0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1"
		established = "1: 0200007F:0051 0100007F:1F90 01 00000002:00000003 02:000000FA 00000004 1000        5 4711 1 x"
		bound       = "2: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 88 2"
		six         = "3: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 9 1"
	)
	tcp, udp, raw := &inetProtocols[0], &inetProtocols[3], &inetProtocols[5]
	for _, c := range []struct {
		p    *inetProtocol
		set  func(n *netstat)
		name string
		line string
		want string
	}{
		{tcp, func(*netstat) {}, "tcp", listening, "tcp        0      0 127.0.0.1:22            0.0.0.0:*               LISTEN     \n"},
		{tcp, func(*netstat) {}, "tcp", established, "tcp        3      2 127.0.0.2:81            127.0.0.1:8080          ESTABLISHED\n"},
		{tcp, func(*netstat) {}, "tcp6", six, "tcp6       0      0 ::1:8080                :::*                    LISTEN     \n"},
		{tcp, func(n *netstat) { n.all, n.listening = false, true }, "tcp", established, ""},
		{tcp, func(n *netstat) { n.all = false }, "tcp", listening, ""},
		{tcp, func(n *netstat) { n.extend, n.timers = 2, true }, "tcp", established, "tcp        3      2 127.0.0.2:81            127.0.0.1:8080          ESTABLISHED 1000       4711       keepalive (2.50/4/5)\n"},
		{tcp, func(*netstat) {}, "tcp", "bogus", "warning, got bogus tcp line.\n"},
		{udp, func(n *netstat) { n.timers = true }, "udp", bound, "udp        0      0 0.0.0.0:53              0.0.0.0:*                           off (0.00/0/0)\n"},
		{udp, func(n *netstat) { n.all = false }, "udp", bound, ""},
		{raw, func(*netstat) {}, "raw", bound, "raw        0      0 0.0.0.0:53              0.0.0.0:*               7          \n"},
		{raw, func(*netstat) {}, "raw", "", "warning, got bogus raw line.\n"},
	} {
		got := clitest.Printed(func(e *cli.Env) {
			n := numericNetstat(e)
			c.set(n)
			c.p.print(n, c.name, c.line)
		})
		if got != c.want {
			t.Errorf("%s %s: got\n%q\nwant\n%q", c.name, c.line, got, c.want)
		}
	}
}

// TestLongEndpoint cuts what does not fit into its column.
func TestLongEndpoint(t *testing.T) {
	e := &endpoint{addr: []byte{0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6}, port: 65535}
	for wide, want := range map[bool]string{false: "2001:db8:1:2:3:4::65535", true: "2001:db8:1:2:3:4:5:6:65535"} {
		clitest.Printed(func(env *cli.Env) {
			n := numericNetstat(env)
			if n.wide = wide; n.endpoint(e, "tcp") != want {
				t.Errorf("wide %v: got %s, want %s", wide, n.endpoint(e, "tcp"), want)
			}
		})
	}
}

func TestUnixLines(t *testing.T) {
	for line, want := range map[string]string{
		"0000: 00000002 00000000 00010000 0001 01 123 /run/x": "unix  2      [ ACC ]     STREAM     LISTENING     123      /run/x\n",
		"0000: 00000003 00000000 00000000 0001 03 9 @a":       "unix  3      [ ]         STREAM     CONNECTED     9        @a\n",
		"0000: 00000002 00000001 00000000 0002 01 8":          "??    2      [ ]         DGRAM                    8        \n",
		"0000: 00000002": "warning, got bogus unix line.\n",
	} {
		if got := clitest.Printed(func(e *cli.Env) { numericNetstat(e).unixSocket(line) }); got != want {
			t.Errorf("%s: got\n%q\nwant\n%q", line, got, want)
		}
	}
}

func TestGroupLines(t *testing.T) {
	if !rtnl.LittleEndian() {
		t.Skip("the lines are those of a little-endian machine")
	}
	got := clitest.Printed(func(e *cli.Env) {
		n, device := numericNetstat(e), ""
		n.group4(&device, "2\teth0      :     1      V3")
		n.group4(&device, "\t\t\t\t010000E0     1 0:00000000\t\t0")
		n.group6("2    eth0            ff0200000000000000000000000000fb     3 00000004 0")
		n.group6("2    eth0            cut")
	})
	want := "eth0            1      224.0.0.1\n" + "eth0            3      ff02::fb\n"
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// TestStatistics shows counters: known ones in a phrase, others if they are not zero.
func TestStatistics(t *testing.T) {
	got := clitest.Printed(func(e *cli.Env) {
		n := numericNetstat(e)
		n.tcp, n.udp, n.raw = true, false, true
		s := &statistics{netstat: n}
		s.pair("Icmp", []string{"InMsgs", "InDestUnreachs", "OutMsgs", "OutDestUnreachs"}, []string{"5", "2", "7", "3"})
		s.pair("Tcp", []string{"ActiveOpens", "RetransSegs", "Unheard", "Silent"}, []string{"4", "0", "-1", "0"})
		s.pair("Udp", []string{"InDatagrams"}, []string{"9"})
	})
	want := "Icmp:\n    5 ICMP messages received\n    ICMP input histogram:\n        destination unreachable: 2\n" +
		"    7 ICMP messages sent\n    ICMP output histogram:\n        destination unreachable: 3\n" +
		"Tcp:\n    4 active connection openings\n    0 segments retransmitted\n    Unheard: 18446744073709551615\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestParseSocket(t *testing.T) {
	if !rtnl.LittleEndian() {
		t.Skip("the line is that of a little-endian machine")
	}
	s, ok := parseSocket("   1: 0200007F:0051 0100007F:1F90 01 00000002:00000003 02:000000FA 00000004 1000        5 4711 1 x 100 0 0 10 0")
	if !ok || common.ReadIPv4(s.local.addr) != (common.Ipv4{127, 0, 0, 2}) || s.local.port != 81 || s.remote.port != 8080 ||
		s.state != 1 || s.txQueue != 2 || s.rxQueue != 3 || s.timer != 2 || s.expires != 250 || s.retransmits != 4 ||
		s.uid != 1000 || s.timeout != 5 || s.inode != "4711" {
		t.Errorf("got %+v", s)
	}
	if _, ok := parseSocket("  1: 0200007F"); ok {
		t.Error("a short line was taken")
	}
}

// TestFindCounter finds what halving finds: a row out of order is lost, as the
// original loses it.
func TestFindCounter(t *testing.T) {
	table := []counter{{name: "a"}, {name: "c"}, {name: "b"}, {name: "d"}}
	for name, want := range map[string]bool{"a": true, "b": true, "c": false, "d": true, "x": false} {
		if got := findCounter(table, name) != nil; got != want {
			t.Errorf("%s: found is %v", name, got)
		}
	}
}

// FuzzWords gives any lines to the readers of /proc.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"1: 0200007F:0051 0100007F:1F90 01 0:0 0:0 0 0 0 1", "-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parseSocket(s)
		parseCounter(s)
	})
}
