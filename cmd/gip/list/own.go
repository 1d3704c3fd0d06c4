package list

import (
	"os"
	"path/filepath"
	"strings"

	"gip/applycmd"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/word"
	"gip/labcmd"
	"gip/man"
	"gip/topocmd"
)

// Own is what gip does as itself: the commands that no other tool has. No link has
// their names and no argv[0] finds them. They are written in full ("=lab"), so that
// every other first word stays one of ip's.
var Own = command.Applet{
	Names: "gip", Usage: ownUsage, Output: command.Checked,
	Objects: []*command.Object{
		&labcmd.Object,
		&topocmd.Object,
		&applycmd.Snapshot,
		&applycmd.Diff,
		&applycmd.Restore,
		&applycmd.Apply,
		&names,
		&installer,
		&completer,
		&pages,
		&ownVersion,
		&ownHelp,
	},
}

// ownUsage stands before the lines that the objects have in the help.
const ownUsage = `gip serves as ip and its relatives: link it to their names, or name the command first.
Usage: gip COMMAND ...          one of those that "gip --list" shows
       gip OBJECT ...           short for "gip ip OBJECT ..."
`

var names = command.Object{Words: "=--list", Does: "show the names of the commands",
	Run: func(c *command.Call) error { return tell(c, strings.Join(c.List.Names(), "\n")+"\n") }}

var ownVersion = command.Object{Words: "=--version", Does: "show which gip this is",
	Run: func(c *command.Call) error { return tell(c, strings.TrimSpace("gip "+release+" "+commit)+"\n") }}

var ownHelp = command.Object{Words: "=--help", Does: "show this",
	Run: func(c *command.Call) error { return tell(c, c.Applet.Lines()) }}

var installer = command.Object{Words: "=--install", Takes: "DIR", Does: "make links to gip with these names in a folder",
	Run: install}

var completer = command.Object{Words: "=--complete", Takes: "WORDS", Does: "show what the last word of a command line may be",
	Restarts: true, // what is asked about is known to the whole process
	Run:      complete}

// complete is called by the stubs of shells. What nobody knows has no answer, and is
// no error.
func complete(c *command.Call) error {
	for _, w := range c.List.Complete(c.Applet, c.Rest()) {
		c.Pen.Raw(w + "\n")
	}
	return nil
}

// tell prints what gip has to say of itself.
func tell(c *command.Call, text string) error {
	c.Pen.Raw(text)
	return nil
}

// What make says of a build: the release, of the file VERSION, and the commit, which
// is empty where there is no repository.
var release, commit = "unreleased", ""

var pages = command.Object{Words: "=help", Takes: "PAGE", Does: "show a manual page, as gip, ip-link or brctl", Run: showPage}

// showPage shows a manual page; without its name, the help of the first applet, whose
// word help would be.
func showPage(c *command.Call) error {
	if !c.More() {
		return c.List[0].Help()
	}
	name := strings.Join(c.Rest(), "-")
	word.Offer(c.Word(), man.Names()...)
	if a := c.List.Find(name); a != nil {
		name = a.Name() // ping, of ping4
	}
	page := man.Page(name)
	if page == "" {
		return cli.Fail("gip: no manual page %s; there are %s", name, strings.Join(man.Names(), " "))
	}
	return tell(c, man.Text(page))
}

// install makes a link to this binary for each name of an applet in a folder.
func install(c *command.Call) error {
	args := c.Rest()
	if len(args) != 1 {
		return cli.Exit(cli.StatusUsage, "usage: gip --install DIR")
	}
	self, err := os.Executable()
	if err == nil {
		err = os.MkdirAll(args[0], 0o755)
	}
	for _, name := range c.List.Names() {
		if err == nil {
			err = link(self, filepath.Join(args[0], name))
		}
	}
	if err != nil {
		return cli.Fail("gip: %s", err)
	}
	return nil
}

// link makes path a link to self; what stood there is replaced at once. Beside
// the binary it is a symbolic link to its name, so that the folder can be copied
// as a whole; elsewhere a hard link, or a symbolic one across file systems.
func link(self, path string) error {
	tmp := path + ".new"
	os.Remove(tmp)
	dir, name := filepath.Split(self)
	if abs, err := filepath.Abs(filepath.Dir(path)); err == nil && abs == filepath.Clean(dir) {
		if err := os.Symlink(name, tmp); err != nil {
			return err
		}
		return os.Rename(tmp, path)
	}
	if err := os.Link(self, tmp); err != nil {
		if err := os.Symlink(self, tmp); err != nil {
			return err
		}
	}
	return os.Rename(tmp, path)
}
