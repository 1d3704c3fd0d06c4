package nettoolscmd

import (
	"bytes"
	"testing"
)

// TestHardware holds that what is shown of an address reads back, for each kind of link
// layer that reads them, and how addresses may be shortened.
func TestHardware(t *testing.T) {
	for i := range hwTypes {
		h := &hwTypes[i]
		if h.arp >= 0 && hwTypeOf(uint16(h.arp)) != h || hwTypeNamed(h.name) != h {
			t.Errorf("%s is not found", h.name)
		}
		if !h.input || h.style != colons && h.style != upperColons {
			continue
		}
		addr := []byte{2, 0xa, 0xff, 0, 1, 0x10, 0x99, 0xb}[:h.size]
		shown := string(h.appendAddr(nil, addr))
		if got, ok := h.parse(shown, nil); !ok || !bytes.Equal(got, addr) {
			t.Errorf("%s: %s reads as % x, %v", h.name, shown, got, ok)
		}
	}
	if hwTypeNamed("zebra") != nil || hwTypeOf(60000).name != "unspec" {
		t.Error("a kind that there is not")
	}
	ether := hwTypeNamed("ether")
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
		got, ok := ether.parse(c.in, []byte{9, 9, 9, 9, 9, 9})
		if ok != (c.want != nil) || ok && !bytes.Equal(got, c.want) {
			t.Errorf("%q: % x, %v", c.in, got, ok)
		}
	}
}
