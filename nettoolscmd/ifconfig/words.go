package ifconfig

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// A valueWord is a word with a value behind it.
type valueWord struct {
	words string
	Parse func(c *ifconfig) error
	alone bool // it needs none
}

func valueWords() []valueWord {
	return []valueWord{
		{"=media|=port", (*ifconfig).media, false},
		{"=mtu", number(mtu), false},
		{"=keepalive", number(slip("SIOCSKEEPALIVE", 0)), false},
		{"=outfill", number(slip("SIOCSOUTFILL", 2)), false},
		{"=broadcast", (*ifconfig).broadcast, true},
		{"=dstaddr", (*ifconfig).dstaddr, false},
		{"=netmask", (*ifconfig).netmaskWord, false},
		{"=txqueuelen", number(txqueuelen), false},
		{"=name", (*ifconfig).rename, false},
		{"=mem_start", number(mapField("mem_start", func(m *deviceMap, s string) { m.memStart = uintptr(first(s)) })), false},
		{"=io_addr", number(mapField("io_addr", func(m *deviceMap, s string) { m.baseAddr = uint16(first(s)) })), false},
		{"=irq", number(mapField("irq", func(m *deviceMap, s string) { m.irq = uint8(cli.Atoi(s)) })), false},
		{"=pointopoint|=pointtopoint", (*ifconfig).pointopoint, true},
		{"=hw", (*ifconfig).hardware, false},
		{"=add", (*ifconfig).add, false},
		{"=del", (*ifconfig).del, false},
		{"=tunnel", (*ifconfig).tunnel, false},
	}
}

// number makes the parser of a word that fails only by refusal.
func number(set func(c *ifconfig, value string)) func(*ifconfig) error {
	return func(c *ifconfig) error {
		set(c, c.Word())
		c.Skip()
		return nil
	}
}

func mtu(c *ifconfig, value string) {
	c.try("SIOCSIFMTU", unix.SIOCSIFMTU, intValue(int32(cli.Atoi(value))))
}

// slip is one of the calls that lines by SLIP know, which are private to them.
func slip(call string, n uintptr) func(*ifconfig, string) {
	return func(c *ifconfig, value string) {
		c.try(call, unix.SIOCDEVPRIVATE+n, pointerValue(cli.Atoi(value)))
	}
}

func txqueuelen(c *ifconfig, value string) {
	c.try("SIOCSIFTXQLEN", unix.SIOCSIFTXQLEN, intValue(int32(first(value))))
}

// first is the number that s begins with, 0 if there is none.
func first(s string) uint64 {
	v, _ := cli.Strtoul(s, 0)
	return v
}

// mapField makes the setter of a field of struct ifmap.
func mapField(word string, set func(*deviceMap, string)) func(*ifconfig, string) {
	return func(c *ifconfig, value string) {
		c.setMap(word, func(m *deviceMap) { set(m, value) })
	}
}

func (c *ifconfig) setMap(word string, set func(*deviceMap)) {
	var v ifvalue
	if no := c.call(unix.SIOCGIFMAP, c.name, &v); no != 0 {
		c.refused(word+": SIOCGIFMAP", no)
		return
	}
	set((*deviceMap)(unsafe.Pointer(&v.data)))
	c.try(word+": SIOCSIFMAP", unix.SIOCSIFMAP, v)
}

// media has the quirk that auto is read again, as an address.
func (c *ifconfig) media() error {
	word := c.Word()
	if strings.EqualFold(word, "auto") {
		c.changeFlags(unix.IFF_AUTOMEDIA, 0)
		return nil
	}
	c.Skip()
	port, ok := mediaPort(word)
	if !ok {
		c.fail("Unknown media type.\n")
		return nil
	}
	c.setMap("port", func(m *deviceMap) { m.port = port })
	return nil
}

func mediaPort(word string) (uint8, bool) {
	if n, rest := cli.Strtol(word, 10); rest == "" {
		return uint8(n), int32(n) != -1
	}
	for i, names := range mediaNames {
		for _, n := range names {
			if strings.EqualFold(n, word) {
				return uint8(i), true
			}
		}
	}
	return 0, false
}

// address takes the value of a word as an IPv4 address, and tells what is wrong
// with it.
func (c *ifconfig) address() (a common.Ipv4, ok bool) {
	h, ok := c.host()
	return h.Addr, ok
}

func (c *ifconfig) host() (h common.Host, ok bool) {
	word := c.Word()
	c.Skip()
	h, err := c.lookup(word)
	if err != nil {
		c.fail("%s", err.Error())
	}
	return h, err == nil
}

// lookup reads an address of the family that the command line is about.
func (c *ifconfig) lookup(word string) (common.Host, error) {
	if c.family.AF == unix.AF_INET6 {
		_, err := common.LookupIPv6(c.Env, word)
		return common.Host{}, err
	}
	return common.ParseHost(word, false)
}

