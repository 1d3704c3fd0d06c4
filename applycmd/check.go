package applycmd

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/state"
	"gip/internal/uapi"
	"gip/linkcmd"

	"golang.org/x/sys/unix"
)

// A line is one of the lines to apply, taken apart.
type line struct {
	number int
	words  []string
}

// splitLines takes a batch apart as "ip -batch" does.
func splitLines(name, text string) (lines []line, err error) {
	number := 0
	for rest := text; rest != ""; {
		one, after, _ := strings.Cut(rest, "\n")
		rest = after
		number++
		at := number
		for strings.HasSuffix(one, "\\") && !strings.ContainsAny(one, "#\x00") {
			if rest == "" {
				return nil, errors.New(place(name, number) + "Missing continuation line")
			}
			more, after, _ := strings.Cut(rest, "\n")
			one, rest = one[:len(one)-1]+more, after
			number++
		}
		words, err := command.SplitWords(nil, one)
		if err != nil {
			return nil, errors.New(place(name, at) + message(err))
		}
		if len(words) > 0 {
			lines = append(lines, line{at, words})
		}
	}
	return lines, nil
}

// A checker parses lines without running them, and looks at what they would change.
type checker struct {
	lines   *command.Lines
	now     *state.State
	dry     rtnl.Dry
	held    int    // changes of the line
	reason  string // why it cannot be undone
	sysctls bool   // a line sets sysctls, or takes those of a link away
	// names are those that lines give to links, and what a link was called before them.
	names map[string]string
	// known is the object and verb of the last line that was one of objects: most
	// lines are like the one before.
	known [2]string
}

// newChecker returns a checker that knows the links that there are.
func newChecker(c *command.Call, now *state.State) (*checker, error) {
	k := &checker{now: now, lines: command.NewLines(c), names: map[string]string{}}
	k.lines.Stderr, k.lines.GoOn, k.lines.Dry = io.Discard, true, &k.dry
	m := rtnl.Links(uapi.RTEXT_FILTER_SKIP_STATS)
	err := c.Dump(m, func(m rtnl.Message) error { k.dry.Remember(m); return nil })
	k.dry.Change = k.change
	return k, err
}

// objects are those of ip and bridge whose changes can be read back, and the first words
// of the verbs that change something.
var objects = [...]struct{ applet, words, verbs string }{
	{"ip", "address", "add|change|replace|delete|flush"},
	{"ip", "link", "add|set|replace|delete|property"},
	{"ip", "route", "add|append|change|delete|replace|prepend|test|flush"},
	{"ip", "rule", "add|delete|flush"}, {"ip", "neighbor|neighbour", "add|replace|change|delete|flush"},
	{"ip", "nexthop", "add|replace|delete|flush"},
	{"bridge", "link", "set"}, {"bridge", "fdb", "add|append|replace|delete|flush"},
	{"bridge", "vlan", "add|delete"}, {"bridge", "mdb", "add|replace|delete|flush"},
}

// check parses a line. The error is what is wrong with it; reason is why it cannot be
// undone.
func (k *checker) check(l line) (reason string, err error) {
	a, args := k.lines.Applet(l.words)
	k.reason = ""
	if len(args) == 0 {
		return "", errors.New("a command is missing behind " + l.words[0])
	}
	switch name := a.Name(); name {
	case "sysctl":
		k.sysctls = true
		return k.sysctl(args)
	case "ip", "bridge":
		if known, ok := k.object(a, args); !ok {
			return known, nil
		}
	case "brctl":
	default:
		return "what " + name + " changes is not read back", nil
	}
	err = k.parse(l)
	return k.reason, err
}

// parse has a command read a line, and says what is wrong with that.
func (k *checker) parse(l line) error {
	k.held = 0
	err := k.lines.Run(l.number, l.words)
	var refused *rtnl.Error
	if err == nil || k.held > 0 || errors.As(err, &refused) || notThere(err) {
		// It came as far as to the kernel, or to something that a line before it may
		// make: the kernel has the last word.
		return nil
	}
	return errors.New(message(err))
}

