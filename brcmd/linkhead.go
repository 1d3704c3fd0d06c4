package brcmd

import (
	"strconv"

	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// head prints what a link begins with: index, name, lower device and flags.
func (p *linkPrinter) head(ifi *unix.IfInfomsg) {
	pen := p.e.Pen
	pen.Int("ifindex", "", int64(ifi.Index), ": ")
	down := p.nameAndLink(ifi.Index)
	p.flags(ifi.Flags, down)
}

// nameAndLink prints NAME or NAME@LOWER and reports whether the lower device is
// in this namespace and down.
func (p *linkPrinter) nameAndLink(index int32) (down bool) {
	if v := p.tb[unix.IFLA_IFNAME]; v != nil {
		p.buf = append(p.buf[:0], rtnl.CStr(v)...)
	} else {
		p.e.Warnf("BUG: device with ifindex %d has nil ifname\n", index)
		p.buf = strconv.AppendInt(append(p.buf[:0], "if"...), int64(index), 10)
	}
	if v := p.tb[unix.IFLA_LINK]; v != nil {
		down = p.lower(rtnl.U32(v))
	}
	p.e.Pen.ColorBytes(show.Ifname, "ifname", "", p.buf, ": ")
	return down
}

// lower tells of the device that the link stands on: JSON has a member of its
// own, text a part of the name.
func (p *linkPrinter) lower(index uint32) (down bool) {
	pen := p.e.Pen
	text := ""
	switch {
	case index == 0:
		pen.Null("link", "")
		text = "NONE"
	case p.tb[unix.IFLA_LINK_NETNSID] != nil:
		pen.JInt("link_index", int64(int32(index)))
		text = "if" + strconv.FormatUint(uint64(index), 10)
	default:
		text = p.e.Links.Name(index)
		pen.JStr("link", text)
		link, ok := p.e.Links.Known(index)
		down = ok && link.Flags&unix.IFF_UP == 0
	}
	if !pen.JSON() {
		p.buf = append(append(p.buf, '@'), text...)
	}
	return down
}

// linkFlags in the order in which they print. RUNNING never shows: what shows
// is its lack.
var linkFlags = [...]struct {
	bit  uint32
	name string
}{
	{unix.IFF_LOOPBACK, "LOOPBACK"}, {unix.IFF_BROADCAST, "BROADCAST"}, {unix.IFF_POINTOPOINT, "POINTOPOINT"},
	{unix.IFF_MULTICAST, "MULTICAST"}, {unix.IFF_NOARP, "NOARP"}, {unix.IFF_ALLMULTI, "ALLMULTI"},
	{unix.IFF_PROMISC, "PROMISC"}, {unix.IFF_MASTER, "MASTER"}, {unix.IFF_SLAVE, "SLAVE"}, {unix.IFF_DEBUG, "DEBUG"},
	{unix.IFF_DYNAMIC, "DYNAMIC"}, {unix.IFF_AUTOMEDIA, "AUTOMEDIA"}, {unix.IFF_PORTSEL, "PORTSEL"},
	{unix.IFF_NOTRAILERS, "NOTRAILERS"}, {unix.IFF_UP, "UP"}, {unix.IFF_LOWER_UP, "LOWER_UP"},
	{unix.IFF_DORMANT, "DORMANT"}, {unix.IFF_ECHO, "ECHO"},
}

// flags prints <A,B,C>. The comma stands behind each name but the last; the
// one before M-DOWN is always there.
func (p *linkPrinter) flags(flags uint32, lowerDown bool) {
	pen := p.e.Pen
	pen.OpenArray("flags")
	pen.Text("<")
	if flags&unix.IFF_UP != 0 && flags&unix.IFF_RUNNING == 0 {
		pen.Str("", "", "NO-CARRIER", comma(flags))
	}
	flags &^= unix.IFF_RUNNING
	for i := range linkFlags {
		if f := &linkFlags[i]; flags&f.bit != 0 {
			flags &^= f.bit
			pen.Str("", "", f.name, comma(flags))
		}
	}
	if flags != 0 {
		pen.Hex("", "", uint64(flags), "")
	}
	if lowerDown {
		pen.Str("", ",", "M-DOWN", "")
	}
	pen.CloseArray()
	pen.Text("> ")
}

func comma(flags uint32) string {
	if flags == 0 {
		return ""
	}
	return ","
}
