// Package trace prints netlink messages as they are sent and received, for whoever
// wants to know what a command asks the kernel: GIP_TRACE=1 ip link show.
//
// Names of messages and attributes are the kernel's (names.go is generated from its
// headers). A value stands in the words that set it where the tables of rows know
// them, else as what it looks like: a number, a text, an address, or bytes.
package trace

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A Tracer prints messages to a writer, each with one call.
type Tracer struct {
	// Kind returns the rows of a kind of link, or nil.
	Kind func(name string) *field.Table
	// Table returns the rows of a message, or nil: by its type, or by its command
	// and the name of its family of generic netlink.
	Table func(family string, typ uint16) *field.Table

	w        io.Writer
	env      *cli.Env
	view     field.View
	families map[uint16]string // of generic netlink, by the numbers that were seen
	out      []byte
}

// New returns a tracer. It asks the kernel for nothing: that would be traced, too.
func New(w io.Writer) *Tracer {
	e := cli.New(strings.NewReader(""), nil, nil, cli.Options{Numeric: true})
	e.Links = names.NewLinks(func() (*rtnl.Conn, error) { return nil, unix.ENOTSUP })
	e.Links.Failed = func(error) {}
	return &Tracer{w: w, env: e, families: map[uint16]string{unix.GENL_ID_CTRL: "nlctrl"}}
}

// Messages prints what was sent, or received, at once on a socket of a protocol.
func (t *Tracer) Messages(protocol int, sent bool, b []byte) {
	t.out = t.out[:0]
	for len(b) >= unix.SizeofNlMsghdr {
		n := int(rtnl.U32(b))
		if n < unix.SizeofNlMsghdr || n > len(b) {
			break
		}
		t.message(protocol, sent, b[:n:n])
		b = b[min((n+3)&^3, len(b)):]
	}
	_, _ = t.w.Write(t.out)
}

func (t *Tracer) printf(format string, args ...any) { t.out = fmt.Appendf(t.out, format, args...) }

// line begins a line.
func (t *Tracer) line(depth int) { t.printf("%*s", 3+2*depth, "") }

// message prints the header (linux/netlink.h): length, type, flags, sequence number,
// port, and what is behind it.
func (t *Tracer) message(protocol int, sent bool, b []byte) {
	typ, flags, body := rtnl.U16(b[4:]), rtnl.U16(b[6:]), b[unix.SizeofNlMsghdr:]
	kind, name := find(protocol, typ)
	arrow := "<-"
	if sent {
		arrow = "->"
	}
	t.printf("%s %s%s seq %d len %d\n", arrow, name, flagNames(kind, typ, flags), rtnl.U32(b[8:]), len(b))
	switch {
	case typ == unix.NLMSG_ERROR || typ == unix.NLMSG_DONE:
		t.verdict(body, flags)
	case typ < unix.NLMSG_MIN_TYPE:
		t.bytes(body)
	case protocol == unix.NETLINK_GENERIC:
		t.generic(typ, body)
	default:
		rest := t.head(kind.head, body)
		var table *field.Table
		if t.Table != nil && protocol == unix.NETLINK_ROUTE {
			table = t.Table("", typ)
		}
		t.attrs(0, kind.attrs, table, familyOf(body), rest)
	}
}

// familyOf is the first byte of nearly all structs in front.
func familyOf(body []byte) uint8 {
	if len(body) == 0 {
		return 0
	}
	return body[0]
}

// verdict prints what the kernel answers at the end: the number of an error; of
// NLMSG_ERROR, the header of the request; and what it remarks.
func (t *Tracer) verdict(body []byte, flags uint16) {
	if len(body) < 4 {
		return
	}
	t.line(0)
	n := int32(rtnl.U32(body))
	t.printf("error %d", n)
	if n < 0 {
		t.printf(" %s", unix.Errno(-n).Error())
	}
	t.printf("\n")
	body = body[4:]
	if n := 0; flags&unix.NLM_F_ACK_TLVS != 0 {
		if len(body) >= unix.SizeofNlMsghdr && flags&unix.NLM_F_MULTI == 0 {
			n = unix.SizeofNlMsghdr
			if flags&unix.NLM_F_CAPPED == 0 {
				n = int(rtnl.U32(body)+3) &^ 3
			}
		}
		t.attrs(0, &verdictSet, nil, 0, body[min(n, len(body)):])
	}
}

// generic prints a message of generic netlink: the command and the version, and what
// the family has for attributes. It learns the families' numbers as they are asked for.
func (t *Tracer) generic(typ uint16, body []byte) {
	name := t.families[typ]
	fam := familySet(name)
	t.line(0)
	if len(body) < 4 {
		return
	}
	t.printf("%s %s version %d\n", orNumber(name, typ), nameOf(fam.commands, uint16(body[0])), body[1])
	var table *field.Table
	if t.Table != nil {
		table = t.Table(name, uint16(body[0]))
	}
	attrs := body[4:]
	t.attrs(0, &fam.set, table, 0, attrs)
	if id := rtnl.U16(rtnl.Find(attrs, unix.CTRL_ATTR_FAMILY_ID)); typ == unix.GENL_ID_CTRL && id != 0 {
		t.families[id] = rtnl.Str(rtnl.Find(attrs, unix.CTRL_ATTR_FAMILY_NAME))
	}
}

func orNumber(name string, n uint16) string {
	if name == "" {
		return strconv.Itoa(int(n))
	}
	return name
}

// head prints the struct in front of the attributes, of which a layout tells the
// name, and of each field the name, the size and "x" for hexadecimal.
func (t *Tracer) head(layout string, b []byte) (rest []byte) {
	parts := strings.Fields(layout)
	if len(parts) == 0 {
		t.bytes(b)
		return nil
	}
	t.line(0)
	t.printf("%s", parts[0])
	for _, part := range parts[1:] {
		name, size, _ := strings.Cut(part, ":")
		hex := strings.HasSuffix(size, "x")
		n, _ := strconv.Atoi(strings.TrimSuffix(size, "x"))
		n = min(n, len(b))
		switch {
		case name == "":
		case hex:
			t.printf(" %s 0x%x", name, number(b[:n]))
		default:
			t.printf(" %s %d", name, number(b[:n]))
		}
		b = b[n:]
	}
	t.printf("\n")
	return b
}

// bytes prints what is left and unknown.
func (t *Tracer) bytes(b []byte) {
	if len(b) > 0 {
		t.line(0)
		t.hex(b)
		t.printf("\n")
	}
}

// number is one of 1, 2, 4 or 8 bytes, or of none.
func number(b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2, 3:
		return uint64(rtnl.U16(b))
	case 4, 5, 6, 7:
		return uint64(rtnl.U32(b))
	case 0:
		return 0
	}
	return rtnl.U64(b)
}
