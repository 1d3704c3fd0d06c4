package sscmd

import (
	"strings"

	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A db is a table of sockets that can be asked for.
type db uint8

const (
	dbTCP db = iota
	dbMPTCP
	dbUDP
	dbRaw
	dbUnixDgram
	dbUnixStream
	dbUnixSeq
	dbPacketDgram
	dbPacketRaw
	dbNetlink
	dbSCTP
	dbVsockStream
	dbVsockDgram
	dbTIPC
	dbXDP
	numDBs
)

// States, by the kernel's numbers (net/tcp_states.h).
const (
	stateUnknown = iota
	stateEstablished
	stateSynSent
	stateSynRecv
	stateFinWait1
	stateFinWait2
	stateTimeWait
	stateClose
	stateCloseWait
	stateLastAck
	stateListen
	stateClosing
	stateNewSynRecv
	stateBoundInactive
	numStates
)

// Sets of states, a bit for each.
const (
	allStates       = 1<<numStates - 1
	connectedStates = allStates &^ (1<<stateListen | 1<<stateClose | 1<<stateTimeWait | 1<<stateSynRecv)
	tipcStates      = 1<<stateEstablished | 1<<stateListen | 1<<stateClose
)

// stateNames are how states are printed.
var stateNames = [numStates]string{"UNKNOWN", "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2",
	"TIME-WAIT", "UNCONN", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "UNDEF", "UNDEF"}

// stateWords are what a filter calls states, in any case of letters.
var stateWords = []struct {
	words  string
	states int
}{
	{"close|closed|unconnected", 1 << stateClose},
	{"syn-rcv|syn-recv", 1 << stateSynRecv},
	{"established", 1 << stateEstablished},
	{"all", allStates},
	{"connected", allStates &^ (1<<stateClose | 1<<stateListen)},
	{"synchronized", allStates &^ (1<<stateClose | 1<<stateListen | 1<<stateSynSent)},
	{"bucket", 1<<stateSynRecv | 1<<stateTimeWait},
	{"big", allStates &^ (1<<stateSynRecv | 1<<stateTimeWait)},
	{"unknown", 1 << stateUnknown},
	{"syn-sent", 1 << stateSynSent},
	{"fin-wait-1", 1 << stateFinWait1},
	{"fin-wait-2", 1 << stateFinWait2},
	{"time-wait", 1 << stateTimeWait},
	{"close-wait", 1 << stateCloseWait},
	{"last-ack", 1 << stateLastAck},
	{"listening", 1 << stateListen},
	{"closing", 1 << stateClosing},
	{"bound-inactive", 1 << stateBoundInactive},
}

// parseState returns the states that a word stands for.
func parseState(w string) (states int, ok bool) {
	for i := range stateWords {
		for name := range strings.SplitSeq(stateWords[i].words, "|") {
			if word.Offer(w, name); strings.EqualFold(name, w) {
				return stateWords[i].states, true
			}
		}
	}
	return 0, false
}

const inetFamilies = 1<<unix.AF_INET | 1<<unix.AF_INET6

// dbDefaults are, for each table, the states that are shown if none was asked for,
// and the families that its sockets may have.
var dbDefaults = [numDBs]struct {
	states   int
	families uint64
}{
	dbTCP:         {connectedStates, inetFamilies},
	dbMPTCP:       {connectedStates, inetFamilies},
	dbUDP:         {1 << stateEstablished, inetFamilies},
	dbRaw:         {1 << stateEstablished, inetFamilies},
	dbUnixDgram:   {1 << stateClose, 1 << unix.AF_UNIX},
	dbUnixStream:  {connectedStates, 1 << unix.AF_UNIX},
	dbUnixSeq:     {connectedStates, 1 << unix.AF_UNIX},
	dbPacketDgram: {1 << stateClose, 1 << unix.AF_PACKET},
	dbPacketRaw:   {1 << stateClose, 1 << unix.AF_PACKET},
	dbNetlink:     {1 << stateClose, 1 << unix.AF_NETLINK},
	dbSCTP:        {connectedStates, inetFamilies},
	dbVsockStream: {connectedStates, 1 << unix.AF_VSOCK},
	dbVsockDgram:  {connectedStates, 1 << unix.AF_VSOCK},
	dbTIPC:        {tipcStates, 1 << unix.AF_TIPC},
	dbXDP:         {1 << stateClose, 1 << unix.AF_XDP},
}

// Sets of tables, a bit for each.
const (
	inetDBs   = 1<<dbTCP | 1<<dbMPTCP | 1<<dbUDP | 1<<dbSCTP | 1<<dbRaw
	unixDBs   = 1<<dbUnixDgram | 1<<dbUnixStream | 1<<dbUnixSeq
	packetDBs = 1<<dbPacketDgram | 1<<dbPacketRaw
	vsockDBs  = 1<<dbVsockStream | 1<<dbVsockDgram
	// allDBs is what is shown where nothing was asked for: not TIPC.
	allDBs = (1<<numDBs - 1) &^ (1 << dbTIPC)
)

// families has what -f and the options for a family choose, with the tables that
// are meant if none was asked for.
var families = []struct {
	name   string
	family uint8
	dbs    int
	states int
}{
	{"inet", unix.AF_INET, inetDBs, connectedStates},
	{"inet6", unix.AF_INET6, inetDBs, connectedStates},
	{"link", unix.AF_PACKET, packetDBs, 1 << stateClose},
	{"unix", unix.AF_UNIX, unixDBs, connectedStates},
	{"netlink", unix.AF_NETLINK, 1 << dbNetlink, 1 << stateClose},
	{"tipc", unix.AF_TIPC, 1 << dbTIPC, tipcStates},
	{"vsock", unix.AF_VSOCK, vsockDBs, connectedStates},
	{"xdp", unix.AF_XDP, 1 << dbXDP, 1 << stateClose},
}

// queries are the words of -A.
var queries = []struct {
	words string
	dbs   int
}{
	{"all", allDBs},
	{"inet", inetDBs},
	{"udp", 1 << dbUDP},
	{"tcp", 1 << dbTCP},
	{"mptcp", 1 << dbMPTCP},
	{"sctp", 1 << dbSCTP},
	{"raw", 1 << dbRaw},
	{"unix", unixDBs},
	{"unix_stream|u_str", 1 << dbUnixStream},
	{"unix_dgram|u_dgr", 1 << dbUnixDgram},
	{"unix_seqpacket|u_seq", 1 << dbUnixSeq},
	{"packet", packetDBs},
	{"packet_raw|p_raw", 1 << dbPacketRaw},
	{"packet_dgram|p_dgr", 1 << dbPacketDgram},
	{"netlink", 1 << dbNetlink},
	{"tipc", 1 << dbTIPC},
	{"vsock", vsockDBs},
	{"vsock_stream|v_str", 1 << dbVsockStream},
	{"vsock_dgram|v_dgr", 1 << dbVsockDgram},
	{"xdp", 1 << dbXDP},
}

// A choice is which sockets are shown.
type choice struct {
	dbs      int
	states   int
	families uint64
	// preferred is the family that was named last, or AF_UNSPEC: addresses of a
	// filter are of that one.
	preferred uint8
	chosen    bool // something was named
	filter    *node
	kill      bool
}

func (f *choice) has(family uint8) bool { return f.families>>family&1 != 0 }

// inet reports whether sockets over IP may be shown.
func (f *choice) inet() bool { return f.families&inetFamilies != 0 }

// table adds tables of sockets, or takes them away.
func (f *choice) table(dbs int, on bool) {
	f.chosen = true
	if !on {
		f.dbs &^= dbs
		return
	}
	f.dbs |= dbs
	for d := range db(numDBs) {
		if dbs>>d&1 != 0 {
			f.states |= dbDefaults[d].states
		}
	}
}

// family adds the sockets of a family.
func (f *choice) family(family uint8) {
	for i := range families {
		if families[i].family == family {
			f.states |= families[i].states
		}
	}
	f.families |= 1 << family
	f.preferred, f.chosen = family, true
}

// complete adds the families of the tables, and the tables of the families, that
// none was named of.
func (f *choice) complete() {
	for d := range db(numDBs) {
		if f.dbs>>d&1 != 0 && dbDefaults[d].families&f.families == 0 {
			f.families |= dbDefaults[d].families
		}
	}
	for i := range families {
		if f.has(families[i].family) && families[i].dbs&f.dbs == 0 {
			f.dbs |= families[i].dbs
		}
	}
}
