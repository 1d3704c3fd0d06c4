package addrcmd

import (
	"fmt"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// A flusher deletes addresses in rounds: with one the kernel may delete
// others, and what is left is found in the next round.
type flusher struct {
	e     *cli.Env
	f     *linkshow.Filter
	print *Printer
	out   *rtnl.Burst
	n     int // deletions asked for in this round
}

func flush(c *command.Call) error {
	e, a := c.Env, c.Args
	switch {
	case !a.More():
		return cli.Fail("Flush requires arguments.")
	case e.Opt.Family == unix.AF_PACKET:
		return cli.Fail("Cannot flush link addresses.")
	}
	f, err := parseFilter(e, a)
	if err != nil {
		return err
	}
	// Deletions go out while the list comes in.
	conn, err := e.Dial(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer conn.Close()
	fl := &flusher{e: e, f: f, print: NewPrinter(e, f), out: rtnl.NewBurst(conn, rtnl.DumpBurst)}
	fl.print.Device = true
	return fl.run()
}

func (fl *flusher) run() error {
	loops := fl.e.Opt.Loops
	for round := 0; loops == 0 || round < loops; round++ {
		if err := fl.list(); err != nil {
			return err
		}
		if fl.n == 0 {
			fl.done(round)
			return nil
		}
		if err := fl.send(); err != nil {
			return &cli.Error{Status: cli.StatusUsage, Err: err}
		}
		if fl.e.Opt.Stats > 0 {
			fl.say("\n*** Round %d, deleting %d addresses ***\n", round+1, fl.n)
		}
		if fl.onlyPrimary() {
			fl.done(round + 1)
			return nil
		}
	}
	fl.e.Warnf("*** Flush remains incomplete after %d rounds. ***\n", loops)
	return cli.Silent(cli.StatusUsage)
}

// onlyPrimary reports whether one round has to do: the next would find the
// secondary addresses that have become primary ones.
func (fl *flusher) onlyPrimary() bool {
	return fl.f.FlagMask&unix.IFA_F_SECONDARY != 0 && fl.f.Flags&unix.IFA_F_SECONDARY == 0
}

// list asks for all addresses and for the deletion of those that pass.
func (fl *flusher) list() error {
	c, err := fl.e.Conn()
	if err != nil {
		return err
	}
	fl.n = 0
	err = c.DumpChanging(dumpRequest(fl.f.Family, fl.f.Index), fl.take)
	if err != nil {
		return &cli.Error{Status: cli.StatusError, Err: err, Text: "Flush terminated\n", Ends: true}
	}
	return nil
}

func (fl *flusher) take(m rtnl.Message) error {
	a := &fl.print.a
	if m.Type != unix.RTM_NEWADDR || !a.parse(m.Body) || !passes(fl.e, fl.f, a) {
		return nil
	}
	if err := fl.out.Add(unix.RTM_DELADDR, m.Body); !harmless(err) {
		return flushError(err)
	}
	fl.n++
	if fl.e.Opt.Stats > 1 {
		fl.print.print(false)
		fl.e.Pen.WriteBlocks()
	}
	return nil
}

func (fl *flusher) send() error {
	if err := fl.out.Send(); !harmless(err) {
		return flushError(err)
	}
	return nil
}

// harmless reports whether an address was gone already, deleted together with
// another one.
func harmless(err error) bool { return err == nil || rtnl.Is(err, unix.EADDRNOTAVAIL) }

func flushError(err error) error {
	return cli.Fail("Failed to send flush request: %s", cli.Strerror(err))
}

// done tells with -s how many rounds it took.
func (fl *flusher) done(rounds int) {
	switch {
	case fl.e.Opt.Stats == 0:
	case rounds == 0:
		fl.say("Nothing to flush.\n")
	case rounds == 1:
		fl.say("*** Flush is complete after 1 round ***\n")
	default:
		fl.say("*** Flush is complete after %d rounds ***\n", rounds)
	}
}

// say writes a remark to stdout, whatever the form of the output.
func (fl *flusher) say(format string, args ...any) {
	fl.e.Pen.Raw(fmt.Sprintf(format, args...))
	fl.e.Pen.Flush()
}
