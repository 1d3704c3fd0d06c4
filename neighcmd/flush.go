package neighcmd

import (
	"fmt"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// maxRounds is how often flush looks again before it gives up; -loops is not
// heeded.
const maxRounds = 10

// flush deletes what matches until nothing does. A neighbour that is deleted
// while it is in use stays for a while as FAILED: from the second round on
// those do not count.
func flush(c *command.Call) error {
	e, a := c.Env, c.Args
	if !a.More() {
		return cli.Fail("Flush requires arguments.")
	}
	f := &filter{e: e, flush: true, family: e.Opt.Family, state: ^uint16(unix.NUD_PERMANENT | unix.NUD_NOARP)}
	if err := f.parse(a); err != nil {
		return err
	}
	conn, err := e.Dial(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer conn.Close()
	for round := 0; round < maxRounds; round++ {
		n, err := f.flushRound(rtnl.NewBurst(conn, rtnl.FlushBurst(f.e.Opt.Stats > 1)), round+1)
		if err != nil {
			return err
		}
		if n == 0 {
			f.sayEnd(round)
			return nil
		}
		f.state &^= unix.NUD_FAILED
	}
	e.Pen.Text(fmt.Sprintf("*** Flush not complete bailing out after %d rounds\n", maxRounds))
	return cli.Silent(cli.StatusUsage)
}

// flushRound deletes what matches now and returns how many those were.
func (f *filter) flushRound(burst *rtnl.Burst, round int) (deleted int, err error) {
	failed := false
	err = f.dump(func(n *neighbour, m rtnl.Message) error {
		if m.Type != unix.RTM_NEWNEIGH {
			return nil
		}
		deleted++
		if err := burst.Add(unix.RTM_DELNEIGH, m.Body); err != nil {
			failed = true
			return flushError(err)
		}
		if f.e.Opt.Stats > 1 {
			n.print(f.e, f.index != 0)
			f.e.Pen.WriteBlocks()
		}
		return nil
	})
	if err != nil && !failed {
		return 0, cli.Exit(cli.StatusError, "%s", "Flush terminated")
	}
	if err == nil {
		err = flushError(burst.Send())
	}
	if err == nil && deleted > 0 && f.e.Opt.Stats > 0 {
		f.e.Pen.Text(fmt.Sprintf("\n*** Round %d, deleting %d entries ***\n", round, deleted))
	}
	return deleted, err
}

func flushError(err error) error {
	if err == nil {
		return nil
	}
	return cli.Exit(cli.StatusError, "Failed to send flush request: %s", cli.Strerror(err))
}

func (f *filter) sayEnd(round int) {
	switch p := f.e.Pen; {
	case f.e.Opt.Stats == 0:
	case round == 0:
		p.Text("Nothing to flush.\n")
	case round == 1:
		p.Text("*** Flush is complete after 1 round ***\n")
	default:
		p.Text(fmt.Sprintf("*** Flush is complete after %d rounds ***\n", round))
	}
}
