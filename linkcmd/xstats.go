package linkcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/linkcmd/linkkind"
	"gip/linkcmd/linkshow"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

const xstatsUsage = "Usage: ... xstats type TYPE [ ARGS ]\n"

// xstats is "ip link xstats type KIND": the extended statistics of all links
// of a kind, or of all ports of such links.
func xstats(c *command.Call) error {
	e, a := c.Env, c.Args
	if !a.More() {
		return cli.Fail("xstats: missing argument")
	}
	switch {
	case a.Match("type"):
	case a.Match("help"):
		e.Pen.Text(xstatsUsage)
		return nil
	default:
		return cli.InvArg("unknown argument", a.Word())
	}
	kind, err := a.Value()
	if err != nil {
		return err
	}
	if linkkind.Find(kind) == nil {
		return cli.InvArg("invalid type", kind)
	}
	x := findXstats(strings.TrimSuffix(kind, "_slave"))
	if x == nil {
		return cli.Fail("xstats: link type %s doesn't support xstats", kind)
	}
	s := xstatsRequest{Xstats: x, e: e, kind: kind}
	if err := s.parse(a); err != nil {
		return err
	}
	return s.run()
}

func findXstats(kind string) *linkstats.Xstats {
	for _, x := range []*linkstats.Xstats{&linkstats.BridgeXstats, &linkstats.BondXstats} {
		if x.Kind == kind {
			return x
		}
	}
	return nil
}

// An xstatsRequest asks for the extended statistics of a kind.
type xstatsRequest struct {
	*linkstats.Xstats
	e     *cli.Env
	kind  string
	only  uint16 // the one suite that is wanted
	index uint32 // the one link
}

func (s *xstatsRequest) parse(a *cli.Args) error {
	c := field.NewCall(s.e, a, &s.Words)
	c.For = s.kind + " " + s.Help
	err := c.Read()
	s.only = uint16(rtnl.U32(c.Get(field.Slot, linkstats.SlotSuite)))
	s.index = rtnl.U32(c.Get(field.Slot, linkstats.SlotDevice))
	return err
}

func (s *xstatsRequest) run() error {
	attr := unix.IFLA_STATS_LINK_XSTATS
	if strings.HasSuffix(s.kind, "_slave") {
		attr = unix.IFLA_STATS_LINK_XSTATS_SLAVE
	}
	s.e.Pen.Begin()
	defer s.e.Pen.End()
	return linkstats.Dump(s.e, linkstats.StatsBit(attr), func(msg *linkstats.IfStatsMsg, attrs []byte) {
		if s.index != 0 && s.index != msg.Index {
			return
		}
		for _, t := range []uint16{unix.IFLA_STATS_LINK_XSTATS, unix.IFLA_STATS_LINK_XSTATS_SLAVE} {
			if list := rtnl.Find(rtnl.Find(attrs, t), s.Type); list != nil {
				s.print(msg.Index, list)
			}
		}
	})
}

// print prints the statistics of one link. Those of VLANs are for "ip stats"
// only.
func (s *xstatsRequest) print(index uint32, list []byte) {
	pen := s.e.Pen
	pen.OpenObject("")
	pen.StrWidth("ifname", "", linkshow.BriefName, s.e.Links.Name(index), "\n")
	for t, v := range rtnl.Attrs(list) {
		if s.only != 0 && s.only != t {
			continue
		}
		for _, suite := range s.Suites {
			if suite.Attr == t && !suite.Many {
				suite.Print(s.e, v)
			}
		}
		if s.First {
			break
		}
	}
	pen.CloseObject()
}
