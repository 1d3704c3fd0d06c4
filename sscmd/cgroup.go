package sscmd

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// cgroups knows the paths of control groups by their numbers, which the second
// version's filesystem has as file handles.
type cgroups struct {
	paths map[uint64]string
}

const (
	mounts      = "/proc/mounts"
	cgroup2     = "cgroup2"
	handleInode = 1 // FILEID_INO32_GEN: the type of such a handle
)

// cgroupMount is where the filesystem is, or "".
func cgroupMount(e *cli.Env) string {
	text, _ := file.Read(mounts)
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 2 && f[2] == cgroup2 {
			return f[1]
		}
	}
	e.Warnf("Failed to find cgroup2 mount\n")
	return ""
}

// handleSize is how large a handle of that filesystem is.
const handleSize = 8

// id is the number of a group: a folder of any filesystem that has numbers of that
// size, or a path below the mount. It is 0 if there is none.
func (c *cgroups) id(e *cli.Env, path string) uint64 {
	h, err := handleOf(unix.AT_FDCWD, path)
	if err != nil {
		path = strings.TrimLeft(path, "/")
		if path == "" {
			e.Warnf("Invalid cgroup2 path\n")
			return 0
		}
		mount := cgroupMount(e)
		if mount == "" {
			return 0
		}
		dir, err := unix.Open(mount, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			e.Warnf("Failed to open cgroup2 mount\n")
			return 0
		}
		defer unix.Close(dir)
		if h, err = handleOf(dir, path); err != nil {
			e.Warnf("Failed to get cgroup2 ID: %s\n", cli.Strerror(err))
			return 0
		}
	}
	if h.Size() != handleSize {
		e.Warnf("Invalid size of cgroup2 ID\n")
		return 0
	}
	return rtnl.NE.Uint64(h.Bytes())
}

// handleOf is the handle of a file, which may have the size of a group's at most.
func handleOf(dir int, path string) (unix.FileHandle, error) {
	h, _, err := unix.NameToHandleAt(dir, path, 0)
	if err == nil && h.Size() > handleSize {
		err = unix.EOVERFLOW
	}
	return h, err
}

// path is the path of a group below the mount. All groups that are there are looked
// up at first; later ones are asked for.
func (c *cgroups) path(e *cli.Env, id uint64) string {
	if c.paths == nil {
		c.paths = make(map[uint64]string)
		if mount := cgroupMount(e); mount != "" {
			c.walk(mount, "/")
		}
	}
	path, ok := c.paths[id]
	if !ok {
		if path, ok = findCgroup(e, id); !ok {
			return "unreachable:" + strconv.FormatUint(id, 16)
		}
		c.paths[id] = path
	}
	return path
}

// walk files the groups below a folder.
func (c *cgroups) walk(mount, path string) {
	dir := mount + path
	h, err := handleOf(unix.AT_FDCWD, dir)
	if err != nil || h.Size() != handleSize {
		return
	}
	c.paths[rtnl.NE.Uint64(h.Bytes())] = path
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	names, _ := file.NamesOf(fd)
	for _, name := range names {
		var st unix.Stat_t
		if unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR {
			c.walk(mount, strings.TrimSuffix(path, "/")+"/"+name)
		}
	}
}

// findCgroup asks the filesystem for the folder that a number stands for.
func findCgroup(e *cli.Env, id uint64) (path string, ok bool) {
	mount := cgroupMount(e)
	if mount == "" {
		return "", false
	}
	dir, err := unix.Open(mount, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		e.Warnf("Failed to open cgroup2 mount\n")
		return "", false
	}
	defer unix.Close(dir)
	h := unix.NewFileHandle(handleInode, rtnl.NE.AppendUint64(nil, id))
	fd, err := unix.OpenByHandleAt(dir, h, unix.O_CLOEXEC)
	if err != nil {
		if err != unix.ESTALE {
			e.Warnf("Failed to open cgroup2 by ID\n")
		}
		return "", false
	}
	defer unix.Close(fd)
	var b [unix.PathMax]byte
	n, err := unix.Readlink("/proc/self/fd/"+strconv.Itoa(fd), b[:])
	if err != nil {
		e.Warnf("Failed to read value of symbolic link /proc/self/fd/%d\n", fd)
		return "", false
	}
	return strings.TrimPrefix(string(b[:n]), mount), true
}

// knowsCgroups reports whether the kernel's filters know control groups.
func (s *ss) knowsCgroups() bool {
	c, err := s.diag()
	if err != nil {
		return false
	}
	defer c.Close()
	m := request(inetRequest{Family: unix.AF_INET, Protocol: unix.IPPROTO_TCP})
	m.Attr(uapi.INET_DIAG_REQ_BYTECODE, compile(&node{op: opCgroup, cond: &cond{}}))
	err = c.Dump(m, func(rtnl.Message) error { return nil })
	return !rtnl.Is(err, unix.EINVAL)
}
