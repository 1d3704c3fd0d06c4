// Bench measures gip against the reference tools and prints a Markdown table of
// ratios: each row is the median of paired runs, gip and reference in turn.
//
// Each group of rows runs in a process of its own with its own network, mount
// and pid namespace, on a root that is the reference's own tree: both sides are
// started there in the same way, with no wrapper, and all that they make goes
// with the namespaces. It needs root.
//
//	speed [-vm] [-ref TREE] [-gip FILE] [-scale N|full] [-only REGEXP] [-bare] [-budget D]
//
// TREE is an unpacked Debian with iproute2 (or the path of usr/sbin/ip in it);
// the default is what make reference got. FILE is gip, by default built for the
// purpose; the word reference puts the reference on both sides, and then each
// ratio must be about one. -vm has all of it done in the test VM, with the tools
// there: for rows that this machine's kernel cannot do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gip/compat_test/lab"
)

// sizes says how big the state is that the rows work on.
type sizes struct {
	routes, routes6, flushed, links, kinds, neighs, fdb, bridges int
	// lines of batches
	neighLines, fdbLines, setLines, makeLines, addrLines, mixedLines int
	filters, classes                                                 int // of tc; classes up to 65535
	vlans                                                            int // up to vlanIDs
	tcp, unix                                                        int // sockets
	nodes                                                            int // of a lab
}

var (
	usual = sizes{routes: 200_000, routes6: 200_000, flushed: 200_000, links: 1_000, kinds: 1_000, neighs: 20_000, fdb: 20_000, bridges: 200,
		neighLines: 50_000, fdbLines: 30_000, setLines: 10_000, makeLines: 100, addrLines: 10_000, mixedLines: 24_000, vlans: 1_000, filters: 20_000, classes: 5_000, tcp: 50_000, unix: 20_000, nodes: 100}
	full = sizes{routes: 500_000, routes6: 200_000, flushed: 200_000, links: 10_000, kinds: 1_000, neighs: 100_000, fdb: 100_000, bridges: 200,
		neighLines: 200_000, fdbLines: 100_000, setLines: 20_000, makeLines: 5_000, addrLines: 20_000, mixedLines: 120_000, vlans: vlanIDs, filters: 50_000, classes: 10_000, tcp: 50_000, unix: 20_000, nodes: 1_000}
)

func (s sizes) times(n float64) sizes {
	for _, p := range []*int{&s.routes, &s.routes6, &s.flushed, &s.links, &s.kinds, &s.neighs, &s.fdb, &s.bridges,
		&s.neighLines, &s.fdbLines, &s.setLines, &s.makeLines, &s.addrLines, &s.mixedLines, &s.vlans, &s.filters, &s.classes, &s.tcp, &s.unix, &s.nodes} {
		*p = max(2, int(float64(*p)*n))
	}
	s.vlans = min(s.vlans, vlanIDs)
	s.mixedLines += -s.mixedLines % 12
	return s
}

// referenceWord is the candidate that is the reference itself.
const referenceWord = "reference"

// headGroup is the process that prints the table's head.
const headGroup = "head"

// config is what the command line says.
type config struct {
	ref, gip string
	size     sizes
	scale    string // what -scale said
	sel      selection
	budget   time.Duration
	group    string // in the process of one group: its name
	dir      string // and the directory that becomes its root
	do       string // in the process of a bare row: its work
	holder   int    // in a process that holds sockets: which one it is
	vm       bool   // in the test VM
	kernel   string // which one there
	made     string // in the VM: the folder with what is measured
}

// selection says which rows are wanted: those that match, the bare ones only
// when asked for.
type selection struct {
	only *regexp.Regexp
	bare bool
}

// barePrefix begins the name of a row with the kernel's own share.
const barePrefix = "bare "

func (s selection) has(name string) bool {
	return name != "" && s.only.MatchString(name) && (s.bare || !strings.HasPrefix(name, barePrefix))
}

