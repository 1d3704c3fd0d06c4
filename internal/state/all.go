package state

import (
	"fmt"
	"strings"
)

// A Named is the state of a namespace that has a name; "" is the one we are in.
type Named struct {
	Name string
	*State
}

// A snapshot of all namespaces is that of our own, which says so in its second line;
// behind it each other one follows a line with its name.
const allLine = "# all namespaces\n"

// AllText is the states as one snapshot. The first is our own.
func AllText(list []Named) []byte {
	b := append([]byte(header+"\n"), allLine...)
	for i, n := range list {
		if i > 0 {
			b = append(append(b, "netns"+word(n.Name)...), '\n')
		}
		b = append(b, n.Text()[len(header)+1:]...)
	}
	return b
}

// ParseAll reads a snapshot of one namespace or of all. check, if it is set, is given
// the lines that would make what there is, and says what is wrong with one.
func ParseAll(text string, check func(words []string) error) (list []Named, all bool, err error) {
	p, err := newParser(text)
	if err != nil {
		return nil, false, err
	}
	p.check = check
	list = []Named{{"", p.s}}
	number := 0
	for line := range strings.Lines(text) {
		number++
		all = all || number == 2 && line == allLine
		name, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "netns ")
		if !ok {
			err = p.add(line)
		} else if err = p.finish(); err == nil {
			words, bad := Split(name)
			if err = bad; err == nil && (len(words) != 1 || Find(list, words[0]) != nil) {
				err = fmt.Errorf("one name of a namespace is expected, which has not been there yet")
			} else if err == nil {
				p.reset()
				list = append(list, Named{words[0], p.s})
			}
		}
		if err != nil {
			return nil, all, fmt.Errorf("%d: %w", number, err)
		}
	}
	return list, all, p.finish()
}

// Find returns the state of the namespace with that name, or nil.
func Find(list []Named, name string) *State {
	for _, n := range list {
		if n.Name == name {
			return n.State
		}
	}
	return nil
}

// InNetns is what stands in front of a line of another namespace: the option of ip.
func InNetns(name string) string {
	if name == "" {
		return ""
	}
	return "-n" + word(name) + " "
}

// Within has changes be those of another namespace.
func Within(name string, list []Change) []Change {
	for i := range list {
		c := &list[i]
		if c.Text = InNetns(name) + c.Text; c.Was != "" {
			c.Was = InNetns(name) + c.Was
		}
	}
	return list
}

// DiffAll is Diff of all namespaces: "-n red route …", and "netns red" for one that is
// more or less.
func DiffAll(from, to []Named) (list []Change) {
	for _, f := range from {
		if t := Find(to, f.Name); t == nil {
			list = append(list, Change{Op: '-', Text: "netns" + word(f.Name)})
		} else {
			list = append(list, Within(f.Name, Diff(f.State, t))...)
		}
	}
	for _, t := range to {
		if Find(from, t.Name) == nil {
			list = append(list, Change{Op: '+', Text: "netns" + word(t.Name)})
		}
	}
	return list
}
