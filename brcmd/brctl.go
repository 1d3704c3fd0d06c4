// Package brcmd is brctl, that of bridge-utils 1.7.1, spoken over netlink where the
// original reads /sys and calls ioctl: it needs neither. Only showmacs tries an ioctl first, for speed, and
// what the original does differently without /sys is looked up there.
package brcmd

import (
	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// A command is a row of brctl's table.
type command struct {
	name string
	args int // how many it needs; more are ignored, or ports
	help string
	run  func(*brctl, []string) error
}

var commands = []command{
	{"addbr", 1, "<bridge>\t\tadd bridge", (*brctl).addBridge},
	{"delbr", 1, "<bridge>\t\tdelete bridge", (*brctl).delBridge},
	{"addif", 2, "<bridge> <device>\tadd interface to bridge", (*brctl).addPorts},
	{"delif", 2, "<bridge> <device>\tdelete interface from bridge", (*brctl).delPorts},
	{"hairpin", 3, "<bridge> <port> {on|off}\tturn hairpin on/off", (*brctl).setHairpin},
	{"setageing", 2, "<bridge> <time>\t\tset ageing time", (*brctl).setAgeing},
	{"setbridgeprio", 2, "<bridge> <prio>\t\tset bridge priority", (*brctl).setBridgePriority},
	{"setfd", 2, "<bridge> <time>\t\tset bridge forward delay", (*brctl).setForwardDelay},
	{"sethello", 2, "<bridge> <time>\t\tset hello time", (*brctl).setHello},
	{"setmaxage", 2, "<bridge> <time>\t\tset max message age", (*brctl).setMaxAge},
	{"setpathcost", 3, "<bridge> <port> <cost>\tset path cost", (*brctl).setPathCost},
	{"setportprio", 3, "<bridge> <port> <prio>\tset port priority", (*brctl).setPortPriority},
	{"show", 0, "[ <bridge> ]\t\tshow a list of bridges", (*brctl).show},
	{"showmacs", 1, "<bridge>\t\tshow a list of mac addrs", (*brctl).showMACs},
	{"showstp", 1, "<bridge>\t\tshow bridge stp info", (*brctl).showSTP},
	{"stp", 2, "<bridge> {on|off}\tturn stp on/off", (*brctl).setSTP},
}

var options = cli.Getopt{
	Prog:  "brctl",
	Short: "Vh",
	Long:  []cli.LongOpt{{Name: "help", Val: 'h'}, {Name: "version", Val: 'V'}},
}

const version = "bridge-utils, 1.7\n"

// brctl is one call of the command.
type brctl struct{ *cli.Env }

// Brctl serves the command line brctl args.
func Brctl(e *cli.Env, args []string) error {
	e.Opt.NoRemarks = true
	b := &brctl{e}
	opts, words := options.As(e.Called).Parse(args)
	if len(opts) > 0 {
		return b.option(opts[0])
	}
	if len(words) == 0 {
		return b.usage()
	}
	return b.dispatch(words[0], words[1:])
}

// option answers for the whole command.
func (b *brctl) option(o cli.Opt) error {
	switch o.Val {
	case 'h':
		b.usage()
		return nil
	case 'V':
		b.Pen.Raw(version)
		return nil
	}
	b.Warnf("%s\nUnknown option '?'\n", o.Err)
	return b.usage()
}

func (b *brctl) dispatch(name string, args []string) error {
	for i := range commands {
		c := &commands[i]
		switch {
		case c.name != name:
		case len(args) < c.args:
			b.Pen.Raw("Incorrect number of arguments for command\n")
			b.Pen.Raw("Usage: brctl " + c.name + " " + c.help + "\n")
			return cli.Silent(cli.StatusError)
		default:
			return c.run(b, args)
		}
	}
	b.Warnf("never heard of command [%s]\n", name)
	return b.usage()
}

// usage lists the commands on stdout; the status is that of a failure.
func (b *brctl) usage() error {
	b.Pen.Raw("Usage: brctl [commands]\ncommands:\n")
	for i := range commands {
		b.Pen.StrWidth("", "\t", 10, commands[i].name, "\t")
		b.Pen.Raw(commands[i].help + "\n")
	}
	return cli.Silent(cli.StatusError)
}

// trunc cuts a name as the kernel's ioctl structures do.
func trunc(name string) string { return name[:min(len(name), unix.IFNAMSIZ-1)] }
