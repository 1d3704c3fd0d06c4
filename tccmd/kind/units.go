package kind

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A unit is what may stand behind a number, whatever its case, and what the number
// is multiplied with.
type unit struct {
	name  string
	scale float64
}

// Rates are in bits a second; Bps is bytes.
var rateUnits = []unit{
	{"bit", 1}, {"Kibit", 1 << 10}, {"kbit", 1e3}, {"mibit", 1 << 20}, {"mbit", 1e6},
	{"gibit", 1 << 30}, {"gbit", 1e9}, {"tibit", 1 << 40}, {"tbit", 1e12},
	{"Bps", 8}, {"KiBps", 8 << 10}, {"KBps", 8e3}, {"MiBps", 8 << 20}, {"MBps", 8e6},
	{"GiBps", 8 << 30}, {"GBps", 8e9}, {"TiBps", 8 << 40}, {"TBps", 8e12},
}

// Sizes are in bytes; a bit is the eighth part of one.
var sizeUnits = []unit{
	{"kb", 1 << 10}, {"k", 1 << 10}, {"gb", 1 << 30}, {"g", 1 << 30}, {"gbit", 1 << 27},
	{"mb", 1 << 20}, {"m", 1 << 20}, {"mbit", 1 << 17}, {"kbit", 1 << 7}, {"b", 1},
}

// Times are in microseconds, or, with 64 bits, in nanoseconds.
var (
	timeUnits = []unit{
		{"s", 1e6}, {"sec", 1e6}, {"secs", 1e6}, {"ms", 1e3}, {"msec", 1e3}, {"msecs", 1e3},
		{"us", 1}, {"usec", 1}, {"usecs", 1},
	}
	time64Units = []unit{
		{"s", 1e9}, {"sec", 1e9}, {"secs", 1e9}, {"ms", 1e6}, {"msec", 1e6}, {"msecs", 1e6},
		{"us", 1e3}, {"usec", 1e3}, {"usecs", 1e3}, {"ns", 1}, {"nsec", 1}, {"nsecs", 1},
	}
)

// scaled reads a number with one of the units, or with none.
func scaled(s string, units []unit) (v float64, ok bool) {
	v, rest, _ := word.Strtod(s, 64)
	switch {
	case rest == s:
		return 0, false
	case rest == "":
		return v, true
	}
	for _, u := range units {
		if strings.EqualFold(u.name, rest) {
			return v * u.scale, true
		}
	}
	return 0, false
}

// whole is a number without its fraction, if it is none below zero and fits into 64
// bits.
func whole(v float64) (n uint64, ok bool) {
	v = math.Floor(v)
	if !(v >= 0) || v >= 1<<64 {
		return 0, false
	}
	return uint64(v), true
}

// ParseRate reads a rate, in bytes a second. One that is too large becomes what the
// real tool's conversion makes of it.
func ParseRate(s string) (uint64, bool) {
	v, ok := scaled(s, rateUnits)
	switch v /= 8; {
	case !ok || v < 0:
		return 0, false
	case v != v:
		return 1 << 63, true
	case v >= 1<<64:
		_, _, fits := word.Strtod(s, 64)
		return 0, fits
	}
	return uint64(v), true
}

// ParseSize reads a size in bytes.
func ParseSize(s string) (uint64, bool) {
	v, ok := scaled(s, sizeUnits)
	if !ok {
		return 0, false
	}
	return whole(v)
}

// ParseTime reads a time in microseconds; of one that is too large C makes what it does
// on this machine.
func ParseTime(s string) (uint32, bool) {
	v, ok := scaled(s, timeUnits)
	if !ok || v < 0 {
		return 0, false
	}
	return word.Uint32(v), true
}

// ParseTime64 reads a time in nanoseconds.
func ParseTime64(s string) (int64, bool) {
	v, ok := scaled(s, time64Units)
	switch {
	case !ok || v < 0:
		return 0, false
	case !(v < 1<<63): // what C makes of it
		return math.MinInt64, true
	}
	return int64(v), true
}

// ParsePercent reads a percentage, with or without the sign, as a fraction.
func ParsePercent(s string) (float64, bool) {
	v, rest, _ := word.Strtod(s, 64)
	v /= 100
	if v > 1 || v < 0 || rest != "" && rest != "%" {
		return 0, false
	}
	return v, true
}

