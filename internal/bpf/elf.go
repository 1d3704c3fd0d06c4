package bpf

import (
	"strings"
	"unsafe"

	"gip/internal/rtnl"
)

// The parts of ELF64 that a relocatable object has, and BPF's instructions, are
// used where they are in the file: it has this machine's byte order.

// A header is that of an ELF file.
type header struct {
	magic         [4]byte
	class, order  byte
	_             [10]byte
	typ, machine  uint16
	version       uint32
	_, _, shoff   uint64
	_             uint32
	_, _, _       uint16
	shsize, shnum uint16
	shnames       uint16
}

const (
	class64      = 2
	orderLittle  = 1
	orderBig     = 2
	typeRelocate = 1
	machineBPF   = 247
)

// A section is its header, and what it stands for.
type sectionHeader struct {
	nameOff, typ           uint32
	flags, _, offset, size uint64
	link, info             uint32
	_, each                uint64
}

type section struct {
	*sectionHeader
	name string
	data []byte // nothing for .bss
	ok   bool   // data is in the file as the header says
}

const (
	secProgbits, secSymtab, secStrtab, secNobits, secRel = 1, 2, 3, 8, 9

	flagExec = 4
)

type symbol struct {
	nameOff     uint32
	info, view  byte
	section     uint16
	value, size uint64
}

const (
	symNone, symObject, symFunc, symSection = 0, 1, 2, 3

	bindLocal = 0
)

func (y *symbol) typ() byte    { return y.info & 15 }
func (y *symbol) local() bool  { return y.info>>4 == bindLocal }
func (y *symbol) hidden() bool { return y.view&3 == 1 || y.view&3 == 2 }

// A rel is an entry of a relocation table. The upper half of info is its symbol.
type rel struct{ offset, info uint64 }

// An insn is an instruction; regs are its registers, two bit-fields: the destination is the first.
type insn struct {
	code, regs byte
	off        int16
	imm        int32
}

// setSrc sets the register that is read, or what the number of the instruction is
// (BPF_PSEUDO_MAP_FD, …).
func (c *insn) setSrc(src byte) { c.regs = c.regs&^rtnl.Nibbles(0, 15) | rtnl.Nibbles(0, src) }

const (
	headerSize  = int(unsafe.Sizeof(header{}))
	sectionSize = int(unsafe.Sizeof(sectionHeader{}))
	symbolSize  = int(unsafe.Sizeof(symbol{}))
	relSize     = int(unsafe.Sizeof(rel{}))
	insnSize    = int(unsafe.Sizeof(insn{}))
)

// part is n bytes of b at off, or nil if it has not that many.
func part(b []byte, off, n uint64) []byte {
	if off > uint64(len(b)) || n > uint64(len(b))-off {
		return nil
	}
	return b[off : off+n : off+n]
}

func start(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

func insns(b []byte) []insn { return unsafe.Slice((*insn)(start(b)), len(b)/insnSize) }

func words(b []byte) []uint32 { return unsafe.Slice((*uint32)(start(b)), len(b)/4) }

// cstr is the string at off in a table of strings.
func cstr(table []byte, off uint32) string {
	if uint64(off) >= uint64(len(table)) {
		return ""
	}
	s, _, _ := strings.Cut(unsafe.String(&table[off], len(table)-int(off)), "\x00")
	return s
}

// sections reads the section headers of an ELF file whose header is whole. If
// their table is not, there are none.
func sections(file []byte) []section {
	h := (*header)(start(file))
	table := part(file, h.shoff, uint64(h.shnum)*uint64(sectionSize))
	if int(h.shsize) != sectionSize || h.shoff%8 != 0 {
		table = nil
	}
	secs := make([]section, len(table)/sectionSize)
	for i := range secs {
		s := &secs[i]
		s.sectionHeader = (*sectionHeader)(start(table[i*sectionSize:]))
		if s.ok = s.typ == secNobits; !s.ok {
			s.data = part(file, s.offset, s.size)
			// What is used in its place has to be at a place for it.
			s.ok = s.data != nil && (s.offset%8 == 0 || s.typ != secSymtab && s.typ != secRel && s.flags&flagExec == 0)
		}
	}
	if int(h.shnames) < len(secs) {
		for i := range secs {
			secs[i].name = cstr(secs[h.shnames].data, secs[i].nameOff)
		}
	}
	return secs
}
