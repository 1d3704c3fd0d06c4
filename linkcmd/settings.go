package linkcmd

import (
	"cmp"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/kind"
	"gip/linkcmd/linkkind"
	"gip/linkcmd/linkshow"

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
	l.common(e, tb[:])
	l.kinds(e, tb[unix.IFLA_LINKINFO])
	for t, v := range rtnl.Attrs(tb[unix.IFLA_PROP_LIST]) {
		if t == unix.IFLA_ALT_IFNAME {
			l.AltNames = append(l.AltNames, rtnl.Str(v))
		}
	}
	return l, true
}

// numbers are settings of any link that are a number of 32 bits, which is read with a
// sign or without.
var numbers = [...]struct {
	word   string
	attr   uint16
	signed bool
}{
	{"mtu", unix.IFLA_MTU, true}, {"txqueuelen", unix.IFLA_TXQLEN, true},
	{"gso_max_size", unix.IFLA_GSO_MAX_SIZE, false}, {"gso_max_segs", unix.IFLA_GSO_MAX_SEGS, false}, {"gro_max_size", unix.IFLA_GRO_MAX_SIZE, false},
	{"gso_ipv4_max_size", unix.IFLA_GSO_IPV4_MAX_SIZE, false}, {"gro_ipv4_max_size", unix.IFLA_GRO_IPV4_MAX_SIZE, false},
}

// switches are flags that the command line sets, and whether on sets them.
var switches = [...]struct {
	word string
	flag uint32
	on   bool
}{
	{"multicast", unix.IFF_MULTICAST, true}, {"allmulticast", unix.IFF_ALLMULTI, true}, {"promisc", unix.IFF_PROMISC, true},
	{"arp", unix.IFF_NOARP, false}, {"trailers", unix.IFF_NOTRAILERS, false}, {"dynamic", unix.IFF_DYNAMIC, true},
}

// common says what any link has.
func (l *Link) common(e *cli.Env, tb [][]byte) {
	set := func(key, value string) { l.Set = append(l.Set, Setting{key, " " + key + value}) }
	word := func(s string) string { return string(field.AppendWord(nil, s)) }
	number := func(n uint32) string { return " " + strconv.FormatUint(uint64(n), 10) }
	for _, q := range [...]struct {
		word string
		attr int
	}{{"numtxqueues", unix.IFLA_NUM_TX_QUEUES}, {"numrxqueues", unix.IFLA_NUM_RX_QUEUES}} {
		if v := tb[q.attr]; v != nil {
			l.Make = append(l.Make, Setting{q.word, " " + q.word + number(rtnl.U32(v))})
		}
	}
	if l.Type == unix.ARPHRD_ETHER {
		if v := tb[unix.IFLA_ADDRESS]; v != nil {
			set("address", " "+string(cli.AppendLLAddr(nil, l.Type, v)))
		}
		if v := tb[unix.IFLA_BROADCAST]; v != nil {
			set("broadcast", " "+string(cli.AppendLLAddr(nil, l.Type, v)))
		}
	}
	for _, n := range numbers {
		switch v := tb[n.attr]; {
		case v == nil:
		case n.signed:
			set(n.word, " "+strconv.Itoa(int(int32(rtnl.U32(v)))))
		default:
			set(n.word, number(rtnl.U32(v)))
		}
	}
	set("alias", word(rtnl.Str(tb[unix.IFLA_IFALIAS])))
	set("group", word(e.Tables.Groups.Name(rtnl.U32(tb[unix.IFLA_GROUP]))))
	if v := tb[unix.IFLA_LINKMODE]; v != nil && linkshow.LinkModes.Of(uint64(rtnl.U8(v))) != "" {
		set("mode", word(linkshow.LinkModes.Of(uint64(rtnl.U8(v)))))
	}
	inet6 := rtnl.Find(tb[unix.IFLA_AF_SPEC], unix.AF_INET6)
	if v := rtnl.Find(inet6, unix.IFLA_INET6_ADDR_GEN_MODE); v != nil && linkshow.AddrGenModes.Of(uint64(rtnl.U8(v))) != "" {
		set("addrgenmode", word(linkshow.AddrGenModes.Of(uint64(rtnl.U8(v)))))
	}
	if v := tb[unix.IFLA_PROTO_DOWN]; v != nil {
		set("protodown", onOff(rtnl.U8(v) != 0))
	}
	for _, s := range switches {
		set(s.word, onOff(l.Flags&s.flag != 0 == s.on))
	}
}

func onOff(on bool) string {
	if on {
		return " on"
	}
	return " off"
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
func IsSetting(key string) bool {
	for _, n := range numbers {
		if n.word == key {
			return true
		}
	}
	for _, s := range switches {
		if s.word == key {
			return true
		}
	}
	switch key {
	case "address", "broadcast", "alias", "group", "mode", "addrgenmode", "protodown":
		return true
	}
	return false
}
