package bpf

import (
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A Source is a program on the command line: a name in the BPF file system, or
// a program of an object file.
type Source struct {
	Type    uint32 // BPF_PROG_TYPE_, or 0 if the words tell
	Ifindex uint32 // of the device that is to run it itself, or 0
	// KeepLimits leaves those of the process alone, which may have other work.
	KeepLimits bool

	path    string
	pinned  bool
	section string
	program string // or none: the first of the section
	verbose bool
}

// Parse reads "object FILE" or "pinned FILE" and what may follow. Failures of
// its own have their text and EPERM.
func (s *Source) Parse(a *cli.Args) error {
	mode, err := a.Value()
	if err != nil {
		return err
	}
	s.pinned = cli.Match("object-pinned|pinned|fd", mode)
	if object := cli.Match("object-file|=obj", mode); !object && !s.pinned {
		return fail("What mode is \""+mode+"\"?\n", unix.EPERM)
	} else if object {
		s.pinned = false
	}
	if s.path, err = a.Value(); err != nil {
		return err
	}
	typed := s.Type != 0
	if err = s.readType(a); err != nil {
		return err
	}
	s.section = defaultSection(s.Type)
	if err = option(a, "section", &s.section); err == nil {
		err = option(a, "=program", &s.program)
	}
	if err == nil && defaultSection(s.Type) != ofNoType && a.Is("export") {
		if typed {
			return fail("export is not supported\n", unix.EPERM)
		}
		a.Skip() // of one program for a map, nothing is sent
		_, err = a.Value()
	}
	s.verbose = err == nil && a.Match("verbose")
	return err
}

// readType reads the type, if the source has none yet.
func (s *Source) readType(a *cli.Args) error {
	if s.Type != 0 {
		return nil
	}
	s.Type = unix.BPF_PROG_TYPE_SCHED_CLS
	if !a.Match("type") {
		return nil
	}
	w, err := a.Value()
	if err != nil {
		return err
	}
	typ, ok := types.Match(w)
	if !ok {
		return fail("What type is \""+w+"\"?\n", unix.EPERM)
	}
	s.Type = uint32(typ)
	return nil
}

// ofNoType is the section of a program, if none is said and the type has none of its own.
const ofNoType = "prog"

func defaultSection(typ uint32) string {
	switch typ {
	case unix.BPF_PROG_TYPE_SCHED_CLS:
		return "classifier"
	case unix.BPF_PROG_TYPE_SCHED_ACT:
		return "action"
	}
	return ofNoType
}

// Pinned tells that the program is in the BPF file system.
func (s *Source) Pinned() bool { return s.pinned }

func option(a *cli.Args, word string, value *string) (err error) {
	if a.Match(word) {
		*value, err = a.Value()
	}
	return err
}

// Annotation is the name that routes remember a program by.
func (s *Source) Annotation() string {
	if s.pinned {
		return filepath.Base(s.path) + ":[*fsobj]"
	}
	return filepath.Base(s.path) + ":[" + s.section + "]"
}

// An Error is a program that could not be loaded: text for stderr, lines
// included, and the reason.
type Error struct {
	Text  string
	Errno unix.Errno
}

func (e *Error) Error() string { return e.Text }

func fail(text string, e unix.Errno) error { return &Error{text, e} }

// Open returns the descriptor of the program, loaded if it comes from an object
// file. What the library would say goes to log, also if all is well.
func (s *Source) Open(log io.Writer) (fd int, err error) {
	if s.pinned {
		fd, e := Get(pinnedPath(s.path, s.Type))
		if e != 0 {
			return -1, fail("Couldn't retrieve pinned program '"+s.path+"': "+rtnl.Strerror(e)+"\n", unix.EPERM)
		}
		return fd, nil
	}
	if !s.KeepLimits { // old kernels count maps and programs as locked memory
		unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY})
	}
	fs := fileSystem{log: log}
	fs.init()
	data, text, errno := readObject(s.path)
	if errno != 0 {
		return -1, fail(text+"Cannot initialize ELF context!\n", errno)
	}
	if !fetchable(data) {
		return -1, fail("Error fetching ELF ancillary data!\n", unix.EPERM)
	}
	root, errno := fs.root(s.Type)
	if errno != 0 {
		return -1, fail("", errno)
	}
	return s.load(data, root, log)
}

