package rulecmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// Words appends the words that make the rule in m: what follows "ip rule add".
func Words(e *cli.Env, m rtnl.Message, line []byte) (_ []byte, family uint8, ok bool) {
	v := view(e, m)
	if v == nil || v.Head[0] != unix.AF_INET && v.Head[0] != unix.AF_INET6 {
		return line, 0, false
	}
	return rules.Words(v, line), v.Head[0], true
}

// writeOrder writes the preference; the kernel sends none for 0.
func writeOrder(_ *field.View, r *field.Row, line, b []byte) []byte {
	return strconv.AppendUint(append(field.AppendWord(line, r.Word()), ' '), uint64(rtnl.U32(b)), 10)
}

// writePrefix writes a prefix. A rule that is for all sources says so.
func writePrefix(v *field.View, r *field.Row, line, addr []byte) []byte {
	switch bits := v.Head[r.Arg]; {
	case addr != nil:
		line = cli.AppendAddr(append(field.AppendWord(line, r.Word()), ' '), v.Head[0], addr)
		return strconv.AppendUint(append(line, '/'), uint64(bits), 10)
	case bits != 0:
		return strconv.AppendUint(append(field.AppendWord(line, r.Word()), " 0/"...), uint64(bits), 10)
	case r.Attr == unix.FRA_SRC:
		return append(line, " from all"...)
	}
	return line
}

func appendHex(line []byte, n uint64) []byte {
	return strconv.AppendUint(append(line, "0x"...), n, 16)
}

// writeMark writes the mark, and the mask unless that is all bits.
func writeMark(v *field.View, r *field.Row, line, mark []byte) []byte {
	mask := v.Get(0, uint16(r.Arg))
	if mark == nil && mask == nil {
		return line
	}
	line = appendHex(append(field.AppendWord(line, r.Word()), ' '), uint64(rtnl.U32(mark)))
	if mask != nil {
		line = appendHex(append(line, '/'), uint64(rtnl.U32(mask)))
	}
	return line
}

// writeDevice writes the name of an interface, by the word that the label is.
func writeDevice(_ *field.View, r *field.Row, line, b []byte) []byte {
	return field.AppendWord(field.AppendWord(line, r.Text()), rtnl.Str(b))
}

func writeUIDs(_ *field.View, r *field.Row, line, b []byte) []byte {
	line = strconv.AppendUint(append(field.AppendWord(line, r.Word()), ' '), uint64(rtnl.U32(b)), 10)
	return strconv.AppendUint(append(line, '-'), uint64(rtnl.U32(b[4:])), 10)
}

func writePorts(v *field.View, r *field.Row, line, b []byte) []byte {
	line = strconv.AppendUint(append(field.AppendWord(line, r.Word()), ' '), uint64(rtnl.U16(b)), 10)
	if first, last := rtnl.U16(b), rtnl.U16(b[2:]); first != last {
		return strconv.AppendUint(append(line, '-'), uint64(last), 10)
	}
	if mask := v.Get(0, uint16(r.Arg)); mask != nil {
		line = appendHex(append(line, '/'), uint64(rtnl.U16(mask)))
	}
	return line
}

func writeTable(v *field.View, r *field.Row, line, _ []byte) []byte {
	if t := table(v); t != 0 && rtnl.U8(v.Get(0, unix.FRA_L3MDEV)) == 0 {
		line = field.AppendWord(append(line, " lookup"...), v.Env.Tables.RouteTables.Name(t))
	}
	return line
}

func writeSuppressor(v *field.View, r *field.Row, line, b []byte) []byte {
	if rtnl.U32(b) == ^uint32(0) {
		return line
	}
	return field.WriteNumber(v, r, line, b)
}

func writeRealms(_ *field.View, _ *field.Row, line, b []byte) []byte {
	return field.AppendRealms(line, rtnl.U32(b))
}

// writeAction writes what else than a table the rule leads to.
func writeAction(v *field.View, _ *field.Row, line, _ []byte) []byte {
	switch action := headOf(v).Action; action {
	case unix.FR_ACT_TO_TBL:
		return line
	case unix.FR_ACT_GOTO:
		return strconv.AppendUint(append(line, " goto "...), uint64(rtnl.U32(v.Get(0, unix.FRA_GOTO))), 10)
	case unix.FR_ACT_NOP:
		return append(line, " nop"...)
	case unix.FR_ACT_UNSPEC: // "none" is only shown
		return append(line, " type 0"...)
	case unix.RTN_NAT: // the word alone wants an address, which the kernel has not kept
		return append(line, " type nat"...)
	default:
		return field.AppendWord(line, v.Env.Tables.RouteType(action))
	}
}

func writeDSCP(v *field.View, r *field.Row, line, b []byte) []byte {
	line = strconv.AppendUint(append(field.AppendWord(line, r.Word()), ' '), uint64(b[0]), 10)
	if mask := v.Get(0, uint16(r.Arg)); mask != nil && rtnl.U8(mask) != dscpMask {
		line = appendHex(append(line, '/'), uint64(rtnl.U8(mask)))
	}
	return line
}

func writeFlowLabel(v *field.View, r *field.Row, line, b []byte) []byte {
	line = appendHex(append(field.AppendWord(line, r.Word()), ' '), uint64(rtnl.Be32(b)))
	if mask := v.Get(0, uint16(r.Arg)); mask != nil {
		line = appendHex(append(line, '/'), uint64(rtnl.Be32(mask)))
	}
	return line
}
