package topo

import (
	"errors"
	"strconv"

	"gip/internal/show"
)

// The document is described once, by the methods called members below: they name each
// member and where its value is. A coder then writes the values, or fills them in from
// a document that was parsed. Members with zero values are left out.

// A coder is on its way through the members of an object.
type coder struct {
	w     *jsonWriter
	in    *value // what is read; nil while writing
	first bool   // no member of the object was written yet
	err   *error
}

// JSON is the graph as a document, a line for each link, route and edge: one of
// docs/topo.schema.json.
func (g *Graph) JSON() string {
	out := &jsonWriter{}
	c := &coder{w: out, first: true}
	out.raw("{")
	g.members(c)
	out.raw("\n}\n")
	return string(out.b)
}

// ParseJSON reads a document that JSON or "gip topo -o json" wrote, also one of an older version.
// Members that it does not know are passed over. Its error has the line.
func ParseJSON(text string) (*Graph, error) {
	v, err := parseValue(text)
	if err != nil {
		return nil, err
	}
	g := &Graph{}
	c := &coder{in: v, err: &err}
	if c.must(v, object) {
		g.members(c)
	}
	switch {
	case err != nil:
		return nil, err
	case g.Version < 1:
		return nil, lineError(v.line, "not a document of gip topo: it has no version")
	case g.Version > Version:
		return nil, lineError(v.line, "version "+strconv.Itoa(g.Version)+" of the document is newer than this program")
	}
	return g, nil
}

func lineError(line int, text string) error {
	return errors.New("line " + strconv.Itoa(line) + ": " + text)
}

func (g *Graph) members(c *coder) {
	c.int("version", &g.Version)
	c.list("namespaces", blocks, len(g.Namespaces), func(c *coder, i int) {
		nextNew(c, &g.Namespaces, i).members(c)
	})
	c.list("edges", lines, len(g.Edges), func(c *coder, i int) {
		nextNew(c, &g.Edges, i).members(c)
	})
	c.strs("unseen", &g.Unseen)
}

func (n *Namespace) members(c *coder) {
	c.str("name", &n.Name)
	c.uint("inode", &n.Inode)
	c.strs("names", &n.Names)
	c.bool("self", &n.Self)
	c.int("pid", &n.PID)
	c.str("command", &n.Command)
	c.str("container", &n.Container)
	c.str("unseen", &n.Unseen)
	c.bool("forwards", &n.Forwards)
	c.bool("forwards6", &n.Forwards6)
	c.list("links", lines, len(n.Links), func(c *coder, i int) {
		nextNew(c, &n.Links, i).members(c)
	})
	c.list("routes", lines, len(n.Routes), func(c *coder, i int) {
		nextNew(c, &n.Routes, i).members(c)
	})
	c.list("rules", lines, len(n.Rules), func(c *coder, i int) {
		nextNew(c, &n.Rules, i).members(c)
	})
	c.list("other_routes", flat, len(n.Left), func(c *coder, i int) {
		v := next(c, &n.Left, i)
		c.str("protocol", &v.Protocol)
		c.int("count", &v.Count)
	})
}

func (l *Link) members(c *coder) {
	c.int("index", &l.Index)
	c.str("name", &l.Name)
	c.strs("altnames", &l.AltNames)
	c.str("kind", &l.Kind)
	c.str("id", &l.ID)
	c.str("type", &l.Type)
	c.bool("up", &l.Up)
	c.str("state", &l.State)
	c.int("mtu", &l.MTU)
	c.str("mac", &l.MAC)
	c.str("master", &l.Master)
	c.str("lower", &l.Lower)
	c.str("options", &l.Options)
	c.list("addresses", flat, len(l.Addresses), func(c *coder, i int) {
		next(c, &l.Addresses, i).members(c)
	})
	c.strs("floods", &l.Floods)
	c.list("vlans", flat, len(l.VLANs), func(c *coder, i int) {
		next(c, &l.VLANs, i).members(c)
	})
	c.list("holders", flat, len(l.Holders), func(c *coder, i int) {
		v := next(c, &l.Holders, i)
		c.int("pid", &v.PID)
		c.str("command", &v.Command)
	})
}

func (a *Address) members(c *coder) {
	c.str("address", &a.Address)
	c.str("peer", &a.Peer)
	c.str("scope", &a.Scope)
	c.strs("flags", &a.Flags)
	c.bool("dynamic", &a.Dynamic)
}

func (v *VLAN) members(c *coder) {
	c.int("vid", &v.ID)
	c.int("last", &v.Last)
	c.bool("pvid", &v.PVID)
	c.bool("untagged", &v.Untagged)
}

func (r *Route) members(c *coder) {
	c.str("dst", &r.Dst)
	c.int("family", &r.Family)
	c.str("table", &r.Table)
	c.str("text", &r.Text)
	c.list("gateways", flat, len(r.Vias), func(c *coder, i int) {
		v := next(c, &r.Vias, i)
		c.str("address", &v.Address)
		c.str("dev", &v.Dev)
		if c.in != nil || v.Owner.Link != "" {
			c.member("owner", v.Owner.members)
		}
	})
}

func (r *Rule) members(c *coder) {
	c.int("family", &r.Family)
	c.int("priority", &r.Priority)
	c.str("text", &r.Text)
}

func (e *Edge) members(c *coder) {
	c.str("type", &e.Type)
	c.str("label", &e.Label)
	c.member("a", e.A.members)
	c.member("b", e.B.members)
}

func (e *End) members(c *coder) {
	c.str("namespace", &e.Namespace)
	c.str("link", &e.Link)
	c.str("unseen", &e.Unseen)
}

