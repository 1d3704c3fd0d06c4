package nettoolscmd

import (
	"net/netip"
	"strconv"

	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// A flagName is a flag's word in the long form and its letter in the short.
type flagName struct {
	flag   uint32
	word   string
	letter string
}

// longFlags are in the order of the long form.
var longFlags = []flagName{
	{unix.IFF_UP, "UP", "U"},
	{unix.IFF_BROADCAST, "BROADCAST", "B"},
	{unix.IFF_DEBUG, "DEBUG", "D"},
	{unix.IFF_LOOPBACK, "LOOPBACK", "L"},
	{unix.IFF_POINTOPOINT, "POINTOPOINT", "P"},
	{unix.IFF_NOTRAILERS, "NOTRAILERS", "N"},
	{unix.IFF_RUNNING, "RUNNING", "R"},
	{unix.IFF_NOARP, "NOARP", "O"},
	{unix.IFF_PROMISC, "PROMISC", "P"},
	{unix.IFF_ALLMULTI, "ALLMULTI", "A"},
	{unix.IFF_SLAVE, "SLAVE", "s"},
	{unix.IFF_MASTER, "MASTER", "m"},
	{unix.IFF_MULTICAST, "MULTICAST", "M"},
	{unix.IFF_DYNAMIC, "DYNAMIC", "d"},
}

// shortFlags are in the order of the short form.
var shortFlags = []uint32{
	unix.IFF_ALLMULTI, unix.IFF_BROADCAST, unix.IFF_DEBUG, unix.IFF_LOOPBACK, unix.IFF_MULTICAST, unix.IFF_DYNAMIC,
	unix.IFF_PROMISC, unix.IFF_NOTRAILERS, unix.IFF_NOARP, unix.IFF_POINTOPOINT, unix.IFF_SLAVE, unix.IFF_MASTER,
	unix.IFF_RUNNING, unix.IFF_UP,
}

const shortHeader = "Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n"

// left writes a number padded on the right.
func left(p *show.Pen, pre string, width int, v uint64, post string) {
	p.StrWidth("", pre, width, strconv.FormatUint(v, 10), post)
}

// printShort writes the line of a table of interfaces (ifconfig -s, netstat -i).
func (i *iface) printShort(p *show.Pen) {
	p.StrWidth("", "", 15, i.name[:min(15, len(i.name))], " ")
	p.StrWidth("", "", -5, strconv.Itoa(int(i.link.mtu)), " ")
	if s := &i.link.stats; i.counted {
		p.UintWidth("", "", 8, s[rxPackets], " ")
		p.UintWidth("", "", 6, s[rxErrors], " ")
		p.UintWidth("", "", 6, s[rxDropped]+s[rxMissedErrors], " ")
		left(p, "", 6, s[rxFIFOErrors], " ")
		p.UintWidth("", "", 8, s[txPackets], " ")
		p.UintWidth("", "", 6, s[txErrors], " ")
		p.UintWidth("", "", 6, s[txDropped], " ")
		p.UintWidth("", "", 6, s[txFIFOErrors], " ")
	} else {
		p.StrWidth("", "", 56, "     - no statistics available -", "")
	}
	if i.link.flags&0xffff == 0 {
		p.Raw("[NO FLAGS]")
	}
	for _, flag := range shortFlags {
		if i.link.flags&flag != 0 {
			p.Raw(flagLetter(flag))
		}
	}
	p.EndLine()
}

func flagLetter(flag uint32) string {
	for _, f := range longFlags {
		if f.flag == flag {
			return f.letter
		}
	}
	return ""
}

const indent = "        "

// printLong writes an interface as ifconfig does.
func (i *iface) printLong(p *show.Pen) {
	p.Str("", "", i.name, ": flags=")
	// The original has 16 bits with a sign.
	p.Int("", "", int64(int16(i.link.flags)), "")
	sep := "<"
	for _, f := range longFlags {
		if i.link.flags&f.flag != 0 {
			p.Raw(sep + f.word)
			sep = ","
		}
	}
	// Without a word the original cuts off one character too many.
	switch {
	case sep == ",":
		p.Raw(">")
	case i.link.flags&0xffff == 0:
		p.Raw("<")
	}
	p.Int("", "  mtu ", int64(i.link.mtu), "\n")
	i.printAddrs(p)
	i.printHardware(p)
	if i.counted {
		i.printCounters(p)
	}
	i.printMap(p)
	p.EndLine()
}

func (i *iface) printAddrs(p *show.Pen) {
	if a := i.inet; a != nil {
		p.Str("", indent+"inet ", a.local.String(), "")
		p.Str("", "  netmask ", a.mask().String(), "")
		if i.link.flags&unix.IFF_BROADCAST != 0 {
			p.Str("", "  broadcast ", a.broadcast.String(), "")
		}
		if i.link.flags&unix.IFF_POINTOPOINT != 0 {
			p.Str("", "  destination ", a.peer.String(), "")
		}
		p.Raw("\n")
	}
	var buf [64]byte
	for _, a := range i.inet6 {
		p.Bytes("", indent+"inet6 ", appendIPv6(buf[:0], a.addr), "  prefixlen ")
		p.Uint("", "", uint64(a.bits), "  scopeid ")
		s := inet6Scope(a.addr)
		p.Str("", "", s.id, "<")
		p.Str("", "", s.name, ">\n")
	}
}

// A scope6 is the kind of an IPv6 address (IPV6_ADDR_ of the kernel).
type scope6 struct{ id, name string }

func inet6Scope(b [16]byte) scope6 {
	a := netip.AddrFrom16(b)
	switch {
	case a.IsLoopback():
		return scope6{"0x10", "host"}
	case a.IsLinkLocalUnicast():
		return scope6{"0x20", "link"}
	case b[0] == 0xfe && b[1]&0xc0 == 0xc0:
		return scope6{"0x40", "site"}
	case [12]byte(b[:]) == [12]byte{} && !a.IsUnspecified():
		return scope6{"0x80", "compat,global"}
	}
	return scope6{"0x0", "global"}
}

// hwAddrLen is how much of an address the original keeps.
const hwAddrLen = 8

func (i *iface) printHardware(p *show.Pen) {
	hw := hwTypeOf(i.link.arp)
	p.Raw(indent + hw.name)
	if hw.style != noAddr {
		var buf [64]byte
		p.Bytes("", " ", hw.appendAddr(buf[:0], i.link.addr[:min(hwAddrLen, len(i.link.addr))]), "")
	}
	if i.link.txqlen != -1 {
		p.Int("", "  txqueuelen ", int64(i.link.txqlen), "")
	}
	p.Str("", "  (", hw.title, ")\n")
	if i.link.flags&unix.IFF_PORTSEL != 0 {
		p.Str("", indent+"media ", mediaName(i.link.ifmap.port), "")
		if i.link.flags&unix.IFF_AUTOMEDIA != 0 {
			p.Raw("autoselect")
		}
		p.Raw("\n")
	}
}

// mediaNames are the words for the ports of old network cards
// (linux/netdevice.h); the first is the one that is shown.
var mediaNames = [][]string{
	{"unknown"}, {"10base2", "bnc", "coax"}, {"10baseT", "utp", "tpe"}, {"AUI", "thick", "db15"},
	{"100baseT"}, {"100baseTX"}, {"100baseFX"},
}

func mediaName(port uint8) string {
	if int(port) < len(mediaNames) {
		return mediaNames[port][0]
	}
	return "(null)"
}

func (i *iface) printCounters(p *show.Pen) {
	s := &i.link.stats
	p.Uint("", indent+"RX packets ", s[rxPackets], "  bytes ")
	printBytes(p, s[rxBytes])
	if i.compresses() {
		p.Uint("", indent+"RX compressed:", s[rxCompressed], "\n")
	}
	p.Uint("", indent+"RX errors ", s[rxErrors], "  dropped ")
	p.Uint("", "", s[rxDropped]+s[rxMissedErrors], "  overruns ")
	p.Uint("", "", s[rxFIFOErrors], "  frame ")
	p.Uint("", "", s[rxLengthErrors]+s[rxOverErrors]+s[rxCRCErrors]+s[rxFrameErrors], "\n")
	p.Uint("", indent+"TX packets ", s[txPackets], "  bytes ")
	printBytes(p, s[txBytes])
	if i.compresses() {
		p.Uint("", indent+"TX compressed ", s[txCompressed], "\n")
	}
	p.Uint("", indent+"TX errors ", s[txErrors], "  dropped ")
	p.Uint("", "", s[txDropped], " overruns ")
	p.Uint("", "", s[txFIFOErrors], "  carrier ")
	p.Uint("", "", s[txCarrierErrors]+s[txAbortedErrors]+s[txWindowErrors]+s[txHeartbeatErrors], "  collisions ")
	p.Uint("", "", s[collisions], "\n")
}

// compresses tells the serial lines whose header compression is counted.
func (i *iface) compresses() bool {
	h := hwTypeOf(i.link.arp)
	return h.name == "cslip" || h.name == "cslip6"
}

var units = []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}

