package labcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/lab"
)

// shell runs the user's shell in a node.
func shell(c *command.Call) error {
	name, node, err := nodeOf(c)
	if err == nil {
		err = done(c)
	}
	if err != nil {
		return err
	}
	return ended(execIn(c, name, node, []string{lab.Shell()}))
}

// enter runs the user's shell in a lab, where its nodes are named namespaces.
func enter(c *command.Call) error {
	r, err := which(c)
	if err != nil {
		return err
	}
	return ended(execIn(c, r.Name, "", []string{lab.Shell()}))
}

// which returns the lab that the last word names, or the only one.
func which(c *command.Call) (r *lab.Running, err error) {
	if c.More() {
		word, _ := c.Value()
		r, err = lab.Find(word)
	} else {
		r, err = lab.Only()
	}
	if err != nil {
		return nil, fail(err)
	}
	return r, done(c)
}

// log shows what the programs have written that the lab started.
func log(c *command.Call) error {
	r, err := which(c)
	if err != nil {
		return err
	}
	logs, err := r.Logs()
	if err != nil {
		return fail(err)
	}
	for _, l := range logs {
		c.Pen.Raw("==> " + l.Line.String() + "\n" + l.Text)
		if l.Text != "" && !strings.HasSuffix(l.Text, "\n") {
			c.Pen.Raw("\n")
		}
	}
	return nil
}

// execIn runs a command in a lab and ends as that does.
func execIn(c *command.Call, name, node string, argv []string) error {
	r, err := lab.Find(name)
	if err != nil {
		return fail(err)
	}
	c.Pen.Flush()
	ws, err := r.Exec(node, argv)
	switch {
	case err != nil:
		return fail(err)
	case ws.Signaled():
		return &signaled{ws.Signal()}
	case ws.ExitStatus() != 0:
		return cli.Silent(ws.ExitStatus())
	}
	return nil
}

// exec runs a command in a node.
func exec(c *command.Call) error {
	name, node, err := nodeOf(c)
	if err != nil {
		return err
	}
	if !c.More() {
		return cli.Exit(cli.StatusUsage, "gip lab: a command is missing")
	}
	return ended(execIn(c, name, node, c.Rest()))
}

// nodeOf takes [LAB/]NODE.
func nodeOf(c *command.Call) (name, node string, err error) {
	word, err := operand(c, "a node")
	if err != nil {
		return "", "", err
	}
	if name, node, both := strings.Cut(word, "/"); both {
		return name, node, nil
	}
	name, err = lab.Having(word)
	return name, word, fail(err)
}
