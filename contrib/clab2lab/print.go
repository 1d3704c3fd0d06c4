package main

import (
	"fmt"
	"strings"
)

// print writes the lab: nodes, links, then what is done in the nodes.
func (c *converter) print(b *strings.Builder) {
	c.printNodes(b, "node", false)
	c.printNodes(b, "switch", true)
	for _, l := range c.links {
		if !l.dummy() {
			fmt.Fprintf(b, "link %s %s mtu %s\n", l.ends[0].text(), l.ends[1].text(), l.mtu)
		}
	}
	for _, l := range c.links {
		c.printEnds(b, l)
	}
	for _, n := range c.nodes {
		n.print(b)
	}
}

// printNodes declares those that are bridges, or are none.
func (c *converter) printNodes(b *strings.Builder, word string, bridges bool) {
	for _, n := range c.nodes {
		if n.bridge == bridges {
			b.WriteString(word + " " + n.name + "\n")
		}
	}
}

func (e *end) text() string {
	return strings.Join(append([]string{e.node.name + ":" + e.iface}, e.addrs...), " ")
}

// printEnds writes what a link of a lab does not have by itself.
func (c *converter) printEnds(b *strings.Builder, l *link) {
	for i := range l.ends {
		e := &l.ends[i]
		if e.absent {
			continue
		}
		if l.dummy() {
			fmt.Fprintf(b, "%s: ip link add name %s type dummy\n", e.node.name, e.iface)
			fmt.Fprintf(b, "%s: ip link set dev %s mtu %s up\n", e.node.name, e.iface, l.mtu)
			for _, addr := range e.addrs {
				fmt.Fprintf(b, "%s: ip addr add %s dev %s\n", e.node.name, addr, e.iface)
			}
		}
		if e.mac != "" {
			fmt.Fprintf(b, "%s: ip link set dev %s address %s\n", e.node.name, e.iface, e.mac)
		}
	}
}

// forwards is what makes a node pass packets on.
const forwards = "net.ipv4.ip_forward"

// print writes what is done in a node.
func (n *node) print(b *strings.Builder) {
	if len(n.left) > 0 {
		fmt.Fprintf(b, "# %s: left out: %s\n", n.name, strings.ReplaceAll(strings.Join(n.left, ", "), "\n", " "))
	}
	if n.bridge {
		if len(n.execs)+len(n.sysctls) > 0 {
			fmt.Fprintf(b, "# %s: left out: exec and sysctls, which containerlab does not do for a bridge either\n", n.name)
		}
		return
	}
	for _, s := range n.settings() {
		fmt.Fprintf(b, "%s: sysctl -qw %s\n", n.name, s)
	}
	for _, x := range n.execs {
		if x.text == "" {
			continue
		}
		fmt.Fprintf(b, "%s: %s\n", n.name, x.text)
	}
}

// settings are the node's sysctls. Docker's containers pass IPv4 packets on, as the
// machine does once Docker runs there: so do nodes that have two links.
func (n *node) settings() (all []string) {
	own := false
	for _, s := range n.sysctls {
		own = own || s.name == forwards
		text, _ := quoted([]string{s.name + "=" + s.value}) // which words has tried
		all = append(all, text)
	}
	if !own && n.links > 1 {
		all = append([]string{forwards + "=1"}, all...)
	}
	return all
}
