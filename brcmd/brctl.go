// Package brcmd is brctl, that of bridge-utils 1.7.1, spoken over netlink where the
// original reads /sys and calls ioctl: it needs neither. Only showmacs tries an ioctl first, for speed, and
// what the original does differently without /sys is looked up there.
package brcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Applet is the command brctl.
var Applet = command.Applet{Names: "brctl", Run: runBrctl, Verbs: []command.Verb{
	{Words: "=addbr", Usage: "<bridge>\t\tadd bridge", Run: addBridge},
	{Words: "=delbr", Usage: "<bridge>\t\tdelete bridge", Run: delBridge},
	{Words: "=addif", Usage: "<bridge> <device>\tadd interface to bridge", Run: addPorts},
	{Words: "=delif", Usage: "<bridge> <device>\tdelete interface from bridge", Run: delPorts},
	{Words: "=hairpin", Usage: "<bridge> <port> {on|off}\tturn hairpin on/off", Run: setHairpin},
	{Words: "=setageing", Usage: "<bridge> <time>\t\tset ageing time", Run: setAgeing},
	{Words: "=setbridgeprio", Usage: "<bridge> <prio>\t\tset bridge priority", Run: setBridgePriority},
	{Words: "=setfd", Usage: "<bridge> <time>\t\tset bridge forward delay", Run: setForwardDelay},
	{Words: "=sethello", Usage: "<bridge> <time>\t\tset hello time", Run: setHello},
	{Words: "=setmaxage", Usage: "<bridge> <time>\t\tset max message age", Run: setMaxAge},
	{Words: "=setpathcost", Usage: "<bridge> <port> <cost>\tset path cost", Run: setPathCost},
	{Words: "=setportprio", Usage: "<bridge> <port> <prio>\tset port priority", Run: setPortPriority},
	{Words: "=show", Usage: "[ <bridge> ]\t\tshow a list of bridges", Run: showBridges},
	{Words: "=showmacs", Usage: "<bridge>\t\tshow a list of mac addrs", Run: showMACs},
	{Words: "=showstp", Usage: "<bridge>\t\tshow bridge stp info", Run: showSTP},
	{Words: "=stp", Usage: "<bridge> {on|off}\tturn stp on/off", Run: setSTP},
}}

var options = cli.Getopt{
	Prog:  "brctl",
	Short: "Vh",
	Long:  []cli.LongOpt{{Name: "help", Val: 'h'}, {Name: "version", Val: 'V'}},
}

const version = "bridge-utils, 1.7\n"

// brctl is one call of the command.
type brctl struct{ *cli.Env }

func runBrctl(c *command.Call) error {
	c.Opt.NoRemarks = true
	opts, words := options.As(c.Called).Parse(c.Rest())
	if len(opts) > 0 {
		return answer(c, opts[0])
	}
	if len(words) == 0 {
		return usage(c)
	}
	if err := c.Supports(unix.AF_UNIX); err != nil {
		return cli.Fail("can't setup bridge control: %s", cli.Strerror(err))
	}
	return do(c, words)
}

// answer answers an option, for the whole command.
func answer(c *command.Call, o cli.Opt) error {
	switch o.Val {
	case 'h':
		usage(c)
		return nil
	case 'V':
		c.Pen.Raw(version)
		return nil
	}
	c.Warnf("%s\nUnknown option '?'\n", o.Err)
	return usage(c)
}

// do runs the verb of brctl that the words begin with, if operands enough follow;
// more are ignored, or ports.
func do(c *command.Call, words []string) error {
	c.Args.Reset(words[1:])
	v := command.Find(c.Applet.Verbs, words[0])
	if v != nil {
		offerOperand(v.Usage, c.Rest())
	}
	switch {
	case v == nil:
		c.Warnf("never heard of command [%s]\n", words[0])
		return usage(c)
	case c.Len() < operands(v.Usage):
		c.Pen.Raw("Incorrect number of arguments for command\n")
		c.Pen.Raw("Usage: brctl " + words[0] + " " + v.Usage + "\n")
		return cli.Silent(cli.StatusError)
	}
	return v.Run(c)
}

// offerOperand tells what the operand that is asked about, the last one, may be by the
// usage of the verb.
func offerOperand(usage string, operands []string) {
	grammar, _, _ := strings.Cut(usage, "\t")
	places := strings.Fields(strings.Trim(grammar, "[] "))
	if len(operands) == 0 || len(places) == 0 {
		return
	}
	// Behind the last place there is room for more ports.
	at, w := len(operands)-1, operands[len(operands)-1]
	switch place := places[min(at, len(places)-1)]; {
	case place == "<bridge>" || place == "<device>" || place == "<port>":
		word.OfferLink(w)
	case strings.HasPrefix(place, "{"):
		word.Offer(w, strings.Split(strings.Trim(place, "{}"), "|")...)
	}
}

// operands is how many operands the usage of a verb has that may not be left out:
// "<bridge> <time>", then a tab and what it does.
func operands(usage string) int {
	grammar, _, _ := strings.Cut(usage, "\t")
	if strings.HasPrefix(grammar, "[") {
		return 0
	}
	return len(strings.Fields(grammar))
}

// usage lists the verbs on stdout; the status is that of a failure.
func usage(c *command.Call) error {
	c.Pen.Raw("Usage: brctl [commands]\ncommands:\n")
	for i := range c.Applet.Verbs {
		v := &c.Applet.Verbs[i]
		c.Pen.StrWidth("", "\t", 10, v.Word(), "\t")
		c.Pen.Raw(v.Usage + "\n")
	}
	return cli.Silent(cli.StatusError)
}

// trunc cuts a name as the kernel's ioctl structures do.
func trunc(name string) string { return name[:min(len(name), unix.IFNAMSIZ-1)] }
