package sscmd

import (
	"strconv"

	"golang.org/x/sys/unix"

	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/sscmd/columns"
	"gip/sscmd/sockets"
)

// showXDP lists the sockets of XDP. Their messages begin as those of packet sockets.
func (s *ss) showXDP() {
	if !s.wantsClosed(unix.AF_XDP) {
		return
	}
	r := showRequest{Family: unix.AF_XDP, Show: uapi.XDP_SHOW_INFO | uapi.XDP_SHOW_RING_CFG | uapi.XDP_SHOW_UMEM |
		uapi.XDP_SHOW_MEMINFO | uapi.XDP_SHOW_STATS}
	s.ask(request(r), s.xdpSocket)
}

func (s *ss) xdpSocket(m rtnl.Message) error {
	r, attrs := rtnl.View[packetMessage](m.Body)
	if r == nil {
		return nil
	}
	var tb [uapi.XDP_DIAG_STATS + 1][]byte
	rtnl.Index(tb[:], attrs)
	k := sock{family: unix.AF_XDP, kind: uint32(r.Type), ino: r.Ino, state: sockets.StateClose, cookie: cookieOf(r.Cookie),
		rq: int32(rtnl.U32(tb[uapi.XDP_DIAG_MEMINFO])), uid: rtnl.U32(tb[uapi.XDP_DIAG_UID])}
	if v := tb[uapi.XDP_DIAG_INFO]; len(v) >= 8 {
		k.iface, k.lport = rtnl.U32(v), int32(rtnl.U32(v[4:]))
	}
	if s.filter != nil && !s.matches(s.filter, &k) {
		return nil
	}
	s.head(&k)
	if k.iface != 0 {
		s.address(xdpEnd, s.Links.Name(k.iface), ":", "q"+strconv.Itoa(int(k.lport)))
	} else if !s.json {
		s.address(local, "", "*", "")
	}
	s.noPeer("*")
	s.printProcesses(k.ino)
	if s.details {
		s.printDetails(&k)
		s.printXDPDetails(tb[:])
	}
	if s.memory {
		s.printMemory(tb[uapi.XDP_DIAG_MEMINFO])
	}
	return nil
}

var xdpEnd = side{addr: "dev", port: "queue"}

// xdpMemory are the numbers of struct xdp_diag_umem.
var xdpMemory = []stat{
	{8, 4, plain, "id:", "id"}, {0, 8, plain, ",size:", "size"}, {12, 4, plain, ",num_pages:", "num_pages"},
	{16, 4, plain, ",chunk_size:", "chunk_size"}, {20, 4, plain, ",headroom:", "headroom"},
	{24, 4, plain, ",ifindex:", "ifindex"}, {28, 4, plain, ",qid:", "qid"}, {32, 4, plain, ",zc:", "zc"},
	{36, 4, plain, ",refs:", "refs"},
}

// xdpStats are the numbers of struct xdp_diag_stats.
var xdpStats = []stat{
	{0, 8, plain, "rx dropped:", "rx_dropped"}, {8, 8, plain, ",rx invalid:", "rx_invalid"},
	{16, 8, plain, ",rx queue full:", "rx_queue_full"}, {24, 8, plain, ",rx fill ring empty:", "rx_fill_ring_empty"},
	{32, 8, plain, ",tx invalid:", "tx_invalid"}, {40, 8, plain, ",tx ring empty:", "tx_ring_empty"},
}

// numbers prints the numbers of a struct, also those that are 0.
func printNumbers(p *columns.Printer, v []byte, list []stat) {
	i := infoOf(v)
	for _, n := range list {
		p.Uint(n.text, n.key, i.number(n.at, n.size))
	}
}

func (s *ss) printXDPDetails(tb [][]byte) {
	p := &s.out
	s.printXDPRing("rx", tb[uapi.XDP_DIAG_RX_RING])
	s.printXDPRing("tx", tb[uapi.XDP_DIAG_TX_RING])
	if v := tb[uapi.XDP_DIAG_UMEM]; len(v) >= 40 {
		// The real tool's slip of a letter.
		if s.oneline {
			p.Object(" tumem(", "umem")
		} else {
			p.Object("\n\tumem(", "umem")
		}
		v = append([]byte(nil), v[:40]...)
		rtnl.NE.PutUint32(v[32:], rtnl.U32(v[32:])&uapi.XDP_DU_F_ZEROCOPY)
		printNumbers(p, v, xdpMemory)
		p.Close(")")
		s.printXDPRing("fr", tb[uapi.XDP_DIAG_UMEM_FILL_RING])
		s.printXDPRing("cr", tb[uapi.XDP_DIAG_UMEM_COMPLETION_RING])
	}
	if v := tb[uapi.XDP_DIAG_STATS]; len(v) >= 48 {
		p.Object(s.extra("stats("), "stats")
		printNumbers(p, v, xdpStats)
		p.Close(")")
	}
}

func (s *ss) printXDPRing(name string, v []byte) {
	if len(v) < 4 {
		return
	}
	s.out.Object(s.extra(name+"("), name)
	s.out.Uint("entries:", "entries", uint64(rtnl.U32(v)))
	s.out.Close(")")
}
