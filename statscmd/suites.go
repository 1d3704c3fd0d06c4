package statscmd

import (
	"runtime"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// A suite is one set of statistics.
type suite struct {
	path    selection
	group   int   // IFLA_STATS_
	offload []int // what it needs of the group of hardware
	// show prints it from the attribute of its group, nil if there is none.
	show func(e *cli.Env, v []byte) error
	// xstats, instead of show, are those of the kind whose suite has the last
	// name of the path.
	xstats *linkstats.Xstats
}

// suites are all statistics, in the order in which they print on x86: see inOrder.
var suites = [...]suite{
	{selection{"afstats", "mpls"}, unix.IFLA_STATS_AF_SPEC, nil, showMPLS, nil},
	{selection{"link"}, unix.IFLA_STATS_LINK_64, nil, showLink, nil},
	{selection{"offload", "l3_stats"}, offloadGroup, []int{unix.IFLA_OFFLOAD_XSTATS_L3_STATS, unix.IFLA_OFFLOAD_XSTATS_HW_S_INFO}, showL3, nil},
	hwInfo: {selection{"offload", "hw_stats_info"}, offloadGroup, []int{unix.IFLA_OFFLOAD_XSTATS_HW_S_INFO}, showInfo, nil},
	{selection{"offload", "cpu_hit"}, offloadGroup, []int{unix.IFLA_OFFLOAD_XSTATS_CPU_HIT}, showCPUHit, nil},
	{selection{"xstats_slave", "bond", "802.3ad"}, unix.IFLA_STATS_LINK_XSTATS_SLAVE, nil, nil, &linkstats.BondXstats},
	{selection{"xstats", "bond", "802.3ad"}, unix.IFLA_STATS_LINK_XSTATS, nil, nil, &linkstats.BondXstats},
	{selection{"xstats_slave", "bridge", "vlan"}, unix.IFLA_STATS_LINK_XSTATS_SLAVE, nil, nil, &linkstats.BridgeXstats},
	{selection{"xstats_slave", "bridge", "mcast"}, unix.IFLA_STATS_LINK_XSTATS_SLAVE, nil, nil, &linkstats.BridgeXstats},
	{selection{"xstats_slave", "bridge", "stp"}, unix.IFLA_STATS_LINK_XSTATS_SLAVE, nil, nil, &linkstats.BridgeXstats},
	{selection{"xstats", "bridge", "vlan"}, unix.IFLA_STATS_LINK_XSTATS, nil, nil, &linkstats.BridgeXstats},
	{selection{"xstats", "bridge", "mcast"}, unix.IFLA_STATS_LINK_XSTATS, nil, nil, &linkstats.BridgeXstats},
	{selection{"xstats", "bridge", "stp"}, unix.IFLA_STATS_LINK_XSTATS, nil, nil, &linkstats.BridgeXstats},
}

// hwInfo is the suite that monitors show.
const hwInfo = 3

// The real tool prints the suites in the order in which they happen to stand in its
// memory. Compilers for other architectures than x86 put hwInfo there first.
const hwInfoFirst = runtime.GOARCH != "amd64" && runtime.GOARCH != "386"

// inOrder is the number in suites of the one that prints as the i-th, from 0.
func inOrder(i int, hwInfoFirst bool) int {
	switch {
	case !hwInfoFirst || i > hwInfo:
		return i
	case i == 0:
		return hwInfo
	}
	return i - 1
}

const offloadGroup = unix.IFLA_STATS_LINK_OFFLOAD_XSTATS

// head prints the path of the suite.
func (s *suite) head(p *show.Pen) {
	for i, name := range s.path {
		p.JStr(levels[i], name)
	}
	p.Text(s.path.String())
}

func showMPLS(e *cli.Env, v []byte) error {
	mpls := rtnl.Find(v, unix.AF_MPLS)
	if mpls == nil {
		return nil
	}
	b := rtnl.Find(mpls, uapi.MPLS_STATS_LINK)
	if b == nil {
		return errNoStats()
	}
	s := linkstats.ParseStats(b)
	e.Pen.NL()
	e.Pen.OpenObject("mpls_stats")
	s.PrintShort(e, "    ", linkstats.MPLSColumn)
	e.Pen.CloseObject()
	return nil
}

func showLink(e *cli.Env, v []byte) error {
	e.Pen.NL()
	showStats(e, v)
	return nil
}

func showCPUHit(e *cli.Env, v []byte) error {
	return showLink(e, rtnl.Find(v, unix.IFLA_OFFLOAD_XSTATS_CPU_HIT))
}

func showStats(e *cli.Env, v []byte) {
	if v == nil {
		return
	}
	s := linkstats.ParseStats(v)
	e.Pen.OpenObject("stats64")
	s.Print(e, nil, "")
	e.Pen.CloseObject()
}

func showL3(e *cli.Env, v []byte) error {
	info := rtnl.Find(v, unix.IFLA_OFFLOAD_XSTATS_HW_S_INFO)
	if info == nil {
		return nil
	}
	state, err := parseInfo(e, info)
	if err != nil {
		return err
	}
	e.Pen.OpenObject("info")
	state.print(e.Pen)
	e.Pen.CloseObject()
	if b := rtnl.Find(v, unix.IFLA_OFFLOAD_XSTATS_L3_STATS); b != nil {
		s := linkstats.ParseStats(b)
		e.Pen.NL()
		e.Pen.OpenObject("stats64")
		s.PrintShort(e, "    ", linkstats.HardwareColumn)
		e.Pen.CloseObject()
	}
	return nil
}

func showInfo(e *cli.Env, v []byte) error {
	info := rtnl.Find(v, unix.IFLA_OFFLOAD_XSTATS_HW_S_INFO)
	if info == nil {
		return nil
	}
	e.Pen.NL()
	state, err := parseInfo(e, info)
	if err != nil {
		return err
	}
	e.Pen.OpenObject("info")
	if state != nil {
		e.Pen.Text("    l3_stats")
		e.Pen.OpenObject("l3_stats")
		state.print(e.Pen)
		e.Pen.CloseObject()
	}
	e.Pen.CloseObject()
	return nil
}

// A hwState tells whether statistics of the hardware are asked for and in use;
// nil is not told.
type hwState struct{ request, used *bool }

// parseInfo reads the state of the statistics of layer 3; nil if there is none.
func parseInfo(e *cli.Env, info []byte) (*hwState, error) {
	l3 := rtnl.Find(info, unix.IFLA_OFFLOAD_XSTATS_L3_STATS)
	if l3 == nil {
		return nil, nil
	}
	var s hwState
	if v := rtnl.Find(l3, unix.IFLA_OFFLOAD_XSTATS_HW_S_INFO_REQUEST); v != nil {
		if s.request = zeroOne(e, "request", v); s.request == nil {
			return nil, cli.Silent(statusInvalid)
		}
	}
	if v := rtnl.Find(l3, unix.IFLA_OFFLOAD_XSTATS_HW_S_INFO_USED); v != nil {
		s.used = zeroOne(e, "used", v)
	}
	return &s, nil
}

func zeroOne(e *cli.Env, what string, v []byte) *bool {
	n := rtnl.U8(v)
	if n > 1 {
		e.Warnf("Invalid value for %s: expected 0 or 1, got %d.\n", what, n)
		return nil
	}
	on := n == 1
	return &on
}

func (s *hwState) print(p *show.Pen) {
	if s == nil {
		return
	}
	if s.request != nil {
		p.OnOff("request", " ", *s.request, "")
	}
	if s.used != nil {
		p.OnOff("used", " used ", *s.used, "")
	}
}

// print prints the suite from the attribute of its group.
func (s *suite) print(e *cli.Env, v []byte) error {
	if s.show != nil {
		return s.show(e, v)
	}
	for i := range s.xstats.Suites {
		if x := &s.xstats.Suites[i]; x.Name == s.path[len(s.path)-1] {
			showSuite(e, x, rtnl.Find(v, s.xstats.Type))
		}
	}
	return nil
}

func showSuite(e *cli.Env, s *linkstats.Suite, list []byte) {
	if s.Many {
		e.Pen.OpenArray("vlans")
		defer e.Pen.CloseArray()
	}
	for t, v := range rtnl.Attrs(list) {
		if t == s.Attr {
			e.Pen.NL()
			s.Print(e, v)
		}
	}
}
