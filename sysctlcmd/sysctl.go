// Package sysctlcmd is sysctl(8) of procps: it reads and writes the kernel's
// parameters below /proc/sys.
package sysctlcmd

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gip/internal/cli"
	"gip/internal/ere"
)

const procSys = "/proc/sys/"

// A command is one call of sysctl.
type command struct {
	env        *cli.Env
	names      bool // -N
	values     bool // -n
	binary     bool // -b
	ignore     bool // -e
	quiet      bool // -q
	write      bool // -w
	dryRun     bool
	deprecated bool
	all        bool
	load       bool // -p
	system     bool
	pattern    *ere.Regexp
	hopeless   bool // a pattern that cannot be read matches nothing
}

var options = cli.Getopt{
	Prog:  "sysctl",
	Short: "bneNwfp::qoxaAXr:Vdh",
	Long: []cli.LongOpt{
		{Name: "all", Val: 'a'},
		{Name: "deprecated", Val: 'D'},
		{Name: "dry-run", Val: 'R'},
		{Name: "binary", Val: 'b'},
		{Name: "ignore", Val: 'e'},
		{Name: "names", Val: 'N'},
		{Name: "values", Val: 'n'},
		{Name: "load", Arg: cli.MayArg, Val: 'p'},
		{Name: "quiet", Val: 'q'},
		{Name: "write", Val: 'w'},
		{Name: "system", Val: 'S'},
		{Name: "pattern", Arg: cli.NeedArg, Val: 'r'},
		{Name: "help", Val: 'h'},
		{Name: "version", Val: 'V'},
	},
}

// version is the release of procps whose behaviour this is.
const version = "sysctl from procps-ng 4.0.7\n"

// Run serves the command line sysctl args.
func Run(e *cli.Env, args []string) error {
	c := &command{env: e}
	opts, rest := options.Parse(args)
	for _, o := range opts {
		done, err := c.option(o, &rest)
		if done || err != nil {
			return err
		}
	}
	status := c.run(rest)
	if status != 0 {
		return cli.Silent(status)
	}
	return nil
}

// option takes one option; done tells that it answered for the whole command.
func (c *command) option(o cli.Opt, rest *[]string) (done bool, err error) {
	switch o.Val {
	case 'n':
		c.values = true
	case 'N':
		c.names = true
	case 'b':
		c.values, c.binary = true, true
	case 'e':
		c.ignore = true
	case 'q':
		c.quiet = true
	case 'w':
		c.write = true
	case 'a', 'A', 'X':
		c.all = true
	case 'D':
		c.deprecated = true
	case 'R':
		c.dryRun = true
	case 'p', 'f':
		c.load = true
		if o.Has {
			*rest = append([]string{o.Arg}, *rest...)
		}
	case 'S':
		c.system = true
	case 'r':
		return false, c.setPattern(o.Arg)
	case 'V':
		c.env.Pen.Raw(version)
		return true, nil
	case 'h', 'd':
		c.env.Pen.Raw(usage)
		return true, nil
	case '?':
		c.env.Warnf("%s\n", o.Err)
		c.env.Pen.Raw(usage)
		return true, nil
	}
	return false, nil
}

func (c *command) setPattern(s string) error {
	var err error
	c.pattern, err = ere.Compile(s)
	if err == ere.ErrBackReference {
		return cli.Fail("sysctl: %s: %s", s, err)
	}
	c.hopeless = err != nil
	return nil
}

func (c *command) run(args []string) (status int) {
	switch {
	case c.all:
		c.listDir("")
		return c.unknownWords(args)
	case c.system:
		return c.applySystem()
	case c.load:
		if len(args) == 0 {
			args = []string{"/etc/sysctl.conf"}
		}
		return c.loadFiles(args)
	case len(args) == 0:
		if c.write || c.pattern != nil || c.hopeless || c.values || c.names || c.ignore || c.quiet || c.deprecated || c.dryRun {
			c.env.Warnf("sysctl: no variables specified\nTry `sysctl --help' for more information.\n")
			return 1
		}
		c.env.Warnf("%s", usage)
		return 1
	}
	return c.words(args)
}

// unknownWords is what -a makes of variables: it does not read them.
func (c *command) unknownWords(args []string) int { return min(len(args), 1) }

// words reads or writes what the command line names, one after the other.
func (c *command) words(args []string) (status int) {
	for _, w := range args {
		if !c.write && !strings.Contains(w, "=") {
			status += c.read(w)
			continue
		}
		s, ok := parseSetting(w)
		switch {
		case ok && !c.matches(s.key):
			status |= 1 // without a word, and nothing is written
		case ok:
			status |= c.apply(s)
		case len(w) > 1:
			c.env.Warnf("sysctl: command line(0): invalid syntax, continuing...\n")
			fallthrough
		default:
			status |= 1
		}
	}
	return status
}

// read prints a parameter, or all that are in a folder.
func (c *command) read(word string) (status int) {
	if word == "" {
		c.env.Warnf("sysctl: \"\" is an unknown key\n")
		return -1 & 0xff
	}
	path := c.path(word)
	info, err := os.Stat(path)
	if err != nil {
		return c.cannotStat(path, err)
	}
	if !below(path) {
		c.env.Warnf("sysctl: Path is not under /proc/sys/: %s\n", path)
		return -1 & 0xff
	}
	rel := strings.TrimPrefix(path, procSys)
	if info.IsDir() {
		return c.listDir(rel)
	}
	return c.readFile(rel, info.Mode())
}

