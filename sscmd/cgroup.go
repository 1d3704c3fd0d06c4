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

// mount is where the filesystem is, or "".
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

// id is the number of a group: a folder of any filesystem that has numbers of that
// size, or a path below the mount. It is 0 if there is none.
func (c *cgroups) id(e *cli.Env, path string) uint64 {
	h, _, err := unix.NameToHandleAt(unix.AT_FDCWD, path, 0)
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
		if h, _, err = unix.NameToHandleAt(dir, path, 0); err != nil {
			e.Warnf("Failed to get cgroup2 ID: %s\n", cli.Strerror(err))
			return 0
		}
	}
	if h.Size() != 8 {
		e.Warnf("Invalid size of cgroup2 ID\n")
		return 0
	}
	return rtnl.NE.Uint64(h.Bytes())
}

// path is the path of a group below the mount.
func (c *cgroups) path(e *cli.Env, id uint64) string {
	path, ok := c.paths[id]
	if !ok {
		if path = findCgroup(e, id); path == "" {
			return "unreachable:" + strconv.FormatUint(id, 16)
		}
		if c.paths == nil {
			c.paths = make(map[uint64]string)
		}
		c.paths[id] = path
	}
	return path
}

// findCgroup asks the filesystem for the folder that a number stands for.
func findCgroup(e *cli.Env, id uint64) string {
	mount := cgroupMount(e)
	if mount == "" {
		return ""
	}
	dir, err := unix.Open(mount, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		e.Warnf("Failed to open cgroup2 mount\n")
		return ""
	}
	defer unix.Close(dir)
	h := unix.NewFileHandle(handleInode, rtnl.NE.AppendUint64(nil, id))
	fd, err := unix.OpenByHandleAt(dir, h, unix.O_CLOEXEC)
	if err != nil {
		if err != unix.ESTALE {
			e.Warnf("Failed to open cgroup2 by ID\n")
		}
		return ""
	}
	defer unix.Close(fd)
	var b [unix.PathMax]byte
	n, err := unix.Readlink("/proc/self/fd/"+strconv.Itoa(fd), b[:])
	if err != nil {
		e.Warnf("Failed to read value of symbolic link /proc/self/fd/%d\n", fd)
		return ""
	}
	path := strings.TrimPrefix(string(b[:n]), mount)
	if path == "" {
		return "/"
	}
	return path
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
