// Package ematch has the extended matches of tc's filters: terms such as cmp(u8 at 9 eq
// 6) that and, or, not and parentheses join.
package ematch

import (
	"errors"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A Kind is a kind of match.
type Kind struct {
	Name   string
	Number uint16 // in a map that does not say another
	Help   string
	// Parse reads the words in the parentheses as the data that is sent.
	Parse func(e *cli.Env, args []arg) ([]byte, *fault)
	// Show spells the data; false tells that it is none, and that was told.
	Show func(e *cli.Env, data []byte) (string, bool)
}

// list is all of them. A new kind is a file and a line here.
func list() []*Kind { return []*Kind{&cmpKind, &nbyte, &u32, &meta, &canid, &ipset} }

func find(name string) *Kind {
	for _, k := range list() {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// An arg is a word in parentheses; one in quotes may hold any bytes.
type arg struct {
	text   string
	quoted bool
}

// A fault is what is wrong with the words of a kind: at the one with that index, or at
// none that is there, -1.
type fault struct {
	text string
	at   int
	from int  // the first word that is told
	told bool // nothing is to be said any more
}

// A node is a term or a group.
type node struct {
	relation uint16
	inverted bool
	args     []arg // the name, then the words in the parentheses
	group    []*node
	ref      int // of a group: the place of its first node in the list
}

// Read reads an expression from the words and adds it as an attribute. The word behind
// it is looked at, too: one that ends the command is left over.
func Read(e *cli.Env, a *cli.Args, m *rtnl.Msg, attr uint16) error {
	words := a.Rest()
	l := lexer{words: words}
	p := parser{lexer: &l}
	nodes, ok := p.parse()
	if !ok {
		return &cli.Error{Status: cli.StatusError, Text: l.bad + "Parse error: syntax error" + place(words[:l.used]) + usage}
	}
	taken := max(l.used-1, 0)
	for range taken {
		a.Skip()
	}
	if l.used == 0 {
		a.Back()
	}
	if nodes == nil {
		return nil
	}
	all := flatten(nodes)
	nest := m.Nest(attr)
	m.Attr(uapi.TCA_EMATCH_TREE_HDR, rtnl.NE.AppendUint16(rtnl.NE.AppendUint16(nil, uint16(len(all))), uapi.TCF_EM_PROG_TC))
	tree := m.Nest(uapi.TCA_EMATCH_TREE_LIST)
	for i, n := range all {
		data, err := n.data(e, words[:taken])
		if err != nil {
			return err
		}
		m.Attr(uint16(i+1), data)
	}
	m.End(tree)
	m.End(nest)
	return nil
}

const usage = `Usage: EXPR
where: EXPR  := TERM [ { and | or } EXPR ]
       TERM  := [ not ] { MATCH | '(' EXPR ')' }
       MATCH := KIND '(' ARGS ')'

Example: cmp(u8 at 9 eq 6) and not (meta(vlan eq 5) or nbyte("GET" at 20))
`

// place tells up to where words were read.
func place(words []string) string {
	b := []byte("\n... ")
	for i, w := range words {
		if i == len(words)-1 {
			b = append(append(append(b, ">>"...), w...), "<< "...)
		} else {
			b = append(append(b, w...), ' ')
		}
	}
	return string(append(b, "...\n"...))
}

// flatten puts all nodes into one list, in which a group stands behind what is there
// when its turn comes.
func flatten(nodes []*node) []*node {
	all := append([]*node(nil), nodes...)
	var add func(nodes []*node)
	add = func(nodes []*node) {
		for _, n := range nodes {
			if n.group != nil {
				n.ref = len(all)
				all = append(all, n.group...)
				add(n.group)
			}
		}
	}
	add(nodes)
	return all
}

// data is struct tcf_ematch_hdr, of a number, the kind and flags of 16 bits each and as
// many without meaning, and what the kind has.
func (n *node) data(e *cli.Env, words []string) ([]byte, error) {
	flags := n.relation
	if n.inverted {
		flags |= uapi.TCF_EM_INVERT
	}
	if n.group != nil {
		return rtnl.NE.AppendUint32(header(0, flags), uint32(n.ref)), nil
	}
	name := n.args[0].text
	name = name[:min(len(name), 63)]
	k := find(name)
	if k == nil {
		return nil, cli.Fail(`Unknown ematch "%s"`, name)
	}
	number, err := numberOf(e, k)
	if err != nil {
		return nil, err
	}
	args := n.args[1:]
	b, f := k.Parse(e, args)
	if f != nil {
		return nil, f.error(k, args, words)
	}
	return rtnl.Padded(append(header(number, flags), b...)), nil
}

func header(number, flags uint16) []byte {
	b := rtnl.NE.AppendUint16(nil, 0)
	b = rtnl.NE.AppendUint16(b, number)
	return rtnl.NE.AppendUint16(rtnl.NE.AppendUint16(b, flags), 0)
}

// error is what is told about words of a kind.
func (f *fault) error(k *Kind, args []arg, words []string) error {
	if f.told {
		return cli.Silent(cli.StatusError)
	}
	b := []byte(f.text + place(words))
	if f.from < len(args) {
		b = append(append(append(b, "... "...), k.Name...), '(')
		for i := f.from; i < len(args); i++ {
			text := printable(args[i].text)
			if i == f.at {
				text = ">>" + text + "<<"
			}
			if i > f.from {
				b = append(b, ' ')
			}
			b = append(b, text...)
		}
		b = append(b, ")...\n"...)
	}
	return &cli.Error{Status: cli.StatusError, Text: string(b) + k.Help}
}

// printable has a dot for each byte that cannot be printed.
func printable(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '.'
		}
	}
	return string(b)
}

// The maps from numbers to kinds: the administrator's counts before the system's.
const (
	etcMap   = "/etc/iproute2/ematch_map"
	shareMap = "/usr/share/iproute2/ematch_map"
)

// eachEntry gives the entries of a map until f returns true; it reports whether f did.
// known is false for a map that has a line that is none, or cannot be read.
func eachEntry(e *cli.Env, path string, f func(id int32, name string) bool) (done, known bool) {
	text, err := file.Read(path)
	if err != nil {
		return false, errors.Is(err, unix.ENOENT)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimLeft(line, " \t")
		if line == "" || line[0] == '#' || line[0] == '\n' {
			continue
		}
		id, rest, ok := word.Scan(line, 10)
		fields := strings.Fields(rest)
		if !ok || len(fields) == 0 {
			e.Warnf("ematch map %s corrupted at %s\n", path, line)
			return false, false
		}
		if f(id, fields[0]) {
			return true, true
		}
	}
	return false, true
}

// lookUp looks in both maps.
func lookUp(e *cli.Env, f func(id int32, name string) bool) (found, known bool) {
	found, known = eachEntry(e, etcMap, f)
	if !found && known {
		found, known = eachEntry(e, shareMap, f)
	}
	return found, known
}

func numberOf(e *cli.Env, k *Kind) (n uint16, err error) {
	found, known := lookUp(e, func(id int32, name string) bool {
		n = uint16(id)
		return strings.EqualFold(name, k.Name)
	})
	switch {
	case found:
		return n, nil
	case !known:
		return 0, cli.Silent(cli.StatusError)
	}
	return 0, cli.Fail("Error: Unable to find ematch \"%s\" in %s or %s\nPlease assign a unique ID to the ematch kind the suggested entry is:\n\t%d\t%s",
		k.Name, etcMap, shareMap, k.Number, k.Name)
}

func kindOf(e *cli.Env, number uint16) (k *Kind) {
	lookUp(e, func(id int32, name string) bool {
		if id != int32(number) {
			return false
		}
		k = find(name)
		return true
	})
	return k
}

// Print prints an expression, as text in JSON too.
func Print(e *cli.Env, b []byte) {
	head, list := rtnl.Find(b, uapi.TCA_EMATCH_TREE_HDR), rtnl.Find(b, uapi.TCA_EMATCH_TREE_LIST)
	switch {
	case head == nil:
		e.Warnf("Missing ematch tree header\n")
		return
	case list == nil:
		e.Warnf("Missing ematch tree list\n")
		return
	case len(head) < 4:
		e.Warnf("Ematch tree header size mismatch\n")
		return
	}
	if n := int(rtnl.U16(head)); n > 0 {
		p := printer{e: e, tb: make([][]byte, n+1)}
		rtnl.Index(p.tb, list)
		e.Pen.Raw("\n  ")
		p.sequence(1, 1)
	}
}

// A printer prints the nodes of a tree.
type printer struct {
	e  *cli.Env
	tb [][]byte // what was printed is taken out: no node stands in two groups
}

// sequence prints a term and those that follow it in the same group.
func (p *printer) sequence(i, depth int) bool {
	pen := p.e.Pen
	for ; ; i++ {
		if i >= len(p.tb) || len(p.tb[i]) < headerSize {
			return false
		}
		flags, number, data := rtnl.U16(p.tb[i][4:]), rtnl.U16(p.tb[i][2:]), p.tb[i][headerSize:]
		p.tb[i] = nil
		if flags&uapi.TCF_EM_INVERT != 0 {
			pen.Raw("NOT ")
		}
		relation := flags & uapi.TCF_EM_REL_MASK
		if number == 0 {
			if len(data) < 4 || !p.group(int(rtnl.U32(data)), depth) {
				return false
			}
		} else {
			if !p.term(number, data) {
				return false
			}
			if relation != 0 {
				p.indent(depth)
			}
		}
		switch relation {
		case uapi.TCF_EM_REL_AND:
			pen.Raw("AND ")
		case uapi.TCF_EM_REL_OR:
			pen.Raw("OR ")
		default:
			return true
		}
	}
}

const headerSize = 8

func (p *printer) group(ref, depth int) bool {
	p.e.Pen.Raw("(\n")
	p.indent(depth + 1)
	if !p.sequence(ref+1, depth+1) {
		return false
	}
	p.indent(depth)
	p.e.Pen.Raw(") ")
	return true
}

func (p *printer) indent(depth int) { p.e.Pen.Raw(strings.Repeat("  ", depth)) }

func (p *printer) term(number uint16, data []byte) bool {
	k := kindOf(p.e, number)
	if k == nil {
		p.e.Pen.Raw("[unknown ematch " + strconv.Itoa(int(number)) + "]\n")
		return true
	}
	p.e.Pen.Raw(k.Name + "(")
	text, ok := k.Show(p.e, data)
	p.e.Pen.Raw(text)
	if ok {
		p.e.Pen.Raw(")\n")
	}
	return ok
}
