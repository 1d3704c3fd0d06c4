package route

import (
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

func TestParseProcRoute6(t *testing.T) {
	r, ok := parseProcRoute6("20010db8000000000000000000000000 40 00000000000000000000000000000000 00 " +
		"fe800000000000000000000000000001 00000100 00000002 00000000 00000003     va")
	if !ok || r.bits != 64 || r.metric != 256 || r.refs != 2 || r.flags != unix.RTF_UP|unix.RTF_GATEWAY || r.dev != "va" || r.gateway[15] != 1 {
		t.Errorf("got %+v", r)
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
		got := clitest.Printed(func(e *cli.Env) {
			r, ok := readRoute(e, c.m)
			if !ok {
				t.Fatal("not read")
			}
			r.print(e, TableOptions{Ext: c.ext, Numeric: true}, nil)
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
		clitest.Printed(func(e *cli.Env) {
			if r, ok := readRoute(e, m); ok {
				t.Errorf("%x is read: %+v", m.Body, r)
			}
		})
	}
}

func TestRoute6Lines(t *testing.T) {
	const line = "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000002 00000003 00000003       va"
	got := clitest.Printed(func(e *cli.Env) {
		r, ok := parseProcRoute6(line)
		if !ok {
			t.Fatal("not read")
		}
		r.print(e, TableOptions{Numeric: true})
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
		"10.0.0.0/24 va":                        {dst: common.Ipv4{10}, mask: common.Ipv4{255, 255, 255}, maskWord: "/24", hasMask: true, dev: "va", hasDev: true, host: true},
		"#net 10.0.0.0 netmask 255.0.0.0 dev v": {dst: common.Ipv4{10}, mask: common.Ipv4{255}, maskWord: "255.0.0.0", hasMask: true, dev: "v", hasDev: true},
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
		"#host 10.0.0.1 netmask 255.255.255.255": "route: netmask 00000000 doesn't make sense with host route\n",
		"#net 10.0.0.1 netmask 255.255.255.255":  "",
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

// FuzzWords gives any words to the readers of routes.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"10.0.0.1/24", "default", "0x7f.1", "::1/64"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parseProcRoute6(s)
		parseRoute(&cli.Env{}, []string{"#net", "10.0.0.0/8", "metric", s, "mss", s}, errUsage)
	})
}

// FuzzMessages gives kernel messages of any bytes to the reader.
func FuzzMessages(f *testing.F) {
	f.Add([]byte{2, 8, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 0, 12, 0, 9, 0, 8, 0, 0, 0, 1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		route := fibRoute{}
		route.setGateway(b, b)
		route.setMetrics(b)
	})
}
