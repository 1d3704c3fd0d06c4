package rtnl

import "testing"

// TestBits reads the members of struct tcp_info's two bytes of bit-fields, as C lays them out.
func TestBits(t *testing.T) {
	little := LittleEndian()
	b := byte(0x21) // members 1 and 2 of four bits each
	if !little {
		b = 0x12
	}
	if first, second := Bits([]byte{b}, 1, 0, 4), Bits([]byte{b}, 1, 4, 4); first != 1 || second != 2 {
		t.Errorf("%#x: %d and %d, want 1 and 2", b, first, second)
	}
	bit := byte(0x01)
	if !little {
		bit = 0x80
	}
	if Bits([]byte{bit}, 1, 0, 1) != 1 || Bits([]byte{bit}, 1, 1, 2) != 0 {
		t.Errorf("%#x: the first bit is not set alone", bit)
	}
}
