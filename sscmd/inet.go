package sscmd

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/sscmd/columns"
)

// inetSockID is struct inet_diag_sockid: ports and addresses in network order.
type inetSockID struct {
	Sport, Dport [2]byte
	Src, Dst     [16]byte
	Dev          uint32
	Cookie       [2]uint32
}

// inetRequest is struct inet_diag_req_v2. For a raw socket that is to be closed, pad
// is the protocol.
type inetRequest struct {
	Family, Protocol, Ext, Pad uint8
	States                     uint32
	ID                         inetSockID
}

// oldRequest is struct inet_diag_req, of the time before sock_diag.
type oldRequest struct {
	Family, SrcLen, DstLen, Ext uint8
	ID                          inetSockID
	States, DBs                 uint32
}

// inetMessage is struct inet_diag_msg.
type inetMessage struct {
	Family, State, Timer, Retrans uint8
	ID                            inetSockID
	Expires, RQueue, WQueue       uint32
	UID, Inode                    uint32
}

// inetTable is a protocol over IP, of which sockets are listed.
type inetTable struct {
	protocol int
	variable string // of the environment: another file of /proc
	file     string // of /proc, or ""
	file6    string
	service  string // what its services are called
	line     func(s *ss, line string, family uint8) bool
}

func (s *ss) showTCP() {
	s.service = "tcp"
	if path, ok := lookupEnv("TCPDIAG_FILE"); ok && s.inet() {
		s.showFile(path)
		return
	}
	s.showInet(&inetTable{unix.IPPROTO_TCP, "PROC_NET_TCP", "net/tcp", "net/tcp6", "tcp", (*ss).tcpLine})
}

func (s *ss) showUDP() {
	s.showInet(&inetTable{unix.IPPROTO_UDP, "PROC_NET_UDP", "net/udp", "net/udp6", "udp", (*ss).datagramLine})
}

func (s *ss) showRaw() {
	s.showInet(&inetTable{unix.IPPROTO_RAW, "PROC_NET_RAW", "net/raw", "net/raw6", "raw", (*ss).datagramLine})
}

func (s *ss) showSCTP() { s.showInet(&inetTable{protocol: protoSCTP, variable: "PROC_NET_SCTP"}) }

func (s *ss) showMPTCP() { s.showInet(&inetTable{protocol: protoMPTCP, variable: "PROC_NET_MPTCP"}) }

// showInet lists the sockets of a protocol: as the kernel tells, or if it does not,
// as /proc does.
func (s *ss) showInet(t *inetTable) {
	if !s.inet() {
		return
	}
	if t.service != "" {
		s.service = t.service
	}
	if !elsewhere(t.variable) && s.askInet(t.protocol, nil) || t.file == "" {
		return
	}
	if s.has(unix.AF_INET) {
		text, ok := procFile(t.variable, t.file)
		if !ok {
			return
		}
		records(text, func(line string) bool { return t.line(s, line, unix.AF_INET) })
	}
	if s.has(unix.AF_INET6) {
		text, _ := procFile(t.variable+"6", t.file6)
		records(text, func(line string) bool { return t.line(s, line, unix.AF_INET6) })
	}
}

// askInet asks the kernel for the sockets of a protocol, family by family, and
// prints them. An old kernel is asked in the way that it knows. raw, if set, gets all
// messages.
func (s *ss) askInet(protocol int, raw func(rtnl.Message)) bool {
	c, err := s.diag()
	if err != nil {
		return false
	}
	defer c.Close()
	k := killer{s: s, protocol: protocol}
	defer k.close()
	if s.kill && !k.open() {
		return false
	}
	print := func(m rtnl.Message) error {
		if raw != nil {
			raw(m)
			return nil
		}
		return s.inetSocket(m, &k)
	}
	families := s.askedFamilies()
	if len(families) == 2 && protocol == unix.IPPROTO_TCP && raw == nil && !s.kill && !s.storage.wanted() {
		families = s.askAll(c, print)
	}
	for _, family := range families {
		err := c.Dump(s.inetRequest(family, protocol), print)
		if err == errStop && protocol == unix.IPPROTO_TCP {
			return true
		}
		if err == nil {
			if raw != nil {
				raw(done)
			}
			continue
		}
		if protocol != unix.IPPROTO_TCP {
			return false
		}
		return c.Dump(s.oldRequest(), print) == nil
	}
	return true
}

// maxAside is how many bytes of messages about IPv6 sockets are kept while those of
// IPv4 print.
const maxAside = 1 << 20

// askAll prints the TCP sockets of both families, those of IPv4 first, by one request
// in the old way, for which the kernel goes through its tables once. It returns the
// families that have to be asked for on their own: both if the kernel refused, IPv6 if
// there is too much of it to be kept.
func (s *ss) askAll(c *rtnl.Conn, print func(rtnl.Message) error) (left []uint8) {
	var aside []byte
	err := c.Dump(s.oldRequest(), func(m rtnl.Message) error {
		if len(m.Body) == 0 || m.Body[0] != unix.AF_INET6 {
			return print(m)
		}
		if len(aside) < maxAside {
			aside = rtnl.Padded(m.AppendTo(aside))
		}
		return nil
	})
	switch {
	case err != nil:
		return []uint8{unix.AF_INET, unix.AF_INET6}
	case len(aside) >= maxAside:
		return []uint8{unix.AF_INET6}
	}
	for len(aside) > 0 {
		m, rest, _ := s.nextMessage(aside)
		print(m)
		aside = rest
	}
	return nil
}

