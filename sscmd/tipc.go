package sscmd

import (
	"golang.org/x/sys/unix"

	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// tipcRequest is struct tipc_sock_diag_req.
type tipcRequest struct {
	Family, Protocol uint8
	Pad              uint16
	States           uint32
}

var (
	tipcLocal = side{addr: "local_node", port: "local_port"}
	tipcPeer  = side{addr: "peer_node", port: "peer_port"}
)

// tipcTypes are the types of sockets, by number.
var tipcTypes = [...]string{"UNKNOWN", "STREAM", "DGRAM", "", "RDM", "SEQPACKET"}

// showTIPC lists the sockets of TIPC.
func (s *ss) showTIPC() {
	s.ask(request(tipcRequest{Family: unix.AF_TIPC, States: uint32(s.choice.states)}), s.tipcSocket)
}

func (s *ss) tipcSocket(m rtnl.Message) error {
	v := rtnl.Find(m.Body, uapi.TIPC_NLA_SOCK)
	if v == nil {
		return nil
	}
	var tb [uapi.TIPC_NLA_SOCK_GROUP + 1][]byte
	var stat [uapi.TIPC_NLA_SOCK_STAT_DROP + 1][]byte
	rtnl.Index(tb[:], v)
	rtnl.Index(stat[:], tb[uapi.TIPC_NLA_SOCK_STAT])
	k := sock{family: unix.AF_TIPC, kind: rtnl.U32(tb[uapi.TIPC_NLA_SOCK_TYPE]), state: int(rtnl.U32(tb[uapi.TIPC_NLA_SOCK_TIPC_STATE])),
		uid: rtnl.U32(tb[uapi.TIPC_NLA_SOCK_UID]), ino: rtnl.U32(tb[uapi.TIPC_NLA_SOCK_INO]), cookie: rtnl.U64(tb[uapi.TIPC_NLA_SOCK_COOKIE]),
		rq: int32(rtnl.U32(stat[uapi.TIPC_NLA_SOCK_STAT_RCVQ])), wq: int32(rtnl.U32(stat[uapi.TIPC_NLA_SOCK_STAT_SENDQ]))}
	s.head(&k)
	s.tipcAddress(tipcLocal, tb[uapi.TIPC_NLA_SOCK_ADDR], tb[uapi.TIPC_NLA_SOCK_REF])
	var con [uapi.TIPC_NLA_CON_INST + 1][]byte
	if v := tb[uapi.TIPC_NLA_SOCK_CON]; v != nil {
		rtnl.Index(con[:], v)
		s.tipcAddress(tipcPeer, con[uapi.TIPC_NLA_CON_NODE], con[uapi.TIPC_NLA_CON_SOCK])
	} else {
		s.noPeer("-")
	}
	if s.details {
		s.printDetails(&k)
	}
	s.printProcesses(k.ino)
	if s.tipcInfo {
		s.printTIPC(&k, tb[:], stat[:], con[:])
	}
	return nil
}

func (s *ss) tipcAddress(at side, node, port []byte) {
	s.numbers(at, rtnl.U32(node), rtnl.U32(port), false)
}

// printTIPC prints what --tipcinfo shows.
func (s *ss) printTIPC(k *sock, tb, stat, con [][]byte) {
	p := &s.out
	begin := "\n type:"
	if s.oneline {
		begin = " type:"
	}
	p.Str(begin, "type", nameAt(tipcTypes[:], int(k.kind)))
	congested := "none"
	switch {
	case stat[uapi.TIPC_NLA_SOCK_STAT_LINK_CONG] != nil:
		congested = "link"
	case stat[uapi.TIPC_NLA_SOCK_STAT_CONN_CONG] != nil:
		congested = "conn"
	}
	p.Str(" cong:", "congested", congested)
	p.Int("  drop:", "drop", int64(int32(rtnl.U32(stat[uapi.TIPC_NLA_SOCK_STAT_DROP]))))
	p.Text(" ")
	p.Flag(" publ", "published", tb[uapi.TIPC_NLA_SOCK_HAS_PUBL] != nil)
	if con[uapi.TIPC_NLA_CON_FLAG] != nil {
		p.Object(" via {", "via")
		p.Uint("", "type", uint64(rtnl.U32(con[uapi.TIPC_NLA_CON_TYPE])))
		p.Uint(",", "instance", uint64(rtnl.U32(con[uapi.TIPC_NLA_CON_INST])))
		p.Close("} ")
	}
}
