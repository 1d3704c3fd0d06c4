// Package netstat is netstat of net-tools.
package netstat

import (
	"slices"
	"strings"
	"time"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/nettoolscmd/common"
	"gip/nettoolscmd/ifconfig"
	"gip/nettoolscmd/route"
)

// netstat is one call of the command: its options.
type netstat struct {
	*cli.Env
	interfaces, routes, masquerade, statistics bool
	modes                                      int // how often one of these four was asked for
	all, listening, continuous, verbose        bool
	timers, programs, wide                     bool
	tcp, sctp, udp, udplite, raw               bool
	groups, bluetooth                          bool
	extend                                     int
	numericHosts, numericPorts, numericUsers   bool
	symbolic                                   bool
	fib, cache                                 bool
	families                                   []string
	inet, inet6, unix                          bool
	old                                        map[string]bool // families that kernels lost
	// Which sockets were asked for, or none: then all are shown, and what
	// is missing is passed over.
	chosen, anyProtocol bool

	processes *processes
	services  *services
}

func getopt() *cli.Getopt {
	return &cli.Getopt{
		Prog:  "netstat",
		Short: "A:CFMacdeghilnNoprsStuUvVWw2fx64?Z",
		Long: append(slices.Clone(common.FamilyLongOpts), []cli.LongOpt{
			{Name: "version", Val: 'V'}, {Name: "interfaces", Val: 'i'}, {Name: "help", Val: 'h'}, {Name: "route", Val: 'r'},
			{Name: "masquerade", Val: 'M'}, {Name: "protocol", Arg: cli.NeedArg, Val: 'A'}, {Name: "tcp", Val: 't'},
			{Name: "sctp", Val: 'S'}, {Name: "udp", Val: 'u'}, {Name: "udplite", Val: 'U'}, {Name: "raw", Val: 'w'},
			{Name: "unix", Val: 'x'}, {Name: "l2cap", Val: '2'}, {Name: "rfcomm", Val: 'f'}, {Name: "listening", Val: 'l'},
			{Name: "all", Val: 'a'}, {Name: "timers", Val: 'o'}, {Name: "continuous", Val: 'c'}, {Name: "extend", Val: 'e'},
			{Name: "programs", Val: 'p'}, {Name: "verbose", Val: 'v'}, {Name: "statistics", Val: 's'}, {Name: "wide", Val: 'W'},
			{Name: "numeric", Val: 'n'}, {Name: "numeric-hosts", Val: '!'}, {Name: "numeric-ports", Val: '@'},
			{Name: "numeric-users", Val: '#'}, {Name: "symbolic", Val: 'N'}, {Name: "cache", Val: 'C'}, {Name: "fib", Val: 'F'},
			{Name: "groups", Val: 'g'}, {Name: "context", Val: 'Z'},
		}...),
	}
}

const authors = "Fred Baumgarten, Alan Cox, Bernd Eckenfels, Phil Blundell, Tuan Hoang, Brian Micek and others\n"

// Applet is the command netstat.
var Applet = command.Applet{Names: "netstat", Run: run}

func run(c *command.Call) error {
	e := c.Env
	n := &netstat{Env: e, old: make(map[string]bool), extend: 1}
	if _, err := getopt().As(e.Called).Each(c.Rest(), n.option); err != nil {
		return err
	}
	show, err := n.choose()
	if err != nil || e.Asked {
		return err
	}
	for {
		err := show()
		if err != nil || !n.continuous || n.statistics {
			return err
		}
		e.Pen.Flush()
		if e.Pause(time.Second) {
			return nil
		}
		n.processes = nil
		e.Links.Reset()
	}
}

func (n *netstat) option(o cli.Opt) error {
	if o.Turns([]cli.Switch{{'M', &n.masquerade}, {'a', &n.all}, {'l', &n.listening}, {'c', &n.continuous}, {'g', &n.groups},
		{'p', &n.programs}, {'i', &n.interfaces}, {'W', &n.wide}, {'!', &n.numericHosts}, {'@', &n.numericPorts},
		{'#', &n.numericUsers}, {'N', &n.symbolic}, {'C', &n.cache}, {'F', &n.fib}, {'o', &n.timers}, {'v', &n.verbose},
		{'r', &n.routes}, {'t', &n.tcp}, {'S', &n.sctp}, {'u', &n.udp}, {'U', &n.udplite}, {'w', &n.raw},
		{'2', &n.bluetooth}, {'f', &n.bluetooth}, {'s', &n.statistics}}) {
		if strings.ContainsRune("irMs", o.Val) {
			n.modes++
		}
		return nil
	}
	switch o.Val {
	case 'n':
		n.numericHosts, n.numericPorts, n.numericUsers = true, true, true
	case 'e':
		n.extend++
	case 'd':
	case 'A':
		return n.addFamily(o.Arg)
	case '6':
		return n.addFamily("inet6")
	case '4':
		return n.addFamily("inet")
	case 'x':
		return n.addFamily("unix")
	case 'V':
		n.Pen.Raw(common.Release + authors + "+NEW_ADDRT +RTF_IRTT +RTF_REJECT +FW_MASQUERADE +I18N +SELINUX\n" +
			common.AfFeatures + "HW: " + common.HwFeatures)
		return cli.Done
	case 'Z':
		return cli.Fail("SELinux is not enabled on this machine.")
	case 'h':
		n.Warnf("%s", route.Families())
		n.Pen.Raw(usage)
		return cli.Done
	case '?':
		if o.Err != "" {
			n.Warnf("%s\n", o.Err)
		}
		return n.usage()
	case common.FamilyOpt:
		if f := common.FamilyOption(n.Env, "netstat", o); f != "" {
			return n.addFamily(f)
		}
	}
	return nil
}

