package topo

import (
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"gip/internal/file"
	"gip/internal/netns"

	"golang.org/x/sys/unix"
)

// A space is a namespace that was found, and how it can be entered.
type space struct {
	ino   uint64
	path  string   // a file that stands for it, or ""
	fd    int      // that of whoever asks, which is open already
	id    uint64   // by which listns(2) knows it, or 0
	names []string // that are bound to it in netns.RunDir
	bound string   // another file that is bound to it, as docker has them
	pid   int      // its first process
	self  bool
}

// open opens the namespace. It must be the one that was found: a process number may
// be another's by now.
func (s *space) open() (fd int, err error) {
	switch {
	case s.self:
		fd, err = unix.FcntlInt(uintptr(s.fd), unix.F_DUPFD_CLOEXEC, 0)
	case s.path == "":
		fd, err = openID(s.id)
	default:
		fd, err = unix.Open(s.path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return -1, err
	}
	ino, err := inodeOf(fd)
	if err == nil && ino != s.ino {
		err = unix.ENOENT
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func inodeOf(fd int) (uint64, error) {
	var st unix.Stat_t
	err := unix.Fstat(fd, &st)
	return st.Ino, err
}

// spaces are the namespaces of a machine, each once, by the inode of its file.
type spaces struct {
	list  []*space
	byIno map[uint64]*space
	// closed counts the processes that do not let us see theirs.
	closed int
	// unread are the places that could not be looked through, each with the reason.
	unread []string
}

// lacks notes that a place could not be looked through. One that is not there has nothing
// that we could see.
func (s *spaces) lacks(place string, err error) {
	if err != nil && err != unix.ENOENT {
		s.unread = append(s.unread, place+": "+textOf(err))
	}
}

func (s *spaces) add(ino uint64) *space {
	if found := s.byIno[ino]; found != nil {
		return found
	}
	found := &space{ino: ino}
	s.byIno[ino] = found
	s.list = append(s.list, found)
	return found
}

// findSpaces looks for namespaces wherever they can be held: by whoever asks, by
// a name, by another file that is bound to one, by a process; and listns(2) knows all.
// self is the open namespace of whoever asks, or -1.
func findSpaces(self int) *spaces {
	s := &spaces{byIno: map[uint64]*space{}}
	ino, err := inodeOf(self)
	if self >= 0 {
		s.lacks(ownSpace, err)
	}
	// Without /proc, which tells its inode, there is still the namespace that we are in.
	own := s.add(ino)
	own.self, own.fd = true, self
	s.addNames()
	s.addMounts()
	s.addProcesses()
	s.addListed()
	return s
}

func (s *spaces) addNames() {
	names, err := file.Names(netns.RunDir)
	s.lacks(netns.RunDir, err)
	slices.Sort(names)
	for _, name := range names {
		path := netns.Path(name)
		found, err := s.addFile(path)
		s.lacks(path, err)
		if found != nil {
			found.names = append(found.names, name)
		}
	}
}

// ownSpace is the namespace of whoever asks, in a complaint.
const ownSpace = "the namespace here"

// addFile adds the namespace that a file stands for, if it does.
func (s *spaces) addFile(path string) (*space, error) {
	var fs unix.Statfs_t
	var st unix.Stat_t
	err := unix.Statfs(path, &fs)
	if err == nil && fs.Type == unix.NSFS_MAGIC {
		err = unix.Stat(path, &st)
	}
	if err != nil || fs.Type != unix.NSFS_MAGIC {
		return nil, err
	}
	found := s.add(st.Ino)
	if found.path == "" {
		found.path = path
	}
	return found, nil
}

// addMounts adds what is bound elsewhere: docker, podman and CNI plugins have folders
// of their own, which the list of mounts tells without knowing them. A line of it
// (proc(5)) has the file in its fourth word, "net:[4026532000]", and the mount point
// in its fifth.
func (s *spaces) addMounts() {
	text, err := file.Read(mountList)
	s.lacks(mountList, err)
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 5 || !strings.HasPrefix(words[3], "net:[") {
			continue
		}
		path := file.Unescape(words[4])
		if strings.HasPrefix(path, netns.RunDir+"/") {
			continue
		}
		found, err := s.addFile(path)
		if err != unix.EACCES { // the folders of docker are for root alone
			s.lacks(path, err)
		}
		if found != nil && found.bound == "" {
			found.bound = path
		}
	}
}

const mountList = "/proc/self/mountinfo"

// addProcesses adds the namespaces of all processes; of each, the lowest number.
func (s *spaces) addProcesses() {
	names, err := file.Names("/proc")
	s.lacks("/proc", err)
	var buf [64]byte
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		path := "/proc/" + name + "/ns/net"
		n, err := unix.Readlink(path, buf[:])
		if err != nil {
			if err == unix.EACCES && exists(name) {
				s.closed++
			}
			continue
		}
		ino, err := strconv.ParseUint(strings.Trim(string(buf[:n]), "net:[]"), 10, 64)
		if err != nil {
			continue
		}
		found := s.add(ino)
		if found.path == "" {
			found.path = path
		}
		if found.pid == 0 || pid < found.pid {
			found.pid = pid
		}
	}
}

// exists tells that there is a process still. Of one that ends just then, the kernel
// says that it may not be looked at.
func exists(pid string) bool { return unix.Access("/proc/"+pid, unix.F_OK) == nil }

// addListed adds what listns(2) knows beyond that: namespaces that nothing but an open
// file, a socket or a thread holds.
func (s *spaces) addListed() {
	for _, id := range listIDs() {
		fd, err := openID(id)
		if err != nil {
			continue
		}
		ino, err := inodeOf(fd)
		if err == nil {
			s.add(ino).id = id
		}
		s.lacks("namespace "+strconv.FormatUint(id, 10), err)
		unix.Close(fd)
	}
}

// The request of listns(2), struct ns_id_req of linux/nsfs.h: namespaces of a type
// behind the one with that id, of all user namespaces.
type nsIDRequest struct {
	size   uint32
	_      uint32
	after  uint64
	typ    uint32
	_      uint32
	userNS uint64
}

// sysListNS is the number of listns(2), as that of all calls since Linux 5.1 the same
// everywhere. (MIPS adds to it; what it finds there is that there is no such call.)
const sysListNS = 470

// listIDs returns the ids of all network namespaces, none where the kernel is older.
func listIDs() (all []uint64) {
	var ids [128]uint64
	req := nsIDRequest{typ: unix.CLONE_NEWNET}
	req.size = uint32(unsafe.Sizeof(req))
	for {
		n, _, errno := unix.Syscall6(sysListNS, uintptr(unsafe.Pointer(&req)), uintptr(unsafe.Pointer(&ids)), uintptr(len(ids)), 0, 0, 0)
		if errno != 0 || n == 0 {
			return all
		}
		all = append(all, ids[:n]...)
		req.after = ids[n-1]
	}
}

// What open_by_handle_at(2) wants for a namespace (linux/nsfs.h, linux/fcntl.h): the
// root of the file system of namespaces, which has no mount, and a handle with the id,
// in which type and inode may be left out.
const (
	nsfsRoot       = -10003
	nsfsHandleType = 0xf1
)

func openID(id uint64) (int, error) {
	if id == 0 {
		return -1, unix.ENOENT
	}
	handle := make([]byte, 16)
	*(*uint64)(unsafe.Pointer(&handle[0])) = id
	return unix.OpenByHandleAt(nsfsRoot, unix.NewFileHandle(nsfsHandleType, handle), unix.O_RDONLY|unix.O_CLOEXEC)
}
