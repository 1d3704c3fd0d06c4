package prop

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sockets opens sockets and keeps them until it is ended:
//
//	sockets KIND:WHERE[~PEER][,OPTION=N]...
//
// KIND is tcp, udp, raw, mptcp, sctp, unix, unix-dgram, unix-seq, packet, packet-dgram,
// vsock, tipc or xdp. WHERE is ADDRESS:PORT, for raw a protocol behind the address, a path
// or @NAME, an interface or "*", a port, a type of service, and the interface whose first
// queue an XDP socket is of. A socket without PEER listens, if its kind does; one
// with PEER is connected, and accepted if one of these sockets listens there.
//
// Options are those of setsockopt: mark, tos, tclass, v6only, keepalive, freebind,
// transparent; backlog is how many may wait, idle binds and does not listen, send
// writes so many bytes, wait leaves a connection to be accepted; storage has a map of
// BPF keep a value for it of each layout of internal/bpf/btftest whose number is one of
// its digits, and puts the map's id into the file map.N.
//
// With -d in front it stays in the background, and the command ends when the sockets
// are there: the kernel may have to load a module for them.
func sockets(args []string) error {
	ready := len(args) > 0 && args[0] == readyOption
	if ready {
		args = args[1:]
	} else if len(args) > 0 && args[0] == "-d" {
		return socketsBehind(args[1:])
	}
	s := socketSet{listening: make(map[string]int)}
	for _, arg := range args {
		if err := s.open(arg); err != nil {
			return fmt.Errorf("%s: %w", arg, err)
		}
	}
	if ready {
		sayReady()
	}
	for {
		unix.Pause()
	}
}

// In the background the program has this option, and a pipe as this descriptor.
const (
	readyOption = "-ready"
	readyFD     = 3
)

// socketsBehind starts the program again and waits until its sockets are there.
func socketsBehind(args []string) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := exec.Command("sockets", append([]string{readyOption}, args...)...)
	cmd.Stderr, cmd.ExtraFiles = os.Stderr, []*os.File{w}
	if err := cmd.Start(); err != nil {
		return err
	}
	w.Close()
	if n, _ := r.Read(make([]byte, 1)); n == 0 {
		return cmd.Wait()
	}
	return nil
}

// sayReady tells who waits, and lets go of the error output, which the bench reads to
// its end.
func sayReady() {
	unix.Dup3(1, 2, 0)
	unix.Write(readyFD, []byte{'\n'})
	unix.Close(readyFD)
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
	"tipc": {unix.SOCK_STREAM, 0, true}, "xdp": {unix.SOCK_RAW, 0, false},
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
	if name == "xdp" {
		if err := giveUMEM(fd); err != nil {
			return err
		}
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
	switch name {
	case "tipc":
		service, err := strconv.Atoi(where)
		return &unix.SockaddrTIPC{Scope: unix.TIPC_NODE_SCOPE, Addr: &unix.TIPCServiceRange{Type: uint32(service)}}, unix.AF_TIPC, 0, err
	case "xdp":
		i, err := interfaceIndex(where)
		return &unix.SockaddrXDP{Ifindex: uint32(i)}, unix.AF_XDP, 0, err
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
		a.Ifindex, err = interfaceIndex(dev)
	}
	return a, unix.AF_PACKET, 0, err
}

func interfaceIndex(dev string) (int, error) {
	ifi, err := unix.NewIfreq(dev)
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	err = unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifi)
	return int(ifi.Uint32()), err
}

// giveUMEM gives an XDP socket the memory and the rings that it has to have.
func giveUMEM(fd int) error {
	const chunk, chunks = 4096, 16
	memory, err := unix.Mmap(-1, 0, chunk*chunks, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return err
	}
	reg := unix.XDPUmemReg{Addr: uint64(uintptr(unsafe.Pointer(&memory[0]))), Len: chunk * chunks, Size: chunk}
	text := unsafe.String((*byte)(unsafe.Pointer(&reg)), unsafe.Sizeof(reg))
	if err := unix.SetsockoptString(fd, unix.SOL_XDP, unix.XDP_UMEM_REG, text); err != nil {
		return fmt.Errorf("XDP_UMEM_REG: %w", err)
	}
	for _, ring := range []int{unix.XDP_UMEM_FILL_RING, unix.XDP_UMEM_COMPLETION_RING, unix.XDP_RX_RING} {
		if err := unix.SetsockoptInt(fd, unix.SOL_XDP, ring, chunks); err != nil {
			return fmt.Errorf("ring %d: %w", ring, err)
		}
	}
	return nil
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
	if n, ok := options["storage"]; ok {
		if err := keep(fd, n); err != nil {
			return err
		}
	}
	// A port is free again at once when its script is played a second time.
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	return nil
}
