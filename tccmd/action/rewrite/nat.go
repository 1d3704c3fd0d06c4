package rewrite

import (
	"encoding/binary"
	"math/bits"
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// NAT rewrites addresses of IPv4, whatever connection tracking knows. Its struct tc_nat
// has, behind tc_gen, the old address, the new one, the mask of the old one, in network
// order, and flags.
var NAT = act.Kind{Kind: kind.Kind{Words: "{ ingress | egress } OLD[/LEN] NEW [ CONTROL ] [ index INDEX ]", Table: field.Table{Name: "nat", Voice: &act.Voice}},
	Params: uapi.TCA_NAT_PARMS, Size: natSize, Ages: uapi.TCA_NAT_TM, Control: act.Pass, Index: `Nat: Illegal "index"`,
	Key: "type", Title: " nat ", Read: readNAT, Show: showNAT}

const (
	atNATOld   = 20
	atNATNew   = 24
	atNATMask  = 28
	atNATFlags = 32
	natSize    = 36
)

var natDirections = word.Names{{uapi.TCA_NAT_FLAG_EGRESS, "egress"}, {0, "ingress"}}

func readNAT(c *field.Call) error {
	k := act.Of(c)
	for c.Args.Match("nat") {
		if !c.Args.More() {
			return cli.Incomplete()
		}
		if c.Args.Is("=index") {
			return k.ReadIndex(c)
		}
		if err := readNATArgs(c); err != nil {
			return err
		}
	}
	if c.Args.Is("help") {
		return act.ExitUsage(c)
	}
	return k.Last(c)
}

// readNATArgs reads a direction, the addresses that are rewritten, and what they become.
func readNATArgs(c *field.Call) error {
	direction, b := c.Args.Word(), act.Gen(c)
	flags, ok := natDirections.Match(direction)
	c.Args.Skip()
	var p [2]cli.Prefix
	for i := 0; ok && i < len(p); i++ {
		s, err := c.Args.Value()
		if err != nil {
			return err
		}
		p[i], ok = cli.TryPrefix(s, unix.AF_INET)
	}
	if !ok {
		return act.Of(c).Usage("Illegal nat construct (" + direction + ")\n")
	}
	copy(b[atNATOld:], p[0].Bytes())
	copy(b[atNATNew:], p[1].Bytes())
	binary.BigEndian.PutUint32(b[atNATMask:], uint32(^uint64(0)<<(32-p[0].Bits)))
	rtnl.NE.PutUint32(b[atNATFlags:], rtnl.U32(b[atNATFlags:])|uint32(flags))
	return nil
}

func showNAT(v *field.View, params kind.At) {
	p, prefix := v.Pen, 0
	if mask := rtnl.Be32(params[atNATMask:]); mask != 0 {
		prefix = 32 - bits.TrailingZeros32(mask)
	}
	p.Str("direction", "", natDirections.Of(uint64(params.U32(atNATFlags)&uapi.TCA_NAT_FLAG_EGRESS)), "")
	old := append(cli.AppendAddr(nil, unix.AF_INET, params[atNATOld:atNATNew]), '/')
	p.Bytes("old_addr", " ", strconv.AppendInt(old, int64(prefix), 10), "")
	p.Bytes("new_addr", " ", cli.AppendAddr(nil, unix.AF_INET, params[atNATNew:atNATMask]), "")
	act.ShowControl(p, " ", params.U32(act.AtControl), "")
}
