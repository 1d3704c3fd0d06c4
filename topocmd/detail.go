package topocmd

import (
	"io"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/names"
	"gip/internal/page"
	"gip/internal/show"
	"gip/topo"
)

// page writes the graph as a page of HTML.
func (c *call) page(g *topo.Graph) error {
	return page.Write(c, g.SVG(topo.TextOptions{All: c.all}), c.details, false)
}

// A Teller tells what ip prints in namespaces. The names of tables and protocols are
// read once for all of them: they stand in files of the system.
type Teller struct {
	list   command.List
	tables *names.Tables
}

// NewTeller returns one that runs commands of a list, in which there is an ip.
func NewTeller(list command.List) *Teller { return &Teller{list, names.NewTables(io.Discard)} }

// add adds what ip prints in the namespace that the thread is in.
func (t *Teller) add(d page.Details, n *topo.Namespace) {
	d[n.Name] = t.Namespace()
	texts := links(t.outputIn(n, "-d", "-s", "address", "show"))
	for _, l := range n.Links {
		d[n.Name+"\n"+l.Name] = []page.Detail{{Title: "ip -d -s address show dev " + l.Name, Text: texts[strconv.Itoa(l.Index)]}}
	}
}

// Namespace is what ip prints of the routes and rules of the namespace that the thread
// is in.
func (t *Teller) Namespace() (d []page.Detail) {
	for _, words := range [...]string{"route show", "-6 route show", "rule show", "-6 rule show"} {
		d = append(d, t.detail(strings.Fields(words)...))
	}
	return d
}

// Link is what ip prints of a link in the namespace that the thread is in.
func (t *Teller) Link(name string) []page.Detail {
	return []page.Detail{
		t.detail("-d", "-s", "address", "show", "dev", name),
		t.detail("route", "show", "dev", name),
		t.detail("-6", "route", "show", "dev", name),
	}
}

func (t *Teller) detail(words ...string) page.Detail {
	return page.Detail{Title: "ip " + strings.Join(words, " "), Text: t.outputIn(nil, words...)}
}

// mostText is how much of an output is kept: there are hosts with a million routes.
const mostText = 64 << 10

// outputIn is what ip prints, on this thread, whose namespace n, if it is not nil, knows
// how others are called. What it says on stderr is lost.
func (t *Teller) outputIn(n *topo.Namespace, words ...string) string {
	p := command.Process{List: t.list, Hosted: &cli.Hosted{Interrupt: -1}} // it is one of many
	c, err := p.Call(t.list.Find("ip"), "ip", words)
	if err != nil {
		return ""
	}
	defer c.Close()
	if n != nil {
		c.NSIDs.Know(n.NSName)
	}
	out := &limited{left: mostText}
	c.Pen, c.Tables, c.Stderr = show.New(out, show.Options{}), t.tables, io.Discard
	err = c.Run()
	c.Pen.End()
	c.Pen.Close()
	if err != nil && cli.Status(err) != 0 && out.b.Len() == 0 {
		return err.Error()
	}
	return strings.TrimSuffix(out.b.String(), "\n")
}

// limited keeps the beginning of what is written.
type limited struct {
	b    strings.Builder
	left int
}

func (w *limited) Write(b []byte) (int, error) {
	n := min(len(b), w.left)
	w.b.Write(b[:n])
	if w.left > 0 && n == w.left {
		w.b.WriteString("\n…")
	}
	w.left -= n
	return len(b), nil
}

// links splits a list of addresses into those of each link, by its index. A link begins
// with a line that is not indented: "2: eth0@if3: <BROADCAST…".
func links(text string) map[string]string {
	parts := map[string]string{}
	for text != "" {
		end := 1
		for end < len(text) && (text[end-1] != '\n' || text[end] == ' ') {
			end++
		}
		index, _, _ := strings.Cut(text, ":")
		parts[index], text = text[:end], text[end:]
	}
	return parts
}
