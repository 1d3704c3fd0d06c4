package prop

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// sockets opens sockets and keeps them until it is ended:
//
//	sockets KIND:WHERE[~PEER][,OPTION=N]...
//
// KIND is tcp, udp, raw, mptcp, sctp, unix, unix-dgram, unix-seq, packet, packet-dgram or
// vsock. WHERE is ADDRESS:PORT, for raw a protocol behind the address, a path or @NAME,
// an interface or "*", and a port. A socket without PEER listens, if its kind does; one
// with PEER is connected, and accepted if one of these sockets listens there.
//
// Options are those of setsockopt: mark, tos, tclass, v6only, keepalive, freebind,
// transparent; backlog is how many may wait, idle binds and does not listen, send
// writes so many bytes, wait leaves a connection to be accepted.
func sockets(args []string) error {
	s := socketSet{listening: make(map[string]int)}
	for _, arg := range args {
		if err := s.open(arg); err != nil {
			return fmt.Errorf("%s: %w", arg, err)
		}
	}
	for {
		unix.Pause()
	}
}

type socketSet struct {
	listening map[string]int // by kind and address
}

// A socketKind says what socket(2) is asked for.
type socketKind struct {
	kind, protocol int
	listens        bool
}

var socketKinds = map[string]socketKind{
	"tcp": {unix.SOCK_STREAM, 0, true}, "udp": {unix.SOCK_DGRAM, 0, false}, "raw": {unix.SOCK_RAW, 0, false},
	"mptcp": {unix.SOCK_STREAM, unix.IPPROTO_MPTCP, true}, "sctp": {unix.SOCK_STREAM, unix.IPPROTO_SCTP, true},
	"unix": {unix.SOCK_STREAM, 0, true}, "unix-dgram": {unix.SOCK_DGRAM, 0, false}, "unix-seq": {unix.SOCK_SEQPACKET, 0, true},
	"packet": {unix.SOCK_RAW, 0, false}, "packet-dgram": {unix.SOCK_DGRAM, 0, false}, "vsock": {unix.SOCK_STREAM, 0, true},
}

// open opens what one argument asks for.
func (s *socketSet) open(arg string) error {
	words := strings.Split(arg, ",")
	name, where, _ := strings.Cut(words[0], ":")
	where, peer, connect := strings.Cut(where, "~")
	k, ok := socketKinds[name]
	if !ok {
		return errors.New("no such kind")
	}
	options := make(map[string]int)
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		options[key], _ = strconv.Atoi(value)
	}
	from, family, protocol, err := socketAddress(name, where)
	if err != nil {
		return err
	}
	fd, err := unix.Socket(family, k.kind, k.protocol|protocol)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	if err := setSocket(fd, options); err != nil {
		return err
	}
	if from != nil {
		if err := unix.Bind(fd, from); err != nil {
			return fmt.Errorf("bind: %w", err)
		}
	}
	switch _, idle := options["idle"]; {
	case connect:
		return s.connect(fd, name, peer, options)
	case k.listens && !idle:
		backlog, ok := options["backlog"]
		if !ok {
			backlog = 5
		}
		s.listening[name+":"+where] = fd
		return unix.Listen(fd, backlog)
	}
	return nil
}

// connect connects a socket, and accepts the connection where one of ours listens.
func (s *socketSet) connect(fd int, name, peer string, options map[string]int) error {
	to, _, _, err := socketAddress(name, peer)
	if err != nil {
		return err
	}
	if err := unix.Connect(fd, to); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if n := options["send"]; n > 0 {
		if _, err := unix.Write(fd, make([]byte, n)); err != nil {
			return err
		}
	}
	_, wait := options["wait"]
	if listener, ok := s.listening[name+":"+peer]; ok && !wait {
		_, _, err = unix.Accept(listener)
	}
	return err
}

// socketAddress reads an address of a kind; nil is to be bound to nothing.
func socketAddress(name, where string) (sa unix.Sockaddr, family, protocol int, err error) {
	switch {
	case strings.HasPrefix(name, "unix"):
		if where == "" {
			return nil, unix.AF_UNIX, 0, nil
		}
		return &unix.SockaddrUnix{Name: where}, unix.AF_UNIX, 0, nil
	case strings.HasPrefix(name, "packet"):
		return packetAddress(where)
	case name == "vsock":
		port, err := strconv.Atoi(where)
		return &unix.SockaddrVM{CID: unix.VMADDR_CID_ANY, Port: uint32(port)}, unix.AF_VSOCK, 0, err
	}
	a, err := netip.ParseAddrPort(where)
	if err != nil {
		return nil, 0, 0, err
	}
	port := int(a.Port())
	if name == "raw" {
		protocol, port = port, 0
	}
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Addr: a.Addr().As4(), Port: port}, unix.AF_INET, protocol, nil
	}
	return &unix.SockaddrInet6{Addr: a.Addr().As16(), Port: port}, unix.AF_INET6, protocol, nil
}

// packetAddress reads INTERFACE or *, and behind a slash an Ethernet protocol.
func packetAddress(where string) (sa unix.Sockaddr, family, protocol int, err error) {
	dev, number, _ := strings.Cut(where, "/")
	proto := uint64(unix.ETH_P_ALL)
	if number != "" {
		if proto, err = strconv.ParseUint(number, 0, 16); err != nil {
			return nil, 0, 0, err
		}
	}
	swapped := uint16(proto<<8 | proto>>8)
	a := &unix.SockaddrLinklayer{Protocol: swapped}
	if dev != "*" {
		ifi, err := unix.NewIfreq(dev)
		if err != nil {
			return nil, 0, 0, err
		}
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
		if err != nil {
			return nil, 0, 0, err
		}
		defer unix.Close(fd)
		if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifi); err != nil {
			return nil, 0, 0, err
		}
		a.Ifindex = int(ifi.Uint32())
	}
	return a, unix.AF_PACKET, 0, nil
}

// socketOptions are the words for setsockopt(2).
var socketOptions = map[string][2]int{
	"mark": {unix.SOL_SOCKET, unix.SO_MARK}, "keepalive": {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
	"tos": {unix.IPPROTO_IP, unix.IP_TOS}, "tclass": {unix.IPPROTO_IPV6, unix.IPV6_TCLASS},
	"v6only": {unix.IPPROTO_IPV6, unix.IPV6_V6ONLY}, "freebind": {unix.IPPROTO_IP, unix.IP_FREEBIND},
	"transparent": {unix.IPPROTO_IP, unix.IP_TRANSPARENT}, "priority": {unix.SOL_SOCKET, unix.SO_PRIORITY},
}

func setSocket(fd int, options map[string]int) error {
	for key, value := range options {
		if o, ok := socketOptions[key]; ok {
			if err := unix.SetsockoptInt(fd, o[0], o[1], value); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	}
	// A port is free again at once when its script is played a second time.
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	return nil
}
