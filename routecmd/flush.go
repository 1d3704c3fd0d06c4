package routecmd

import (
	"os"
	"strconv"
	"time"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// flushTime is how long a flush goes on when routes come back.
const flushTime = 30 * time.Second

const cacheFile = "/proc/sys/net/ipv4/route/flush"

// flush is the verb flush: it deletes what a dump shows until a dump shows
// nothing. The deletions of a round go to the kernel many at a time.
func flush(c *command.Call) error {
	e, a := c.Env, c.Args
	if !a.More() {
		return cli.Fail(`"ip route flush" requires arguments.`)
	}
	p := NewPrinter(e)
	p.filter.flushing = true
	q, err := p.filter.parse(e, a)
	if err != nil {
		return err
	}
	if q.cloned == onlyCloned {
		if err := flushCache(e, q.family); err != nil || q.family == unix.AF_INET {
			return err
		}
	}
	conn, err := e.Dial(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer conn.Close()
	return flushRounds(e, p, q, rtnl.NewBurst(conn, rtnl.FlushBurst(e.Opt.Stats > 1)))
}

func flushRounds(e *cli.Env, p *Printer, q *query, out *rtnl.Burst) error {
	start := time.Now()
	for round := 0; ; round++ {
		count := 0
		err := q.dump(func(m rtnl.Message) error {
			n, err := p.remove(m, out)
			count += n
			return err
		})
		if err != nil {
			return &cli.Error{Status: cli.StatusKernel, Text: "Flush terminated\n", Err: err}
		}
		if count == 0 {
			flushDone(e, q, round)
			return nil
		}
		if err := out.Send(); err != nil {
			return flushFailed(err)
		}
		if t := time.Since(start); t > flushTime {
			e.Pen.Text("\n*** Flush not completed after " + strconv.Itoa(int(t.Seconds())) + " seconds, " +
				strconv.Itoa(count) + " entries remain ***\n")
			return cli.Silent(cli.StatusError)
		}
		if e.Opt.Stats > 0 {
			e.Pen.Text("\n*** Round " + strconv.Itoa(round+1) + ", deleting " + strconv.Itoa(count) + " entries ***\n")
			e.Pen.Flush()
		}
	}
}

// remove queues the deletion of a route that the filter selects; with -s -s it
// prints it too.
func (p *Printer) remove(m rtnl.Message, out *rtnl.Burst) (n int, err error) {
	if p.filter.excludes(m) {
		return 0, nil
	}
	r, err := p.parse(m)
	if err != nil || m.Type != unix.RTM_NEWROUTE || !p.filter.match(&r) {
		return 0, err
	}
	if err := out.Add(unix.RTM_DELROUTE, m.Body); err != nil {
		return 0, flushFailed(err)
	}
	if p.env.Opt.Stats > 1 {
		p.record(m.Type, &r)
		p.env.Pen.WriteBlocks()
	}
	return 1, nil
}

func flushFailed(err error) error {
	return &cli.Error{Status: cli.StatusKernel, Text: "Failed to send flush request: " + cli.Strerror(err) + "\n"}
}

func flushDone(e *cli.Env, q *query, rounds int) {
	switch {
	case e.Opt.Stats == 0:
	case rounds == 0 && (q.cloned != onlyCloned || q.family == unix.AF_INET6):
		e.Pen.Text("Nothing to flush.\n")
	case rounds > 1:
		e.Pen.Text("*** Flush is complete after " + strconv.Itoa(rounds) + " rounds ***\n")
	default:
		e.Pen.Text("*** Flush is complete after " + strconv.Itoa(rounds) + " round ***\n")
	}
}

// flushCache empties the IPv4 routing cache; IPv6 routes of the cache are
// deleted one by one.
func flushCache(e *cli.Env, family uint8) error {
	if family == unix.AF_INET6 || e.Dry != nil {
		return nil
	}
	f, err := file.OpenFile(cacheFile, os.O_WRONLY, 0)
	if err != nil {
		return cli.Fail(`Cannot open "%s": %s`, cacheFile, cli.Strerror(err))
	}
	defer f.Close()
	if _, err := f.WriteString("-1"); err != nil {
		return cli.Fail("Cannot flush routing cache")
	}
	if e.Opt.Stats > 0 {
		e.Pen.Text("*** IPv4 routing cache is flushed.\n")
	}
	return nil
}
