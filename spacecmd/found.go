package spacecmd

import (
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/netns"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A space is a namespace.
type space struct {
	id            uint64
	typ           int
	parentID      uint64
	ownerID       uint64
	parent, owner *space
	netID         int
	creator       uint32 // who made it, if it is one of users
	processes     []*process
	lowest        *process
	row           *row
}

func (s *space) has(pid int) bool {
	return slices.ContainsFunc(s.processes, func(p *process) bool { return p.pid == pid })
}

// A process is one that /proc tells of.
type process struct {
	pid, ppid int
	uid       uint32
	ids       [types]uint64
	parent    *process
	row       *row
}

// What a network namespace is called by the one that asks: a number, or one of these.
const (
	notAssigned = -1
	unknownID   = -2
)

// found is what there is.
type found struct {
	spaces    []*space
	byID      map[uint64]*space
	processes []*process
	users     map[uint32]string
	netIDs    map[uint64]int
	conn      *rtnl.Conn // nil if numbers of network namespaces are not wanted
	nsfs      uint64     // the device of namespaces
	mounts    []mount
}

// A mount is a namespace that is bound to a file.
type mount struct{ root, target string }

func utoa(n uint64) string { return strconv.FormatUint(n, 10) }

// read looks for all namespaces: those of processes, those that processes have open, and
// those that are mounted.
func (l *lister) read() error {
	l.byID, l.users, l.netIDs = map[uint64]*space{}, map[uint32]string{}, map[uint64]int{}
	if slices.Contains(l.columns, colNetID) {
		l.conn, _ = l.Conn()
	}
	text, err := file.Read("/proc/self/mountinfo")
	if err != nil {
		return l.exit(mountFailed, "failed to parse /proc/self/mountinfo: "+cli.Strerror(err))
	}
	l.readMounts(text)
	for _, t := range typeNames {
		if s, ok := netns.SpaceOf("/proc/self/ns/" + t); ok {
			l.nsfs = s.Dev
			break
		}
	}
	names, err := file.Names("/proc")
	if err != nil {
		return cli.Silent(cli.StatusError)
	}
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil && pid > 0 {
			if err := l.readProcess(pid); err != nil {
				return err
			}
		}
	}
	l.assign()
	for _, m := range l.mounts {
		l.addMounted(m)
	}
	if l.tree > processTree {
		l.connect()
	}
	cli.Sort(l.spaces, func(a, b *space) int {
		switch {
		case a.id < b.id:
			return -1
		case a.id > b.id:
			return 1
		}
		return 0
	})
	return nil
}

// mountFailed is the exit status where mounts cannot be read.
const mountFailed = 32

// readMounts reads the mounts of namespaces: "… ROOT TARGET … - nsfs …".
func (l *lister) readMounts(text string) {
	for line := range strings.Lines(text) {
		front, back, _ := strings.Cut(line, " - ")
		f := strings.Fields(front)
		if len(f) > 4 && strings.HasPrefix(back, "nsfs ") {
			l.mounts = append(l.mounts, mount{file.Unescape(f[3]), file.Unescape(f[4])})
		}
	}
}

// readProcess reads a process, unless it ends meanwhile, or is hidden from us. Where it
// cannot be read for another reason, the list would lack it: there is none then.
func (l *lister) readProcess(pid int) error {
	dir := "/proc/" + strconv.Itoa(pid)
	var st unix.Stat_t
	if unix.Stat(dir, &st) != nil {
		return nil
	}
	text, err := file.Read(dir + "/stat")
	switch err {
	case nil:
	case unix.ENOENT, unix.ESRCH, unix.EACCES:
		return nil
	default:
		return cli.Silent(cli.StatusError)
	}
	f := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(f) < 2 {
		return nil
	}
	p := &process{pid: pid, uid: st.Uid}
	p.ppid, _ = strconv.Atoi(f[1])
	for i, name := range typeNames {
		if !l.types[i] {
			continue
		}
		if s, ok := netns.SpaceOf(dir + "/ns/" + name); ok {
			p.ids[i] = s.Ino
			if i == typeNet {
				l.netIDOf(s.Ino, func() (int, error) { return openRead(dir + "/ns/net") })
			}
		}
	}
	l.processes = append(l.processes, p)
	l.readOpen(p, dir)
	return nil
}

func openRead(path string) (int, error) { return unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0) }

