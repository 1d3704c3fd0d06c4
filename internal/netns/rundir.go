package netns

import (
	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// A Making is what MakeRunDir had to make.
type Making string

// The makings.
const (
	MadeNothing Making = ""
	MadeMount   Making = "mount"
	MadeFolder  Making = "folder" // and the mount
)

// MakeRunDir makes the folder of handles, if it is not there, and makes it a mount whose
// changes reach all other mount namespaces, so that a namespace that is deleted in one is
// freed in all. That must happen once only, or mounts pile up: hence the lock, and warn is
// told if there is none.
func MakeRunDir(warn func(error)) (made Making, err error) {
	if made, err = MakeFolder(); err != nil {
		return made, err
	}
	lock, err := lockRunDir(warn)
	if err != nil {
		return made, err
	}
	defer unix.Close(lock)
	share := func() error { return unix.Mount("", RunDir, "none", unix.MS_SHARED|unix.MS_REC, "") }
	err = share()
	if err == unix.EINVAL {
		// It is a plain folder yet.
		if err := mountRunDir(); err != nil {
			return made, err
		}
		if made == MadeNothing {
			made = MadeMount
		}
		err = share()
	}
	if err != nil {
		return made, fail(err, "mount --make-shared "+RunDir+" failed")
	}
	return made, nil
}

// MakeFolder makes the folder of handles, if it is not there, and leaves it a plain one.
func MakeFolder() (Making, error) {
	switch err := unix.Mkdir(RunDir, 0o755); err {
	case nil:
		return MadeFolder, nil
	case unix.EEXIST:
		return MadeNothing, nil
	default:
		return MadeNothing, fail(err, "mkdir "+RunDir+" failed")
	}
}

func lockRunDir(warn func(error)) (fd int, err error) {
	fd, err = unix.Open(RunDir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fail(err, `Cannot open netns runtime directory "`+RunDir+`"`)
	}
	if err := unix.Flock(fd, unix.LOCK_EX); err != nil {
		warn(err)
	}
	return fd, nil
}

// mountRunDir makes the folder a mount of its own, in no peer group yet.
func mountRunDir() error {
	dir := RunDir
	if err := unix.Mount(dir, dir, "none", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fail(err, "mount --bind "+dir+" "+dir+" failed")
	}
	if err := unix.Mount(dir, dir, "none", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return fail(err, "mount --make-private "+dir+" failed")
	}
	return nil
}

// UnmakeRunDir takes away what MakeRunDir has made, unless somebody has handles there.
func UnmakeRunDir(made Making) {
	if made == MadeNothing {
		return
	}
	lock, err := lockRunDir(func(error) {})
	if err != nil {
		return
	}
	defer unix.Close(lock)
	if names, err := file.Names(RunDir); err != nil || len(names) > 0 {
		return
	}
	if unix.Unmount(RunDir, unix.MNT_DETACH) == nil && made == MadeFolder {
		unix.Rmdir(RunDir)
	}
}
