// Package linkstats has the counters of links and of what they are made of, and
// prints them for ip link, ip stats and bridge.
package linkstats

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
)

// A Counter is a place in struct rtnl_link_stats64.
type Counter int

// The counters of a link, in the order of the struct.
const (
	RxPackets Counter = iota
	TxPackets
	RxBytes
	TxBytes
	RxErrors
	TxErrors
	RxDropped
	TxDropped
	Multicast
	Collisions
	RxLength
	RxOver
	RxCRC
	RxFrame
	RxFifo
	RxMissed
	TxAborted
	TxCarrier
	TxFifo
	TxHeartbeat
	TxWindow
	RxCompressed
	TxCompressed
	RxNoHandler
	RxOtherHost
	NumCounters
)

// Stats are the counters of a link.
type Stats [NumCounters]uint64

// ParseStats reads a struct rtnl_link_stats64, also one of an older kernel.
func ParseStats(b []byte) (s Stats) {
	for i := range s {
		if len(b) < 8*(i+1) {
			break
		}
		s[i] = rtnl.U64(b[8*i:])
	}
	return s
}

// ParseStats32 reads the older struct of half the width.
func ParseStats32(b []byte) (s Stats) {
	for i := range s {
		if len(b) < 4*(i+1) {
			break
		}
		s[i] = uint64(rtnl.U32(b[4*i:]))
	}
	return s
}

// mibCounters are the counters that IPv6 has for a device (IPSTATS_MIB_ of
// linux/snmp.h), which its own messages carry instead of the link's.
var mibCounters = [...]struct {
	counter Counter
	mib     int
}{
	{RxPackets, 1}, {RxBytes, 2}, {TxPackets, 9}, {TxBytes, 10},
	{RxErrors, 18}, {TxErrors, 19}, {Multicast, 28}, {RxFrame, 36},
}

func ParseMIB(b []byte) (s Stats) {
	for _, c := range mibCounters {
		if len(b) >= 8*(c.mib+1) {
			s[c.counter] = rtnl.U64(b[8*c.mib:])
		}
	}
	return s
}

// Print prints the counters as a table, or as the JSON object key, without the
// last newline. carrier is how often the carrier changed, if that is known.
func (s *Stats) Print(e *cli.Env, carrier *uint32, key string) {
	errors := e.Opt.Stats > 1
	if e.Pen.JSON() {
		s.json(e.Pen, carrier, key, errors)
		return
	}
	t := statsTable{pen: e.Pen, units: e.Units(), indent: "    ", width: statsWidths}
	t.size(s, rxColumns[:], 0)
	t.size(s, txColumns[:], 0)
	if errors {
		t.size(s, rxErrors[:], 0)
		// The real tool makes room for these one column too far right.
		t.size(s, txErrors[:], 1)
		if carrier != nil {
			t.widen(carrierColumn+1, uint64(*carrier))
		}
	}
	t.head(s, "RX", rxColumns[:])
	t.row(s, rxColumns[:])
	if errors {
		t.pen.NL()
		t.errorHead(s, "RX", rxErrors[:])
		t.pen.NL()
		t.errorRow(s, rxErrors[:])
	}
	t.pen.NL()
	t.head(s, "TX", txColumns[:])
	t.row(s, txColumns[:])
	if errors {
		t.pen.NL()
		t.errorHead(s, "TX", txErrors[:])
		t.carrier(carrier)
		t.errorRow(s, txErrors[:])
		if carrier != nil {
			t.pen.Count(t.units, t.width[carrierColumn], uint64(*carrier))
		}
	}
}

// statsWidths are the least widths of the columns: those of the longest words
// that may stand in them.
var statsWidths = [...]int{
	len("*X errors:"), len("packets"), len("errors"), len("dropped"),
	len("heartbt"), len("overrun"), len("compressed"), len("otherhost"),
}

// A column of the table: where it stands, its head and its counter. An
// optional one is left out while it is zero.
type column struct {
	at       int
	head     string
	counter  Counter
	optional bool
}

