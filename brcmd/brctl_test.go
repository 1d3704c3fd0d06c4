package brcmd

import (
	"runtime"
	"testing"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

func TestParseTicks(t *testing.T) {
	for _, c := range []struct {
		in   string
		want uint64
		ok   bool
	}{
		{"15", 1500, true},
		{"100.123", 10012, true},
		{".5e1", 500, true},
		{" 7.5s", 750, true},
		{"0x10", 1600, true},
		{"1.15", 114, true},
		{"nan(", 0, false},
		{"1e", 0, false},
		{"0x", 0, false},
		{"x", 0, false},
		{"", 0, false},
	} {
		if got, ok := parseTicks(c.in); ok != c.ok || ok && got != c.want {
			t.Errorf("%q: got %d %v, want %d %v", c.in, got, ok, c.want, c.ok)
		}
	}
}

// TestWideTicks holds what the arithmetic of amd64 makes of numbers that are too large
// for it, or none; other architectures have arithmetic of their own.
func TestWideTicks(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the numbers below are those of amd64")
	}
	for in, want := range map[string]uint64{
		"42949672.96": 1 << 32,
		"nan":         922337203685477,
		"inf":         922337203685477,
		"-1":          1844674407370855,
		"1e9":         100000000000,
		"1e18":        200376420520689,
		"infx":        922337203685477,
	} {
		if got, ok := parseTicks(in); !ok || got != want {
			t.Errorf("%q: got %d %v, want %d", in, got, ok, want)
		}
	}
}

func FuzzDevice(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 10, 0, 7, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		d := readDevice(rtnl.Message{Body: b})
		if d == nil {
			return
		}
		if !d.isBridge() && d.bridge[unix.IFLA_BR_BRIDGE_ID] != nil {
			t.Error("what is no bridge has a bridge's id")
		}
		for _, v := range d.port {
			number(v)
		}
		parseTicks(string(b))
	})
}
