package labcmd

import (
	"os"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/lab"
	pen "gip/internal/show"
	"gip/topo"
)

// script prints a lab as a script of the shell.
func script(c *command.Call) error {
	path, err := only(c, "a file", labFile)
	if err != nil {
		return err
	}
	l, err := read(c, path)
	if err == nil {
		c.Pen.Raw(l.Script())
	}
	return err
}

// plan prints what up would do.
func plan(c *command.Call, l *lab.Lab, bound bool) error {
	l.Bound = bound
	steps := l.Plan()
	if r, err := lab.Find(l.Name); err == nil {
		change, err := r.Change(l)
		switch {
		case err != nil:
			return fail(err)
		case change.Nothing():
			steps = []string{l.Name + ": nothing to change"}
		case change.Whole:
			steps = append([]string{"remove all"}, steps...)
		default:
			steps = change.Plan(l)
		}
	}
	for _, s := range steps {
		c.Pen.Raw(s + "\n")
	}
	return nil
}

// ls lists the labs that are up, or the nodes of one.
func ls(c *command.Call) error {
	json(c)
	if c.More() {
		return nodes(c)
	}
	labs, err := lab.All()
	if err != nil {
		return fail(err)
	}
	p := c.Pen
	p.Begin()
	for _, r := range labs {
		l, err := r.Lab()
		if err != nil {
			continue // it ends just now
		}
		p.OpenObject("")
		p.Str("name", "", r.Name, ": ")
		p.Text(lab.Count(l.Made(), "node") + " and " + lab.Count(len(l.Links), "link"))
		if p.JSON() {
			p.Int("nodes", "", int64(l.Made()), "")
			p.Int("links", "", int64(len(l.Links)), "")
			p.Int("holder", "", int64(r.Holder()), "")
		}
		p.EndLine()
		p.CloseObject()
	}
	p.End()
	return nil
}

// nodes lists the nodes of a lab.
func nodes(c *command.Call) error {
	r, _, err := looked(c)
	if err != nil {
		return err
	}
	l, err := r.Lab()
	if err != nil {
		return fail(err)
	}
	p := c.Pen
	p.Begin()
	for _, n := range l.Nodes {
		kind := n.Kind.String()
		if n.Host {
			kind = lab.HostName
		}
		p.OpenObject("")
		p.Str("name", "", n.Name, ": ")
		p.Str("kind", "", kind, ", ")
		p.Text(lab.Count(len(n.Ports), "link"))
		if p.JSON() {
			p.Int("links", "", int64(len(n.Ports)), "")
		}
		p.EndLine()
		p.CloseObject()
	}
	p.End()
	return nil
}

// json takes the option -j, by which records are written as JSON, and reports whether it
// is there.
func json(c *command.Call) bool {
	if c.Match("=-j|-json|--json") {
		c.Opt.JSON = true
		c.Pen = pen.New(c.Stdout, pen.Options{JSON: true})
	}
	return c.Opt.JSON
}

// looked takes the lab to look at, and json before or behind it.
func looked(c *command.Call) (r *lab.Running, asJSON bool, err error) {
	json(c)
	r, err = which(c)
	asJSON = json(c)
	if err == nil {
		err = done(c)
	}
	return r, asJSON, err
}

// show draws a lab, by gip topo within it.
func show(c *command.Call) error {
	words := []string{"gip", "topo"}
	r, asJSON, err := looked(c)
	if err != nil {
		return err
	}
	if asJSON {
		words = append(words, "-o", "json")
	}
	l, err := r.Lab()
	if err != nil {
		return fail(err)
	}
	return ended(execIn(c, r, from(l), append(words, l.Names()...), true))
}

// from is the node from which gip topo looks at a lab: it calls where it stands the host.
func from(l *lab.Lab) string {
	if l.Find(lab.HostName) != nil {
		return lab.HostName
	}
	return ""
}

