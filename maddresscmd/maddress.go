// Package maddresscmd is "ip maddress": the multicast addresses that devices
// listen to. It departs from iproute2 nowhere.
package maddresscmd

import (
	"unsafe"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

func verbs() []cli.Verb {
	return []cli.Verb{
		{Words: "add", Run: modify(unix.SIOCADDMULTI)},
		{Words: "delete", Run: modify(unix.SIOCDELMULTI)},
		{Words: "list|show|lst", Run: list},
		{Words: "help", Help: usage},
	}
}

// Run is ip maddress.
func Run(e *cli.Env, a *cli.Args) error { return cli.Dispatch(e, a, "maddr", verbs(), list) }

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

// modify returns the verb that does the ioctl. The real tool ends when it is
// done, a batch too.
func modify(cmd uintptr) func(*cli.Env, *cli.Args) error {
	return func(e *cli.Env, a *cli.Args) error {
		var req ifreq
		for a.More() {
			var err error
			if a.Match("=dev") {
				err = req.parseDev(a)
			} else {
				err = req.parseAddr(a)
			}
			if err != nil {
				return err
			}
		}
		if req.Name[0] == 0 {
			return cli.Exit(cli.StatusUsage, `Not enough information: "dev" is required.`)
		}
		if err := req.ioctl(socketFamily(e), cmd); err != nil {
			return err
		}
		return &cli.Error{Ends: true}
	}
}

func (r *ifreq) parseDev(a *cli.Args) error {
	dev, err := a.Value()
	switch {
	case err != nil:
		return err
	case r.Name[0] != 0:
		return cli.DupArg("dev", dev)
	case !cli.ValidIfname(dev):
		return cli.InvArg(`"dev" not a valid ifname`, dev)
	}
	copy(r.Name[:], dev)
	return nil
}

func (r *ifreq) parseAddr(a *cli.Args) error {
	a.Match("address")
	if a.Is("help") {
		return cli.Usage(usage)
	}
	s, err := a.Value()
	if err != nil {
		return err
	}
	if r.Data[0] != 0 {
		return cli.DupArg("address", s)
	}
	addr, err := cli.LLAddr(s)
	if err != nil {
		return err
	}
	if len(addr) > len(r.Data) {
		return cli.Exit(cli.StatusError, `"%s" is invalid lladdr.`, s)
	}
	if len(addr) != etherLen {
		return cli.Exit(cli.StatusError, "Error: Invalid address length %d - must be %d bytes", len(addr), etherLen)
	}
	copy(r.Data[:], addr)
	return nil
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
