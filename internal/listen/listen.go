// Package listen has what all monitors do: they join multicast groups of the kernel,
// print each message that arrives, with the time if -t asks for it, and show what
// rtmon wrote to a file.
package listen

import (
	"errors"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/saved"

	"golang.org/x/sys/unix"
)

// Open returns a connection that has joined groups, which are bits of a mask.
func Open(protocol int, opt rtnl.Options, groups uint32) (*rtnl.Conn, error) {
	c, err := rtnl.Dial(protocol, opt)
	if err != nil {
		return nil, cli.NoSocket(err)
	}
	if err := c.Bind(groups); err != nil {
		c.Close()
		return nil, cli.NoSocket(err)
	}
	return c, nil
}

// Subscribe joins a multicast group of a generic netlink family. The error is
// the text of the real tool; kernel 6.1, for one, has no group for ioam6.
func Subscribe(c *rtnl.Conn, family uint16, group, of string) error {
	err := c.JoinGroup(family, group)
	if err == nil {
		return nil
	}
	why := ""
	if errors.Is(err, rtnl.ErrNoGroups) {
		why, err = "Missing mcast groups TLV\n", unix.ENOENT
	}
	return errors.New(why + "can't subscribe to " + of + ": " + cli.Strerror(err))
}

// Each gives print what arrives at c, until that fails or c is told to end.
// Each message is written out at once. After a loss, which is told, it goes on.
func Each(e *cli.Env, c *rtnl.Conn, print func(rtnl.Message) error) error {
	e.EndListening(c)
	tell := func(err error) error { cli.Report(e.Stderr, err); return nil }
	err := c.Listen(func(m rtnl.Message) error {
		defer e.Pen.Flush()
		return print(m)
	}, tell)
	var text *cli.Error
	if err == nil || errors.As(err, &text) {
		return err
	}
	_ = tell(err)
	return cli.Silent(cli.StatusKernel)
}

// Replay gives print the records of a file that rtmon wrote.
func Replay(path string, print func(rtnl.Message) error) error {
	f, err := file.Open(path)
	if err != nil {
		return cli.Exit(cli.StatusUsage, "Cannot fopen: %s", cli.Strerror(err))
	}
	defer f.Close()
	return saved.Read(f, cli.StatusError, print)
}
