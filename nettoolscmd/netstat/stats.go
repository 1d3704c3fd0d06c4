package netstat

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
)

// A counter is a row of a table of netstat -s.
type counter struct {
	name   string
	phrase string // # stands for the number
	form   counterForm
}

// counterForm is when and where a counter is shown.
type counterForm uint8

const (
	always counterForm = iota
	ifNonzero
	icmpIn  // in the histogram of received messages
	icmpOut // in that of sent messages
	never
)

func (f counterForm) heading() string {
	switch f {
	case icmpIn:
		return "ICMP input histogram:"
	case icmpOut:
		return "ICMP output histogram:"
	}
	return ""
}

func (f counterForm) indent() string {
	if f == icmpIn || f == icmpOut {
		return "        "
	}
	return "    "
}

// A counterTable has the counters of a protocol.
type counterTable struct {
	title    string
	counters []counter
	shown    func(n *netstat) bool
}

func (n *netstat) wantsRaw() bool  { return n.raw }
func (n *netstat) wantsTCP() bool  { return n.tcp }
func (n *netstat) wantsUDP() bool  { return n.udp }
func (n *netstat) wantsSCTP() bool { return n.sctp }

func counterTables() []counterTable {
	return []counterTable{
		{"Ip", ipCounters, (*netstat).wantsRaw},
		{"Icmp", icmpCounters, (*netstat).wantsRaw},
		{"Tcp", tcpCounters, (*netstat).wantsTCP},
		{"Udp", udpCounters, (*netstat).wantsUDP},
		{"Sctp", sctpCounters, (*netstat).wantsSCTP},
		{"TcpExt", tcpExtCounters, (*netstat).wantsTCP},
	}
}

func counterTables6() []counterTable {
	return []counterTable{
		{"Ip6", ip6Counters, (*netstat).wantsRaw},
		{"Icmp6", icmp6Counters, (*netstat).wantsRaw},
		{"Udp6", udp6Counters, (*netstat).wantsUDP},
		{"Tcp6", tcpCounters, (*netstat).wantsTCP},
	}
}

// statistics prints counters; last is the form of the one before, which gives
// unknown counters their place.
type statistics struct {
	*netstat
	last counterForm
}

// showStatistics does netstat -s: the kernel's counters are in /proc only.
func (n *netstat) showStatistics() error {
	s := &statistics{netstat: n}
	switch families := strings.Join(n.families, ","); families {
	case "", "inet":
		if !s.pairs("/proc/net/snmp", "") {
			return nil
		}
		s.pairsIfAny("/proc/net/netstat")
		s.list("/proc/net/sctp/snmp", "Sctp")
	case "inet6":
		if s.list6("/proc/net/snmp6") {
			s.pairs("/proc/net/snmp", "Tcp")
		}
	default:
		n.Pen.Raw("netstat: No statistics support for specified address family: " + families + "\n")
		return cli.Silent(1)
	}
	return nil
}

// open opens a file that has to be there.
func (s *statistics) open(path string) *os.File {
	f, err := file.Open(path)
	if err != nil {
		s.Warnf("cannot open %s: %s\n", path, cli.Strerror(err))
		return nil
	}
	return f
}

// pairs reads lines by twos, "Tcp: NAME NAME" and "Tcp: 1 2", of the
// protocols that begin with prefix.
func (s *statistics) pairs(path, prefix string) bool {
	f := s.open(path)
	if f == nil {
		return false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		title, names, ok := strings.Cut(lines.Text(), ":")
		if title == "" {
			continue
		}
		if !lines.Scan() {
			break
		}
		_, values, ok2 := strings.Cut(lines.Text(), ":")
		if !ok || !ok2 {
			s.Warnf("Problem while parsing %s\n", path)
			break
		}
		if strings.HasPrefix(title, prefix) {
			s.pair(title, strings.Fields(names), strings.Fields(values))
		}
	}
	return true
}

func (s *statistics) pairsIfAny(path string) {
	if _, err := os.Stat(path); err == nil {
		s.pairs(path, "")
	}
}

func (s *statistics) pair(title string, names, values []string) {
	t := s.begin(counterTables(), title)
	for i, name := range names {
		value := uint64(0)
		if i < len(values) {
			value = parseCounter(values[i])
		}
		s.print(t, name, value)
	}
}

// parseCounter reads a number; one below zero is the kernel's "unlimited".
func parseCounter(s string) uint64 {
	if v, err := strconv.ParseUint(s, 10, 64); err == nil {
		return v
	}
	v, _ := strconv.ParseInt(s, 10, 64)
	return uint64(v)
}

// list reads lines of a name and a value, all of one table.
func (s *statistics) list(path, title string) {
	b, err := file.Read(path)
	if err != nil {
		return
	}
	t := s.begin(counterTables(), title)
	for line := range strings.Lines(b) {
		if w := strings.Fields(line); len(w) == 2 {
			s.print(t, w[0], parseCounter(w[1]))
		}
	}
}

// list6 reads lines of a name and a value; the name up to the first 6 is that
// of its table.
func (s *statistics) list6(path string) bool {
	f := s.open(path)
	if f == nil {
		return false
	}
	defer f.Close()
	title := ""
	var t *counterTable
	for lines := bufio.NewScanner(f); lines.Scan(); {
		w := strings.Fields(lines.Text())
		if len(w) < 2 {
			continue
		}
		if t == nil || !strings.Contains(w[0], title) {
			title = w[0][:strings.IndexByte(w[0]+"6", '6')] + "6"
			title = title[:min(len(title), len(w[0]))]
			t = s.begin(counterTables6(), title)
		}
		s.print(t, w[0], parseCounter(w[1]))
	}
	return true
}

// begin writes the heading of a table; one that is not known shows what is not
// zero.
func (s *statistics) begin(tables []counterTable, title string) *counterTable {
	for i := range tables {
		if t := &tables[i]; t.title == title {
			if t.shown(s.netstat) {
				s.Pen.Raw(title + ":\n")
			}
			s.last = always
			return t
		}
	}
	s.Pen.Raw(title + ":\n")
	return &counterTable{title: title, shown: func(*netstat) bool { return true }}
}

func (s *statistics) print(t *counterTable, name string, value uint64) {
	if !t.shown(s.netstat) {
		return
	}
	c := findCounter(t.counters, name)
	switch {
	case c == nil && value != 0:
		s.Pen.Str("", s.last.indent(), name, ": ")
		s.Pen.Uint("", "", value, "\n")
		return
	case c == nil || c.form == never:
		return
	}
	if h := c.form.heading(); h != "" && c.form != s.last {
		s.Pen.Raw(s.last.indent() + h + "\n")
	}
	s.last = c.form
	if value == 0 && c.form != always {
		return
	}
	before, after, _ := strings.Cut(c.phrase, "#")
	s.Pen.Raw(c.form.indent() + before)
	s.Pen.Uint("", "", value, after+"\n")
}

// findCounter looks a name up by halving, as bsearch(3) does.
func findCounter(table []counter, name string) *counter {
	for lo, hi := 0, len(table); lo < hi; {
		mid := (lo + hi) / 2
		switch c := strings.Compare(name, table[mid].name); {
		case c < 0:
			hi = mid
		case c > 0:
			lo = mid + 1
		default:
			return &table[mid]
		}
	}
	return nil
}
