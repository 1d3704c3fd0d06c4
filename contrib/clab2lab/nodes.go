package main

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A node is one of the topology's, with all that it inherits.
type node struct {
	name    string
	line    int
	bridge  bool
	execs   []command
	env     []pair
	sysctls []pair
	left    []string // keys that a lab has nothing for
	links   int
}

// A command is one of exec, which is run in the node.
type command struct {
	line int
	text string
}

type pair struct {
	name, value string
	line        int
}

// maxName is how long the name of a node may be in a lab.
const maxName = 64

// badName says what is wrong with the name of a node or lab, or "".
func badName(name string) string {
	switch {
	case name == "":
		return "is empty"
	case len(name) > maxName:
		return fmt.Sprintf("has more than %d bytes", maxName)
	case name == "." || name == ".." || strings.HasPrefix(name, "-"):
		return "is no name in a lab"
	case strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`/:"'\#`, r) }):
		return "has a character that a name in a lab cannot have"
	}
	return ""
}

// name is what the topology is called; "" leaves it to the file.
func (c *converter) name(top *table) string {
	k := top.get("name")
	if k == nil {
		return ""
	}
	name := c.word(k)
	if bad := badName(name); bad != "" {
		c.fail(k.line, "the name %q %s", name, bad)
	}
	return name
}

// topology reads nodes and links.
func (c *converter) topology(top *table) {
	k := top.get("topology")
	if k == nil {
		c.fail(top.line, "there is no topology")
		return
	}
	t := c.table(k.value, "topology")
	if t == nil {
		return
	}
	from := &inherited{kinds: c.section(t, "kinds"), groups: c.section(t, "groups")}
	if d := t.get("defaults"); d != nil {
		from.defaults = c.table(d.value, "defaults")
	}
	nodes := t.get("nodes")
	if nodes == nil {
		c.fail(k.line, "the topology has no nodes")
		return
	}
	if all := c.table(nodes.value, "nodes"); all != nil {
		for i := range all.keys {
			c.node(&all.keys[i], from)
		}
	}
	for _, each := range c.list(t.get("links")) {
		c.link(real(each))
	}
}

// inherited are what nodes have in common.
type inherited struct {
	defaults      *table
	kinds, groups map[string]*table
}

// section reads a mapping of mappings.
func (c *converter) section(t *table, name string) map[string]*table {
	k := t.get(name)
	if k == nil {
		return nil
	}
	all := c.table(k.value, name)
	if all == nil {
		return nil
	}
	out := map[string]*table{}
	for i := range all.keys {
		out[all.keys[i].name] = c.table(all.keys[i].value, all.keys[i].name)
	}
	return out
}

// layers are the tables in which a node's keys may be, its own last. A kind may come
// with a group, a group with a kind.
func (c *converter) layers(own *table, from *inherited) (kind *key, layers []*table) {
	group := first("group", own, from.defaults)
	kind = first("kind", own, from.groups[c.word(group)], from.defaults)
	if group == nil {
		group = from.kinds[c.word(kind)].get("group")
	}
	return kind, []*table{from.defaults, from.kinds[c.word(kind)], from.groups[c.word(group)], own}
}

// first is the key in the first of the tables that has it.
func first(name string, tables ...*table) *key {
	for _, t := range tables {
		if k := t.get(name); k != nil {
			return k
		}
	}
	return nil
}

// node reads a node.
func (c *converter) node(k *key, from *inherited) {
	own := c.table(k.value, k.name)
	if own == nil {
		return
	}
	n := &node{name: k.name, line: k.line}
	kind, layers := c.layers(own, from)
	if bad := badName(k.name); bad != "" {
		c.fail(k.line, "the name %q %s", k.name, bad)
	} else if slices.Contains(reserved, k.name) {
		c.fail(k.line, "%q is no name of a node", k.name)
	}
	switch word := c.word(kind); word {
	case "linux":
	case "bridge":
		n.bridge = true
	case "":
		c.fail(k.line, "%q has no kind; a lab can have linux and bridge", k.name)
	default:
		c.fail(kind.line, "%q is of the kind %s, and a lab can have linux and bridge only", k.name, word)
	}
	for _, layer := range layers {
		if layer != nil {
			for i := range layer.keys {
				c.property(n, &layer.keys[i])
			}
		}
	}
	c.nodes = append(c.nodes, n)
}

// reserved are names that mean something else in links.
var reserved = []string{"host", "mgmt-net", "macvlan", "dummy"}

// property reads a key of a node. Each layer adds to lists and mappings.
func (c *converter) property(n *node, k *key) {
	switch k.name {
	case "kind", "group":
	case "exec":
		for _, each := range c.list(k) {
			if text := c.scalar(each, "a command of exec"); text != "" {
				n.execs = append(n.execs, command{real(each).Line, text})
			}
		}
	case "env":
		n.env = c.pairs(n.env, k)
	case "sysctls":
		n.sysctls = c.pairs(n.sysctls, k)
	case "network-mode":
		if mode := c.word(k); mode != "none" && mode != "bridge" && mode != "" {
			c.fail(k.line, "%q has the network of something else (network-mode %s), and nodes of a lab have their own", n.name, mode)
		}
	default:
		if !slices.Contains(n.left, k.name) {
			n.left = append(n.left, k.name)
		}
	}
}

// pairs adds those of a mapping, or of a list of NAME=VALUE; what was there before under
// the same name is replaced.
func (c *converter) pairs(all []pair, k *key) []pair {
	for _, p := range c.read(k) {
		all = slices.DeleteFunc(all, func(old pair) bool { return old.name == p.name })
		all = append(all, p)
	}
	return all
}

func (c *converter) read(k *key) (pairs []pair) {
	if k.value.Kind == yaml.SequenceNode {
		for _, each := range k.value.Content {
			name, value, ok := strings.Cut(c.scalar(each, k.name), "=")
			if !ok {
				c.fail(real(each).Line, "%s has to be NAME=VALUE", k.name)
			}
			pairs = append(pairs, pair{name, value, real(each).Line})
		}
		return pairs
	}
	if t := c.table(k.value, k.name); t != nil {
		for i := range t.keys {
			pairs = append(pairs, pair{t.keys[i].name, c.word(&t.keys[i]), t.keys[i].line})
		}
	}
	return pairs
}

// find is the node of a name, or nil.
func (c *converter) find(name string) *node {
	for _, n := range c.nodes {
		if n.name == name {
			return n
		}
	}
	return nil
}
