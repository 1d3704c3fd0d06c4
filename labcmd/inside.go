package labcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/lab"
	"gip/internal/word"
)

// shell runs the user's shell in a node.
func shell(c *command.Call) error {
	r, node, err := nodeOf(c)
	if err == nil {
		err = done(c)
	}
	if err != nil {
		return err
	}
	return ended(execIn(c, r, node, []string{lab.Shell()}, true))
}

// enter runs the user's shell in a lab, where its nodes are named namespaces.
func enter(c *command.Call) error {
	r, err := which(c)
	if err == nil {
		err = done(c)
	}
	if err != nil {
		return err
	}
	return ended(execIn(c, r, "", []string{lab.Shell()}, true))
}

// which returns the lab that the next word names, or the only one.
func which(c *command.Call) (r *lab.Running, err error) {
	if !c.More() {
		r, err = lab.Only()
		return r, fail(err)
	}
	name, err := labOf(c)
	if err == nil {
		r, err = lab.Find(name)
	}
	return r, fail(err)
}

// labOf takes the name of a lab, or of its file.
func labOf(c *command.Call) (string, error) {
	w, err := operand(c, "a lab", labName)
	return called(w), err
}

// called is the name of the lab that is up from a file, which may give it any, or else that
// which the word is.
func called(w string) string {
	name := lab.Called(w)
	if name == w { // it names no file
		return name
	}
	if path := whole(w); path != "" {
		for _, r := range lab.Seen() {
			if l, err := r.Lab(); err == nil && l.From == path {
				return r.Name
			}
		}
	}
	return name
}

// log shows what the programs have written that the lab started.
func log(c *command.Call) error {
	r, asJSON, err := looked(c)
	if err != nil {
		return err
	}
	logs, err := r.Logs()
	if err != nil {
		return fail(err)
	}
	if asJSON {
		return logRecords(c, logs)
	}
	for _, l := range logs {
		c.Pen.Raw("==> " + l.Line.String() + "\n" + l.Text)
		if l.Text != "" && !strings.HasSuffix(l.Text, "\n") {
			c.Pen.Raw("\n")
		}
	}
	return nil
}

// logRecords writes what log shows as records.
func logRecords(c *command.Call, logs []lab.Log) error {
	p := c.Pen
	p.Begin()
	for _, l := range logs {
		p.OpenObject("")
		p.Str("node", "", l.Line.Node.Name, "")
		p.Str("command", "", lab.Quoted(l.Line.Words), "")
		p.Str("text", "", string([]rune(l.Text)), "") // a program may write what is no text
		p.CloseObject()
	}
	p.End()
	return nil
}

// execIn runs a command in a lab and ends as that does. last tells that nothing follows.
func execIn(c *command.Call, r *lab.Running, node string, argv []string, last bool) error {
	c.Pen.Flush()
	ws, err := r.Exec(node, argv, last)
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
	r, node, err := nodeOf(c)
	if err != nil {
		return err
	}
	if !c.More() {
		return cli.Exit(cli.StatusUsage, "gip lab: a command is missing")
	}
	return ended(execIn(c, r, node, c.Rest(), true))
}

// nodeOf takes [LAB/]NODE.
func nodeOf(c *command.Call) (r *lab.Running, node string, err error) {
	w, err := operand(c, "a node", nodeName)
	if err != nil {
		return nil, "", err
	}
	name, node, both := strings.Cut(w, "/")
	if !both {
		node = w
	}
	switch {
	case lab.ValidName(node) != "": // without one, a command would run outside of all
		err = cli.Fail("gip lab: no node is called %q", node)
	case both:
		r, err = lab.Find(called(name))
	default:
		r, err = lab.Having(node)
	}
	return r, node, fail(err)
}

// ask asks about the command that exec is to run: gip in the node knows.
func ask(c *command.Call, ask func(argv []string)) {
	w, _ := c.Value()
	switch {
	case offer(w, nodeName) || !c.More():
		return
	case c.Len() == 1:
		ask(c.Rest())
		return
	}
	name, node, both := strings.Cut(w, "/")
	for _, r := range lab.Seen() {
		l, err := r.Lab()
		if err != nil || both && r.Name != name {
			continue
		}
		if !both {
			node = w
		}
		if l.Find(node) != nil {
			words := append([]string{"gip", "--complete"}, c.Rest()...)
			words[len(words)-1] = word.Typed
			_, out, _ := r.Output(node, words)
			word.Offer(word.Asked, strings.Fields(out)...)
			return
		}
	}
}
