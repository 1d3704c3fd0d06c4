package tccmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/listen"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

var monitorObject = command.Object{Words: "monitor", Usage: monitorUsage, Beyond: true, Before: begin, Run: monitor}

// monitor prints what the kernel tells about traffic control, as text only.
func monitor(c *command.Call) error {
	e, path := c.Env, (*string)(nil)
	for c.More() {
		switch {
		case c.Match("file"):
			s, err := c.Value()
			if err != nil {
				return err
			}
			path = &s
		case c.Match("help"):
			return cli.Usage(c.Object.Usage)
		default:
			return cli.Exit(cli.StatusUsage, `Argument "%s" is unknown, try "tc monitor help".`, c.Word())
		}
	}
	print := func(m rtnl.Message) error { return printEvent(e, m) }
	if path != nil {
		if err := listen.Replay(*path, print); err != nil {
			return &cli.Error{Status: cli.StatusUsage, Err: err}
		}
		return nil
	}
	conn, err := rtnl.Dial(unix.NETLINK_ROUTE, rtnl.Options{})
	if err != nil {
		return cli.NoSocket(err)
	}
	defer conn.Close()
	if err := conn.Bind(1 << (unix.RTNLGRP_TC - 1)); err != nil {
		return cli.NoSocket(err)
	}
	if err := e.LearnLinks(); err != nil {
		return err
	}
	err = listen.Each(e, conn, print)
	return &cli.Error{Status: cli.StatusKernel, Err: err, Ends: true}
}

func printEvent(e *cli.Env, m rtnl.Message) error {
	if e.Opt.Timestamp {
		listen.Stamp(e)
	}
	least := int(unsafe.Sizeof(tcMsg{}))
	if m.Type >= unix.RTM_NEWACTION && m.Type <= unix.RTM_GETACTION {
		least = 4 // struct tcamsg
	}
	switch n := len(m.Body) - least; { // a message that cannot be printed ends nothing
	case m.Type == unix.NLMSG_NOOP, m.Type == unix.NLMSG_ERROR, m.Type == unix.NLMSG_DONE:
		return nil
	case n < 0 && m.Type >= unix.RTM_NEWQDISC:
		e.Warnf("Wrong len %d\n", n)
		return nil
	}
	switch m.Type {
	case unix.RTM_NEWTFILTER, unix.RTM_DELTFILTER, unix.RTM_NEWCHAIN, unix.RTM_DELCHAIN:
		_ = printFilter(e, m)
	case unix.RTM_NEWTCLASS, unix.RTM_DELTCLASS:
		_ = printClass(e, m)
	case unix.RTM_NEWQDISC, unix.RTM_DELQDISC:
		_ = printQdisc(e, m)
	case unix.RTM_NEWACTION, unix.RTM_DELACTION, unix.RTM_GETACTION:
		_ = printActions(e, m)
	default:
		e.Warnf("Unknown message: length %08d type %08x flags %08x\n", len(m.Body)+unix.SizeofNlMsghdr, m.Type, m.Flags)
	}
	return nil
}