// percentRate is the part of a device's speed that a word like 50% asks for, as a
// rate in words. What is wrong is told.
func percentRate(e *cli.Env, s, dev string) (string, bool) {
	if dev == "" {
		e.Warnf("No device specified; specify device to rate limit by percentage\n")
		return "", false
	}
	mbit, ok := speed(e, dev)
	if !ok {
		return "", false
	}
	number := s[:len(s)-len(strings.TrimLeft(s, "0123456789.%"))]
	v, rest, _ := word.Strtod(number, 64)
	switch v /= 100; {
	case v > 1 || v < 0:
		e.Warnf("Invalid rate specified; should be between [0,100]%% but is %s\n", s)
	case number == "" || rest != "" && rest != "%":
		e.Warnf("Specified rate value could not be read or is malformed\n")
	default:
		return strconv.FormatFloat(v*float64(mbit)*1e6, 'f', 6, 64), true
	}
	return "", false
}

// speed is the speed of a device in Mbit/s, as sysfs has it.
func speed(e *cli.Env, dev string) (int64, bool) {
	if e.Dry != nil { // the device need not be there yet
		return 1000, true
	}
	path := "/sys/class/net/" + dev + "/speed"
	text, err := file.Read(path)
	switch {
	case errors.Is(err, unix.EINVAL): // while the device is down
	case err != nil:
		e.Warnf("fopen %s: %s\n", path, cli.Strerror(err))
		return 0, false
	}
	text, _, _ = strings.Cut(text, "\n")
	v, rest, _ := word.Strtol(text, 0)
	switch {
	case err != nil:
		e.Warnf("property \"speed\" in file %s is currently unknown\n", path)
	case rest != "" || text == "":
		e.Warnf("value \"%s\" in file %s is not a number\n", text, path)
	default:
		return v, true
	}
	e.Warnf("Failed to parse %s\n", path)
	return 0, false
}

// AppendRate spells a rate in bits a second, of a number of bytes.
func AppendRate(b []byte, rate uint64, iec bool) []byte {
	kilo, infix := uint64(1000), ""
	if iec {
		kilo, infix = 1024, "i"
	}
	rate <<= 3
	i := 0
	for ; i < len(rateLetters)-1; i++ {
		if rate < kilo || rate%kilo != 0 && rate < 1000*kilo {
			break
		}
		rate /= kilo
	}
	b = appendRounded(b, rate)
	if i > 0 {
		b = append(append(b, rateLetters[i]), infix...)
	}
	return append(b, "bit"...)
}

const rateLetters = " KMGT"

// appendRounded appends a number as the real tool does, which has it as one of floating
// point.
func appendRounded(b []byte, n uint64) []byte {
	if n < 1<<53 {
		return strconv.AppendUint(b, n, 10)
	}
	return strconv.AppendFloat(b, float64(n), 'f', 0, 64)
}

// AppendSize spells a size, by a larger unit where it is near a whole number of it.
func AppendSize(b []byte, n uint64) []byte {
	size := float64(n)
	switch kilo, mega, giga := 1024.0, 1024.0*1024, 1024.0*1024*1024; {
	case size >= giga && math.Abs(giga*math.RoundToEven(size/giga)-size) < 1024:
		return append(appendWhole(b, math.RoundToEven(size/giga)), "Gb"...)
	case size >= mega && math.Abs(mega*math.RoundToEven(size/mega)-size) < 1024:
		return append(appendWhole(b, math.RoundToEven(size/mega)), "Mb"...)
	case size >= kilo && math.Abs(kilo*math.RoundToEven(size/kilo)-size) < 16:
		return append(appendWhole(b, math.RoundToEven(size/kilo)), "Kb"...)
	}
	return append(strconv.AppendUint(b, n, 10), 'b')
}

// appendWhole appends a whole number as C's %g does.
func appendWhole(b []byte, v float64) []byte {
	if v < 1e6 {
		return strconv.AppendUint(b, uint64(v), 10)
	}
	return appendG(b, v, 6)
}

// appendG appends v as C's %.PRECg does.
func appendG(b []byte, v float64, prec int) []byte { return strconv.AppendFloat(b, v, 'g', prec, 64) }

// AppendTime spells microseconds.
func AppendTime(b []byte, us uint32) []byte {
	switch t := float64(us); {
	case t >= 1e6:
		return append(appendG(b, t/1e6, 3), 's')
	case t >= 1e3:
		return append(appendG(b, t/1e3, 3), "ms"...)
	}
	return append(strconv.AppendUint(b, uint64(us), 10), "us"...)
}

// AppendTime64 spells nanoseconds.
func AppendTime64(b []byte, ns int64) []byte {
	switch t := float64(ns); {
	case t >= 1e9:
		return append(appendG(b, t/1e9, 3), 's')
	case t >= 1e6:
		return append(appendG(b, t/1e6, 3), "ms"...)
	case t >= 1e3:
		return append(appendG(b, t/1e3, 3), "us"...)
	}
	return append(strconv.AppendInt(b, ns, 10), "ns"...)
}
