package nstatcmd

import (
	"slices"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
)

// Nstat is the command nstat.
var Nstat = command.Applet{Names: "nstat", Usage: nstatUsage, Run: runNstat}

var nstat = tool{
	name: "nstat", variable: "NSTAT_HISTORY", usage: nstatUsage,
	getopt: cli.Getopt{Prog: "nstat", Short: "h?vVzrnasd:t:jp"}, long: len(longOptions) - 2,
	option: nstatOption,
	load:   loadCounters, read: readCounters, save: saveCounters,
	head: headCounters, show: showCounter, same: sameName, fits: matchAny, more: moreCounter,
}

func runNstat(c *command.Call) error { return nstat.run(c) }

const nstatUsage = `Usage: nstat [ OPTIONS ] [ PATTERN ... ]
  -a, --ignore         show what was counted in all, not since the last time
  -d, --scan=SECS      become a daemon that counts every SECS seconds
  -h, --help           show this
  -j, --json           write JSON
  -n, --nooutput       show nothing, only remember
  -p, --pretty         indent JSON
  -r, --reset          forget what was remembered
  -s, --noupdate       remember nothing
  -t, --interval=SECS  rates of the daemon are means over SECS seconds
  -V, --version        show the version
  -z, --zeros          show what was not counted, too
`

// uselessNumbers count nothing.
var uselessNumbers = [...]string{"IpForwarding", "IpDefaultTTL", "TcpRtoAlgorithm", "TcpRtoMin", "TcpRtoMax",
	"TcpMaxConn", "TcpCurrEstab"}

func nstatOption(m *meter, o cli.Opt) error {
	if o.Val == 't' {
		return m.settleConstant(scanDecimal(o.Arg))
	}
	m.optScan(o.Arg)
	return nil
}

func sameName(a, b *entry) bool { return a.name == b.name }

// nstatFiles are read one after the other; what comes later stands before it.
var nstatFiles = [...]struct {
	variable, name string
	read           func(*meter, string) ([]entry, error)
}{
	{"PROC_NET_NETSTAT", "net/netstat", readTables},
	{"PROC_NET_SNMP6", "net/snmp6", readCounters},
	{"PROC_NET_SNMP", "net/snmp", readTables},
	{"PROC_NET_SCTP_SNMP", "net/sctp/snmp", readCounters},
}

func loadCounters(m *meter) (all []entry, err error) {
	for i := range nstatFiles {
		f := &nstatFiles[i]
		text, err := file.Read(file.Proc(f.variable, f.name))
		if err != nil {
			continue
		}
		list, err := f.read(m, text)
		if err != nil {
			return nil, err
		}
		all = append(list, all...)
	}
	return all, nil
}

// badLine is the error of a file that is not what it should be. The real tool names
// the place in its own text, and ends with -2.
func badLine(place int) error {
	return cli.Exit(statusJunk, "nstat.c:%d: error parsing history file", place)
}

const statusJunk = 254

func counter(name string, val uint64, rate float64) entry {
	return entry{name: name, val: []uint64{val}, rate: []float64{rate}}
}

// readCounters reads lines of a name, a number, and maybe a rate: a history, the
// answer of a daemon, and some of the kernel's files.
func readCounters(m *meter, text string) (list []entry, err error) {
	for line := ""; text != ""; {
		line, text = cutLine(text, 4096)
		if m.cutSource(line) {
			continue
		}
		s := scan(line)
		name, val := s.Word(), s.Uint64()
		if s.Failed {
			return nil, badLine(129)
		}
		rate := s.Float()
		if s.Failed {
			rate = 0
		}
		if !useless(name) {
			list = append(list, counter(name, val, rate))
		}
	}
	return list, nil
}

func useless(name string) bool { return slices.Contains(uselessNumbers[:], name) }

// nameSize is how long the name of a counter may be.
const nameSize = 4095

