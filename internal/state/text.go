package state

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gip/internal/field"
	"gip/linkcmd"
	"gip/linkcmd/linkkind"

	"golang.org/x/sys/unix"
)

// header is the first line of a snapshot: a comment to a batch, the version to us.
const header = "# gip snapshot 1"

// Text is the state as a snapshot.
func (s *State) Text() []byte {
	b := append([]byte(header), '\n')
	for i := range s.Links {
		b = s.appendLink(b, &s.Links[i])
	}
	for i := range s.Items {
		b = append(append(append(b, s.Items[i].Head...), s.Items[i].Line...), '\n')
	}
	return b
}

// name is the name of a link by its index.
func (s *State) name(index uint32) string {
	for i := range s.Links {
		if uint32(s.Links[i].Index) == index {
			return s.Links[i].Name
		}
	}
	return "if" + itoa(index)
}

// appendLink writes a link: what makes it, what any link has, its master, its kind;
// on lines of their own what it is as a port, and its other names.
func (s *State) appendLink(b []byte, l *linkcmd.Link) []byte {
	b = field.AppendWord(append(b, "link"...), l.Name)
	b = strconv.AppendInt(append(b, " index "...), int64(l.Index), 10)
	switch {
	case l.Abroad:
		b = append(append(b, " link-abroad "...), itoa(l.Lower)...)
	case l.Lower != 0 && l.Lower != uint32(l.Index):
		b = field.AppendWord(append(b, " link"...), s.name(l.Lower))
	}
	b = append(append(b, " hardware "...), itoa(uint32(l.Type))...)
	b = appendSettings(appendSettings(b, l.Make), l.Set)
	b = append(b, upDown(l.Flags)...)
	if l.Master != 0 {
		b = field.AppendWord(append(b, " master"...), s.name(l.Master))
	}
	if l.Kind != "" {
		b = appendSettings(field.AppendWord(append(b, " type"...), l.Kind), l.Data)
	}
	b = append(b, '\n')
	if l.Ports != "" {
		b = field.AppendWord(append(b, "port"...), l.Name)
		b = appendSettings(field.AppendWord(append(b, " type"...), l.Ports+"_slave"), l.Port)
		b = append(b, '\n')
	}
	for _, alt := range l.AltNames {
		b = append(field.AppendWord(field.AppendWord(append(b, "altname"...), l.Name), alt), '\n')
	}
	return b
}

func upDown(flags uint32) string {
	if flags&unix.IFF_UP != 0 {
		return " up"
	}
	return " down"
}

func appendSettings(b []byte, list []linkcmd.Setting) []byte {
	for _, s := range list {
		b = append(b, s.Words...)
	}
	return b
}

// Split takes a line of a snapshot apart. A word in quotes is as Go writes it.
func Split(line string) (words []string, err error) {
	for line = strings.TrimLeft(line, " \t"); line != ""; line = strings.TrimLeft(line, " \t") {
		if line[0] == '"' {
			q, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, fmt.Errorf("a quote has no end")
			}
			w, err := strconv.Unquote(q)
			if err != nil {
				return nil, err
			}
			words, line = append(words, w), line[len(q):]
			continue
		}
		end := strings.IndexAny(line, " \t")
		if end < 0 {
			end = len(line)
		}
		words, line = append(words, line[:end]), line[end:]
	}
	return words, nil
}

// heads are the words that an item's line begins with, and of what sort it is then.
var heads = [...]struct {
	head string
	sort Sort
}{
	{"sysctl", Sysctl}, {"address", Address},
	{"nexthop", Nexthop}, {"-6 nexthop", Nexthop}, {"-M nexthop", Nexthop},
	{"route", Route}, {"-6 route", Route}, {"-M route", Route}, {"rule", Rule}, {"-6 rule", Rule},
	{"neighbour", Neighbour}, {"bridge fdb", Fdb}, {"bridge vlan", Vlan}, {"bridge mdb", Mdb},
}

// Parse reads a snapshot. The error names the line.
func Parse(text string) (*State, error) {
	list, _, err := ParseAll(text, nil)
	switch {
	case err != nil:
		return nil, err
	case len(list) > 1:
		return nil, fmt.Errorf("this is a snapshot of all namespaces")
	}
	return list[0].State, nil
}