func (c *ifconfig) broadcast() error {
	if c.More() {
		a, ok := c.address()
		if !ok {
			return nil
		}
		c.try("SIOCSIFBRDADDR", unix.SIOCSIFBRDADDR, c.addrValue(a))
	}
	c.changeFlags(unix.IFF_BROADCAST, 0)
	return nil
}

func (c *ifconfig) dstaddr() error {
	if a, ok := c.address(); ok {
		c.try("SIOCSIFDSTADDR", unix.SIOCSIFDSTADDR, c.addrValue(a))
	}
	return nil
}

// pointopoint takes a network, too, for a host that cannot be found.
func (c *ifconfig) pointopoint() error {
	if c.More() {
		word := c.Word()
		h, ok := c.host()
		switch {
		case ok && h.Net:
			c.fail("%s", common.Unresolved(word, common.ErrUnset).Error())
			return nil
		case !ok:
			return nil
		}
		c.try("SIOCSIFDSTADDR", unix.SIOCSIFDSTADDR, c.addrValue(h.Addr))
	}
	c.changeFlags(unix.IFF_POINTOPOINT, 0)
	return nil
}

func (c *ifconfig) netmaskWord() error {
	if c.didMask {
		return c.usage()
	}
	if a, ok := c.address(); ok {
		c.didMask = true
		c.netmask(a)
	}
	return nil
}

func (c *ifconfig) netmask(mask common.Ipv4) {
	bad := c.bad
	c.try("SIOCSIFNETMASK", unix.SIOCSIFNETMASK, c.addrValue(mask))
	c.bad |= bad
}

func (c *ifconfig) rename() error {
	name := common.Trunc(c.Word())
	c.Skip()
	var v ifvalue
	copy(v.data[:], name)
	c.try("SIOCSIFNAME", unix.SIOCSIFNAME, v)
	return nil
}

func (c *ifconfig) hardware() error {
	hw := common.HwTypeNamed(c.Word())
	if hw == nil {
		return c.usage()
	}
	c.Skip()
	if !hw.Input {
		c.Skip() // what would be the address
		c.fail("hw address type `%s' has no handler to set address. failed.\n", hw.Name)
		return nil
	}
	if !c.More() {
		return c.usage()
	}
	word := c.Word()
	c.Skip()
	addr, ok := hw.Parse(word, nil)
	if !ok {
		c.fail("%s: invalid %s address.\n", word, hw.Name)
		return nil
	}
	switch no := c.set(unix.SIOCSIFHWADDR, c.name, hardwareValue(hw.Arp, addr)); no {
	case unix.EBUSY:
		c.fail("SIOCSIFHWADDR: %s - you may need to down the interface\n", rtnl.Strerror(no))
	default:
		c.refused("SIOCSIFHWADDR", no)
	}
	return nil
}

// setAddress is a word that is none of the table: an address, perhaps with the
// length of its prefix.
func (c *ifconfig) setAddress() error {
	word := common.HostWord(c.Word())
	c.Skip()
	addr := word
	if c.family.AF == unix.AF_INET {
		var ok bool
		if addr, ok = c.cutMask(word); !ok {
			return c.usage()
		}
	}
	if c.family.NoInput {
		return cli.Fail("ifconfig: Cannot set address for this protocol family.")
	}
	if c.family.AF != unix.AF_INET && c.family.AF != unix.AF_INET6 {
		return c.unknownFamily()
	}
	h, err := c.lookup(addr)
	if err != nil {
		return &cli.Error{Status: 1, Text: err.Error() + tryHelp + "\n"}
	}
	if c.family.AF != unix.AF_INET {
		return c.unknownFamily()
	}
	if c.socket < 0 {
		return cli.Fail("No support for INET on this system.")
	}
	c.try("SIOCSIFADDR", unix.SIOCSIFADDR, c.addrValue(h.Addr))
	if c.bringsUp(h.Addr) {
		c.changeFlags(unix.IFF_UP|unix.IFF_RUNNING, 0)
	}
	return nil
}

func (c *ifconfig) unknownFamily() error {
	return cli.Fail("Don't know how to set addresses for family %d.", c.family.AF)
}

// cutMask splits ADDR/LENGTH. The original shifts by the length: 32 and more
// count from 0 again.
func (c *ifconfig) cutMask(word string) (addr string, ok bool) {
	addr, length, slash := strings.Cut(word, "/")
	if !slash {
		return word, true
	}
	bits, ok := common.CutLength(length)
	if !ok || c.didMask {
		return addr, false
	}
	c.mask, c.addMask = common.MaskOf(bits), true
	return addr, true
}

