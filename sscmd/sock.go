package sscmd

import (
	"bytes"
	"strconv"

	"golang.org/x/sys/unix"

	"gip/internal/show"
	"gip/sscmd/columns"
	"gip/sscmd/sockets"
)

// A sock is what all families tell of a socket.
type sock struct {
	family        uint8
	kind          uint32 // the protocol over IP, or SOCK_STREAM, …
	protocol      uint16 // of a packet socket
	rawProtocol   uint8
	local, remote [16]byte
	lport, rport  int32
	state         int
	rq, wq        int32
	ino, uid      uint32
	iface         uint32
	cookie        uint64
	mark          uint32
	cgroup        uint64
	// The names of a Unix socket and its peer, as a filter sees them.
	filterName, peerName string
}

// cookieOf joins the halves of a socket's cookie.
func cookieOf(c [2]uint32) uint64 { return uint64(c[1])<<32 | uint64(c[0]) }

const (
	protoMPTCP = 262
	protoSCTP  = unix.IPPROTO_SCTP
)

// netidNames are what the column Netid says, by family and kind.
var netidNames = []struct {
	family uint8
	kind   uint32
	name   string
}{
	{unix.AF_INET, 0, "raw"},
	{unix.AF_INET, unix.IPPROTO_UDP, "udp"},
	{unix.AF_INET, unix.IPPROTO_TCP, "tcp"},
	{unix.AF_INET, protoMPTCP, "mptcp"},
	{unix.AF_INET, protoSCTP, "sctp"},
	{unix.AF_INET, unix.IPPROTO_DCCP, "dccp"},
	{unix.AF_INET, unix.IPPROTO_ICMPV6, "icmp6"},
	{unix.AF_UNIX, unix.SOCK_STREAM, "u_str"},
	{unix.AF_UNIX, unix.SOCK_SEQPACKET, "u_seq"},
	{unix.AF_PACKET, unix.SOCK_RAW, "p_raw"},
	{unix.AF_VSOCK, unix.SOCK_STREAM, "v_str"},
	{unix.AF_VSOCK, unix.SOCK_DGRAM, "v_dgr"},
	{unix.AF_TIPC, unix.SOCK_STREAM, "ti_st"},
	{unix.AF_TIPC, unix.SOCK_DGRAM, "ti_dg"},
	{unix.AF_TIPC, unix.SOCK_RDM, "ti_rd"},
	{unix.AF_TIPC, unix.SOCK_SEQPACKET, "ti_sq"},
}

// netid is what the column Netid says.
func (k *sock) netid() string {
	family := k.family
	if family == unix.AF_INET6 {
		family = unix.AF_INET
	}
	for i := range netidNames {
		if n := &netidNames[i]; n.family == family && n.kind == k.kind {
			return n.name
		}
	}
	switch family {
	case unix.AF_UNIX:
		return "u_dgr"
	case unix.AF_PACKET:
		return "p_dgr"
	case unix.AF_NETLINK:
		return "nl"
	case unix.AF_XDP:
		return "xdp"
	case unix.AF_INET, unix.AF_TIPC, unix.AF_VSOCK:
		return "???"
	}
	return "unknown"
}

// head prints what stands before the addresses. An association of SCTP stands below
// its endpoint.
func (s *ss) head(k *sock) {
	p := &s.out
	p.Begin()
	association := k.kind == protoSCTP && (k.family == unix.AF_INET || k.family == unix.AF_INET6) && s.endpoint != 0 && s.endpoint == k.ino
	if s.json {
		s.jsonHead(k, association)
		return
	}
	if association {
		s.table.Column(columns.ColState)
		p.Text("`- " + nameAt(sctpStates[:], k.state))
	} else {
		s.table.Column(columns.ColNetid)
		p.Text(k.netid())
		s.table.Column(columns.ColState)
		p.Text(nameAt(sockets.StateNames[:], k.state))
	}
	if !s.noQueues {
		s.table.Column(columns.ColRecvQ)
		s.table.Field = columns.Padded(s.table.Field, int64(k.rq), 6)
		s.table.Column(columns.ColSendQ)
		s.table.Field = columns.Padded(s.table.Field, int64(k.wq), 6)
	}
	s.table.Column(columns.ColAddr)
}

func (s *ss) jsonHead(k *sock, association bool) {
	state := nameAt(sockets.StateNames[:], k.state)
	if association {
		state = nameAt(sctpStates[:], k.state)
	}
	s.Pen.JStr("netid", k.netid())
	s.Pen.JStr("state", state)
	s.Pen.JInt("recv_q", int64(k.rq))
	s.Pen.JInt("send_q", int64(k.wq))
}

// nameAt is a name of a list; one that the kernel has since got has none here.
func nameAt(list []string, i int) string {
	if i < 0 || i >= len(list) {
		return "UNKNOWN"
	}
	return list[i]
}

// A side is the local end of a socket or its peer, by its keys in JSON.
type side struct{ addr, port, service string }

var (
	local = side{"local_address", "local_port", "local_service"}
	peer  = side{"peer_address", "peer_port", "peer_service"}
)

