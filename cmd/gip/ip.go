package main

import (
	"os"
	"runtime/debug"

	"gip/internal/cli"
	"gip/linkcmd"
	"gip/netnscmd"
)

// objects are ip's, in the order in which abbreviations are tried.
func objects() []cli.Verb {
	return []cli.Verb{
		{Words: "link", Run: linkcmd.Run},
		{Words: "netns", Run: netnscmd.Run},
	}
}

// runIP serves ip: its global options, then an object.
func runIP(prog string, args []string) int {
	var o ipOptions
	o.Loops = cli.DefaultLoops
	rest, err := o.parse(args)
	if err != nil {
		return cli.Report(os.Stderr, err)
	}
	o.Palette = palette(o.color, os.Stdout)
	env := cli.New(os.Stdin, os.Stdout, os.Stderr, o.Options)
	env.Applet = appletRunner
	return finish(env, runObject(env, cli.NewArgs(rest)))
}

func runObject(env *cli.Env, a *cli.Args) error {
	if !a.More() {
		return cli.Usage(ipUsage)
	}
	word := a.Word()
	for _, o := range objects() {
		if a.Match(o.Words) {
			return o.Run(env, a)
		}
	}
	if a.Match("help") {
		return cli.Usage(ipUsage)
	}
	return cli.Fail(`Object "%s" is unknown, try "ip help".`, word)
}

// finish ends the output of a command and reports its error.
func finish(env *cli.Env, err error) int {
	env.Pen.End()
	env.Pen.Flush()
	return cli.Report(env.Stderr, err)
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
