package sscmd

import (
	"golang.org/x/sys/unix"

	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/sscmd/sockets"
)

// showRequest is struct packet_diag_req, netlink_diag_req and xdp_diag_req.
type showRequest struct {
	Family, Protocol uint8
	Pad              uint16
	Ino              uint32
	Show             uint32
	Cookie           [2]uint32
}

// packetMessage is struct packet_diag_msg.
type packetMessage struct {
	Family, Type uint8
	Num          uint16
	Ino          uint32
	Cookie       [2]uint32
}

// wantsClosed reports whether sockets of a family without connections are shown.
func (s *ss) wantsClosed(family uint8) bool {
	return s.has(family) && s.choice.states>>sockets.StateClose&1 != 0
}

// showPacket lists packet sockets.
func (s *ss) showPacket() {
	if !s.wantsClosed(unix.AF_PACKET) {
		return
	}
	r := showRequest{Family: unix.AF_PACKET, Show: uapi.PACKET_SHOW_INFO | uapi.PACKET_SHOW_MEMINFO |
		uapi.PACKET_SHOW_FILTER | uapi.PACKET_SHOW_RING_CFG | uapi.PACKET_SHOW_FANOUT}
	if !elsewhere("PROC_NET_PACKET") && s.ask(request(r), s.packetSocket) {
		return
	}
	if text, ok := procFile("PROC_NET_PACKET", "net/packet"); ok {
		records(text, s.packetLine)
	}
}

// errOld ends a list of which the kernel tells too little.
var errOld = &rtnl.Error{Errno: unix.ENOENT}

func (s *ss) packetSocket(m rtnl.Message) error {
	r, attrs := rtnl.View[packetMessage](m.Body)
	if r == nil {
		return nil
	}
	var tb [uapi.PACKET_DIAG_FILTER + 1][]byte
	rtnl.Index(tb[:], attrs)
	mem := tb[uapi.PACKET_DIAG_MEMINFO]
	if mem == nil {
		return errOld
	}
	k := sock{kind: uint32(r.Type), protocol: r.Num, ino: r.Ino, state: sockets.StateClose, cookie: cookieOf(r.Cookie),
		rq: int32(rtnl.U32(mem)), uid: rtnl.U32(tb[uapi.PACKET_DIAG_UID])}
	info := tb[uapi.PACKET_DIAG_INFO]
	if len(info) >= packetInfoSize {
		k.iface = rtnl.U32(info)
		k.lport = int32(k.iface)
	}
	if !s.printPacket(&k) {
		return nil
	}
	if s.details {
		s.printPacketDetails(tb[:])
	}
	if v := tb[uapi.PACKET_DIAG_FILTER]; s.bpf && v != nil {
		s.printFilter(v)
	}
	if s.memory {
		s.printMemory(mem)
	}
	return nil
}

// printPacket prints what all packet sockets have, if it passes the filter. A socket
// is not shown by its type here: the real tool asks for all.
func (s *ss) printPacket(k *sock) bool {
	k.family = unix.AF_PACKET
	putWord(&k.local, uint32(k.protocol))
	if s.filter != nil && !s.matches(s.filter, k) {
		return false
	}
	s.head(k)
	addr, port := "*", "*"
	if k.protocol != unix.ETH_P_ALL {
		s.Tables.Numeric = s.numeric
		addr = string(s.Tables.AppendEtherType(nil, k.protocol))
	}
	if k.iface != 0 {
		port = s.Links.Name(k.iface)
	}
	s.address(packetEnd, addr, ":", port)
	s.noPeer("*")
	s.printProcesses(k.ino)
	if s.details {
		s.printDetails(k)
	}
	return true
}

var packetEnd = side{addr: "protocol", port: "dev"}

// packetInfoSize is the size of struct packet_diag_info: index, version, reserve,
// copy threshold, time stamp, flags.
const packetInfoSize = 24

// packetFlags are the flags of a packet socket, by bit.
var packetFlags = [...]string{"running", " auxdata", " origdev", " vnethdr", " loss"}

