package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"syscall"
)

// The bare rows show the kernel's own share: the messages of a command sent and
// its answers received, by this program, with nothing parsed and nothing
// printed. They stand in the candidate's column.

// bareDumps are the requests: type, family and length of the header that follows.
var bareDumps = map[string]struct {
	kind    uint16
	family  byte
	bodyLen int
}{
	"route":  {syscall.RTM_GETROUTE, syscall.AF_INET, syscall.SizeofRtMsg},
	"route6": {syscall.RTM_GETROUTE, syscall.AF_INET6, syscall.SizeofRtMsg},
	"link":   {syscall.RTM_GETLINK, syscall.AF_UNSPEC, syscall.SizeofIfInfomsg},
	"neigh":  {syscall.RTM_GETNEIGH, syscall.AF_UNSPEC, syscall.SizeofRtMsg},
	"fdb":    {syscall.RTM_GETNEIGH, syscall.AF_BRIDGE, syscall.SizeofIfInfomsg},
}

// bareWindow is how many messages one send of "add-window" carries.
const bareWindow = 128

// runBare does what the program's -bare flag names.
func runBare(what string, routes int) error {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	switch what {
	case "add":
		return bareAdd(fd, routes, 1)
	case "add-window":
		return bareAdd(fd, routes, bareWindow)
	}
	d, ok := bareDumps[what]
	if !ok {
		return fmt.Errorf("no bare %q", what)
	}
	body := make([]byte, d.bodyLen)
	body[0] = d.family
	req := appendMessage(nil, d.kind, syscall.NLM_F_REQUEST|syscall.NLM_F_DUMP, body)
	if err := syscall.Sendto(fd, req, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return err
	}
	_, err = receive(fd, make([]byte, 1<<18), syscall.NLMSG_DONE)
	return err
}

// bareAdd adds the routes of the batch file "add", so many in one send, each
// with its acknowledgement.
func bareAdd(fd, routes, window int) error {
	dev, err := net.InterfaceByName("v0")
	if err != nil {
		return err
	}
	const flags = syscall.NLM_F_REQUEST | syscall.NLM_F_ACK | syscall.NLM_F_CREATE | syscall.NLM_F_EXCL
	var send []byte
	buf := make([]byte, 1<<18)
	for i := 0; i < routes; {
		send = send[:0]
		acks := min(window, routes-i)
		for range acks {
			send = appendMessage(send, syscall.RTM_NEWROUTE, flags, bareRoute(i, uint32(dev.Index)))
			i++
		}
		if err := syscall.Sendto(fd, send, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
			return err
		}
		for acks > 0 {
			n, err := receive(fd, buf, syscall.NLMSG_ERROR)
			if err != nil {
				return err
			}
			acks -= n
		}
	}
	return nil
}

// bareRoute is the body of the i-th route: 10.x.y.z via 192.168.0.2 dev v0.
func bareRoute(i int, index uint32) []byte {
	b := []byte{syscall.AF_INET, 32, 0, 0, syscall.RT_TABLE_MAIN, syscall.RTPROT_BOOT, syscall.RT_SCOPE_UNIVERSE, syscall.RTN_UNICAST, 0, 0, 0, 0}
	attr := func(kind byte, v ...byte) { b = append(append(b, 8, 0, kind, 0), v...) }
	attr(syscall.RTA_DST, 10, byte(i>>16), byte(i>>8), byte(i))
	attr(syscall.RTA_GATEWAY, 192, 168, 0, 2)
	attr(syscall.RTA_OIF, binary.NativeEndian.AppendUint32(nil, index)...)
	return b
}

func appendMessage(b []byte, kind uint16, flags uint16, body []byte) []byte {
	ne := binary.NativeEndian
	b = ne.AppendUint32(b, uint32(syscall.SizeofNlMsghdr+len(body)))
	b = ne.AppendUint16(b, kind)
	b = ne.AppendUint16(b, flags)
	b = append(b, 1, 0, 0, 0, 0, 0, 0, 0) // sequence and port
	return append(b, body...)
}

// receive reads until a message of this type is among what one read brought,
// and returns how many of it there were.
func receive(fd int, buf []byte, until uint16) (int, error) {
	for {
		n, _, err := syscall.Recvfrom(fd, buf, 0)
		if err != nil {
			return 0, err
		}
		count := 0
		for b := buf[:n]; len(b) >= syscall.SizeofNlMsghdr; {
			size, kind := binary.NativeEndian.Uint32(b), binary.NativeEndian.Uint16(b[4:])
			if kind == syscall.NLMSG_ERROR && len(b) >= 20 && binary.NativeEndian.Uint32(b[16:]) != 0 {
				return 0, syscall.Errno(-int32(binary.NativeEndian.Uint32(b[16:])))
			}
			if kind == until {
				count++
			}
			if size = (size + 3) &^ 3; size < syscall.SizeofNlMsghdr || int(size) > len(b) {
				break
			}
			b = b[size:]
		}
		if count > 0 {
			return count, nil
		}
	}
}
