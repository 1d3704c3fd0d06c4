package sscmd

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/sscmd/sockets"
)

// stateRequest is struct unix_diag_req and struct vsock_diag_req.
type stateRequest struct {
	Family, Protocol uint8
	Pad              uint16
	States           uint32
	Ino              uint32
	Show             uint32
	Cookie           [2]uint32
}

// unixMessage is struct unix_diag_msg.
type unixMessage struct {
	Family, Type, State, Pad uint8
	Ino                      uint32
	Cookie                   [2]uint32
}

// showUnix lists Unix sockets.
func (s *ss) showUnix() {
	if !s.has(unix.AF_UNIX) {
		return
	}
	r := stateRequest{Family: unix.AF_UNIX, States: uint32(s.choice.states),
		Show: uapi.UDIAG_SHOW_NAME | uapi.UDIAG_SHOW_PEER | uapi.UDIAG_SHOW_RQLEN}
	if s.memory {
		r.Show |= uapi.UDIAG_SHOW_MEMINFO
	}
	if s.details {
		r.Show |= uapi.UDIAG_SHOW_VFS | uapi.UDIAG_SHOW_ICONS
	}
	if !elsewhere("PROC_NET_UNIX") && s.ask(request(r), s.unixSocket) {
		return
	}
	if text, ok := procFile("PROC_NET_UNIX", "net/unix"); ok {
		s.unixTable(text)
	}
}

// wantsUnix reports whether sockets of a type are shown.
func (s *ss) wantsUnix(kind uint32) bool {
	switch kind {
	case unix.SOCK_STREAM:
		return s.dbs>>sockets.UnixStream&1 != 0
	case unix.SOCK_DGRAM:
		return s.dbs>>sockets.UnixDgram&1 != 0
	case unix.SOCK_SEQPACKET:
		return s.dbs>>sockets.UnixSeq&1 != 0
	}
	return true
}

func (s *ss) unixSocket(m rtnl.Message) error {
	r, attrs := rtnl.View[unixMessage](m.Body)
	if r == nil || !s.wantsUnix(uint32(r.Type)) {
		return nil
	}
	var tb [uapi.UNIX_DIAG_SHUTDOWN + 1][]byte
	rtnl.Index(tb[:], attrs)
	k := sock{family: unix.AF_UNIX, kind: uint32(r.Type), state: int(r.State), ino: r.Ino,
		lport: int32(r.Ino), rport: int32(rtnl.U32(tb[uapi.UNIX_DIAG_PEER]))}
	if v := tb[uapi.UNIX_DIAG_RQLEN]; len(v) >= 8 {
		k.rq, k.wq = int32(rtnl.U32(v)), int32(rtnl.U32(v[4:]))
	}
	name := unixName(tb[uapi.UNIX_DIAG_NAME])
	if s.filter != nil {
		k.filterName = string(name)
		if !s.matches(s.filter, &k) {
			return nil
		}
	}
	s.printUnix(&k, name, "*")
	s.printUnixDetails(tb[:])
	return nil
}

// unixName is the printed form of a name: a path, or one without a file, of which
// the NULs are written as @.
func unixName(v []byte) []byte {
	if len(v) > 0 && v[0] == 0 {
		return bytes.ReplaceAll(v, []byte{0}, []byte{'@'})
	}
	return rtnl.CStr(v)
}

// printUnix prints what all Unix sockets have. Ports are the inodes of both ends.
func (s *ss) printUnix(k *sock, name []byte, peerName string) {
	s.head(k)
	if s.json {
		s.jsonUnix(k, name, peerName)
		return
	}
	if name == nil {
		s.out.Text("*")
	}
	f := append(append(s.table.Field, name...), ' ')
	s.table.Field = f
	s.table.Next()
	s.table.Field = strconv.AppendUint(s.table.Field, uint64(uint32(k.lport)), 10)
	s.table.Next()
	s.table.Field = append(append(s.table.Field, peerName...), ' ')
	s.table.Next()
	s.table.Field = strconv.AppendUint(s.table.Field, uint64(uint32(k.rport)), 10)
	s.table.Next()
	s.printProcesses(k.ino)
}

func (s *ss) jsonUnix(k *sock, name []byte, peerName string) {
	if len(name) > 0 {
		s.Pen.Bytes(local.addr, "", name, "")
	}
	s.Pen.JUint("inode", uint64(uint32(k.lport)))
	if peerName != "*" {
		s.Pen.JStr(peer.addr, peerName)
	}
	if k.rport != 0 {
		s.Pen.JUint("peer_inode", uint64(uint32(k.rport)))
	}
	s.printProcesses(k.ino)
}