// readOpen finds the namespaces that a process has open, or sockets of.
func (l *lister) readOpen(p *process, dir string) {
	names, _ := file.Names(dir + "/fd")
	for _, name := range names {
		var st unix.Stat_t
		path := dir + "/fd/" + name
		switch {
		case unix.Stat(path, &st) != nil:
		case uint64(st.Dev) == l.nsfs && l.byID[st.Ino] == nil:
			if fd, err := openRead(path); err == nil {
				l.addOpen(fd, st.Ino)
				unix.Close(fd)
			}
		case st.Mode&unix.S_IFMT == unix.S_IFSOCK && l.types[typeNet]:
			l.addSocket(p.pid, name)
		}
	}
}

// addSocket finds the network namespace of a socket, where we may.
func (l *lister) addSocket(pid int, name string) {
	number, err := strconv.Atoi(name)
	if err != nil {
		return
	}
	process, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return
	}
	defer unix.Close(process)
	sock, err := unix.PidfdGetfd(process, number, 0)
	if err != nil {
		return
	}
	defer unix.Close(sock)
	fd, err := ioctl(sock, siocGetSocketNS)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if unix.Fstat(fd, &st) == nil && l.byID[st.Ino] == nil {
		l.addOpen(fd, st.Ino)
	}
}

// Requests of linux/nsfs.h.
const (
	nsGetParent   = 0xb702
	nsGetType     = 0xb703
	nsGetOwnerUID = 0xb704
)

// related opens the parent or the owner of a namespace; -1 if we may not know, or there
// is none. Only namespaces of processes and of users have a parent.
func related(fd int, typ int, request uintptr) (other int, id uint64) {
	if request == nsGetParent && typ != typePID && typ != typeUser {
		return -1, 0
	}
	other, err := ioctl(fd, request)
	if err != nil {
		return -1, 0
	}
	var st unix.Stat_t
	if unix.Fstat(other, &st) != nil {
		unix.Close(other)
		return -1, 0
	}
	return other, st.Ino
}

// addOpen adds a namespace that is open, and those above it.
func (l *lister) addOpen(fd int, id uint64) *space {
	flag, err := ioctl(fd, nsGetType)
	typ := slices.Index(typeFlags[:], flag)
	if err != nil || typ < 0 || !l.types[typ] {
		return nil
	}
	parent, parentID := related(fd, typ, nsGetParent)
	owner, ownerID := related(fd, typ, nsGetUserns)
	defer func() {
		for _, fd := range []int{parent, owner} {
			if fd >= 0 {
				unix.Close(fd)
			}
		}
	}()
	s := l.add(typ, id, parentID, ownerID)
	if typ == typeNet {
		s.netID = l.netIDOf(id, func() (int, error) { return unix.Dup(fd) })
	}
	s.creator = ownerUID(fd)
	if parentID != id && parentID != 0 {
		if s.parent = l.byID[parentID]; s.parent == nil {
			if s.parent = l.addOpen(parent, parentID); parentID == ownerID {
				s.owner = s.parent
			}
		}
	}
	if s.owner == nil && ownerID != 0 {
		if s.owner = l.byID[ownerID]; s.owner == nil {
			s.owner = l.addOpen(owner, ownerID)
		}
	}
	return s
}

func (l *lister) add(typ int, id, parentID, ownerID uint64) *space {
	s := &space{typ: typ, id: id, parentID: parentID, ownerID: ownerID, netID: unknownID}
	l.spaces = append(l.spaces, s)
	l.byID[id] = s
	return s
}

// netIDOf is by which number our namespace knows another one.
func (l *lister) netIDOf(id uint64, open func() (int, error)) int {
	if l.conn == nil {
		return unknownID
	}
	if n, ok := l.netIDs[id]; ok {
		return n
	}
	n := unknownID
	if fd, err := open(); err == nil {
		m := rtnl.Request(unix.RTM_GETNSID, unix.RtGenmsg{})
		m.U32(unix.NETNSA_FD, uint32(fd))
		l.conn.Get(m, func(m rtnl.Message) error {
			n = int(netns.ParseID(m).ID)
			return nil
		})
		unix.Close(fd)
	}
	l.netIDs[id] = n
	return n
}

// assign gives each namespace its processes, and each process its parent.
func (l *lister) assign() {
	byPID := map[int]*process{}
	for _, p := range l.processes {
		byPID[p.pid] = p
	}
	for _, p := range l.processes {
		p.parent = byPID[p.ppid]
		for typ, id := range p.ids {
			if id == 0 {
				continue
			}
			s := l.byID[id]
			if s == nil {
				s = l.add(typ, id, 0, 0)
				s.parentID, s.ownerID = l.relations(p, typ)
				if typ == typeNet {
					s.netID = l.netIDOf(id, func() (int, error) { return -1, unix.ENOENT })
				}
			}
			s.processes = append(s.processes, p)
			if s.lowest == nil || s.lowest.pid > p.pid {
				s.lowest = p
			}
		}
	}
}

