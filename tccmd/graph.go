package tccmd

import (
	"bytes"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/tccmd/kind"
	"gip/tccmd/qdisc"

	"golang.org/x/sys/unix"
)

// A graph is the tree of classes that -g shows. Nodes are put in front of others, so
// that the tree has them in the opposite order of the kernel's list; what belongs to
// no root does not show.
type graph struct {
	roots, others []*node
}

type node struct {
	parent, id uint32
	attrs      []byte
	children   []*node
	over       *node // the node above
	last       bool  // nothing follows it below the same node
	way        *node // the child on the way to the node that is written
}

func (g *graph) add(_ *cli.Env, m rtnl.Message) error {
	t, attrs := rtnl.View[tcMsg](m.Body)
	if t == nil {
		return nil
	}
	n := &node{parent: t.Parent, id: t.Handle, attrs: bytes.Clone(attrs)}
	if n.parent == kind.Root {
		g.roots = slices.Insert(g.roots, 0, n)
	} else {
		g.others = slices.Insert(g.others, 0, n)
	}
	return nil
}

func (g *graph) show(e *cli.Env) {
	g.level(e, g.roots)
	e.Pen.Spill()
}

// level writes nodes that have the same node above, each with what is below it.
func (g *graph) level(e *cli.Env, nodes []*node) {
	for i, n := range nodes {
		n.last = i == len(nodes)-1
		g.adopt(n)
		p := e.Pen
		p.Raw(n.indent(false, 0) + "+---(" + kind.Class(e, n.id) + ")")
		p.Raw(n.options(e) + "\n")
		g.level(e, n.children)
		if n.last {
			p.Raw(n.indent(false, 0) + "\n")
		}
	}
}

// adopt takes the nodes below n out of those that have no place yet.
func (g *graph) adopt(n *node) {
	g.others = slices.DeleteFunc(g.others, func(c *node) bool {
		if c.parent != n.id {
			return false
		}
		c.over = n
		n.children = slices.Insert(n.children, 0, c)
		return true
	})
}

// options writes the kind with its options, and with -s the statistics; it returns
// what stands behind them.
func (n *node) options(e *cli.Env) string {
	var tb [maxAttr][]byte
	rtnl.Index(tb[:], n.attrs)
	if tb[unix.TCA_KIND] == nil {
		return " [unknown qdisc kind] "
	}
	name := rtnl.Str(tb[unix.TCA_KIND])
	e.Pen.Raw(" " + name + " ")
	k := qdisc.Find(name)
	if k != nil && k.Class != nil && tb[unix.TCA_OPTIONS] != nil {
		k.Class.Show(e, tb[unix.TCA_OPTIONS])
	}
	if e.Opt.Stats == 0 {
		return ""
	}
	prefix := n.indent(true, len(name)-2+len(kind.Class(e, n.id)))
	if tb[unix.TCA_STATS] != nil || tb[unix.TCA_STATS2] != nil {
		e.Pen.Raw("\n")
		kind.Stats(e, tb[unix.TCA_STATS2], tb[unix.TCA_STATS], tb[unix.TCA_XSTATS], prefix)
		prefix = ""
	}
	if !n.last || len(n.children) > 0 {
		prefix += "\n" + n.indent(true, 0)
	}
	return prefix
}

// indent is what stands before a node's line, or before a line about it.
func (n *node) indent(below bool, blanks int) string {
	var b strings.Builder
	at := n
	for at.over != nil {
		at.over.way = at
		at = at.over
	}
	for at.way != nil { // beyond n, where what is below it has been written
		if at.last {
			b.WriteString("     ")
		} else {
			b.WriteString("|    ")
		}
		at = at.way
	}
	if below {
		switch {
		case !at.last && len(at.children) > 0:
			b.WriteString("|    |")
		case !at.last:
			b.WriteString("|     ")
		case len(at.children) > 0:
			b.WriteString("     |")
		default:
			b.WriteString("      ")
		}
	}
	b.WriteString(strings.Repeat(" ", max(blanks, 0)))
	return b.String()
}
