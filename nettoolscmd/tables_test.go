package nettoolscmd

import (
	"bytes"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// printed is what f prints and complains of.
func printed(f func(e *cli.Env)) string {
	var out bytes.Buffer
	e := clitest.Env(&out, cli.Options{})
	e.Stderr = &out
	f(e)
	e.Pen.Flush()
	return out.String()
}

// numericNetstat shows all sockets with numbers.
func numericNetstat(e *cli.Env) *netstat {
	return &netstat{Env: e, all: true, numericHosts: true, numericPorts: true, numericUsers: true}
}

// TestSocketLines shows lines of the kernel's lists of sockets.
func TestSocketLines(t *testing.T) {
	if rtnl.NE.Uint16([]byte{1, 0}) != 1 {
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
		got := printed(func(e *cli.Env) {
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
		printed(func(env *cli.Env) {
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
		if got := printed(func(e *cli.Env) { numericNetstat(e).unixSocket(line) }); got != want {
			t.Errorf("%s: got\n%q\nwant\n%q", line, got, want)
		}
	}
}

func TestGroupLines(t *testing.T) {
	if rtnl.NE.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the lines are those of a little-endian machine")
	}
	got := printed(func(e *cli.Env) {
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
	got := printed(func(e *cli.Env) {
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

// TestNeighbours shows entries of the ARP table in both forms.
func TestNeighbours(t *testing.T) {
	mac := []byte{2, 0, 0, 0, 0, 0xab}
	for _, c := range []struct {
		n        neighbour
		row, bsd string
	}{
		{neighbour{common.Ipv4{10, 0, 0, 1}, unix.ARPHRD_ETHER, true, true, false, mac, "va"},
			"10.0.0.1                 ether   02:00:00:00:00:ab   CM                    va\n",
			"? (10.0.0.1) at 02:00:00:00:00:ab [ether] PERM on va\n"},
		{neighbour{common.Ipv4{10, 0, 0, 2}, unix.ARPHRD_ETHER, false, false, false, nil, "va"},
			"10.0.0.2                         (incomplete)                              va\n",
			"? (10.0.0.2) at <incomplete> on va\n"},
		{neighbour{common.Ipv4{10, 0, 0, 3}, 0, false, true, true, nil, "*"},
			"10.0.0.3                 *       <from_interface>    MP                    *\n",
			"? (10.0.0.3) at <from_interface> PERM PUB on *\n"},
	} {
		row := printed(func(e *cli.Env) { (&arp{Env: e, numeric: true}).printRow(&c.n, false) })
		bsd := printed(func(e *cli.Env) { (&arp{Env: e, numeric: true}).printBSD(&c.n) })
		if row != c.row || bsd != c.bsd {
			t.Errorf("got\n%q\n%q\nwant\n%q\n%q", row, bsd, c.row, c.bsd)
		}
	}
}

// routeMessage is a route as the kernel sends it.
func routeMessage(rtm unix.RtMsg, attrs func(m *rtnl.Msg)) rtnl.Message {
	m := rtnl.Request(unix.RTM_NEWROUTE, rtm)
	attrs(m)
	return rtnl.Message{Type: unix.RTM_NEWROUTE, Body: m.Body()}
}

// TestRouteLines reads routes and shows them with the columns of route, -e and -ee.
func TestRouteLines(t *testing.T) {
	viaGateway := routeMessage(unix.RtMsg{Family: unix.AF_INET, Dst_len: 24, Type: unix.RTN_UNICAST}, func(m *rtnl.Msg) {
		m.Attr(unix.RTA_DST, []byte{10, 1, 2, 0})
		m.Attr(unix.RTA_GATEWAY, []byte{10, 0, 0, 2})
		m.U32(unix.RTA_PRIORITY, 7)
		n := m.Nest(unix.RTA_METRICS)
		m.U32(unix.RTAX_ADVMSS, 1400)
		m.U32(unix.RTAX_WINDOW, 4000)
		m.U32(unix.RTAX_RTT, 80)
		m.End(n)
	})
	rejected := routeMessage(unix.RtMsg{Family: unix.AF_INET, Dst_len: 32, Type: unix.RTN_UNREACHABLE}, func(m *rtnl.Msg) {
		m.Attr(unix.RTA_DST, []byte{10, 9, 9, 9})
	})
	for _, c := range []struct {
		m    rtnl.Message
		ext  int
		want string
	}{
		{viaGateway, 1, "10.1.2.0        10.0.0.2        255.255.255.0   UG    7      0        0 *\n"},
		{viaGateway, 2, "10.1.2.0        10.0.0.2        255.255.255.0   UG     1440 4000      10 *\n"},
		{viaGateway, 3, "10.1.2.0        10.0.0.2        255.255.255.0   UG    7      0        0 *        1440  4000   10\n"},
		{rejected, 1, "10.9.9.9        -               255.255.255.255 !H    0      -        0 -\n"},
		{rejected, 2, "10.9.9.9        -               255.255.255.255 !H        - -          - -\n"},
		{rejected, 3, "10.9.9.9        -               255.255.255.255 !H    0      -        0 -        -     -      -\n"},
		{viaGateway, 0, ""},
	} {
		got := printed(func(e *cli.Env) {
			r, ok := readRoute(e, c.m)
			if !ok {
				t.Fatal("not read")
			}
			r.print(e, tableOptions{ext: c.ext, numeric: true}, nil)
		})
		if got != c.want {
			t.Errorf("-e %d: got\n%q\nwant\n%q", c.ext, got, c.want)
		}
	}
}

// TestNoRouteLine passes over what the kernel's file does not list.
func TestNoRouteLine(t *testing.T) {
	for _, m := range []rtnl.Message{
		routeMessage(unix.RtMsg{Family: unix.AF_INET, Type: unix.RTN_BROADCAST}, func(*rtnl.Msg) {}),
		routeMessage(unix.RtMsg{Family: unix.AF_INET6, Type: unix.RTN_UNICAST}, func(*rtnl.Msg) {}),
		routeMessage(unix.RtMsg{Family: unix.AF_INET, Type: unix.RTN_UNICAST}, func(m *rtnl.Msg) { m.U32(unix.RTA_TABLE, 100) }),
		{Body: []byte{unix.AF_INET}},
	} {
		printed(func(e *cli.Env) {
			if r, ok := readRoute(e, m); ok {
				t.Errorf("%x is read: %+v", m.Body, r)
			}
		})
	}
}

func TestRoute6Lines(t *testing.T) {
	const line = "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000002 00000003 00000003       va"
	got := printed(func(e *cli.Env) {
		r, ok := parseProcRoute6(line)
		if !ok {
			t.Fatal("not read")
		}
		r.print(e, tableOptions{numeric: true})
	})
	if want := "2001:db8::/64                  fe80::1                    UG   1024 2      3 va\n"; got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if _, ok := parseProcRoute6("cut off"); ok {
		t.Error("a line that is cut off is read")
	}
}

// TestRouteWords reads what stands behind route add, where -net and -host are #net and
// #host.
func TestRouteWords(t *testing.T) {
	usage := &cli.Error{Status: common.StatusUsage, Text: "USAGE"}
	for line, want := range map[string]routeEntry{
		"10.0.0.0/24 va":                        {dst: common.Ipv4{10}, mask: common.Ipv4{255, 255, 255}, maskWord: "/24", hasMask: true, dev: "va", host: true},
		"#net 10.0.0.0 netmask 255.0.0.0 dev v": {dst: common.Ipv4{10}, mask: common.Ipv4{255}, maskWord: "255.0.0.0", hasMask: true, dev: "v"},
		"#host 10.0.0.1 gw 10.0.0.2 metric 5":   {dst: common.Ipv4{10, 0, 0, 1}, host: true, maskWord: "default", gateway: common.Ipv4{10, 0, 0, 2}, hasGateway: true, metric: 6},
		"default mss 1400 window 128 irtt 3":    {maskWord: "default", mss: 1400, hasMSS: true, window: 128, hasWin: true, irtt: 3, hasIRTT: true},
		"#net default reject mod dyn reinstate": {maskWord: "default", reject: true},
	} {
		r, err := parseRoute(&cli.Env{}, strings.Fields(line), usage)
		if err != nil || *r != want {
			t.Errorf("%s: got %+v, %v, want %+v", line, r, err, want)
		}
	}
	for line, want := range map[string]string{
		"#net":                   "USAGE",
		"10.0.0.1 va vb":         "USAGE",
		"10.0.0.1 dev va dev vb": "USAGE",
		"10.0.0.1 metric x":      "USAGE",
		"10.0.0.1 gw":            "USAGE",
		"10.0.0.1 mss 63":        "route: Invalid MSS/MTU.\n" + inetRouteUsage,
		"10.0.0.1 window 127":    "route: Invalid window.\n" + inetRouteUsage,
	} {
		if r, err := parseRoute(&cli.Env{}, strings.Fields(line), usage); err == nil || err.Error() != want {
			t.Errorf("%s: got %+v, %q, want %q", line, r, err, want)
		}
	}
}

// TestRouteMask refuses masks that make no sense.
func TestRouteMask(t *testing.T) {
	for line, want := range map[string]string{
		"#host 10.0.0.1 netmask 255.0.0.0":       "route: netmask 00ffffff doesn't make sense with host route\n",
		"#net 10.0.0.0 netmask 255.0.255.0":      "route: bogus netmask 255.0.255.0\n",
		"#net 10.0.0.1/24":                       "route: netmask doesn't match route address\n",
		"#net 10.0.0.0/24":                       "",
		"#host 10.0.0.1 netmask 255.255.255.255": "",
	} {
		r, err := parseRoute(&cli.Env{}, strings.Fields(line), errUsage)
		if err != nil {
			t.Fatal(line, err)
		}
		got := ""
		if err := r.check(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

// TestRouteAttributes sends metrics only with a new route.
func TestRouteAttributes(t *testing.T) {
	r := routeEntry{dst: common.Ipv4{10}, gateway: common.Ipv4{10, 0, 0, 2}, metric: 6, mss: 1400, hasMSS: true, irtt: 3, hasIRTT: true}
	for add, want := range map[bool][]uint16{
		true:  {unix.RTA_DST, unix.RTA_PRIORITY, unix.RTA_OIF, unix.RTA_TABLE, unix.RTA_GATEWAY, unix.RTA_METRICS},
		false: {unix.RTA_DST, unix.RTA_PRIORITY, unix.RTA_OIF, unix.RTA_TABLE, unix.RTA_GATEWAY},
	} {
		m := rtnl.New(unix.RTM_NEWROUTE, 0)
		r.attributes(m, deviceOf{index: 3, table: 100}, add)
		i := 0
		for typ, v := range rtnl.Attrs(m.Body()) {
			if i >= len(want) || typ != want[i] || typ == unix.RTA_PRIORITY && rtnl.U32(v) != 5 {
				t.Errorf("add %v: attribute %d is %d: %x", add, i, typ, v)
			}
			if typ == unix.RTA_METRICS && (rtnl.U32(rtnl.Find(v, unix.RTAX_ADVMSS)) != 1360 || rtnl.U32(rtnl.Find(v, unix.RTAX_RTT)) != 24) {
				t.Errorf("metrics %x", v)
			}
			i++
		}
		if i != len(want) {
			t.Errorf("add %v: %d attributes, want %d", add, i, len(want))
		}
	}
}