// askedFamilies are those that the kernel is asked for: both, unless one is
// preferred.
func (s *ss) askedFamilies() []uint8 {
	switch s.preferred {
	case unix.AF_INET:
		return []uint8{unix.AF_INET}
	case unix.AF_INET6:
		return []uint8{unix.AF_INET6}
	}
	return []uint8{unix.AF_INET, unix.AF_INET6}
}

// extensions are the attributes that the kernel is asked for, a bit for each.
func (s *ss) extensions() (ext uint8) {
	for _, x := range []struct {
		on   bool
		attr int
	}{
		{s.memory, uapi.INET_DIAG_MEMINFO}, {s.memory, uapi.INET_DIAG_SKMEMINFO},
		{s.info, uapi.INET_DIAG_INFO}, {s.info, uapi.INET_DIAG_VEGASINFO}, {s.info, uapi.INET_DIAG_CONG},
		{s.tos, uapi.INET_DIAG_TOS}, {s.tos, uapi.INET_DIAG_TCLASS},
	} {
		if x.on {
			ext |= 1 << (x.attr - 1)
		}
	}
	return ext
}

func (s *ss) inetRequest(family uint8, protocol int) *rtnl.Msg {
	m := request(inetRequest{Family: family, Protocol: uint8(protocol), Ext: s.extensions(), States: uint32(s.choice.states)})
	s.addFilter(m)
	if protocol > 255 {
		m.U32(uapi.INET_DIAG_REQ_PROTOCOL, uint32(protocol))
	}
	s.addStorage(m)
	return m
}

func (s *ss) oldRequest() *rtnl.Msg {
	m := rtnl.Request(uapi.TCPDIAG_GETSOCK, oldRequest{Family: unix.AF_INET, Ext: s.extensions(), States: uint32(s.choice.states)})
	s.addFilter(m)
	return m
}

// addFilter has the kernel leave out what the filter does not want, as far as it can.
func (s *ss) addFilter(m *rtnl.Msg) {
	if s.filter == nil {
		return
	}
	if code := compile(s.filter); len(code) > 0 {
		m.Attr(uapi.INET_DIAG_REQ_BYTECODE, code)
	}
}

// showFile lists the sockets that are told of in a file of -D.
func (s *ss) showFile(path string) {
	text, ok := s.readDiagFile(path)
	if !ok {
		return
	}
	k := killer{s: s, protocol: unix.IPPROTO_TCP}
	for b := []byte(text); ; {
		m, rest, ok := s.nextMessage(b)
		if !ok || s.inetSocketOf(m, &k, true) != nil {
			return
		}
		b = rest
	}
}

// inetSocket prints a socket, if it is of a family that is shown and passes the
// filter; with -K it closes it first.
func (s *ss) inetSocket(m rtnl.Message, k *killer) error { return s.inetSocketOf(m, k, false) }

func (s *ss) inetSocketOf(m rtnl.Message, k *killer, file bool) error {
	r, attrs := rtnl.View[inetMessage](m.Body)
	if r == nil || !file && !s.has(r.Family) {
		return nil
	}
	var tb [uapi.INET_DIAG_SOCKOPT + 1][]byte
	rtnl.Index(tb[:], attrs)
	sk := inetSock(r, tb[:])
	sk.kind = uint32(k.protocol)
	if s.filter != nil && !s.matches(s.filter, &sk) {
		return nil
	}
	if s.kill && !file {
		if gone, err := k.kill(r, &sk); !gone {
			return err
		}
	}
	s.printInet(r, &sk, tb[:])
	return nil
}

// inetSock is what a message tells of a socket.
func inetSock(r *inetMessage, tb [][]byte) sock {
	k := sock{
		family: r.Family, state: int(r.State),
		lport: int32(binary.BigEndian.Uint16(r.ID.Sport[:])), rport: int32(binary.BigEndian.Uint16(r.ID.Dport[:])),
		wq: int32(r.WQueue), rq: int32(r.RQueue), ino: r.Inode, uid: r.UID, iface: r.ID.Dev,
		cookie: cookieOf(r.ID.Cookie),
		mark:   rtnl.U32(tb[uapi.INET_DIAG_MARK]), cgroup: rtnl.U64(tb[uapi.INET_DIAG_CGROUP_ID]),
		rawProtocol: rtnl.U8(tb[uapi.INET_DIAG_PROTOCOL]),
	}
	n := 16
	if r.Family == unix.AF_INET {
		n = 4
	}
	copy(k.local[:], r.ID.Src[:n])
	copy(k.remote[:], r.ID.Dst[:n])
	return k
}

