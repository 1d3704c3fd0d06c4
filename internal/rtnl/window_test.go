package rtnl

import (
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWindow sends good and bad changes together: the bad ones are told in
// order, the good ones are done, and what follows is not disturbed.
func TestWindow(t *testing.T) {
	inNamespace(t, func() {
		c, err := Dial(unix.NETLINK_ROUTE, Options{Strict: true})
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		m := New(0, 0)
		var failed []int
		note := func(tag int, err error) {
			if !Is(err, unix.EEXIST) {
				t.Errorf("%d: %v", tag, err)
			}
			failed = append(failed, tag)
		}
		w := c.NewWindow(note)
		defer w.Close()
		for i := range 200 {
			m.Reset(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
			Put(m, unix.RtMsg{Family: unix.AF_INET, Dst_len: 32, Table: unix.RT_TABLE_MAIN, Type: unix.RTN_BLACKHOLE})
			m.Be32(unix.RTA_DST, 16<<24+uint32(i%190)) // the last ten are there already
			if err := w.Add(m, 1000+i); err != nil {
				t.Error(err)
			}
		}
		if err := w.Settle(); err != nil {
			t.Error(err)
		}
		want := []int{1190, 1191, 1192, 1193, 1194, 1195, 1196, 1197, 1198, 1199}
		if !slices.Equal(failed, want) {
			t.Errorf("failed %v, want %v", failed, want)
		}
		n := 0
		if err := dumpRoutes(c, func(Message) error { n++; return nil }); err != nil || n != 190 {
			t.Errorf("%d routes, error %v", n, err)
		}
	})
}