func (n *netstat) usage() error {
	return &cli.Error{Status: common.StatusUsage, Text: usage + route.Families()}
}

// addFamily takes the words of -A.
func (n *netstat) addFamily(words string) error {
	list, err := common.AddFamilies(nil, words)
	n.families = append(n.families, list...)
	for _, f := range list {
		switch f {
		case "inet":
			n.inet = true
		case "inet6":
			n.inet6 = true
		case "unix":
			n.unix = true
		case "bluetooth":
			n.bluetooth = true
		default:
			n.old[f] = true
		}
	}
	return err
}

// choose works out what to show.
func (n *netstat) choose() (show func() error, err error) {
	if n.modes > 1 {
		return nil, n.usage()
	}
	n.chooseProtocols()
	switch {
	case n.masquerade:
		return n.showMasquerade, nil
	case n.statistics:
		return n.showStatistics, nil
	case n.routes:
		return n.showRoutes, nil
	case n.interfaces:
		if err := common.AnyFamily(n.Env); err != nil {
			return nil, err
		}
		n.Pen.Raw("Kernel Interface table\n")
		return n.showInterfaces, nil
	}
	return n.showSockets, nil
}

func (n *netstat) protocols() bool { return n.tcp || n.sctp || n.udp || n.udplite || n.raw }

func (n *netstat) chooseProtocols() {
	if (n.inet || n.inet6 || n.statistics) && !n.protocols() {
		n.anyProtocol = true
		n.tcp, n.sctp, n.udp, n.udplite, n.raw = true, true, true, true, true
	}
	if (n.protocols() || n.groups) && !n.inet && !n.inet6 {
		n.inet, n.inet6 = true, true
	}
	n.chosen = n.protocols() || n.unix || n.groups || n.bluetooth
	for _, f := range lostFamilies {
		n.chosen = n.chosen || n.old[f.name]
	}
}

// showMasquerade has nothing to show: the table went with ipchains.
func (n *netstat) showMasquerade() error {
	return cli.Fail("netstat: no support for `ip_masquerade' on this system.")
}

// showRoutes shows a routing table, by default with the columns that route -e
// has.
func (n *netstat) showRoutes() error {
	o := route.TableOptions{Ext: n.extend, Numeric: n.numericHosts || n.symbolic, FIB: n.fib || !n.cache, Cache: n.cache}
	switch o.Ext {
	case 1:
		o.Ext = 2
	case 2:
		o.Ext = 1
	}
	o.Ext &= 3
	families := n.families
	if len(families) == 0 {
		families = []string{"inet"}
	}
	return route.ShowTables(n.Env, families, o)
}

func (n *netstat) showInterfaces() error {
	short := n.extend < 2
	if short {
		n.Pen.Raw("Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n")
	}
	list, err := common.AllIfaces(n.Env)
	if err != nil {
		return err
	}
	for _, i := range list {
		if n.all || isUp(i) {
			ifconfig.PrintIface(i, n.Env, short)
		}
	}
	return nil
}

// lostFamilies are those whose sockets nothing but an option is left of, in
// the order in which they would be shown.
var lostFamilies = []struct{ name, title string }{
	{"ipx", "AF IPX"}, {"ax25", "AF AX25"}, {"x25", "AF X25"}, {"netrom", "AF NETROM"}, {"rose", "AF ROSE"},
}

// showSockets shows the sockets that were asked for, or all.
func (n *netstat) showSockets() error {
	if !n.chosen || n.protocols() {
		n.headSockets()
	}
	for i := range inetProtocols {
		p := &inetProtocols[i]
		if n.chosen && !*p.chosen(n) || p.when != nil && !p.when(n) {
			continue
		}
		if err := n.showProtocol(p); err != nil {
			return err
		}
	}
	if n.groups {
		if err := n.showGroups(); err != nil {
			return err
		}
	}
	if !n.chosen || n.unix {
		if err := n.showUnix(); err != nil {
			return err
		}
	}
	for _, f := range lostFamilies {
		if n.chosen && !n.old[f.name] {
			continue
		}
		if err := n.missing(f.title, true); err != nil {
			return err
		}
	}
	if n.bluetooth {
		return cli.Fail("netstat: feature `AF BLUETOOTH' not supported.\n" +
			"Please recompile `net-tools' with newer kernel source or full configuration.")
	}
	return nil
}

// missing is what becomes of sockets that the kernel does not have: an error if
// some were asked for. Protocols that only come with their family are passed
// over; loud tells that this is none of them.
func (n *netstat) missing(title string, loud bool) error {
	text := "netstat: no support for `" + title + "' on this system.\n"
	switch {
	case !loud:
	case n.chosen:
		return &cli.Error{Status: 1, Text: text}
	case n.verbose:
		n.Warnf("%s", text)
	}
	return nil
}

// which says in a heading whether servers are shown.
func (n *netstat) which() string {
	switch {
	case n.all:
		return "(servers and established)"
	case n.listening:
		return "(only servers)"
	}
	return "(w/o servers)"
}
