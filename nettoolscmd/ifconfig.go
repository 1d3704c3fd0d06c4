// Package nettoolscmd has ifconfig, route, netstat and arp of net-tools 2.10.
//
// The originals call ioctl and read /proc; here the same questions and changes
// go over netlink, and the state of the kernel afterwards is the same: what an
// ioctl decides by itself (class masks, broadcast addresses, scopes) is decided
// here, by the kernel's rules. /proc serves only for what netlink does not
// tell, which is said where it happens.
package nettoolscmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/word"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// ifconfig is one call of the command that changes an interface.
type ifconfig struct {
	*cli.Env
	*cli.Args
	name   string // of the interface, as the ioctls would get it
	family *addrFamily
	socket int // of the family, -1 if it has none
	// bad is the status: most errors set it to 1, whatever it was; those of
	// flags make it -1.
	bad int
	// Of an address with a length, netmask is set after all words.
	mask             common.Ipv4
	didMask, addMask bool
}

// Ifconfig is the command ifconfig.
var Ifconfig = command.Applet{Names: "ifconfig", Run: runIfconfig}

// ifconfigOptions stand in front of the name of a device.
var ifconfigOptions = word.Names{{'a', "=-a"}, {'s', "=-s"}, {'v', "=-v"}, {'V', "=-V|=-version|=--version"},
	{'h', "=-?|=-h|=-help|=--help"}}

func runIfconfig(c *command.Call) error {
	e, args := c.Env, c.Rest()
	var all, short, verbose bool
	for len(args) > 0 {
		o, _ := ifconfigOptions.Match(args[0])
		if !strings.HasPrefix(args[0], "-") {
			break
		}
		switch o {
		case 'a':
			all = true
		case 's':
			short = true
		case 'v':
			verbose = true
		case 'V':
			e.Pen.Raw(common.Release)
			return nil
		case 'h':
			e.Pen.Raw(ifconfigUsage + hwHeading + afHeading)
			e.Warnf("%s", hwList()+afList())
			return nil
		default:
			return cli.Fail("ifconfig: option `%s' not recognised.\n%s", args[0], tryHelp)
		}
		args = args[1:]
	}
	if err := common.AnyFamily(e); err != nil {
		return err
	}
	switch len(args) {
	case 0:
		return showIfaces(e, all, short)
	case 1:
		word.OfferLink(args[0])
		return showIface(e, common.Trunc(args[0]), short)
	}
	word.OfferLink(args[0])
	x := &ifconfig{Env: e, Args: cli.NewArgs(args[1:]), name: common.Trunc(args[0])}
	err := x.change()
	if err == nil && x.bad != 0 {
		if verbose {
			e.Warnf("WARNING: at least one error occured. (%d)\n", x.bad)
		}
		err = cli.Silent(x.bad & 0xff)
	}
	return err
}

const tryHelp = "ifconfig: `--help' gives usage information."

func showIfaces(e *cli.Env, all, short bool) error {
	list, err := common.AllIfaces(e)
	if err != nil {
		return err
	}
	header(e, short)
	for _, i := range list {
		if all || i.Link.Flags&unix.IFF_UP != 0 {
			printIface(i, e, short)
		}
	}
	return nil
}

func showIface(e *cli.Env, name string, short bool) error {
	header(e, short)
	if common.Limited(e) {
		return cli.Silent(1)
	}
	i, no := common.FindIface(e, name)
	if no != 0 {
		return noDevice(name, no)
	}
	printIface(i, e, short)
	return nil
}

// noDevice is the error of a device of which the kernel tells nothing.
func noDevice(name string, no unix.Errno) error {
	why := cli.Strerror(no)
	if no == unix.ENODEV {
		why = "Device not found"
	}
	return cli.Fail("%s: error fetching interface information: %s", name, why)
}

func header(e *cli.Env, short bool) {
	if short {
		e.Pen.Raw(shortHeader)
	}
}

func printIface(i *common.Iface, e *cli.Env, short bool) {
	if short {
		printShort(i, e.Pen)
	} else {
		printLong(i, e.Pen)
	}
}

// An addrFamily is one that may stand behind the interface's name.
type addrFamily struct {
	name, title string
	family      int
	noInput     bool // addresses of it cannot be read
}

// addrFamilies are in the order of the usage text. Of most nothing but the
// name is left in today's kernels.
var addrFamilies = []addrFamily{
	{name: "unix", title: "UNIX Domain", family: unix.AF_UNIX, noInput: true},
	{name: "inet", title: "DARPA Internet", family: unix.AF_INET},
	{name: "inet6", title: "IPv6", family: unix.AF_INET6},
	{name: "ax25", title: "AMPR AX.25", family: unix.AF_AX25},
	{name: "netrom", title: "AMPR NET/ROM", family: unix.AF_NETROM},
	{name: "rose", title: "AMPR ROSE", family: unix.AF_ROSE},
	{name: "ipx", title: "Novell IPX", family: unix.AF_IPX},
	{name: "ddp", title: "Appletalk DDP", family: unix.AF_APPLETALK},
	{name: "ec", title: "Econet", family: unix.AF_ECONET},
	{name: "ash", title: "Ash", family: unix.AF_ASH},
	{name: "x25", title: "CCITT X.25", family: unix.AF_X25},
	{name: "unspec", title: "UNSPEC", family: unix.AF_UNSPEC, noInput: true},
}