// diff tells what is different in a lab from what its text has made of it.
func diff(c *command.Call) error {
	r, asJSON, err := looked(c)
	if err != nil {
		return err
	}
	l, err := r.Lab()
	if err != nil {
		return fail(err)
	}
	fresh, err := lab.Throwaway(l, os.Stderr)
	if err != nil {
		return fail(err)
	}
	defer fresh.Kill()
	// A lab to throw away runs no programs, and nobody knows what they have done.
	var out []string
	p := process(c)
	for _, line := range l.Lines {
		if name := line.Node.Name; line.Programs(p) && !slices.Contains(out, name) {
			out = append(out, name)
			os.Stderr.WriteString(name + ": not compared, since lines of it run programs\n")
		}
	}
	want, err := graph(fresh, l, out)
	if err != nil {
		return fail(err)
	}
	is, err := graph(r, l, out)
	if err != nil {
		return fail(err)
	}
	lines := topo.Diff(want, is)
	if asJSON {
		differences(c.Pen, lines)
	} else if len(lines) > 0 {
		c.Pen.Raw(strings.Join(lines, "\n") + "\n")
	}
	if len(lines) > 0 {
		return cli.Silent(cli.StatusError)
	}
	return nil
}

// differences writes them as records: what a line begins with, and what it is about.
func differences(p *pen.Pen, lines []string) {
	p.Begin()
	for _, line := range lines {
		change, what, _ := strings.Cut(line, " ")
		p.OpenObject("")
		p.Str("change", "", change, "")
		p.Str("what", "", what, "")
		p.CloseObject()
	}
	p.End()
}

// graph is the network of a lab, without what is different each time it is built, and
// without what is in the nodes to be left out.
func graph(r *lab.Running, l *lab.Lab, out []string) (*topo.Graph, error) {
	ws, text, err := r.Stdout(from(l), append([]string{"gip", "topo", "-o", "json"}, l.Names()...))
	if err != nil {
		return nil, err
	}
	if ws != 0 {
		return nil, cli.Silent(cli.StatusError) // it has said why
	}
	g, err := topo.ParseJSON(text)
	if err != nil {
		return nil, err
	}
	for _, n := range g.Namespaces {
		if node := l.Find(n.Name); node != nil && node.Internet.Line != 0 {
			withoutInternet(n) // a lab to throw away has none
		}
		if n.Name == lab.HostName && len(l.Nodes) > 0 { // else nobody has named it
			onlyOwn(n, l)
		}
		if slices.Contains(out, n.Name) {
			n.Links, n.Routes = nil, nil
			leave(n)
		}
		for _, l := range n.Links {
			l.MAC = ""
			if l.State == "UNKNOWN" { // it is up, and nothing has changed since it was made
				l.State = "UP"
			}
			kept := l.Addresses[:0]
			for _, a := range l.Addresses {
				if a.Scope != "link" { // made of the MAC address
					kept = append(kept, a)
				}
			}
			l.Addresses = kept
		}
	}
	return g, nil
}

// onlyOwn leaves of the machine's network what the lab has there.
func onlyOwn(n *topo.Namespace, l *lab.Lab) {
	others := func(has func(port string) bool) bool {
		return !slices.ContainsFunc(l.Find(lab.HostName).Ports, func(p *lab.Port) bool { return has(p.Name) })
	}
	n.Links = slices.DeleteFunc(n.Links, func(l *topo.Link) bool {
		return others(func(port string) bool { return l.Name == port })
	})
	n.Routes = slices.DeleteFunc(n.Routes, func(r *topo.Route) bool {
		return others(func(port string) bool { return strings.Contains(r.Text+" ", " dev "+port+" ") })
	})
	leave(n)
}

// leave leaves out what a namespace has beside links and routes by them.
func leave(n *topo.Namespace) {
	n.Forwards, n.Forwards6, n.Rules, n.Left = false, false, nil, nil
}

// withoutInternet takes the interface out of a namespace that leads outside.
func withoutInternet(n *topo.Namespace) {
	n.Links = slices.DeleteFunc(n.Links, func(l *topo.Link) bool { return l.Name == lab.InternetPort })
	n.Routes = slices.DeleteFunc(n.Routes, func(r *topo.Route) bool {
		return strings.Contains(r.Text+" ", " dev "+lab.InternetPort+" ")
	})
}
