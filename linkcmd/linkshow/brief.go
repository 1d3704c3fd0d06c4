package linkshow

import "golang.org/x/sys/unix"

// BriefName is the width of the first column of -br.
const BriefName = 16

// brief prints the line of -br. Behind an address list the line is not ended:
// the addresses go on in it.
func (p *Printer) brief(ifi *unix.IfInfomsg, name []byte) {
	down := p.nameAndLink(name, BriefName, " ")
	if v := p.tb[unix.IFLA_OPERSTATE]; len(v) > 0 {
		p.operState(v[0])
	}
	if p.f.Family != unix.AF_PACKET {
		return
	}
	if v := p.tb[unix.IFLA_ADDRESS]; v != nil {
		p.llAddr("address", ifi.Type, v, " ")
	}
	p.flags(ifi.Flags, down)
	p.pen.EndLine()
}