var (
	rxColumns = [...]column{
		{0, "bytes", RxBytes, false}, {1, "packets", RxPackets, false}, {2, "errors", RxErrors, false},
		{3, "dropped", RxDropped, false}, {4, "missed", RxMissed, false}, {5, "mcast", Multicast, false},
		{6, "compressed", RxCompressed, true},
	}
	txColumns = [...]column{
		{0, "bytes", TxBytes, false}, {1, "packets", TxPackets, false}, {2, "errors", TxErrors, false},
		{3, "dropped", TxDropped, false}, {4, "carrier", TxCarrier, false}, {5, "collsns", Collisions, false},
		{6, "compressed", TxCompressed, true},
	}
	rxErrors = [...]column{
		{1, "length", RxLength, false}, {2, "crc", RxCRC, false}, {3, "frame", RxFrame, false},
		{4, "fifo", RxFifo, false}, {5, "overrun", RxOver, false},
		{6, "nohandler", RxNoHandler, true}, {7, "otherhost", RxOtherHost, true},
	}
	txErrors = [...]column{
		{1, "aborted", TxAborted, false}, {2, "fifo", TxFifo, false}, {3, "window", TxWindow, false},
		{4, "heartbt", TxHeartbeat, false},
	}
)

// carrierColumn is where the changes of the carrier stand.
const carrierColumn = 5

// A statsTable is a table of counters whose columns are as wide as the widest
// number in them, unless -h makes all numbers short.
type statsTable struct {
	pen    *show.Pen
	units  show.Units
	indent string
	width  [8]int
}

// widen makes room for n in a column.
func (t *statsTable) widen(at int, n uint64) {
	if t.units.Human {
		return
	}
	digits := 1
	for ; n > 9; n /= 10 {
		digits++
	}
	t.width[at] = max(t.width[at], digits)
}

func (t *statsTable) size(s *Stats, columns []column, shift int) {
	for _, c := range columns {
		t.widen(c.at+shift, s[c.counter])
	}
}

// head prints the line of heads. The optional column leaves its blanks there
// even when it is left out.
func (t *statsTable) head(s *Stats, dir string, columns []column) {
	t.pen.Text(t.indent)
	t.pen.Text(dir)
	t.pen.Text(": ")
	for i, c := range columns {
		width, head := t.width[c.at], c.head
		if i == 0 {
			width -= len("RX: ")
		} else {
			t.pen.Text(" ")
		}
		if c.optional && s[c.counter] == 0 {
			head = ""
		}
		t.pen.StrWidth("", "", -width, head, "")
	}
	t.pen.NL()
}

func (t *statsTable) row(s *Stats, columns []column) {
	t.pen.Text(t.indent)
	t.counts(s, columns)
}

func (t *statsTable) counts(s *Stats, columns []column) {
	for _, c := range columns {
		if !c.optional || s[c.counter] != 0 {
			t.pen.Count(t.units, t.width[c.at], s[c.counter])
		}
	}
}

// errorHead prints the heads of -s -s, whose first column is empty.
func (t *statsTable) errorHead(s *Stats, dir string, columns []column) {
	t.pen.Text("    ")
	t.pen.Text(dir)
	t.pen.StrWidth("", " errors:", t.width[0]-len("RX errors:"), "", "")
	for _, c := range columns {
		if !c.optional || s[c.counter] != 0 {
			t.pen.StrWidth("", " ", -t.width[c.at], c.head, "")
		}
	}
}

// carrier prints the last head of the errors of sending: its column is there
// even without a name.
func (t *statsTable) carrier(n *uint32) {
	head := ""
	if n != nil {
		head = "transns"
	}
	t.pen.StrWidth("", " ", -t.width[carrierColumn], head, "")
	t.pen.NL()
}

func (t *statsTable) errorRow(s *Stats, columns []column) {
	t.pen.StrWidth("", "", t.width[0]+len("     "), "", "")
	t.counts(s, columns)
}