// open opens the socket whose calls are done. Of no family at all, the original
// takes standard input for it.
func (f *addrFamily) open() int {
	if f.family == unix.AF_UNSPEC {
		return 0
	}
	fd, err := unix.Socket(f.family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	return fd
}

func familyNamed(name string) *addrFamily {
	for i := range addrFamilies {
		word.Offer(name, addrFamilies[i].name)
		if addrFamilies[i].name == name {
			return &addrFamilies[i]
		}
	}
	return nil
}

// change does what the words behind the name say, one after the other.
func (c *ifconfig) change() error {
	if c.family = familyNamed(c.Word()); c.family != nil {
		c.Skip()
	} else {
		c.family = familyNamed("inet")
	}
	if c.socket = c.family.open(); c.socket > 0 {
		c.Opened(c.socket)
	}
	for c.More() {
		if err := c.next(); err != nil {
			return err
		}
	}
	if c.addMask {
		c.netmask(c.mask)
	}
	return nil
}

func (c *ifconfig) next() error {
	for i := range flagWords {
		if f := &flagWords[i]; c.Args.Match("=" + f.word) {
			c.applyFlag(f)
			return nil
		}
	}
	for _, w := range valueWords() {
		if c.Args.Match(w.words) {
			return w.Parse(c)
		}
	}
	return c.setAddress()
}

// fail notes an error, tells it and goes on with the next word.
func (c *ifconfig) fail(format string, args ...any) {
	c.Warnf(format, args...)
	c.bad = 1
}

// try does a call, and tells what it is refused with.
func (c *ifconfig) try(name string, request uintptr, v ifvalue) {
	c.refused(name, c.call(request, c.name, &v))
}

// refused notes that the kernel refused a call of the original.
func (c *ifconfig) refused(call string, no unix.Errno) {
	if no != 0 {
		common.Perror(c.Env, call, no)
		c.bad = 1
	}
}

// usage is the error of a command line that cannot be read.
func (c *ifconfig) usage() error {
	return &cli.Error{Status: common.StatusUsage, Text: ifconfigUsage + hwHeading + hwList() + afHeading + afList()}
}

// changeFlags sets and clears flags of the interface.
func (c *ifconfig) changeFlags(set, clear uint32) {
	what, no := c.setFlags(c.name, set, clear)
	switch {
	case no == 0:
		return
	case what == "get":
		c.Warnf("%s: ERROR while getting interface flags: %s\n", c.name, cli.Strerror(no))
	default:
		common.Perror(c.Env, "SIOCSIFFLAGS", no)
	}
	c.bad = -1
}

// applyFlag does a word that sets or clears flags. Of some that it cleared it
// looks whether they are still there, because others asked for them too.
func (c *ifconfig) applyFlag(f *flagWord) {
	c.changeFlags(f.set, f.clear)
	if f.still == "" {
		return
	}
	switch flags, no := c.flags(c.name); {
	case no != 0:
		c.Warnf("%s: ERROR while testing interface flags: %s\n", c.name, cli.Strerror(no))
	case flags&f.clear != 0:
		c.Warnf("Warning: Interface %s still in %s\n", c.name, f.still)
	}
}

// A flagWord is a word without a value.
type flagWord struct {
	word       string
	set, clear uint32
	still      string // what is said when the flag is still there
}

var flagWords = []flagWord{
	{"arp", 0, unix.IFF_NOARP, ""},
	{"-arp", unix.IFF_NOARP, 0, ""},
	{"trailers", 0, unix.IFF_NOTRAILERS, ""},
	{"-trailers", unix.IFF_NOTRAILERS, 0, ""},
	{"promisc", unix.IFF_PROMISC, 0, ""},
	{"-promisc", 0, unix.IFF_PROMISC, "promisc mode... maybe other application is running?"},
	{"multicast", unix.IFF_MULTICAST, 0, ""},
	{"-multicast", 0, unix.IFF_MULTICAST, "MULTICAST mode."},
	{"allmulti", unix.IFF_ALLMULTI, 0, ""},
	{"-allmulti", 0, unix.IFF_ALLMULTI, "ALLMULTI mode."},
	{"up", unix.IFF_UP | unix.IFF_RUNNING, 0, ""},
	{"down", 0, unix.IFF_UP, ""},
	{"dynamic", unix.IFF_DYNAMIC, 0, ""},
	{"-dynamic", 0, unix.IFF_DYNAMIC, ""},
	{"-broadcast", 0, unix.IFF_BROADCAST, "BROADCAST mode."},
	{"-pointopoint", 0, unix.IFF_POINTOPOINT, "POINTOPOINT mode."},
	{"-pointtopoint", 0, unix.IFF_POINTOPOINT, "POINTOPOINT mode."},
}
