package main

import (
	"os"

	"gip/addrcmd"
	"gip/addrlabelcmd"
	"gip/foucmd"
	"gip/ilacmd"
	"gip/internal/caps"
	"gip/internal/cli"
	"gip/ioamcmd"
	"gip/l2tpcmd"
	"gip/linkcmd"
	"gip/macseccmd"
	"gip/maddresscmd"
	"gip/monitorcmd"
	"gip/mptcpcmd"
	"gip/mroutecmd"
	"gip/neighcmd"
	"gip/netconfcmd"
	"gip/netnscmd"
	"gip/nexthopcmd"
	"gip/routecmd"
	"gip/rulecmd"
	"gip/srcmd"
	"gip/statscmd"
	"gip/tcpmetricscmd"
	"gip/tokencmd"
	"gip/tunnelcmd"
	"gip/vrfcmd"
	"gip/xfrmcmd"
)

// objects are what a command of ip is about, in the order in which abbreviations
// are tried.
var objects = [...]cli.Verb{
	{Words: "address", Run: addrcmd.Run, Waits: true},
	{Words: "addrlabel", Run: addrlabelcmd.Run, Waits: true},
	{Words: "maddress", Run: maddresscmd.Run},
	{Words: "route", Run: routecmd.Run, Waits: true},
	{Words: "rule", Run: rulecmd.Run, Waits: true},
	{Words: "neighbor|neighbour", Run: neighcmd.Run, Waits: true},
	{Words: "ntable|ntbl", Run: neighcmd.RunTable, Waits: true},
	{Words: "link", Run: linkcmd.Run, Waits: true},
	{Words: "l2tp", Run: l2tpcmd.Run, Waits: true},
	{Words: "fou", Run: foucmd.Run, Waits: true},
	{Words: "ila", Run: ilacmd.Run, Waits: true},
	{Words: "macsec", Run: macseccmd.Run, Waits: true},
	{Words: "tunnel|tunl", Run: tunnelcmd.RunTunnel},
	{Words: "tuntap|tap", Run: tunnelcmd.RunTuntap},
	{Words: "token", Run: tokencmd.Run, Waits: true},
	{Words: "tcpmetrics|tcp_metrics", Run: tcpmetricscmd.Run, Waits: true},
	{Words: "monitor", Run: monitorcmd.Run},
	{Words: "xfrm", Run: xfrmcmd.Run, Waits: true},
	{Words: "mroute", Run: mroutecmd.Run},
	{Words: "mrule", Run: rulecmd.RunMulticast, Waits: true},
	{Words: "netns", Run: netnscmd.Run},
	{Words: "netconf", Run: netconfcmd.Run},
	{Words: "vrf", Run: vrfcmd.Run},
	{Words: "sr", Run: srcmd.Run, Waits: true},
	{Words: "nexthop", Run: nexthopcmd.Run, Waits: true},
	{Words: "mptcp", Run: mptcpcmd.Run, Waits: true},
	{Words: "ioam", Run: ioamcmd.Run, Waits: true},
	{Words: "help", Help: ipUsage},
	{Words: "stats", Run: statscmd.Run, Waits: true},
	{Words: "moo", Run: moo},
}

// runIP serves ip: its global options, then an object, or a batch of them.
func runIP(prog string, args []string) int {
	if !vrfExec(args) && caps.Drop() != nil {
		return cli.StatusError
	}
	var o globals
	o.Loops = cli.DefaultLoops
	rest, err := o.parse(&ipOptions, args)
	if err != nil {
		return cli.Report(os.Stderr, err)
	}
	env := newEnv(o.Options, o.color)
	if o.isBatch {
		env.Opt.Lenient = true
		return runBatch(env, o.batch, runObject)
	}
	return env.Finish(runNamed(env, prog, rest))
}

// vrfExec reports whether a command line needs the capabilities that a
// program may have been given for it.
func vrfExec(args []string) bool {
	return len(args) >= 2 && args[0] == "vrf" && args[1] == "exec"
}

func newEnv(opt cli.Options, color string) *cli.Env {
	opt.Palette = palette(color, &opt, os.Stdout)
	env := cli.New(os.Stdin, os.Stdout, os.Stderr, opt)
	env.Applet = appletRunner
	return env
}

// runNamed runs the object that the program's own name asks for ("ipaddr"). If
// that is none, or fails with status 1, the real tool goes on and takes the
// first argument for the object.
func runNamed(env *cli.Env, prog string, args []string) error {
	if len(prog) > len("ip") {
		if o := findObject(prog[len("ip"):]); o != nil {
			err := o.Do(env, cli.NewArgs(args))
			if cli.EndsBatch(err) || cli.Status(err) != cli.StatusError {
				return err
			}
			env.Pen.End()
			cli.Report(env.Stderr, err)
		}
	}
	if len(args) == 0 {
		return cli.Usage(ipUsage)
	}
	return runObject(env, cli.NewArgs(args))
}

func findObject(word string) *cli.Verb {
	for i := range objects {
		if cli.Match(objects[i].Words, word) {
			return &objects[i]
		}
	}
	return nil
}

// moo is Debian's addition.
func moo(*cli.Env, *cli.Args) error { return cli.Exit(cli.StatusError, "%s", mooText) }

// runObject runs the command that begins with the name of its object.
func runObject(env *cli.Env, a *cli.Args) error {
	o := findObject(a.Word())
	if o == nil {
		return cli.Fail(`Object "%s" is unknown, try "ip help".`, a.Word())
	}
	a.Skip()
	return o.Do(env, a)
}
