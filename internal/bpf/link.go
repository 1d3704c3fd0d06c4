package bpf

import (
	"unsafe"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A linked program is one with all subprograms that it calls behind it.
type linked struct {
	Program
	o     *elfObject
	insns []insn
	refs  []ref // to maps
}

// info is what BTF tells of a program's functions or lines.
type info struct {
	size    int // of a record, in words
	records []uint32
}

// add appends a function, and behind it those that it is the first to call.
func (l *linked) add(p *prog) unix.Errno {
	p.at = len(l.insns)
	l.insns = append(l.insns, p.code...)
	e := l.addInfo(p)
	for i := range p.code {
		if e == 0 {
			e = l.relocate(p, i)
		}
	}
	return e
}

// relocate completes instruction i of a function.
func (l *linked) relocate(p *prog, i int) unix.Errno {
	c := &l.insns[p.at+i]
	isCall := c.code == opCall && c.regs == rtnl.Nibbles(0, srcCall) && c.off == 0
	target := p.start + i + int(c.imm) + 1 // in .text, which calls itself without relocations
	var r *ref
	for j := range p.refs {
		if p.refs[j].insn == i {
			r = &p.refs[j]
		}
	}
	switch {
	case r == nil && !isCall:
		return 0
	case r != nil && r.m != nil:
		l.refs = append(l.refs, ref{p.at + i, r.m, r.off})
		return 0
	case r != nil && isCall:
		target = int(r.off)/insnSize + int(c.imm) + 1
	case r != nil:
		c.setSrc(srcFunc)
		target = (int(r.off) + int(c.imm)) / insnSize
	}
	f := l.o.function(l.o.text, target)
	if f == nil || l.o.text == 0 {
		return l.o.warn(errReloc, "prog '%': no .text section found yet sub-program call exists", p.name, "")
	}
	if f.at < 0 {
		if e := l.add(f); e != 0 {
			return e
		}
	}
	// The instructions may have moved meanwhile.
	l.insns[p.at+i].imm = int32(f.at - (p.at + i) - 1)
	return 0
}

// point makes the instructions that want a map refer to its descriptor. The
// program is ready then.
func (l *linked) point() {
	for _, r := range l.refs {
		c := l.insns[r.insn:]
		c[0].setSrc(srcMap)
		if r.m.internal {
			c[0].setSrc(srcMapValue)
			c[1].imm = c[0].imm + int32(r.off)
		}
		c[0].imm = int32(r.m.fd)
	}
	l.Insns = unsafe.Slice((*byte)(unsafe.Pointer(&l.insns[0])), len(l.insns)*insnSize)
}

// addInfo takes over what BTF tells of a function and its lines, and refuses
// relocations that need the types of the running kernel. A program that BTF tells
// nothing of goes without; one whose subprograms it does not know fails.
func (l *linked) addInfo(p *prog) unix.Errno {
	for i := range l.o.ext {
		t := &l.o.ext[i]
		records := l.records(t, p)
		switch {
		case i == extCore:
			for ; len(records) >= 4; records = records[t.size:] {
				if !l.o.fixed(records) {
					return l.o.warn(unix.EOPNOTSUPP, "prog '%': CO-RE relocation of struct % is not supported",
						p.name, l.o.btf.name(l.o.btf.plain(records[1])))
				}
			}
		case p.at != 0 && l.info[i].records == nil:
		case records != nil:
			l.info[i].add(t.size, records, p.at-p.start)
		case p.at != 0:
			return l.o.warn(unix.ENOENT, "prog '%': missing .BTF.ext % info.", p.name, extNames[i])
		}
	}
	return 0
}

// fixedLayouts are structs that are the same in every kernel, as long as a program
// declares all of them: what vmlinux.h marks for relocation all the same.
var fixedLayouts = [...]struct {
	name string
	size uint32
}{
	{"xdp_md", 24}, {"__sk_buff", 192}, {"ethhdr", 14}, {"vlan_hdr", 4}, {"arphdr", 8}, {"iphdr", 20},
	{"ipv6hdr", 40}, {"tcphdr", 20}, {"udphdr", 8}, {"icmphdr", 8}, {"icmp6hdr", 8},
}

// fixed tells whether a relocation by the kernel's types is one that changes
// nothing: of a field's place in such a struct.
func (o *elfObject) fixed(record []uint32) bool {
	const fieldOffset = 0
	t := o.btf.plain(record[1])
	for i := range fixedLayouts {
		if f := &fixedLayouts[i]; f.name == o.btf.name(t) {
			return record[3] == fieldOffset && t.kind() == btfStruct && f.size == t.size()
		}
	}
	return false
}

var extNames = [...]string{extFuncs: "function", extLines: "line"}

// records of a table are those of a function's instructions.
func (l *linked) records(t *extTable, p *prog) []uint32 {
	for _, s := range t.secs {
		if s.name != l.o.secs[p.sec].name {
			continue
		}
		first, last := 0, 0
		for i := 0; i < len(s.records); i += t.size {
			at := int(s.records[i])/insnSize - p.start
			if at >= len(p.code) {
				break
			}
			if at < 0 {
				first = i + t.size
			}
			last = i + t.size
		}
		if first < last {
			return s.records[first:last]
		}
		break
	}
	return nil
}

// add takes records; the kernel counts instructions where the object counts
// bytes, and the function has moved.
func (n *info) add(size int, records []uint32, moved int) {
	n.size = size
	i := len(n.records)
	for n.records = append(n.records, records...); i < len(n.records); i += size {
		n.records[i] = uint32(int(n.records[i])/insnSize + moved)
	}
}
