package topo

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// TextOptions say how the text form looks. Of them, only All counts for other forms.
type TextOptions struct {
	// All shows loopbacks, link-local addresses and links that are down, too.
	All bool
	// Width is that of the terminal in columns; 0 for none, where lines are as long as
	// they are.
	Width int
	// Paint, if set, gives a piece of text the colour of what it is: it returns the piece
	// with escapes around it.
	Paint func(Paint, string) string
}

// A Paint is what a piece of the text form is.
type Paint int

const (
	PaintName  Paint = iota // of a namespace or link
	PaintInet               // an IPv4 address
	PaintInet6              // an IPv6 address
	PaintUp                 // a state
	PaintDown
)

// Text is the graph for a terminal: a block for each namespace, a line for each link,
// with ports below their master and the far end of each link on its line, then the
// routes and rules.
func (g *Graph) Text(opt TextOptions) string {
	w := &textWriter{Graph: g, TextOptions: opt, at: g.ends()}
	for i, n := range g.Namespaces {
		if i > 0 {
			w.raw("\n")
		}
		w.namespace(n)
	}
	return string(w.b)
}

type textWriter struct {
	*Graph
	TextOptions
	writer
	at map[End][]*Edge
}

// A textRow is the line of a link in columns.
type textRow struct {
	n       *Namespace
	l       *Link
	branch  string // what stands before the name: it is a port, the last one, …
	name    string
	addrs   []string
	remarks string // states, VLANs
	fars    []string
}

func (w *textWriter) namespace(n *Namespace) {
	w.raw(w.paint(PaintName, n.Name))
	w.raw(headRemarks(n))
	w.raw("\n")
	if n.Unseen != "" {
		w.fill("  (%)\n", n.Unseen)
	}
	rows := w.rows(n)
	w.table(rows)
	for _, r := range n.Routes {
		w.fill("  %\n", routeLine(r))
	}
	for _, text := range ruleTexts(n) {
		w.fill("  rule %\n", text)
	}
	for i := range n.Left {
		w.fill("  %\n", n.Left[i].note())
	}
}

func (l *Left) note() string { return filled("(% routes of %)", strconv.Itoa(l.Count), l.Protocol) }

// headRemarks are what stands behind the name of a namespace.
func headRemarks(n *Namespace) string {
	var words []string
	if n.Names != nil {
		words = append(words, "also "+strings.Join(n.Names[1:], ", "))
	}
	if n.Container != "" && n.Container != n.Name {
		words = append(words, "container "+n.Container)
	}
	switch {
	case n.Forwards && n.Forwards6:
		words = append(words, "forwards")
	case n.Forwards:
		words = append(words, "forwards IPv4")
	case n.Forwards6:
		words = append(words, "forwards IPv6")
	}
	if words == nil {
		return ""
	}
	return filled("  (%)", strings.Join(words, ", "))
}

// shown tells whether a link is, without All: loopbacks are in each namespace, and
// kernels make fallback devices of tunnels (tunl0, sit0, …) that are never set up.
func (o *TextOptions) shown(l *Link) bool {
	return o.All || l.Type != "loopback" && (l.Up || l.Master != "") || len(configuredAddresses(l)) > 0
}

// configuredAddresses are those of a link that someone set.
func configuredAddresses(l *Link) (all []Address) {
	for _, a := range l.Addresses {
		if a.Scope != "link" && (a.Scope != "host" || l.Type != "loopback") {
			all = append(all, a)
		}
	}
	return all
}

// shownAddresses are those that are shown.
func (o *TextOptions) shownAddresses(l *Link) []Address {
	if o.All {
		return l.Addresses
	}
	return configuredAddresses(l)
}

