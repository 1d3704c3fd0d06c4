package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gip/cmd/gip/list"
	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/command"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// serve runs the words of an applet, as its own run does, but in an environment of
// ours, and what is no batch.
func serve(a *command.Applet, words []string) error {
	p := command.Process{List: list.Applets, Own: &list.Own, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	c, err := p.Call(a, a.Name(), words)
	if err != nil || c.Script != nil {
		return err
	}
	mute(c.Env)
	// What changes the namespaces and the signals of the process reads its words only.
	c.Asked = a.Enters
	return c.Run()
}

// mute lets an environment print nowhere, start no program in our place and know four
// links without asking.
func mute(e *cli.Env) {
	e.Stdin, e.Stderr, e.Batch, e.Applet = strings.NewReader(""), io.Discard, true, nil
	e.Pen = show.New(io.Discard, show.Options{JSON: e.Opt.JSON})
	for i, name := range []string{"lo", "va", "vb", "br0"} {
		e.Links.Remember(clitest.Link(int32(i+1), name))
	}
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
		words, err := command.SplitWords(nil, line)
		if err != nil || len(words) == 0 {
			return
		}
		a := list.Applets.Find(words[0])
		if a == nil {
			return
		}
		c.do(t, func() {
			if err := serve(a, words[1:]); err != nil {
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
			if list.Applets.Find(tool) != nil && !seen[line] && !strings.ContainsAny(line, "$;&|><`\\") {
				seen[line] = true
				lines = append(lines, line)
			}
		}
	}
	return lines
}
