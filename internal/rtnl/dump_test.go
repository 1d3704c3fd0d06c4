package rtnl

import (
	"encoding/binary"
	"errors"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// inNamespace runs f in a network namespace of its own. The thread that enters
// it ends with its goroutine.
func inNamespace(t testing.TB, f func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Skip("no namespace of our own: ", err)
	}
}

// addRoutes makes n blackhole routes 16.x.y.z/32.
func addRoutes(t testing.TB, c *Conn, n int) {
	t.Helper()
	m := New(0, 0)
	for i := range n {
		m.Reset(unix.RTM_NEWROUTE, unix.NLM_F_CREATE)
		Put(m, unix.RtMsg{Family: unix.AF_INET, Dst_len: 32, Table: unix.RT_TABLE_MAIN, Protocol: unix.RTPROT_STATIC, Type: unix.RTN_BLACKHOLE})
		m.Be32(unix.RTA_DST, 16<<24+uint32(i))
		if err := c.Do(m); err != nil {
			t.Error(err)
			return
		}
	}
}

func dumpRoutes(c *Conn, f func(Message) error) error {
	m := New(unix.RTM_GETROUTE, 0)
	Put(m, unix.RtMsg{Family: unix.AF_INET})
	return c.Dump(m, f)
}

// connected calls f with a connection in a namespace of its own.
func connected(t testing.TB, f func(c *Conn)) {
	inNamespace(t, func() {
		c, err := Dial(unix.NETLINK_ROUTE, Options{Strict: true})
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		f(c)
	})
}

// TestLargeDump reads a dump of many datagrams: all of it and in order, an end
// in the middle, and the connection serves on afterwards.
func TestLargeDump(t *testing.T) {
	const routes = 8000
	connected(t, func(c *Conn) {
		addRoutes(t, c, routes)
		stop := errors.New("enough")
		for round, limit := range []int{routes, 5000, routes} {
			n := 0
			err := dumpRoutes(c, func(m Message) error {
				if n == limit {
					return stop
				}
				_, attrs := View[unix.RtMsg](m.Body)
				if dst := Find(attrs, unix.RTA_DST); len(dst) != 4 || binary.BigEndian.Uint32(dst) != 16<<24+uint32(n) {
					t.Errorf("round %d: route %d is to %v", round, n, dst)
					return stop
				}
				n++
				return nil
			})
			if n != limit || (err == stop) != (limit < routes) {
				t.Errorf("round %d: %d routes of %d, error %v", round, n, limit, err)
			}
		}
	})
}

// BenchmarkDump reads 8,000 routes.
func BenchmarkDump(b *testing.B) {
	connected(b, func(c *Conn) {
		addRoutes(b, c, 8000)
		b.ReportAllocs()
		for b.Loop() {
			if err := dumpRoutes(c, func(Message) error { return nil }); err != nil {
				b.Error(err)
			}
		}
	})
}
