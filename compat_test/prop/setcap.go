package prop

import (
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"
)

// setcap gives a program file the capability to open raw sockets: "setcap ep
// FILE" in force, "setcap p FILE" only permitted.
func setcap(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: setcap ep|p FILE")
	}
	const revision2, effective = 0x02000000, 1 // of struct vfs_cap_data
	magic := uint32(revision2)
	if args[0] == "ep" {
		magic |= effective
	}
	b := make([]byte, 20)
	binary.LittleEndian.PutUint32(b, magic)
	binary.LittleEndian.PutUint32(b[4:], 1<<unix.CAP_NET_RAW)
	return unix.Setxattr(args[1], "security.capability", b, 0)
}
