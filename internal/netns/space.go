package netns

import (
	"os"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// A Space identifies a namespace: all of its handles are the same file.
type Space struct{ Dev, Ino uint64 }

// SpaceOf returns the namespace behind a file; ok is false when the file is
// gone, as /proc/PID is when the process ends meanwhile.
func SpaceOf(path string) (s Space, ok bool) {
	var st unix.Stat_t
	err := unix.Stat(path, &st)
	return Space{uint64(st.Dev), st.Ino}, err == nil
}

// OpenSpace is SpaceOf for a file that has to be there and to be readable.
func OpenSpace(path string) (Space, error) {
	fd, err := unix.Open(file.Path(path), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return Space{}, fail(err, "Cannot open network namespace")
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return Space{}, fail(err, "Stat of netns failed")
	}
	return Space{uint64(st.Dev), st.Ino}, nil
}

// Identify returns the name of the namespace of a process; of several the
// last one in the folder, "" if there is none.
func Identify(pid string) (name string, err error) {
	want, err := OpenSpace("/proc/" + pid + "/ns/net")
	if err != nil {
		return "", err
	}
	names, err := Names()
	if err != nil && !os.IsNotExist(err) {
		return "", &textError{"Failed to open directory " + RunDir + ":", err}
	}
	for _, n := range names {
		if s, ok := SpaceOf(Path(n)); ok && s == want {
			name = n
		}
	}
	return name, nil
}