func (s *ss) printUnixDetails(tb [][]byte) {
	p := &s.out
	if s.memory {
		s.printMemory(tb[uapi.UNIX_DIAG_MEMINFO])
	}
	if !s.details {
		return
	}
	if v := tb[uapi.UNIX_DIAG_SHUTDOWN]; v != nil {
		s.printShutdown(rtnl.U8(v))
	}
	if v := tb[uapi.UNIX_DIAG_VFS]; len(v) >= 8 {
		// struct unix_diag_vfs; the device is the kernel's own number.
		dev := rtnl.U32(v[4:])
		p.Uint(" ino:", "file_inode", uint64(rtnl.U32(v)))
		p.Uint(" dev:", "file_dev_major", uint64(unix.Major(uint64(dev))))
		p.Uint("/", "file_dev_minor", uint64(unix.Minor(uint64(dev))))
	}
	if v := tb[uapi.UNIX_DIAG_ICONS]; v != nil {
		s.printPending(v)
	}
}

// printPending prints the sockets that wait to be accepted.
func (s *ss) printPending(v []byte) {
	p := &s.out
	if s.json {
		s.Pen.OpenArray("pending")
		defer s.Pen.CloseArray()
	}
	p.Text(" peers:")
	for ; len(v) >= 4; v = v[4:] {
		p.Uint(" ", "", uint64(rtnl.U32(v)))
	}
}

// A unixLine is a line of /proc/net/unix.
type unixLine struct {
	sock
	name, peerName string
}

// unixStates are the states of Unix sockets there, from 1 on.
var unixStates = [...]int{sockets.StateClose, sockets.StateSynSent, sockets.StateEstablished, sockets.StateClosing}

// unixListening is the flag of a socket that listens (__SO_ACCEPTCON).
const unixListening = 1 << 16

// unixKept is how many lines the real tool sorts: that many of its records fill a
// megabyte. What comes beyond is sorted anew.
const unixKept = 1680

// unixTable lists /proc/net/unix, sorted by type and inode.
func (s *ss) unixTable(text string) {
	head, _, _ := strings.Cut(text, "\n")
	// A table of very old kernels tells of peers and queues.
	old := strings.HasPrefix(head, "Peer")
	var list []unixLine
	lines(text, func(line string) bool {
		u, ok := s.unixLine(line, old, list)
		if !ok {
			return true
		}
		at, _ := slices.BinarySearchFunc(list, &u, func(a unixLine, b *unixLine) int {
			if a.kind != b.kind {
				return int(int32(a.kind)) - int(int32(b.kind))
			}
			if a.ino <= b.ino {
				return -1
			}
			return 1
		})
		list = slices.Insert(list, at, u)
		if len(list) > unixKept {
			s.printUnixLines(list)
			list = list[:0]
		}
		return true
	})
	s.printUnixLines(list)
}

func (s *ss) printUnixLines(list []unixLine) {
	for i := range list {
		u := &list[i]
		name, peerName := []byte(u.name), u.peerName
		if u.name == "" {
			name = nil
		}
		if peerName == "" {
			peerName = "*"
		}
		s.printUnix(&u.sock, name, peerName)
	}
}

// unixLine reads a line: address, references, protocol, flags, type, state, inode
// and name. before are the lines that were read, among which is the peer of an old
// table.
func (s *ss) unixLine(line string, old bool, before []unixLine) (u unixLine, ok bool) {
	var v [6]uint32
	r := word.Scanner{Text: line}
	for i := range v {
		v[i] = r.Hex()
		if i == 0 {
			r.Char(':')
		}
	}
	u.sock = sock{family: unix.AF_UNIX, kind: v[4], state: int(int32(v[5])), ino: uint32(r.Int())}
	u.name = r.Word()
	u.lport = int32(u.ino)
	if old {
		u.rport, u.rq, u.wq = int32(v[0]), int32(v[1]), int32(v[2])
	}
	switch {
	case v[3]&unixListening != 0:
		u.state = sockets.StateListen
	case u.state > 0 && u.state <= len(unixStates):
		u.state = unixStates[u.state-1]
		if u.kind == unix.SOCK_DGRAM && u.state == sockets.StateClose && v[0] != 0 {
			u.state = sockets.StateEstablished
		}
	}
	if !s.wantsUnix(u.kind) || s.choice.states>>u.state&1 == 0 {
		return u, false
	}
	if u.rport != 0 {
		u.peerName = "?"
		for i := range before {
			if before[i].lport == u.rport {
				u.peerName = before[i].name
				break
			}
		}
	}
	u.filterName = u.name
	return u, s.filter == nil || s.matches(s.filter, &sock{family: unix.AF_UNIX, filterName: u.name, peerName: u.peerName})
}
