package names

import (
	"slices"
	"strings"

	"gip/internal/file"
)

// serviceFile names ports: "domain 53/udp alias # comment". It belongs to the C
// library: without it there are no names.
const serviceFile = "/etc/services"

// A service is a line of that file; the first of the names is the proper one.
type service struct {
	port  uint16
	proto string // tcp, udp, …
	names []string
}

// ServicePort returns the port of the service of that name, or alias.
func (ts *Tables) ServicePort(name, proto string) (port uint16, ok bool) {
	for _, s := range ts.loadServices() {
		if s.proto == proto && slices.Contains(s.names, name) {
			return s.port, true
		}
	}
	return 0, false
}

func (ts *Tables) loadServices() []service {
	if ts.services == nil {
		text, _ := file.Read(ts.Root + serviceFile)
		ts.services = []service{}
		for line := range strings.Lines(text) {
			if s, ok := parseService(line); ok {
				ts.services = append(ts.services, s)
			}
		}
	}
	return ts.services
}

func parseService(line string) (s service, ok bool) {
	line, _, _ = strings.Cut(line, "#")
	f := strings.Fields(line)
	if len(f) < 2 {
		return s, false
	}
	num, proto, slash := strings.Cut(f[1], "/")
	port, ok := parseNumber(num, 10)
	if !ok || !slash || port > 0xffff {
		return s, false
	}
	return service{uint16(port), proto, append(f[:1], f[2:]...)}, true
}

// ServiceName returns the name of a port in a protocol, or in any for "", or "".
func (ts *Tables) ServiceName(port uint16, proto string) string {
	for _, s := range ts.loadServices() {
		if s.port == port && (proto == "" || s.proto == proto) {
			return s.names[0]
		}
	}
	return ""
}
