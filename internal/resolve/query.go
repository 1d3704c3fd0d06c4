package resolve

import (
	"gip/internal/show"

	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/sys/unix"
)

// search asks for a name and for what it may be short for: a name with enough
// dots is tried as it stands first and then in each domain, another one the
// other way round.
func (c *config) search(name string, family int) (Host, error) {
	if name == "" {
		return Host{}, Failed
	}
	name, ok := unescaped(name)
	if !ok || name != root && !isHostName(strings.TrimSuffix(name, ".")) {
		return Host{}, NotFound
	}
	if strings.HasSuffix(name, ".") {
		return c.ask(name, family)
	}
	first := error(nil)
	if strings.Count(name, ".") >= c.ndots {
		h, err := c.ask(name, family)
		if err == nil || err == useless {
			return h, err
		}
		first = err
	}
	h, err := c.searchDomains(name, family)
	switch {
	case err == nil, err == useless:
		return h, err
	case first != nil:
		return h, first
	}
	h, last := c.ask(name, family)
	if last != nil && err != NotFound {
		last = err
	}
	return h, last
}

// root is the name above all others.
const root = "."

// unescaped takes the backslashes out of a name, of which each stands for what
// comes next: three digits that make a byte, or any other (RFC 1035, 5.1). A dot
// that is meant as a part of a name is none of a host's.
func unescaped(name string) (string, bool) {
	if !strings.Contains(name, `\`) {
		return name, true
	}
	var b []byte
	for {
		before, after, found := strings.Cut(name, `\`)
		b = append(b, before...)
		switch {
		case !found:
			return string(b), true
		case after == "":
			return "", false
		}
		c, length := after[0], 1
		if c >= '0' && c <= '9' {
			n, err := strconv.ParseUint(after[:min(3, len(after))], 10, 8)
			if err != nil || len(after) < 3 {
				return "", false
			}
			c, length = byte(n), 3
		}
		if c == '.' {
			return "", false
		}
		b, name = append(b, c), after[length:]
	}
}

// searchDomains asks for a name in each domain. What counts of the errors is
// that a domain has the name, or else that its servers could not say. Without
// an answer the other domains are not asked.
func (c *config) searchDomains(name string, family int) (Host, error) {
	var seen error = NotFound
	for _, d := range c.domains {
		full := name
		if d = strings.TrimSuffix(d, "."); d != "" {
			full += "." + d
		}
		h, err := c.ask(full, family)
		switch err {
		case nil, useless:
			return h, err
		case NoData:
			seen = err
		case refused:
			if seen == NotFound {
				seen = err
			}
		case Failed, noAnswer:
			return h, seen
		}
	}
	return Host{}, seen
}

// ask asks for the addresses of one name.
func (c *config) ask(name string, family int) (h Host, err error) {
	if family != unix.AF_INET6 {
		h, err = c.query(name, dnsmessage.TypeA)
		if family == unix.AF_INET || err == noAnswer {
			return h, err
		}
	}
	h6, err6 := c.query(name, dnsmessage.TypeAAAA)
	switch {
	case err6 == nil:
		if h.Name == "" {
			h.Name = h6.Name
		}
		h.Addrs = append(h.Addrs, h6.Addrs...)
		return h, nil
	case h.Addrs != nil, err != nil && err.(Error) > err6.(Error):
		return h, err
	}
	return h, err6
}

// reverse asks for the name of an address.
func (c *config) reverse(a netip.Addr) (string, error) {
	h, err := c.query(reverseName(a), dnsmessage.TypePTR)
	return h.Name, err
}

// reverseName is an address as a name: its bytes or, of IPv6, its half bytes,
// the last one first.
func reverseName(a netip.Addr) string {
	var b []byte
	addr := a.AsSlice()
	for i := len(addr) - 1; i >= 0; i-- {
		if a.Is4() {
			b = append(strconv.AppendUint(b, uint64(addr[i]), 10), '.')
		} else {
			b = append(b, show.HexDigits[addr[i]&15], '.', show.HexDigits[addr[i]>>4], '.')
		}
	}
	if a.Is4() {
		return string(b) + "in-addr.arpa"
	}
	return string(b) + "ip6.arpa"
}
