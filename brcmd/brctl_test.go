package brcmd

import (
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
		{"42949672.96", 1 << 32, true},
		// What the arithmetic of 64 bits makes of them.
		{"nan", 922337203685477, true},
		{"inf", 922337203685477, true},
		{"-1", 1844674407370855, true},
		{"1e9", 100000000000, true},
		{"1e18", 200376420520689, true},
		{"infx", 922337203685477, true},
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