// How the items of a list stand: on one line all, on a line each, or on several.
type layout int

const (
	flat layout = iota
	lines
	blocks
)

// next is item i of a list, which while reading is made: those before it are there.
func next[T any](c *coder, all *[]T, i int) *T {
	if c.in != nil {
		*all = append(*all, *new(T))
	}
	return &(*all)[i]
}

// nextNew is next for a list of pointers.
func nextNew[T any](c *coder, all *[]*T, i int) *T {
	item := next(c, all, i)
	if *item == nil {
		*item = new(T)
	}
	return *item
}

// list is a member that is an array of n objects: members has those of item i, which it
// asks next for. (A generic list would be ten bodies in the binary.)
func (c *coder) list(key string, as layout, n int, members func(*coder, int)) {
	if c.in != nil {
		for i, item := range c.array(key) {
			if !c.must(item, object) {
				return
			}
			members(&coder{in: item, err: c.err}, i)
		}
		return
	}
	if n == 0 {
		return
	}
	c.key(key)
	c.w.openList(as)
	for i := range n {
		c.w.item(i, as)
		members(&coder{w: c.w, first: true}, i)
		c.w.endItem(as)
	}
	c.w.closeList(as)
}

// member is one that is an object.
func (c *coder) member(key string, members func(*coder)) {
	if c.in != nil {
		if v := c.in.get(key); v != nil && c.must(v, object) {
			members(&coder{in: v, err: c.err})
		}
		return
	}
	c.key(key)
	c.w.raw("{")
	members(&coder{w: c.w, first: true})
	c.w.raw("}")
}

func (c *coder) str(key string, v *string) {
	if c.in != nil {
		if in := c.in.get(key); in != nil && c.must(in, text) {
			*v = in.text
		}
	} else if *v != "" {
		c.key(key)
		c.w.quote(*v)
	}
}

func (c *coder) strs(key string, v *[]string) {
	if c.in != nil {
		for _, in := range c.array(key) {
			if c.must(in, text) {
				*v = append(*v, in.text)
			}
		}
		return
	}
	if len(*v) == 0 {
		return
	}
	c.key(key)
	c.w.raw("[")
	for i, s := range *v {
		if i > 0 {
			c.w.raw(", ")
		}
		c.w.quote(s)
	}
	c.w.raw("]")
}

func (c *coder) int(key string, v *int) {
	n := uint64(max(*v, 0))
	c.uint(key, &n)
	if n > 1<<31-1 && c.err != nil && *c.err == nil {
		*c.err = lineError(c.in.line, key+" is too large a number")
		return
	}
	*v = int(n)
}

func (c *coder) uint(key string, v *uint64) {
	if c.in != nil {
		if in := c.in.get(key); in != nil && c.must(in, number) {
			n, err := strconv.ParseUint(in.text, 10, 64)
			if err != nil && *c.err == nil {
				*c.err = lineError(in.line, key+" is no whole number")
			}
			*v = n
		}
	} else if *v != 0 {
		c.key(key)
		c.w.raw(decimal(*v))
	}
}

func (c *coder) bool(key string, v *bool) {
	if c.in != nil {
		if in := c.in.get(key); in != nil && c.must(in, boolean) {
			*v = in.text == "true"
		}
	} else if *v {
		c.key(key)
		c.w.raw("true")
	}
}

func (c *coder) key(key string) {
	c.w.next(c.first)
	c.first = false
	c.w.quote(key)
	c.w.raw(": ")
}

// array returns the items of a member that is an array.
func (c *coder) array(key string) []*value {
	if v := c.in.get(key); v != nil && c.must(v, array) {
		return v.items
	}
	return nil
}

// must notes an error if a value is of another kind.
func (c *coder) must(v *value, k kindOfValue) bool {
	if v.kind != k && *c.err == nil {
		*c.err = lineError(v.line, "expected "+kindNames[k]+", not "+kindNames[v.kind])
	}
	return v.kind == k
}

// A jsonWriter lays a document out: members of the graph and of namespaces stand on
// lines of their own, everything below them on one line.
type jsonWriter struct {
	b     []byte
	depth int // of blocks
	row   bool
}

func (w *jsonWriter) raw(s string)   { w.b = append(w.b, s...) }
func (w *jsonWriter) quote(s string) { w.b = append(show.AppendEscaped(append(w.b, '"'), s), '"') }

func (w *jsonWriter) newline() {
	w.raw("\n")
	for range w.depth {
		w.raw("  ")
	}
}

// next is what stands before a member.
func (w *jsonWriter) next(first bool) {
	switch {
	case w.row && !first:
		w.raw(", ")
	case !w.row:
		if !first {
			w.raw(",")
		}
		w.newline()
		w.raw("  ")
	}
}

func (w *jsonWriter) openList(as layout) {
	w.raw("[")
	if as != flat {
		w.depth += 2
	}
}

func (w *jsonWriter) item(i int, as layout) {
	switch {
	case as == flat && i > 0:
		w.raw(", ")
	case as != flat:
		if i > 0 {
			w.raw(",")
		}
		w.newline()
	}
	w.raw("{")
	w.row = as != blocks
}

func (w *jsonWriter) endItem(as layout) {
	if as == blocks {
		w.newline()
	}
	w.raw("}")
	if as != flat {
		w.row = false
	}
}

func (w *jsonWriter) closeList(as layout) {
	if as == flat {
		w.raw("]")
		return
	}
	w.depth -= 2
	w.newline()
	w.raw("  ]")
}
