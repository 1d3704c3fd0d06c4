package main

import (
	"net"
	"net/netip"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A link is one of the topology's: of two ends, or a dummy interface, which has one.
type link struct {
	line int
	ends []end
	mtu  string
}

type end struct {
	node       *node
	iface, mac string
	addrs      []string
	absent     bool // the other one is a dummy interface
}

func (l *link) dummy() bool { return l.ends[0].absent || l.ends[1].absent }

// defaultMTU is what containerlab gives a link.
const defaultMTU = "9500"

// maxIface is how long the name of an interface may be.
const maxIface = 15

// link reads one of the links: the brief form, whose ends are words, or one with a type.
func (c *converter) link(n *yaml.Node) {
	t := c.table(n, "a link")
	if t == nil {
		return
	}
	l := &link{line: t.line, mtu: defaultMTU}
	if k := t.get("mtu"); k != nil {
		if l.mtu = c.word(k); !decimal(l.mtu) {
			c.fail(k.line, "%q is no MTU", l.mtu)
		}
	}
	if k := t.get("impairment"); k != nil {
		c.fail(k.line, "an impairment is another container; a link of a lab has delay, loss and rate: write them into what clab2lab prints")
	}
	before := len(c.problems)
	c.ends(l, t)
	if len(c.problems) > before {
		return
	}
	c.common(l, t)
	if !l.dummy() {
		l.ends[0].node.links++
		l.ends[1].node.links++
	}
	c.links = append(c.links, l)
}

// ends reads the ends of a link.
func (c *converter) ends(l *link, t *table) {
	kind := t.get("type")
	switch word := strings.ToLower(c.word(kind)); word {
	case "", "brief":
		for _, each := range c.list(t.get("endpoints")) {
			l.ends = append(l.ends, c.brief(each))
		}
	case "veth":
		for _, each := range c.list(t.get("endpoints")) {
			l.ends = append(l.ends, c.extended(each))
		}
		for _, name := range []string{"endpoint-a", "endpoint-b"} {
			if k := t.get(name); k != nil {
				l.ends = append(l.ends, c.extended(k.value))
			}
		}
	case "dummy":
		if k := t.get("endpoint"); k != nil {
			l.ends = append(l.ends, c.extended(k.value), end{absent: true})
		}
	default:
		c.fail(kind.line, "a link of the type %s leads out of the lab, which has veth only", word)
		return
	}
	if len(l.ends) != 2 {
		c.fail(l.line, "a link has two ends, and this one %d", len(l.ends))
	} else if l.ends[0].absent && l.ends[1].absent {
		c.fail(l.line, "a link of two dummies has no node")
	}
}

// brief reads NODE:INTERFACE.
func (c *converter) brief(n *yaml.Node) end {
	n = real(n)
	word := c.scalar(n, "an end of a link")
	name, iface, _ := strings.Cut(word, ":")
	switch name {
	case "dummy":
		return end{absent: true}
	case "host", "mgmt-net", "macvlan":
		c.fail(n.Line, "the end %q leads out of the lab, to the machine", word)
		return end{}
	}
	return c.end(n.Line, name, iface)
}

// extended reads an end that is a mapping.
func (c *converter) extended(n *yaml.Node) end {
	t := c.table(n, "an end of a link of this type")
	if t == nil {
		return end{}
	}
	e := c.end(t.line, c.word(t.get("node")), c.word(t.get("interface")))
	if k := t.get("mac"); k != nil {
		mac, err := net.ParseMAC(c.word(k))
		if err != nil || len(mac) != 6 {
			c.fail(k.line, "%q is no MAC address", c.word(k))
		}
		e.mac = mac.String()
	}
	for _, family := range []string{"ipv4", "ipv6"} {
		if k := t.get(family); k != nil {
			e.addrs = append(e.addrs, c.addr(k.line, c.word(k)))
		}
	}
	return e
}

// end is an end, once its names are looked at.
func (c *converter) end(line int, name, iface string) end {
	n := c.find(name)
	switch {
	case n == nil:
		c.fail(line, "no node is called %q", name)
	case iface == "":
		c.fail(line, "the end at %q lacks the name of an interface", name)
	case len(iface) > maxIface || strings.ContainsAny(iface, "/ :\t\"'\\#") || badName(iface) != "":
		c.fail(line, "%q cannot be the name of an interface, which has at most %d bytes, and no / or space", iface, maxIface)
	case iface == "lo" || iface == "all" || iface == "default":
		c.fail(line, "%q is a name that the kernel has for itself", iface)
	case n.has(c, iface):
		c.fail(line, "%q is the end of another link already", name+":"+iface)
	}
	return end{node: n, iface: iface}
}

// has reports whether the node has an interface of that name.
func (n *node) has(c *converter, iface string) bool {
	for _, l := range c.links {
		for _, e := range l.ends {
			if e.node == n && e.iface == iface {
				return true
			}
		}
	}
	return false
}

// addr reads an address with the length of its prefix.
func (c *converter) addr(line int, word string) string {
	if _, err := netip.ParsePrefix(word); err != nil {
		c.fail(line, "%q is no address with the length of its prefix", word)
	}
	return word
}

// common reads addresses that stand beside the ends, one for each.
func (c *converter) common(l *link, t *table) {
	for _, family := range []string{"ipv4", "ipv6"} {
		k := t.get(family)
		for i, each := range c.list(k) {
			if i >= len(l.ends) {
				c.fail(real(each).Line, "there are more addresses than ends")
				return
			}
			if word := c.scalar(each, family); word != "" {
				l.ends[i].addrs = append(l.ends[i].addrs, c.addr(real(each).Line, word))
			}
		}
	}
}
