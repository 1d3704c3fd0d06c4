package names

import (
	"strconv"
	"strings"

	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A Link is what the cache knows of an interface.
type Link struct {
	Index uint32
	Name  string
	Flags uint32 // IFF_
	Type  uint16 // ARPHRD_
}

// Links maps interface names to indexes and back. It asks the kernel for one
// link when it is first needed: on a socket of its own, if the caller is in the
// middle of a dump.
//
// What it knows is never looked at again, as in the real tool: in a batch, a
// link that went away with another one is still found, and its index is what the
// kernel then complains about. Where two links were known by one name, the one
// that was filed last is found.
type Links struct {
	dial func() (*rtnl.Conn, error)
	conn *rtnl.Conn
	msg  *rtnl.Msg
	// Before, if set, is called before the kernel is asked.
	Before func()
	// Doubt tells that a change is on its way that may make, remove or rename
	// links.
	Doubt bool
	// Borrow, if set, returns the caller's connection if it serves nothing now,
	// or nil.
	Borrow func() *rtnl.Conn
	// Assume takes a name that no link has for one of a link that is still to come:
	// where a command line is completed, not run.
	Assume bool
	// Failed, if set, is told why the kernel could not be asked. The answer is
	// then looked for by an older call.
	Failed func(error)
	// Missing, if set, is asked for the index of a link that is not there.
	Missing func(name string) uint32

	known []known
	free  []int32          // places in known without an entry
	place map[uint32]int32 // of the links in known, by index
	last  int32            // the place that was looked at last: many records are of one link
	// byName has the newest entry of each name. It is nil until a name is
	// looked up: most lists never do that.
	byName map[string]int32
	// aliases are the places of a link's alternative names, by its own place.
	aliases map[int32][]int32
	recent  []int32 // the places that Drop left
}

// A known name of a link.
type known struct {
	Link
	older  int32 // the place of the entry that was filed under the same name before, or none
	state  state
	change int // the one that dropped it
	// listed tells that the place is in recent.
	listed bool
}

const none = -1

// A state says how an entry can be found.
type state uint8

const (
	gone    state = iota // the place is free
	live                 // by name and index
	alias                // by name only: an alternative name
	renamed              // by index only: the link has another name now
	dropped              // by name only, until Expire
)

// NewLinks returns an empty cache that asks on a connection from dial.
func NewLinks(dial func() (*rtnl.Conn, error)) *Links {
	return &Links{dial: dial, msg: rtnl.New(unix.RTM_GETLINK, 0)}
}

// Reset forgets all links.
func (l *Links) Reset() {
	l.known, l.free, l.place, l.byName, l.aliases, l.recent = nil, nil, nil, nil, nil, nil
}

// find returns the place of the link idx, or none.
func (l *Links) find(idx uint32) int32 {
	if int(l.last) < len(l.known) && l.known[l.last].Index == idx && l.known[l.last].byIndex() {
		return l.last
	}
	at, ok := l.place[idx]
	if !ok || !l.known[at].byIndex() {
		return none
	}
	l.last = at
	return at
}

func (k *known) byIndex() bool { return k.state == live || k.state == renamed }

// Remember files a RTM_NEWLINK message, or forgets the link of a RTM_DELLINK.
// As in the real tool, a link that was renamed keeps the name that it was
// first known by, for the records of a monitor, but is not found by it.
func (l *Links) Remember(m rtnl.Message) {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil {
		return
	}
	idx := uint32(ifi.Index)
	if m.Type == unix.RTM_DELLINK {
		l.Forget(idx)
		return
	}
	var tb [unix.IFLA_PROP_LIST + 1][]byte
	rtnl.Pick(tb[:], 1<<unix.IFLA_IFNAME|1<<unix.IFLA_PROP_LIST, attrs)
	at := l.find(idx)
	switch name := tb[unix.IFLA_IFNAME]; {
	case at >= 0:
		l.update(at, ifi, name)
	case name == nil:
		return
	default:
		at = l.fileLink(Link{idx, rtnl.Str(name), ifi.Flags, ifi.Type})
	}
	if list := tb[unix.IFLA_PROP_LIST]; list != nil {
		l.fileAliases(at, list)
	}
}

// update notes what may have changed of a link.
func (l *Links) update(at int32, ifi *unix.IfInfomsg, name []byte) {
	k := &l.known[at]
	k.Flags = ifi.Flags
	if name != nil && k.state == live && k.Name != string(rtnl.CStr(name)) {
		l.names()
		l.unchain(at)
		k.state = renamed
	}
	l.forgetAliases(at)
}

// fileLink files a link that is not known.
func (l *Links) fileLink(link Link) int32 {
	if old, ok := l.place[link.Index]; ok {
		l.remove(old)
	}
	at := l.file(link, live)
	if l.place == nil {
		l.place = make(map[uint32]int32)
	}
	l.place[link.Index] = at
	return at
}

// file adds an entry.
func (l *Links) file(link Link, s state) (at int32) {
	if n := len(l.free); n > 0 {
		at, l.free = l.free[n-1], l.free[:n-1]
	} else {
		at, l.known = int32(len(l.known)), append(l.known, known{})
	}
	// What was dropped there may still be listed in recent.
	l.known[at] = known{Link: link, older: none, state: s, listed: l.known[at].listed}
	if l.byName != nil {
		l.chain(at)
	}
	return at
}

// chain makes the entry the newest of its name.
func (l *Links) chain(at int32) {
	k := &l.known[at]
	k.older = none
	if older, ok := l.byName[k.Name]; ok {
		k.older = older
	}
	l.byName[k.Name] = at
}

// unchain makes the entry one that is not found by name.
func (l *Links) unchain(at int32) {
	k := &l.known[at]
	newer, ok := l.byName[k.Name]
	switch {
	case !ok:
	case newer == at && k.older == none:
		delete(l.byName, k.Name)
	case newer == at:
		l.byName[k.Name] = k.older
	default:
		for newer != none && l.known[newer].older != at {
			newer = l.known[newer].older
		}
		if newer != none {
			l.known[newer].older = k.older
		}
	}
}

// names returns the map by name.
func (l *Links) names() map[string]int32 {
	if l.byName == nil {
		l.byName = make(map[string]int32, len(l.known))
		for at := range l.known {
			if s := l.known[at].state; s == live || s == alias {
				l.chain(int32(at))
			}
		}
	}
	return l.byName
}

// remove frees a place.
func (l *Links) remove(at int32) {
	l.names() // while the order of the places is that in which they were filed
	k := &l.known[at]
	if k.state != renamed {
		l.unchain(at)
	}
	if k.state != alias {
		delete(l.place, k.Index)
	}
	*k = known{listed: k.listed}
	l.free = append(l.free, at)
}

func (l *Links) fileAliases(at int32, list []byte) {
	link := l.known[at].Link
	for t, name, rest := rtnl.Next(list); name != nil; t, name, rest = rtnl.Next(rest) {
		if t != unix.IFLA_ALT_IFNAME {
			continue
		}
		if l.aliases == nil {
			l.aliases = make(map[int32][]int32)
		}
		link.Name = rtnl.Str(name)
		l.aliases[at] = append(l.aliases[at], l.file(link, alias))
	}
}

func (l *Links) forgetAliases(at int32) {
	for _, a := range l.aliases[at] {
		l.remove(a)
	}
	delete(l.aliases, at)
}

// Forget drops what is known of the link idx, which is gone.
func (l *Links) Forget(idx uint32) {
	if at := l.find(idx); at >= 0 {
		l.forgetAliases(at)
		l.remove(at)
	}
}

// Drop forgets the name of the link idx because of a change that is on its way,
// known by its number, so that the next look-up asks the kernel. Until Expire it
// need not, unless in Doubt: the answer is known. As in the real tool,
// alternative names stay.
func (l *Links) Drop(idx uint32, change int) {
	at := l.find(idx)
	if at < 0 {
		return
	}
	k := &l.known[at]
	if k.state == renamed {
		l.remove(at)
		return
	}
	l.names()
	k.state, k.change = dropped, change
	delete(l.aliases, at)
	if !k.listed {
		k.listed = true
		l.recent = append(l.recent, at)
	}
}

// Keep takes back a Drop: the change was refused.
func (l *Links) Keep(idx uint32, change int) {
	if at, ok := l.place[idx]; ok && l.known[at].state == dropped && l.known[at].change == change {
		l.known[at].state = live
	}
}

// Expire has the kernel asked about what was dropped: it may have changed.
func (l *Links) Expire() {
	for _, at := range l.recent {
		l.known[at].listed = false
		if l.known[at].state == dropped {
			l.remove(at)
		}
	}
	l.recent = l.recent[:0]
}

// lookup returns the index of the link that is known by a name.
func (l *Links) lookup(name string) (idx uint32, ok bool) {
	newest, ok := l.names()[name]
	if !ok {
		return 0, false
	}
	for at := newest; at != none; at = l.known[at].older {
		if l.known[at].state != dropped {
			return l.known[at].Index, true
		}
	}
	if l.Doubt {
		return 0, false
	}
	// The kernel would say this, and it would be filed anew.
	k := &l.known[newest]
	k.state = live
	return k.Index, true
}

// Index returns the index of the link called name (or altname), or 0. A name
// ifN that no link has stands for the index N.
func (l *Links) Index(name string) uint32 {
	if word.OfferLink(name) {
		return 0
	}
	if idx, ok := l.lookup(name); ok {
		return idx
	}
	if l.Before != nil {
		l.Before() // which may bring back what was dropped
		if idx, ok := l.lookup(name); ok {
			return idx
		}
	}
	idx, failed := l.ask(0, NameAttr(name), name)
	if failed || idx == 0 && strings.Contains(name, ":") { // an ioctl takes eth0:1 for eth0
		idx = indexByIoctl(name)
	}
	if idx != 0 {
		return idx
	}
	if n, ok := strings.CutPrefix(name, "if"); ok {
		if idx, _, _ := word.Scanu(n); idx != 0 {
			return idx
		}
	}
	if l.Missing != nil {
		return l.Missing(name)
	}
	if l.Assume {
		return assumed
	}
	return 0
}

// assumed is the index of links that are still to come.
const assumed = 1<<31 - 1

// All are the names of all links, as the kernel has them now.
func (l *Links) All() (names []string) {
	c, err := l.connection()
	if err != nil {
		return nil
	}
	m := rtnl.Links(uapi.RTEXT_FILTER_VF | uapi.RTEXT_FILTER_SKIP_STATS | uapi.RTEXT_FILTER_NAME_ONLY)
	c.Dump(m, func(m rtnl.Message) error {
		if ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body); ifi != nil {
			names = append(names, rtnl.Str(rtnl.Find(attrs, unix.IFLA_IFNAME)))
		}
		return nil
	})
	return names
}

