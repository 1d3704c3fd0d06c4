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

// A bareDump is a request of the reference: type, family and length of the
// header, and attributes of a number each.
type bareDump struct {
	kind    uint16
	family  byte
	bodyLen int
	attrs   []bareAttr
}

type bareAttr struct {
	kind  uint16
	value uint32
}

// Attributes of the requests (linux/rtnetlink.h, linux/if_link.h).
const (
	rtaTable    = 15
	iflaExtMask = 29
	filterVF    = 1 << 0
	skipStats   = 1 << 3
)

// oifV1 stands in a bareDump for the index of v1.
const oifV1 = ^uint32(0)

var mainTable = bareAttr{rtaTable, syscall.RT_TABLE_MAIN}

// bareDumps are what commands ask for, one dump after the other.
var bareDumps = map[string][]bareDump{
	"route":     {{syscall.RTM_GETROUTE, syscall.AF_INET, syscall.SizeofRtMsg, []bareAttr{mainTable}}},
	"route-all": {{syscall.RTM_GETROUTE, syscall.AF_UNSPEC, syscall.SizeofRtMsg, nil}},
	"route-dev": {{syscall.RTM_GETROUTE, syscall.AF_INET, syscall.SizeofRtMsg, []bareAttr{mainTable, {syscall.RTA_OIF, oifV1}}}},
	"route6":    {{syscall.RTM_GETROUTE, syscall.AF_INET6, syscall.SizeofRtMsg, []bareAttr{mainTable}}},
	"link":      {{syscall.RTM_GETLINK, syscall.AF_PACKET, syscall.SizeofIfInfomsg, []bareAttr{{iflaExtMask, filterVF | skipStats}}}},
	"stats":     {{syscall.RTM_GETLINK, syscall.AF_PACKET, syscall.SizeofIfInfomsg, []bareAttr{{iflaExtMask, filterVF}}}},
	"addr": {
		{syscall.RTM_GETLINK, syscall.AF_UNSPEC, syscall.SizeofIfInfomsg, []bareAttr{{iflaExtMask, filterVF | skipStats}}},
		{syscall.RTM_GETADDR, syscall.AF_UNSPEC, syscall.SizeofIfAddrmsg, nil},
	},
	"neigh":   {{syscall.RTM_GETNEIGH, syscall.AF_UNSPEC, syscall.SizeofRtMsg, nil}},
	"fdb":     {{syscall.RTM_GETNEIGH, syscall.AF_BRIDGE, syscall.SizeofRtMsg, nil}},
	"tfilter": {{syscall.RTM_GETTFILTER, syscall.AF_UNSPEC, sizeofTcMsg, nil}},
	"tclass":  {{syscall.RTM_GETTCLASS, syscall.AF_UNSPEC, sizeofTcMsg, nil}},
}

// bareWindow is how many messages one send of "add-window" carries.
const bareWindow = 128

// runBare does what the program's -bare flag names.
func runBare(c config, routes int) error {
	what := c.do
	if crowds[what] != nil {
		return hold(what, c.holder, routes)
	}
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	switch what {
	case "add":
		return bareChange(fd, addRoute, routes, 1)
	case "add-window":
		return bareChange(fd, addRoute, routes, bareWindow)
	case "del":
		return bareChange(fd, delRoute, routes, 1)
	case "del-window":
		return bareChange(fd, delRoute, routes, bareWindow)
	}
	// The kernel filters dumps only for those who ask for strict checks.
	const getStrictCheck = 12
	if err := syscall.SetsockoptInt(fd, solNetlink, getStrictCheck, 1); err != nil {
		return err
	}
	if what == "flush" {
		return bareFlush(fd)
	}
	dumps, ok := bareDumps[what]
	if !ok {
		return fmt.Errorf("no bare %q", what)
	}
	buf := make([]byte, 1<<18)
	for _, d := range dumps {
		if err := d.send(fd); err != nil {
			return err
		}
		if _, err := receive(fd, buf, syscall.NLMSG_DONE); err != nil {
			return err
		}
	}
	return nil
}

const (
	solNetlink  = 270
	sizeofTcMsg = 20
	ingress     = 0xFFFFFFF2 // TC_H_CLSACT and TC_H_MIN_INGRESS
)