// readTables reads pairs of lines: "Tcp: A B" has names, "Tcp: 1 2" their numbers.
func readTables(_ *meter, text string) (list []entry, err error) {
	for text != "" {
		var names, values string
		names, text = cutText(text)
		at := strings.IndexByte(names, ':')
		if at < 0 {
			return nil, badLine(182)
		}
		list = appendNames(list, names, at)
		if len(list) == 0 {
			return nil, &cli.Error{Status: statusJunk, Ends: true,
				Text: "Error: Invalid input – line has ':' but no entries. Add values after ':'.\n"}
		}
		if text == "" {
			return nil, badLine(228)
		}
		values, text = cutText(text)
		if err := setValues(list, values, blanks(values)-blanks(names), at); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(list, func(e entry) bool { return useless(e.name) }), nil
}

// cutText takes a line with its newline.
func cutText(text string) (line, rest string) {
	at := strings.IndexByte(text, '\n') + 1
	if at == 0 {
		return text, ""
	}
	return text[:at], text[at:]
}

func blanks(line string) int { return strings.Count(line, " ") + strings.Count(line, "\n") }

// appendNames adds a counter for each name behind the colon. A blank at the end of the
// line makes one without a name of its own.
func appendNames(list []entry, line string, colon int) []entry {
	prefix := line[:colon]
	for names := line[min(colon+2, len(line)):]; names != ""; {
		at := strings.IndexByte(names, ' ')
		if at < 0 {
			at = strings.IndexByte(names, '\n')
		}
		name := names
		if names = ""; at >= 0 {
			name, names = name[:at], name[at+1:]
		}
		name = prefix + name
		list = append(list, counter(name[:min(len(name), nameSize)], 0, 0))
	}
	return list
}

// setValues gives the last counters their numbers, from the last one on. Of numbers
// without a name, of which there are so many more, those at the end are skipped.
func setValues(list []entry, line string, more, colon int) error {
	for n := len(list) - 1; n >= 0; {
		at := strings.LastIndexByte(line, ' ')
		if at < 0 {
			return badLine(238)
		}
		s := scan(line[at+1:])
		v := s.Uint64()
		if s.Failed {
			return badLine(244)
		}
		list[n].val[0] = v
		line = line[:at]
		if more > 0 {
			more--
		} else {
			n--
		}
		if at <= colon+2 {
			break
		}
	}
	return nil
}

// saveCounters writes what readCounters reads. A history has all, and of those that
// were not shown what it had before.
func saveCounters(m *meter, all bool) []byte {
	b := append(append(append([]byte(nil), '#'), m.source...), '\n')
	old := finder{list: m.old, same: m.same}
	for i := range m.now {
		e := &m.now[i]
		val := e.val[0]
		if !m.zeros && val == 0 && e.rate[0] == 0 {
			continue
		}
		if !m.matches(e) {
			if !all {
				continue
			}
			if then := old.find(e); then != nil {
				val = then.val[0]
			}
		}
		b = append(appendCounter(b, e, val), '\n')
	}
	return b
}

func headCounters(m *meter) { m.Pen.Raw("#" + m.source + "\n") }

func showCounter(m *meter, e, since *entry) {
	val, overflow := e.val[0], false
	if since != nil {
		overflow = val < since.val[0]
		if val -= since.val[0]; overflow {
			val = 0
		}
	}
	if !m.zeros && val == 0 && e.rate[0] == 0 {
		return
	}
	p := m.Pen
	if p.JSON() {
		p.JUint(e.name, val)
		return
	}
	b := appendCounter(nil, e, val)
	if overflow {
		b = append(b, " (overflow)"...)
	}
	p.Bytes("", "", b, "\n")
}

// appendCounter adds a line, with the rate (%6.1f).
func appendCounter(b []byte, e *entry, val uint64) []byte {
	b = pad(b, e.name, 32)
	b = pad(b, strconv.FormatUint(val, 10), 16)
	rate := strconv.FormatFloat(e.rate[0], 'f', 1, 64)
	switch rate {
	case "NaN":
		rate = "nan"
	case "+Inf", "-Inf":
		rate = strings.ToLower(strings.TrimPrefix(rate, "+"))
	}
	for n := len(rate); n < 6; n++ {
		b = append(b, ' ')
	}
	return append(b, rate...)
}

func moreCounter(m *meter, e, now *entry, ms int32) {
	count := now.val[0] - e.val[0]
	e.val[0] = now.val[0]
	m.mean(&e.rate[0], count, ms)
}
