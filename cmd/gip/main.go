// Command gip is one static binary that serves as ip, bridge, brctl,
// ifconfig, route, netstat, arp, sysctl and ping.
//
// Which of them it is, it reads from the name that it was called by, or from
// its first word: "gip brctl show". Any other first word is ip's: "gip link".
// Package cmd/gip/list has the list of them.
package main

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"gip/cmd/gip/list"
	"gip/internal/cli"
	"gip/internal/command"
	_ "gip/internal/mainstack"

	"golang.org/x/sys/unix"
)

// Namespaces belong to threads. A main goroutine that may change the namespace
// stays on the main thread for good, so that /proc/self and execve agree with
// what the command sees. The lock costs a thread: other commands do without.
func init() {
	if mayEnter(os.Args) {
		runtime.LockOSThread()
	}
}

// mayEnter reports whether a command line may enter a namespace: it has the
// option -netns, a word that may be the object netns, or a batch. The program's
// own name may be one ("ipnetns").
func mayEnter(argv []string) bool {
	for i, word := range argv {
		if i == 0 {
			word = strings.TrimPrefix(filepath.Base(word), "ip")
		}
		name := strings.TrimLeft(word, "-")
		if strings.HasPrefix(name, "n") || name != word && strings.HasPrefix(name, "b") {
			return true
		}
	}
	return false
}

func main() {
	refuseToWait()
	os.Exit(run(os.Args))
}

// waiting are the standard streams that package os made, if others stand in their
// place: to be collected would close their descriptors.
var waiting [3]*os.File

// refuseToWait lets a standard stream that does not wait fail where nothing can be
// read, or written, now: what C's stdio does. Package os would wait for it, by its
// poller, which takes a descriptor once: a second file for it has no poller.
func refuseToWait() {
	for fd, f := range [...]**os.File{&os.Stdin, &os.Stdout, &os.Stderr} {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err == nil && flags&unix.O_NONBLOCK != 0 {
			waiting[fd], *f = *f, os.NewFile(uintptr(fd), (*f).Name())
		}
	}
}

// run serves the command line argv and returns the exit status.
func run(argv []string) int {
	cli.Begin()
	p := command.Process{List: list.Applets, Own: &own, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	return p.Main(argv)
}

// own is what gip does as itself.
var own = command.Applet{Names: "gip", Usage: usage, Output: command.Checked, Verbs: []command.Verb{
	{Words: "=--help", Run: func(c *command.Call) error { return tell(c, usage) }},
	{Words: "=--version", Run: func(c *command.Call) error { return tell(c, "gip "+version()+"\n") }},
	{Words: "=--list", Run: func(c *command.Call) error { return tell(c, strings.Join(c.List.Names(), "\n")+"\n") }},
	{Words: "=--install", Run: install},
}}

const usage = `gip serves as ip and its relatives: link it to their names, or name the command first.
Usage: gip COMMAND ...          one of those that "gip --list" shows
       gip OBJECT ...           short for "gip ip OBJECT ..."
       gip --list               show the names of the commands
       gip --install DIR        make links to gip with these names in a folder
       gip --version | --help
`

// tell prints what gip has to say of itself.
func tell(c *command.Call, text string) error {
	c.Pen.Raw(text)
	return nil
}

// version is that of the module, from the build info.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
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
