package common

import (
	"bytes"
	"testing"
)

// TestHardware holds that what is shown of an address reads back, for each kind of link
// layer that reads them, and how addresses may be shortened.
func TestHardware(t *testing.T) {
	for i := range HwTypes {
		h := &HwTypes[i]
		if h.Arp >= 0 && HwTypeOf(uint16(h.Arp)) != h || HwTypeNamed(h.Name) != h {
			t.Errorf("%s is not found", h.Name)
		}
		if !h.Input || h.Style != colons && h.Style != upperColons {
			continue
		}
		addr := []byte{2, 0xa, 0xff, 0, 1, 0x10, 0x99, 0xb}[:h.Size]
		shown := string(h.AppendAddr(nil, addr))
		if got, ok := h.Parse(shown, nil); !ok || !bytes.Equal(got, addr) {
			t.Errorf("%s: %s reads as % x, %v", h.Name, shown, got, ok)
		}
	}
	if HwTypeNamed("zebra") != nil || HwTypeOf(60000).Name != "unspec" {
		t.Error("a kind that there is not")
	}
	ether := HwTypeNamed("ether")
	for _, c := range []struct {
		in   string
		want []byte // nil if it is refused
	}{
		{"02:0A:ff:0:1:10", []byte{2, 0xa, 0xff, 0, 1, 0x10}},
		{"020aff000110", []byte{2, 0xa, 0xff, 0, 1, 0x10}},
		{"2:3", []byte{2, 3, 9, 9, 9, 9}}, // the rest stays
		{"", []byte{9, 9, 9, 9, 9, 9}},
		{"0g:00", nil},
		{"-1:00", nil},
	} {
		got, ok := ether.Parse(c.in, []byte{9, 9, 9, 9, 9, 9})
		if ok != (c.want != nil) || ok && !bytes.Equal(got, c.want) {
			t.Errorf("%q: % x, %v", c.in, got, ok)
		}
	}
}
