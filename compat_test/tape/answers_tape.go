//go:build tape

package tape

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// messages splits what is written to, or read from, a netlink socket.
func messages(b []byte) (list [][]byte) {
	for len(b) >= header {
		n := int(order.Uint32(b))
		if n < header || n > len(b) {
			break
		}
		list = append(list, b[:n:n])
		b = b[min((n+3)&^3, len(b)):]
	}
	return list
}

func seqOf(m []byte) uint32 { return order.Uint32(m[8:]) }

// number gives all messages of a datagram that are answers a number and a port,
// and also what a refusal repeats of the request.
func number(datagram []byte, seq, port uint32) {
	for _, m := range messages(datagram) {
		order.PutUint32(m[8:], seq)
		order.PutUint32(m[12:], port)
		if order.Uint16(m[4:]) == unix.NLMSG_ERROR && len(m) >= 2*header+4 {
			order.PutUint32(m[header+4+8:], seq)
			order.PutUint32(m[header+4+12:], port)
		}
	}
}

// unknown is the answer to a request that is not on the tape.
func unknown() []byte {
	m := make([]byte, 2*header+4)
	order.PutUint32(m, uint32(len(m)))
	order.PutUint16(m[4:], unix.NLMSG_ERROR)
	no := -int32(unix.EPROTO)
	order.PutUint32(m[header:], uint32(no))
	return m
}

// lines shows the first line in which two texts differ.
func lines(want, got []byte) string {
	w, g := strings.SplitAfter(string(want), "\n"), strings.SplitAfter(string(got), "\n")
	n := 0
	for n < len(w) && n < len(g) && w[n] == g[n] {
		n++
	}
	line := func(list []string) string {
		if n < len(list) {
			return strconv.Quote(list[n])
		}
		return "(nothing more)"
	}
	return fmt.Sprintf("- %s\n+ %s\n", line(w), line(g))
}
