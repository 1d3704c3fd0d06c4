package common

import (
	"slices"
	"testing"

	"gip/internal/rtnl"
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
		a, ok := InetAton(c.in)
		if ok != (c.want != "") || ok && a.String() != c.want {
			t.Errorf("%q: got %v %v, want %q", c.in, a, ok, c.want)
		}
	}
}

func TestMask(t *testing.T) {
	for bits := range 33 {
		if m := MaskOf(bits); !m.IsMask() || m.MaskBits() != bits {
			t.Errorf("%d: got %v", bits, m)
		}
	}
	if m := (Ipv4{255, 0, 255, 0}); m.IsMask() {
		t.Error("255.0.255.0 is a mask")
	}
}

// TestNames sorts interfaces as net-tools lists them.
func TestNames(t *testing.T) {
	want := []string{"eth", "eth0", "eth0:1", "eth0:2", "eth0:13", "eth01", "eth1", "eth1:1", "eth2", "eth10", "lo", "va", "va:x"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, CompareNames)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestHWAddr(t *testing.T) {
	ether := HwTypeNamed("ether")
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

func FuzzWords(f *testing.F) {
	for _, s := range []string{"10.0.0.1/24", "default", "0x7f.1", "02:00:00:00:00:0a", "eth0:13", "::1/64"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, ok := InetAton(s); ok {
			if b, ok := InetAton(a.String()); !ok || a != b {
				t.Errorf("%q: %v is read as %v", s, a, b)
			}
		}
		if bits, ok := CutLength(s); ok && (bits < 0 || bits > 31) {
			t.Errorf("%q: %d bits", s, bits)
		}
		for i := range HwTypes {
			if a, ok := HwTypes[i].Parse(s, nil); ok && len(a) != HwTypes[i].Size {
				t.Errorf("%q: %d bytes", s, len(a))
			}
		}
		if CompareNames(s, s) != 0 {
			t.Errorf("%q is not itself", s)
		}
	})
}

// FuzzMessages gives kernel messages of any bytes to the readers.
func FuzzMessages(f *testing.F) {
	f.Add([]byte{2, 8, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 0, 12, 0, 9, 0, 8, 0, 0, 0, 1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		m := rtnl.Message{Body: b}
		if l := ReadLink(m); l != nil && len(l.Name) > len(b) {
			t.Error("a name from nowhere")
		}
		if a := ReadInetAddr(m); a != nil && a.Bits > 32 {
			t.Errorf("%d bits", a.Bits)
		}
	})
}
