package maddresscmd

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// ifaMCUsers is the attribute that counts who listens to an address; the
// kernels that have none are asked through /proc.
const ifaMCUsers = 12

// A group is one address of one device.
type group struct {
	index  int
	name   string
	family uint8
	addr   []byte
	users  int
	static bool
}

// A lister gathers the groups that are asked for: all, or those of a device, which the
// files of /proc have by its name only.
type lister struct {
	e      *cli.Env
	dev    string
	index  uint32
	hasDev bool
	groups []group
}

func list(c *command.Call) error {
	e, a := c.Env, c.Args
	l := &lister{e: e}
	for a.More() {
		if !a.Match("=dev") && a.Is("help") {
			return cli.Help()
		}
		word.OfferLink(a.Word())
		dev, err := a.Value()
		if err != nil {
			return err
		}
		if l.hasDev {
			return cli.DupArg2("dev", dev)
		}
		l.dev, l.hasDev = dev, true
	}
	if l.hasDev {
		l.index = e.Links.Index(l.dev)
	}
	if !l.hasDev || l.index != 0 {
		l.gather(e.Opt.Family)
	}
	// By device; those of one device stay in the order in which they came.
	cli.Sort(l.groups, func(a, b group) int { return a.index - b.index })
	l.print()
	return nil
}

func (l *lister) gather(family uint8) {
	if family == unix.AF_UNSPEC || family == unix.AF_PACKET {
		l.readDevices()
	}
	if (family == unix.AF_UNSPEC || family == unix.AF_INET) && !l.dump(unix.AF_INET) {
		l.readIGMP()
	}
	if (family == unix.AF_UNSPEC || family == unix.AF_INET6) && !l.dump(unix.AF_INET6) {
		l.readIGMP6()
	}
}

// add files a group that a file has.
func (l *lister) add(g group) {
	if !l.hasDev || l.dev == g.name {
		l.groups = append(l.groups, g)
	}
}

// dump asks the kernel for the groups of a family. It adds nothing and
// returns false if the kernel cannot tell, does not count who listens, or ends
// the list by an error, as for a link that is not there. That alone is told.
func (l *lister) dump(family uint8) bool {
	m := rtnl.Request(unix.RTM_GETMULTICAST, unix.IfAddrmsg{Family: family, Index: l.index})
	mark := len(l.groups)
	whole := true
	err := l.e.Dump(m, func(m rtnl.Message) error {
		ifa, attrs := rtnl.View[unix.IfAddrmsg](m.Body)
		if ifa == nil {
			return nil
		}
		addr, users := rtnl.Find(attrs, unix.IFA_MULTICAST), rtnl.Find(attrs, ifaMCUsers)
		if users == nil {
			whole = false
		}
		if whole && addr != nil {
			l.groups = append(l.groups, group{
				index: int(ifa.Index), name: l.e.Links.Name(ifa.Index), family: family,
				addr: bytes.Clone(addr), users: int(rtnl.U32(users)),
			})
		}
		return nil
	})
	if refused := new(rtnl.Error); errors.As(err, &refused) && refused.Dump {
		cli.Report(l.e.Stderr, refused)
	}
	if err != nil || !whole {
		l.groups = l.groups[:mark]
		return false
	}
	return true
}

// proc yields the lines of a file in /proc/net, split into words. A file that
// is missing has none.
func proc(path string, line func(raw string, words []string)) {
	b, _ := file.Read("/proc/net/" + path)
	for s := range strings.Lines(b) {
		line(s, strings.Fields(s))
	}
}

// readDevices reads dev_mcast: "2 va 1 0 333300000001".
func (l *lister) readDevices() {
	proc("dev_mcast", func(_ string, w []string) {
		if len(w) < 5 {
			return
		}
		addr, err := hex.DecodeString(w[4])
		if err != nil {
			return
		}
		l.add(group{
			index: cli.Atoi(w[0]), name: w[1], family: unix.AF_PACKET, addr: addr,
			users: cli.Atoi(w[2]), static: cli.Atoi(w[3]) != 0,
		})
	})
}

// readIGMP reads igmp: a line for a device, "2 va : 1 V3", and an indented one
// for each of its addresses, "010000E0 1 …", in the machine's byte order.
func (l *lister) readIGMP() {
	g := group{family: unix.AF_INET}
	proc("igmp", func(raw string, w []string) {
		switch {
		case len(w) < 2 || w[0] == "Idx":
		case raw[0] != '\t':
			g.index, g.name = cli.Atoi(w[0]), strings.TrimSuffix(w[1], ":")
		default:
			if v, err := strconv.ParseUint(w[0], 16, 32); err == nil {
				g.addr = rtnl.NE.AppendUint32(nil, uint32(v))
				g.users = cli.Atoi(w[1])
				l.add(g)
			}
		}
	})
}

// readIGMP6 reads igmp6: "2 va ff020000000000000000000000000001 1 0000000C 0".
func (l *lister) readIGMP6() {
	proc("igmp6", func(_ string, w []string) {
		if len(w) < 4 {
			return
		}
		if addr, err := hex.DecodeString(w[2]); err == nil {
			l.add(group{index: cli.Atoi(w[0]), name: w[1], family: unix.AF_INET6, addr: addr, users: cli.Atoi(w[3])})
		}
	})
}

// print writes the groups under the name of their device, which with -o is
// repeated for each.
func (l *lister) print() {
	p := l.e.Pen
	p.Begin()
	current := 0
	for i := range l.groups {
		g := &l.groups[i]
		if g.index != current || l.e.Opt.Oneline {
			endDevice(p, current)
			p.OpenObject("")
			p.Int("ifindex", "", int64(g.index), ":")
			p.ColorStr(show.Ifname, "ifname", "\t", g.name, "")
			p.NL()
			p.OpenArray("maddr")
			current = g.index
		}
		g.print(l.e)
	}
	endDevice(p, current)
	p.End()
}

func endDevice(p *show.Pen, index int) {
	if index != 0 {
		p.CloseArray()
		p.CloseObject()
	}
}

func (g *group) print(e *cli.Env) {
	var buf [128]byte
	p := e.Pen
	p.Text("\t")
	p.OpenObject("")
	if g.family == unix.AF_PACKET {
		p.Text("link  ")
		p.ColorBytes(show.MAC, "link", "", cli.AppendLLAddr(buf[:0], 0, g.addr), "")
	} else {
		p.StrWidth("family", "", 5, cli.FamilyName(g.family), " ")
		p.ColorBytes(show.FamilyColor(g.family), "address", "", e.AppendHost(buf[:0], g.family, g.addr), "")
	}
	if g.users != 1 {
		p.Uint("users", " users ", uint64(g.users), "")
	}
	if g.static {
		p.Str("features", " ", "static", "")
	}
	p.EndLine()
	p.CloseObject()
}