func (c *command) cannotStat(path string, err error) int {
	if c.ignore {
		return 0
	}
	c.env.Warnf("sysctl: cannot stat %s: %s\n", path, cli.Strerror(err))
	return 1
}

// below reports whether path is inside /proc/sys, links and dots resolved.
func below(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	return err == nil && strings.HasPrefix(real, procSys)
}

// deprecated parameters are left out of listings.
func isDeprecated(name string) bool { return name == "base_reachable_time" || name == "retrans_time" }

// listDir prints the parameters below a folder of /proc/sys.
func (c *command) listDir(rel string) (status int) {
	entries, err := os.ReadDir(procSys + rel)
	if err != nil {
		c.env.Warnf("sysctl: unable to open directory \"%s\"\n", procSys+rel)
		return 1
	}
	for _, e := range entries {
		name := filepath.Join(rel, e.Name())
		if e.IsDir() {
			status |= c.listDir(name)
			continue
		}
		if info, err := e.Info(); err == nil && (c.deprecated || !isDeprecated(e.Name())) {
			status |= c.readFile(name, info.Mode())
		}
	}
	return status
}

// readFile prints one parameter. One that nobody may read prints nothing.
func (c *command) readFile(rel string, mode fs.FileMode) int {
	key := swapSeparators(rel)
	if mode&0o444 == 0 || !c.matches(key) {
		return 0
	}
	b, err := os.ReadFile(procSys + rel)
	switch {
	case errors.Is(err, fs.ErrPermission):
		c.env.Warnf("sysctl: permission denied on key '%s'\n", key)
		return 1
	case errors.Is(err, fs.ErrNotExist):
		return c.cannotStat(procSys+rel, err)
	case err != nil:
		return 1
	}
	c.print(key, string(b))
	return 0
}

func (c *command) matches(key string) bool {
	return !c.hopeless && (c.pattern == nil || c.pattern.Match(key))
}

// print writes a parameter: each line of its value with its name.
func (c *command) print(key, value string) {
	pen := c.env.Pen
	if c.names {
		pen.Raw(key + "\n")
		return
	}
	if c.binary {
		pen.Raw(strings.TrimSuffix(value, "\n"))
		return
	}
	for line := range strings.Lines(value) {
		if !c.values {
			pen.Raw(key + " = ")
		}
		pen.Raw(strings.TrimSuffix(line, "\n") + "\n")
	}
}

// path turns a key into a path below /proc/sys.
func (c *command) path(key string) string {
	at := strings.IndexAny(key, "./")
	if at >= 0 && key[at] == '.' {
		if i := strings.Index(key, ".."); i >= 0 {
			c.env.Warnf("sysctl: separators should not be repeated: %s\n", key[i:])
		}
		return procSys + swapSeparators(key)
	}
	return procSys + key
}

// swapSeparators turns dots into slashes and slashes into dots: in a key with
// dots a slash stands for a dot of a name (eth0/5), and the other way round.
func swapSeparators(key string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '.':
			return '/'
		case '/':
			return '.'
		}
		return r
	}, key)
}

// A setting is KEY=VALUE.
type setting struct {
	key, value string
	ignore     bool // written -KEY: failure does not matter
	glob       bool // * in the key stands for all that match
}

// parseSetting reads KEY=VALUE with blanks around both.
func parseSetting(line string) (s setting, ok bool) {
	key, value, ok := strings.Cut(line, "=")
	s.key = strings.TrimSpace(key)
	s.value = strings.TrimSpace(value)
	if k, cut := strings.CutPrefix(s.key, "-"); cut {
		s.key, s.ignore = k, true
	}
	return s, ok && len(line) > 1
}

// apply writes a setting and echoes it.
func (c *command) apply(s setting) int {
	path := c.path(s.key)
	if s.glob && strings.ContainsAny(path, "*?[") {
		return c.applyGlob(s, path)
	}
	return c.writeFile(s, path)
}

func (c *command) applyGlob(s setting, pattern string) (status int) {
	paths, _ := filepath.Glob(pattern)
	for _, p := range paths {
		status |= c.writeFile(s, p)
	}
	return status
}

func (c *command) writeFile(s setting, path string) int {
	info, err := os.Stat(path)
	if err != nil {
		status := c.cannotStat(path, err)
		if s.ignore {
			return 0
		}
		return status
	}
	if !below(path) {
		c.env.Warnf("sysctl: Path is not under /proc/sys/: %s\n", path)
		return 1
	}
	key := swapSeparators(strings.TrimPrefix(path, procSys))
	if !c.dryRun {
		if err := put(path, s.value, info.Mode()); err != nil {
			return c.writeFailed(s, key, err)
		}
	}
	if !c.quiet {
		c.print(key, s.value+"\n")
	}
	return 0
}

// put writes a value and checks that the kernel took it.
func put(path, value string, mode fs.FileMode) error {
	if mode&0o200 == 0 {
		return fs.ErrInvalid
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, value+"\n")
	return errors.Join(err, f.Close())
}

func (c *command) writeFailed(s setting, key string, err error) int {
	switch {
	case err == fs.ErrInvalid:
		c.env.Warnf("sysctl: setting key \"%s\": Operation not permitted\n", key)
	case errors.Is(err, fs.ErrPermission):
		c.env.Warnf("sysctl: permission denied on key \"%s\"\n", key)
	default:
		c.env.Warnf("sysctl: setting key \"%s\": %s\n", key, cli.Strerror(err))
	}
	if s.ignore {
		return 0
	}
	return 1
}
