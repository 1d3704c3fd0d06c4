package linkshow

import (
	"strconv"

	"gip/internal/bpf"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// xdpModes are the words for where a program is attached (XDP_ATTACHED_).
var xdpModes = word.Names{
	{uapi.XDP_ATTACHED_DRV, "xdp"}, {uapi.XDP_ATTACHED_SKB, "xdpgeneric"}, {uapi.XDP_ATTACHED_HW, "xdpoffload"}, {uapi.XDP_ATTACHED_MULTI, "xdpmulti"},
}

// xdpPrograms are the programs that a link with several has, each with the
// ending of its line and its mode.
var xdpSlots = [...]struct {
	attr uint16
	name string
	mode uint8
}{
	{unix.IFLA_XDP_SKB_PROG_ID, "generic", uapi.XDP_ATTACHED_SKB},
	{unix.IFLA_XDP_DRV_PROG_ID, "drv", uapi.XDP_ATTACHED_DRV},
	{unix.IFLA_XDP_HW_PROG_ID, "offload", uapi.XDP_ATTACHED_HW},
}

// xdpAttrs reads IFLA_XDP; mode is 0 if no program is attached.
func (p *Printer) xdpAttrs() (tb [][]byte, mode uint8) {
	v := p.tb[unix.IFLA_XDP]
	if v == nil {
		return nil, 0
	}
	tb = p.sub[:uapi.IFLA_XDP_MAX+1]
	rtnl.Index(tb, v)
	return tb, rtnl.U8(tb[unix.IFLA_XDP_ATTACHED])
}

// xdp tells in the first line that a program is attached; JSON says all here.
func (p *Printer) xdp() {
	tb, mode := p.xdpAttrs()
	switch {
	case mode == uapi.XDP_ATTACHED_NONE:
		return
	case p.pen.JSON():
		p.xdpJSON(tb, mode)
		return
	}
	if p.buf = append(p.buf[:0], xdpModes.Of(uint64(mode))...); len(p.buf) == 0 {
		p.buf = append(strconv.AppendUint(append(p.buf, "xdp["...), uint64(mode), 10), ']')
	}
	if id := rtnl.U32(tb[unix.IFLA_XDP_PROG_ID]); id != 0 && !p.Link {
		p.buf = strconv.AppendUint(append(p.buf, "/id:"...), uint64(id), 10)
	}
	p.pen.Bytes("", "", p.buf, " ")
}

// xdpPrograms prints a line for each program.
func (p *Printer) xdpPrograms() {
	tb, mode := p.xdpAttrs()
	if mode == uapi.XDP_ATTACHED_NONE || p.pen.JSON() {
		return
	}
	p.xdpProgram("", rtnl.U32(tb[unix.IFLA_XDP_PROG_ID]))
	for _, s := range xdpSlots {
		if mode == uapi.XDP_ATTACHED_MULTI {
			p.xdpProgram(s.name, rtnl.U32(tb[s.attr]))
		}
	}
}

func (p *Printer) xdpProgram(where string, id uint32) {
	if id == 0 {
		return
	}
	p.pen.NL()
	p.pen.Str("", "    prog/xdp", where, " ")
	p.program(id)
}

func (p *Printer) xdpJSON(tb [][]byte, mode uint8) {
	id := rtnl.U32(tb[unix.IFLA_XDP_PROG_ID])
	p.pen.OpenObject("xdp")
	p.pen.JUint("mode", uint64(mode))
	if id != 0 {
		p.program(id)
	}
	p.pen.OpenArray("attached")
	several := false
	for _, s := range xdpSlots {
		if v := tb[s.attr]; v != nil {
			several = true
			p.attached(s.mode, rtnl.U32(v))
		}
	}
	if tb[unix.IFLA_XDP_PROG_ID] != nil && !several {
		p.attached(mode, id)
	}
	p.pen.CloseArray()
	p.pen.CloseObject()
}

func (p *Printer) attached(mode uint8, id uint32) {
	p.pen.OpenObject("")
	p.pen.JUint("mode", uint64(mode))
	p.program(id)
	p.pen.CloseObject()
}

// program prints what the kernel tells of a BPF program.
func (p *Printer) program(id uint32) { bpf.ShowProgram(p.pen, id, p.details()) }
