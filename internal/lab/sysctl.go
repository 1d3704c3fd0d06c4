package lab

import (
	"slices"

	"golang.org/x/sys/unix"
)

// A setting is a file below /proc/sys/net.
type setting struct{ path, value string }

// Addresses are not looked for on the link before they are used: nobody else can
// have them, and it would take a second.
var noDAD = []setting{
	{"ipv6/conf/all/accept_dad", "0"},
	{"ipv6/conf/default/accept_dad", "0"},
}

var forwarding = []setting{
	{"ipv4/ip_forward", "1"},
	{"ipv6/conf/all/forwarding", "1"},
}

// settings are those of a node.
func (n *Node) settings() []setting {
	if n.Kind == Router {
		return slices.Concat(noDAD, forwarding)
	}
	return noDAD
}

// sysctls is where the settings of nodes are written. The kernel keeps the folders of all
// namespaces that were looked at through one mount of /proc under one name, and looks for
// those of the caller one by one. A mount that has seen few is quicker: without it, a
// tenth of the time of a lab of a thousand nodes goes there.
type sysctls struct {
	net   int // /proc/sys/net of a mount, or -1 before the first node
	nodes int // those that it has seen
}

const nodesOfMount = 32

// set writes the settings of the node that the thread is in. A kernel without IPv6 lacks
// some.
func (s *sysctls) set(n *Node) error {
	if s.net < 0 || s.nodes == nodesOfMount {
		if err := s.renew(); err != nil {
			return err
		}
	}
	s.nodes++
	for _, setting := range n.settings() {
		if err := write(s.net, setting.path, setting.value); err != nil && err != unix.ENOENT {
			return err
		}
	}
	return nil
}

// renew opens the folder in another mount, or where there can be none (before Linux 5.2)
// in that which all have.
func (s *sysctls) renew() error {
	s.close()
	proc, err := mountProc()
	if err != nil {
		proc, err = unix.Open("/proc", unix.O_PATH|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return err
	}
	defer unix.Close(proc)
	s.net, err = unix.Openat(proc, "sys/net", unix.O_PATH|unix.O_CLOEXEC, 0)
	return err
}

func (s *sysctls) close() {
	if s.net >= 0 {
		unix.Close(s.net)
	}
	*s = sysctls{net: -1}
}

// mountProc returns a mount of /proc that is in no tree, and gone with its descriptors.
func mountProc() (fd int, err error) {
	fs, err := unix.Fsopen("proc", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(fs)
	if err := unix.FsconfigCreate(fs); err != nil {
		return -1, err
	}
	return unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC)
}

// write writes a file that is there, below an open folder.
func write(dir int, path, value string) error {
	fd, err := unix.Openat(dir, path, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	_, err = unix.Write(fd, []byte(value))
	return err
}