// readObject reads a file and looks at its header.
func readObject(path string) (data []byte, text string, e unix.Errno) {
	content, err := file.Read(path)
	switch {
	case err == unix.EISDIR:
		return nil, "Error mapping object " + path + ": No such device\n", unix.EPERM
	case err != nil:
		return nil, "Error opening object " + path + ": " + cli.Strerror(err) + "\n", unix.EPERM
	case content == "":
		return nil, "Error mapping object " + path + ": Invalid argument\n", unix.EPERM
	}
	data = []byte(content)
	text, e = checkHeader(data)
	return data, text, e
}

// checkHeader tells whether a file is a relocatable object for BPF, in the byte
// order of this machine.
func checkHeader(b []byte) (text string, e unix.Errno) {
	own := orderBig
	if *(*byte)(unsafe.Pointer(&[1]uint16{1})) == 1 {
		own = orderLittle
	}
	switch h := (*header)(start(b)); {
	case len(b) < 4 || string(b[:4]) != "\x7fELF":
		return "", unix.EINVAL
	case len(b) < headerSize || h.class != class64:
		return "", unix.EIO
	case int(h.order) != own && h.order == orderBig:
		return "We are little endian, eBPF object is big endian!\n", unix.EIO
	case int(h.order) != own && h.order == orderLittle:
		return "We are big endian, eBPF object is little endian!\n", unix.EIO
	case int(h.order) != own || h.typ != typeRelocate || h.machine != 0 && h.machine != machineBPF || h.version != 1:
		return "ELF format error, ELF file not for eBPF?\n", unix.EINVAL
	}
	return "", 0
}

// fetchable tells whether the last section is there; the real tool looks at all
// of them, and forgets all but the last failure.
func fetchable(file []byte) bool {
	if (*header)(start(file)).shnum < 2 {
		return true
	}
	secs := sections(file)
	if len(secs) == 0 {
		return false
	}
	last := secs[len(secs)-1]
	return last.ok && last.size != 0 && last.name != ""
}

// load loads the chosen program of an object.
func (s *Source) load(data []byte, root string, log io.Writer) (int, error) {
	o := &elfObject{path: s.path, log: log, root: root}
	if s.verbose {
		o.warn(0, "loading object from %", s.path, "")
	}
	if e := o.read(data); e != 0 {
		return -1, fail("ERROR: opening BPF object file failed\n", unix.ENOENT)
	}
	o.noTailCalls()
	p := o.choose(s)
	switch {
	case p == nil && s.program != "":
		return -1, fail("object file doesn't contain prog "+s.program+"\n", unix.ENOENT)
	case p == nil:
		return -1, fail("object file doesn't contain sec "+s.section+"\n", unix.ENOENT)
	}
	fd, e := o.load(s, p)
	o.closeMaps(e == 0)
	if e != 0 {
		return -1, fail("", e)
	}
	return fd, nil
}

// choose finds the program that the command line means: by its name, or the
// first of its section. Subprograms are none.
func (o *elfObject) choose(s *Source) *prog {
	for _, p := range o.progs {
		if p.sec != o.text && (s.program == p.name || s.program == "" && s.section == o.sectionOf(p)) {
			return p
		}
	}
	return nil
}

// sectionOf is the name of a program's section; a mark keeps it from being loaded
// with all others, which we never do.
func (o *elfObject) sectionOf(p *prog) string { return strings.TrimPrefix(o.secs[p.sec].name, "?") }