// printBytes writes "N (N.N unit)" and ends the line. The last unit is reached
// by a division that does not overflow.
func printBytes(p *show.Pen, n uint64) {
	unit, tenths := "EiB", n/115292150460684697
	for i := range units {
		if i == len(units)-1 && n <= 1<<60 || n <= 1<<(10*(i+1)) {
			unit, tenths = units[i], n*10>>(10*i)
			break
		}
	}
	p.Uint("", "", n, " (")
	p.Uint("", "", tenths/10, ".")
	p.Uint("", "", tenths%10, " "+unit+")\n")
}

// printMap writes what old network cards tell.
func (i *iface) printMap(p *show.Pen) {
	m := &i.link.ifmap
	base := m.baseAddr & 0xffff
	if m.irq == 0 && m.memStart == 0 && m.dma == 0 && base < 0x100 {
		return
	}
	p.Raw(indent + "device ")
	if m.irq != 0 {
		p.Uint("", "interrupt ", uint64(m.irq), "  ")
	}
	if base >= 0x100 {
		p.Hex("", "base 0x", base, "  ")
	}
	if m.memStart != 0 {
		p.Hex("", "memory 0x", m.memStart, "-")
		p.Hex("", "", m.memEnd, "  ")
	}
	if m.dma != 0 {
		p.Hex("", "  dma 0x", uint64(m.dma), "")
	}
	p.Raw("\n")
}
