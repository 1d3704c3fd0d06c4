package cli

import (
	"bytes"
	"math"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"testing"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// narrow tells that a long, in which the real tool reads numbers, has 32 bits.
const narrow = strconv.IntSize == 32

func TestParseUint(t *testing.T) {
	for _, c := range []struct {
		s    string
		base int
		size int
		want uint64
		ok   bool
	}{
		{"10", 0, 8, 10, true}, {"0x1f", 0, 8, 31, true}, {"010", 0, 8, 8, true}, {"256", 0, 8, 0, false}, {"", 0, 8, 0, false},
		{"1_0", 0, 8, 0, false}, {"0b1", 0, 8, 1, true}, {"0x", 0, 8, 0, false}, {" 7", 0, 8, 7, true}, {"7 ", 0, 8, 0, false},
		{"-1", 0, 32, math.MaxUint32, narrow}, {"+1", 0, 32, 1, true}, {"18446744073709551616", 0, 64, 0, false}, {"ff", 16, 8, 255, true},
		{"4294967295", 0, 32, 4294967295, true}, {"4294967296", 0, 32, 0, false}, {"08", 0, 8, 0, false},
	} {
		got, ok := ParseUint(c.s, c.base, c.size)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%q: got %d %v, want %d %v", c.s, got, ok, c.want, c.ok)
		}
	}
}

func TestParseInt(t *testing.T) {
	for s, want := range map[string]int64{"-5": -5, "2147483647": 2147483647, "-2147483648": -2147483648, "0x10": 16} {
		if got, ok := ParseInt(s, 0, 32); !ok || got != want {
			t.Errorf("%s: got %d %v", s, got, ok)
		}
	}
	for _, s := range []string{"2147483648", "-2147483649", "x", ""} {
		if got, ok := ParseInt(s, 0, 32); ok {
			t.Errorf("%s: got %d, want a refusal", s, got)
		}
	}
}

func TestPrefix(t *testing.T) {
	for _, c := range []struct {
		s      string
		family uint8
		want   string // the address, or "" for a refusal
		bits   int
		set    bool
	}{
		{"10.0.0.1/24", 0, "10.0.0.1", 24, true},
		{"10.8", 0, "10.8.0.0", 32, false},
		{"0x0a.0.0.010", 0, "10.0.0.8", 32, false},
		{"10.0.0.1/255.255.255.0", 0, "10.0.0.1", 24, true},
		{"10.0.0.1/255.0.255.0", 0, "", 0, false},
		{"10.0.0.1/33", 0, "", 0, false},
		{"10.0.0.256", 0, "", 0, false},
		{"1.2.3.4.5", 0, "", 0, false},
		{"fe80::1/64", 0, "fe80::1", 64, true},
		{"fe80::1%lo", 0, "", 0, false},
		{"::1.2.3.4", 0, "::1.2.3.4", 128, false},
		{"::ffff:1.2.3.4", 0, "::ffff:1.2.3.4", 128, false},
		{"::1", 0, "::1", 128, false},
		{"::1", unix.AF_INET, "", 0, false},
		{"1.2.3.4", unix.AF_INET6, "", 0, false},
		{"default/8", 0, "", 0, false},
		{"100", unix.AF_MPLS, "100", 20, false},
		{"100/16", unix.AF_MPLS, "100", 16, true},
		{"100/200", unix.AF_MPLS, "", 0, false},
		{"1048576", unix.AF_MPLS, "", 0, false},
		{"default", unix.AF_MPLS, "", 0, false},
	} {
		p, ok := TryPrefix(c.s, c.family)
		if !ok {
			if c.want != "" {
				t.Errorf("%q refused", c.s)
			}
			continue
		}
		got := string(AppendAddr(nil, p.Family, p.Bytes()))
		if got != c.want || p.Bits != c.bits || p.Set != c.set {
			t.Errorf("%q: got %s/%d %v, want %+v", c.s, got, p.Bits, p.Set, c)
		}
	}
	if p, ok := TryPrefix("default", unix.AF_INET); !ok || !p.Any || !p.Set || p.Bits != 0 || len(p.Bytes()) != 4 {
		t.Errorf("default: %+v", p)
	}
	if p, ok := TryPrefix("any", unix.AF_INET); !ok || !p.Any || p.Set || len(p.Bytes()) != 0 {
		t.Errorf("any: %+v", p)
	}
}