func (d *bareDump) send(fd int) error {
	body := make([]byte, d.bodyLen)
	body[0] = d.family
	if d.bodyLen == sizeofTcMsg {
		if err := d.place(body); err != nil {
			return err
		}
	}
	for _, a := range d.attrs {
		if a.value == oifV1 {
			dev, err := net.InterfaceByName("v1")
			if err != nil {
				return err
			}
			a.value = uint32(dev.Index)
		}
		body = binary.NativeEndian.AppendUint16(append(body, 8, 0), a.kind)
		body = binary.NativeEndian.AppendUint32(body, a.value)
	}
	req := appendMessage(nil, d.kind, syscall.NLM_F_REQUEST|syscall.NLM_F_DUMP, body)
	return syscall.Sendto(fd, req, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK})
}

// place sets the device of a struct tcmsg and, of filters, the parent.
func (d *bareDump) place(tcmsg []byte) error {
	dev, err := net.InterfaceByName("v0")
	if err != nil {
		return err
	}
	binary.NativeEndian.PutUint32(tcmsg[4:], uint32(dev.Index))
	if d.kind == syscall.RTM_GETTFILTER {
		binary.NativeEndian.PutUint32(tcmsg[12:], ingress)
	}
	return nil
}

// bareFlush deletes the routes to single hosts of the main table while it is
// dumped, many in a send, without acknowledgements.
func bareFlush(fd int) error {
	del, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	if err := bareDumps["route"][0].send(fd); err != nil {
		return err
	}
	buf, send := make([]byte, 1<<18), make([]byte, 0, 1<<16)
	for done := false; !done; {
		n, _, err := syscall.Recvfrom(fd, buf, 0)
		if err != nil {
			return err
		}
		for b := buf[:n]; len(b) >= syscall.SizeofNlMsghdr; {
			size, kind := binary.NativeEndian.Uint32(b), binary.NativeEndian.Uint16(b[4:])
			done = done || kind == syscall.NLMSG_DONE
			if kind == syscall.RTM_NEWROUTE && b[syscall.SizeofNlMsghdr+1] == 32 {
				send = appendMessage(send, syscall.RTM_DELROUTE, syscall.NLM_F_REQUEST, b[syscall.SizeofNlMsghdr:size])
			}
			b = b[min((int(size)+3)&^3, len(b)):]
		}
		if len(send) > 1<<15 || done && len(send) > 0 {
			if err := syscall.Sendto(del, send, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
				return err
			}
			send = send[:0]
		}
	}
	return nil
}

// A change is what is done with the routes of the batch files.
type change struct {
	message, flags         uint16
	protocol, scope, route byte // of struct rtmsg
}

var (
	addRoute = change{syscall.RTM_NEWROUTE, syscall.NLM_F_CREATE | syscall.NLM_F_EXCL, syscall.RTPROT_BOOT, syscall.RT_SCOPE_UNIVERSE, syscall.RTN_UNICAST}
	delRoute = change{syscall.RTM_DELROUTE, 0, 0, syscall.RT_SCOPE_NOWHERE, 0}
)

// bareChange adds or deletes the routes of the batch files, so many in one
// send, each with its acknowledgement.
func bareChange(fd int, c change, routes, window int) error {
	dev, err := net.InterfaceByName("v0")
	if err != nil {
		return err
	}
	flags := c.flags | syscall.NLM_F_REQUEST | syscall.NLM_F_ACK
	var send []byte
	buf := make([]byte, 1<<18)
	for i := 0; i < routes; {
		send = send[:0]
		acks := min(window, routes-i)
		for range acks {
			send = appendMessage(send, c.message, flags, c.body(i, uint32(dev.Index)))
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

// body is that of the i-th route: 10.x.y.z via 192.168.0.2 dev v0.
func (c change) body(i int, index uint32) []byte {
	b := []byte{syscall.AF_INET, 32, 0, 0, syscall.RT_TABLE_MAIN, c.protocol, c.scope, c.route, 0, 0, 0, 0}
	ne := binary.NativeEndian
	attr := func(kind uint16, v ...byte) { b = append(ne.AppendUint16(ne.AppendUint16(b, 8), kind), v...) }
	attr(syscall.RTA_DST, 10, byte(i>>16), byte(i>>8), byte(i))
	attr(syscall.RTA_GATEWAY, 192, 168, 0, 2)
	attr(syscall.RTA_OIF, ne.AppendUint32(nil, index)...)
	return b
}

func appendMessage(b []byte, kind uint16, flags uint16, body []byte) []byte {
	ne := binary.NativeEndian
	b = ne.AppendUint32(b, uint32(syscall.SizeofNlMsghdr+len(body)))
	b = ne.AppendUint16(b, kind)
	b = ne.AppendUint16(b, flags)
	b = ne.AppendUint32(ne.AppendUint32(b, 1), 0) // sequence and port
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
