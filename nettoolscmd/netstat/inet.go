package netstat

import (
	"bufio"
	"encoding/hex"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

func isUp(i *common.Iface) bool { return i.Link.Flags&unix.IFF_UP != 0 }

// An inetProtocol is a kind of internet sockets and the files that list them.
// The kernel's other way to list sockets, sock_diag, needs modules that are
// not everywhere, and says nothing of programs.
type inetProtocol struct {
	name   string
	title  string
	file   string
	file6  string
	chosen func(*netstat) *bool
	show   func(n *netstat, p *inetProtocol, name, line string)
	// when tells that the file has what was asked for, nil for always.
	when func(*netstat) bool
}

var inetProtocols = []inetProtocol{
	{"tcp", "AF INET (tcp)", "/proc/net/tcp", "/proc/net/tcp6", func(n *netstat) *bool { return &n.tcp }, showTCP, nil},
	{"sctp", "AF INET (sctp)", "/proc/net/sctp/eps", "/proc/net/sctp6/eps", func(n *netstat) *bool { return &n.sctp }, nil,
		func(n *netstat) bool { return n.all || n.listening }},
	{"sctp", "AF INET (sctp)", "/proc/net/sctp/assocs", "/proc/net/sctp6/assocs", func(n *netstat) *bool { return &n.sctp }, nil,
		func(n *netstat) bool { return n.all || !n.listening }},
	{"udp", "AF INET (udp)", "/proc/net/udp", "/proc/net/udp6", func(n *netstat) *bool { return &n.udp }, showDatagram, nil},
	{"udpl", "AF INET (udplite)", "/proc/net/udplite", "/proc/net/udplite6", func(n *netstat) *bool { return &n.udplite }, showDatagram, nil},
	{"raw", "AF INET (raw)", "/proc/net/raw", "/proc/net/raw6", func(n *netstat) *bool { return &n.raw }, showDatagram, nil},
}

// headSockets writes the heading of internet sockets.
func (n *netstat) headSockets() {
	n.loadProcesses()
	p := n.Pen
	p.Raw("Active Internet connections " + n.which())
	p.Raw("\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ")
	if n.extend > 1 {
		p.Raw(" User       Inode     ")
	}
	n.headPrograms()
	if n.timers {
		p.Raw(" Timer")
	}
	p.Raw("\n")
}

func (n *netstat) headPrograms() {
	if n.programs {
		n.Pen.StrWidth("", " ", programWidth, "PID/Program name", "")
	}
}

// showProtocol shows the sockets of a protocol, of IPv4 then of IPv6.
func (n *netstat) showProtocol(p *inetProtocol) error {
	var missing error
	if !n.chosen || n.inet {
		found, err := n.eachLine(p.file, func(line string) { p.print(n, p.name, line) })
		if err != nil {
			return err
		}
		if !found {
			missing = n.missing(p.title, !n.anyProtocol)
		}
	}
	if !n.chosen || n.inet6 {
		n.eachLine(p.file6, func(line string) { p.print(n, p.name+"6", line) })
	}
	return missing
}

func (p *inetProtocol) print(n *netstat, name, line string) {
	if p.show != nil {
		p.show(n, p, name, line)
	}
}

// eachLine gives f the lines of a file behind its heading. found is false if
// there is no such file.
func (n *netstat) eachLine(path string, f func(line string)) (found bool, err error) {
	r, err := file.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
		return false, nil
	case err != nil:
		return false, &cli.Error{Status: 255, Text: path + ": " + cli.Strerror(err) + "\n"}
	}
	defer r.Close()
	s := bufio.NewScanner(r)
	for s.Scan(); s.Scan(); {
		f(s.Text())
	}
	return true, nil
}

// A socket is a line of the kernel's lists (Documentation/networking/proc_net_tcp.rst).
type socket struct {
	local, remote endpoint
	state         int
	txQueue       uint64
	rxQueue       uint64
	timer         int
	expires       uint64 // ticks
	retransmits   uint64
	uid           int
	timeout       int
	inode         string
}

