package bpf

import (
	"io"
	"path/filepath"
	"strings"
	"unsafe"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// What an instruction that refers to something looks like.
const (
	opLoad64 = 0x18 // 64 bits: this instruction and the next
	opCall   = 0x85

	srcMap, srcMapValue, srcFunc = 1, 2, 4 // of opLoad64
	srcCall                      = 1       // of opCall
)

// The library's own errors.
const (
	errFormat = unix.Errno(4001)
	errReloc  = unix.Errno(4005)
)

// An elfObject is an object file, read.
type elfObject struct {
	path  string
	log   io.Writer // for complaints
	root  string    // where maps are pinned
	secs  []section
	syms  []symbol
	names []byte // of syms
	text  int    // section of subprograms, or 0
	decls int    // section .maps, or 0

	license string
	version uint32
	btf     *btf // or nil
	ext     [extTables]extTable

	progs []*prog // by section and place
	maps  []*bpfMap
}

// A prog is a function of the object: a program, or a subprogram in .text.
type prog struct {
	name   string
	sec    int
	start  int // first instruction, in the section
	code   []insn
	hidden bool
	refs   []ref
	at     int // first instruction, in the program that is linked, or -1
}

// A ref tells what an instruction of a function refers to.
type ref struct {
	insn int
	m    *bpfMap // or nil: a function in .text
	off  uint64  // in the map's value, or in .text
}

// warn writes a complaint as the library does; each % is one of the names.
func (o *elfObject) warn(e unix.Errno, text, a, b string) unix.Errno {
	before, text, _ := strings.Cut(text, "%")
	between, after, ok := strings.Cut(text, "%")
	if !ok {
		b = ""
	}
	io.WriteString(o.log, "libbpf: "+before+a+between+b+after+"\n")
	return e
}

// malformed is the complaint of a file that no compiler wrote.
func (o *elfObject) malformed(what string) unix.Errno {
	return o.warn(errFormat, "elf: malformed % in %", what, o.path)
}

// read reads an object file whose ELF header was checked.
func (o *elfObject) read(file []byte) unix.Errno {
	o.secs = sections(file)
	e := o.readSymbols()
	if e == 0 {
		e = o.readSections()
	}
	if e == 0 {
		e = o.readBTF()
	}
	if e == 0 {
		e = o.declaredMaps()
	}
	if e == 0 {
		o.dataMaps()
		e = o.readRelocs()
	}
	return e
}

// readSymbols finds the symbols. Those of the kernel, which only its own types
// can tell of, are refused.
func (o *elfObject) readSymbols() unix.Errno {
	for i := range o.secs {
		s := &o.secs[i]
		switch {
		case !s.ok || s.typ == secSymtab && (o.syms != nil || uint64(s.link) >= uint64(len(o.secs))):
			return o.malformed("section " + s.name)
		case s.typ == secSymtab:
			o.syms = unsafe.Slice((*symbol)(start(s.data)), len(s.data)/symbolSize)
			o.names = o.secs[s.link].data
		}
	}
	if len(o.syms) == 0 {
		return o.warn(unix.ENOENT, "elf: couldn't find symbol table in %, stripped object file?", o.path, "")
	}
	for i := range o.syms {
		if y := &o.syms[i]; y.section == 0 && y.typ() == symNone && !y.local() {
			return o.warn(unix.EOPNOTSUPP, "extern '%': kernel symbols, kfuncs and kconfig are not supported", cstr(o.names, y.nameOff), "")
		}
	}
	return 0
}

func (o *elfObject) readSections() unix.Errno {
	for i := range o.secs {
		s := &o.secs[i]
		switch {
		case i == 0 || s.typ == secStrtab:
		case s.name == "license":
			o.license = cstr(s.data, 0)
		case s.name == "version":
			if len(s.data) != 4 || s.offset%4 != 0 {
				return o.warn(errFormat, "invalid kver section in %", o.path, "")
			}
			o.version = words(s.data)[0]
		case s.name == "maps":
			return o.warn(unix.EOPNOTSUPP, "elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+", "", "")
		case s.name == ".maps":
			o.decls = i
		case s.typ == secProgbits && s.flags&flagExec != 0 && s.size > 0:
			if s.name == ".text" {
				o.text = i
			}
			if e := o.readProgs(i); e != 0 {
				return e
			}
		}
	}
	return 0
}

// readProgs finds the functions of a section.
func (o *elfObject) readProgs(sec int) unix.Errno {
	s := &o.secs[sec]
	for i := range o.syms {
		y := &o.syms[i]
		if int(y.section) != sec || y.typ() != symFunc {
			continue
		}
		name := cstr(o.names, y.nameOff)
		code := part(s.data, y.value, y.size)
		switch {
		case len(code) == 0 || (y.value|y.size)%uint64(insnSize) != 0:
			return o.malformed("program " + name)
		case sec != o.text && y.local():
			return o.warn(unix.EOPNOTSUPP, "sec '%': program '%' is static and not supported", s.name, name)
		}
		p := &prog{
			name: name, sec: sec, start: int(y.value) / insnSize, code: insns(code),
			hidden: !y.local() && y.hidden(), at: -1,
		}
		at := len(o.progs)
		o.progs = append(o.progs, p)
		for ; at > 0 && o.progs[at-1].sec == sec && o.progs[at-1].start > p.start; at-- {
			o.progs[at] = o.progs[at-1]
		}
		o.progs[at] = p
	}
	return 0
}

// function is the one of a section that has an instruction.
func (o *elfObject) function(sec, i int) *prog {
	for _, p := range o.progs {
		if p.sec == sec && i >= p.start && i-p.start < len(p.code) {
			return p
		}
	}
	return nil
}

func (o *elfObject) find(name string) *section {
	for i := range o.secs {
		if o.secs[i].name == name {
			return &o.secs[i]
		}
	}
	return nil
}

// readBTF reads the types, which only maps need.
func (o *elfObject) readBTF() unix.Errno {
	ok := false
	if s := o.find(".BTF"); s != nil {
		// The kernel gets this with corrections, so it is a copy.
		o.btf = parseBTF(append([]byte(nil), s.data...))
		if ok = o.btf != nil; !ok {
			o.warn(0, "Error loading ELF section .BTF: -EINVAL.", "", "")
		}
	}
	if s := o.find(".BTF.ext"); s != nil && ok {
		if o.ext, ok = o.btf.parseExt(append([]byte(nil), s.data...)); !ok {
			o.warn(0, "Error loading ELF section .BTF.ext: -EINVAL. Ignored and continue.", "", "")
		}
	}
	if !ok && o.decls != 0 {
		return o.warn(unix.ENOENT, "BTF is required, but is missing or corrupted.", "", "")
	}
	if o.btf == nil {
		return 0
	}
	return o.fixBTF()
}

// fixBTF adds what the compiler could not know: the sizes of data sections, the
// places of variables, and that hidden functions are as good as static.
func (o *elfObject) fixBTF() unix.Errno {
	for _, t := range o.btf.types {
		switch t.kind() {
		case btfDatasec:
			if !o.fixDatasec(t) {
				return o.malformed("BTF")
			}
		case btfFunc:
			for _, p := range o.progs {
				if p.hidden && p.sec == o.text && t.vlen() == linkGlobal && p.name == o.btf.name(t) {
					t[1] &^= linkGlobal
				}
			}
		}
	}
	return 0
}

func (o *elfObject) fixDatasec(t btfType) bool {
	unplaced := t.size() == 0
	if unplaced {
		s := o.find(o.btf.name(t))
		if s == nil {
			return false
		}
		t[2] = uint32(s.size)
	}
	for i := range t.vlen() {
		m := t.member(i)
		v := o.btf.at(m[0])
		if v.kind() != btfVar {
			return false
		}
		if y := o.variable(o.btf.name(v)); v[3] == linkGlobal {
			if y == nil {
				return false
			}
			if unplaced {
				m[1] = uint32(y.value)
			}
			if y.hidden() {
				v[3] = linkStatic
			}
		}
		// The kernel wants them in order.
		for j := i; j > 0 && t.member(j - 1)[1] > m[1]; j-- {
			before := t.member(j - 1)
			x := [3]uint32(before)
			copy(before, m)
			copy(m, x[:])
			m = before
		}
	}
	return true
}

func (o *elfObject) variable(name string) *symbol {
	for i := range o.syms {
		if y := &o.syms[i]; y.typ() == symObject && !y.local() && cstr(o.names, y.nameOff) == name {
			return y
		}
	}
	return nil
}

// readRelocs reads what the instructions of all programs refer to.
func (o *elfObject) readRelocs() unix.Errno {
	for i := range o.secs {
		s := &o.secs[i]
		if s.typ != secRel {
			continue
		}
		sec := int(s.info)
		switch {
		case s.each != uint64(relSize) || sec >= len(o.secs):
			return o.malformed("section " + s.name)
		case sec == o.decls && sec != 0:
			return o.warn(unix.EOPNOTSUPP, ".maps: maps that are declared with their contents are not supported", "", "")
		case o.secs[sec].flags&flagExec == 0:
			continue
		}
		for _, r := range unsafe.Slice((*rel)(start(s.data)), len(s.data)/relSize) {
			symbol := r.info >> 32
			if symbol >= uint64(len(o.syms)) || int(o.syms[symbol].section) >= len(o.secs) ||
				r.offset%uint64(insnSize) != 0 || r.offset >= uint64(len(o.secs[sec].data)) {
				return o.malformed("section " + s.name)
			}
			at := int(r.offset) / insnSize
			// One that is nowhere is that of a weak function that another replaced.
			if p := o.function(sec, at); p != nil {
				if e := o.resolve(p, at-p.start, &o.syms[symbol]); e != 0 {
					return e
				}
			}
		}
	}
	return 0
}

// resolve tells what instruction i of a function refers to by a symbol.
func (o *elfObject) resolve(p *prog, i int, y *symbol) unix.Errno {
	code := p.code[i:]
	sec := int(y.section)
	inText := sec != 0 && sec == o.text
	switch {
	case code[0].code == opCall && code[0].regs&rtnl.Nibbles(0, 15) == rtnl.Nibbles(0, srcCall) && inText,
		// The address of a function: of a static one by its section.
		code[0].code == opLoad64 && inText && (y.typ() == symSection || !y.local() && y.typ() == symFunc):
		p.refs = append(p.refs, ref{insn: i, off: y.value})
		return 0
	case code[0].code == opLoad64 && len(code) > 1:
		for _, m := range o.maps {
			if m.sec == sec && (m.internal || uint64(m.off) == y.value) {
				p.refs = append(p.refs, ref{i, m, y.value})
				return 0
			}
		}
	}
	name := cstr(o.names, y.nameOff)
	if name == "" {
		name = o.secs[sec].name
	}
	name += "' in section '" + o.secs[sec].name
	if code[0].code == opCall {
		return o.warn(errReloc, "prog '%': bad call relo against '%'", p.name, name)
	}
	return o.warn(errReloc, "prog '%': bad map relo against '%'", p.name, name)
}

// name is the object's, of which data maps take theirs: 15 bytes of the file's
// name up to a dot.
func (o *elfObject) name() string {
	s := filepath.Base(o.path)
	s, _, _ = strings.Cut(s[:min(len(s), unix.BPF_OBJ_NAME_LEN-1)], ".")
	return s
}
