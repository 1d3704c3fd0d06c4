package brcmd

import (
	"cmp"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"

	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// TestForwarding holds the two ways to read a bridge's entries against each
// other, on a bridge of its own.
func TestForwarding(t *testing.T) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // the thread ends with the goroutine
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Log("no namespace of our own: ", err)
			return
		}
		b := brctl{cli.New(os.Stdin, os.Stdout, os.Stderr, cli.Options{})}
		if err := bridgeWithEntries(b.Env, 600); err != nil {
			t.Log("no bridge: ", err)
			return
		}
		br, _ := b.findBridge("br0")
		dumped, err := b.dumpForwarding(br)
		if err != nil || len(dumped) != 601 {
			t.Errorf("dump: %d entries, %v", len(dumped), err)
		}
		read, ok := readForwarding("br0")
		if ok && !slices.Equal(read, dumped) {
			t.Errorf("got  %v\nwant %v", read, dumped)
		}
		if _, ok := readForwarding("p0"); ok {
			t.Error("a port has entries")
		}
	}()
	<-done
}

func TestSortByMAC(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 70 {
		s := make([]entry, n)
		for i := range s {
			s[i] = entry{mac: r.Uint64N(20), age: uint32(i)}
		}
		want := slices.Clone(s)
		slices.SortStableFunc(want, func(a, b entry) int { return cmp.Compare(a.mac, b.mac) })
		if got := sortByMAC(s); !slices.Equal(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	}
}

// bridgeWithEntries makes br0 with the port p0 and n entries there.
func bridgeWithEntries(e *cli.Env, n int) error {
	link := func(name, kind string, master uint32) error {
		m := rtnl.New(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
		rtnl.Put(m, unix.IfInfomsg{})
		m.Str(unix.IFLA_IFNAME, name)
		if master != 0 {
			m.U32(unix.IFLA_MASTER, master)
		}
		info := m.Nest(unix.IFLA_LINKINFO)
		m.Str(unix.IFLA_INFO_KIND, kind)
		m.End(info)
		return e.Do(m)
	}
	if err := link("br0", "bridge", 0); err != nil {
		return err
	}
	if err := link("p0", "veth", e.Links.Index("br0")); err != nil {
		return err
	}
	for i := range n {
		m := rtnl.New(unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
		rtnl.Put(m, unix.NdMsg{Family: unix.AF_BRIDGE, Ifindex: int32(e.Links.Index("p0")), Flags: unix.NTF_MASTER, State: unix.NUD_NOARP})
		m.Attr(unix.NDA_LLADDR, []byte{2, 0, 0, 1, byte(i >> 8), byte(i)})
		if err := e.Do(m); err != nil {
			return err
		}
	}
	return nil
}
