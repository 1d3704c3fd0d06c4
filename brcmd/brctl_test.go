package brcmd

import (
	"testing"

	"gip/internal/rtnl"
	"gip/internal/uapi"
)

func TestParseTicks(t *testing.T) {
	for _, c := range []struct {
		in   string
		want uint32
		ok   bool
	}{
		{"15", 1500, true},
		{"100.123", 10012, true},
		{".5e1", 500, true},
		{" 7.5s", 750, true},
		{"0x10", 1600, true},
		{"nan", 0, true}, // as C's arithmetic has it
		{"-1", 1<<32 - 1, true},
		{"1e9", 1<<32 - 1, true},
		{"1_0", 100, true}, // Go's underscore ends C's number
		{"x", 0, false},
		{"", 0, false},
	} {
		if got, ok := parseTicks(c.in); ok != c.ok || got != c.want {
			t.Errorf("%q: got %d %v, want %d %v", c.in, got, ok, c.want, c.ok)
		}
	}
}

func TestScanInt(t *testing.T) {
	for in, want := range map[string]int32{"0x12zz": 18, "010": 8, " 7": 7, "-1": -1, "99999999999": 1215752191} {
		if got, ok := scanInt(in); !ok || got != want {
			t.Errorf("%q: got %d %v, want %d", in, got, ok, want)
		}
	}
	if _, ok := scanInt("x"); ok {
		t.Error("x is a number")
	}
}

func FuzzDevice(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 10, 0, 7, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		d := readDevice(rtnl.Message{Body: b})
		if d == nil {
			return
		}
		if !d.isBridge() && d.bridge[uapi.IFLA_BR_BRIDGE_ID] != nil {
			t.Error("what is no bridge has a bridge's id")
		}
		for _, v := range d.port {
			number(v)
		}
		parseTicks(string(b))
		if v, ok := scanInt(string(b)); !ok && v != 0 {
			t.Errorf("%q is no number and reads as %d", b, v)
		}
	})
}
