package ioamcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/listen"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// eventGroup is where the kernel tells of the packets that arrive.
const eventGroup = "ioam6_events"

// monitor prints what packets that arrive bring along, until it is ended.
func monitor(c *command.Call) error {
	e := c.Env
	conn, id, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	if err := listen.Subscribe(conn, id, eventGroup, "ioam6 events"); err != nil {
		return cli.Exit(cli.StatusError, "%s", err.Error())
	}
	err = listen.Each(e, conn, func(m rtnl.Message) error {
		if genl, attrs := rtnl.View[unix.Genlmsghdr](m.Body); genl != nil && m.Type == id && genl.Cmd == uapi.IOAM6_EVENT_TRACE {
			printTrace(e, attrs)
		}
		return nil
	})
	if err != nil {
		return cli.Silent(cli.StatusError)
	}
	return nil
}
