// Package sockets names what ss can be asked for: tables of sockets, families and states,
// and the words for them.
package sockets

import (
	"strings"

	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A Table is a table of sockets that can be asked for.
type Table uint8

// The tables, in the order in which they are shown.
const (
	TCP Table = iota
	MPTCP
	UDP
	Raw
	UnixDgram
	UnixStream
	UnixSeq
	PacketDgram
	PacketRaw
	Netlink
	SCTP
	VsockStream
	VsockDgram
	TIPC
	XDP
	NumTables
)

// States, by the kernel's numbers (net/tcp_states.h).
const (
	stateUnknown = iota
	StateEstablished
	StateSynSent
	stateSynRecv
	stateFinWait1
	stateFinWait2
	stateTimeWait
	StateClose
	stateCloseWait
	stateLastAck
	StateListen
	StateClosing
	stateNewSynRecv
	StateBoundInactive
	numStates
)

// Sets of states, a bit for each.
const (
	AllStates       = 1<<numStates - 1
	ConnectedStates = AllStates &^ (1<<StateListen | 1<<StateClose | 1<<stateTimeWait | 1<<stateSynRecv)
	tipcStates      = 1<<StateEstablished | 1<<StateListen | 1<<StateClose
)

// StateNames are how states are printed.
var StateNames = [numStates]string{"UNKNOWN", "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2",
	"TIME-WAIT", "UNCONN", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "UNDEF", "UNDEF"}

// stateWords are what a filter calls states, in any case of letters.
var stateWords = []struct {
	words  string
	states int
}{
	{"close|closed|unconnected", 1 << StateClose},
	{"syn-rcv|syn-recv", 1 << stateSynRecv},
	{"established", 1 << StateEstablished},
	{"all", AllStates},
	{"connected", AllStates &^ (1<<StateClose | 1<<StateListen)},
	{"synchronized", AllStates &^ (1<<StateClose | 1<<StateListen | 1<<StateSynSent)},
	{"bucket", 1<<stateSynRecv | 1<<stateTimeWait},
	{"big", AllStates &^ (1<<stateSynRecv | 1<<stateTimeWait)},
	{"unknown", 1 << stateUnknown},
	{"syn-sent", 1 << StateSynSent},
	{"fin-wait-1", 1 << stateFinWait1},
	{"fin-wait-2", 1 << stateFinWait2},
	{"time-wait", 1 << stateTimeWait},
	{"close-wait", 1 << stateCloseWait},
	{"last-ack", 1 << stateLastAck},
	{"listening", 1 << StateListen},
	{"closing", 1 << StateClosing},
	{"bound-inactive", 1 << StateBoundInactive},
}

// ParseState returns the states that a word stands for.
func ParseState(w string) (states int, ok bool) {
	for i := range stateWords {
		for name := range strings.SplitSeq(stateWords[i].words, "|") {
			if word.Offer(w, name); strings.EqualFold(name, w) {
				return stateWords[i].states, true
			}
		}
	}
	return 0, false
}

// InetFamilies are both families of IP, as bits.
const InetFamilies = 1<<unix.AF_INET | 1<<unix.AF_INET6

// Defaults are, for each table, the states that are shown if none was asked for,
// and the families that its sockets may have.
var Defaults = [NumTables]struct {
	States   int
	Families uint64
}{
	TCP:         {ConnectedStates, InetFamilies},
	MPTCP:       {ConnectedStates, InetFamilies},
	UDP:         {1 << StateEstablished, InetFamilies},
	Raw:         {1 << StateEstablished, InetFamilies},
	UnixDgram:   {1 << StateClose, 1 << unix.AF_UNIX},
	UnixStream:  {ConnectedStates, 1 << unix.AF_UNIX},
	UnixSeq:     {ConnectedStates, 1 << unix.AF_UNIX},
	PacketDgram: {1 << StateClose, 1 << unix.AF_PACKET},
	PacketRaw:   {1 << StateClose, 1 << unix.AF_PACKET},
	Netlink:     {1 << StateClose, 1 << unix.AF_NETLINK},
	SCTP:        {ConnectedStates, InetFamilies},
	VsockStream: {ConnectedStates, 1 << unix.AF_VSOCK},
	VsockDgram:  {ConnectedStates, 1 << unix.AF_VSOCK},
	TIPC:        {tipcStates, 1 << unix.AF_TIPC},
	XDP:         {1 << StateClose, 1 << unix.AF_XDP},
}

// Sets of tables, a bit for each.
const (
	InetTables   = 1<<TCP | 1<<MPTCP | 1<<UDP | 1<<SCTP | 1<<Raw
	UnixTables   = 1<<UnixDgram | 1<<UnixStream | 1<<UnixSeq
	PacketTables = 1<<PacketDgram | 1<<PacketRaw
	VsockTables  = 1<<VsockStream | 1<<VsockDgram
	// AllTables is what is shown where nothing was asked for: not TIPC.
	AllTables = (1<<NumTables - 1) &^ (1 << TIPC)
)

// Families has what -f and the options for a family choose, with the tables that
// are meant if none was asked for.
var Families = []struct {
	Name   string
	Family uint8
	Tables int
	States int
}{
	{"inet", unix.AF_INET, InetTables, ConnectedStates},
	{"inet6", unix.AF_INET6, InetTables, ConnectedStates},
	{"link", unix.AF_PACKET, PacketTables, 1 << StateClose},
	{"unix", unix.AF_UNIX, UnixTables, ConnectedStates},
	{"netlink", unix.AF_NETLINK, 1 << Netlink, 1 << StateClose},
	{"tipc", unix.AF_TIPC, 1 << TIPC, tipcStates},
	{"vsock", unix.AF_VSOCK, VsockTables, ConnectedStates},
	{"xdp", unix.AF_XDP, 1 << XDP, 1 << StateClose},
}

// Queries are the words of -A.
var Queries = []struct {
	Words  string
	Tables int
}{
	{"all", AllTables},
	{"inet", InetTables},
	{"udp", 1 << UDP},
	{"tcp", 1 << TCP},
	{"mptcp", 1 << MPTCP},
	{"sctp", 1 << SCTP},
	{"raw", 1 << Raw},
	{"unix", UnixTables},
	{"unix_stream|u_str", 1 << UnixStream},
	{"unix_dgram|u_dgr", 1 << UnixDgram},
	{"unix_seqpacket|u_seq", 1 << UnixSeq},
	{"packet", PacketTables},
	{"packet_raw|p_raw", 1 << PacketRaw},
	{"packet_dgram|p_dgr", 1 << PacketDgram},
	{"netlink", 1 << Netlink},
	{"tipc", 1 << TIPC},
	{"vsock", VsockTables},
	{"vsock_stream|v_str", 1 << VsockStream},
	{"vsock_dgram|v_dgr", 1 << VsockDgram},
	{"xdp", 1 << XDP},
}
