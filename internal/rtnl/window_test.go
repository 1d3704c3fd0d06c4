package rtnl

import (
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// blackhole fills m with the change that adds the blackhole route number i.
func blackhole(m *Msg, i int) {
	m.Reset(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	Put(m, unix.RtMsg{Family: unix.AF_INET, Dst_len: 32, Table: unix.RT_TABLE_MAIN, Type: unix.RTN_BLACKHOLE})
	m.Be32(unix.RTA_DST, 16<<24+uint32(i))
}

// TestWindow sends good and bad changes together. The bad ones are told in
// order and the good ones are done, all or up to the first bad one; what follows
// on the connection is not disturbed.
func TestWindow(t *testing.T) {
	// Of n routes, number there exists already; to go on, those after it too.
	for _, c := range []struct {
		name     string
		mode     Mode
		n, there int
		failed   []int
	}{
		{"go on", GoOn, 200, 195, []int{195, 196, 197, 198, 199}},
		{"go on, fewer than travel together", GoOn, 5, 4, []int{4}},
		{"stop", Stop, 700, 300, []int{300}},
		{"stop at the first", Stop, 1, 0, []int{0}},
		{"stop, none refused", Stop, 300, 300, nil},
		{"stop at the end of a parcel", Stop, 700, parcelSize - 1, []int{parcelSize - 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			connected(t, func(conn *Conn) { testWindow(t, conn, c.mode, c.n, c.there, c.failed) })
		})
	}
}

func testWindow(t *testing.T, c *Conn, mode Mode, n, there int, want []int) {
	m := New(0, 0)
	blackhole(m, 0)
	if err := c.Do(m); err != nil {
		t.Error(err)
	}
	var failed []int
	w := NewWindow(mode, func(tag int, err error) {
		if !Is(err, unix.EEXIST) {
			t.Errorf("%d: %v", tag, err)
		}
		failed = append(failed, tag)
	})
	defer w.Close()
	for i := range n {
		blackhole(m, 1+i)
		if i == there || i > there && mode == GoOn {
			blackhole(m, 0)
		}
		if err := w.Add(c, m, GoOn, i); err == ErrStopped && mode == Stop && i >= there {
			break
		} else if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	for range 2 {
		if err := w.Settle(); (err == ErrStopped) != (mode == Stop && want != nil) || err != nil && err != ErrStopped {
			t.Error(err)
		}
	}
	if !slices.Equal(failed, want) {
		t.Errorf("failed %v, want %v", failed, want)
	}
	routes := 0
	if err := dumpRoutes(c, func(Message) error { routes++; return nil }); err != nil || routes != 1+there {
		t.Errorf("%d routes, want %d; error %v", routes, 1+there, err)
	}
}

// TestWindowFault: what the socket refuses is told like what the kernel refuses,
// under the changes that it befell.
func TestWindowFault(t *testing.T) {
	for mode, want := range map[Mode][]int{Stop: {0}, GoOn: {0, 1, 2}} {
		c, err := Dial(unix.NETLINK_ROUTE, Options{Strict: true})
		if err != nil {
			t.Fatal(err)
		}
		var failed []int
		w := NewWindow(mode, func(tag int, err error) {
			if failed = append(failed, tag); err.Error() != "Cannot talk to rtnetlink: Bad file descriptor" {
				t.Error(err)
			}
		})
		c.Close()
		c.fd = -1
		m := New(0, 0)
		for i := range 3 {
			blackhole(m, i)
			if err := w.Add(c, m, GoOn, i); err != nil {
				t.Error(err)
			}
		}
		if err := w.Settle(); (err == ErrStopped) != (mode == Stop) {
			t.Error(err)
		}
		if !slices.Equal(failed, want) {
			t.Errorf("failed %v, want %v", failed, want)
		}
	}
}

// TestWindowLarge: as many large changes as travel together are more than the
// socket takes at once.
func TestWindowLarge(t *testing.T) {
	connected(t, func(c *Conn) {
		m := New(0, 0)
		w := NewWindow(GoOn, func(_ int, err error) {
			if _, ok := err.(*Error); !ok { // the kernel may have its opinion
				t.Error(err)
			}
		})
		defer w.Close()
		for i := range parcelSize {
			blackhole(m, i)
			m.Attr(unix.RTA_PREFSRC, make([]byte, 20<<10))
			if err := w.Add(c, m, GoOn, i); err != nil {
				t.Error(err)
			}
		}
		if err := w.Settle(); err != nil {
			t.Error(err)
		}
	})
}

// TestWindowStops: a change that stops does so in a window that goes on, too: it
// is the last that is sent, and those before it are answered.
func TestWindowStops(t *testing.T) {
	connected(t, func(c *Conn) {
		m := New(0, 0)
		var failed []int
		w := NewWindow(GoOn, func(tag int, err error) { failed = append(failed, tag) })
		defer w.Close()
		// Each fifth stops; those before 100 are there already, but none that
		// stops before 60.
		ended := -1
		for i := range 200 {
			blackhole(m, i)
			if i == 0 {
				if err := c.Do(m); err != nil {
					t.Error(err)
				}
			}
			mode := GoOn
			switch {
			case i%5 == 0 && i > 0:
				mode = Stop
				if i >= 60 {
					blackhole(m, 0)
				}
			case i%5 == 1 && i < 100:
				blackhole(m, 0)
			}
			if err := w.Add(c, m, mode, i); err != nil && ended < 0 {
				ended = i
			}
		}
		if err := w.Settle(); err != ErrStopped || w.Waiting() {
			t.Errorf("got %v, want an end", err)
		}
		want := []int{0}
		for i := 1; i < 60; i += 5 {
			want = append(want, i)
		}
		if want = append(want, 60); !slices.Equal(failed, want) {
			t.Errorf("failed %v, want %v", failed, want)
		}
		routes := 0
		if err := dumpRoutes(c, func(Message) error { routes++; return nil }); err != nil || routes != 60-12 {
			t.Errorf("%d routes, want %d; error %v", routes, 60-12, err)
		}
	})
}

// TestWindowConnections: the changes of several connections are made in order.
func TestWindowConnections(t *testing.T) {
	connected(t, func(a *Conn) {
		b, err := Dial(unix.NETLINK_ROUTE, Options{})
		if err != nil {
			t.Error(err)
			return
		}
		defer b.Close()
		for mode, want := range map[Mode][]int{Stop: {121}, GoOn: {121, 123, 125, 127, 129}} {
			m := New(0, 0)
			var failed []int
			w := NewWindow(mode, func(tag int, err error) { failed = append(failed, tag) })
			for i := range 130 {
				// After 120, each route is added on one connection and then on
				// the other.
				c, n := [...]*Conn{a, b}[i%2], i+1000*int(mode)
				if i > 120 {
					n &^= 1
				}
				blackhole(m, n)
				if w.Add(c, m, GoOn, i) != nil {
					break
				}
			}
			if err := w.Settle(); (err == ErrStopped) != (mode == Stop) {
				t.Error(err)
			}
			w.Close()
			if !slices.Equal(failed, want) {
				t.Errorf("mode %d: failed %v, want %v", mode, failed, want)
			}
		}
	})
}