// A parser reads a snapshot. Links name others that may come later.
type parser struct {
	s             *State
	index         map[string]int32
	lower, master map[int]string
	check         func(words []string) error
}

// newParser looks at the first line.
func newParser(text string) (*parser, error) {
	first, _, _ := strings.Cut(text, "\n")
	switch {
	case first == header:
	case strings.HasPrefix(first, strings.TrimRight(header, "0123456789")):
		return nil, fmt.Errorf("1: a snapshot of another version: %s", first[2:])
	default:
		return nil, fmt.Errorf("1: this is no snapshot: it does not begin with %q", header)
	}
	p := new(parser)
	p.reset()
	return p, nil
}

// reset begins with another namespace.
func (p *parser) reset() {
	p.s, p.index, p.lower, p.master = new(State), map[string]int32{}, map[int]string{}, map[int]string{}
}

// add reads a line.
func (p *parser) add(line string) error {
	line = strings.TrimSuffix(line, "\n")
	if line == "" || line[0] == '#' {
		return nil
	}
	return p.line(line)
}

// try has a line checked that would make what was read.
func (p *parser) try(line string) error {
	if p.check == nil {
		return nil
	}
	words, err := Split(line)
	if err != nil {
		return err
	}
	return p.check(words)
}

func (p *parser) line(line string) error {
	for _, h := range heads {
		if rest, ok := strings.CutPrefix(line, h.head+" "); ok {
			return p.item(Item{Sort: h.sort, Head: h.head, Line: " " + rest})
		}
	}
	words, err := Split(line)
	if err != nil {
		return err
	}
	switch {
	case len(words) == 0: // blanks
		return nil
	case words[0] == "link" && len(words) > 3:
		return p.link(words[1:])
	case words[0] == "port" && len(words) > 3, words[0] == "altname" && len(words) == 3:
		l := p.s.linkNamed(words[1])
		switch {
		case l == nil:
			return fmt.Errorf("no link before this line is called %q", words[1])
		case words[0] == "altname":
			l.AltNames = append(l.AltNames, words[2])
			return nil
		}
		l.Ports = strings.TrimSuffix(words[3], "_slave")
		if l.Port, err = kindSettings(words[3], words[4:]); err != nil || len(l.Port) == 0 {
			return err
		}
		return p.try("link set dev" + word(l.Name) + " type" + word(words[3]) + settingWords(l.Port))
	}
	return fmt.Errorf("a line of a snapshot does not begin with %q", words[0])
}

// item takes a line whose words are read when it is run; what finds it is read here.
func (p *parser) item(i Item) error {
	words, err := Split(i.Line)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return fmt.Errorf("words are missing")
	}
	i.Key = i.Line
	keys := 0
	switch i.Sort {
	case Sysctl:
		name, _, ok := cutSysctl(words[0])
		if !ok || len(words) != 1 || !strings.HasPrefix(name, "net/") || strings.Contains(name+"/", "/../") {
			return fmt.Errorf("a sysctl is net/NAME=VALUE")
		}
		i.Key = " " + name
	case Address:
		prefix, dev := words[0], after(words, "dev")
		if len(words) > 2 && words[1] == "peer" {
			_, length, _ := strings.Cut(words[2], "/")
			prefix += "/" + length
		}
		i.Key, i.Same = " "+prefix+" dev"+word(dev), cutPassing(i.Line, true)
		if dev == "" {
			return fmt.Errorf("an address has no dev")
		}
	case Route:
		i.Same = cutPassing(i.Line, true)
	case Nexthop:
		i.Key = " id " + after(words, "id")
	case Neighbour:
		if keys = 3; words[0] == "proxy" {
			keys = 4
			if len(words) < 4 || words[2] != "dev" {
				keys = 2
			}
		}
	case Fdb:
		keys = upTo(words, "permanent", "static", "dynamic")
	case Vlan:
		keys = 5
	case Mdb:
		keys = upTo(words, "permanent")
	}
	if keys > len(words) {
		return fmt.Errorf("words are missing")
	}
	if keys > 0 {
		i.Key = ""
		for _, w := range words[:keys] {
			i.Key = string(field.AppendWord([]byte(i.Key), w))
		}
	}
	p.s.Items = append(p.s.Items, i)
	if i.Sort == Sysctl {
		return nil
	}
	return p.try(i.adder())
}

