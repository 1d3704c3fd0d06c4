package main

import (
	"os"

	"gip/bridgecmd"
	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

var bridgeOptions = optionTable{"bridge help", []option{
	{words: "help", set: func(*globals, string) error { return bridgeHelp() }},
	{words: "Version", set: func(*globals, string) error { return showVersion("bridge utility, " + reference) }},
	{words: "stats|statistics", flag: func(o *globals) { o.Stats++ }},
	{words: "details", flag: func(o *globals) { o.Details++ }},
	{words: "oneline", flag: func(o *globals) { o.Oneline = true }},
	{words: "timestamp", flag: func(o *globals) { o.Timestamp = true }},
	{words: "family", value: "family", lack: bridgeHelp, set: setBridgeFamily},
	{words: "=4", flag: func(o *globals) { o.Family = unix.AF_INET }},
	{words: "=6", flag: func(o *globals) { o.Family = unix.AF_INET6 }},
	{words: "netns", value: "name", lack: may, set: setNetns},
	{words: "color", set: setColor},
	{words: "compressvlans", flag: func(o *globals) { o.Compress = true }},
	{words: "force", flag: func(o *globals) { o.Force = true }},
	{words: "json", flag: func(o *globals) { o.JSON = true }},
	{words: "pretty", flag: func(o *globals) { o.Pretty = true }},
	{words: "batch", value: "file", lack: bridgeHelp, set: setBatch},
}}

func bridgeHelp() error { return cli.Usage(bridgecmd.Usage) }

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
	if o.isBatch {
		return runBatch(env, o.batch, bridgecmd.Run)
	}
	if len(rest) == 0 {
		return env.Finish(bridgeHelp())
	}
	return env.Finish(bridgecmd.Run(env, cli.NewArgs(rest)))
}
