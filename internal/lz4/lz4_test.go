package lz4

import (
	"bytes"
	"strings"
	"testing"
)

// published are blocks whose bytes follow from the format's description.
var published = []struct{ block, text string }{
	{"\x00", ""},
	{"\x50hello", "hello"},
	{"\x1fa\x01\x00\x01\x50bbbbb", strings.Repeat("a", 21) + "bbbbb"},
	{"\xf0\x01" + strings.Repeat("x", 16), strings.Repeat("x", 16)},
	{"\x40abcd\x00", ""}, // an offset cut off
}

func TestUnpack(t *testing.T) {
	for _, p := range published[:4] {
		if text, ok := Unpack([]byte(p.block), 100); !ok || string(text) != p.text {
			t.Errorf("%q: %q, %v, want %q", p.block, text, ok, p.text)
		}
	}
}

// TestNoBlock holds that what is no block is refused: cut, too long, or reaching back to
// before its beginning.
func TestNoBlock(t *testing.T) {
	for _, block := range []string{"", "\x60hello", "\x40abcd\x00", "\x40abcd\x05\x00", "\x40abcd\x00\x00", "\x4fabcd\x01\x00\xff\xff", "\xf0", "\x1fa\x01\x00\xff\xff\x00\x00"} {
		if text, ok := Unpack([]byte(block), 100); ok {
			t.Errorf("%q is unpacked: %q", block, text)
		}
	}
}

func FuzzPack(f *testing.F) {
	for _, p := range published {
		f.Add([]byte(p.text), []byte(p.block))
	}
	f.Add(bytes.Repeat([]byte("0123456789 link show\n"), 4000), []byte(nil))
	f.Fuzz(func(t *testing.T, text, block []byte) {
		if len(text) > 1<<17 {
			return
		}
		packed := Pack(text)
		if got, ok := Unpack(packed, len(text)); !ok || !bytes.Equal(got, text) {
			t.Errorf("%q, %v, want %q", got, ok, text)
		}
		if len(text) > 0 {
			if _, ok := Unpack(packed, len(text)-1); ok {
				t.Error("more than was asked for")
			}
		}
		_, _ = Unpack(block, 1000) // it does not panic
	})
}
