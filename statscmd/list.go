package statscmd

import (
	"errors"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// list is "ip stats show".
func list(c *command.Call) error {
	e, a := c.Env, c.Args
	var ch chooser
	var dev *string
	for a.More() {
		switch {
		case a.Match("=dev"):
			if err := device(a, &dev); err != nil {
				return err
			}
			continue
		case a.Match("=help"):
			return help(c)
		}
		found, err := ch.parseWord(a)
		if err != nil {
			return err
		}
		if !found {
			return what(a.Word())
		}
	}
	if err := ch.enable(); err != nil {
		return err
	}
	if dev == nil {
		return ch.showAll(e)
	}
	idx, err := e.Index(*dev)
	if err != nil {
		return err
	}
	e.Pen.Begin()
	defer e.Pen.End()
	return e.Get(ch.request(idx), func(m rtnl.Message) error { return ch.print(e, m) })
}

func (c *chooser) showAll(e *cli.Env) error {
	e.Pen.Begin()
	defer e.Pen.End()
	err := e.Dump(c.request(0), func(m rtnl.Message) error {
		if err := c.print(e, m); err != nil {
			return err
		}
		e.Pen.NL()
		return nil
	})
	if err != nil {
		return &cli.Error{Status: cli.StatusKernel, Text: "Dump terminated\n", Err: err}
	}
	return nil
}

// request asks for what the enabled suites need, of one link or of all.
func (c *chooser) request(index uint32) *rtnl.Msg {
	var groups, offload uint32
	for i := range suites {
		if s := &suites[i]; c.enabled[i] {
			groups |= linkstats.StatsBit(s.group)
			for _, sub := range s.offload {
				offload |= linkstats.StatsBit(sub)
			}
		}
	}
	m := rtnl.Request(unix.RTM_GETSTATS, linkstats.IfStatsMsg{Index: index, FilterMask: groups})
	if all := uint32(1)<<uapi.IFLA_OFFLOAD_XSTATS_MAX - 1; offload != 0 && offload != all {
		n := m.Nest(unix.IFLA_STATS_GET_FILTERS | unix.NLA_F_NESTED)
		m.U32(unix.IFLA_STATS_LINK_OFFLOAD_XSTATS, offload)
		m.End(n)
	}
	return m
}

// errNoStats is ENOENT, which the real tool makes its exit status: statistics
// of MPLS without those of the link.
func errNoStats() error { return cli.Silent(int(unix.ENOENT)) }

// print prints the enabled suites of one link, each as a record, also those of
// which the kernel sent nothing.
func (c *chooser) print(e *cli.Env, m rtnl.Message) error {
	msg, attrs := rtnl.View[linkstats.IfStatsMsg](m.Body)
	if msg == nil {
		return errors.New("BUG: wrong nlmsg len")
	}
	var groups [uapi.IFLA_STATS_MAX + 1][]byte
	rtnl.Index(groups[:], attrs)
	e.Head("[STATS]")
	for i := range suites {
		i = inOrder(i, hwInfoFirst)
		s := &suites[i]
		if !c.enabled[i] {
			continue
		}
		e.Pen.OpenObject("")
		e.Pen.Int("ifindex", "", int64(int32(msg.Index)), ":")
		e.Pen.ColorStr(show.Ifname, "ifname", " ", e.Links.Name(msg.Index), ":")
		s.head(e.Pen)
		err := s.print(e, groups[s.group])
		e.Pen.CloseObject()
		if err != nil {
			return err
		}
		e.Pen.NL()
	}
	return nil
}

// printEvent prints the message of a monitor: which statistics of the hardware are
// in use.
func printEvent(e *cli.Env, m rtnl.Message) error {
	var c chooser
	c.enabled[hwInfo] = true
	return c.print(e, m)
}
