package lab

import (
	"gip/internal/command"
)

// shape is the command line by which tc makes the packets that leave by a port late,
// few or slow, as its link wants it; nil if it does not.
func (l *Link) shape(p *Port) (words []string) {
	add := func(word, value string) {
		if value != "" {
			words = append(words, word, value)
		}
	}
	add("delay", l.Delay)
	if l.Jitter != "" {
		words = append(words, l.Jitter) // it stands behind the delay
	}
	add("loss", l.Loss)
	add("rate", l.Rate)
	if words == nil {
		return nil
	}
	return append([]string{"tc", "qdisc", "add", "dev", p.Name, "root", "netem"}, words...)
}

// allShapes are those lines of each node.
func (l *Lab) allShapes() map[*Node][]*Line {
	of := make(map[*Node][]*Line)
	for _, k := range l.Links {
		for _, end := range k.Ends {
			if words := k.shape(end); words != nil {
				of[end.Node] = append(of[end.Node], &Line{At: k.At, Node: end.Node, Words: words})
			}
		}
	}
	return of
}

// shape runs those lines of a node.
func (b *builder) shape(p *command.Process, n *Node) error {
	for _, l := range b.shapes[n] {
		if err := b.do(p, l); err != nil {
			return err
		}
	}
	return nil
}
