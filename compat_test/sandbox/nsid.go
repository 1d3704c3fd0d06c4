package sandbox

import (
	"encoding/binary"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// A deleted namespace goes away some time after its name. What shows it is its
// number in the other namespaces: links that led to it live as long as that.

// departing lists the numbers in this thread's namespace that no name stands for.
func departing(namespace string, names []string) (found []unrest) {
	ids := idsHere()
	if len(ids) == 0 {
		return nil
	}
	var named []int32
	handles := []string{ownDir + "/proc/1/ns/net"} // the sandbox's own has none
	for _, name := range names {
		handles = append(handles, filepath.Join(netnsDir, name))
	}
	for _, path := range handles {
		if id, ok := idOf(path); ok {
			named = append(named, id)
		}
	}
	for _, id := range ids {
		if !slices.Contains(named, id) {
			found = append(found, unrest{namespace, "peer", uint32(id)})
		}
	}
	return found
}

// idsHere lists the numbers that this thread's namespace has given.
func idsHere() []int32 {
	messages, err := dumpMessages(unix.RTM_GETNSID, unix.AF_UNSPEC)
	if err != nil {
		return nil
	}
	var ids []int32
	for _, m := range messages {
		if id, ok := parseID(&m); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// rtgenmsg is the length of the header of such messages, with its padding.
const rtgenmsg = 4

func parseID(m *syscall.NetlinkMessage) (int32, bool) {
	if m.Header.Type != unix.RTM_NEWNSID || len(m.Data) < rtgenmsg+8 {
		return 0, false
	}
	const attr = rtgenmsg + unix.SizeofRtAttr
	if binary.NativeEndian.Uint16(m.Data[rtgenmsg+2:]) != unix.NETNSA_NSID {
		return 0, false
	}
	return int32(binary.NativeEndian.Uint32(m.Data[attr:])), true
}

// idOf asks the kernel for the number of a namespace in this thread's.
func idOf(path string) (int32, bool) {
	handle, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, false
	}
	defer unix.Close(handle)
	s, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return 0, false
	}
	defer unix.Close(s)
	if err := unix.Sendto(s, idRequest(handle), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, false
	}
	buf := make([]byte, 4096)
	n, _, err := unix.Recvfrom(s, buf, 0)
	if err != nil {
		return 0, false
	}
	messages, err := syscall.ParseNetlinkMessage(buf[:n])
	if err != nil || len(messages) == 0 {
		return 0, false
	}
	id, ok := parseID(&messages[0])
	return id, ok && id >= 0
}

func idRequest(handle int) []byte {
	const length = unix.SizeofNlMsghdr + rtgenmsg + unix.SizeofRtAttr + 4
	b := make([]byte, 0, length)
	b = binary.NativeEndian.AppendUint32(b, length)
	b = binary.NativeEndian.AppendUint16(b, unix.RTM_GETNSID)
	b = binary.NativeEndian.AppendUint16(b, unix.NLM_F_REQUEST)
	b = append(b, make([]byte, 8+rtgenmsg)...) // sequence, port, family
	b = binary.NativeEndian.AppendUint16(b, unix.SizeofRtAttr+4)
	b = binary.NativeEndian.AppendUint16(b, unix.NETNSA_FD)
	return binary.NativeEndian.AppendUint32(b, uint32(handle))
}
