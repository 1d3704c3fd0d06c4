package state

import (
	"slices"
	"strings"

	"gip/internal/field"
	"gip/linkcmd"

	"golang.org/x/sys/unix"
)

// A Change is one difference between two states.
type Change struct {
	Op   byte   // '+' is more, '-' is less, '~' is other
	Text string // the line, or what of it is other
	Was  string // of '~', what it was
}

// Diff returns what makes to of from: links first, then all else by sort.
func Diff(from, to *State) (list []Change) {
	whole := map[string]bool{} // links that are more or less, with all sysctls of theirs
	for _, p := range pairs(from, to) {
		switch {
		case p.now == nil:
			list, whole[p.want.Name] = append(list, Change{Op: '+', Text: to.linkText(p.want)}), true
		case p.want == nil:
			list, whole[p.now.Name] = append(list, Change{Op: '-', Text: from.linkText(p.now)}), true
		default:
			list = append(list, linkChanges(from, to, p)...)
		}
	}
	gone, changed := missing(to.Items, from.Items), missing(from.Items, to.Items)
	ofWhole := func(i *Item) bool { return i.Sort == Sysctl && whole[i.device()] }
	gone, changed = slices.DeleteFunc(gone, ofWhole), slices.DeleteFunc(changed, ofWhole)
	was := map[string]*Item{}
	for _, i := range gone {
		was[i.Head+i.Key] = i
	}
	for _, i := range changed {
		if old := was[i.Head+i.Key]; old != nil {
			list = append(list, Change{Op: '~', Text: i.Text(), Was: old.Text()})
			delete(was, i.Head+i.Key)
		} else {
			list = append(list, Change{Op: '+', Text: i.Text()})
		}
	}
	for _, i := range gone {
		if was[i.Head+i.Key] == i {
			list = append(list, Change{Op: '-', Text: i.Text()})
		}
	}
	return list
}

// device is the link of a sysctl that is of one: net/ipv4/conf/eth0/forwarding.
func (i *Item) device() string {
	if part := strings.Split(i.Key, "/"); len(part) == 5 && ofLinks(part[2]+"/") {
		return part[3]
	}
	return ""
}

// missing are the items of want that have does not have, in their order.
func missing(have, want []Item) (list []*Item) {
	there := make(map[string]int, len(have))
	for i := range have {
		there[have[i].Head+have[i].same()]++
	}
	for i := range want {
		if key := want[i].Head + want[i].same(); there[key] > 0 {
			there[key]--
		} else {
			list = append(list, &want[i])
		}
	}
	return list
}

// A pair is a link as it is now and as it shall be; nil where it is not there.
type pair struct{ now, want *linkcmd.Link }

// pairs finds links again: by index and kind, or by name and kind. What has another
// kind is another link.
func pairs(now, want *State) (list []pair) {
	taken := make([]bool, len(want.Links))
	byIndex, byName := map[int32]int{}, map[string]int{}
	for i := range want.Links {
		byIndex[want.Links[i].Index], byName[want.Links[i].Name] = i, i
	}
	found := make([]*linkcmd.Link, len(want.Links))
	for i := range now.Links {
		l := &now.Links[i]
		at, ok := byIndex[l.Index]
		if !ok || want.Links[at].Kind != l.Kind {
			at, ok = byName[l.Name]
		}
		if ok && !taken[at] && want.Links[at].Kind == l.Kind {
			taken[at], found[at] = true, l
		} else {
			list = append(list, pair{now: l})
		}
	}
	for i := range want.Links {
		list = append(list, pair{found[i], &want.Links[i]})
	}
	return list
}

// linkText is a link in short: what it is, not all that it has.
func (s *State) linkText(l *linkcmd.Link) string {
	b := field.AppendWord([]byte("link"), l.Name)
	if l.Kind != "" {
		b = appendSettings(field.AppendWord(append(b, " type"...), l.Kind), l.Data)
	}
	if l.Lower != 0 && !l.Abroad && l.Lower != uint32(l.Index) {
		b = field.AppendWord(append(b, " link"...), s.name(l.Lower))
	}
	return string(append(b, upDown(l.Flags)...))
}

// linkChanges are the differences of a link that is there.
func linkChanges(from, to *State, p pair) (list []Change) {
	name := string(field.AppendWord([]byte("link"), p.want.Name))
	change := func(text, was string) {
		if text != was {
			list = append(list, Change{Op: '~', Text: name + text, Was: name + was})
		}
	}
	change(" name"+string(field.AppendWord(nil, p.want.Name)), " name"+string(field.AppendWord(nil, p.now.Name)))
	change(upDown(p.want.Flags), upDown(p.now.Flags))
	change(to.master(p.want), from.master(p.now))
	for _, set := range [...]struct {
		head      string
		want, now []linkcmd.Setting
	}{
		{"", p.want.Set, p.now.Set},
		{" type " + p.want.Kind, p.want.Data, p.now.Data},
		{" type " + p.want.Ports + "_slave", p.want.Port, p.now.Port},
	} {
		for _, s := range other(set.now, set.want) {
			change(set.head+s.Words, set.head+words(set.now, s.Key))
		}
		for _, s := range set.now {
			if words(set.want, s.Key) == "" {
				change("", set.head+s.Words)
			}
		}
	}
	for _, alt := range less(p.want.AltNames, p.now.AltNames) {
		list = append(list, Change{Op: '-', Text: name + " altname " + alt})
	}
	for _, alt := range less(p.now.AltNames, p.want.AltNames) {
		list = append(list, Change{Op: '+', Text: name + " altname " + alt})
	}
	return list
}

func (s *State) master(l *linkcmd.Link) string {
	if l.Master == 0 {
		return " nomaster"
	}
	return " master" + string(field.AppendWord(nil, s.name(l.Master)))
}

// other are the settings of want that now has not, or has otherwise.
func other(now, want []linkcmd.Setting) (list []linkcmd.Setting) {
	for _, s := range want {
		if words(now, s.Key) != s.Words {
			list = append(list, s)
		}
	}
	return list
}

// words are those of the setting with that key, or "".
func words(list []linkcmd.Setting, key string) string {
	for _, s := range list {
		if s.Key == key {
			return s.Words
		}
	}
	return ""
}

// less are the names that the list has and other does not have.
func less(other, list []string) (names []string) {
next:
	for _, n := range list {
		for _, o := range other {
			if o == n {
				continue next
			}
		}
		names = append(names, n)
	}
	return names
}

// isUp reports whether a link is switched on.
func isUp(l *linkcmd.Link) bool { return l.Flags&unix.IFF_UP != 0 }
