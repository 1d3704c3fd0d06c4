package main

import (
	"os"

	"gip/brcmd"
	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

var bridgeOptions = optionTable{"bridge help", []option{
	{"help", nil, func(*globals, string) error { return bridgeHelp() }},
	{"Version", nil, func(*globals, string) error { return showVersion("bridge utility, " + reference) }},
	{"stats|statistics", nil, flag(func(o *globals) { o.Stats++ })},
	{"details", nil, flag(func(o *globals) { o.Details++ })},
	{"oneline", nil, flag(func(o *globals) { o.Oneline = true })},
	{"timestamp", nil, flag(func(o *globals) { o.Timestamp = true })},
	{"family", bridgeHelp, setBridgeFamily},
	{"=4", nil, family(unix.AF_INET)},
	{"=6", nil, family(unix.AF_INET6)},
	{"netns", may, setNetns},
	{"color", nil, setColor},
	{"compressvlans", nil, flag(func(o *globals) { o.Compress = true })},
	{"force", nil, flag(func(o *globals) { o.Force = true })},
	{"json", nil, flag(func(o *globals) { o.JSON = true })},
	{"pretty", nil, flag(func(o *globals) { o.Pretty = true })},
	{"batch", bridgeHelp, setBatch},
}}

func bridgeHelp() error { return cli.Usage(brcmd.Usage) }

func setBridgeFamily(o *globals, v string) error {
	switch v {
	case "inet", "inet6":
		o.Family = cli.ParseFamily(v)
		return nil
	case "help":
		return bridgeHelp()
	}
	return cli.InvArg("invalid protocol family", v)
}

// runBridge serves bridge: its global options, then an object, or a batch of
// them.
func runBridge(_ string, args []string) int {
	var o globals
	rest, err := o.parse(&bridgeOptions, args)
	if err != nil {
		return cli.Report(os.Stderr, err)
	}
	env := newEnv(o.Options, o.color)
	run := brcmd.New()
	if o.isBatch {
		return runBatch(env, o.batch, run)
	}
	if len(rest) == 0 {
		return finish(env, bridgeHelp())
	}
	return finish(env, run(env, cli.NewArgs(rest)))
}
