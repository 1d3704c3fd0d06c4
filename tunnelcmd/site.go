package tunnelcmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Routers of ISATAP links and prefixes of IPv6 rapid deployment: what sit tunnels have
// besides.

// prlEntry is struct ip_tunnel_prl of linux/if_tunnel.h: a potential router of
// an ISATAP link.
type prlEntry struct {
	addr    [4]byte
	flags   uint16
	_       uint16
	datalen uint32
	_       uint32
}

func printPRL(e *cli.Env, dev string) {
	var prl [16]prlEntry
	prl[0].datalen = uint32(unsafe.Sizeof(prl) - unsafe.Sizeof(prl[0]))
	if err := general(uapi.SIOCGETPRL, dev, unsafe.Pointer(&prl), 0); err != nil {
		cli.Report(e.Stderr, err)
		return
	}
	for _, r := range prl[1:] {
		if r.addr == [4]byte{} {
			continue
		}
		key := "pr"
		if r.flags&uapi.PRL_DEFAULT != 0 {
			key = "pdr"
		}
		e.Pen.Str(key, " "+key+" ", string(cli.AppendAddr(nil, unix.AF_INET, r.addr[:])), "")
	}
}

// general makes a request of which the real tool tells the number; the errno
// skip is none.
func general(req uint, dev string, p unsafe.Pointer, skip unix.Errno) error {
	err := tunnelIoctl(unix.AF_INET, req, dev, p)
	errno, ok := err.(unix.Errno)
	switch {
	case !ok:
		return err
	case errno == skip:
		return cli.Silent(cli.StatusError)
	}
	return cli.Fail("%s: ioctl %x failed: %s", dev, req, rtnl.Strerror(errno))
}

// sixRDParm is struct ip_tunnel_6rd of linux/if_tunnel.h.
type sixRDParm struct {
	prefix                    [16]byte
	relayPrefix               [4]byte
	prefixLen, relayPrefixLen uint16
}

func print6RD(e *cli.Env, dev string) {
	var p sixRDParm
	if err := general(uapi.SIOCGET6RD, dev, unsafe.Pointer(&p), unix.EINVAL); err != nil {
		cli.Report(e.Stderr, err)
		return
	}
	if p.prefixLen == 0 {
		return
	}
	e.Pen.Str("6rd-prefix", " 6rd-prefix ", string(cli.AppendAddr(nil, unix.AF_INET6, p.prefix[:])), "")
	e.Pen.Uint("6rd-prefixlen", "/", uint64(p.prefixLen), "")
	if p.relayPrefix != [4]byte{} {
		e.Pen.Str("6rd-relay_prefix", " 6rd-relay_prefix ", string(cli.AppendAddr(nil, unix.AF_INET, p.relayPrefix[:])), "")
		e.Pen.Uint("6rd-relay_prefixlen", "/", uint64(p.relayPrefixLen), "")
	}
}

// A siteRequest is what prl and 6rd ask of a device.
type siteRequest struct {
	req   uint16
	prl   prlEntry
	sixRD sixRDParm
}

// The words of prl and 6rd; Attr is the request, Arg a flag or a family.
var (
	prlWords = field.Table{Name: "PRL", Voice: &siteVoice, Rows: []*field.Row{
		{Words: "=prl-default", Attr: uapi.SIOCADDPRL, Arg: uapi.PRL_DEFAULT, Type: &router},
		{Words: "=prl-nodefault", Attr: uapi.SIOCADDPRL, Type: &router},
		{Words: "=prl-delete", Attr: uapi.SIOCDELPRL, Type: &router},
		&site,
	}}
	sixRDWords = field.Table{Name: "6RD", Voice: &siteVoice, Rows: []*field.Row{
		{Words: "=6rd-prefix", Attr: uapi.SIOCADD6RD, Arg: unix.AF_INET6, Type: &sitePrefix},
		{Words: "=6rd-relay_prefix", Attr: uapi.SIOCADD6RD, Arg: unix.AF_INET, Type: &sitePrefix},
		{Words: "=6rd-reset", Attr: uapi.SIOCDEL6RD, Type: &siteReset},
		&site,
	}}

	site = field.Row{Words: "=dev", In: field.Slot, Type: &field.LinkName, Flags: field.Required}
)

var siteVoice = field.Voice{
	Missing: func(string) error { return cli.Exit(cli.StatusUsage, "Must specify device") },
	Unknown: func(c *field.Call) error {
		return cli.Exit(cli.StatusUsage, `Invalid %s parameter "%s"`, c.Table.Name, c.Typed)
	},
}

var (
	router     = field.Type{Read: parseRouter}
	sitePrefix = field.Type{Read: parseSitePrefix}
	siteReset  = field.Type{Parse: func(c *field.Call, r *field.Row) error { c.For.(*siteRequest).req = r.Attr; return nil }}
)

// parseRouter reads one router; a second one is one too many.
func parseRouter(c *field.Call, r *field.Row, word string) (err error) {
	s := c.For.(*siteRequest)
	if s.prl.addr, err = cli.Addr32(word); err != nil {
		return err
	}
	s.prl.flags |= uint16(r.Arg)
	if s.req != 0 {
		return cli.Exit(cli.StatusUsage, "One PRL entry at a time")
	}
	s.req = r.Attr
	return nil
}

func parseSitePrefix(c *field.Call, r *field.Row, word string) error {
	s := c.For.(*siteRequest)
	p, err := cli.ParsePrefix(word, uint8(r.Arg))
	if s.req = r.Attr; r.Arg == unix.AF_INET6 {
		copy(s.sixRD.prefix[:], p.Bytes())
		s.sixRD.prefixLen = uint16(p.Bits)
	} else {
		copy(s.sixRD.relayPrefix[:], p.Bytes())
		s.sixRD.relayPrefixLen = uint16(p.Bits)
	}
	return err
}

func (s *siteRequest) run(e *cli.Env, a *cli.Args, t *field.Table, p unsafe.Pointer) error {
	c := field.NewCall(e, a, t)
	c.For = s
	if err := c.Read(); err != nil {
		return err
	}
	return general(uint(s.req), rtnl.Str(c.Get(field.Slot, 0)), p, 0)
}

// prl changes the list of potential routers of an ISATAP link.
func prl(c *command.Call) error {
	e, a := c.Env, c.Args
	var s siteRequest
	return s.run(e, a, &prlWords, unsafe.Pointer(&s.prl))
}

// sixRD sets the prefixes of IPv6 rapid deployment (RFC 5969).
func sixRD(c *command.Call) error {
	e, a := c.Env, c.Args
	var s siteRequest
	return s.run(e, a, &sixRDWords, unsafe.Pointer(&s.sixRD))
}
