package linkcmd

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/kind"
	"gip/linkcmd/linkkind"

	"golang.org/x/sys/unix"
)

// A Link is what a message says of a link in the words of the command line.
type Link struct {
	Index  int32
	Name   string
	Type   uint16 // ARPHRD_
	Flags  uint32 // IFF_
	Kind   string // "" for a device that no command makes
	Lower  uint32 // the link that it stands on, or its other end; 0 for none
	Abroad bool   // Lower is in another namespace
	Master uint32
	Ports  string // the kind of the master

	Make []Setting // what can be said only when it is made
	Set  []Setting // what any link has
	Data []Setting // of its kind: the words behind "type KIND"
	Port []Setting // as a port: the words behind "type KIND_slave"

	AltNames []string
}

// A Setting is a word that sets something, and all words of it with a blank before
// each.
type Setting struct {
	Key   string
	Words string
}

// Words takes a message about a link apart; ok is false if it is none.
func Words(e *cli.Env, m rtnl.Message) (l Link, ok bool) {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if m.Type != unix.RTM_NEWLINK || ifi == nil {
		return l, false
	}
	var tb [uapi.IFLA_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	l = Link{Index: ifi.Index, Type: ifi.Type, Flags: ifi.Flags, Name: rtnl.Str(tb[unix.IFLA_IFNAME])}
	l.Lower, l.Abroad = rtnl.U32(tb[unix.IFLA_LINK]), tb[unix.IFLA_LINK_NETNSID] != nil
	l.Master = rtnl.U32(tb[unix.IFLA_MASTER])
	v := field.ViewOf(e, attrs)
	v.Head = m.Body[:unix.SizeofIfInfomsg]
	l.Make, l.Set = said(v, makeWords), said(v, setWords)
	l.kinds(e, tb[unix.IFLA_LINKINFO])
	for t, v := range rtnl.Attrs(tb[unix.IFLA_PROP_LIST]) {
		if t == unix.IFLA_ALT_IFNAME {
			l.AltNames = append(l.AltNames, rtnl.Str(v))
		}
	}
	return l, true
}

// The words of what can be said of a link when it is made, and of any link, in the order
// in which that is said.
const (
	makeWords = "numtxqueues numrxqueues"
	setWords  = "address broadcast mtu txqueuelen gso_max_size gso_max_segs gro_max_size gso_ipv4_max_size gro_ipv4_max_size " +
		"alias group mode addrgenmode protodown multicast allmulticast promisc arp trailers dynamic"
)

// said are those of the words that say something of a link, by the rows that read them.
func said(v *field.View, words string) (list []Setting) {
	for w := range strings.FieldsSeq(words) {
		r, _ := linkWords.Find(w)
		if line := v.Words(r, nil); line != nil {
			list = append(list, Setting{w, string(line)})
		}
	}
	return list
}

// headOf is the struct in front of the attributes of a link.
func headOf(v *field.View) *unix.IfInfomsg {
	ifi, _ := rtnl.View[unix.IfInfomsg](v.Head)
	return ifi
}

// writeLLAddr writes the address of an Ethernet device: others have none that may be set.
func writeLLAddr(v *field.View, r *field.Row, line, b []byte) []byte {
	if headOf(v).Type != unix.ARPHRD_ETHER {
		return line
	}
	return cli.AppendLLAddr(append(field.AppendWord(line, r.Word()), ' '), unix.ARPHRD_ETHER, b)
}

func writeInt(_ *field.View, r *field.Row, line, b []byte) []byte {
	return strconv.AppendInt(append(field.AppendWord(line, r.Word()), ' '), int64(int32(rtnl.U32(b))), 10)
}

func writeGroup(v *field.View, r *field.Row, line, b []byte) []byte {
	return field.AppendWord(field.AppendWord(line, r.Word()), v.Env.Tables.Groups.Name(rtnl.U32(b)))
}

// writeNamed writes a number that has a word.
func writeNamed(_ *field.View, r *field.Row, line, b []byte) []byte {
	if name := r.Names.Of(uint64(rtnl.U8(b))); b != nil && name != "" {
		line = field.AppendWord(field.AppendWord(line, r.Word()), name)
	}
	return line
}

func writeAddrGenMode(v *field.View, r *field.Row, line, b []byte) []byte {
	return writeNamed(v, r, line, rtnl.Find(rtnl.Find(b, unix.AF_INET6), unix.IFLA_INET6_ADDR_GEN_MODE))
}

// writeFlag writes whether a flag is set, or is not where the word on takes it away.
func writeFlag(v *field.View, r *field.Row, line, _ []byte) []byte {
	value := "off"
	if (headOf(v).Flags&uint32(r.Arg) != 0) == (r.Type.Form == field.Bool) {
		value = "on"
	}
	return field.AppendWord(field.AppendWord(line, r.Word()), value)
}

// kinds says what the link's kind has, and that of its master.
func (l *Link) kinds(e *cli.Env, info []byte) {
	var tb [uapi.IFLA_INFO_MAX + 1][]byte
	rtnl.Index(tb[:], info)
	l.Kind, l.Ports = rtnl.Str(tb[unix.IFLA_INFO_KIND]), rtnl.Str(tb[unix.IFLA_INFO_SLAVE_KIND])
	l.Data = settings(e, linkkind.Find(l.Kind), tb[unix.IFLA_INFO_DATA])
	if l.Ports != "" {
		l.Port = settings(e, linkkind.Find(l.Ports+"_slave"), tb[unix.IFLA_INFO_SLAVE_DATA])
	}
}

// settings are the words of a kind for its data.
func settings(e *cli.Env, k *kind.Kind, data []byte) (list []Setting) {
	if k == nil || data == nil || !k.TakesWords() {
		return nil
	}
	k.EachWords(field.ViewOf(e, data), func(r *field.Row, words []byte) {
		first, _, _ := strings.Cut(string(words[1:]), " ")
		if row := k.Written(first); row != nil && row.Words != "" {
			r = row // one row may write the words of another
		}
		list = append(list, Setting{cmp.Or(r.Words, first), string(words)})
	})
	return list
}

// IsSetting reports whether Set of a link may have the key.
func IsSetting(key string) bool { return slices.Contains(strings.Fields(setWords), key) }
