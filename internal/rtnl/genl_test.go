package rtnl

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

// A family without any multicast group is told from one that lacks the one asked
// for: the real tool says other words.
func TestJoinGroupMissing(t *testing.T) {
	c, err := Dial(unix.NETLINK_GENERIC, Options{})
	if errors.Is(err, unix.EPROTONOSUPPORT) {
		t.Skip("no generic netlink, as in qemu-user: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for family, want := range map[string]error{"tcp_metrics": ErrNoGroups, "nlctrl": unix.ENOENT} {
		id, err := c.Family(family)
		if err != nil {
			t.Logf("no family %s: %v", family, err)
			continue
		}
		if err := c.JoinGroup(id, "made_up"); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", family, err, want)
		}
	}
}
