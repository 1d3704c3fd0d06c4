package monitorcmd

import (
	"time"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/listen"
	"gip/internal/rtnl"
	"gip/internal/saved"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

const rtmonUsage = `Usage: rtmon [ OPTIONS ] file FILE [ all | OBJECTS ]
OPTIONS := { -f[amily] { inet | inet6 | link | help } | -4 | -6 | -0 | -V[ersion] }
OBJECTS := [ link ] [ address ] [ route ]
`

// A recorder is what a command line of rtmon asks for.
type recorder struct {
	family uint8
	file   *string
	watch  watch
	all    bool
}

// Rtmon is the command rtmon: it writes all links, and then what changes, to a
// file.
var Rtmon = command.Applet{Names: "rtmon", Run: rtmon, Version: "rtmon utility, iproute2-" + command.Reference}

func rtmon(c *command.Call) error {
	e := c.Env
	r := recorder{all: true}
	if err := r.parse(c); err != nil {
		return err
	}
	if r.file == nil {
		return cli.Exit(cli.StatusUsage, `Not enough information: argument "file" is required`)
	}
	return r.record(e)
}

func (r *recorder) parse(c *command.Call) error {
	a := c.Args
	for a.More() {
		switch {
		case a.Match("-family"):
			if err := r.parseFamily(a); err != nil {
				return err
			}
		case a.Match("=-4"):
			r.family = unix.AF_INET
		case a.Match("=-6"):
			r.family = unix.AF_INET6
		case a.Match("=-0"):
			r.family = unix.AF_PACKET
		case a.Match("-Version"):
			c.Pen.Raw(c.Applet.Version + "\n")
			return &cli.Error{Ends: true}
		case a.Match("file"):
			if !a.More() {
				return cli.MissArg("file")
			}
			_ = a.ValueTo(&r.file)
		case r.choose(c):
		case a.Match("=all"):
			r.all = true
		case a.Match("help"):
			return cli.Usage(rtmonUsage)
		default:
			return cli.Exit(cli.StatusUsage, `Argument "%s" is unknown, try "rtmon help".`, a.Word())
		}
	}
	return nil
}

// recorded are the subjects of ip that rtmon knows.
const recorded = "link|address|route"

// choose takes the name of a subject.
func (r *recorder) choose(c *command.Call) bool {
	for _, o := range c.List[0].Objects {
		for i := range o.Subjects {
			if s := &o.Subjects[i]; word.Has(recorded, s.Word) && c.Match(s.Word) {
				r.all, r.watch.chosen = false, append(r.watch.chosen, s)
				return true
			}
		}
	}
	return false
}

func (r *recorder) parseFamily(a *cli.Args) error {
	if !a.More() {
		return cli.MissArg("family type")
	}
	switch word, _ := a.Value(); word {
	case "inet":
		r.family = unix.AF_INET
	case "inet6", "link": // the real tool takes link for inet6
		r.family = unix.AF_INET6
	case "help":
		return cli.Usage(rtmonUsage)
	default:
		return cli.Exit(cli.StatusUsage, `Protocol ID "%s" is unknown, try "rtmon help".`, word)
	}
	return nil
}

func (r *recorder) record(e *cli.Env) error {
	f, err := file.OpenFile(*r.file, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC, 0o666)
	if err != nil {
		return cli.Exit(cli.StatusUsage, "Cannot fopen: %s", cli.Strerror(err))
	}
	defer f.Close()
	c, err := e.Dial(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer c.Close()
	groups := ^uint32(0)
	if !r.all {
		groups = uint32(r.watch.groups(r.family)) &^ (1 << (unix.RTNLGRP_MPLS_ROUTE - 1))
	}
	if err := c.Bind(groups); err != nil {
		return cli.NoSocket(err)
	}
	saved.Write(f, listen.TstampOf(time.Now()))
	m := rtnl.Links(0)
	record := func(m rtnl.Message) error {
		saved.Write(f, m)
		return nil
	}
	if err := e.Dump(m, record); err != nil {
		return cli.DumpError(err, cli.StatusError)
	}
	return listen.Each(e, c, func(m rtnl.Message) error {
		saved.Write(f, listen.TstampOf(time.Now()), m)
		return nil
	})
}
