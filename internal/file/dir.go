package file

import "golang.org/x/sys/unix"

// Names returns the names in a folder in the order in which the kernel gives
// them, without "." and "..". It reads from a blocking descriptor, as Read does.
// After an error, which is an errno, the names are those that came before it.
func Names(dir string) ([]string, error) {
	fd, err := unix.Open(Path(dir), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return NamesOf(fd)
}

// NamesOf is Names of an open folder.
func NamesOf(fd int) (names []string, err error) {
	b := make([]byte, 8192)
	for {
		n, err := unix.ReadDirent(fd, b)
		switch {
		case err == unix.EINTR:
		case err != nil || n <= 0:
			return names, err
		default:
			_, _, names = unix.ParseDirent(b[:n], -1, names)
		}
	}
}