// rows lays out the links: each with its ports below it.
func (w *textWriter) rows(n *Namespace) (rows []textRow) {
	ports := map[string][]*Link{}
	var tops []*Link
	for _, l := range n.Links {
		switch {
		case !w.shown(l):
		case l.Master != "" && n.Find(l.Master) != nil:
			ports[l.Master] = append(ports[l.Master], l)
		default:
			tops = append(tops, l)
		}
	}
	seen := map[*Link]bool{}
	var add func(l *Link, branch, below string)
	add = func(l *Link, branch, below string) {
		if seen[l] {
			return
		}
		seen[l] = true
		rows = append(rows, w.row(n, l, branch))
		for i, p := range ports[l.Name] {
			if i == len(ports[l.Name])-1 {
				add(p, below+"└ ", below+"  ")
			} else {
				add(p, below+"├ ", below+"│ ")
			}
		}
	}
	for _, l := range tops {
		add(l, "  ", "  ")
	}
	return rows
}

func (w *textWriter) row(n *Namespace, l *Link, branch string) textRow {
	r := textRow{n: n, l: l, branch: branch, name: linkTitle(l), remarks: linkRemarks(l)}
	for _, a := range w.shownAddresses(l) {
		r.addrs = append(r.addrs, addressText(&a))
	}
	here := n.end(l)
	for _, e := range w.at[here] {
		r.fars = append(r.fars, farText(e, here))
	}
	for _, p := range l.Holders {
		r.fars = append(r.fars, filled("held by %/%", strconv.Itoa(p.PID), p.Command))
	}
	return r
}

// linkTitle is the name of a link, what it works over, and its kind, which of veths
// goes without saying.
func linkTitle(l *Link) string {
	s := l.Name
	if l.Lower != "" {
		s += "@" + l.Lower
	}
	if l.Kind != "" && l.Kind != "veth" {
		s += " " + l.Kind
	}
	if l.ID != "" {
		s += " " + l.ID
	}
	return s
}

func addressText(a *Address) string {
	if a.Peer != "" {
		return a.Address + " peer " + a.Peer
	}
	return a.Address
}

func linkRemarks(l *Link) string {
	var words []string
	if s := stateRemark(l); s != "" {
		words = append(words, s)
	}
	if s := vlanText(l.VLANs); s != "" {
		words = append(words, s)
	}
	return strings.Join(words, " ")
}

// stateRemark says what is wrong with the state of a link, if anything is.
func stateRemark(l *Link) string {
	switch {
	case !l.Up:
		return "down"
	case l.State == "DOWN", l.State == "LOWERLAYERDOWN":
		return "no carrier"
	case l.State == "DORMANT", l.State == "TESTING", l.State == "NOTPRESENT":
		return strings.ToLower(l.State)
	}
	return ""
}

// vlanText has the VLANs of a port as switches do: "vlan 1u*,5-7", with u for untagged
// and a star for that of frames without a tag. VLAN 1 alone is what each port has.
func vlanText(vlans []VLAN) string {
	if len(vlans) == 0 || len(vlans) == 1 && vlans[0] == (VLAN{ID: 1, PVID: true, Untagged: true}) {
		return ""
	}
	s := "vlan "
	for i, v := range vlans {
		if i > 0 {
			s += ","
		}
		s += v.numbers()
		if v.Untagged {
			s += "u"
		}
		if v.PVID {
			s += "*"
		}
	}
	return s
}

// numbers are a VLAN's, or the first and last of a range.
func (v *VLAN) numbers() string {
	s := strconv.Itoa(v.ID)
	if v.Last != 0 {
		s += "-" + strconv.Itoa(v.Last)
	}
	return s
}

// farText is an edge seen from one of its ends.
func farText(e *Edge, here End) string {
	line, dash := "────", "──"
	if e.Type == "tunnel" {
		line, dash = "╌╌╌╌", "╌╌"
	}
	label := e.Label
	switch {
	case e.Type == "lower" && e.A == here:
		label = "over"
	case e.Type == "lower":
		label = "under"
	}
	if label != "" {
		line = filled("% % %", dash, label, dash)
	}
	return line + " " + endText(e.Other(here))
}

