// Package labcmd is "gip lab": networks of namespaces from a text, without root.
//
// What it does is in package internal/lab; here are the words and what is printed.
package labcmd

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/lab"

	"golang.org/x/sys/unix"
)

const usage = `Usage: gip lab up FILE|-
       gip lab run FILE [ -- COMMAND ... ]
       gip lab exec [LAB/]NODE COMMAND ...
       gip lab down [ NAME | --all ]
       gip lab ls
FILE := lines of  lab NAME | node NAME... | router NAME... | switch NAME...
                  link END END [ mtu N ] [ type { veth | netkit } ] | lan NAME END...
                  [ start | check [ not ] ] NODE: COMMAND... | include FILE
END  := NODE[:IFACE] [ ADDR/LEN ]...
`

// Object is gip lab.
var Object = command.Object{Words: "=lab", Usage: usage, Takes: "...", Does: "make a network of namespaces from a file, without root", Verbs: []command.Verb{
	{Words: "=up", Run: up},
	{Words: "=run", Run: run},
	{Words: "=exec", Run: exec},
	{Words: "=down", Run: down},
	{Words: "=ls", Run: ls},
	{Words: "=" + lab.HolderVerb, Run: hold},
	{Words: "=help"},
}}

// fail is an error as gip lab says it.
func fail(err error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case *cli.Error:
		return e
	case lab.Errors, *lab.Error:
		return cli.Fail("%s", e)
	case *lab.Closed:
		return closed(e)
	}
	if lab.Said(err) {
		return cli.Silent(cli.StatusError)
	}
	return cli.Fail("gip lab: %s", err)
}

// statusClosed is the exit status where namespaces cannot be made.
const statusClosed = 2

func closed(e *lab.Closed) error {
	text := "gip lab: " + e.Error() + ".\nAs root it works: sudo gip lab ...  To allow it to gip alone: see apparmor in gip-lab(8).\n"
	if os.Geteuid() == 0 {
		text = "gip lab: " + e.Error() + ".\n"
	}
	return &cli.Error{Status: statusClosed, Text: text}
}

// process is a process of gip that runs in this one.
func process(c *command.Call) *command.Process {
	return &command.Process{List: c.List, Own: c.Applet, Stdin: os.Stdin, Stdout: c.Stdout, Stderr: os.Stderr}
}

func hold(c *command.Call) error { return fail(lab.Hold(process(c))) }

// operand takes the only operand of a verb.
func operand(c *command.Call, what string) (string, error) {
	if !c.More() {
		return "", cli.Exit(cli.StatusUsage, "gip lab: %s is missing", what)
	}
	word, _ := c.Value()
	return word, nil
}

// done complains about words that are left.
func done(c *command.Call) error {
	if c.More() {
		return cli.Exit(cli.StatusUsage, `gip lab: "%s" is one word too many`, c.Word())
	}
	return nil
}

// read reads the text of a lab; "-" is standard input.
func read(c *command.Call, path string) (*lab.Lab, error) {
	name, from := path, path
	if path == "-" {
		name, from = "-", "/dev/stdin"
	}
	text, err := file.Read(from)
	if err != nil {
		return nil, cli.Fail("gip lab: %s: %s", path, cli.Strerror(err))
	}
	l, err := lab.Parse(name, text)
	return l, fail(err)
}

// up builds a lab.
func up(c *command.Call) error {
	path, err := operand(c, "a file")
	if err == nil {
		err = done(c)
	}
	if err != nil {
		return err
	}
	l, err := read(c, path)
	if err != nil {
		return err
	}
	res, err := lab.Up(l, c.Stdout, os.Stderr)
	if err != nil {
		return fail(err)
	}
	c.Pen.Raw(l.Name + ": " + summary(res) + "\n")
	return nil
}

func summary(r lab.Result) string {
	return lab.Count(r.Nodes, "node") + " and " + lab.Count(r.Links, "link") + " made in " + took(r.Took) + lab.Without()
}

func took(d time.Duration) string { return d.Round(time.Millisecond).String() }

// run builds a lab for one command, or a shell, and takes it down.
func run(c *command.Call) error {
	path, err := operand(c, "a file")
	if err != nil {
		return err
	}
	if c.More() && !c.Match("=--") {
		return done(c)
	}
	argv := c.Rest()
	if len(argv) == 0 {
		argv = []string{lab.Shell()}
	}
	l, err := read(c, path)
	if err != nil {
		return err
	}
	l.Name += "-" + strconv.Itoa(os.Getpid())
	if _, err := lab.Up(l, c.Stdout, os.Stderr); err != nil {
		return fail(err)
	}
	err = execIn(c, l.Name, "", argv)
	if downErr := lab.Down(l.Name); downErr != nil && err == nil {
		err = fail(downErr)
	}
	return ended(err)
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
	word, err := operand(c, "a node")
	if err != nil {
		return err
	}
	if !c.More() {
		return cli.Exit(cli.StatusUsage, "gip lab: a command is missing")
	}
	name, node, both := strings.Cut(word, "/")
	if !both {
		name, node = "", word
	}
	if name == "" {
		if name, err = lab.Having(node); err != nil {
			return fail(err)
		}
	}
	return ended(execIn(c, name, node, c.Rest()))
}

// down ends labs.
func down(c *command.Call) error {
	var names []string
	if c.Match("=--all") {
		labs, err := lab.All()
		if err != nil {
			return fail(err)
		}
		for _, r := range labs {
			names = append(names, r.Name)
		}
	} else if c.More() {
		word, _ := c.Value()
		names = []string{strings.TrimSuffix(filepath.Base(word), ".lab")}
	} else {
		r, err := lab.Only()
		if err != nil {
			return fail(err)
		}
		names = []string{r.Name}
	}
	if err := done(c); err != nil {
		return err
	}
	for _, name := range names {
		if err := lab.Down(name); err != nil {
			return fail(err)
		}
		c.Pen.Raw(name + ": gone\n")
	}
	return nil
}

// ls lists the labs that are up.
func ls(c *command.Call) error {
	if err := done(c); err != nil {
		return err
	}
	labs, err := lab.All()
	if err != nil {
		return fail(err)
	}
	for _, r := range labs {
		l, err := r.Lab()
		if err != nil {
			return fail(err)
		}
		c.Pen.Raw(r.Name + ": " + lab.Count(len(l.Nodes), "node") + " and " + lab.Count(len(l.Links), "link") + "\n")
	}
	return nil
}

// A signaled is the error of a command that a signal has ended.
type signaled struct{ sig unix.Signal }

func (s *signaled) Error() string { return "ended by " + s.sig.String() }

// ended ends this process by the signal that a command was ended by, as if the
// command had been in our place; without a core, which that has left already.
func ended(err error) error {
	s, ok := err.(*signaled)
	if !ok {
		return err
	}
	unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	unix.Kill(os.Getpid(), s.sig)
	return cli.Silent(128 + int(s.sig)) // where it is ignored
}
