// Package ifconfig is ifconfig of net-tools.
package ifconfig

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
	family *common.Family
	socket int // of the family, -1 if it has none
	// bad is the status: most errors set it to 1, whatever it was; those of
	// flags make it -1.
	bad int
	// Of an address with a length, netmask is set after all words.
	mask             common.Ipv4
	didMask, addMask bool
}

// Applet is the command ifconfig.
var Applet = command.Applet{Names: "ifconfig", Run: run}

// options stand in front of the name of a device.
var options = word.Names{{'a', "=-a"}, {'s', "=-s"}, {'v', "=-v"}, {'V', "=-V|=-version|=--version"},
	{'h', "=-?|=-h|=-help|=--help"}}

func run(c *command.Call) error {
	e, args := c.Env, c.Rest()
	var all, short, verbose bool
	for len(args) > 0 {
		o, _ := options.Match(args[0])
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
			e.Pen.Raw(usage + hwHeading + afHeading)
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
			PrintIface(i, e, short)
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
	PrintIface(i, e, short)
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

// PrintIface shows an interface, as netstat -i does too.
func PrintIface(i *common.Iface, e *cli.Env, short bool) {
	if short {
		printShort(i, e.Pen)
	} else {
		printLong(i, e.Pen)
	}
}

// change does what the words behind the name say, one after the other.
func (c *ifconfig) change() error {
	if c.family = common.FamilyWord(c.Env, c.Word()); c.family != nil {
		c.Skip()
	} else {
		c.family = common.FamilyNamed("inet")
	}
	if c.socket = c.family.Open(); c.socket > 0 {
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
		switch {
		case !c.Args.Match(w.words):
			continue
		case !w.alone && !c.More():
			return c.usage()
		}
		return w.Parse(c)
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
	return &cli.Error{Status: common.StatusUsage, Text: usage + hwHeading + hwList() + afHeading + afList()}
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
	{"-dynamic", 0, unix.IFF_DYNAMIC, "DYNAMIC mode."},
	{"-broadcast", 0, unix.IFF_BROADCAST, "BROADCAST mode."},
	{"-pointopoint", 0, unix.IFF_POINTOPOINT, "POINTOPOINT mode."},
	{"-pointtopoint", 0, unix.IFF_POINTOPOINT, "POINTOPOINT mode."},
}
