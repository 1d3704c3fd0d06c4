// Command gip is one static binary that serves as ip, bridge, brctl,
// ifconfig, route, netstat, arp, sysctl and ping.
//
// Which of them it is, it reads from the name that it was called by, or from
// its first word: "gip brctl show". Any other first word is ip's: "gip link".
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"gip/brcmd"
	"gip/internal/caps"
	"gip/internal/cli"
	_ "gip/internal/mainstack"
	"gip/monitorcmd"
	"gip/nettoolscmd"
	"gip/pingcmd"
	"gip/routecmd"
	"gip/sysctlcmd"

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

// An applet is one of the commands that gip serves as: one of iproute2's that
// have global options, or a tool that has none.
type applet struct {
	name    string
	iproute func(prog string, args []string) (status int)
	tool    func(*cli.Env, []string) error
	// checks tells that it fails where its output cannot be written.
	checks bool
	// prepare is called first: it settles what the process may do, and what
	// becomes of output that is lost.
	prepare func(*cli.Env) error
}

// applets is a function because they run each other.
func applets() [13]applet {
	return [...]applet{
		{name: "ip", iproute: runIP},
		{name: "bridge", iproute: runBridge},
		{name: "routel", tool: routecmd.Routel},
		{name: "rtmon", tool: rtmon},
		{name: "sysctl", tool: sysctlcmd.Run, checks: true},
		{name: "ping", tool: pingcmd.Run, prepare: pingcmd.Prepare},
		{name: "ping4", tool: pingcmd.Run, prepare: pingcmd.Prepare},
		{name: "ping6", tool: pingcmd.Run, prepare: pingcmd.Prepare},
		{name: "brctl", tool: brcmd.Brctl},
		{name: "ifconfig", tool: nettoolscmd.Ifconfig},
		{name: "route", tool: nettoolscmd.Route},
		{name: "netstat", tool: nettoolscmd.Netstat},
		{name: "arp", tool: nettoolscmd.Arp},
	}
}

func rtmon(e *cli.Env, args []string) error { return monitorcmd.Rtmon(e, args, reference) }

// run serves a command line. called is the name that it was called by, with its
// folder, as messages have it.
func (a applet) run(called string, args []string) (status int) {
	if a.iproute != nil {
		return a.iproute(filepath.Base(called), args)
	}
	env := cli.New(os.Stdin, os.Stdout, os.Stderr, cli.Options{})
	env.Called = called
	if a.checks {
		env.CheckOutput(filepath.Base(called))
	}
	if a.prepare != nil {
		if err := a.prepare(env); err != nil {
			return env.Finish(err)
		}
	}
	return env.Finish(a.tool(env, args))
}

func findApplet(name string) (applet, bool) {
	for _, a := range applets() {
		if a.name == name {
			return a, true
		}
	}
	return applet{}, false
}

// calledApplet finds the applet that a program's name means: that of its name,
// or of what stands before a dot, as in ping.real, the name that a wrapper or
// dpkg-divert leaves to what it covers. login puts a dash in front of its shell's.
func calledApplet(prog string) (applet, bool) {
	name, _, _ := strings.Cut(strings.TrimPrefix(prog, "-"), ".")
	return findApplet(name)
}

// appletRunner finds an applet for a command of netns exec. gip itself is one.
func appletRunner(name string, args []string) (run func() int, ok bool) {
	if name == "gip" {
		return func() int { return runArgs(args) }, true
	}
	a, ok := findApplet(name)
	return func() int { return a.run(name, args) }, ok
}

// run serves the command line argv and returns the exit status.
func run(argv []string) int {
	cli.Begin()
	prog, args := "gip", []string(nil)
	if len(argv) > 0 {
		prog, args = filepath.Base(argv[0]), argv[1:]
	}
	if a, ok := calledApplet(prog); ok {
		surrender(a)
		return a.run(argv[0], args)
	}
	surrender(applet{})
	if strings.HasPrefix(prog, "ip") {
		return runIP(prog, args)
	}
	return runArgs(args)
}

// surrender gives back the rights of a set-user-ID program file, for which ping
// alone is made: it drops them itself when it has its socket. Whoever makes a
// link to the file chooses the name that it is called by.
func surrender(a applet) {
	if uid := os.Getuid(); uid != os.Geteuid() && !strings.HasPrefix(a.name, "ping") {
		if caps.SetUser(uid) != nil {
			os.Exit(cli.StatusError)
		}
	}
}

// runArgs serves a command line whose first word tells the applet.
func runArgs(args []string) int {
	if len(args) == 0 {
		os.Stderr.WriteString(gipUsage)
		return cli.StatusUsage
	}
	if a, ok := findApplet(args[0]); ok {
		return a.run(args[0], args[1:])
	}
	switch args[0] {
	case "--help":
		return tell(gipUsage)
	case "--version":
		return tell("gip " + version() + "\n")
	case "--list":
		return tell(list())
	case "--install":
		return install(args[1:])
	}
	return runIP("ip", args)
}

// version is that of the module, from the build info.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// list has the names of the applets, one a line.
func list() string {
	var b strings.Builder
	for _, a := range applets() {
		b.WriteString(a.name + "\n")
	}
	return b.String()
}

// tell prints what gip has to say of itself.
func tell(text string) int {
	env := cli.New(os.Stdin, os.Stdout, os.Stderr, cli.Options{})
	env.CheckOutput("gip")
	env.Pen.Raw(text)
	return env.Finish(nil)
}

// install makes a link to this binary for each applet in a folder.
func install(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: gip --install DIR")
		return cli.StatusUsage
	}
	self, err := os.Executable()
	if err == nil {
		err = os.MkdirAll(args[0], 0o755)
	}
	for _, a := range applets() {
		if err != nil {
			break
		}
		err = link(self, filepath.Join(args[0], a.name))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gip:", err)
		return 1
	}
	return 0
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
