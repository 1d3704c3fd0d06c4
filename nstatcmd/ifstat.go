package nstatcmd

import (
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

// Ifstat is the command ifstat of iproute2.
var Ifstat = command.Applet{Names: "ifstat", Usage: ifstatUsage, Run: runIfstat}

var ifstat = tool{
	name: "ifstat", variable: "IFSTAT_HISTORY", limit: 127, mustReset: true, usage: ifstatUsage,
	getopt: cli.Getopt{Prog: "ifstat", Short: "hjpvVzrnasd:t:ex:"}, long: len(longOptions),
	option: ifstatOption,
	load:   loadLinks, read: readLinks, save: saveLinks,
	head: headLinks, show: showLink, same: sameLink, fits: matchAnyFolded, more: moreLink,
}

func runIfstat(c *command.Call) error { return ifstat.run(c) }

const ifstatUsage = `Usage: ifstat [ OPTIONS ] [ PATTERN ... ]
  -a, --ignore         show what was counted in all, not since the last time
  -d, --scan=SECS      become a daemon that counts every SECS seconds
  -e, --errors         show all kinds of errors
  -h, --help           show this
  -j, --json           write JSON
  -n, --nooutput       show nothing, only remember
  -p, --pretty         indent JSON
  -r, --reset          forget what was remembered
  -s, --noupdate       remember nothing
  -t, --interval=SECS  rates of the daemon are means over SECS seconds
  -V, --version        show the version
  -x, --extended=TYPE  show the counters of TYPE: cpu_hits
  -z, --zeros          show what was not counted, too (as without it)
`

// An extension is another set of counters that the kernel has of a link.
type extension struct {
	name       string
	attr, nest uint16 // the attribute that it is in, and the one around that
}

// extensions are found by any beginning of their names.
var extensions = [...]extension{
	{"cpu_hits", unix.IFLA_OFFLOAD_XSTATS_CPU_HIT, unix.IFLA_STATS_LINK_OFFLOAD_XSTATS},
}

const extensionsUsage = `Usage: ifstat -x TYPE
  cpu_hits             packets that went by the processor, not by hardware alone
`

func ifstatOption(m *meter, o cli.Opt) error {
	switch o.Val {
	case 't':
		v := int32(cli.Atoi(o.Arg))
		return m.settleConstant(v, true)
	case 'd':
		if m.optScan(o.Arg); m.interval <= 0 {
			return m.fail("invalid scan interval")
		}
	case 'x':
		m.extended = &extension{name: o.Arg}
	}
	return nil
}

// extend finds the extension that -x asks for.
func (m *meter) extend() error {
	if m.extended == nil {
		return nil
	}
	for i := range extensions {
		if x := &extensions[i]; strings.HasPrefix(x.name, m.extended.name) {
			m.extended = x
			return nil
		}
	}
	return cli.Usage("invalid ifstat extension " + m.extended.name + "\n" + extensionsUsage)
}

func sameLink(a, b *entry) bool { return a.index == b.index }

// matchAnyFolded is matchAny for names in upper or lower case.
func matchAnyFolded(patterns []string, name string) bool {
	folded := make([]string, len(patterns))
	for i, p := range patterns {
		folded[i] = strings.ToLower(p)
	}
	return matchAny(folded, strings.ToLower(name))
}

// How many counters JSON has, without and with -e.
const plainCounters, allErrors = 10, 20

var counterNames = [allErrors]string{
	"rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped",
	"multicast", "collisions", "rx_length_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors",
	"rx_fifo_errors", "rx_missed_errors", "tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors",
	"tx_heartbeat_errors",
}

// newLink is a link with these counters, which have no rates yet.
func newLink(name string, index int32, s *linkstats.Stats) entry {
	return entry{name: name, index: index, val: append([]uint64(nil), s[:]...), raw: append([]uint64(nil), s[:]...),
		rate: make([]float64, len(s))}
}

// loadLinks says behind the words about a dump that failed why: the real tool hands them to
// perror(3) with the end of their line, so it stands in the next one.
func loadLinks(m *meter) (list []entry, err error) {
	if m.extended != nil {
		if err := m.LearnLinks(); err != nil {
			return nil, err
		}
		list, err = m.loadExtended()
	} else {
		err = cli.DumpError(m.Dump(rtnl.Links(0), func(msg rtnl.Message) error {
			if e, ok := parseLink(msg); ok {
				list = append(list, e)
			}
			return nil
		}), cli.StatusError)
	}
	if e, ok := err.(*cli.Error); ok {
		e.Text += ": " + cli.Strerror(e.Err) + "\n"
	}
	return list, err
}

// parseLink reads a link that is up, and has counters.
func parseLink(m rtnl.Message) (e entry, ok bool) {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil || ifi.Flags&unix.IFF_UP == 0 {
		return e, false
	}
	var tb [unix.IFLA_STATS64 + 1][]byte
	rtnl.Index(tb[:], attrs)
	var s linkstats.Stats
	switch {
	case tb[unix.IFLA_IFNAME] == nil:
		return e, false
	case tb[unix.IFLA_STATS64] != nil:
		s = linkstats.ParseStats(tb[unix.IFLA_STATS64])
	case tb[unix.IFLA_STATS] != nil:
		s = linkstats.ParseStats32(tb[unix.IFLA_STATS])
	default:
		return e, false
	}
	return newLink(rtnl.Str(tb[unix.IFLA_IFNAME]), ifi.Index, &s), true
}

func (m *meter) loadExtended() (list []entry, err error) {
	x := m.extended
	err = linkstats.Dump(m.Env, linkstats.StatsBit(int(x.nest)), func(s *linkstats.IfStatsMsg, attrs []byte) {
		nest := rtnl.Find(attrs, x.nest)
		if v := rtnl.Find(nest, x.attr); v != nil {
			counted := linkstats.ParseStats(v)
			list = append(list, newLink(m.Links.Name(s.Index), int32(s.Index), &counted))
		}
	})
	return list, err
}

// readLinks reads what saveLinks writes: a line a link, with its number, its name, and
// each counter with its rate.
func readLinks(m *meter, text string) (list []entry, err error) {
	for line := ""; text != ""; {
		line, text = cutLine(text, 4096)
		if m.cutSource(line) {
			continue
		}
		e, ok := parseSaved(line)
		if !ok {
			return nil, errAborted
		}
		list = append(list, e)
	}
	return list, nil
}

// errAborted is the end of the real tool where a history is none: it aborts, of which
// a shell makes that status.
var errAborted error = &cli.Error{Status: 134, Ends: true}

func parseSaved(line string) (e entry, ok bool) {
	index, line, _ := strings.Cut(line, " ")
	name, line, named := strings.Cut(line, " ")
	s := scan(index)
	e = newLink(name, s.Int(), new(linkstats.Stats))
	for i := range e.val {
		var val, rate string
		if val, line, ok = strings.Cut(line, " "); ok {
			rate, line, ok = strings.Cut(line, " ")
		}
		v, r := scan(val), scan(rate)
		e.val[i], e.rate[i] = v.Uint64(), float64(r.Uint())
		e.raw[i] = uint64(uint32(e.val[i]))
		if !ok || s.Failed || v.Failed || r.Failed {
			return e, false
		}
	}
	return e, named
}

func saveLinks(m *meter, all bool) []byte {
	b := append(append(append([]byte(nil), '#'), m.source...), '\n')
	old := finder{list: m.old, same: m.same}
	for i := range m.now {
		e := &m.now[i]
		from := e
		if !m.matches(e) {
			if !all {
				continue
			}
			if then := old.find(e); then != nil {
				from = then
			}
		}
		b = append(append(append(strconv.AppendInt(b, int64(e.index), 10), ' '), e.name...), ' ')
		for i, v := range from.val {
			b = append(strconv.AppendUint(b, v, 10), ' ')
			b = append(strconv.AppendUint(b, uint64(uint32(from.rate[i])), 10), ' ')
		}
		b = append(b, '\n')
	}
	return b
}

// A linkColumn is a pair of numbers: a counter and its rate, or another counter.
type linkColumn struct {
	head, second string
	at, beside   linkstats.Counter // beside is the other counter; 0 for the rate
}

// linkLines are the lines of a link; with -e those of errorLines stand below the
// first.
var (
	firstLine = [4]linkColumn{{"RX Pkts", "Rate", linkstats.RxPackets, 0}, {"TX Pkts", "Rate", linkstats.TxPackets, 0}, {"RX Data", "Rate", linkstats.RxBytes, 0}, {"TX Data", "Rate", linkstats.TxBytes, 0}}
	shortLine = [4]linkColumn{{"RX Errs", "Drop", linkstats.RxErrors, linkstats.RxDropped}, {"TX Errs", "Drop", linkstats.TxErrors, linkstats.TxDropped},
		{"RX Over", "Rate", linkstats.RxOver, 0}, {"TX Coll", "Rate", linkstats.Collisions, 0}}
	errorLines = [4][4]linkColumn{
		{{"RX Errs", "Rate", linkstats.RxErrors, 0}, {"RX Drop", "Rate", linkstats.RxDropped, 0}, {"RX Over", "Rate", linkstats.RxOver, 0}, {"RX Leng", "Rate", linkstats.RxLength, 0}},
		{{"RX Crc", "Rate", linkstats.RxCRC, 0}, {"RX Frm", "Rate", linkstats.RxFrame, 0}, {"RX Fifo", "Rate", linkstats.RxFifo, 0}, {"RX Miss", "Rate", linkstats.RxMissed, 0}},
		{{"TX Errs", "Rate", linkstats.TxErrors, 0}, {"TX Drop", "Rate", linkstats.TxDropped, 0}, {"TX Coll", "Rate", linkstats.Collisions, 0}, {"TX Carr", "Rate", linkstats.TxCarrier, 0}},
		{{"TX Abrt", "Rate", linkstats.TxAborted, 0}, {"TX Fifo", "Rate", linkstats.TxFifo, 0}, {"TX Hear", "Rate", linkstats.TxHeartbeat, 0}, {"TX Wind", "Rate", linkstats.TxWindow, 0}},
	}
)

// lines gives f the lines of a link, and what stands before each.
func (m *meter) lines(name string, f func(lead string, columns []linkColumn)) {
	f(name, firstLine[:])
	if !m.errors {
		f("", shortLine[:])
		return
	}
	for i := range errorLines {
		f("", errorLines[i][:])
	}
}

func headLinks(m *meter) {
	p := m.Pen
	p.Raw("#" + m.source + "\n")
	m.lines("Interface", func(lead string, columns []linkColumn) {
		p.StrWidth("", "", 15, lead, " ")
		for i := range columns {
			p.StrWidth("", "", -8, columns[i].head, "/")
			end := " "
			if i == len(columns)-1 {
				end = "\n"
			}
			p.StrWidth("", "", 6, columns[i].second, end)
		}
	})
}

// showLink prints a link. JSON has what was counted in all, as the real tool's.
func showLink(m *meter, e, since *entry) {
	p := m.Pen
	if p.JSON() {
		n := plainCounters
		if m.errors {
			n = allErrors
		}
		p.OpenObject(e.name)
		for i, name := range counterNames[:n] {
			p.JUint(name, e.val[i])
		}
		p.CloseObject()
		return
	}
	counted := func(at linkstats.Counter) uint64 {
		if since != nil {
			return e.val[at] - since.val[at]
		}
		return e.val[at]
	}
	m.lines(e.name, func(lead string, columns []linkColumn) {
		p.StrWidth("", "", 15, lead, " ")
		for i := range columns {
			c := &columns[i]
			putCount(p, counted(c.at))
			if c.beside != 0 {
				putBeside(p, float64(counted(c.beside)), counted(c.beside))
			} else {
				putBeside(p, e.rate[c.at], uint64(uint32(e.rate[c.at])))
			}
		}
		p.Raw("\n")
	})
}

// Thresholds of short forms.
const kilo, mega, giga = 1000, 1000 * 1000, 1000 * 1000 * 1000

func putCount(p *show.Pen, v uint64) {
	switch {
	case v > giga:
		p.UintWidth("", "", 7, v/mega, "M ")
	case v > mega:
		p.UintWidth("", "", 7, v/kilo, "K ")
	default:
		p.UintWidth("", "", 8, v, " ")
	}
}

func putBeside(p *show.Pen, v float64, whole uint64) {
	switch {
	case v > mega:
		p.StrWidth("", "", 6, strconv.FormatUint(uint64(uint32(v/mega)), 10)+"M", " ")
	case v > kilo:
		p.StrWidth("", "", 6, strconv.FormatUint(uint64(uint32(v/kilo)), 10)+"K", " ")
	default:
		p.StrWidth("", "", 6, strconv.FormatUint(whole, 10), " ")
	}
}

// moreLink counts the low 32 bits of what the kernel says; of an extension all.
func moreLink(m *meter, e, now *entry, ms int32) {
	for i := range e.raw {
		if now.raw[i] < e.raw[i] {
			clear(e.raw)
			break
		}
	}
	for i := range e.val {
		count := now.val[i] - e.val[i]
		if m.extended == nil {
			count = uint64(uint32(now.raw[i] - e.raw[i]))
			e.val[i] += count
			e.raw[i] = now.raw[i]
		} else {
			e.val[i] = now.val[i]
		}
		m.mean(&e.rate[i], count, ms)
	}
}
