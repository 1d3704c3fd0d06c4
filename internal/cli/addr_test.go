package cli

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAppendAddr holds our own writing of addresses against package netip,
// which differs for IPv4-compatible ones only.
func TestAppendAddr(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	check := func(family uint8, a []byte, want string) {
		t.Helper()
		if got := string(AppendAddr([]byte("x"), family, a)); got != "x"+want {
			t.Errorf("%v: got %s, want x%s", a, got, want)
		}
	}
	for range 20000 {
		var a [16]byte
		for i := range a {
			// Many zeros, and numbers of one, two and three digits.
			a[i] = byte(r.Uint32()) >> (r.Uint32() % 12)
		}
		check(unix.AF_INET, a[:], netip.AddrFrom4([4]byte(a[:])).String())
		if r.Uint32()%4 == 0 {
			copy(a[:], []byte{10: 0xff, 11: 0xff})
		} else {
			clear(a[r.Uint32()%16 : 16])
		}
		if addr := netip.AddrFrom16(a); !addr.Is4In6() && ([12]byte(a[:]) == [12]byte{}) {
			a[0] = 0xfe
		}
		check(unix.AF_INET6, a[:], netip.AddrFrom16(a).String())
		n := r.IntN(len(a) + 1)
		check(unix.AF_PACKET, a[:n], strings.ReplaceAll(fmt.Sprintf("% x", a[:n]), " ", ":"))
	}
	for want, a := range map[string][16]byte{
		"::1.2.3.4": {12: 1, 13: 2, 14: 3, 15: 4}, "::0.1.0.0": {13: 1}, "::1": {15: 1}, "::100": {14: 1}, "::": {},
		"1::": {1: 1}, "0:1::": {3: 1}, "::2:0:0:1": {9: 2, 15: 1},
	} {
		check(unix.AF_INET6, a[:], want)
	}
}

func BenchmarkAppendAddr(b *testing.B) {
	addr := []byte{0x20, 1, 0xd, 0xb8, 0, 7, 0xab, 0xcd, 15: 0}
	buf := make([]byte, 0, 64)
	families := map[uint8]int{unix.AF_INET: 4, unix.AF_INET6: 16, unix.AF_PACKET: 6}
	for name, family := range map[string]uint8{"IPv4": unix.AF_INET, "IPv6": unix.AF_INET6, "MAC": unix.AF_PACKET} {
		b.Run(name, func(b *testing.B) {
			addr := addr[:families[family]]
			for b.Loop() {
				AppendAddr(buf, family, addr)
			}
		})
	}
}
