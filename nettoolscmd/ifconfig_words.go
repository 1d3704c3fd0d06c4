package nettoolscmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A valueWord is a word with a value behind it.
type valueWord struct {
	words string
	Parse func(c *ifconfig) error
}

func valueWords() []valueWord {
	return []valueWord{
		{"=media|=port", (*ifconfig).media},
		{"=mtu", number(mtu)},
		{"=keepalive", number(slip("SIOCSKEEPALIVE"))},
		{"=outfill", number(slip("SIOCSOUTFILL"))},
		{"=broadcast", (*ifconfig).broadcast},
		{"=dstaddr", (*ifconfig).dstaddr},
		{"=netmask", (*ifconfig).netmaskWord},
		{"=txqueuelen", number(txqueuelen)},
		{"=name", (*ifconfig).rename},
		{"=mem_start", number(mapField("mem_start", func(m *ifmap, s string) { m.memStart = first(s) }))},
		{"=io_addr", number(mapField("io_addr", func(m *ifmap, s string) { m.baseAddr = first(s) & 0xffff }))},
		{"=irq", number(mapField("irq", func(m *ifmap, s string) { m.irq = uint16(cli.Atoi(s)) & 0xff }))},
		{"=pointopoint|=pointtopoint", (*ifconfig).pointopoint},
		{"=hw", (*ifconfig).hardware},
		{"=add", (*ifconfig).add},
		{"=del", (*ifconfig).del},
		{"=tunnel", (*ifconfig).tunnel},
	}
}

// number makes the parser of a word whose value is needed, and that fails only
// by refusal.
func number(set func(c *ifconfig, value string)) func(*ifconfig) error {
	return func(c *ifconfig) error {
		if !c.More() {
			return c.usage()
		}
		set(c, c.Word())
		c.Skip()
		return nil
	}
}

// setLink sends a change of the device; put appends its attributes.
func (c *ifconfig) setLink(put func(*rtnl.Msg)) unix.Errno {
	l := findLink(c.Env, c.name)
	if l == nil {
		if !c.MayChange() {
			return unix.EPERM
		}
		return unix.ENODEV
	}
	m := rtnl.New(unix.RTM_SETLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: int32(l.index)})
	put(m)
	return errno(c.Do(m))
}

func mtu(c *ifconfig, value string) {
	n := uint32(cli.Atoi(value))
	c.try("SIOCSIFMTU", func() unix.Errno { return c.setLink(func(m *rtnl.Msg) { m.U32(unix.IFLA_MTU, n) }) })
}

// slip has nothing to set: the lines that know these calls are gone.
func slip(call string) func(*ifconfig, string) {
	return func(c *ifconfig, _ string) {
		c.try(call, func() unix.Errno {
			if findLink(c.Env, c.name) == nil {
				return unix.ENODEV
			}
			return unix.EOPNOTSUPP
		})
	}
}

// txqueuelen is an ioctl here too: unlike netlink, that is refused to the root of
// a user namespace.
func txqueuelen(c *ifconfig, value string) {
	c.try("SIOCSIFTXQLEN", func() unix.Errno { return setQueueLen(c.name, uint32(first(value))) })
}

func setQueueLen(name string, n uint32) unix.Errno {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return errno(err)
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq(name)
	if err != nil {
		return errno(err)
	}
	req.SetUint32(n)
	return errno(unix.IoctlIfreq(fd, unix.SIOCSIFTXQLEN, req))
}

// first is the number that s begins with, 0 if there is none.
func first(s string) uint64 {
	v, _ := cli.Strtoul(s, 0)
	return v
}

// mapField makes the setter of a field of struct ifmap.
func mapField(word string, set func(*ifmap, string)) func(*ifconfig, string) {
	return func(c *ifconfig, value string) {
		c.setMap(word, func(m *ifmap) { set(m, value) })
	}
}

func (c *ifconfig) setMap(word string, set func(*ifmap)) {
	l := findLink(c.Env, c.name)
	if l == nil || c.noSocket != 0 {
		c.try(word+": SIOCGIFMAP", func() unix.Errno { return unix.ENODEV })
		return
	}
	set(&l.ifmap)
	no := c.setLink(func(m *rtnl.Msg) {
		n := m.Nest(unix.IFLA_MAP)
		rtnl.Put(m, l.ifmap)
		m.End(n)
	})
	c.refused(word+": SIOCSIFMAP", no)
}