func endText(e End) string {
	switch {
	case e.Unseen == "":
		return filled("%:%", e.Namespace, e.Link)
	case e.Link != "":
		return filled("?:% (%)", e.Link, e.Unseen)
	}
	return filled("? (%)", e.Unseen)
}

// routeLine is a route as ip has it, with the owner of its gateways.
func routeLine(r *Route) string {
	s := familyWord(r.Family) + r.Text
	for i := range r.Vias {
		if o := &r.Vias[i].Owner; o.Link != "" {
			s += "  → " + endText(*o)
		}
	}
	return s
}

// familyWord tells an IPv6 route or rule apart where its text need not.
func familyWord(family int) string {
	switch family {
	case 4:
		return ""
	case 6:
		return "-6 "
	}
	return "-M "
}

func (w *textWriter) paint(as Paint, s string) string {
	if w.Paint == nil {
		return s
	}
	return w.Paint(as, s)
}

func columns(s string) int { return utf8.RuneCountInString(s) }

// The columns of a table are as wide as what is in them, but not wider than this: what
// is longer moves its line.
const (
	maxNameColumn = 24
	maxAddrColumn = 40
)

func (w *textWriter) table(rows []textRow) {
	nameWidth, addrWidth := 0, 0
	for i := range rows {
		r := &rows[i]
		nameWidth = max(nameWidth, min(columns(r.branch+r.name), maxNameColumn))
		addrWidth = max(addrWidth, min(columns(strings.Join(r.middle(), " ")), maxAddrColumn))
	}
	for i := range rows {
		w.line(&rows[i], nameWidth, addrWidth)
	}
}

// middle is what stands between the name and the far ends.
func (r *textRow) middle() []string {
	if r.remarks != "" {
		return append(r.addrs[:len(r.addrs):len(r.addrs)], r.remarks)
	}
	return r.addrs
}

// line writes the line of a link. What does not fit into the terminal goes on in
// lines of its own, under the addresses.
func (w *textWriter) line(r *textRow, nameWidth, addrWidth int) {
	at := w.put(0, r.branch)
	at += columns(r.name)
	name, rest := r.l.Name, r.name[len(r.l.Name):]
	w.raw(w.paint(PaintName, name))
	w.raw(rest)
	start := nameWidth + 2
	for i, word := range r.middle() {
		if i == 0 {
			at = w.pad(at, start)
		} else {
			at = w.space(at, columns(word)+1, start, " ")
		}
		w.word(r, i, word)
		at += columns(word)
	}
	for i, far := range r.fars {
		switch {
		case i == 0 && (w.Width == 0 || max(at+2, start+addrWidth+2)+columns(far) <= w.Width):
			at = w.pad(at, start+addrWidth+2)
		default:
			at = w.space(at, columns(far)+2, start, "  ")
		}
		at = w.put(at, far)
	}
	w.raw("\n")
}

// word writes an address or the remarks in their colour.
func (w *textWriter) word(r *textRow, i int, word string) {
	switch {
	case i == len(r.addrs) && stateRemark(r.l) != "":
		word = w.paint(PaintDown, word)
	case i == len(r.addrs):
	case strings.Contains(word, ":"):
		word = w.paint(PaintInet6, word)
	default:
		word = w.paint(PaintInet, word)
	}
	w.raw(word)
}

func (w *textWriter) put(at int, s string) int {
	w.raw(s)
	return at + columns(s)
}

// pad writes blanks up to a column, two at least.
func (w *textWriter) pad(at, to int) int {
	n := max(to-at, 2)
	w.raw(strings.Repeat(" ", n))
	return at + n
}

// space separates words, by a new line if the next one would leave the terminal.
func (w *textWriter) space(at, next, start int, sep string) int {
	if w.Width == 0 || at+next <= w.Width {
		return w.put(at, sep)
	}
	w.raw("\n")
	return w.pad(0, start)
}