// numbers prints an end whose address and port are numbers, of which -1 stands for
// any where there is one for that.
func (s *ss) numbers(at side, addr, port uint32, any bool) {
	if s.json {
		for _, n := range []struct {
			key string
			v   uint32
		}{{at.addr, addr}, {at.port, port}} {
			if !any || n.v != 1<<32-1 {
				s.Pen.JUint(n.key, uint64(n.v))
			}
		}
		return
	}
	s.address(at, numberOrAny(addr, any), ":", numberOrAny(port, any))
}

func numberOrAny(n uint32, any bool) string {
	if any && n == 1<<32-1 {
		return "*"
	}
	return strconv.FormatUint(uint64(n), 10)
}

// address prints an end: an address, a separator, and a port.
func (s *ss) address(at side, addr, sep, port string) {
	if s.json {
		s.Pen.JStr(at.addr, addr)
		s.Pen.JStr(at.port, port)
		return
	}
	f := append(append(s.table.Field, addr...), sep...)
	s.table.Field = f
	s.table.Next()
	s.table.Field = append(s.table.Field, port...)
	s.table.Next()
}

// noPeer prints the end of a socket that has no peer.
func (s *ss) noPeer(sep string) {
	if !s.json {
		s.address(peer, "", sep, "")
	}
}

// inetAddress prints an end of a socket over IP.
func (s *ss) inetAddress(at side, k *sock, a *[16]byte, port int32, dev uint32, v6only bool) {
	b := s.out.Buf[:0]
	switch {
	case k.family == unix.AF_INET:
		b = s.appendHost(b, unix.AF_INET, a[:4])
	case !v6only && *a == [16]byte{}:
		b = append(b, '*')
	default:
		b = append(b, '[')
		b = s.appendHost(b, k.family, a[:])
		if bytes.IndexByte(b, ':') >= 0 && !s.json {
			b = append(b, ']')
		} else {
			b = append(b[:0], b[1:]...)
		}
	}
	s.out.Buf = b
	if s.json {
		s.jsonAddress(at, b, port, dev)
		return
	}
	f := append(s.table.Field, b...)
	if dev != 0 {
		f = append(append(f, '%'), s.Links.Name(dev)...)
	}
	s.table.Field = append(f, ':')
	s.table.Next()
	s.table.Field = s.appendPort(s.table.Field, int(port))
	s.table.Next()
}

func (s *ss) jsonAddress(at side, addr []byte, port int32, dev uint32) {
	s.Pen.Bytes(at.addr, "", addr, "")
	if dev != 0 {
		s.Pen.JStr("dev", s.Links.Name(dev))
	}
	s.Pen.JInt(at.port, int64(port))
	if name := s.serviceName(int(port)); name != "" {
		s.Pen.JStr(at.service, name)
	}
}

// appendHost appends an address, with -r the name of its host.
func (s *ss) appendHost(b []byte, family uint8, a []byte) []byte {
	switch {
	case s.Opt.Resolve:
	case family == unix.AF_INET:
		return show.AppendIPv4(b, [4]byte(a))
	case family == unix.AF_INET6:
		return show.AppendIPv6(b, [16]byte(a))
	}
	return s.AppendHost(b, family, a)
}

// appendPort appends a port, or the name of its service.
func (s *ss) appendPort(b []byte, port int) []byte {
	if port == 0 {
		return append(b, '*')
	}
	if name := s.serviceName(port); name != "" {
		return append(b, name...)
	}
	return strconv.AppendUint(b, uint64(uint32(port)), 10)
}

// serviceName is the name of a port, or "". Ports of raw sockets are protocols.
func (s *ss) serviceName(port int) string {
	if s.numeric || port == 0 {
		return ""
	}
	if s.service == "raw" {
		return s.Tables.IPProto(uint32(port))
	}
	return s.ports.name(s.Tables, port, s.service)
}

// processes prints who has a socket.
func (s *ss) printProcesses(ino uint32) {
	if s.processes || s.threads {
		s.users.print(&s.out, ino, s.threads)
	}
	s.out.Next()
}

// printDetails prints what -e shows of any socket.
func (s *ss) printDetails(k *sock) {
	p := &s.out
	p.Some(" uid:", "uid", uint64(k.uid))
	p.Uint(" ino:", "inode", uint64(k.ino))
	p.Hex(" sk:", "cookie", k.cookie)
	if k.mark != 0 {
		p.Hex(" fwmark:0x", "fwmark", uint64(k.mark))
	}
	if k.cgroup != 0 {
		p.Str(" cgroup:", "cgroup", s.cgroups.path(s.Env, k.cgroup))
	}
}

// extra begins a part of what is told of a socket that has a line of its own,
// without -O.
func (s *ss) extra(text string) string {
	if s.oneline {
		return " " + text
	}
	return "\n\t" + text
}

// printShutdown prints which directions are closed.
func (s *ss) printShutdown(mask uint8) {
	in, out := "<", ">"
	if mask&1 != 0 {
		in = "-"
	}
	if mask&2 != 0 {
		out = "-"
	}
	s.out.Str(" ", "shutdown", in+"-"+out)
}