// media has the quirk that auto is read again, as an address.
func (c *ifconfig) media() error {
	if !c.More() {
		return c.usage()
	}
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
	c.setMap("port", func(m *ifmap) { m.port = port })
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
func (c *ifconfig) address() (a ipv4, ok bool) {
	h, ok := c.host()
	return h.addr, ok
}

func (c *ifconfig) host() (h host, ok bool) {
	word := c.Word()
	c.Skip()
	h, err := c.lookup(word)
	if err != nil {
		c.fail("%s", err.Error())
	}
	return h, err == nil
}

// lookup reads an address of the family that the command line is about.
func (c *ifconfig) lookup(word string) (host, error) {
	if c.family.family == unix.AF_INET6 {
		_, err := lookupIPv6(c.Env, word)
		return host{}, err
	}
	return parseHost(word, false)
}

func (c *ifconfig) broadcast() error {
	if c.More() {
		a, ok := c.address()
		if !ok {
			return nil
		}
		c.try("SIOCSIFBRDADDR", func() unix.Errno { return setBroadcast(c.Env, c.name, a) })
	}
	c.changeFlags(unix.IFF_BROADCAST, 0)
	return nil
}

func (c *ifconfig) dstaddr() error {
	if !c.More() {
		return c.usage()
	}
	if a, ok := c.address(); ok {
		c.try("SIOCSIFDSTADDR", func() unix.Errno { return setPeer(c.Env, c.name, a) })
	}
	return nil
}

// pointopoint takes a network, too, for a host that cannot be found.
func (c *ifconfig) pointopoint() error {
	if c.More() {
		word := c.Word()
		h, ok := c.host()
		switch {
		case ok && h.net:
			c.fail("%s", unresolved(word, errUnset).Error())
			return nil
		case !ok:
			return nil
		}
		c.try("SIOCSIFDSTADDR", func() unix.Errno { return setPeer(c.Env, c.name, h.addr) })
	}
	c.changeFlags(unix.IFF_POINTOPOINT, 0)
	return nil
}

func (c *ifconfig) netmaskWord() error {
	if !c.More() || c.didMask {
		return c.usage()
	}
	if a, ok := c.address(); ok {
		c.didMask = true
		c.netmask(a)
	}
	return nil
}

func (c *ifconfig) netmask(mask ipv4) {
	bad := c.bad
	c.try("SIOCSIFNETMASK", func() unix.Errno { return setNetmask(c.Env, c.name, mask) })
	c.bad |= bad
}

func (c *ifconfig) rename() error {
	if !c.More() {
		return c.usage()
	}
	name := trunc(c.Word())
	c.Skip()
	c.try("SIOCSIFNAME", func() unix.Errno {
		// An empty name says nothing in netlink; the rest the kernel looks at.
		if name == "" && findLink(c.Env, c.name) != nil && c.MayChange() {
			return unix.EINVAL
		}
		return c.setLink(func(m *rtnl.Msg) { m.Str(unix.IFLA_IFNAME, name) })
	})
	return nil
}

func (c *ifconfig) hardware() error {
	hw := hwTypeNamed(c.Word())
	if hw == nil {
		return c.usage()
	}
	c.Skip()
	if !hw.input {
		c.Skip() // what would be the address
		c.fail("hw address type `%s' has no handler to set address. failed.\n", hw.name)
		return nil
	}
	if !c.More() {
		return c.usage()
	}
	word := c.Word()
	c.Skip()
	addr, ok := hw.parse(word, nil)
	if !ok {
		c.fail("%s: invalid %s address.\n", word, hw.name)
		return nil
	}
	c.try("SIOCSIFHWADDR", func() unix.Errno {
		if l := findLink(c.Env, c.name); l != nil && int(l.arp) != hw.arp && c.MayChange() {
			return unix.EINVAL
		}
		no := c.setLink(func(m *rtnl.Msg) { m.Attr(unix.IFLA_ADDRESS, addr) })
		if no == unix.EBUSY {
			c.fail("SIOCSIFHWADDR: %s - you may need to down the interface\n", rtnl.Strerror(no))
			return 0
		}
		return no
	})
	return nil
}

// setAddress is a word that is none of the table: an address, perhaps with the
// length of its prefix.
func (c *ifconfig) setAddress() error {
	word := c.Word()
	c.Skip()
	addr := word
	if c.family.family == unix.AF_INET {
		var ok bool
		if addr, ok = c.cutMask(word); !ok {
			return c.usage()
		}
	}
	if c.family.noInput {
		return cli.Fail("ifconfig: Cannot set address for this protocol family.")
	}
	if c.family.family != unix.AF_INET && c.family.family != unix.AF_INET6 {
		return c.unknownFamily()
	}
	h, err := c.lookup(addr)
	if err != nil {
		return &cli.Error{Status: 1, Text: err.Error() + tryHelp + "\n"}
	}
	if c.family.family != unix.AF_INET {
		return c.unknownFamily()
	}
	c.refused("SIOCSIFADDR", setAddress(c.Env, c.name, h.addr))
	if c.bringsUp(h.addr) {
		c.changeFlags(unix.IFF_UP|unix.IFF_RUNNING, 0)
	}
	return nil
}

func (c *ifconfig) unknownFamily() error {
	return cli.Fail("Don't know how to set addresses for family %d.", c.family.family)
}

// cutMask splits ADDR/LENGTH. The original shifts by the length: 32 and more
// count from 0 again.
func (c *ifconfig) cutMask(word string) (addr string, ok bool) {
	addr, length, slash := strings.Cut(word, "/")
	if !slash {
		return word, true
	}
	bits, ok := cutLength(length)
	if !ok || c.didMask {
		return addr, false
	}
	c.mask, c.addMask = maskOf(bits), true
	return addr, true
}

// cutLength reads the length of a prefix as the original does.
func cutLength(s string) (bits int, ok bool) {
	if s == "" {
		return 0, true
	}
	n, rest := cli.Strtoul(s, 0)
	return int(n % 32), rest == ""
}

// bringsUp tells whether setting an address sets the device up: not when it
// took an alias away.
func (c *ifconfig) bringsUp(a ipv4) bool {
	if !strings.Contains(c.name, ":") {
		return true
	}
	return !strings.HasSuffix(c.name, "-") && !a.isZero()
}

func (c *ifconfig) add() error { return c.addOrDel(true) }

func (c *ifconfig) del() error { return c.addOrDel(false) }

func (c *ifconfig) addOrDel(add bool) error {
	switch {
	case !c.More():
		return c.usage()
	case strings.Contains(c.Word(), ":"):
		return c.inet6(func(l *link, addr [16]byte, bits int) {
			if add {
				m := inet6Msg(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, l, addr, bits)
				c.refused("SIOCSIFADDR", errno(c.Do(m)))
				return
			}
			c.refused("SIOCDIFADDR", errno(c.Do(inet6Msg(unix.RTM_DELADDR, 0, l, addr, bits))))
		})
	}
	word := c.Word()
	c.Skip()
	h, err := parseHost(word, false)
	if err != nil {
		c.fail("%s", err.Error())
		return nil
	}
	c.alias(h.addr, add)
	return nil
}

func (c *ifconfig) tunnel() error {
	if !c.More() {
		return c.usage()
	}
	return c.inet6(func(l *link, addr [16]byte, _ int) {
		c.refused("SIOCSIFDSTADDR", setTunnel(c.Env, l, addr))
	})
}

// inet6 reads an IPv6 address with its length, 128 if there is none, and gives
// it to f with the device.
func (c *ifconfig) inet6(f func(l *link, addr [16]byte, bits int)) error {
	word, length, slash := strings.Cut(c.Word(), "/")
	bits := 128
	if slash {
		n, _ := cli.Strtol(length, 10)
		if bits = int(n); bits < 0 || bits > 128 {
			return c.usage()
		}
	}
	c.Skip()
	addr, err := resolveIPv6(word)
	if err != nil {
		c.fail("%s", err.Error())
		return nil
	}
	if supports(unix.AF_INET6) != nil {
		c.fail("No support for INET6 on this system.\n")
		return nil
	}
	l := findLink(c.Env, c.name)
	if l == nil {
		c.refused("SIOGIFINDEX", unix.ENODEV)
		return nil
	}
	f(l, addr, bits)
	return nil
}

// alias gives the interface a further address as an alias of its own, or takes
// that alias away. What goes wrong is not told. To take away an address that
// is not there is to add it, as in the original.
func (c *ifconfig) alias(addr ipv4, add bool) {
	if limited(c.Env) {
		c.fail("Interface %s not initialized\n", c.name)
		return
	}
	parent := findIface(c.Env, c.name)
	if parent == nil {
		// The original looks twice.
		c.Warnf("%s%s", noDevice(c.name).Error(), noDevice(c.name).Error())
		return
	}
	list, err := allIfaces(c.Env)
	if err != nil {
		return
	}
	var used [256]bool
	for _, i := range list {
		name, ok := strings.CutPrefix(i.name, c.name)
		_, number, colon := strings.Cut(name, ":")
		if !ok || !colon || strings.Contains(number, "-") {
			continue
		}
		if n := cli.Atoi(number); n >= 0 && n < len(used) {
			used[n] = true
		}
		if i.inet == nil || i.inet.peer != addr {
			continue
		}
		if add {
			changeFlags(c.Env, i.name, unix.IFF_UP|unix.IFF_RUNNING, 0)
		} else {
			changeFlags(c.Env, i.name, 0, unix.IFF_UP)
		}
		return
	}
	c.newAlias(parent, addr, used[:])
}

// newAlias adds the address under the first number that is free, with the mask
// and the broadcast address of the interface.
func (c *ifconfig) newAlias(parent *iface, addr ipv4, used []bool) {
	name, ok := freeAlias(c.name, used)
	var mask, broadcast ipv4
	if a := parent.inet; a != nil {
		mask, broadcast = a.mask(), a.broadcast
	}
	if ok && setAddress(c.Env, name, addr) == 0 && setNetmask(c.Env, name, mask) == 0 && setBroadcast(c.Env, name, broadcast) == 0 {
		changeFlags(c.Env, name, unix.IFF_BROADCAST, 0)
	}
}

func freeAlias(name string, used []bool) (string, bool) {
	for n, taken := range used {
		if !taken {
			return trunc(name + ":" + itoa(n)), true
		}
	}
	return "", false
}
