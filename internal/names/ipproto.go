package names

import (
	"slices"
	"strconv"
	"strings"

	"gip/internal/file"
)

// ipProtoFile names the protocols that IP carries: "tcp 6 TCP # comment". It
// belongs to the C library, not to iproute2: without it there are no names.
const ipProtoFile = "/etc/protocols"

// An ipProto is a line of that file; the first of the names is the proper one.
type ipProto struct {
	id    uint32
	names []string
}

// IPProto returns the name of a protocol over IP, or "ipproto-N".
func (ts *Tables) IPProto(id uint32) string {
	if !ts.Numeric {
		if name := ts.ProtoName(id); name != "" {
			return name
		}
	}
	return "ipproto-" + strconv.Itoa(int(id))
}

// ProtoName returns the name of a protocol over IP, also with -N, or "".
func (ts *Tables) ProtoName(id uint32) string {
	for _, p := range ts.loadIPProtos() {
		if p.id == id {
			return p.names[0]
		}
	}
	return ""
}

// ParseIPProto reads a protocol over IP: a decimal number, a name or an alias.
func (ts *Tables) ParseIPProto(s string) (uint8, bool) {
	if id, ok := parseNumber(s, 10); ok && id <= 255 {
		return uint8(id), true
	}
	return ts.NamedIPProto(s)
}

// NamedIPProto reads the name or an alias of a protocol over IP.
func (ts *Tables) NamedIPProto(s string) (uint8, bool) {
	for _, p := range ts.loadIPProtos() {
		if slices.Contains(p.names, s) {
			return uint8(p.id), true
		}
	}
	return 0, false
}

func (ts *Tables) loadIPProtos() []ipProto {
	if ts.ipProtos == nil {
		text, _ := file.Read(ts.Root + ipProtoFile)
		ts.ipProtos = []ipProto{}
		for line := range strings.Lines(text) {
			line, _, _ = strings.Cut(line, "#")
			if f := strings.Fields(line); len(f) >= 2 {
				if id, ok := parseNumber(f[1], 10); ok {
					ts.ipProtos = append(ts.ipProtos, ipProto{id, append(f[:1], f[2:]...)})
				}
			}
		}
	}
	return ts.ipProtos
}
