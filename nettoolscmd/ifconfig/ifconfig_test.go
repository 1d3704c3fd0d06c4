package ifconfig

import (
	"bytes"
	"testing"

	"gip/internal/show"
	"gip/linkcmd/linkstats"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// TestIfacePrint shows an interface as ifconfig and as netstat -i do.
func TestIfacePrint(t *testing.T) {
	i := &common.Iface{Name: "va", Link: &common.Link{
		Name: "va", Mtu: 1500, Txqlen: 1000, Arp: unix.ARPHRD_ETHER, Addr: []byte{2, 0, 0, 0, 0, 0xab},
		Flags: unix.IFF_UP | unix.IFF_BROADCAST | unix.IFF_MULTICAST | unix.IFF_RUNNING,
	}}
	i.Counted = true
	i.Link.Stats[linkstats.RxPackets], i.Link.Stats[linkstats.RxBytes] = 3, 2048
	i.Inet = &common.InetAddr{Local: common.Ipv4{10, 0, 0, 1}, Bits: 24, Broadcast: common.Ipv4{10, 0, 0, 255}}
	for _, c := range []struct {
		print func(*common.Iface, *show.Pen)
		want  string
	}{
		{printLong, "va: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n" +
			"        inet 10.0.0.1  netmask 255.255.255.0  broadcast 10.0.0.255\n" +
			"        ether 02:00:00:00:00:ab  txqueuelen 1000  (Ethernet)\n" +
			"        RX packets 3  bytes 2048 (2.0 KiB)\n        RX errors 0  dropped 0  overruns 0  frame 0\n" +
			"        TX packets 0  bytes 0 (0.0 B)\n        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0\n\n"},
		{printShort, "va               1500        3      0      0 0             0      0      0      0 BMRU\n"},
	} {
		var out bytes.Buffer
		p := show.New(&out, show.Options{})
		c.print(i, p)
		p.Flush()
		if out.String() != c.want {
			t.Errorf("got\n%q\nwant\n%q", out.String(), c.want)
		}
	}
}

// TestInet6Scope tells the kinds of IPv6 addresses apart as the kernel does.
func TestInet6Scope(t *testing.T) {
	for want, a := range map[string][16]byte{
		"host":          {15: 1},
		"link":          {0: 0xfe, 1: 0x80, 15: 1},
		"site":          {0: 0xfe, 1: 0xc0},
		"compat,global": {12: 10, 15: 1},
		"global":        {0: 0x20, 1: 1},
	} {
		if got := inet6Scope(a).name; got != want {
			t.Errorf("%x: %s, want %s", a, got, want)
		}
	}
}

// FuzzWords gives any words to the readers of numbers and media.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"0x7f", "5 ", "10baseT", "AUI"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v := first(s); v != first(s+"|") {
			t.Errorf("%q reads as %d, and otherwise with a word behind it", s, v)
		}
		mediaPort(s)
	})
}
