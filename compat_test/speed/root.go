package main

import (
	"errors"
	"fmt"
	"gip/compat_test/lab"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Where things are on the new root.
const (
	gipDir  = "/gip"  // the candidate, under the names of the tools
	ownDir  = "/own"  // this program and the empty ones
	dataDir = "/data" // batch files and outputs
)

// programs is the folder outside that has the first two.
const programs = "programs"

// etcFiles is what the tools may read below /etc.
var etcFiles = []string{"ld.so.conf", "ld.so.conf.d", "iproute2", "protocols", "services", "ethertypes", "nsswitch.conf"}

// enterRoot makes a root out of the reference's tree and moves there. The tree
// itself is only read.
func enterRoot(c config) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	root := filepath.Join(c.dir, "root")
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	if err := syscall.Mount("root", root, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mount root: %w", err)
	}
	for _, step := range []func(string, config) error{makeDirs, copyPrograms, mountAll, copyEtc} {
		if err := step(root, c); err != nil {
			return err
		}
	}
	return pivot(root)
}

func makeDirs(root string, _ config) error {
	for _, d := range []string{"usr", "etc", "proc", "sys", "dev", "run/netns", "tmp", "root", "old", gipDir, ownDir, dataDir} {
		if err := os.MkdirAll(filepath.Join(root, d), 0o755); err != nil {
			return err
		}
	}
	for _, d := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.Symlink("usr/"+d, filepath.Join(root, d)); err != nil {
			return err
		}
	}
	return nil
}

func mountAll(root string, c config) error {
	usr := filepath.Join(root, "usr")
	for _, m := range []struct {
		from, to, kind string
		flags          uintptr
	}{
		{filepath.Join(c.dir, programs, gipDir), filepath.Join(root, gipDir), "", syscall.MS_BIND},
		{filepath.Join(c.dir, programs, ownDir), filepath.Join(root, ownDir), "", syscall.MS_BIND},
		{filepath.Join(c.ref, "usr"), usr, "", syscall.MS_BIND},
		{"", usr, "", syscall.MS_BIND | syscall.MS_REMOUNT | syscall.MS_RDONLY},
		{"/dev", filepath.Join(root, "dev"), "", syscall.MS_BIND | syscall.MS_REC},
		{"proc", filepath.Join(root, "proc"), "proc", 0},
		{"sys", filepath.Join(root, "sys"), "sysfs", 0},
	} {
		if err := syscall.Mount(m.from, m.to, m.kind, m.flags, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.to, err)
		}
	}
	return nil
}

// copyEtc also makes the cache of the dynamic linker, which a tree that was
// only unpacked lacks: without it the reference would start slower than it does.
func copyEtc(root string, c config) error {
	for _, name := range etcFiles {
		from := filepath.Join(c.ref, "etc", name)
		err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(c.ref, path)
			if err != nil {
				return err
			}
			if d.IsDir() {
				return os.MkdirAll(filepath.Join(root, rel), 0o755)
			}
			return lab.CopyFile(path, filepath.Join(root, rel))
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if out, err := exec.Command("/sbin/ldconfig", "-r", root).CombinedOutput(); err != nil {
		return fmt.Errorf("ldconfig: %w\n%s", err, out)
	}
	return nil
}

// copyPrograms copies what is measured, as an installation would: what the
// linker wrote, through a mapping, stays in small pieces in the page cache and
// starts 15 % more slowly.
func copyPrograms(_ string, c config) error {
	for _, d := range []string{gipDir, ownDir} {
		d = filepath.Join(c.dir, programs, d)
		if err := os.RemoveAll(d); err != nil {
			return err
		}
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	for _, name := range []string{"empty-go", "empty-c"} {
		err := lab.CopyFile(filepath.Join(c.dir, name), filepath.Join(c.dir, programs, ownDir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := lab.CopyFile("/proc/self/exe", filepath.Join(c.dir, programs, ownDir, "speed")); err != nil {
		return err
	}
	gip, dir := c.gip, filepath.Join(c.dir, programs, gipDir)
	if gip == "" {
		gip = filepath.Join(c.dir, "gip") // runAll built it
	}
	if gip != referenceWord {
		if err := lab.CopyFile(gip, filepath.Join(dir, "gip")); err != nil {
			return err
		}
	}
	for _, tool := range []string{"ip", "bridge", "brctl", "sysctl", "tc", "ss"} {
		to := "gip"
		if gip == referenceWord {
			to = reference.path(tool)
		}
		if err := os.Symlink(to, filepath.Join(dir, tool)); err != nil {
			return err
		}
	}
	return nil
}

func pivot(root string) error {
	if err := syscall.PivotRoot(root, filepath.Join(root, "old")); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	return syscall.Unmount("/old", syscall.MNT_DETACH)
}