func main() {
	c, err := parse()
	switch {
	case err != nil:
	case c.do != "":
		err = runBare(c, c.size.routes)
	case c.group != "":
		err = runGroup(c)
	default:
		err = runAll(c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

func parse() (config, error) {
	c := config{}
	flag.StringVar(&c.ref, "ref", "", "the reference's `tree`, or its usr/sbin/ip (default: from make reference)")
	flag.StringVar(&c.gip, "gip", "", "the candidate's `file` (default: build gip), or "+referenceWord)
	flag.StringVar(&c.scale, "scale", "1", "multiply all sizes by this `number`, or full: the sizes of docs/performance.md")
	only := flag.String("only", "", "only rows whose name matches the `regexp`")
	flag.DurationVar(&c.budget, "budget", 4*time.Second, "aim at this `time` for a row")
	flag.StringVar(&c.group, "group", "", "internal: the group to run")
	flag.StringVar(&c.dir, "dir", "", "internal: where its root goes")
	flag.BoolVar(&c.sel.bare, "bare", false, "also measure the kernel's own share")
	flag.StringVar(&c.do, "do", "", "internal: the work of a bare row")
	flag.BoolVar(&c.vm, "vm", false, "measure in the test VM")
	flag.StringVar(&c.kernel, "kernel", "7.3", "the test VM's `kernel`")
	flag.StringVar(&c.made, "made", "", "internal: in the VM, the folder with what is measured")
	flag.IntVar(&c.holder, "holder", 0, "internal: which process of several")
	routes := flag.Int("routes", 0, "`n` routes, whatever the scale")
	flag.Parse()
	var err error
	if c.size, err = scaled(c.scale); err != nil {
		return c, err
	}
	if *routes > 0 {
		c.size.routes = *routes
	}
	if c.sel.only, err = regexp.Compile(*only); err != nil {
		return c, err
	}
	if flag.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	switch {
	case c.vm && c.ref != "":
		return c, errors.New("-ref: the VM has its own tools")
	case c.do == "" && !c.vm:
		c.ref, err = tree(c.ref)
	}
	return c, err
}

// scaled is the sizes that a -scale asks for.
func scaled(scale string) (sizes, error) {
	if scale == "full" {
		return full, nil
	}
	n, err := strconv.ParseFloat(scale, 64)
	if err != nil || !(n > 0 && n <= 50) {
		return sizes{}, fmt.Errorf("-scale %q is neither full nor a number up to 50", scale)
	}
	return usual.times(n), nil
}

// tree finds the tree that the reference tool is part of.
func tree(ref string) (string, error) {
	if ref == "" {
		return lab.Reference()
	}
	dir, err := filepath.EvalSymlinks(ref)
	if err != nil {
		return "", err
	}
	dir = strings.TrimSuffix(dir, "/usr/sbin/ip")
	if _, err := os.Stat(filepath.Join(dir, "usr/sbin/ip")); err != nil {
		return "", fmt.Errorf("%s is no tree with usr/sbin/ip; a wrapper would be measured along with the tool", ref)
	}
	return dir, nil
}

// runAll makes what is measured and measures it, here or in the test VM.
func runAll(c config) error {
	if os.Geteuid() != 0 && !c.vm {
		return errors.New("namespaces and routes need root")
	}
	// The end of a group's first process ends all that it started.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if c.made != "" {
		return runGroups(ctx, c.made, c)
	}
	beside := "" // the VM copies what is measured
	if !c.vm {
		// How fast a program starts depends on its file system.
		beside = filepath.Dir(c.ref)
	}
	dir, err := os.MkdirTemp(beside, "speed")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := makePrograms(dir, c); err != nil {
		return err
	}
	if c.vm {
		return runInVM(ctx, dir, c)
	}
	return runGroups(ctx, dir, c)
}

// makePrograms makes what is measured, but for what is there already.
func makePrograms(dir string, c config) error {
	if err := buildEmpty(dir); err != nil || c.gip != "" {
		return err
	}
	_, err := lab.Build(dir)
	return err
}

// runGroups starts one process for each group with a row to measure.
func runGroups(ctx context.Context, dir string, c config) error {
	notes, err := os.Create(filepath.Join(dir, "notes"))
	if err != nil {
		return err
	}
	defer notes.Close()
	if err := startGroup(ctx, headGroup, dir, notes); err != nil {
		return err
	}
	for _, g := range groups(c.size) {
		if !g.wanted(c.sel) {
			continue
		}
		if err := startGroup(ctx, g.name, dir, notes); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
	}
	text, err := os.ReadFile(notes.Name())
	if len(text) > 0 {
		fmt.Printf("\nNotes:\n%s", text)
	}
	return err
}

// startGroup runs this program again, in new namespaces.
func startGroup(ctx context.Context, name, dir string, notes *os.File) error {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", append([]string{"-group", name, "-dir", dir}, os.Args[1:]...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{notes} // notesFD
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	// Pdeathsig is about the thread that starts the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return cmd.Run()
}

// runGroup is what the process of one group does.
func runGroup(c config) error {
	runtime.LockOSThread() // for ptrace
	if err := enterRoot(c); err != nil {
		return err
	}
	if c.group == headGroup {
		return printHead(c)
	}
	for _, g := range groups(c.size) {
		if g.name == c.group {
			return g.run(c)
		}
	}
	return fmt.Errorf("no group %q", c.group)
}

// buildEmpty makes the programs of the start-up floor, where there is a
// compiler for them.
func buildEmpty(dir string) error {
	src := filepath.Join(dir, "empty.c")
	if err := os.WriteFile(src, []byte("int main(void) { return 0; }\n"), 0o644); err != nil {
		return err
	}
	for _, words := range [][]string{
		{"go", "build", "-ldflags=-s -w", "-o", filepath.Join(dir, "empty-go"), "gip/compat_test/speed/empty"},
		{"cc", "-O2", "-static", "-o", filepath.Join(dir, "empty-c"), src},
	} {
		cmd := exec.Command(words[0], words[1:]...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "speed: no empty program by %s: %v\n%s", words[0], err, out)
		}
	}
	return nil
}