func (s *ss) printPacketDetails(tb [][]byte) {
	p := &s.out
	if v := tb[uapi.PACKET_DIAG_INFO]; len(v) >= packetInfoSize {
		p.Int(s.extra("ver:"), "version", int64(int32(rtnl.U32(v[4:]))))
		p.Int(" cpy_thresh:", "copy_thresh", int64(int32(rtnl.U32(v[12:]))))
		s.printPacketFlags(rtnl.U32(v[20:]))
	}
	s.printRing("ring_rx", tb[uapi.PACKET_DIAG_RX_RING])
	s.printRing("ring_tx", tb[uapi.PACKET_DIAG_TX_RING])
	if v := tb[uapi.PACKET_DIAG_FANOUT]; v != nil {
		s.printFanout(rtnl.U32(v))
	}
}

func (s *ss) printPacketFlags(flags uint32) {
	p := &s.out
	if s.json {
		s.Pen.OpenArray("flags")
		defer s.Pen.CloseArray()
	}
	p.Text(" flags( ")
	for i, name := range packetFlags {
		if flags>>i&1 != 0 {
			p.Listed(name)
		}
	}
	if flags == 0 {
		p.Text("0")
	}
	p.Text(" )")
}

// ringParts are the numbers of struct packet_diag_ring.
var ringParts = []stat{
	{0, 4, signed, "blk_size:", "block_size"}, {4, 4, signed, ",blk_nr:", "block_nr"}, {8, 4, signed, ",frm_size:", "frame_size"},
	{12, 4, signed, ",frm_nr:", "frame_nr"}, {16, 4, signed, ",tmo:", "timeout"},
}

const ringFeatures, ringSize = 24, 28

func (s *ss) printRing(name string, v []byte) {
	if len(v) < ringSize {
		return
	}
	p := &s.out
	p.Object(s.extra(name+"("), name)
	for _, r := range ringParts {
		p.Int(r.text, r.key, int64(int32(rtnl.U32(v[r.at:]))))
	}
	p.Hex(",features:0x", "features", uint64(rtnl.U32(v[ringFeatures:])))
	p.Close(")")
}

// fanoutTypes are how packets are spread over the sockets of a group.
var fanoutTypes = [...]string{"hash", "lb", "cpu", "roll", "random", "qm"}

func (s *ss) printFanout(v uint32) {
	p := &s.out
	p.Object(s.extra("fanout("), "fanout")
	p.Uint("id:", "id", uint64(v&0xffff))
	p.Text(",")
	if kind := v >> 16; int(kind) < len(fanoutTypes) {
		p.Str("type:", "type", fanoutTypes[kind])
	} else {
		p.Hex("type:0x", "type", uint64(kind))
	}
	p.Close(")")
}

// filterOp is the size of struct sock_filter: code, jt, jf, k.
const filterOp = 8

// printFilter prints a program of BPF that packets have to pass.
func (s *ss) printFilter(v []byte) {
	p := &s.out
	if s.json {
		s.Pen.OpenArray("bpf")
		defer s.Pen.CloseArray()
	} else {
		p.Uint(s.extra("bpf filter ("), "", uint64(len(v)/filterOp))
		p.Text("): ")
	}
	for ; len(v) >= filterOp; v = v[filterOp:] {
		p.Object(" ", "")
		p.HexWide("0x", "code", uint64(rtnl.U16(v)), 2)
		p.Uint(" ", "jt", uint64(v[2]))
		p.Uint(" ", "jf", uint64(v[3]))
		p.Uint(" ", "k", uint64(rtnl.U32(v[4:])))
		p.Close(",")
	}
}

// packetLine prints a line of /proc/net/packet: address, references, type, protocol,
// interface, state, queue, user and inode.
func (s *ss) packetLine(line string) bool {
	r := word.Scanner{Text: line}
	r.Hex()
	r.Int()
	kind := uint32(r.Int())
	k := sock{kind: kind, protocol: uint16(r.Hex()), iface: uint32(r.Int()), state: sockets.StateClose}
	r.Int()
	k.lport, k.rq = int32(k.iface), int32(r.Uint())
	k.uid, k.ino = r.Uint(), r.Uint()
	if kind == unix.SOCK_RAW && s.dbs>>sockets.PacketRaw&1 == 0 || kind == unix.SOCK_DGRAM && s.dbs>>sockets.PacketDgram&1 == 0 {
		return true
	}
	s.printPacket(&k)
	return true
}