// Get returns the link idx; ok is false if there is none.
func (l *Links) Get(idx uint32) (link Link, ok bool) {
	if link, ok = l.Known(idx); ok || idx == 0 {
		return link, ok
	}
	if _, failed := l.ask(idx, 0, ""); failed {
		link = Link{Index: idx, Name: nameByIoctl(idx)}
		return link, link.Name != ""
	}
	return l.Known(idx)
}

// Known returns the link idx if it is in the cache, without asking the kernel.
func (l *Links) Known(idx uint32) (link Link, ok bool) {
	if at := l.find(idx); at >= 0 {
		return l.known[at].Link, true
	}
	return Link{}, false
}

// Name returns the name of the link idx: "if5" if there is none, "*" for 0.
func (l *Links) Name(idx uint32) string {
	if idx == 0 {
		return "*"
	}
	if link, ok := l.Get(idx); ok {
		return link.Name
	}
	return "if" + strconv.FormatUint(uint64(idx), 10)
}

// Kind returns the kind of the link called name ("vrf"), "" if it has none or
// there is no such link. It asks the kernel each time.
func (l *Links) Kind(name string) (kind string) {
	l.request(0, NameAttr(name), name, needKind, func(m rtnl.Message) {
		_, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		info := rtnl.Find(attrs, unix.IFLA_LINKINFO)
		kind = rtnl.Str(rtnl.Find(info, unix.IFLA_INFO_KIND))
	})
	return kind
}

// NameAttr is the attribute in which a request carries a name: only an altname
// can be longer than an interface name.
func NameAttr(name string) uint16 {
	if len(name) >= unix.IFNAMSIZ {
		return unix.IFLA_ALT_IFNAME
	}
	return unix.IFLA_IFNAME
}
