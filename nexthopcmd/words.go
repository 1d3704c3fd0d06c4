package nexthopcmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Words appends the words that make the nexthop in m: what follows "ip nexthop add".
func Words(e *cli.Env, m rtnl.Message, line []byte) (_ []byte, id uint32, family uint8, ok bool) {
	if m.Type != unix.RTM_NEWNEXTHOP {
		return line, 0, 0, false
	}
	v, err := view(e, m.Body)
	if err != nil {
		return line, 0, 0, false
	}
	return objects.Words(v, line), rtnl.U32(v.Get(0, unix.NHA_ID)), v.Head[0], true
}

// writeGroup writes ID,WEIGHT/ID,WEIGHT…
func writeGroup(v *field.View, r *field.Row, line, group []byte) []byte {
	high := rtnl.U32(v.Get(0, uapi.NHA_OP_FLAGS))&uapi.NHA_OP_FLAG_RESP_GRP_RESVD_0 != 0
	line = field.AppendWord(line, r.Word())
	for sep := byte(' '); len(group) >= memberSize; sep = '/' {
		var m *unix.NexthopGrp
		m, group = rtnl.View[unix.NexthopGrp](group)
		weight := uint64(m.Weight)
		if high {
			weight |= uint64(m.High) << 8
		}
		line = strconv.AppendUint(append(line, sep), uint64(m.Id), 10)
		line = strconv.AppendUint(append(line, ','), weight+1, 10)
	}
	return line
}

// writeGroupType writes the type of a group, and the parameters of a resilient one.
func writeGroupType(v *field.View, r *field.Row, line, b []byte) []byte {
	typ := uint64(rtnl.U16(b))
	if typ != uapi.NEXTHOP_GRP_TYPE_RES {
		return line
	}
	line = field.AppendWord(field.AppendWord(line, r.Word()), r.Names.Of(typ))
	return v.InnerWords(&resilient, v.Get(0, uapi.NHA_RES_GROUP), line)
}

// writeTicks writes whole seconds, of which the kernel counts hundredths.
func writeTicks(_ *field.View, r *field.Row, line, b []byte) []byte {
	if b == nil {
		return line
	}
	return strconv.AppendUint(append(field.AppendWord(line, r.Word()), ' '), uint64(rtnl.U32(b)/100), 10)
}

func writeHWStats(_ *field.View, r *field.Row, line, b []byte) []byte {
	if rtnl.U32(b) == 0 {
		return line
	}
	return append(field.AppendWord(line, r.Word()), " on"...)
}
