package netnscmd

import (
	"syscall"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/netns"
	"gip/internal/spawn"
	"gip/vrfcmd"
)

// exec runs a command in a namespace, or in all of them one after another.
func exec(c *command.Call) error {
	e, a := c.Env, c.Args
	if e.Opt.All {
		return execAll(e, a.Rest())
	}
	name, err := needName(a)
	if err != nil {
		return err
	}
	if !a.More() {
		return cli.Fail("No command specified")
	}
	return spawn.Run(e, a.Rest(), enter(e, name))
}

// ask asks about the command that exec is to run, in the namespace.
func ask(c *command.Call, ask func(argv []string)) {
	if !c.Opt.All {
		name, _ := c.Value()
		if netns.Offer(name) {
			return
		}
		if _, err := netns.Enter(name, func(string) {}); err != nil {
			return
		}
	}
	if c.More() {
		ask(c.Rest())
	}
}

func execAll(e *cli.Env, argv []string) error {
	if len(argv) == 0 {
		return cli.Fail("No command specified")
	}
	names, err := handles()
	for _, name := range names {
		e.Pen.Raw("\nnetns: " + name + "\n")
		err := spawn.Child(e, argv, enter(e, name))
		if cli.EndsBatch(err) {
			return err
		}
		// A failure in one namespace is shown and does not count.
		cli.Report(e.Stderr, err)
	}
	return err
}

// enter moves to a namespace for a program; its failure ends the command with
// status 255. A VRF that we are in is one of the namespace that we leave.
func enter(e *cli.Env, name string) spawn.Setup {
	return func(child bool) (*syscall.SysProcAttr, error) {
		attr := vrfcmd.Reset(e, child)
		if err := netns.Switch(name, note(e)); err != nil {
			return nil, cli.Exit(cli.StatusUsage, "%s", err)
		}
		return attr, nil
	}
}
