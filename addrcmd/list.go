package addrcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// A lister shows links with their addresses.
type lister struct {
	e     *cli.Env
	f     *linkshow.Filter
	links *linkshow.Printer
	addrs *Printer
	store store
}

// list is "ip address show". The kernel lists addresses family by family, but
// they are shown link by link: so they are kept, and the links stream.
func list(c *command.Call) error {
	e, a := c.Env, c.Args
	f, err := parseFilter(e, a)
	if err != nil {
		return err
	}
	l := lister{e: e, f: f, links: linkshow.NewPrinter(e, f), addrs: NewPrinter(e, f)}
	l.addrs.Device = l.addrs.Device || e.Opt.Oneline
	if e.LinksShown && f.Dev != nil && f.Group == nil {
		return linkshow.ShowOne(e, f, l.links)
	}
	e.Pen.Begin()
	defer e.Pen.End()
	if f.Index == 0 && !l.load() {
		return nil
	}
	return linkshow.Dump(e, f, l.link)
}

// load gets the addresses and reports whether that went well. Where there is
// only one link, it has to be there first.
func (l *lister) load() bool {
	if l.f.Family == unix.AF_PACKET {
		return true
	}
	err := l.e.Dump(dumpRequest(l.f.Family, l.f.Index), l.store.add)
	cli.Report(l.e.Stderr, cli.DumpError(err, 0))
	return err == nil
}

// parseFilter reads a filter and looks its device up.
func parseFilter(e *cli.Env, a *cli.Args) (*linkshow.Filter, error) {
	f, err := linkshow.ParseFilter(e, a, e.Opt.Family)
	if err != nil {
		return nil, err
	}
	return f, f.Resolve(e)
}

// dumpRequest asks for the addresses of a family, of one link or of all.
func dumpRequest(family uint8, index uint32) *rtnl.Msg {
	return rtnl.Request(unix.RTM_GETADDR, unix.IfAddrmsg{Family: family, Index: index})
}

// link shows one link, if it passes, with its addresses.
func (l *lister) link(m rtnl.Message) error {
	if l.f.Index != 0 && !l.load() {
		return nil
	}
	ifi, _ := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil || !l.f.InGroup(m) || !l.chosen(uint32(ifi.Index)) {
		return nil
	}
	l.e.Pen.OpenObject("")
	verdict := linkshow.Short
	if l.e.Opt.Brief || l.f.Family == unix.AF_PACKET || !l.e.Opt.Oneline {
		verdict = l.links.Print(m)
	}
	if verdict != linkshow.Hidden && l.f.Family != unix.AF_PACKET {
		l.addresses(ifi)
	}
	if verdict == linkshow.Full && l.e.Opt.Stats > 0 && !l.e.LinksShown {
		l.links.PrintStats()
	}
	l.e.Pen.CloseObject()
	return nil
}

// chosen reports whether the link has an address that passes the filter, or
// has none at all where links without addresses are shown too.
func (l *lister) chosen(index uint32) bool {
	if l.f.Family == unix.AF_PACKET {
		return true
	}
	any := false
	for s := l.store.first(index); s != nil; s = l.store.after(s) {
		any = true
		if a := &l.addrs.a; a.parse(s.body) && chooses(l.e, l.f, a) {
			return true
		}
	}
	return !any && l.f.Family == unix.AF_UNSPEC
}

// addresses shows the addresses of a link.
func (l *lister) addresses(ifi *unix.IfInfomsg) {
	pen := l.e.Pen
	up := ifi.Flags&unix.IFF_UP != 0
	pen.OpenArray("addr_info")
	for s := l.store.first(uint32(ifi.Index)); s != nil; s = l.store.after(s) {
		a := &l.addrs.a
		if l.f.Up && !up || l.f.Down && up || !a.parse(s.body) || l.f.Family != unix.AF_UNSPEC && l.f.Family != a.Family {
			continue
		}
		pen.OpenObject("")
		if passes(l.e, l.f, a) {
			l.addrs.print(false)
		}
		pen.CloseObject()
	}
	pen.CloseArray()
	if l.e.Opt.Brief {
		pen.EndLine()
	}
}
