package ifconfig

import (
	"net/netip"
	"strconv"

	"gip/internal/show"
	"gip/linkcmd/linkstats"
	"gip/nettoolscmd/common"

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

// printShort writes the line of a table of interfaces (ifconfig -s, netstat -i).
func printShort(i *common.Iface, p *show.Pen) {
	p.StrWidth("", "", 15, i.Name[:min(15, len(i.Name))], " ")
	p.StrWidth("", "", -5, strconv.Itoa(int(i.Link.Mtu)), " ")
	if s := &i.Link.Stats; i.Counted {
		p.UintWidth("", "", 8, s[linkstats.RxPackets], " ")
		p.UintWidth("", "", 6, s[linkstats.RxErrors], " ")
		p.UintWidth("", "", 6, s[linkstats.RxDropped]+s[linkstats.RxMissed], " ")
		common.Left(p, "", 6, s[linkstats.RxFifo], " ")
		p.UintWidth("", "", 8, s[linkstats.TxPackets], " ")
		p.UintWidth("", "", 6, s[linkstats.TxErrors], " ")
		p.UintWidth("", "", 6, s[linkstats.TxDropped], " ")
		p.UintWidth("", "", 6, s[linkstats.TxFifo], " ")
	} else {
		p.StrWidth("", "", 56, "     - no statistics available -", "")
	}
	if i.Link.Flags&0xffff == 0 {
		p.Raw("[NO FLAGS]")
	}
	for _, flag := range shortFlags {
		if i.Link.Flags&flag != 0 {
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
func printLong(i *common.Iface, p *show.Pen) {
	p.Str("", "", i.Name, ": flags=")
	// The original has 16 bits with a sign.
	p.Int("", "", int64(int16(i.Link.Flags)), "")
	sep := "<"
	for _, f := range longFlags {
		if i.Link.Flags&f.flag != 0 {
			p.Raw(sep + f.word)
			sep = ","
		}
	}
	// Without a word the original cuts off one character too many.
	switch {
	case sep == ",":
		p.Raw(">")
	case i.Link.Flags&0xffff == 0:
		p.Raw("<")
	}
	p.Int("", "  mtu ", int64(i.Link.Mtu), "\n")
	printAddrs(i, p)
	printHardware(i, p)
	if i.Counted {
		printCounters(i, p)
	}
	printMap(i, p)
	p.EndLine()
}

func printAddrs(i *common.Iface, p *show.Pen) {
	if a := i.Inet; a != nil {
		p.Str("", indent+"inet ", a.Local.String(), "")
		p.Str("", "  netmask ", a.Mask().String(), "")
		if i.Link.Flags&unix.IFF_BROADCAST != 0 {
			p.Str("", "  broadcast ", a.Broadcast.String(), "")
		}
		if i.Link.Flags&unix.IFF_POINTOPOINT != 0 {
			p.Str("", "  destination ", a.Peer.String(), "")
		}
		p.Raw("\n")
	}
	var buf [64]byte
	for _, a := range i.Inet6 {
		p.Bytes("", indent+"inet6 ", common.AppendIPv6(buf[:0], a.Addr), "  prefixlen ")
		p.Uint("", "", uint64(a.Bits), "  scopeid ")
		s := inet6Scope(a.Addr)
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

func printHardware(i *common.Iface, p *show.Pen) {
	hw := common.HwTypeOf(i.Link.Arp)
	p.Raw(indent + hw.Name)
	if hw.Style != common.NoAddr {
		var buf [64]byte
		p.Bytes("", " ", hw.AppendAddr(buf[:0], i.Link.Addr[:min(hwAddrLen, len(i.Link.Addr))]), "")
	}
	if i.Link.Txqlen != -1 {
		p.Int("", "  txqueuelen ", int64(i.Link.Txqlen), "")
	}
	p.Str("", "  (", hw.Title, ")\n")
	if i.Link.Flags&unix.IFF_PORTSEL != 0 {
		p.Str("", indent+"media ", mediaName(i.Link.Ifmap.Port), "")
		if i.Link.Flags&unix.IFF_AUTOMEDIA != 0 {
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

func printCounters(i *common.Iface, p *show.Pen) {
	s := &i.Link.Stats
	p.Uint("", indent+"RX packets ", s[linkstats.RxPackets], "  bytes ")
	printBytes(p, s[linkstats.RxBytes])
	if compresses(i) {
		p.Uint("", indent+"RX compressed:", s[linkstats.RxCompressed], "\n")
	}
	p.Uint("", indent+"RX errors ", s[linkstats.RxErrors], "  dropped ")
	p.Uint("", "", s[linkstats.RxDropped]+s[linkstats.RxMissed], "  overruns ")
	p.Uint("", "", s[linkstats.RxFifo], "  frame ")
	p.Uint("", "", s[linkstats.RxLength]+s[linkstats.RxOver]+s[linkstats.RxCRC]+s[linkstats.RxFrame], "\n")
	p.Uint("", indent+"TX packets ", s[linkstats.TxPackets], "  bytes ")
	printBytes(p, s[linkstats.TxBytes])
	if compresses(i) {
		p.Uint("", indent+"TX compressed ", s[linkstats.TxCompressed], "\n")
	}
	p.Uint("", indent+"TX errors ", s[linkstats.TxErrors], "  dropped ")
	p.Uint("", "", s[linkstats.TxDropped], " overruns ")
	p.Uint("", "", s[linkstats.TxFifo], "  carrier ")
	p.Uint("", "", s[linkstats.TxCarrier]+s[linkstats.TxAborted]+s[linkstats.TxWindow]+s[linkstats.TxHeartbeat], "  collisions ")
	p.Uint("", "", s[linkstats.Collisions], "\n")
}

// compresses tells the serial lines whose header compression is counted.
func compresses(i *common.Iface) bool {
	h := common.HwTypeOf(i.Link.Arp)
	return h.Name == "cslip" || h.Name == "cslip6"
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
func printMap(i *common.Iface, p *show.Pen) {
	m := &i.Link.Ifmap
	base := m.BaseAddr & 0xffff
	if m.Irq == 0 && m.MemStart == 0 && m.Dma == 0 && base < 0x100 {
		return
	}
	p.Raw(indent + "device ")
	if m.Irq != 0 {
		p.Uint("", "interrupt ", uint64(m.Irq), "  ")
	}
	if base >= 0x100 {
		p.Hex("", "base 0x", base, "  ")
	}
	if m.MemStart != 0 {
		p.Hex("", "memory 0x", m.MemStart, "-")
		p.Hex("", "", m.MemEnd, "  ")
	}
	if m.Dma != 0 {
		p.Hex("", "  dma 0x", uint64(m.Dma), "")
	}
	p.Raw("\n")
}
