package sscmd

import (
	"strings"

	"gip/internal/file"
	"gip/internal/names"
	"gip/internal/word"
)

// ports knows the names of ports, and which ones the kernel gives out.
type ports struct {
	names    map[string]map[int]string // by protocol; of what was asked for
	min, max int
}

// ephemeral reports whether the kernel gives a port to those who name none. Such a
// port has no name.
func (p *ports) ephemeral(port int) bool {
	if p.min == 0 {
		text, _ := file.Read(file.Proc("PROC_IP_LOCAL_PORT_RANGE", "sys/net/ipv4/ip_local_port_range"))
		low, rest, ok := word.Scan(strings.TrimLeft(text, " \t\n"), 10)
		high, _, good := word.Scan(strings.TrimLeft(rest, " \t\n"), 10)
		if p.min, p.max = int(low), int(high); !ok || !good {
			p.min, p.max = 1024, 4999
		}
	}
	return port >= p.min && port <= p.max
}

// name is that of a port's service in a protocol, or in any, or "".
func (p *ports) name(t *names.Tables, port int, protocol string) string {
	known, ok := p.names[protocol]
	if !ok {
		if p.names == nil {
			p.names = make(map[string]map[int]string)
		}
		known = make(map[int]string)
		p.names[protocol] = known
	}
	name, ok := known[port]
	if !ok {
		if !p.ephemeral(port) {
			name = t.ServiceName(uint16(port), protocol)
		}
		known[port] = name
	}
	return name
}