// bringsUp tells whether setting an address sets the device up: not when it
// took an alias away.
func (c *ifconfig) bringsUp(a common.Ipv4) bool {
	if !strings.Contains(c.name, ":") {
		return true
	}
	return !strings.HasSuffix(c.name, "-") && !a.IsZero()
}

func (c *ifconfig) add() error { return c.addOrDel(true) }

func (c *ifconfig) del() error { return c.addOrDel(false) }

func (c *ifconfig) addOrDel(add bool) error {
	if strings.Contains(c.Word(), ":") {
		if add {
			return c.inet6("SIOCSIFADDR", unix.SIOCSIFADDR)
		}
		return c.inet6("SIOCDIFADDR", unix.SIOCDIFADDR)
	}
	word := c.Word()
	c.Skip()
	h, err := common.ParseHost(word, false)
	if err != nil {
		c.fail("%s", err.Error())
		return nil
	}
	if c.socket < 0 {
		return cli.Fail("No support for INET on this system.")
	}
	c.alias(h.Addr, add)
	return nil
}

func (c *ifconfig) tunnel() error {
	return c.inet6("SIOCSIFDSTADDR", unix.SIOCSIFDSTADDR)
}

// inet6 reads an IPv6 address with its length, 128 if there is none, and does a
// call with it, through a socket of that family.
func (c *ifconfig) inet6(call string, request uintptr) error {
	word, length, slash := strings.Cut(c.Word(), "/")
	bits := 128
	if slash {
		n, _ := cli.Strtol(length, 10)
		if bits = int(n); bits < 0 || bits > 128 {
			return c.usage()
		}
	}
	c.Skip()
	addr, err := common.ResolveIPv6(word)
	if err != nil {
		c.fail("%s", err.Error())
		return nil
	}
	fd := common.FamilyNamed("inet6").Open()
	if fd < 0 {
		c.fail("No support for INET6 on this system.\n")
		return nil
	}
	defer unix.Close(fd)
	x := ifconfig{socket: fd}
	var v ifvalue
	if no := x.call(unix.SIOCGIFINDEX, c.name, &v); no != 0 {
		c.refused("SIOGIFINDEX", no)
		return nil
	}
	req := in6Ifreq{addr, uint32(bits), int32(binary.NativeEndian.Uint32(v.data[:]))}
	c.refused(call, ioctl(fd, request, unsafe.Pointer(&req)))
	return nil
}

// alias gives the interface a further address as an alias of its own, or takes
// that alias away. What goes wrong is not told. To take away an address that
// is not there is to add it, as in the original.
func (c *ifconfig) alias(addr common.Ipv4, add bool) {
	if common.Limited(c.Env) {
		c.fail("Interface %s not initialized\n", c.name)
		return
	}
	parent, no := common.FindIface(c.Env, c.name)
	if no != 0 {
		// The original looks twice.
		err := noDevice(c.name, no).Error()
		c.Warnf("%s%s", err, err)
		return
	}
	list, err := common.AllIfaces(c.Env)
	if err != nil {
		c.fail("%s", err.Error())
		return
	}
	var used [256]bool
	for _, i := range list {
		name, ok := strings.CutPrefix(i.Name, c.name)
		_, number, colon := strings.Cut(name, ":")
		if !ok || !colon || strings.Contains(number, "-") {
			continue
		}
		if n := cli.Atoi(number); n >= 0 && n < len(used) {
			used[n] = true
		}
		if i.Inet == nil || i.Inet.Peer != addr {
			continue
		}
		if add {
			c.setFlags(i.Name, unix.IFF_UP|unix.IFF_RUNNING, 0)
		} else {
			c.setFlags(i.Name, 0, unix.IFF_UP)
		}
		return
	}
	c.newAlias(parent, addr, used[:])
}

// newAlias adds the address under the first number that is free, with the mask
// and the broadcast address of the interface.
func (c *ifconfig) newAlias(parent *common.Iface, addr common.Ipv4, used []bool) {
	name, ok := freeAlias(c.name, used)
	var mask, broadcast common.Ipv4
	if a := parent.Inet; a != nil {
		mask, broadcast = a.Mask(), a.Broadcast
	}
	if ok && c.set(unix.SIOCSIFADDR, name, c.addrValue(addr)) == 0 && c.set(unix.SIOCSIFNETMASK, name, c.addrValue(mask)) == 0 &&
		c.set(unix.SIOCSIFBRDADDR, name, c.addrValue(broadcast)) == 0 {
		c.setFlags(name, unix.IFF_BROADCAST, 0)
	}
}

func freeAlias(name string, used []bool) (string, bool) {
	for n, taken := range used {
		if !taken {
			return common.Trunc(name + ":" + strconv.Itoa(n)), true
		}
	}
	return "", false
}
