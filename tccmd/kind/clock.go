package kind

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// NoClock is a clock that no word gave.
const NoClock = ^uint32(0)

// clocks are those that packets may be timed by.
var clocks = word.Names{{unix.CLOCK_REALTIME, "REALTIME"}, {unix.CLOCK_TAI, "TAI"}, {unix.CLOCK_BOOTTIME, "BOOTTIME"}, {unix.CLOCK_MONOTONIC, "MONOTONIC"}}

// ParseClock reads the name of a clock, with or without CLOCK_ in front, in letters of
// either case.
func ParseClock(s string) (uint32, bool) {
	const prefix = "clock_"
	if strings.Contains(strings.ToLower(s), prefix) {
		s = s[len(prefix):]
	}
	for _, c := range clocks {
		if strings.EqualFold(c.Word, s) {
			return uint32(c.Val), true
		}
	}
	return 0, false
}

// ClockName is the name of a clock.
func ClockName(id uint32) string { return clocks.Or(uint64(id), "invalid") }

// WrongClock is the complaint about a name that no clock has.
func WrongClock(c *field.Call, s string) error {
	return cli.Fail("%s: illegal value for \"clockid\": \"%s\".\nIt must be a valid SYS-V id (i.e. CLOCK_TAI)", c.Table.Name, s)
}
