package sscmd

import (
	"golang.org/x/sys/unix"

	"gip/internal/rtnl"
	"gip/sscmd/sockets"
)

// vsockMessage is struct vsock_diag_msg.
type vsockMessage struct {
	Family, Type, State, Shutdown    uint8
	SrcCID, SrcPort, DstCID, DstPort uint32
	Ino                              uint32
	Cookie                           [2]uint32
}

// showVsock lists the sockets between virtual machines and their host.
func (s *ss) showVsock() {
	if s.has(unix.AF_VSOCK) {
		s.ask(request(stateRequest{Family: unix.AF_VSOCK, States: uint32(s.choice.states)}), s.vsockSocket)
	}
}

func (s *ss) vsockSocket(m rtnl.Message) error {
	r, _ := rtnl.View[vsockMessage](m.Body)
	if r == nil || r.Type == unix.SOCK_STREAM && s.dbs>>sockets.VsockStream&1 == 0 || r.Type == unix.SOCK_DGRAM && s.dbs>>sockets.VsockDgram&1 == 0 {
		return nil
	}
	k := sock{family: unix.AF_VSOCK, kind: uint32(r.Type), state: int(r.State), ino: r.Ino,
		lport: int32(r.SrcPort), rport: int32(r.DstPort)}
	putWord(&k.local, r.SrcCID)
	putWord(&k.remote, r.DstCID)
	if s.filter != nil && !s.matches(s.filter, &k) {
		return nil
	}
	s.head(&k)
	s.numbers(vsockLocal, r.SrcCID, r.SrcPort, true)
	s.numbers(vsockPeer, r.DstCID, r.DstPort, true)
	s.printProcesses(k.ino)
	return nil
}

var (
	vsockLocal = side{addr: "local_cid", port: "local_port"}
	vsockPeer  = side{addr: "peer_cid", port: "peer_port"}
)
