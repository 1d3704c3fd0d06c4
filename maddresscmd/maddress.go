// Package maddresscmd is "ip maddress": the multicast addresses that devices
// listen to. It departs from iproute2 nowhere.
package maddresscmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// Object is ip maddress.
var Object = command.Object{Words: "maddress", Name: "maddr", Usage: usage, Beyond: true, Verbs: []command.Verb{
	{Words: "add", Run: modify, Reads: &words, Type: unix.SIOCADDMULTI},
	{Words: "delete", Run: modify, Reads: &words, Type: unix.SIOCDELMULTI},
	{Words: "list|show|lst", Run: list, Default: true},
	{Words: "help"},
}}

const usage = `Usage: ip maddr [ add | del ] [ address ] MULTIADDR dev STRING
       ip maddr show [ [ dev ] STRING ]
       ip { maddress | maddr } help
`

// ifreq is struct ifreq with a link-layer address.
type ifreq struct {
	Name   [unix.IFNAMSIZ]byte
	Family uint16
	Data   [14]byte
	_      [8]byte
}

// etherLen is the length of the addresses that can be set.
const etherLen = 6

// words are those of add and delete, which fill the ifreq.
var words = field.Table{Name: "maddr", Voice: &voice, Usage: usage, Size: uint16(unsafe.Sizeof(ifreq{})), Rows: []*field.Row{
	{Words: "=dev", In: field.Head, Type: &field.LinkName, Flags: field.Once | field.Required},
	{Words: "address", In: field.Head, At: uint16(unsafe.Offsetof(ifreq{}.Data)), Type: &llAddr, Flags: field.Bare},
}}

var voice = field.Voice{Twice: cli.DupArg, Missing: func(string) error {
	return cli.Exit(cli.StatusUsage, `Not enough information: "dev" is required.`)
}}

var llAddr = field.Type{Parse: parseAddr}

// parseAddr reads an address. To the real tool, one that begins with zero is none
// when another follows.
func parseAddr(c *field.Call, r *field.Row) error {
	s, err := c.Args.ValueOnce("address", c.Get(field.Head, 0)[r.At] != 0)
	if err != nil {
		return err
	}
	addr, err := cli.LLAddr(s)
	switch {
	case err != nil:
		return err
	case len(addr) > len(ifreq{}.Data):
		return cli.Exit(cli.StatusError, `"%s" is invalid lladdr.`, s)
	case len(addr) != etherLen:
		return cli.Exit(cli.StatusError, "Error: Invalid address length %d - must be %d bytes", len(addr), etherLen)
	}
	c.Store(r, addr)
	return nil
}

// modify does the ioctl of the verb. The real tool ends when it is done, a batch
// too.
func modify(c *command.Call) error {
	x := c.Reader()
	if err := x.Read(); err != nil {
		return err
	}
	req, _ := rtnl.View[ifreq](x.Get(field.Head, 0))
	if err := req.ioctl(socketFamily(c.Env), uintptr(c.Verb.Type)); err != nil {
		return err
	}
	return &cli.Error{Ends: true}
}

// socketFamily is the family of the socket that the ioctl goes through.
func socketFamily(e *cli.Env) int {
	switch f := e.Opt.Family; f {
	case unix.AF_INET6, unix.AF_PACKET:
		return int(f)
	}
	return unix.AF_INET
}

func (r *ifreq) ioctl(family int, cmd uintptr) error {
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return cli.Exit(cli.StatusError, "Cannot create socket: %s", cli.Strerror(err))
	}
	defer unix.Close(fd)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), cmd, uintptr(unsafe.Pointer(r))); errno != 0 {
		return cli.Exit(cli.StatusError, "ioctl: %s", cli.Strerror(errno))
	}
	return nil
}