// load makes the maps of the object and loads a program. It complains itself.
func (o *elfObject) load(s *Source, p *prog) (int, unix.Errno) {
	l := &linked{o: o, Program: Program{
		Type: s.Type, name: p.name, License: o.license, version: o.version, ifindex: s.Ifindex,
	}}
	l.attach, l.flags = attachOf(o.sectionOf(p), s.Type)
	if e := l.add(p); e != 0 {
		return -1, o.warn(e, "prog '%': failed to relocate calls: %", p.name, errName(e))
	}
	if o.btf != nil {
		// The kernel may not like them; all but their names works without.
		if fd, e := loadBTF(o.btf.raw); e == 0 {
			l.types = uint32(fd)
			defer unix.Close(fd)
		}
	}
	if e := o.createMaps(l.types, s.Ifindex); e != 0 {
		return -1, e
	}
	l.point()
	fd, e := o.loadProgram(&l.Program, s.verbose)
	if e != 0 {
		o.warn(0, "prog '%': failed to load: %", p.name, errName(e))
		return -1, o.warn(e, "failed to load object '%'", o.path, "")
	}
	for _, m := range o.maps {
		if m.readonly {
			// It stays with the program, even if that does not refer to it.
			numbers(unix.BPF_PROG_BIND_MAP, [4]uint32{uint32(fd), uint32(m.fd)})
		}
	}
	o.noTailCalls() // the real tool looks for maps again, to put the programs in
	return fd, 0
}

// attachOf is the type of attachment that a section's name stands for, and the
// flag of an XDP program that takes packets in fragments.
func attachOf(section string, typ uint32) (attach, flags uint32) {
	rest, ok := strings.CutPrefix(section, "xdp")
	if !ok {
		return 0, 0
	}
	if rest, ok = strings.CutPrefix(rest, ".frags"); ok && typ == unix.BPF_PROG_TYPE_XDP {
		flags = unix.BPF_F_XDP_HAS_FRAGS
	}
	switch rest {
	case "":
		return unix.BPF_XDP, flags
	case "/devmap":
		return unix.BPF_XDP_DEVMAP, flags
	case "/cpumap":
		return unix.BPF_XDP_CPUMAP, flags
	}
	return 0, 0
}

// The verifier's log is asked for when it is wanted or something is wrong.
const (
	logBrief = 1
	logFull  = 3
	logSize  = 16<<20 - 1
	logMost  = 1 << 30
)

func (o *elfObject) loadProgram(p *Program, verbose bool) (fd int, e unix.Errno) {
	level := uint32(logFull)
	if !verbose {
		if fd, e = p.Load(0, nil); e == 0 {
			return fd, 0
		}
		level = logBrief
	}
	var log []byte
	for size := logSize; size <= logMost; size *= 2 {
		log = make([]byte, size)
		if fd, e = p.Load(level, log); e != unix.ENOSPC {
			break
		}
	}
	if e != 0 {
		o.warn(0, "prog '%': BPF program load failed: %", p.name, errName(e))
	}
	if log[0] != 0 {
		o.warn(0, "prog '%': -- BEGIN PROG LOAD LOG --\n%-- END PROG LOAD LOG --", p.name, cstr(log, 0))
	}
	return fd, e
}

// errNames are errors as the library writes them.
var errNames = word.Names{
	{uint64(unix.E2BIG), "-E2BIG"}, {uint64(unix.EACCES), "-EACCES"}, {uint64(unix.EAGAIN), "-EAGAIN"}, {uint64(unix.EBADF), "-EBADF"},
	{uint64(unix.EBUSY), "-EBUSY"}, {uint64(unix.EEXIST), "-EEXIST"}, {uint64(unix.EFAULT), "-EFAULT"}, {uint64(unix.EINVAL), "-EINVAL"},
	{uint64(unix.ENODEV), "-ENODEV"}, {uint64(unix.ENOENT), "-ENOENT"}, {uint64(unix.ENOMEM), "-ENOMEM"}, {uint64(unix.ENOSPC), "-ENOSPC"},
	{uint64(unix.EOPNOTSUPP), "-EOPNOTSUPP"}, {uint64(unix.EPERM), "-EPERM"}, {uint64(unix.ERANGE), "-ERANGE"}, {524, "-ENOTSUPP"},
}

func errName(e unix.Errno) string { return errNames.Or(uint64(e), strconv.Itoa(-int(e))) }
