package tape

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"golang.org/x/sys/unix"
)

const header = unix.SizeofNlMsghdr

var order = binary.NativeEndian

// sent is the key of a request: all of it but its number and port.
func sent(socket string, m []byte) string {
	m = bytes.Clone(m)
	clear(m[8:header])
	return "send " + socket + " " + hex.EncodeToString(m)
}

// Differ tells where two lists of what a command does part.
func Differ(want, got []string) string {
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("no longer does:\n  %s", want[i])
		case i >= len(want):
			return fmt.Sprintf("does besides:\n  %s", got[i])
		case want[i] != got[i]:
			return fmt.Sprintf("number %d of what it does:\n- %s\n+ %s\n  %s", i+1, want[i], got[i], parting(want[i], got[i]))
		}
	}
	return ""
}

// parting marks the first byte that differs and, in a message, the attribute
// that it is in.
func parting(want, got string) string {
	n := 0
	for n < len(want) && n < len(got) && want[n] == got[n] {
		n++
	}
	text := fmt.Sprintf("they part at column %d", n+1)
	var socket, hexa string
	if _, err := fmt.Sscanf(want, "send %s %s", &socket, &hexa); err != nil {
		return text
	}
	at := (n - len(want) + len(hexa)) / 2
	m, err := hex.DecodeString(hexa)
	if err != nil || at < 0 {
		return text
	}
	return fmt.Sprintf("they part at byte %d of message type %d%s", at, order.Uint16(m[4:]), path(m, at))
}

// families are the sizes of the struct behind the header, by groups of message
// types of rtnetlink; where there is none, attributes are not named.
var families = []struct {
	first, last uint16
	size        int
}{
	{unix.RTM_NEWLINK, unix.RTM_SETLINK, 16}, {unix.RTM_NEWADDR, unix.RTM_GETADDR, 8},
	{unix.RTM_NEWROUTE, unix.RTM_GETROUTE, 12}, {unix.RTM_NEWNEIGH, unix.RTM_GETNEIGH, 12},
	{unix.RTM_NEWRULE, unix.RTM_GETRULE, 12}, {unix.RTM_NEWNEXTHOP, unix.RTM_GETNEXTHOP, 8},
}

// path names the attributes around the byte number at.
func path(m []byte, at int) (text string) {
	typ := order.Uint16(m[4:])
	for _, f := range families {
		if typ < f.first || typ > f.last {
			continue
		}
		begin, end := header+f.size, len(m)
		for begin+4 <= end && at >= begin {
			n := int(order.Uint16(m[begin:]))
			if n < 4 || begin+n > end {
				break
			}
			if at >= begin+(n+3)&^3 {
				begin += (n + 3) &^ 3
				continue
			}
			text += fmt.Sprintf(" > attribute %d", order.Uint16(m[begin+2:])&0x3fff)
			begin, end = begin+4, begin+n
		}
	}
	return text
}
