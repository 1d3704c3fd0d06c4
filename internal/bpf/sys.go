// Package bpf talks to the kernel's BPF: the calls of bpf(2) that gip needs,
// and a loader for object files.
//
// The loader is our own. The BPF library for Go would make the binary 1.8 MB
// larger, a third of all that it may weigh, and even debug/elf brings zlib,
// zstd and DWARF along. What ip needs of such a library is a page of ELF, a page
// of BTF and a few commands of bpf(2). It does as iproute2 with libbpf does, with
// libbpf's complaints, except for what needs the types of the running kernel:
// externs (kfuncs, ksyms, kconfig) are refused, and CO-RE relocations unless they
// are of structs that all kernels share; so are maps that are declared with their
// contents, such as maps of maps.
package bpf

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A lender keeps memory in its place while the kernel has it.
type lender struct{ runtime.Pinner }

// buffer is the address of memory for the kernel, which may be none.
type buffer uint64

func (l *lender) lend(b unsafe.Pointer) buffer {
	if b != nil {
		l.Pin(b)
	}
	return buffer(uintptr(b))
}

// call is bpf(2), after which nothing is lent any more. The verifier gives up
// with EAGAIN when a signal arrives, and Go's runtime has signals of its own.
func (l *lender) call(cmd int, attr unsafe.Pointer, size uintptr) (int, unix.Errno) {
	r, e := uintptr(0), unix.EAGAIN
	for try := 0; try < 5 && (e == unix.EAGAIN || e == unix.EINTR); try++ {
		r, _, e = unix.Syscall(unix.SYS_BPF, uintptr(cmd), uintptr(attr), size)
	}
	l.Unpin()
	return int(r), e
}

// numbers is a command that takes nothing but numbers.
func numbers(cmd int, attr [4]uint32) (int, unix.Errno) {
	var l lender
	return l.call(cmd, unsafe.Pointer(&attr), unsafe.Sizeof(attr))
}

// named is for programs and maps in the BPF file system.
func named(cmd int, path string, fd int) (int, unix.Errno) {
	var l lender
	attr := struct {
		path      buffer
		fd, flags uint32
	}{path: l.lend(start([]byte(path + "\x00"))), fd: uint32(fd)}
	return l.call(cmd, unsafe.Pointer(&attr), unsafe.Sizeof(attr))
}

// Get opens the program or map that is pinned under path.
func Get(path string) (fd int, e unix.Errno) { return named(unix.BPF_OBJ_GET, path, 0) }

// A Program is what BPF_PROG_LOAD is told.
type Program struct {
	Type    uint32
	Insns   []byte
	License string

	name                            string
	version, attach, flags, ifindex uint32
	types                           uint32 // descriptor of BTF, or 0
	info                            [extLines + 1]info
}

type progAttr struct {
	typ, count             uint32
	insns, license         buffer
	level, logSize         uint32
	log                    buffer
	version, flags         uint32
	name                   objectName
	ifindex, attach, types uint32
	funcSize               uint32
	funcs                  buffer
	funcCount, lineSize    uint32
	lines                  buffer
	lineCount, _           uint32
}

type objectName [unix.BPF_OBJ_NAME_LEN]byte

// Load hands a program to the kernel. What its verifier has to say goes to log,
// if level is not 0.
func (p *Program) Load(level uint32, log []byte) (fd int, e unix.Errno) {
	var l lender
	attr := progAttr{
		typ: p.Type, count: uint32(len(p.Insns) / insnSize), insns: l.lend(start(p.Insns)),
		license: l.lend(start([]byte(p.License + "\x00"))),
		level:   level, logSize: uint32(len(log)), log: l.lend(start(log)),
		version: p.version, flags: p.flags, ifindex: p.ifindex, attach: p.attach, types: p.types,
	}
	if p.types != 0 {
		attr.funcSize, attr.funcCount, attr.funcs = p.info[extFuncs].lend(&l)
		attr.lineSize, attr.lineCount, attr.lines = p.info[extLines].lend(&l)
	}
	copy(attr.name[:len(attr.name)-1], p.name)
	return l.call(unix.BPF_PROG_LOAD, unsafe.Pointer(&attr), unsafe.Sizeof(attr))
}

func (n *info) lend(l *lender) (size, count uint32, at buffer) {
	if n.size == 0 {
		return 0, 0, 0
	}
	return uint32(n.size * 4), uint32(len(n.records) / n.size), l.lend(unsafe.Pointer(&n.records[0]))
}

// Attach attaches a program to what target is a descriptor of.
func Attach(prog, target int, typ uint32) unix.Errno {
	_, e := numbers(unix.BPF_PROG_ATTACH, [4]uint32{uint32(target), uint32(prog), typ})
	return e
}

// ProgInfo is struct bpf_prog_info of linux/bpf.h up to btf_id.
type ProgInfo struct {
	Type, ID            uint32
	Tag                 [8]byte
	JitedLen, XlatedLen uint32
	_, _                uint64
	LoadTime            uint64
	UID, _              uint32
	_                   uint64
	Name                objectName
	_, _                uint32
	_, _                uint64
	_, _                uint32
	_, _                uint64
	BTF, _              uint32
}

// Read asks for a program by its id.
func (i *ProgInfo) Read(id uint32) unix.Errno {
	fd, e := numbers(unix.BPF_PROG_GET_FD_BY_ID, [4]uint32{id})
	if e == 0 {
		e = objectInfo(fd, unsafe.Pointer(i), unsafe.Sizeof(*i))
		unix.Close(fd)
	}
	return e
}

func objectInfo(fd int, info unsafe.Pointer, size uintptr) unix.Errno {
	var l lender
	attr := struct {
		fd, size uint32
		info     buffer
	}{uint32(fd), uint32(size), l.lend(info)}
	_, e := l.call(unix.BPF_OBJ_GET_INFO_BY_FD, unsafe.Pointer(&attr), unsafe.Sizeof(attr))
	return e
}

// mapAttr is what BPF_MAP_CREATE is told.
type mapAttr struct {
	typ, key, value, max, flags, inner, numa uint32
	name                                     objectName
	ifindex, types, keyType, valueType, _    uint32
	extra                                    uint32
	_                                        uint32
}

func (a *mapAttr) create() (fd int, e unix.Errno) {
	var l lender
	return l.call(unix.BPF_MAP_CREATE, unsafe.Pointer(a), unsafe.Sizeof(*a))
}

// mapInfo is struct bpf_map_info of linux/bpf.h up to btf_value_type_id.
type mapInfo struct {
	typ, _, key, value, max, flags uint32
	_                              objectName
	_, _                           uint32
	_, _                           uint64
	types, keyType, valueType, _   uint32
}

// update writes an element of an array.
func update(fd int, key uint32, value []byte) unix.Errno {
	var l lender
	attr := struct {
		fd, _      uint32
		key, value buffer
		flags      uint64
	}{fd: uint32(fd), key: l.lend(unsafe.Pointer(&key)), value: l.lend(start(value))}
	_, e := l.call(unix.BPF_MAP_UPDATE_ELEM, unsafe.Pointer(&attr), unsafe.Sizeof(attr))
	return e
}

func loadBTF(b []byte) (fd int, e unix.Errno) {
	var l lender
	attr := struct {
		btf, _     buffer
		size, _, _ uint32
		_          uint32
	}{btf: l.lend(start(b)), size: uint32(len(b))}
	return l.call(unix.BPF_BTF_LOAD, unsafe.Pointer(&attr), unsafe.Sizeof(attr))
}
