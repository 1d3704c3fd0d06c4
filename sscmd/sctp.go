package sscmd

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"gip/internal/uapi"
)

// sctpStates are the states of an association (enum sctp_spinfo_state and
// SCTP_STATE_…).
var sctpStates = [...]string{"CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTAB", "SHUTDOWN_PENDING", "SHUTDOWN_SENT",
	"SHUTDOWN_RECEIVED", "ACK_SENT"}

// The numbers of struct sctp_info, in the order in which they print, before and
// behind the state.
var (
	sctpTag   = []stat{{0, 4, hexa, " tag:", "tag"}}
	sctpStats = []stat{
		{8, 4, signed, " rwnd:", "rwnd"},
		{12, 2, plain, " unackdata:", "unackdata"},
		{14, 2, plain, " penddata:", "penddata"},
		{16, 2, plain, " instrms:", "instrms"},
		{18, 2, plain, " outstrms:", "outstrms"},
		{24, 4, signed, " inqueue:", "inqueue"},
		{28, 4, signed, " outqueue:", "outqueue"},
		{32, 4, signed, " overerr:", "overerr"},
		{36, 4, signed, " maxburst:", "maxburst"},
		{40, 4, signed, " maxseg:", "maxseg"},
		{44, 4, signed, " prwnd:", "prwnd"},
		{48, 4, hexa, " ptag:", "ptag"},
		{52, 1, plain, " pcapable:", "pcapable"},
		{53, 1, plain, " psack:", "psack"},
	}
	// Those of the socket, from s_autoclose on.
	sctpSocket = []stat{
		{0, 4, signed, " autoclose:", "autoclose"},
		{4, 4, signed, " adapind:", "adapind"},
		{8, 4, signed, " pdpoint:", "pdpoint"},
		{12, 1, plain, " nodelay:", "nodelay"},
		{13, 1, plain, " nofrag:", "nofrag"},
		{14, 1, plain, " v4mapped:", "v4mapped"},
		{15, 1, plain, " fraginl:", "fraginl"},
	}
)

// Where struct sctp_info has the state, and what it tells of the socket: behind 14
// counters of 64 bits from 56 on, the address of 128 bytes and 48 bytes of numbers of the
// primary transport.
const (
	sctpState      = 4
	sctpSocketPart = 56 + 14*8 + 128 + 48
)

// printSCTP prints what -m and -i show of SCTP.
func (s *ss) printSCTP(tb [][]byte) {
	if tb[uapi.INET_DIAG_LOCALS] == nil && tb[uapi.INET_DIAG_PEERS] == nil && tb[uapi.INET_DIAG_INFO] == nil {
		return
	}
	p := &s.out
	p.Object("", "sctp")
	s.printSCTPAddrs(" locals:", "locals", tb[uapi.INET_DIAG_LOCALS])
	s.printSCTPAddrs(" peers:", "peers", tb[uapi.INET_DIAG_PEERS])
	if v := tb[uapi.INET_DIAG_INFO]; v != nil {
		i := infoOf(v)
		i.print(p, sctpTag)
		if state := i.number(sctpState, 4); state != 0 {
			p.Str(" state:", "state", nameAt(sctpStates[:], int(state)))
		}
		i.print(p, sctpStats)
		if len(v) > sctpSocketPart {
			i = infoOf(v[sctpSocketPart:])
			i.print(p, sctpSocket)
		}
	}
	p.Close("")
}

// printSCTPAddrs prints a list of struct sockaddr_storage.
func (s *ss) printSCTPAddrs(pre, key string, v []byte) {
	if v == nil {
		return
	}
	if s.json {
		s.Pen.OpenArray(key)
		defer s.Pen.CloseArray()
	}
	for ; len(v) >= sockaddrStorage; pre, v = ",", v[sockaddrStorage:] {
		s.out.Buf = s.appendSockaddr(s.out.Buf[:0], v)
		s.out.Bytes(pre, "", s.out.Buf)
	}
}

// appendSockaddr appends the address of a struct sockaddr_in or sockaddr_in6.
func (s *ss) appendSockaddr(b, v []byte) []byte {
	switch binary.NativeEndian.Uint16(v) {
	case unix.AF_INET:
		return s.appendHost(b, unix.AF_INET, v[4:8])
	case unix.AF_INET6:
		return s.appendHost(b, unix.AF_INET6, v[8:24])
	}
	return b
}

// sockaddrStorage is the size of struct sockaddr_storage.
const sockaddrStorage = 128
