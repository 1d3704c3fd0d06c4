package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gip/brcmd"
	"gip/bridgecmd"
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/nettoolscmd"
	"gip/pingcmd"
	"gip/sysctlcmd"

	"golang.org/x/sys/unix"
)

// A face runs the words of one applet in an environment, as its own run does,
// but leaves the environment to us.
type face func(words []string) error

var faces = map[string]face{
	"ip": func(words []string) error {
		return optioned(&ipOptions, words, func(e *cli.Env, rest []string) error { return runNamed(e, "ip", rest) })
	},
	"bridge": func(words []string) error {
		return optioned(&bridgeOptions, words, func(e *cli.Env, rest []string) error {
			if len(rest) == 0 {
				return bridgeHelp()
			}
			return bridgecmd.Run(e, cli.NewArgs(rest))
		})
	},
	"rtmon":    plain(rtmon),
	"sysctl":   plain(sysctlcmd.Run),
	"ping":     plain(pingcmd.Run),
	"brctl":    plain(brcmd.Brctl),
	"ifconfig": plain(nettoolscmd.Ifconfig),
	"route":    plain(nettoolscmd.Route),
	"netstat":  plain(nettoolscmd.Netstat),
	"arp":      plain(nettoolscmd.Arp),
}

func plain(run func(*cli.Env, []string) error) face {
	return func(words []string) error { return run(mute(cli.Options{}), words) }
}

func optioned(options *optionTable, words []string, run func(*cli.Env, []string) error) error {
	var o globals
	rest, err := o.parse(options, words)
	if err != nil || o.isBatch {
		return err
	}
	return run(mute(o.Options), rest)
}

// mute is an environment that prints nowhere, starts no program in our place
// and knows four links without asking.
func mute(opt cli.Options) *cli.Env {
	e := newEnv(opt, "never")
	e.Stdin, e.Stderr, e.Batch, e.Applet = strings.NewReader(""), io.Discard, true, nil
	e.Pen = show.New(io.Discard, show.Options{JSON: opt.JSON})
	for i, name := range []string{"lo", "va", "vb", "br0"} {
		m := rtnl.New(unix.RTM_NEWLINK, 0)
		rtnl.Put(m, unix.IfInfomsg{Index: int32(i + 1)})
		m.Str(unix.IFLA_IFNAME, name)
		e.Links.Remember(rtnl.Message{Type: unix.RTM_NEWLINK, Body: m.Body()})
	}
	return e
}

// A cage is where a command line can be tried whatever it asks for: the root
// folder is empty, and nothing can be opened, no file, socket or pipe.
type cage struct {
	null, root *os.File
	empty, dir string
}

func newCage(f *testing.F) *cage {
	c := &cage{empty: f.TempDir()}
	var err error
	if c.dir, err = os.Getwd(); err != nil {
		f.Fatal(err)
	}
	if c.null, err = os.OpenFile(os.DevNull, os.O_RDWR, 0); err != nil {
		f.Fatal(err)
	}
	if c.root, err = os.Open("/"); err != nil {
		f.Fatal(err)
	}
	return c
}

func (c *cage) do(t *testing.T, run func()) {
	if err := unix.Chroot(c.empty); err == nil {
		defer func() {
			if unix.Fchdir(int(c.root.Fd())) != nil || unix.Chroot(".") != nil || unix.Chdir(c.dir) != nil {
				t.Fatal("no way back from the cage")
			}
		}()
		_ = unix.Chdir("/")
	} else if os.Geteuid() == 0 {
		t.Skip("root without the right to change its root folder: ", err)
	}
	var files unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Max: files.Max}); err != nil {
		t.Fatal(err)
	}
	stdin, stdout, stderr := os.Stdin, os.Stdout, os.Stderr
	os.Stdin, os.Stdout, os.Stderr = c.null, c.null, c.null
	defer func() {
		os.Stdin, os.Stdout, os.Stderr = stdin, stdout, stderr
		_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &files)
	}()
	run()
}

// FuzzArgv holds that no command line makes a command panic. It starts from
// all command lines of the bench.
func FuzzArgv(f *testing.F) {
	for _, line := range benchLines(f) {
		f.Add(line)
	}
	c := newCage(f)
	f.Fuzz(func(t *testing.T, line string) {
		words, err := splitWords(nil, line)
		if err != nil || len(words) == 0 || faces[words[0]] == nil {
			return
		}
		c.do(t, func() {
			if err := faces[words[0]](words[1:]); err != nil {
				cli.Report(io.Discard, err)
			}
		})
	})
}

// benchLines are the lines of the bench's scripts that begin with one of our
// commands, as far as the shell would only split them, and of their batches.
func benchLines(f *testing.F) []string {
	paths, err := filepath.Glob("../../compat_test/testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatal("no scripts: ", err)
	}
	seen := map[string]bool{}
	var lines []string
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		script, _, _ := bytes.Cut(data, []byte("-- golden --\n"))
		for _, line := range strings.Split(string(script), "\n") {
			line = strings.TrimPrefix(strings.TrimPrefix(line, "setup: "), "usage: ")
			tool, _, _ := strings.Cut(line, " ")
			if faces[tool] != nil && !seen[line] && !strings.ContainsAny(line, "$;&|><`\\") {
				seen[line] = true
				lines = append(lines, line)
			}
		}
	}
	return lines
}
