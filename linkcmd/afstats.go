package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/linkshow"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// afStats is "ip link afstats": what address families count for each link.
// Only MPLS does.
func afStats(c *command.Call) error {
	e, a := c.Env, c.Args
	var dev *string
	for a.More() {
		switch {
		case a.Match("=dev"):
			word.OfferLink(a.Word())
			s, err := a.Value()
			if err != nil {
				return err
			}
			if dev != nil {
				return cli.DupArg2("dev", s)
			}
			dev = &s
		case a.Match("help"):
			return cli.Help()
		default:
			return c.Unknown()
		}
	}
	f := linkshow.Filter{Dev: dev}
	err := f.Resolve(e)
	if err == nil {
		e.Pen.Begin()
		err = linkstats.Dump(e, linkstats.StatsBit(unix.IFLA_STATS_AF_SPEC), func(msg *linkstats.IfStatsMsg, attrs []byte) {
			if f.Index == 0 || f.Index == msg.Index {
				printAFStats(e, msg.Index, rtnl.Find(attrs, unix.IFLA_STATS_AF_SPEC))
			}
		})
		e.Pen.End()
	}
	// The real tool says what failed, and succeeds.
	cli.Report(e.Stderr, err)
	return nil
}

func printAFStats(e *cli.Env, index uint32, families []byte) {
	named := false
	for family, v := range rtnl.Attrs(families) {
		if e.Opt.Family != unix.AF_UNSPEC && uint16(e.Opt.Family) != family {
			continue
		}
		if !named {
			named = true
			e.Pen.Uint("ifindex", "", uint64(index), ":")
			e.Pen.ColorStr(show.Ifname, "ifname", "", e.Links.Name(index), "")
			e.Pen.NL()
		}
		if family != unix.AF_MPLS {
			e.Warnf("    unknown af(%d)\n", family)
			continue
		}
		if stats := rtnl.Find(v, uapi.MPLS_STATS_LINK); stats != nil {
			e.Pen.Text("    mpls:")
			e.Pen.NL()
			s := linkstats.ParseStats(stats)
			s.PrintShort(e, "        ", linkstats.MPLSColumn)
			e.Pen.EndLine()
		}
	}
}