// after is the word behind another, or "".
func after(words []string, w string) string {
	for i := range words[:max(len(words)-1, 0)] {
		if words[i] == w {
			return words[i+1]
		}
	}
	return ""
}

// upTo is how many words stand before one of ends. A device may be called like one.
func upTo(words []string, ends ...string) int {
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case w == "dev" || w == "port" || w == "via":
			i++
		case slices.Contains(ends, w):
			return i
		}
	}
	return len(words)
}

// linkNamed is the link of that name, or nil.
func (s *State) linkNamed(name string) *linkcmd.Link {
	for i := range s.Links {
		if s.Links[i].Name == name {
			return &s.Links[i]
		}
	}
	return nil
}

// link reads NAME index N …
func (p *parser) link(words []string) error {
	l, at := linkcmd.Link{Name: words[0]}, len(p.s.Links)
	for words = words[1:]; len(words) > 0; words = words[1:] {
		key := words[0]
		switch key {
		case "up":
			l.Flags |= unix.IFF_UP
			continue
		case "down":
			continue
		}
		if len(words) < 2 {
			return fmt.Errorf("%q has no value", key)
		}
		words = words[1:]
		value := words[0]
		switch key {
		case "index", "link-abroad", "hardware":
			n, err := strconv.ParseUint(value, 10, 31)
			if err != nil {
				return fmt.Errorf("%s %q is no number", key, value)
			}
			switch key {
			case "index":
				l.Index = int32(n)
			case "hardware":
				l.Type = uint16(n)
			default:
				l.Lower, l.Abroad = uint32(n), true
			}
		case "link":
			p.lower[at] = value
		case "master":
			p.master[at] = value
		case "type":
			var err error
			l.Kind = value
			if l.Data, err = kindSettings(value, words[1:]); err != nil {
				return err
			}
			words = words[len(words)-1:]
		case "numtxqueues", "numrxqueues":
			l.Make = append(l.Make, setting(key, value))
		default:
			if !linkcmd.IsSetting(key) {
				return fmt.Errorf("a link has no %q", key)
			}
			l.Set = append(l.Set, setting(key, value))
		}
	}
	if l.Index == 0 || p.s.linkNamed(l.Name) != nil {
		return fmt.Errorf("link %s has no index, or is there twice", l.Name)
	}
	p.index[l.Name] = l.Index
	p.s.Links = append(p.s.Links, l)
	if len(l.Set) > 0 {
		if err := p.try("link set dev" + word(l.Name) + settingWords(l.Set)); err != nil {
			return err
		}
	}
	if l.Kind == "" {
		return nil
	}
	return p.try("link add" + maker(&l) + " type" + word(l.Kind) + settingWords(l.Data))
}

func setting(key, value string) linkcmd.Setting {
	return linkcmd.Setting{Key: key, Words: string(field.AppendWord([]byte(" "+key), value))}
}

// finish looks up what links name.
func (p *parser) finish() error {
	for at := range p.s.Links {
		l := &p.s.Links[at]
		for _, other := range [...]struct {
			names map[int]string
			to    *uint32
		}{{p.lower, &l.Lower}, {p.master, &l.Master}} {
			name, ok := other.names[at]
			if !ok {
				continue
			}
			index, ok := p.index[name]
			if !ok {
				return fmt.Errorf("link %s names %s, which the snapshot does not have", l.Name, name)
			}
			*other.to = uint32(index)
		}
	}
	p.s.leaveStates()
	return nil
}

// kindSettings takes the words of a kind apart, by its rows.
func kindSettings(kind string, words []string) (list []linkcmd.Setting, err error) {
	k := linkkind.Find(kind)
	if k == nil || !k.TakesWords() {
		if len(words) > 0 {
			return nil, fmt.Errorf("%s has no %q", kind, words[0])
		}
		return nil, nil
	}
	for len(words) > 0 {
		r := k.Written(words[0])
		if r == nil {
			return nil, fmt.Errorf("%s has no %q", kind, words[0])
		}
		n := min(r.Least(), len(words))
		for n < len(words) && (words[0] == "peer" || k.Written(words[n]) == nil) {
			n++
		}
		s := linkcmd.Setting{Key: cmp.Or(r.Words, words[0])}
		for _, w := range words[:n] {
			s.Words = string(field.AppendWord([]byte(s.Words), w))
		}
		list, words = append(list, s), words[n:]
	}
	return list, nil
}