func (s *ss) printInet(r *inetMessage, k *sock, tb [][]byte) {
	p := &s.out
	if v := tb[uapi.INET_DIAG_PROTOCOL]; v != nil {
		k.kind = uint32(rtnl.U8(v))
	}
	only := tb[uapi.INET_DIAG_SKV6ONLY]
	v6only := k.family == unix.AF_INET6 && rtnl.U8(only) != 0
	s.printEnds(k, v6only)
	if s.timers {
		s.printTimer(k, r.Timer, r.Expires, int64(r.Retrans))
	}
	if s.details {
		s.printDetails(k)
		if k.family == unix.AF_INET6 && only != nil {
			p.Uint(" v6only:", "v6only", uint64(rtnl.U8(only)))
		}
		if v := tb[uapi.INET_DIAG_SHUTDOWN]; v != nil {
			s.printShutdown(rtnl.U8(v))
		}
	}
	s.printOptions(tb)
	if s.memory || s.info && k.kind != unix.IPPROTO_UDP {
		s.printInfo(r, k, tb)
	}
	s.printStorage(tb[uapi.INET_DIAG_SK_BPF_STORAGES])
	s.endpoint = k.ino
}

// printEnds prints a socket over IP up to its processes.
func (s *ss) printEnds(k *sock, v6only bool) {
	s.head(k)
	s.inetAddress(local, k, &k.local, k.lport, k.iface, v6only)
	s.inetAddress(peer, k, &k.remote, k.rport, 0, v6only)
	s.printProcesses(k.ino)
}

// timerNames are the timers of TCP, by the kernel's numbers.
var timerNames = [...]string{"off", "on", "keepalive", "timewait", "persist", "delack"}

func (s *ss) printTimer(k *sock, timer uint8, expires uint32, retrans int64) {
	if timer == 0 {
		return
	}
	name := "unknown"
	switch {
	case k.kind == protoSCTP:
		name = "T3_RTX"
	case int(timer) < len(timerNames):
		name = timerNames[timer]
	}
	p := &s.out
	if s.json {
		p.Object("", "timer")
		p.Str("", "name", name)
		p.Uint("", "expires_ms", uint64(expires))
		p.Int("", "retrans", retrans)
		p.Close("")
		return
	}
	p.Text(" timer:(" + name + ",")
	s.table.Field = appendMS(s.table.Field, expires)
	p.Int(",", "", retrans)
	p.Text(")")
}

// appendMS appends a time: in minutes and seconds, or if it is short in
// milliseconds.
func appendMS(b []byte, ms uint32) []byte {
	min, sec, rest := int64(ms/60000), int64(ms/1000%60), int64(ms%1000)
	if min > 0 {
		rest = 0
		b = append(columns.Padded(b, min, 0), "min"...)
		if min > 9 {
			sec = 0
		}
	}
	if sec > 0 {
		if sec > 9 {
			rest = 0
		}
		b = columns.Padded(b, sec, 0)
		if rest > 0 {
			b = append(b, '.')
		} else {
			b = append(b, "sec"...)
		}
	}
	if rest > 0 {
		b = append(b, byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
		if sec > 0 {
			b = append(b, "sec"...)
		} else {
			b = append(b, "ms"...)
		}
	}
	return b
}

// sockOptions are the bits of struct inet_diag_sockopt, in order.
var sockOptions = [...]string{"recverr", "is_icsk", "freebind", "hdrincl", "mc_loop", "transparent", "mc_all", "nodefrag",
	"bind_addr_no_port", "recverr_rfc4884", "defer_connect"}

// printOptions prints what --tos, --cgroup and --inet-sockopt show.
func (s *ss) printOptions(tb [][]byte) {
	p := &s.out
	if s.tos {
		for _, o := range []struct {
			attr     int
			pre, key string
		}{
			{uapi.INET_DIAG_TOS, " tos:", "tos"}, {uapi.INET_DIAG_TCLASS, " tclass:", "tclass"},
			{uapi.INET_DIAG_CLASS_ID, " class_id:", "class_id"},
		} {
			if v := tb[o.attr]; v != nil {
				p.AlternateHex(o.pre, o.key, number(v))
			}
		}
	}
	if id := tb[uapi.INET_DIAG_CGROUP_ID]; s.cgroup && id != nil {
		p.Str(" cgroup:", "cgroup_path", s.cgroups.path(s.Env, rtnl.U64(id)))
	}
	if v := tb[uapi.INET_DIAG_SOCKOPT]; s.sockopt && len(v) >= 2 {
		s.printSockopt(v)
	}
}

// number reads a number of one or four bytes.
func number(v []byte) uint64 {
	if len(v) >= 4 {
		return uint64(rtnl.U32(v))
	}
	return uint64(rtnl.U8(v))
}

func (s *ss) printSockopt(v []byte) {
	p := &s.out
	p.Object(s.extra("inet-sockopt: ("), "inet_sockopt")
	for i, name := range sockOptions {
		p.Flag(" "+name, name, rtnl.Bits(v[i/8:], 1, i%8, 1) != 0)
	}
	p.Close(")")
}
