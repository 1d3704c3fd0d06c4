package netnscmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/netns"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// monitor reports the handles that come and go, until it is ended.
func monitor(c *command.Call) error {
	e := c.Env
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		return fail(err, "inotify_init failed")
	}
	defer unix.Close(fd)
	if _, err := netns.MakeFolder(); err != nil {
		return cli.Fail("%s", err)
	}
	if _, err := unix.InotifyAddWatch(fd, netns.RunDir, unix.IN_CREATE|unix.IN_DELETE); err != nil {
		return fail(err, "inotify_add_watch failed")
	}
	buf := make([]byte, 4096)
	for !e.Interrupted(fd) {
		n, err := unix.Read(fd, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fail(err, "read failed")
		}
		printEvents(e, buf[:n])
		e.Pen.Flush()
	}
	return nil
}

// printEvents prints a read's worth of events (inotify(7)).
func printEvents(e *cli.Env, b []byte) {
	for {
		ev, rest := rtnl.View[unix.InotifyEvent](b)
		if ev == nil || int(ev.Len) > len(rest) {
			return
		}
		name := rtnl.Str(rest[:ev.Len])
		if ev.Mask&unix.IN_CREATE != 0 {
			e.Pen.Raw("add " + name + "\n")
		}
		if ev.Mask&unix.IN_DELETE != 0 {
			e.Pen.Raw("delete " + name + "\n")
		}
		b = rest[ev.Len:]
	}
}
