package linkcmd

import (
	"runtime"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/netns"
	"gip/internal/rtnl"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

func parseLinkNetns(c *field.Call, _ *field.Row) error {
	r := requestOf(c)
	s, err := c.Args.ValueOnce("link-netns/link-netnsid", r.given.linkNetns)
	if err != nil {
		return err
	}
	r.linkNetns, r.given.linkNetns = &s, true
	return nil
}

func parseLinkNetnsID(c *field.Call, w *field.Row) error {
	r := requestOf(c)
	s, err := c.Args.ValueOnce("link-netns/link-netnsid", r.given.linkNetns)
	if err != nil {
		return err
	}
	n, ok := cli.ParseInt(s, 0, 32)
	if !ok {
		return c.Wrong(w, s)
	}
	r.linkNetnsID, r.given.linkNetns = int32(n), n != -1
	r.m.U32(unix.IFLA_LINK_NETNSID, uint32(n))
	return nil
}

// completeLinkNetns finds the number of the namespace of the link underneath.
// It has to be that of the namespace in which the new link will be.
func (r *request) completeLinkNetns(a *cli.Args) error {
	if r.linkNetns == nil {
		return nil
	}
	if r.env.Dry != nil {
		r.m.U32(unix.IFLA_LINK_NETNSID, 0)
		return nil
	}
	return r.inTarget(func(c *rtnl.Conn) error {
		ids := netns.NewIDs(func() (*rtnl.Conn, error) { return c, nil }, func(err error) { cli.Report(r.env.Stderr, err) })
		id := ids.Of(*r.linkNetns)
		if id < 0 {
			assignNetnsID(r.env, c, *r.linkNetns)
			id = ids.Of(*r.linkNetns)
		}
		if id < 0 {
			return cli.InvArg("Invalid \"link-netns\" value\n", kind.WordOrNull(a))
		}
		r.linkNetnsID = id
		r.m.U32(unix.IFLA_LINK_NETNSID, uint32(id))
		return nil
	})
}

// inTarget calls f with a connection to the namespace that the new link will
// be in: that of the word netns if the link underneath is elsewhere.
func (r *request) inTarget(f func(*rtnl.Conn) error) error {
	if r.netns < 0 {
		c, err := r.env.Conn()
		if err != nil {
			return err
		}
		return f(c)
	}
	c, err := dialIn(r.env, r.netns)
	if err != nil {
		return err
	}
	defer c.Close()
	return f(c)
}

// dialIn opens a connection in the namespace of the descriptor; a socket stays
// in the namespace that it was opened in.
func dialIn(env *cli.Env, fd int) (*rtnl.Conn, error) {
	if env.Dry != nil {
		return env.Conn()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := unix.Open(netns.Thread, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, cli.Exit(cli.StatusUsage, "Cannot open namespace: %s", cli.Strerror(err))
	}
	defer unix.Close(home)
	if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
		return nil, cli.Exit(cli.StatusUsage, "Cannot set namespace: %s", cli.Strerror(err))
	}
	c, err := env.Dial(unix.NETLINK_ROUTE)
	if err := unix.Setns(home, unix.CLONE_NEWNET); err != nil {
		return nil, cli.Exit(cli.StatusUsage, "Cannot set namespace: %s", cli.Strerror(err))
	}
	if err != nil {
		return nil, cli.Exit(cli.StatusUsage, "Cannot open rtnetlink")
	}
	return c, nil
}

// assignNetnsID has the kernel choose a number for the namespace called word.
func assignNetnsID(env *cli.Env, c *rtnl.Conn, word string) {
	h, err := netns.Open(word)
	if err != nil {
		return
	}
	defer h.Close()
	m := rtnl.Request(unix.RTM_NEWNSID, unix.RtGenmsg{})
	m.U32(unix.NETNSA_FD, uint32(h))
	m.U32(unix.NETNSA_NSID, ^uint32(0))
	if err := c.Do(m); err != nil {
		cli.Report(env.Stderr, err)
	}
}

// linkIndex returns the index of the link underneath.
func (r *request) linkIndex() (idx uint32, err error) {
	if r.linkNetnsID == -1 {
		return r.env.Index(*r.link)
	}
	err = r.inTarget(func(c *rtnl.Conn) error {
		idx = r.foreignIndex(c)
		return nil
	})
	if err == nil && idx == 0 {
		err = cli.NoDev(*r.link)
	}
	return idx, err
}

// foreignIndex asks c for the link underneath in the namespace linkNetnsID.
func (r *request) foreignIndex(c *rtnl.Conn) (idx uint32) {
	m := rtnl.Links(0)
	m.U32(unix.IFLA_TARGET_NETNSID, uint32(r.linkNetnsID))
	attr := uint16(unix.IFLA_IFNAME)
	if !cli.ValidIfname(*r.link) {
		attr = unix.IFLA_ALT_IFNAME
	}
	m.Str(attr, *r.link)
	err := c.Get(m, func(m rtnl.Message) error {
		if ifi, _ := rtnl.View[unix.IfInfomsg](m.Body); ifi != nil {
			idx = uint32(ifi.Index)
		}
		return nil
	})
	if err != nil {
		cli.Report(r.env.Stderr, err)
	}
	return idx
}
