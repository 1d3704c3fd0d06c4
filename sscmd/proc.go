package sscmd

import (
	"math"
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/rtnl"
	"gip/internal/word"
)

// userHZ is in how many ticks a second /proc tells times.
const userHZ = 100

// splitLine cuts a line of /proc/net/tcp and its like, "SL: LOCAL:PORT PEER:PORT
// DATA", in which ports have four digits.
func splitLine(line string) (local, remote, data string, ok bool) {
	_, line, ok = strings.Cut(line, ":")
	if !ok || line == "" {
		return "", "", "", false
	}
	local, line, ok = cutEnd(line[1:])
	if ok {
		remote, data, ok = cutEnd(line)
	}
	return local, remote, data, ok
}

// cutEnd takes an address with a colon and a port of four digits off a line, and the
// blank behind it.
func cutEnd(line string) (end, rest string, ok bool) {
	at := strings.IndexByte(line, ':')
	if at < 0 || len(line) < at+6 {
		return "", "", false
	}
	return line[:at+5], line[at+6:], true
}

// stateDigit is the state in what follows the addresses, a hexadecimal digit.
func stateDigit(data string) int {
	switch {
	case len(data) < 2:
		return 0
	case data[1] >= 'A':
		return int(data[1]-'A') + 10
	}
	return int(data[1]) - '0'
}

// parseEnd reads an address and a port of /proc: hexadecimal words in the machine's
// order.
func parseEnd(text string, family uint8, addr *[16]byte) (port int32) {
	addrText, portText, _ := strings.Cut(text, ":")
	for i := 0; i < 4 && (i == 0 || family == unix.AF_INET6); i++ {
		digits := addrText
		if family == unix.AF_INET6 {
			digits = addrText[:min(8, len(addrText))]
		}
		v, _, ok := word.Scan(digits, 16)
		if !ok {
			return 0
		}
		rtnl.NE.PutUint32(addr[4*i:], uint32(v))
		addrText = addrText[len(digits):]
	}
	port, _, _ = word.Scan(portText, 16)
	return port
}

// procSock reads the addresses of a line, and reports whether the socket is shown.
func (s *ss) procSock(line string, family uint8) (k sock, data string, shown, ok bool) {
	local, remote, data, ok := splitLine(line)
	if !ok {
		return k, "", false, false
	}
	if state := stateDigit(data); state < 0 || state > 31 || s.choice.states>>state&1 == 0 {
		return k, "", false, true
	}
	k.family = family
	k.lport = parseEnd(local, family, &k.local)
	k.rport = parseEnd(remote, family, &k.remote)
	return k, data, s.filter == nil || s.matches(s.filter, &k), true
}

// tcpLine prints a line of /proc/net/tcp: state, queues, timer, retransmissions,
// user, probes, inode, references, address, and what -i shows.
func (s *ss) tcpLine(line string, family uint8) bool {
	k, data, shown, ok := s.procSock(line, family)
	if !ok || !shown {
		return ok
	}
	k.kind = unix.IPPROTO_TCP
	r := word.Scanner{Text: data}
	k.state = int(r.Hex())
	k.wq = int32(r.Hex())
	r.Char(':')
	k.rq = int32(r.Hex())
	timer := r.Hex()
	r.Char(':')
	timeout := r.Hex()
	retrans := int32(r.Hex())
	k.uid = uint32(r.Int())
	probes := r.Int()
	k.ino = r.Uint()
	r.Int()
	k.cookie = r.Hex64()
	var t procTCP
	t.read(&r)
	if timer != 1 {
		retrans = probes
	}
	s.printEnds(&k, false)
	if s.timers {
		s.printTimer(&k, uint8(min(timer, math.MaxUint8)), uint32((uint64(timeout)*1000+userHZ-1)/userHZ), int64(retrans))
	}
	if s.details {
		s.printDetails(&k)
		if t.rest != "" {
			s.out.Str(" opt:\"", "opt", t.rest)
			s.out.Text("\"")
		}
	}
	if s.info {
		s.printProcTCP(&t, retrans)
	}
	return true
}

// procTCP is what /proc/net/tcp tells of a connection.
type procTCP struct {
	rto, ato, qack, ssthresh int32
	cwnd                     uint32
	rest                     string
}

// read reads what follows the address of a socket. A line may end there.
func (t *procTCP) read(r *word.Scanner) {
	before := r.Count
	t.rto, t.ato, t.qack, t.cwnd, t.ssthresh = r.Int(), r.Int(), r.Int(), r.Uint(), r.Int()
	t.rest = r.Line()
	if r.Count == before {
		*t = procTCP{cwnd: 2, ssthresh: -1}
	}
	if r.Count < before+6 {
		t.rest = ""
	}
}

func (s *ss) printProcTCP(t *procTCP, retrans int32) {
	p := &s.out
	p.Object("", "tcp")
	if t.rto != 3*userHZ {
		p.Float(" rto:", "rto", float64(t.rto)/userHZ)
	}
	p.Float(" ato:", "ato", float64(t.ato)/userHZ)
	if qack := t.qack / 2; qack != 0 {
		p.Int(" qack:", "qack", int64(qack))
		p.Flag(" bidir", "bidir", qack&1 != 0)
	}
	p.Some(" cwnd:", "cwnd", uint64(t.cwnd))
	if t.ssthresh != -1 && t.ssthresh != 0 {
		p.Int(" ssthresh:", "ssthresh", int64(t.ssthresh))
	}
	if retrans != 0 {
		p.Uint(" retrans:", "retrans", uint64(uint32(retrans)))
		p.Text("/0")
	}
	// A line does not tell of reordering, which is told where it is not 3.
	p.Int(" reordering:", "reordering", 0)
	p.Close("")
}

// datagramLine prints a line of /proc/net/udp or raw.
func (s *ss) datagramLine(line string, family uint8) bool {
	k, data, shown, ok := s.procSock(line, family)
	if !ok || !shown {
		return ok
	}
	if s.service == "udp" {
		k.kind = unix.IPPROTO_UDP
	}
	r := word.Scanner{Text: data}
	k.state = int(r.Hex())
	k.wq = int32(r.Hex())
	r.Char(':')
	k.rq = int32(r.Hex())
	r.Hex()
	r.Char(':')
	r.Hex()
	r.Hex()
	k.uid = uint32(r.Int())
	r.Int()
	k.ino = r.Uint()
	s.printEnds(&k, false)
	return true
}