// notThere reports whether an error is that something does not exist.
func notThere(err error) bool {
	s := message(err)
	return strings.Contains(s, "does not exist") || strings.Contains(s, "Cannot find device") || strings.Contains(s, "can't get info")
}

// object reports whether a line is of an object whose changes can be read back; if
// not, why.
func (k *checker) object(a *command.Applet, args []string) (why string, ok bool) {
	for len(args) > 0 && (args[0] == "-4" || args[0] == "-6" || args[0] == "-M" || args[0] == "-0" || args[0] == "-B") {
		args = args[1:]
	}
	if len(args) > 1 && a.Name() == "ip" && k.known == [2]string(args[:2]) {
		return "", true
	}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return "the option is not one for a family", false
	}
	o := a.Object(args[0])
	if o == nil {
		return "", true // the parser complains
	}
	for _, known := range objects {
		if known.applet != a.Name() || !cli.Match(known.words, firstWord(o.Words)) {
			continue
		}
		if len(args) == 1 {
			return "it changes nothing", false
		}
		switch v := command.Find(o.Verbs, args[1]); {
		case v == nil: // the parser complains
			return "", true
		case !cli.Match(known.verbs, v.Word()):
			return "it changes nothing, or what is not read back", false
		}
		if a.Name() == "ip" {
			k.known = [2]string(args[:2])
		}
		return "", true
	}
	return "what ip " + firstWord(o.Words) + " changes is not read back", false
}

func firstWord(words string) string {
	w, _, _ := strings.Cut(strings.ReplaceAll(words, "=", ""), "|")
	return w
}

// sysctl checks NAME=VALUE words.
func (k *checker) sysctl(args []string) (reason string, err error) {
	for _, w := range args {
		if w == "-w" || w == "-q" || w == "-qw" || w == "-wq" {
			continue
		}
		name, _, ok := strings.Cut(w, "=")
		switch {
		case strings.HasPrefix(w, "-"):
			return "sysctl " + w + " is not one that is read back", nil
		case !ok:
			return "", errors.New("sysctl: NAME=VALUE is expected, not " + w)
		case !strings.HasPrefix(name, "net.") && !strings.HasPrefix(name, "net/"):
			return name + " is not of this network namespace", nil
		}
	}
	return "", nil
}

// change looks at a change that a line would make.
func (k *checker) change(m rtnl.Message) {
	k.held++
	if why := k.refuse(m); k.reason == "" {
		k.reason = why
	}
}

// refuse says why a change could not be undone, or "".
func (k *checker) refuse(m rtnl.Message) string {
	switch m.Type {
	case unix.RTM_NEWLINK, unix.RTM_SETLINK:
		ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		k.name(ifi.Index, rtnl.Find(attrs, unix.IFLA_IFNAME))
		return awayOf(attrs)
	case unix.RTM_NEWLINKPROP:
		ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		for _, alt := range rtnl.Attrs(rtnl.Find(attrs, unix.IFLA_PROP_LIST)) {
			k.name(ifi.Index, alt)
		}
		return ""
	case unix.RTM_DELLINK:
		ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		if ifi.Family == unix.AF_BRIDGE {
			return ""
		}
		k.sysctls = true
		return k.deletes(k.dry.Name(ifi.Index), attrs)
	case unix.RTM_NEWNEIGH:
		return ageing(m)
	case unix.RTM_NEWADDR, unix.RTM_DELADDR, unix.RTM_NEWRULE, unix.RTM_DELRULE, unix.RTM_DELNEIGH, unix.RTM_NEWNEXTHOP, unix.RTM_DELNEXTHOP, unix.RTM_NEWMDB, unix.RTM_DELMDB,
		unix.RTM_DELLINKPROP, unix.RTM_DELROUTE:
		return ""
	case unix.RTM_NEWROUTE:
		_, attrs := rtnl.View[unix.RtMsg](m.Body)
		if t := rtnl.Find(attrs, unix.RTA_ENCAP_TYPE); rtnl.U16(t) == unix.LWTUNNEL_ENCAP_BPF {
			return "a program cannot be read back"
		}
		return ""
	}
	return "what it changes is not read back"
}

