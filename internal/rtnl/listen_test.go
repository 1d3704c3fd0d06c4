package rtnl

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestUntil holds that listening ends when the descriptor can be read, and
// gives what came before.
func TestUntil(t *testing.T) {
	c, err := Dial(unix.NETLINK_ROUTE, Options{})
	if err != nil {
		t.Skip(err)
	}
	defer c.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	c.Until(int(r.Fd()))
	m := New(unix.RTM_GETLINK, 0)
	Put(m, unix.IfInfomsg{Index: 1})
	if _, err := c.Send(m); err != nil {
		t.Fatal(err)
	}
	got := 0
	err = c.Listen(func(Message) error {
		got++
		_, err := w.Write([]byte{1})
		return err
	}, func(err error) error { return err })
	if err != nil || got != 1 {
		t.Errorf("got %d messages, %v", got, err)
	}
}
