// Package labcmd is "gip lab": networks of namespaces from a text, without root.
//
// What it does is in package internal/lab; here are the words and what is printed.
package labcmd

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/lab"
	"gip/internal/lab/rights"

	"golang.org/x/sys/unix"
)

const usage = `Usage: gip lab up [ -n ] [ --host ] FILE|-
       gip lab init [ two | router | bridge | vlan | vxlan | bond | vrf | ipv6 | wan | tree ]
       gip lab run [ --host ] FILE|- [ -- COMMAND ... ]
       gip lab run SCRIPT|- [ ARGUMENT ... ]
       gip lab test [ --host ] FILE|NAME
       gip lab exec [LAB/]NODE COMMAND ...
       gip lab sh [LAB/]NODE
       gip lab enter [ LAB ]
       gip lab log [ -j ] [ LAB ]
       gip lab show [ -j ] [ LAB ]
       gip lab diff [ -j ] [ LAB ]
       gip lab script FILE|-
       gip lab down [ NAME | --all ]
       gip lab ls [ -j ] [ LAB ]
FILE := lines of  lab NAME | node NAME... | router NAME... | switch NAME...
                  link END END OPTIONS | lan NAME END... | internet NODE...
                  [ start | check [ not ] ] NODE: COMMAND... | include FILE
END  := NODE[:IFACE] [ ADDR/LEN ]... | host:IFACE [ ADDR/LEN ]...
OPTIONS := [ mtu N ] [ delay TIME [ jitter TIME ] ] [ loss PERCENT ] [ rate RATE ]
           [ type { veth | netkit } ]
`

// Object is gip lab.
var Object = command.Object{Words: "=lab", Restarts: true, Usage: usage, Takes: "...", Does: "make a network of namespaces from a file, without root", Before: help, Unknown: unknown, Verbs: []command.Verb{
	{Words: "=up", Run: up},
	{Words: "=init", Run: write},
	{Words: "=run", Run: run},
	{Words: "=test", Run: test},
	{Words: "=exec", Run: exec, Starts: ask},
	{Words: "=sh", Run: shell},
	{Words: "=enter", Run: enter},
	{Words: "=log", Run: log},
	{Words: "=show", Run: show},
	{Words: "=diff", Run: diff},
	{Words: "=script", Run: script},
	{Words: "=down", Run: down},
	{Words: "=ls", Run: ls},
	{Words: "=help"},
}}

// fail is an error as gip lab says it.
func fail(err error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case *cli.Error, *signaled:
		return e
	case lab.Errors, *lab.Error:
		return cli.Fail("%s", e)
	case *rights.Closed:
		return closed(e)
	case *lab.Unmade:
		return &cli.Error{Status: cli.StatusError, Err: fail(e.Err), Text: e.Name + ": " + e.Became + "\n"}
	case *lab.Interrupted:
		os.Stderr.WriteString(e.Error() + "\n")
		return &signaled{e.Signal}
	}
	if lab.Said(err) {
		return cli.Silent(cli.StatusError)
	}
	return cli.Fail("gip lab: %s", err)
}

// statusClosed is the exit status where namespaces cannot be made.
const statusClosed = 2

func closed(e *rights.Closed) error {
	text := "gip lab: " + e.Error() + ".\nAs root it works: sudo gip lab ...\n"
	if os.Geteuid() == 0 {
		text = "gip lab: " + e.Error() + ".\n"
	}
	return &cli.Error{Status: statusClosed, Text: text}
}

// process is a process of gip that runs in this one.
func process(c *command.Call) *command.Process {
	return &command.Process{List: c.List, Own: c.Applet, Stdin: os.Stdin, Stdout: c.Stdout, Stderr: os.Stderr}
}

// help shows the help where a word asks for it, the first or the one behind the verb.
func help(c *command.Call) error {
	const words = "=--help|=-h"
	if c.Asked {
		return nil
	}
	asks := c.Is(words)
	c.Skip()
	asks = asks || c.Is(words)
	c.Back()
	if !asks {
		return nil
	}
	c.Pen.Raw(usage)
	return cli.Silent(0)
}

// unknown is told of a word that is no verb. The one by which gip starts itself as the
// holder of a lab is for nobody else: it is compared here, where completing does not see it.
func unknown(c *command.Call) error {
	if c.Asked || c.Word() != lab.HolderVerb {
		return c.Unknown()
	}
	c.Skip()
	return fail(lab.Hold(process(c), c.Word()))
}

