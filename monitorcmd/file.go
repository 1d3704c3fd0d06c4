package monitorcmd

import (
	"time"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/saved"

	"golang.org/x/sys/unix"
)

// Replay gives print the records of a file that rtmon wrote.
func Replay(path string, print func(rtnl.Message) error) error {
	f, err := file.Open(path)
	if err != nil {
		return cli.Exit(cli.StatusUsage, "Cannot fopen: %s", cli.Strerror(err))
	}
	defer f.Close()
	return saved.Read(f, cli.StatusError, print)
}

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
		case r.watch.choose(a, recorded):
			r.all = false
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

// recorded are the subjects that rtmon knows.
var recorded = []subject{
	{"link", []group{{0, unix.RTNLGRP_LINK}}},
	{"address", []group{{unix.AF_INET, unix.RTNLGRP_IPV4_IFADDR}, {unix.AF_INET6, unix.RTNLGRP_IPV6_IFADDR}}},
	{"route", []group{{unix.AF_INET, unix.RTNLGRP_IPV4_ROUTE}, {unix.AF_INET6, unix.RTNLGRP_IPV6_ROUTE}}},
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
		groups = uint32(r.watch.groups(r.family))
	}
	if err := c.Bind(groups); err != nil {
		return cli.NoSocket(err)
	}
	saved.Write(f, tstamp(time.Now()))
	m := rtnl.New(unix.RTM_GETLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{})
	record := func(m rtnl.Message) error {
		saved.Write(f, m)
		return nil
	}
	if err := e.Dump(m, record); err != nil {
		return cli.DumpError(err, cli.StatusError)
	}
	e.EndListening(c)
	err = c.Listen(func(m rtnl.Message) error {
		saved.Write(f, tstamp(time.Now()), m)
		return nil
	}, func(err error) error { complain(e, err); return nil })
	if err == nil {
		return nil
	}
	complain(e, err)
	return cli.Silent(cli.StatusKernel)
}