// An endpoint is an address with its port.
type endpoint struct {
	addr []byte // 4 or 16 bytes
	port uint16
}

// parseSocket reads a line; what is missing at its end reads as zero.
func parseSocket(line string) (s socket, ok bool) {
	w := strings.Fields(line)
	if len(w) < 10 || !s.local.parse(w[1]) || !s.remote.parse(w[2]) {
		return s, false
	}
	s.state = int(common.HexNumber(w[3]))
	s.txQueue, s.rxQueue = hexPair(w[4])
	timer, expires := hexPair(w[5])
	s.timer, s.expires = int(timer), expires
	s.retransmits = uint64(common.HexNumber(w[6]))
	s.uid, s.timeout = cli.Atoi(w[7]), cli.Atoi(w[8])
	s.inode = w[9]
	return s, true
}

func hexPair(s string) (a, b uint64) {
	x, y, _ := strings.Cut(s, ":")
	return uint64(common.HexNumber(x)), uint64(common.HexNumber(y))
}

// parse reads an address, in words of the machine's order, and a port.
func (e *endpoint) parse(s string) bool {
	addr, port, ok := strings.Cut(s, ":")
	b, err := hex.DecodeString(addr)
	if !ok || err != nil || len(b) != 4 && len(b) != 16 {
		return false
	}
	for i := 0; i < len(b); i += 4 {
		rtnl.NE.PutUint32(b[i:], common.HexNumber(addr[2*i:2*i+8]))
	}
	e.addr, e.port = b, uint16(common.HexNumber(port))
	return true
}

// shortEndpoint is what fits into a column without -W.
const shortEndpoint = 22

// endpoint writes ADDRESS:PORT; without -W the address, or a long port, is cut.
func (n *netstat) endpoint(e *endpoint, protocol string) string {
	addr, port := n.address(e.addr), n.port(e.port, protocol)
	if n.wide || len(addr)+len(port) <= shortEndpoint {
		return addr + ":" + port
	}
	p := min(len(port), shortEndpoint-4)
	return addr[:min(len(addr), shortEndpoint-p)] + ":" + port[:p]
}

func (n *netstat) address(a []byte) string {
	if len(a) == 16 {
		return common.Host6(n.Env, [16]byte(a), n.numericHosts)
	}
	addr := common.ReadIPv4(a)
	if n.numericHosts || addr.IsZero() {
		return addr.String()
	}
	return common.HostName(n.Env, addr)
}

func (n *netstat) port(port uint16, protocol string) string {
	if port == 0 {
		return "*"
	}
	if !n.numericPorts {
		if n.services == nil {
			n.services = readServices()
		}
		if name := n.services.name(port, protocol); name != "" {
			return name
		}
	}
	return strconv.Itoa(int(port))
}

var tcpStates = []string{"", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
	"CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING"}

func showTCP(n *netstat, _ *inetProtocol, name, line string) {
	s, ok := parseSocket(line)
	if !ok {
		n.Warnf("warning, got bogus tcp line.\n")
		return
	}
	if !n.all && n.listening == (s.remote.port != 0) {
		return
	}
	state := ""
	if s.state < len(tcpStates) {
		state = tcpStates[s.state]
	}
	n.printSocket(&s, name, "tcp", state, tcpTimers)
}

// showDatagram shows a socket of udp, udplite or raw.
func showDatagram(n *netstat, p *inetProtocol, name, line string) {
	s, ok := parseSocket(line)
	services := "udp"
	if p.name == "raw" {
		services = "raw"
	}
	if !ok {
		n.Warnf("warning, got bogus %s line.\n", services)
		return
	}
	if !n.all && n.listening != rtnl.IsZero(s.remote.addr) {
		return
	}
	state := "UNKNOWN"
	switch {
	case services == "raw":
		state = strconv.Itoa(s.state)
	case s.state == unix.BPF_TCP_ESTABLISHED:
		state = "ESTABLISHED"
	case s.state == unix.BPF_TCP_CLOSE:
		state = ""
	}
	s.retransmits = 0
	n.printSocket(&s, name, services, state, udpTimers)
}