// operand takes the first operand of a verb.
func operand(c *command.Call, what string, is int) (string, error) {
	if !c.More() {
		return "", cli.Exit(cli.StatusUsage, "gip lab: %s is missing", what)
	}
	word, _ := c.Value()
	offer(word, is)
	if len(word) > 1 && word[0] == '-' {
		return "", cli.Exit(cli.StatusUsage, `gip lab: Option "%s" is unknown`, word)
	}
	return word, nil
}

// only takes the operand of a verb that has one, and no more.
func only(c *command.Call, what string, is int) (string, error) {
	word, err := operand(c, what, is)
	if err == nil {
		err = done(c)
	}
	return word, err
}

// done complains about words that are left.
func done(c *command.Call) error {
	if c.More() {
		return cli.Exit(cli.StatusUsage, `gip lab: "%s" is one word too many`, c.Word())
	}
	return nil
}

// readText reads a file; "-" is standard input.
func readText(path string) (string, error) {
	var text string
	var err error
	if path == "-" {
		text, err = file.ReadOpen(0, lab.MaxText)
	} else {
		text, err = file.ReadMost(path, lab.MaxText)
	}
	if len(text) > lab.MaxText {
		err = unix.EFBIG
	}
	if err != nil {
		return "", cli.Fail("gip lab: %s: %s", path, cli.Strerror(err))
	}
	return text, nil
}

// read reads the text of a lab.
func read(c *command.Call, path string) (*lab.Lab, error) {
	text, err := readText(path)
	if err != nil {
		return nil, err
	}
	return parse(c, path, text)
}

// host takes the option --host, which lets a lab use the machine's network.
func host(c *command.Call) bool { return c.Match("=--host") }

// build is what is left to see before a lab is built: whether it may use what it uses.
func build(l *lab.Lab, host bool) error {
	l.Bound = host
	if host {
		return fail(lab.MayHost())
	}
	return fail(l.RefuseHost())
}

// whole is the path of a file without links, or "" if there is none.
func whole(path string) string {
	path, _ = filepath.Abs(path)
	path, _ = filepath.EvalSymlinks(path)
	return path
}

// parse reads a text, and tries the lines of gip's own commands.
func parse(c *command.Call, path, text string) (*lab.Lab, error) {
	l, err := lab.Parse(path, text)
	if err == nil && path != "-" {
		l.From = whole(path)
		err = l.FindFolders(filepath.Dir(path))
	}
	if err == nil {
		err = l.Try(c.List)
	}
	return l, fail(err)
}

// up builds a lab.
func up(c *command.Call) error {
	dry := c.Match("=-n")
	bound := host(c)
	dry = dry || c.Match("=-n") // in either order
	path, err := only(c, "a file", labFile)
	if err != nil {
		return err
	}
	l, err := read(c, path)
	if err != nil {
		return err
	}
	if dry && (bound || l.RefuseHost() == nil) {
		return plan(c, l, bound)
	}
	if err := build(l, bound); err != nil {
		return err
	}
	res, err := lab.Up(l, c.Stdout, os.Stderr)
	if err != nil {
		return ended(fail(err))
	}
	c.Pen.Raw(l.Name + ": " + summary(res) + "\n")
	return nil
}

func summary(r lab.Result) string {
	switch {
	case r.Change == nil:
	case r.Change.Nothing():
		return "nothing to change"
	default:
		return r.Change.String() + " in " + took(r.Took)
	}
	return lab.Count(r.Nodes, "node") + " and " + lab.Count(r.Links, "link") + " made in " + took(r.Took) + lab.Without()
}

func took(d time.Duration) string { return d.Round(time.Millisecond).String() }

// run builds a lab for one command, or a shell, and takes it down; or it plays a
// script in a lab without nodes.
func run(c *command.Call) error {
	bound := host(c)
	path, err := operand(c, "a file", labFile|scriptFile)
	if err != nil {
		return err
	}
	text, err := readText(path)
	if err != nil {
		return err
	}
	if !lab.IsText(path, text) {
		if bound {
			return cli.Fail("gip lab: %s is a script, which runs in a sandbox: --host is for the text of a lab", path)
		}
		return runScript(c, path, text)
	}
	if c.More() && !c.Match("=--") {
		return done(c)
	}
	argv := c.Rest()
	if len(argv) == 0 {
		argv = []string{lab.Shell()}
	}
	l, err := parse(c, path, text)
	if err == nil {
		err = build(l, bound)
	}
	if err != nil {
		return err
	}
	return during(c, l, func(r *lab.Running) error { return execIn(c, r, "", argv, false) })
}

