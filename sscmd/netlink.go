package sscmd

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/sscmd/sockets"
)

// netlinkMessage is struct netlink_diag_msg.
type netlinkMessage struct {
	Family, Type, Protocol, State uint8
	PortID, DstPortID, DstGroup   uint32
	Ino                           uint32
	Cookie                        [2]uint32
}

// A netlinkSocket is what the kernel or /proc tells of one.
type netlinkSocket struct {
	protocol         int32
	pid              int32
	groups           uint32
	connected        bool
	dstGroup, dstPID uint32
	rq, wq           int32
	sk, cb           uint64
}

const netlinkConnected = 1 // enum in net/netlink/af_netlink.h

// showNetlink lists netlink sockets.
func (s *ss) showNetlink() {
	if !s.wantsClosed(unix.AF_NETLINK) {
		return
	}
	r := showRequest{Family: unix.AF_NETLINK, Protocol: uapi.NDIAG_PROTO_ALL,
		Show: uapi.NDIAG_SHOW_GROUPS | uapi.NDIAG_SHOW_MEMINFO}
	if !elsewhere("PROC_NET_NETLINK") && s.ask(request(r), s.netlinkSocket) {
		return
	}
	if text, ok := procFile("PROC_NET_NETLINK", "net/netlink"); ok {
		lines(text, s.netlinkLine)
	}
}

func (s *ss) netlinkSocket(m rtnl.Message) error {
	r, attrs := rtnl.View[netlinkMessage](m.Body)
	if r == nil {
		return nil
	}
	var tb [uapi.NETLINK_DIAG_GROUPS + 1][]byte
	rtnl.Index(tb[:], attrs)
	n := netlinkSocket{protocol: int32(r.Protocol), pid: int32(r.PortID), groups: rtnl.U32(tb[uapi.NETLINK_DIAG_GROUPS]),
		connected: r.State == netlinkConnected, dstGroup: r.DstGroup, dstPID: r.DstPortID}
	mem := tb[uapi.NETLINK_DIAG_MEMINFO]
	if len(mem) >= 12 {
		n.rq, n.wq = int32(rtnl.U32(mem)), int32(rtnl.U32(mem[8:]))
	}
	if s.printNetlink(&n) && s.memory {
		s.out.Text("\t")
		s.printMemory(mem)
	}
	return nil
}

// printNetlink prints a socket, if it passes the filter.
func (s *ss) printNetlink(n *netlinkSocket) bool {
	k := sock{family: unix.AF_NETLINK, state: sockets.StateClose, rq: n.rq, wq: n.wq, rport: -1, lport: n.pid}
	putWord(&k.local, uint32(n.protocol))
	if s.filter != nil && !s.matches(s.filter, &k) {
		return false
	}
	s.head(&k)
	name := strconv.Itoa(int(n.protocol))
	if !s.numeric && n.protocol >= 0 {
		name = s.Tables.NetlinkProtocols().Name(uint32(n.protocol))
	}
	s.netlinkEnds(n, name)
	if s.details {
		p := &s.out
		p.Hex(" sk=", "sk", n.sk)
		p.Hex(" cb=", "cb", n.cb)
		p.HexWide(" groups=0x", "groups", uint64(n.groups), 8)
	}
	return true
}

// netlinkEnds prints the ends of a socket: its protocol and number, and what it is
// connected to.
func (s *ss) netlinkEnds(n *netlinkSocket, name string) {
	port := s.netlinkPort(n.pid)
	if !s.json {
		s.address(local, name, ":", port)
		if n.connected {
			s.address(peer, strconv.Itoa(int(int32(n.dstGroup))), ":", strconv.Itoa(int(int32(n.dstPID))))
		} else {
			s.noPeer("*")
		}
		return
	}
	s.Pen.JStr("protocol", name)
	s.Pen.JInt("port_id", int64(n.pid))
	if program, _, ok := strings.Cut(port, "/"); ok {
		s.Pen.JStr("program", program)
	}
	if n.connected {
		s.Pen.JUint("peer_group", uint64(n.dstGroup))
		s.Pen.JUint("peer_port_id", uint64(n.dstPID))
	}
}

// netlinkPort is how the number of a socket is printed: mostly it is that of the
// process.
func (s *ss) netlinkPort(pid int32) string {
	number := strconv.Itoa(int(pid))
	switch {
	case pid == -1:
		return "*"
	case s.numeric:
	case pid == 0:
		return "kernel"
	case pid > 0:
		text, err := file.Read(file.ProcRoot() + "/" + number + "/stat")
		if name := statName(text); err == nil && name != "" {
			return name + "/" + number
		}
	}
	return number
}

// netlinkLine prints a line of /proc/net/netlink: address, protocol, port, groups,
// memory of both directions, callback and references.
func (s *ss) netlinkLine(line string) bool {
	r := word.Scanner{Text: line}
	n := netlinkSocket{sk: r.Hex64(), protocol: r.Int(), pid: r.Int(), groups: r.Hex(), rq: r.Int(), wq: r.Int(), cb: r.Hex64()}
	s.printNetlink(&n)
	return true
}