// A jsonCounter is a member of the JSON form, where the names and the order
// are others.
type jsonCounter struct {
	key      string
	counter  Counter
	optional bool
}

var (
	rxJSON = [...]jsonCounter{
		{"bytes", RxBytes, false}, {"packets", RxPackets, false}, {"errors", RxErrors, false}, {"dropped", RxDropped, false},
		{"over_errors", RxOver, false}, {"multicast", Multicast, false}, {"compressed", RxCompressed, true},
	}
	rxErrorsJSON = [...]jsonCounter{
		{"length_errors", RxLength, false}, {"crc_errors", RxCRC, false}, {"frame_errors", RxFrame, false},
		{"fifo_errors", RxFifo, false}, {"missed_errors", RxMissed, false},
		{"nohandler", RxNoHandler, true}, {"otherhost", RxOtherHost, true},
	}
	txJSON = [...]jsonCounter{
		{"bytes", TxBytes, false}, {"packets", TxPackets, false}, {"errors", TxErrors, false}, {"dropped", TxDropped, false},
		{"carrier_errors", TxCarrier, false}, {"collisions", Collisions, false}, {"compressed", TxCompressed, true},
	}
	txErrorsJSON = [...]jsonCounter{
		{"aborted_errors", TxAborted, false}, {"fifo_errors", TxFifo, false}, {"window_errors", TxWindow, false},
		{"heartbeat_errors", TxHeartbeat, false},
	}
)

func (s *Stats) json(pen *show.Pen, carrier *uint32, key string, errors bool) {
	if key != "" {
		pen.OpenObject(key)
		defer pen.CloseObject()
	}
	pen.OpenObject("rx")
	s.members(pen, rxJSON[:])
	if errors {
		s.members(pen, rxErrorsJSON[:])
	}
	pen.CloseObject()
	pen.OpenObject("tx")
	s.members(pen, txJSON[:])
	if errors {
		s.members(pen, txErrorsJSON[:])
		if carrier != nil {
			pen.JUint("carrier_changes", uint64(*carrier))
		}
	}
	pen.CloseObject()
}

func (s *Stats) members(pen *show.Pen, list []jsonCounter) {
	for _, m := range list {
		if !m.optional || s[m.counter] != 0 {
			pen.JUint(m.key, s[m.counter])
		}
	}
}

// The struct of MPLS and that of hardware end early, with a fifth counter of
// receiving that the longer one has under another name.
var (
	// MPLSColumn counts what MPLS has no route for.
	MPLSColumn = Column{head: "noroute", key: "noroute"}
	// HardwareColumn counts multicast that the hardware took.
	HardwareColumn = Column{head: "mcast", key: "multicast"}
)

// A Column names the last counter of a short table.
type Column struct{ head, key string }

// PrintShort prints the counters of a struct that begins like that of links
// but has a fifth counter for receiving only; no newline ends it.
func (s *Stats) PrintShort(e *cli.Env, indent string, last Column) {
	if e.Pen.JSON() {
		e.Pen.OpenObject("rx")
		s.members(e.Pen, rxJSON[:4])
		e.Pen.JUint(last.key, s[Multicast])
		e.Pen.CloseObject()
		e.Pen.OpenObject("tx")
		s.members(e.Pen, txJSON[:4])
		e.Pen.CloseObject()
		return
	}
	t := statsTable{pen: e.Pen, units: e.Units(), indent: indent, width: shortWidths}
	rx := append(append(make([]column, 0, 5), rxColumns[:4]...), column{4, last.head, Multicast, false})
	t.size(s, rx, 0)
	t.size(s, txColumns[:4], 0)
	t.head(s, "RX", rx)
	t.row(s, rx)
	t.pen.NL()
	t.head(s, "TX", txColumns[:4])
	t.row(s, txColumns[:4])
}

// shortWidths are the least widths of the columns of a short table.
var shortWidths = [8]int{len("*X: bytes"), len("packets"), len("errors"), len("dropped"), len("overrun")}
