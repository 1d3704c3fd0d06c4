package sscmd

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"gip/internal/uapi"
)

// The kernel's filters are instructions of four bytes (struct inet_diag_bc_op): what
// to test, how far it is to the next one if the test passes, and if it fails. What
// the test compares with stands behind it. A socket passes if the end is reached, and
// fails if a jump goes beyond it; so each part of a filter is compiled to a piece of
// which all failures go four bytes beyond its end.
const opLen = 4

func appendOp(b []byte, code byte, yes, no int) []byte {
	b = append(b, code, byte(yes))
	return binary.NativeEndian.AppendUint16(b, uint16(no))
}

// compile returns a filter as the kernel's instructions, or nothing where it has
// none for a part of it.
func compile(n *node) []byte {
	switch n.op {
	case opAnd, opOr, opNot:
		return compileJoin(n)
	case opAuto:
		return appendOp(nil, uapi.INET_DIAG_BC_AUTO, opLen, 2*opLen)
	case opDst:
		return compileHost(n.cond, uapi.INET_DIAG_BC_D_COND)
	case opSrc:
		return compileHost(n.cond, uapi.INET_DIAG_BC_S_COND)
	case opDportGE:
		return compilePort(n.cond, uapi.INET_DIAG_BC_D_GE)
	case opDportLE:
		return compilePort(n.cond, uapi.INET_DIAG_BC_D_LE)
	case opSportGE:
		return compilePort(n.cond, uapi.INET_DIAG_BC_S_GE)
	case opSportLE:
		return compilePort(n.cond, uapi.INET_DIAG_BC_S_LE)
	case opMark:
		b := appendOp(nil, uapi.INET_DIAG_BC_MARK_COND, 12, 16)
		b = binary.NativeEndian.AppendUint32(b, n.cond.mark)
		return binary.NativeEndian.AppendUint32(b, n.cond.mask)
	case opCgroup:
		b := appendOp(nil, uapi.INET_DIAG_BC_CGROUP_COND, 12, 16)
		return binary.NativeEndian.AppendUint64(b, n.cond.cgroup)
	}
	return nil // a device is tested here only
}

func compileJoin(n *node) []byte {
	a := compile(n.left)
	if len(a) == 0 {
		return nil
	}
	if n.op == opNot {
		return appendOp(a, uapi.INET_DIAG_BC_JMP, opLen, 2*opLen)
	}
	b := compile(n.right)
	switch {
	case len(b) == 0:
		return nil
	case n.op == opOr:
		return append(appendOp(a, uapi.INET_DIAG_BC_JMP, opLen, len(b)+opLen), b...)
	}
	relocate(a, len(b))
	return append(a, b...)
}

// relocate lets the jumps out of a piece go by n bytes farther.
func relocate(b []byte, n int) {
	for len(b) > 0 {
		if no := int(binary.NativeEndian.Uint16(b[2:])); no == len(b)+opLen {
			binary.NativeEndian.PutUint16(b[2:], uint16(no+n))
		}
		b = b[b[1]:]
	}
}

// compilePort compares a port, which stands in an operation of its own.
func compilePort(c *cond, code byte) []byte {
	return appendOp(appendOp(nil, code, 2*opLen, 3*opLen), 0, 0, int(uint16(c.port)))
}

// compileHost compares an address and a port (struct inet_diag_hostcond). Where there
// are several addresses, the real tool has the kernel compare the first as many times;
// the others are left to matches.
func compileHost(c *cond, code byte) (b []byte) {
	size := 4
	if c.family == unix.AF_INET6 {
		size = 16
	}
	n, addrs := 3*opLen+size, 0
	for a := c; a != nil; a = a.next {
		addrs++
	}
	total := addrs*(n+opLen) - opLen
	for i := range addrs {
		b = appendOp(b, code, n, n+opLen)
		b = append(b, c.family, byte(c.bits), 0, 0)
		b = binary.NativeEndian.AppendUint32(b, uint32(c.port))
		b = append(b, c.addr[:size]...)
		if i < addrs-1 {
			b = appendOp(b, uapi.INET_DIAG_BC_JMP, opLen, total-len(b))
		}
	}
	return b
}