// relations tells which namespaces stand above one of a process.
func (l *lister) relations(p *process, typ int) (parent, owner uint64) {
	fd, err := openRead(nsPath(p, typ))
	if err != nil {
		return 0, 0
	}
	defer unix.Close(fd)
	for _, r := range []struct {
		request uintptr
		to      *uint64
	}{{nsGetParent, &parent}, {nsGetUserns, &owner}} {
		other, id := related(fd, typ, r.request)
		if *r.to = id; other >= 0 {
			unix.Close(other)
		}
	}
	return parent, owner
}

func nsPath(p *process, typ int) string {
	return "/proc/" + strconv.Itoa(p.pid) + "/ns/" + typeNames[typ]
}

// addMounted adds a namespace that is bound to a file.
func (l *lister) addMounted(m mount) {
	_, rest, ok := strings.Cut(m.root, "[")
	digits, _, closed := strings.Cut(rest, "]")
	id, err := strconv.ParseUint(digits, 10, 64)
	if !ok || !closed || err != nil || l.byID[id] != nil {
		return
	}
	if fd, err := openRead(m.target); err == nil {
		l.addOpen(fd, id)
		unix.Close(fd)
	}
}

// connect finds for each namespace those above it. One without processes is asked of one
// below it.
func (l *lister) connect() {
	for _, s := range slices.Clone(l.spaces) {
		if s.typ == typeUser || s.typ == typePID {
			s.parent = l.above(s, s.parentID, nsGetParent)
		}
		s.owner = l.above(s, s.ownerID, nsGetUserns)
	}
}

func (l *lister) above(s *space, id uint64, request uintptr) *space {
	if id == 0 || l.byID[id] != nil || s.lowest == nil {
		return l.byID[id]
	}
	fd, err := openRead(nsPath(s.lowest, s.typ))
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	other, otherID := related(fd, s.typ, request)
	if other < 0 {
		return nil
	}
	defer unix.Close(other)
	if otherID != id {
		return nil
	}
	return l.addOpen(other, id)
}

// value is the text of a column.
func (l *lister) value(col int, s *space, p *process) string {
	uid := s.creator
	if p != nil {
		uid = p.uid
	}
	switch col {
	case colNS:
		return utoa(s.id)
	case colType:
		return typeNames[s.typ]
	case colProcs:
		return strconv.Itoa(len(s.processes))
	case colUID:
		return strconv.Itoa(int(int32(uid)))
	case colUser:
		return l.userName(uid)
	case colNetID:
		return netIDText(s)
	case colMounts:
		return l.mountsOf(s)
	case colParent:
		return utoa(s.parentID)
	case colOwner:
		return utoa(s.ownerID)
	}
	if p == nil {
		return ""
	}
	switch col {
	case colPID:
		return strconv.Itoa(p.pid)
	case colPPID:
		return strconv.Itoa(p.ppid)
	case colCommand:
		return commandLine(p.pid)
	}
	return nsPath(p, s.typ)
}

func (l *lister) userName(uid uint32) string {
	name, ok := l.users[uid]
	if !ok {
		name = utoa(uint64(uid))
		if f := accountFields("/etc/passwd", uid); f != nil {
			name = f[0]
		}
		l.users[uid] = name
	}
	return name
}

func netIDText(s *space) string {
	switch {
	case s.typ == typeNet && s.netID >= 0:
		return strconv.Itoa(s.netID)
	case s.typ == typeNet && s.netID == notAssigned:
		return "unassigned"
	}
	return ""
}

// mountsOf are the files that a namespace is bound to, each on its line.
func (l *lister) mountsOf(s *space) string {
	sep := "\n"
	if l.noWrap {
		sep = ","
	}
	var targets []string
	for _, m := range l.mounts {
		if m.root == typeNames[s.typ]+":["+utoa(s.id)+"]" && !slices.Contains(targets, m.target) {
			targets = append(targets, m.target)
		}
	}
	return strings.Join(targets, sep)
}

// commandLine is the command line of a process or, if it has none, its name.
func commandLine(pid int) string {
	const most = 8192
	for _, name := range []string{"cmdline", "comm"} {
		text, err := file.Read("/proc/" + strconv.Itoa(pid) + "/" + name)
		if err == nil && text != "" {
			text = text[:min(len(text), most)]
			return strings.ReplaceAll(text[:len(text)-1], "\x00", " ")
		}
	}
	return ""
}

// ownerUID is who made a namespace of users; 0 of another kind.
func ownerUID(fd int) (uid uint32) {
	unix.Syscall(unix.SYS_IOCTL, uintptr(fd), nsGetOwnerUID, uintptr(unsafe.Pointer(&uid)))
	return uid
}
