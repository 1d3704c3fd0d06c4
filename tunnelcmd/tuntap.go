// Package tunnelcmd is "ip tuntap", devices whose packets a program reads and
// writes (linux/if_tun.h), and "ip tunnel", tunnels made by ioctl.
package tunnelcmd

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/file"
	"gip/internal/netns"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/tun"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Tuntap is ip tuntap.
var Tuntap = command.Object{Words: "tuntap|tap", Usage: tuntapUsage, Beyond: true, Verbs: []command.Verb{
	{Words: "add", Run: addTuntap},
	{Words: "delete", Run: deleteTuntap},
	{Words: "show|lst|list", Run: showTuntap, Default: true},
	{Words: "help"},
}}

const tuntapUsage = `Usage: ip tuntap { add | del | show | list | lst | help } [ dev PHYS_DEV ]
	[ mode { tun | tap } ] [ user USER ] [ group GROUP ]
	[ one_queue ] [ pi ] [ vnet_hdr ] [ multi_queue ] [ name NAME ]

Where: USER  := { STRING | NUMBER }
       GROUP := { STRING | NUMBER }
`

// A tuntap is what the words of add and del ask for.
type tuntap struct {
	name         string
	flags        uint16 // IFF_TUN, …
	owner, group int64  // -1 if not given
}

// The words of add, and those of del, which does not know of owners. Names stand in
// a slot, flags in the struct.
var (
	addWords    = field.Table{Name: "tuntap", Voice: &voice, Size: 2, Usage: tuntapUsage, Rows: []*field.Row{&tunMode, &tunUser, &tunGroup, &tunPI, &oneQueue, &vnetHdr, &multiQueue, &tunDev, &tunName, &tunHelp}}
	deleteWords = field.Table{Name: "tuntap", Voice: &voice, Size: 2, Usage: tuntapUsage, Rows: []*field.Row{&tunMode, &tunPI, &oneQueue, &vnetHdr, &multiQueue, &tunDev, &tunName, &tunHelp}}

	tunMode    = field.Row{Words: "mode", In: field.Head, Type: &tunModeType}
	tunUser    = field.Row{Words: "user", In: field.Slot, Attr: ownerSlot, Type: &account}
	tunGroup   = field.Row{Words: "group", In: field.Slot, Attr: groupSlot, Type: &account}
	tunPI      = field.Row{Words: "pi", In: field.Head, Arg: unix.IFF_NO_PI, Type: &noBit}
	oneQueue   = field.Row{Words: "one_queue", In: field.Head, Arg: unix.IFF_ONE_QUEUE, Type: &bit16}
	vnetHdr    = field.Row{Words: "vnet_hdr", In: field.Head, Arg: unix.IFF_VNET_HDR, Type: &bit16}
	multiQueue = field.Row{Words: "multi_queue", In: field.Head, Arg: unix.IFF_MULTI_QUEUE, Type: &bit16}
	tunDev     = field.Row{Words: "dev", In: field.Slot, Attr: nameSlot, Type: &field.LinkName}
	tunName    = field.Row{Words: "name", In: field.Slot, Attr: nameSlot, Type: &field.LinkName, Flags: field.Once | field.Bare}
	tunHelp    = field.Row{Words: "help", Type: &field.Help}
)

const (
	nameSlot = iota
	ownerSlot
	groupSlot
)

var (
	tunModeType = field.Type{Size: 2, Scan: scanTunMode}
	account     = field.Type{Size: 8, Scan: scanAccount}
	bit16       = field.Type{Size: 2, Form: field.Alone | field.Bits}
	// noBit is a word that takes a bit away.
	noBit = field.Type{Size: 2, Parse: func(c *field.Call, r *field.Row) error {
		c.Set(r, c.Number(r)&^r.Arg)
		return nil
	}}
)

func parseTuntap(e *cli.Env, a *cli.Args, words *field.Table) (*tuntap, error) {
	c := field.NewCall(e, a, words)
	c.Set(&tunMode, unix.IFF_NO_PI)
	none := ^uint64(0)
	c.Set(&tunUser, none)
	c.Set(&tunGroup, none)
	if err := c.Read(); err != nil {
		return nil, err
	}
	t := &tuntap{name: rtnl.Str(c.Get(field.Slot, nameSlot)), flags: uint16(c.Number(&tunMode)),
		owner: int64(c.Number(&tunUser)), group: int64(c.Number(&tunGroup))}
	if t.flags&(unix.IFF_TUN|unix.IFF_TAP) == 0 {
		return nil, cli.Fail("You failed to specify a tunnel mode")
	}
	return t, nil
}

