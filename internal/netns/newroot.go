package netns

import (
	"os"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// AddRun adds a folder /run to the root folder of this mount namespace, which may be one
// that nobody may write to, as that of an image with a program and nothing else. A root
// folder in memory takes its place, in which all that it holds is mounted. The namespace is
// to be our own, without propagation to others.
func AddRun() error {
	names, err := file.Names("/")
	if err != nil {
		return err
	}
	// The new one is made above /proc, a folder that is certainly there. That itself is seen
	// by this descriptor; a copy of it has to be left, for a kernel lets users make no new one
	// where they see none.
	const at = "/proc"
	proc, err := unix.OpenTree(unix.AT_FDCWD, at, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return err
	}
	defer unix.Close(proc)
	if err := unix.Mount("tmpfs", at, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return err
	}
	if err := unix.Mkdir(at+"/run", 0o755); err != nil {
		return err
	}
	for _, name := range names {
		if err := rebind("/"+name, at, proc); err != nil {
			return err
		}
	}
	dir, noDir := os.Getwd()
	if err := unix.Chdir(at); err != nil {
		return err
	}
	// The old root lies on the new one for a moment: pivot_root(2), "pivot_root(".", ".")".
	if err := unix.PivotRoot(".", "."); err != nil {
		return err
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil || noDir != nil {
		return err
	}
	return unix.Chdir(dir)
}

// rebind puts an entry of the root folder into the folder at: a link as it is, what else
// there is by a mount, /proc by that of the descriptor.
func rebind(from, at string, proc int) error {
	to := at + from
	var st unix.Stat_t
	err := unix.Lstat(from, &st)
	if err != nil {
		return err
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFLNK:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return unix.Symlink(target, to)
	case unix.S_IFDIR:
		err = unix.Mkdir(to, 0o755)
	default:
		err = unix.Mknod(to, unix.S_IFREG|0o644, 0)
	}
	if err != nil {
		return err
	}
	if from == at {
		return unix.MoveMount(proc, "", unix.AT_FDCWD, to, unix.MOVE_MOUNT_F_EMPTY_PATH)
	}
	return unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, "")
}
