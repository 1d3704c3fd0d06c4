package compat_test

import (
	"bytes"
	"debug/elf"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gip/compat_test/lab"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// TestTutorialsBare plays the three tutorials below a root folder that holds
// nothing but gip, under its names, and a shell and grep; /etc is empty.
// Each line has to answer as the reference tools did, and each file to end
// with status 0 when a shell runs it as it is.
func TestTutorialsBare(t *testing.T) {
	if err := lab.Probe(); err != nil {
		t.Skip(err)
	}
	root := bareRoot(t)
	for _, s := range load(t, "tutorial_") {
		t.Run(s.Name, func(t *testing.T) {
			lines := lab.Job(s, nil)
			whole := lines
			whole.Commands = []string{"sh ./" + fileOf(t, s)}
			whole.Limit *= 5
			for _, job := range []*sandbox.Job{&lines, &whole} {
				job.Base, job.Bare = root, true
			}
			outcomes := lab.Run([]sandbox.Job{lines, whole})
			replay(t, s, outcomes[0])
			if o := outcomes[1]; o.Err != "" {
				t.Error(o.Err)
			} else if l := o.Result.Lines[0]; l.Status != 0 || l.Over {
				t.Errorf("%s: status %d\n%s%s", whole.Commands[0], l.Status, l.Stdout, l.Stderr)
			}
		})
	}
}

// TestSize keeps gip small: one file of at most 8 MB, without libraries.
func TestSize(t *testing.T) {
	gip, err := lab.Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(gip)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 8_000_000 {
		t.Errorf("gip has %d bytes", info.Size())
	}
	f, err := elf.Open(gip)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if libraries, err := f.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("linked to %q, %v", libraries, err)
	}
}

// fileOf is the name of the tutorial's only file.
func fileOf(t *testing.T, s *script.Script) string {
	t.Helper()
	for name := range s.Files {
		return name
	}
	t.Fatal("no file")
	return ""
}

// bareRoot makes the root folder.
func bareRoot(t *testing.T) string {
	t.Helper()
	base, err := lab.Reference()
	if err != nil {
		t.Skip(err)
	}
	root := t.TempDir()
	bin := filepath.Join(root, "usr/bin")
	for _, dir := range []string{bin, filepath.Join(root, "usr/share")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	gip, err := lab.Build(bin)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gip, "--install", bin).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	copyFile(t, filepath.Join(base, "usr/bin/busybox"), filepath.Join(bin, "grep"))
	// Not busybox's shell: that runs its own ip.
	copyShell(t, base, root)
	return root
}

// copyShell copies the shell with what it is linked to.
func copyShell(t *testing.T, base, root string) {
	t.Helper()
	shell := filepath.Join(base, "usr/bin/dash")
	copyFile(t, shell, filepath.Join(root, "usr/bin/sh"))
	f, err := elf.Open(shell)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	for _, lib := range libraries {
		paths, _ := filepath.Glob(filepath.Join(base, "usr/lib/*-linux-gnu*", lib))
		if len(paths) == 0 {
			t.Skip(lib, "is missing")
		}
		copyFile(t, paths[0], filepath.Join(root, "usr/lib", lib))
	}
	loader := make([]byte, 256)
	n, err := f.Section(".interp").ReadAt(loader, 0)
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	path := string(bytes.TrimRight(loader[:n], "\x00"))
	copyFile(t, filepath.Join(base, path), filepath.Join(root, "usr", path))
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Skip(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o755); err != nil {
		t.Fatal(err)
	}
}
