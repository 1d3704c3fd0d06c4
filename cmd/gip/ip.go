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

// An object is what a command of ip is about.
type object struct {
	words string // see cli.Match
	run   func(*cli.Env, *cli.Args) error
	// devices tells that its commands can make or remove devices by other
	// means than a request on env's connection, which notices.
	devices bool
	// queues tells that its changes matter to no other object's, so that in a
	// batch they may wait for more of their kind.
	queues bool
}

// objects are ip's, in the order in which abbreviations are tried. One without
// run is missing yet, but keeps the abbreviations of the others right.
var objects = [...]object{
	{words: "address", run: addrcmd.Run, queues: true},
	{words: "addrlabel", run: addrlabelcmd.Run},
	{words: "maddress", run: maddresscmd.Run},
	{words: "route", run: routecmd.Run, queues: true},
	{words: "rule", run: rulecmd.Run, queues: true},
	{words: "neighbor|neighbour", run: neighcmd.Run},
	{words: "ntable|ntbl", run: neighcmd.RunTable},
	{words: "link", run: linkcmd.Run},
	{words: "l2tp", run: l2tpcmd.Run, devices: true},
	{words: "fou", run: foucmd.Run},
	{words: "ila", run: ilacmd.Run},
	{words: "macsec", run: macseccmd.Run},
	{words: "tunnel|tunl", run: tunnelcmd.RunTunnel, devices: true},
	{words: "tuntap|tap", run: tunnelcmd.RunTuntap, devices: true},
	{words: "token", run: tokencmd.Run},
	{words: "tcpmetrics|tcp_metrics", run: tcpmetricscmd.Run},
	{words: "monitor", run: monitorcmd.Run},
	{words: "xfrm", run: xfrmcmd.Run},
	{words: "mroute", run: mroutecmd.Run},
	{words: "mrule", run: rulecmd.RunMulticast},
	{words: "netns", run: netnscmd.Run, devices: true},
	{words: "netconf", run: netconfcmd.Run},
	{words: "vrf", run: vrfcmd.Run, devices: true},
	{words: "sr", run: srcmd.Run},
	{words: "nexthop", run: nexthopcmd.Run, queues: true},
	{words: "mptcp", run: mptcpcmd.Run},
	{words: "ioam", run: ioamcmd.Run},
	{words: "help", run: help},
	{words: "stats", run: statscmd.Run},
	{words: "moo", run: moo},
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
			err := runIn(env, o, cli.NewArgs(args))
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

func findObject(word string) *object {
	for i := range objects {
		if cli.Match(objects[i].words, word) {
			return &objects[i]
		}
	}
	return nil
}

func help(*cli.Env, *cli.Args) error { return cli.Usage(ipUsage) }

// moo is Debian's addition.
func moo(*cli.Env, *cli.Args) error { return cli.Exit(cli.StatusError, "%s", mooText) }

// runObject runs the command that begins with the name of its object.
func runObject(env *cli.Env, a *cli.Args) error {
	o := findObject(a.Word())
	if o == nil {
		return cli.Fail(`Object "%s" is unknown, try "ip help".`, a.Word())
	}
	a.Skip()
	return runIn(env, o, a)
}

func runIn(env *cli.Env, o *object, a *cli.Args) error {
	if o.run == nil {
		return cli.Fail(`Object "%s" is not part of gip yet.`, o.words)
	}
	err := o.run(env, a)
	if o.devices {
		env.Links.Reset()
	}
	return err
}