func scanTunMode(c *field.Call, r *field.Row, s string) (uint64, error) {
	flag, other := uint64(unix.IFF_TUN), uint64(unix.IFF_TAP)
	switch {
	case word.Match("tun", s):
	case word.Match("tap", s):
		flag, other = other, flag
	default:
		return 0, unknownMode(s)
	}
	flags := c.Number(r)
	if flags&other != 0 {
		return 0, cli.Exit(cli.StatusUsage, "You managed to ask for more than one tunnel mode.")
	}
	return flags | flag, nil
}

// scanAccount reads a number, or a name of /etc/passwd or /etc/group.
func scanAccount(_ *field.Call, r *field.Row, s string) (uint64, error) {
	if n, rest, _ := word.Strtol(s, 10); s != "" && rest == "" {
		return uint64(accountID(n)), nil
	}
	path := "/etc/passwd"
	if r.Attr == groupSlot {
		path = "/etc/group"
	}
	if f := file.Entry(path, func(f []string) bool { return len(f) > 2 && f[0] == s }); f != nil {
		return strconv.ParseUint(f[2], 10, 32)
	}
	return 0, cli.Exit(cli.StatusUsage, `invalid %s "%s"`, r.Word(), s)
}

// accountID is the number as the 32 bits of an account, of which all ones are
// none.
func accountID(n int64) int64 {
	if uint32(n) == ^uint32(0) {
		return -1
	}
	return int64(uint32(n))
}

// ifreq is struct ifreq of linux/if.h with ifr_flags.
type ifreq struct {
	name  [unix.IFNAMSIZ]byte
	flags uint16
	_     [22]byte
}

// attach opens the tun device and attaches it to the named interface, which is
// made if it is not there.
func (t *tuntap) attach() (fd int, err error) {
	r := ifreq{flags: t.flags}
	copy(r.name[:unix.IFNAMSIZ-1], t.name)
	fd, err = unix.Open(tun.Device, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, cli.Fail("open: %s", cli.Strerror(err))
	}
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TUNSETIFF, uintptr(unsafe.Pointer(&r))); errno != 0 {
		unix.Close(fd)
		return -1, refused("TUNSETIFF", errno)
	}
	return fd, nil
}

// set sets a number of the interface that fd is attached to.
func set(fd int, name string, req uint, value int) error {
	if err := unix.IoctlSetInt(fd, req, value); err != nil {
		return refused(name, err)
	}
	return nil
}

func refused(name string, err error) error {
	return cli.Fail("ioctl(%s): %s", name, cli.Strerror(err))
}

func addTuntap(c *command.Call) error {
	e, a := c.Env, c.Args
	t, err := parseTuntap(e, a, &addWords)
	if err != nil {
		return err
	}
	t.flags |= unix.IFF_TUN_EXCL
	fd, err := t.attach()
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if t.owner >= 0 {
		if err := set(fd, "TUNSETOWNER", unix.TUNSETOWNER, int(t.owner)); err != nil {
			return err
		}
	}
	if t.group >= 0 {
		if err := set(fd, "TUNSETGROUP", unix.TUNSETGROUP, int(t.group)); err != nil {
			return err
		}
	}
	return set(fd, "TUNSETPERSIST", unix.TUNSETPERSIST, 1)
}

func deleteTuntap(c *command.Call) error {
	e, a := c.Env, c.Args
	t, err := parseTuntap(e, a, &deleteWords)
	if err != nil {
		return err
	}
	fd, err := t.attach()
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return set(fd, "TUNSETPERSIST", unix.TUNSETPERSIST, 0)
}

func showTuntap(c *command.Call) error {
	e := c.Env
	m := rtnl.Links(uapi.RTEXT_FILTER_VF | uapi.RTEXT_FILTER_SKIP_STATS)
	m.LinkKind("tun")
	if name := e.Netns; name != "" { // for the namespace's own /sys
		e.Netns = ""
		if err := netns.Isolate(name, func(text string) { e.Warnf("%s\n", text) }); err != nil {
			return cli.Fail("%s", err)
		}
	}
	e.Pen.Begin()
	err := e.Dump(m, func(m rtnl.Message) error {
		printTuntap(e, m)
		return nil
	})
	return dumpError(err)
}

// printTuntap prints one link if it is a tun or tap device.
func printTuntap(e *cli.Env, m rtnl.Message) {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil || ifi.Type != unix.ARPHRD_NONE && ifi.Type != unix.ARPHRD_ETHER {
		return
	}
	var tb [unix.IFLA_LINKINFO + 1][]byte
	rtnl.Index(tb[:], attrs)
	info := tb[unix.IFLA_LINKINFO]
	name := rtnl.Str(tb[unix.IFLA_IFNAME])
	if name == "" || rtnl.Str(rtnl.Find(info, unix.IFLA_INFO_KIND)) != "tun" {
		return
	}
	t, ok := readProperties(e, name)
	if ok {
		t.print(e, name)
	}
}

