package names

import (
	"strconv"
	"strings"

	"gip/internal/rtnl"
	"gip/internal/uapi"

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
type Links struct {
	dial func() (*rtnl.Conn, error)
	conn *rtnl.Conn
	msg  *rtnl.Msg
	// Before, if set, is called before the kernel is asked.
	Before func()
	// Borrow, if set, returns the caller's connection if it serves nothing now,
	// or nil.
	Borrow func() *rtnl.Conn

	known []known
	place map[uint32]int32 // in known, by index
	last  int32            // the place that was looked at last: many records are of one link
	// byName is nil until a name is looked up: most lists never do that.
	byName map[string]uint32
}

// A known link may have another name now, by which it is not found.
type known struct {
	Link
	renamed bool
}

// NewLinks returns an empty cache that asks on a connection from dial.
func NewLinks(dial func() (*rtnl.Conn, error)) *Links {
	return &Links{dial: dial, msg: rtnl.New(unix.RTM_GETLINK, 0)}
}

// Reset forgets all links.
func (l *Links) Reset() {
	l.known, l.place, l.byName = nil, nil, nil
}

// find returns the place of the link idx, or -1.
func (l *Links) find(idx uint32) int32 {
	if int(l.last) < len(l.known) && l.known[l.last].Index == idx {
		return l.last
	}
	at, ok := l.place[idx]
	if !ok {
		return -1
	}
	l.last = at
	return at
}

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
	if v := tb[unix.IFLA_IFNAME]; v != nil {
		l.remember(idx, ifi, v)
	}
	if v := tb[unix.IFLA_PROP_LIST]; v != nil {
		l.rememberAliases(idx, v)
	}
}

func (l *Links) remember(idx uint32, ifi *unix.IfInfomsg, name []byte) {
	if at := l.find(idx); at >= 0 {
		k := &l.known[at]
		k.Flags = ifi.Flags
		if k.Name != string(rtnl.CStr(name)) {
			k.renamed = true
			delete(l.byName, k.Name)
		}
		return
	}
	if l.place == nil {
		l.place = make(map[uint32]int32)
	}
	l.place[idx] = int32(len(l.known))
	l.known = append(l.known, known{Link: Link{idx, rtnl.Str(name), ifi.Flags, ifi.Type}})
	if l.byName != nil {
		l.byName[l.known[len(l.known)-1].Name] = idx
	}
}

func (l *Links) rememberAliases(idx uint32, list []byte) {
	for t, alias, rest := rtnl.Next(list); alias != nil; t, alias, rest = rtnl.Next(rest) {
		if t == unix.IFLA_ALT_IFNAME {
			l.names()[rtnl.Str(alias)] = idx
		}
	}
}

// names returns the map by name.
func (l *Links) names() map[string]uint32 {
	if l.byName == nil {
		l.byName = make(map[string]uint32, len(l.known))
		for i := range l.known {
			if k := &l.known[i]; !k.renamed {
				l.byName[k.Name] = k.Index
			}
		}
	}
	return l.byName
}

// Forget drops what is known of the link idx.
func (l *Links) Forget(idx uint32) {
	if at := l.find(idx); at >= 0 {
		end := len(l.known) - 1
		l.known[at] = l.known[end]
		l.place[l.known[at].Index] = at
		l.known = l.known[:end]
		delete(l.place, idx)
	}
	for name, i := range l.byName {
		if i == idx {
			delete(l.byName, name)
		}
	}
}

// Index returns the index of the link called name (or altname), or 0. A name
// ifN that no link has stands for the index N.
func (l *Links) Index(name string) uint32 {
	if idx, ok := l.names()[name]; ok {
		return idx
	}
	if idx := l.ask(0, NameAttr(name), name); idx != 0 {
		return idx
	}
	if n, ok := strings.CutPrefix(name, "if"); ok {
		return scanUint(n)
	}
	return 0
}

// scanUint reads the number that s begins with as scanf's %u does: it may be
// negative, is cut to 32 bits, and anything may follow.
func scanUint(s string) uint32 {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	neg := strings.HasPrefix(s, "-")
	if neg || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	v, err := strconv.ParseUint(s[:n], 10, 64)
	if neg && err == nil {
		v = -v
	}
	return uint32(v)
}

// Get returns the link idx; ok is false if there is none.
func (l *Links) Get(idx uint32) (link Link, ok bool) {
	if link, ok = l.Known(idx); !ok && idx != 0 {
		l.ask(idx, 0, "")
		link, ok = l.Known(idx)
	}
	return link, ok
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
		kind = rtnl.Str(rtnl.Find(info, uapi.IFLA_INFO_KIND))
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

// ask requests one link, by index or by the name in attr, files it and returns
// its index, or 0.
func (l *Links) ask(idx uint32, attr uint16, name string) (found uint32) {
	if l.Before != nil {
		l.Before()
	}
	l.request(idx, attr, name, needName, func(m rtnl.Message) {
		if ifi, _ := rtnl.View[unix.IfInfomsg](m.Body); ifi != nil {
			found = uint32(ifi.Index)
			l.Remember(m)
		}
	})
	if found != 0 && name != "" {
		l.names()[name] = found
	}
	return found
}

// What an answer may leave out (IFLA_EXT_MASK): newer kernels can do with
// little more than the names.
const (
	needKind = uapi.RTEXT_FILTER_VF | uapi.RTEXT_FILTER_SKIP_STATS
	needName = needKind | uapi.RTEXT_FILTER_NAME_ONLY
)

// request asks the kernel for one link and gives f the answer, if there is one.
func (l *Links) request(idx uint32, attr uint16, name string, mask uint32, f func(rtnl.Message)) {
	c := l.connection()
	if c == nil {
		return
	}
	m := l.msg
	m.Reset(unix.RTM_GETLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: int32(idx)})
	m.U32(unix.IFLA_EXT_MASK, mask)
	if attr != 0 {
		m.Str(attr, name)
	}
	c.Get(m, func(m rtnl.Message) error {
		if m.Type == uapi.RTM_NEWLINK {
			f(m)
		}
		return nil
	})
}

// connection returns what to ask on, or nil.
func (l *Links) connection() *rtnl.Conn {
	if l.conn == nil && l.Borrow != nil {
		if c := l.Borrow(); c != nil {
			return c
		}
	}
	if l.conn == nil {
		if c, err := l.dial(); err == nil {
			l.conn = c
		}
	}
	return l.conn
}
