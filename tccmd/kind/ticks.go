package kind

import (
	"math"
	"os"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/word"
)

// A Clock is how the kernel counts time in queueing disciplines, as /proc/net/psched
// tells: four hexadecimal numbers.
type Clock struct {
	perUS  float64 // ticks in a microsecond
	Factor float64
	hz     int // 0: not asked yet
	read   bool
	tables [2]rateTable // those that were made last: the lines of a batch have few rates
	last   int          // of them
}

// A rateTable is known by what it was made of.
type rateTable struct {
	of    tableOf
	bytes []byte
}

type tableOf struct {
	cellLog        int
	mpu, linklayer uint32
	rate           uint64
}

// table is the rate table of that. It is good until two others have been asked for.
func (c *Clock) table(of tableOf) []byte {
	for range c.tables {
		if t := &c.tables[c.last]; t.of == of && t.bytes != nil {
			return t.bytes
		}
		c.last ^= 1
	}
	c.last ^= 1 // to the one that was not the last
	t := &c.tables[c.last]
	if t.of = of; t.bytes == nil {
		t.bytes = make([]byte, 4*cells)
	}
	ticks, _ := rtnl.View[[cells]uint32](t.bytes)
	if step := uint32(1) << of.cellLog; of.linklayer != ATM && of.mpu <= step && of.cellLog < 24 { // the last of 24 is 2^32
		c.fill(ticks[:], of.rate, float64(step), float64(step))
		return t.bytes
	}
	for i := range ticks {
		size := Adjusted(uint32(i+1)<<of.cellLog, of.mpu, of.linklayer)
		c.fill(ticks[i:i+1], of.rate, float64(size), 0)
	}
	return t.bytes
}

// cells is how many sizes of packets a rate table has.
const cells = 256

// nsResolution is a resolution of which the kernel tells old tools a thousandth.
const nsResolution = 1000000000

// ClockOf is the kernel's clock, read when it is first needed. What cannot be read
// counts microseconds.
func ClockOf(e *cli.Env) *Clock {
	c := cli.State[Clock](e)
	if c.read {
		return c
	}
	*c = Clock{perUS: 1, Factor: 1, read: true}
	n, ok := psched("/proc/net/psched", 3)
	if !ok {
		return c
	}
	if n[2] == nsResolution {
		n[0] = n[1]
	}
	c.Factor = float64(n[2]) / 1e6
	c.perUS = float64(n[0]) / float64(n[1]) * c.Factor
	return c
}

// psched reads the first numbers of that file, at least so many.
func psched(path string, least int) (n [4]uint64, ok bool) {
	rest, err := file.Read(path)
	if err != nil {
		return n, false
	}
	for i := range n {
		v, after, _ := word.Strtoul(rest, 16)
		if after == rest {
			return n, i >= least
		}
		n[i], rest = v&math.MaxUint32, after
	}
	return n, true
}

// Ticks is how long a packet of that size takes at a rate in bytes a second.
func (c *Clock) Ticks(rate, size uint64) uint32 {
	var n [1]uint32
	c.fill(n[:], rate, float64(size), 0)
	return n[0]
}

// fill is Ticks, rounded up, of each size from one on in steps. Rate tables are most of
// what a class costs, so the loop has no calls: none of math.Ceil either.
func (c *Clock) fill(ticks []uint32, rate uint64, size, step float64) {
	r, perUS := float64(rate), c.perUS
	for i := range ticks {
		v := 1e6 * (size / r) * perUS
		n := int64(math.MaxUint32)
		if v <= math.MaxUint32 {
			if n = int64(v); float64(n) < v {
				n++
			}
		}
		ticks[i] = uint32(n)
		size += step
	}
}

// Size is what is sent in that many ticks.
func (c *Clock) Size(rate uint64, ticks uint32) uint64 {
	v := float64(rate) * c.US(ticks) / 1e6
	if !(v < 1<<64) {
		return 0
	}
	return uint64(v)
}

// US is that many ticks in microseconds.
func (c *Clock) US(ticks uint32) float64 { return float64(ticks) / c.perUS }

// HZ is the frequency of the kernel's timer, read when it is first needed.
func (c *Clock) HZ() int {
	if c.hz == 0 {
		c.hz = timerHZ()
	}
	return c.hz
}

// timerHZ is that frequency as the real tool finds it: by the environment, else by
// /proc/net/psched, of which high resolutions make a large one.
func timerHZ() int {
	if s, ok := os.LookupEnv("HZ"); ok {
		if n := int(word.Atoi(s)); n != 0 {
			return n
		}
		return userHZ
	}
	if n, ok := psched(file.Proc("PROC_NET_PSCHED", "net/psched"), 4); ok && n[2] == 1000000 && n[3] != 0 {
		return int(int32(n[3]))
	}
	return userHZ
}

// userHZ is in which parts of a second user space counts.
const userHZ = 100

// Link layers, as tc_ratespec has them.
const (
	Ethernet = 1
	ATM      = 2
)

// Adjusted is the size of a packet on the wire: at least mpu, and in whole cells of
// an ATM link, of which 48 in 53 bytes are payload.
func Adjusted(size, mpu, linklayer uint32) uint32 {
	size = max(size, mpu)
	if linklayer == ATM {
		size = (size + 47) / 48 * 53
	}
	return size
}

// A RateSpec is struct tc_ratespec.
type RateSpec struct {
	CellLog   uint8
	LinkLayer uint8
	Overhead  uint16
	CellAlign int16
	MPU       uint16
	Rate      uint32
}

// RateSpecSize is its size.
const RateSpecSize = 12

// ReadRateSpec reads one.
func ReadRateSpec(b []byte) (r RateSpec) {
	if len(b) < RateSpecSize {
		return r
	}
	return RateSpec{b[0], b[1], rtnl.U16(b[2:]), int16(rtnl.U16(b[4:])), rtnl.U16(b[6:]), rtnl.U32(b[8:])}
}

// Append appends its bytes.
func (r *RateSpec) Append(b []byte) []byte {
	b = append(b, r.CellLog, r.LinkLayer)
	b = rtnl.NE.AppendUint16(b, r.Overhead)
	b = rtnl.NE.AppendUint16(b, uint16(r.CellAlign))
	b = rtnl.NE.AppendUint16(b, r.MPU)
	return rtnl.NE.AppendUint32(b, r.Rate)
}

// Table is the rate table for packets up to mtu: the ticks of 256 sizes, cells of
// 1<<cellLog bytes apart. A negative cellLog means one that is large enough. It sets
// what the kernel has to know to look a size up.
func (r *RateSpec) Table(c *Clock, cellLog int, mtu uint32, linklayer uint32, rate uint64) []byte {
	if mtu == 0 {
		mtu = 2047
	}
	if cellLog < 0 {
		for cellLog = 0; mtu>>cellLog > 255; cellLog++ {
		}
	}
	r.CellAlign, r.CellLog, r.LinkLayer = -1, uint8(cellLog), uint8(linklayer)&15
	return c.table(tableOf{cellLog, uint32(r.MPU), linklayer, rate})
}

// LinkLayerName spells a link layer.
func LinkLayerName(n uint32) string {
	switch n {
	case 0:
		return "unspec"
	case Ethernet:
		return "ethernet"
	case ATM:
		return "atm"
	}
	return "unknown"
}

// ParseLinkLayer reads one.
func ParseLinkLayer(s string) (uint32, bool) {
	switch {
	case word.Match("ethernet", s):
		return Ethernet, true
	case word.Match("atm", s), word.Match("adsl", s):
		return ATM, true
	}
	return 0, false
}
