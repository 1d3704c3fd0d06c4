package nettoolscmd

import (
	"slices"
	"testing"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

func TestInetAton(t *testing.T) {
	for _, c := range []struct {
		in, want string // "" if it is no address
	}{
		{"10.0.0.1", "10.0.0.1"},
		{"10.1", "10.0.0.1"}, // the last number fills the rest
		{"10.1.258", "10.1.1.2"},
		{"0x0a000001", "10.0.0.1"},
		{"010.0.0.1", "8.0.0.1"},
		{"10.0.0.1 x", "10.0.0.1"},
		{"0", "0.0.0.0"},
		{"256.0.0.1", ""},
		{"10.0.0.0.1", ""},
		{"10..1", ""},
		{"-1", ""},
		{"foo", ""},
		{"", ""},
	} {
		a, ok := common.InetAton(c.in)
		if ok != (c.want != "") || ok && a.String() != c.want {
			t.Errorf("%q: got %v %v, want %q", c.in, a, ok, c.want)
		}
	}
}

func TestMask(t *testing.T) {
	for bits := range 33 {
		if m := common.MaskOf(bits); !m.IsMask() || m.MaskBits() != bits {
			t.Errorf("%d: got %v", bits, m)
		}
	}
	if m := (common.Ipv4{255, 0, 255, 0}); m.IsMask() {
		t.Error("255.0.255.0 is a mask")
	}
}

// TestNames sorts interfaces as net-tools lists them.
func TestNames(t *testing.T) {
	want := []string{"eth", "eth0", "eth0:1", "eth0:2", "eth0:13", "eth01", "eth1", "eth1:1", "eth2", "eth10", "lo", "va", "va:x"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, common.CompareNames)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestHWAddr(t *testing.T) {
	ether := common.HwTypeNamed("ether")
	for in, want := range map[string]string{
		"02:00:00:00:00:0a": "02:00:00:00:00:0a", "2:0:0:0:0:f": "02:00:00:00:00:0f", "02000000000E": "02:00:00:00:00:0e",
		"02:0": "02:00:00:00:00:00", "zz": "", "02:0g": "",
	} {
		a, ok := ether.Parse(in, nil)
		if got := string(ether.AppendAddr(nil, a)); ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q %v, want %q", in, got, ok, want)
		}
	}
}

func TestParseSocket(t *testing.T) {
	if rtnl.NE.Uint16([]byte{1, 0}) != 1 {
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

func TestParseProcRoute6(t *testing.T) {
	r, ok := parseProcRoute6("20010db8000000000000000000000000 40 00000000000000000000000000000000 00 " +
		"fe800000000000000000000000000001 00000100 00000002 00000000 00000003     va")
	if !ok || r.bits != 64 || r.metric != 256 || r.refs != 2 || r.flags != unix.RTF_UP|unix.RTF_GATEWAY || r.dev != "va" || r.gateway[15] != 1 {
		t.Errorf("got %+v", r)
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

func FuzzWords(f *testing.F) {
	for _, s := range []string{"10.0.0.1/24", "default", "0x7f.1", "02:00:00:00:00:0a", "eth0:13", "::1/64"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, ok := common.InetAton(s); ok {
			if b, ok := common.InetAton(a.String()); !ok || a != b {
				t.Errorf("%q: %v is read as %v", s, a, b)
			}
		}
		if bits, ok := cutLength(s); ok && (bits < 0 || bits > 31) {
			t.Errorf("%q: %d bits", s, bits)
		}
		for i := range common.HwTypes {
			if a, ok := common.HwTypes[i].Parse(s, nil); ok && len(a) != common.HwTypes[i].Size {
				t.Errorf("%q: %d bytes", s, len(a))
			}
		}
		if common.CompareNames(s, s) != 0 {
			t.Errorf("%q is not itself", s)
		}
		if v := first(s); v != first(s+"|") {
			t.Errorf("%q reads as %d, and otherwise with a word behind it", s, v)
		}
		mediaPort(s)
		parseSocket(s)
		parseProcRoute6(s)
		parseCounter(s)
		parseRoute(&cli.Env{}, []string{"#net", "10.0.0.0/8", "metric", s, "mss", s}, errUsage)
	})
}

// FuzzMessages gives kernel messages of any bytes to the readers.
func FuzzMessages(f *testing.F) {
	f.Add([]byte{2, 8, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 0, 12, 0, 9, 0, 8, 0, 0, 0, 1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		m := rtnl.Message{Body: b}
		if l := common.ReadLink(m); l != nil && len(l.Name) > len(b) {
			t.Error("a name from nowhere")
		}
		if a := common.ReadInetAddr(m); a != nil && a.Bits > 32 {
			t.Errorf("%d bits", a.Bits)
		}
		route := fibRoute{}
		route.setGateway(b, b)
		route.setMetrics(b)
	})
}