func (n *netstat) printSocket(s *socket, name, services, state string, timers []string) {
	p := n.Pen
	p.StrWidth("", "", 5, name, " ")
	p.UintWidth("", "", 6, s.rxQueue, " ")
	p.UintWidth("", "", 6, s.txQueue, " ")
	p.StrWidth("", "", 23, n.endpoint(&s.local, services), " ")
	p.StrWidth("", "", 23, n.endpoint(&s.remote, services), " ")
	p.StrWidth("", "", 11, state, "")
	if n.extend > 1 {
		p.StrWidth("", " ", 10, n.user(s.uid), " ")
		p.StrWidth("", "", 10, s.inode, "")
	}
	n.printProgram(s.inode)
	if n.timers {
		n.printTimer(s, timers)
	}
	p.EndLine()
}

func (n *netstat) user(uid int) string {
	if !n.numericUsers {
		if name := file.AccountName("/etc/passwd", strconv.Itoa(uid)); name != "" {
			return name
		}
	}
	return strconv.Itoa(uid)
}

// The words for a socket's timers; others have none.
var (
	tcpTimers = []string{"off", "on", "keepalive", "timewait", "probe"}
	udpTimers = []string{"off", "on1", "on2"}
)

// printTimer writes " WORD (SECONDS/RETRANSMITS/PROBES)".
func (n *netstat) printTimer(s *socket, words []string) {
	word := "unkn-" + strconv.Itoa(s.timer)
	if s.timer < len(words) {
		word = words[s.timer]
	}
	seconds := "0.00"
	if s.timer != 0 {
		seconds = strconv.FormatFloat(float64(s.expires)/100, 'f', 2, 64)
	}
	n.Pen.Str("", " "+word+" (", seconds, "/")
	n.Pen.Uint("", "", s.retransmits, "/")
	n.Pen.Int("", "", int64(s.timeout), ")")
}

// showGroups shows the multicast groups that interfaces are in.
func (n *netstat) showGroups() error {
	n.Pen.Raw("IPv6/IPv4 Group Memberships\nInterface       RefCnt Group\n--------------- ------ ---------------------\n")
	var missing error
	if n.inet {
		device := ""
		found, err := n.eachLine("/proc/net/igmp", func(line string) { n.group4(&device, line) })
		if err != nil {
			return err
		}
		if !found {
			missing = n.missing("AF INET (igmp)", !n.anyProtocol)
		}
	}
	if n.inet6 {
		b, _ := file.Read("/proc/net/igmp6")
		for line := range strings.Lines(b) { // this file has no heading
			n.group6(line)
		}
	}
	return missing
}

// group4 reads a line of /proc/net/igmp: one of a device, or one of a group
// that the device is in. The name of a device keeps the blanks behind it.
func (n *netstat) group4(device *string, line string) {
	if !strings.HasPrefix(line, "\t") {
		_, name, _ := strings.Cut(line, "\t")
		name = name[:min(15, len(name))]
		if i := strings.LastIndexByte(name, ':'); i >= 0 {
			name = name[:i]
		}
		*device = name
		return
	}
	w := strings.Fields(line)
	if len(w) < 2 {
		return
	}
	var a common.Ipv4
	rtnl.NE.PutUint32(a[:], common.HexNumber(w[0]))
	n.printGroup(*device, w[1], n.address(a[:]))
}

func (n *netstat) group6(line string) {
	w := strings.Fields(line)
	var a [16]byte
	if len(w) < 4 || !common.HexAddr(&a, w[2]) {
		return
	}
	n.printGroup(w[1], w[3], common.Host6(n.Env, a, n.numericHosts))
}

func (n *netstat) printGroup(device, users, group string) {
	n.Pen.StrWidth("", "", 15, device, " ")
	n.Pen.StrWidth("", "", 6, users, " ")
	n.Pen.Raw(group)
	n.Pen.EndLine()
}
