package resolve

import (
	"net/netip"
	"strconv"
	"strings"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// A source of names.
type source uint8

const (
	files   source = iota // /etc/hosts
	servers               // those of /etc/resolv.conf
)

// eachLine gives f the words of each line of a file, without what is behind a
// #, until f has seen enough. A file that cannot be read has none.
func (r resolver) eachLine(name string, f func(words []string) (done bool)) {
	b, _ := file.Read(r.etc + name)
	for line := range strings.Lines(b) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.FieldsFunc(line, isBlank); len(words) > 0 && f(words) {
			return
		}
	}
}

// isBlank is isspace(3) in the locale of C.
func isBlank(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' }

// sources are those of nsswitch.conf that are known here. Instead of systemd's,
// which may not run, the name servers that it would ask are asked. What the
// file makes of an answer ([NOTFOUND=return]) belongs to others.
func (r resolver) sources() []source {
	order := []string{"files", "dns"}
	r.eachLine("nsswitch.conf", func(words []string) bool {
		database, rest, found := strings.Cut(strings.Join(words, " "), ":")
		found = found && database == "hosts"
		if found {
			order = strings.Fields(rest)
		}
		return found
	})
	var list []source
	for _, word := range order {
		switch {
		case word == "files":
			list = append(list, files)
		case word == "dns", word == "resolve" && !anyIs(order, "dns"):
			list = append(list, servers)
		}
	}
	return list
}

// eachHost gives f the lines of the hosts file that have an address, which is on
// no link of its own. To the C library, an address alone is one of the empty name.
func (r resolver) eachHost(f func(a netip.Addr, names []string) (done bool)) {
	r.eachLine("hosts", func(words []string) bool {
		a, err := netip.ParseAddr(words[0])
		if len(words) == 1 {
			words = append(words, "")
		}
		return err == nil && a.Zone() == "" && f(a, words[1:])
	})
}

// hostNamed reads the hosts file: the first address of a name, or all.
func (r resolver) hostNamed(name string, family int) (h Host, err error) {
	multi := r.multi()
	r.eachHost(func(a netip.Addr, names []string) bool {
		a, ok := inFamily(a, family)
		if !ok || !anyIs(names, name) {
			return false
		}
		if h.Name == "" {
			h.Name = names[0]
		}
		h.Addrs = append(h.Addrs, a)
		return !multi
	})
	if h.Addrs == nil {
		return h, NotFound
	}
	return h, nil
}

// multi tells whether all lines of the hosts file count that have a name: this
// is what is left of host.conf.
func (r resolver) multi() (on bool) {
	r.eachLine("host.conf", func(words []string) bool {
		if len(words) > 1 && words[0] == "multi" {
			on = words[1] == "on"
		}
		return false
	})
	return on
}

// inFamily makes an address one of a family, if it can be. Who asks for IPv4
// finds this host in ::1, too.
func inFamily(a netip.Addr, family int) (netip.Addr, bool) {
	switch family {
	case unix.AF_INET:
		if a == netip.IPv6Loopback() {
			return loopback(), true
		}
		a = a.Unmap()
		return a, a.Is4()
	case unix.AF_INET6:
		return a, a.Is6()
	}
	return a, true
}

func loopback() netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, 1}) }

func anyIs(names []string, name string) bool {
	for _, n := range names {
		if sameName(n, name) {
			return true
		}
	}
	return false
}

// nameOf reads the hosts file: the first name of an address.
func (r resolver) nameOf(addr netip.Addr) (name string, err error) {
	err = NotFound
	r.eachHost(func(a netip.Addr, names []string) bool {
		if a.Unmap() != addr {
			return false
		}
		name, err = names[0], nil
		return true
	})
	return name, err
}

// sameName compares without regard to the case of ASCII letters.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// A config is what resolv.conf says.
type config struct {
	servers  []netip.AddrPort
	domains  []string // to look for a name in
	ndots    int      // a name with so many dots is looked for as it is, first
	timeout  int      // in seconds
	attempts int
	tcp      bool // only
}

// Limits of the C library.
const (
	maxServers  = 3
	maxNdots    = 15
	maxTimeout  = 30
	maxAttempts = 5
)

// config reads resolv.conf. Without a name server there is one here, without
// a domain it is that of this host's own name.
func (r resolver) config() *config {
	c := &config{ndots: 1, timeout: 5, attempts: 2}
	b, _ := file.Read(r.etc + "resolv.conf")
	hasDomains := false
	for line := range strings.Lines(b) {
		words := strings.Fields(line)
		if len(words) < 2 || !strings.HasPrefix(line, words[0]) {
			continue // a word that is not at the start is none
		}
		switch words[0] {
		case "nameserver":
			if a, err := netip.ParseAddr(words[1]); err == nil && len(c.servers) < maxServers {
				c.servers = append(c.servers, netip.AddrPortFrom(a, r.port))
			}
		case "domain":
			c.domains, hasDomains = words[1:2], true
		case "search":
			c.domains, hasDomains = words[1:], true
		case "options":
			c.options(words[1:])
		}
	}
	if c.tcp {
		c.attempts = 1
	}
	if !hasDomains {
		c.domains = ownDomain()
	}
	if c.servers == nil {
		c.servers = []netip.AddrPort{netip.AddrPortFrom(loopback(), r.port)}
	}
	return c
}

func (c *config) options(words []string) {
	for _, w := range words {
		key, value, _ := strings.Cut(w, ":")
		n, err := strconv.Atoi(value)
		bad := err != nil || n < 0
		switch {
		case w == "use-vc":
			c.tcp = true
		case bad:
		case key == "ndots":
			c.ndots = min(n, maxNdots)
		case key == "timeout":
			c.timeout = min(n, maxTimeout)
		case key == "attempts":
			c.attempts = min(n, maxAttempts)
		}
	}
}

func ownDomain() []string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return nil
	}
	if _, domain, ok := strings.Cut(unix.ByteSliceToString(u.Nodename[:]), "."); ok && domain != "" {
		return []string{domain}
	}
	return nil
}