// print prints a device.
func (t *tuntap) print(e *cli.Env, name string) {
	pen := e.Pen
	pen.OpenObject("")
	pen.ColorStr(show.Ifname, "ifname", "", name, ":")
	t.printFlags(pen)
	if t.owner >= 0 {
		pen.Int("user", " user ", t.owner, "")
	}
	if t.group >= 0 {
		pen.Int("group", " group ", t.group, "")
	}
	if e.Opt.Details > 0 {
		pen.NL()
		pen.Text("\tAttached to processes:")
		printUsers(e, name)
	}
	pen.CloseObject()
	pen.EndLine()
}

// readProperties reads a device's folder of /sys. Netlink tells most of it too,
// but the original asks nobody else: where /sys is missing, or is another
// namespace's, it shows no device.
func readProperties(e *cli.Env, name string) (t tuntap, ok bool) {
	var flags int64
	for _, p := range []struct {
		file string
		v    *int64
	}{{"tun_flags", &flags}, {"owner", &t.owner}, {"group", &t.group}} {
		path := "/sys/class/net/" + name + "/" + p.file
		if !readNumber(e, path, p.file, p.v) {
			return t, false
		}
	}
	t.flags = uint16(flags)
	return t, true
}

// maxLine is how much of a file's first line is read.
const maxLine = 79

// readNumber reads a file with one number, and says what is wrong with it.
func readNumber(e *cli.Env, path, what string, v *int64) (ok bool) {
	f, err := file.Open(path)
	if err != nil {
		e.Warnf("fopen %s: %s\n", path, cli.Strerror(err))
		return false
	}
	defer f.Close()
	var buf [maxLine]byte
	n, _ := f.Read(buf[:])
	if n <= 0 {
		e.Warnf("property \"%s\" in file %s is currently unknown\nFailed to parse %s\n", what, path, path)
		return false
	}
	line, _, _ := strings.Cut(string(buf[:n]), "\n")
	if *v, ok = word.Int(line, 0, 64); !ok {
		e.Warnf("value \"%s\" in file %s is not a number\nFailed to parse %s\n", line, path, path)
	}
	return ok
}

// flagWords are the flags in the order in which they print. A word with an
// inverted flag prints where the flag is not set.
var flagWords = []struct {
	flag     uint16
	inverted bool
	word     string
}{
	{unix.IFF_TUN, false, "tun"},
	{unix.IFF_TAP, false, "tap"},
	{unix.IFF_NO_PI, true, "pi"},
	{unix.IFF_ONE_QUEUE, false, "one_queue"},
	{unix.IFF_MULTI_QUEUE, false, "multi_queue"},
	{unix.IFF_VNET_HDR, false, "vnet_hdr"},
	{unix.IFF_PERSIST, false, "persist"},
	{unix.IFF_NOFILTER, true, "filter"},
}

func (t *tuntap) printFlags(pen *show.Pen) {
	left := t.flags
	pen.OpenArray("flags")
	for _, w := range flagWords {
		if (t.flags&w.flag != 0) != w.inverted {
			pen.Str("", " ", w.word, "")
		}
		left &^= w.flag
	}
	if left != 0 {
		pen.Hex0x("", " ", uint64(left), "")
	}
	pen.CloseArray()
}

// printUsers lists the processes that have the device open.
func printUsers(e *cli.Env, name string) {
	files := openFiles()
	if len(files) == 0 {
		return
	}
	e.Pen.OpenArray("processes")
	self := strconv.Itoa(os.Getpid())
	for _, f := range files {
		if f.pid != self && tun.Opened(f.pid, f.fd) == name {
			printUser(e, f.pid)
		}
	}
	e.Pen.CloseArray()
}

// An openFile is a descriptor of a process.
type openFile struct{ pid, fd string }

// openFiles lists those of all processes, in the order of glob(3).
func openFiles() (files []openFile) {
	for _, pid := range numbers("/proc") {
		for _, fd := range numbers("/proc/" + pid + "/fd") {
			files = append(files, openFile{pid, fd})
		}
	}
	return files
}

// numbers are the names in a folder that begin with a digit.
func numbers(dir string) []string {
	names, _ := file.Names(dir)
	names = slices.DeleteFunc(names, func(s string) bool { return s[0] < '0' || s[0] > '9' })
	slices.Sort(names)
	return names
}

func printUser(e *cli.Env, pid string) {
	n, _ := strconv.ParseUint(pid, 10, 32)
	task := "<NULL>"
	if comm, err := file.Read("/proc/" + pid + "/comm"); err == nil {
		task = strings.TrimSuffix(comm, "\n")
	}
	e.Pen.OpenObject("")
	e.Pen.Str("name", "", task, "")
	e.Pen.Uint("pid", "(", n, ")")
	e.Pen.CloseObject()
}