// longestWord is what the kernel lets a word of a command line have, with its end.
const longestWord = 1 << 17

// runScript plays a script by the shell that it names, or sh.
func runScript(c *command.Call, path, text string) error {
	l := &lab.Lab{Name: lab.NameOf(path)}
	words := []string{path}
	var st unix.Stat_t
	if path != "-" {
		unix.Stat(path, &st)
	}
	switch {
	case strings.HasPrefix(whole(path), "/run/"):
		return cli.Fail("gip lab: %s: a lab has a /run of its own, and does not see this one", path)
	case st.Mode&unix.S_IFMT == unix.S_IFREG: // a pipe can be read but once
	case len(text) < longestWord:
		words = []string{"-c", text, "sh"}
	default:
		fd, _ := unix.MemfdCreate("script", 0)
		words[0] = "/dev/fd/" + strconv.Itoa(fd)
		if err := os.WriteFile(words[0], []byte(text), 0); err != nil {
			return fail(err)
		}
	}
	argv := slices.Concat(interpreter(text), words, c.Rest())
	return during(c, l, func(r *lab.Running) error { return execIn(c, r, "", argv, false) })
}

// interpreter is what the first line of a script names, or sh.
func interpreter(text string) []string {
	line, _, _ := strings.Cut(text, "\n")
	if program, ok := strings.CutPrefix(line, "#!"); ok {
		if words := strings.Fields(program); len(words) > 0 && file.Exists(words[0]) {
			return words
		}
	}
	return []string{"sh"}
}

// during builds a lab under a name that no other has, calls f and takes it down.
func during(c *command.Call, l *lab.Lab, f func(*lab.Running) error) error {
	l.Name += "-" + strconv.Itoa(os.Getpid())
	sig, err := lab.During(l, c.Stdout, os.Stderr, f)
	if sig != 0 {
		err = &signaled{sig}
	}
	return ended(fail(err))
}

// test does the checks of a lab, which it builds for that if it is not up.
func test(c *command.Call) error {
	bound := host(c)
	word, err := only(c, "a file or a lab", labFile|labName)
	if err != nil {
		return err
	}
	if r, err := lab.Find(word); err == nil {
		l, err := r.Lab()
		if err != nil {
			return fail(err)
		}
		return checks(c, r, l)
	}
	l, err := read(c, word)
	if err != nil {
		return err
	}
	if r, err := lab.Find(l.Name); err == nil && r.Is(l) {
		return checks(c, r, l)
	}
	if err := build(l, bound); err != nil {
		return err
	}
	return during(c, l, func(r *lab.Running) error { return checks(c, r, l) })
}

// checks runs the checks of a lab and tells their results in the form of the Test
// Anything Protocol.
func checks(c *command.Call, r *lab.Running, l *lab.Lab) error {
	number, failed := 0, false
	for _, line := range l.Lines {
		if line.Doing != lab.Check && line.Doing != lab.CheckNot {
			continue
		}
		number++
		ok, said := check(r, line)
		if (!ok || line.Doing == lab.CheckNot) && r.Interrupted() {
			return nil
		}
		text := "ok " + strconv.Itoa(number) + " - " + line.Claim() + "\n"
		if !ok {
			failed = true
			text = "not " + text + "# " + line.At.String() + "\n" + commented(said)
		}
		c.Pen.Raw(text)
		c.Pen.Flush()
	}
	c.Pen.Raw("1.." + strconv.Itoa(number) + "\n")
	if failed {
		return cli.Silent(cli.StatusError)
	}
	return nil
}

// check runs a check and says whether it holds, and else what there is to tell.
func check(r *lab.Running, l *lab.Line) (ok bool, said string) {
	ws, out, err := r.Output(l.Node.Name, l.Words)
	if err != nil {
		return false, err.Error()
	}
	passed := ws.Exited() && ws.ExitStatus() == 0
	if passed == (l.Doing == lab.Check) {
		return true, ""
	}
	switch {
	case ws.Signaled():
		out += "ended by signal " + strconv.Itoa(int(ws.Signal())) + "\n"
	case !passed:
		out += "exit status " + strconv.Itoa(ws.ExitStatus()) + "\n"
	default:
		out += "it should fail\n"
	}
	return false, out
}

// commented puts a # before each line.
func commented(text string) string {
	text = strings.TrimSuffix(text, "\n")
	if text == "" {
		return ""
	}
	return "# " + strings.ReplaceAll(text, "\n", "\n# ") + "\n"
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
		name, err := labOf(c)
		if err != nil {
			return err
		}
		names = []string{name}
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