// ageing says of a neighbour or an entry of a forwarding table that it is not kept: one
// that ages looks like those that the kernel has learned.
func ageing(m rtnl.Message) string {
	n, attrs := rtnl.View[unix.NdMsg](m.Body)
	ext := rtnl.U32(rtnl.Find(attrs, uapi.NDA_FLAGS_EXT))
	kept := uint16(unix.NUD_PERMANENT)
	if n.Family == unix.AF_BRIDGE {
		kept |= unix.NUD_NOARP
	}
	if n.State&kept != 0 || n.Flags&(unix.NTF_PROXY|unix.NTF_EXT_LEARNED) != 0 || ext&uapi.NTF_EXT_MANAGED != 0 {
		return ""
	}
	return "an entry that ages is not told from what the kernel learns"
}

// awayOf says of the attributes of a link why what they do could not be undone.
func awayOf(attrs []byte) string {
	for _, what := range [...]struct {
		attr uint16
		why  string
	}{
		{unix.IFLA_NET_NS_FD, "the link leaves this namespace"}, {unix.IFLA_NET_NS_PID, "the link leaves this namespace"},
		{unix.IFLA_LINK_NETNSID, "the link stands on one of another namespace"},
		{unix.IFLA_XDP, "a program cannot be read back"}, {unix.IFLA_VFINFO_LIST, "virtual functions are not read back"},
	} {
		if rtnl.Find(attrs, what.attr) != nil {
			return what.why
		}
	}
	info := rtnl.Find(attrs, unix.IFLA_LINKINFO)
	switch rtnl.Str(rtnl.Find(info, unix.IFLA_INFO_KIND)) {
	case "veth", "vxcan", "netkit": // one number has the peer, of all three
		peer := rtnl.Find(rtnl.Find(info, unix.IFLA_INFO_DATA), uapi.VETH_INFO_PEER)
		return awayOf(peer[min(len(peer), unix.SizeofIfInfomsg):])
	}
	return ""
}

// secret are the kinds that hold what a command line does not set: keys, peers,
// programs with an open file.
const secret = "=wireguard|=macsec|=tun|=ovpn|=gtp|=amt|=l2tpeth|=wwan|=team"

// name notes that a line gives a name to a link that is there.
func (k *checker) name(index int32, attr []byte) {
	old, name := k.first(k.dry.Name(index)), rtnl.Str(attr)
	if old != "" && name != "" && name != old {
		k.names[name] = old
	}
}

// first is what a link was called before all lines.
func (k *checker) first(name string) string { return cmp.Or(k.names[name], name) }

// deletes says why a link that is deleted could not come back, or one that goes with
// it.
func (k *checker) deletes(name string, attrs []byte) string {
	if name == "" {
		name = rtnl.Str(rtnl.Find(attrs, unix.IFLA_IFNAME))
	}
	name = k.first(name)
	group := rtnl.Find(attrs, unix.IFLA_GROUP)
	for i := range k.now.Links {
		l := &k.now.Links[i]
		if l.Name != name && group == nil && !slices.Contains(l.AltNames, name) {
			continue
		}
		if why := k.lost(l, 0); why != "" {
			return why
		}
	}
	return ""
}

func (k *checker) lost(l *linkcmd.Link, depth int) string {
	switch {
	case l.Kind == "":
		return ""
	case cli.Match(secret, l.Kind):
		return l.Name + " is of kind " + l.Kind + ", and has what cannot be read back"
	case l.Abroad:
		return l.Name + " stands on a link of another namespace"
	case depth > 8:
		return ""
	}
	for i := range k.now.Links {
		if other := &k.now.Links[i]; other.Lower == uint32(l.Index) && other != l && !other.Abroad {
			if why := k.lost(other, depth+1); why != "" {
				return why
			}
		}
	}
	return ""
}

// place is what stands before a message about a line.
func place(name string, number int) string { return name + ":" + itoa(number) + ": " }
