package netstat

import (
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// Flags and states in /proc/net/unix (linux/net.h).
const (
	soAcceptCon = 1 << 16
	soWaitData  = 1 << 17
	soNoSpace   = 1 << 18
)

var unixStates = []string{"FREE", "", "CONNECTING", "CONNECTED", "DISCONNECTING"}

var unixTypes = word.Names{{unix.SOCK_STREAM, "STREAM"}, {unix.SOCK_DGRAM, "DGRAM"}, {unix.SOCK_RAW, "RAW"},
	{unix.SOCK_RDM, "RDM"}, {unix.SOCK_SEQPACKET, "SEQPACKET"}}

// showUnix shows the sockets of the unix family. sock_diag does not tell their
// references.
func (n *netstat) showUnix() error {
	n.loadProcesses()
	n.Pen.Raw("Active UNIX domain sockets " + n.which())
	n.Pen.Raw("\nProto RefCnt Flags       Type       State         I-Node  ")
	n.headPrograms()
	n.Pen.Raw(" Path\n")
	found, err := n.eachLine("/proc/net/unix", n.unixSocket)
	if err == nil && !found {
		err = n.missing("AF UNIX", !n.anyProtocol)
	}
	return err
}

// unixSocket shows a line: address, references, protocol, flags, type, state,
// inode and path.
func (n *netstat) unixSocket(line string) {
	w := strings.Fields(line)
	if len(w) < 7 {
		n.Warnf("warning, got bogus unix line.\n")
		return
	}
	refs, flags, state := common.HexNumber(w[1]), common.HexNumber(w[3]), common.HexNumber(w[5])
	server := state == uapi.SS_UNCONNECTED && flags&soAcceptCon != 0
	if !n.all && server != n.listening {
		return
	}
	proto := "unix"
	if common.HexNumber(w[2]) != 0 {
		proto = "??"
	}
	p := n.Pen
	p.StrWidth("", "", 5, proto, " ")
	common.Left(p, "", 6, uint64(refs), " ")
	p.StrWidth("", "", 11, unixFlags(flags), " ")
	p.StrWidth("", "", 10, unixTypes.Or(uint64(common.HexNumber(w[4])), "UNKNOWN"), " ")
	p.StrWidth("", "", 13, unixState(state, server), " ")
	p.StrWidth("", "", 8, strconv.Itoa(cli.Atoi(w[6])), "")
	n.printProgram(w[6])
	p.Raw(" ")
	if len(w) > 7 {
		p.Raw(w[7])
	}
	p.EndLine()
}

func unixFlags(flags uint32) string {
	s := "[ "
	if flags&soAcceptCon != 0 {
		s += "ACC "
	}
	if flags&soWaitData != 0 {
		s += "W "
	}
	if flags&soNoSpace != 0 {
		s += "N "
	}
	return s + "]"
}

func unixState(state uint32, server bool) string {
	switch {
	case server:
		return "LISTENING"
	case int(state) < len(unixStates):
		return unixStates[state]
	}
	return "UNKNOWN"
}