func TestLLAddr(t *testing.T) {
	for s, want := range map[string]string{
		"02:00:00:00:00:01": "02:00:00:00:00:01", "2:0:0:0:0:1": "02:00:00:00:00:01", "10.0.0.1": "0a:00:00:01", "0x1:2": "01:02",
		"foo": "", "02-00": "", "100:0": "", ":::": "", "": "",
	} {
		b, ok := ParseLLAddr(s, MaxLLAddr)
		if got := string(AppendLLAddr(nil, 1, b)); ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q %v, want %q", s, got, ok, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	// What does not fit in a number overflows on x86; elsewhere it becomes the largest
	// one, to which rounding up adds one.
	minus5, above := uint32(1), uint32(1)
	switch {
	case narrow:
		minus5 = math.MaxUint32 - 4
	case runtime.GOARCH != "amd64":
		minus5, above = 0, 0
	}
	for _, c := range []struct {
		s   string
		ms  uint32
		raw bool
		ok  bool
	}{
		{"100", 100, true, true}, {"1s", 1000, false, true}, {"1.5s", 1500, false, true}, {"20ms", 20, false, true},
		{"0.1ms", 1, false, true}, {"1x", 0, false, false}, {"", 0, false, false}, {"s", 0, false, false},
		{"3SECS", 3000, false, true}, {"0x10s", 16000, false, true}, {".5", 1, true, true}, {"1.5e3ms", 1500, false, true},
		{"1.5e", 0, false, false}, {"-5", minus5, true, true}, {"-1.5", 0, false, false}, {"4294967296", above, true, !narrow},
		{"1.2.3", 0, false, false}, {".", 0, false, false}, {"1e3ms", 0, false, false},
	} {
		ms, raw, ok := ParseTime(c.s)
		if ok != c.ok || ok && (ms != c.ms || raw != c.raw) {
			t.Errorf("%q: got %d %v %v, want %+v", c.s, ms, raw, ok, c)
		}
	}
}

func TestReport(t *testing.T) {
	for _, c := range []struct {
		err    error
		text   string
		status int
	}{
		{nil, "", 0},
		{NoDev("x"), "Cannot find device \"x\"\n", 1},
		{InvArg("bad\n", "x"), "Error: argument \"x\" is wrong: bad\n\n", 255},
		{&rtnl.Error{Errno: unix.EEXIST}, "RTNETLINK answers: File exists\n", 2},
		{DumpError(&rtnl.Error{Errno: unix.ENOENT, Dump: true}, 1), "Dump terminated\n", 1},
		{DumpError(&rtnl.Error{Errno: unix.ENOENT, Dump: true, Msg: "ipv4: FIB table does not exist"}, 2),
			"Error: ipv4: FIB table does not exist.\nDump terminated\n", 2},
	} {
		var b bytes.Buffer
		if status := Report(&b, c.err); status != c.status || b.String() != c.text {
			t.Errorf("%v: got %d %q, want %d %q", c.err, status, b.String(), c.status, c.text)
		}
	}
}

func FuzzAddr(f *testing.F) {
	for _, s := range []string{"10.0.0.1/24", "fe80::/10", "1/2/3", "02:00:00:00:00:01", "default"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(unix.AF_MPLS))
		f.Add(s, uint8(unix.AF_PACKET))
	}
	f.Fuzz(func(t *testing.T, s string, family uint8) {
		p, ok := TryPrefix(s, family)
		if !ok || p.Any || p.Family != unix.AF_INET && p.Family != unix.AF_INET6 {
			return
		}
		// What is written must read back as the same address.
		text := string(AppendAddr(nil, p.Family, p.Bytes()))
		q, ok := TryAddr(text, p.Family)
		if !ok || !bytes.Equal(p.Bytes(), q.Bytes()) {
			t.Errorf("%q was written as %q", s, text)
		}
	})
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		prefix, addr string
		want         bool
	}{
		{"10.0.0.0/8", "10.1.2.3", true}, {"10.0.0.0/8", "11.0.0.0", false}, {"10.0.0.0/9", "10.128.0.0", false},
		{"10.0.0.0/9", "10.127.0.0", true}, {"10.0.0.1", "10.0.0.1", true}, {"10.0.0.1", "10.0.0.2", false},
		{"10.0.0.0/8", "::", false}, {"2001:db8::/33", "2001:db8:7fff::", true}, {"2001:db8::/33", "2001:db8:8000::", false},
		{"0.0.0.0/0", "192.0.2.1", true}, {"any", "::1", true},
	} {
		p, ok := TryPrefix(c.prefix, unix.AF_UNSPEC)
		a, _ := TryAddr(c.addr, unix.AF_UNSPEC)
		if got := p.Covers(a.Bytes()); !ok || got != c.want {
			t.Errorf("%s covers %s: got %v", c.prefix, c.addr, got)
		}
	}
}

func TestGenl(t *testing.T) {
	e := New(os.Stdin, os.Stdout, os.Stderr, Options{})
	c, id, err := e.Genl("nlctrl")
	if err != nil || id != unix.GENL_ID_CTRL {
		t.Fatalf("nlctrl: got %d, %v", id, err)
	}
	if again, _, _ := e.Genl("nlctrl"); again != c {
		t.Error("a second connection was opened")
	}
	_, _, err = e.Genl("nosuchfamily")
	var b bytes.Buffer
	if status := Report(&b, err); status != 1 || !EndsBatch(err) ||
		b.String() != "RTNETLINK answers: No such file or directory\nError talking to the kernel\n" {
		t.Errorf("missing family: got %d %q", status, b.String())
	}
}

// TestPlainIPv4 holds that the short way reads what the long one would.
func TestPlainIPv4(t *testing.T) {
	for s, plain := range map[string]bool{
		"1.2.3.4": true, "0.0.0.0": true, "255.255.255.255": true, "10.0.0.255": true, "256.1.1.1": false, "1.2.3.999": false,
		"01.2.3.4": false, "1.2.3.04": false, "1.2.3": false, "1.2.3.": false, ".1.2.3": false, "1..2.3": false, "1.2.3.4.5": false,
		"": false, "1.2.3.4 ": false, "1.2.3.x": false, "0x1.2.3.4": false, "1.2.3.4.": false, "100000000000000000000.1.1.1": false,
	} {
		got, ok := plainIPv4(s)
		if ok != plain {
			t.Errorf("%q: got %v", s, ok)
		}
		if want, err := netip.ParseAddr(s); ok && (err != nil || want.As4() != got) {
			t.Errorf("%q: got %v, want %v", s, got, want)
		}
	}
}
