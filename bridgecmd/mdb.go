package bridgecmd

import (
	"fmt"
	"math"
	"net/netip"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var mdbObject = command.Object{Words: "mdb", Usage: mdbUsage, Before: command.LearnLinks, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: mdbModify, Type: unix.RTM_NEWMDB, Flags: unix.NLM_F_CREATE | unix.NLM_F_EXCL},
	{Words: "=replace", Waits: true, Run: mdbModify, Type: unix.RTM_NEWMDB, Flags: unix.NLM_F_CREATE | unix.NLM_F_REPLACE},
	{Words: "delete", Waits: true, Run: mdbModify, Type: unix.RTM_DELMDB},
	{Words: "show|lst|list", Run: mdbShow, Default: true},
	{Words: "=get", Run: mdbGet},
	{Words: "=flush", Run: mdbFlush, Waits: true},
	{Words: "help"},
}}

// portMsg is struct br_port_msg (linux/if_bridge.h).
type portMsg struct {
	Family  uint8
	_       [3]byte
	Ifindex uint32
}

// mdbRecord is struct br_mdb_entry (linux/if_bridge.h). Proto is in network
// order and tells what Addr holds: an IP address, or a link-layer one for 0.
type mdbRecord struct {
	Ifindex uint32
	State   uint8
	Flags   uint8
	Vid     uint16
	Addr    [16]byte
	Proto   [2]byte
	_       [2]byte
}

// protoOf is an Ethernet protocol as Proto has it.
func protoOf(p uint16) [2]byte { return [2]byte{byte(p >> 8), byte(p)} }

// An mdbEntry is what the words of a command say of entries. They are checked
// when all have been read.
type mdbEntry struct {
	e         *cli.Env
	dev, port *string
	grp       *string
	vid       uint16
	state     uint8 // MDB_
	stateMask uint8
	attrs     [uapi.MDBE_ATTR_MAX + 1]*string
	hasAttrs  bool
}

type mdbKeyword = cli.Keyword[*mdbEntry]

// An mdbAttr is an attribute of an entry that a word sets.
type mdbAttr struct {
	word string
	attr uint16
	put  func(e *cli.Env, m *rtnl.Msg, attr uint16, s string) error
}

// mdbAttrs are the attributes of an entry, in the order in which they are
// checked and sent.
func mdbAttrs() []mdbAttr {
	return []mdbAttr{
		{"src", uapi.MDBE_ATTR_SOURCE, orInvalid("source address", putHost)},
		{"filter_mode", uapi.MDBE_ATTR_GROUP_MODE, orInvalid("filter mode", putFilterMode)},
		{"source_list", uapi.MDBE_ATTR_SRC_LIST, putSources},
		{"proto", uapi.MDBE_ATTR_RTPROT, orInvalid("protocol value", putProto)},
		{"dst", uapi.MDBE_ATTR_DST, orInvalid("underlay destination address", putHost)},
		{"dst_port", uapi.MDBE_ATTR_DST_PORT, orInvalid("destination port", putDstPort)},
		{"vni", uapi.MDBE_ATTR_VNI, orInvalid("destination VNI", putNumber)},
		{"src_vni", uapi.MDBE_ATTR_SRC_VNI, orInvalid("source VNI", putNumber)},
		{"via", uapi.MDBE_ATTR_IFINDEX, putDevice},
	}
}

// mdbWords are the keywords of a command: those of the entry, and of the
// attributes that it knows.
func mdbWords(attrs string, entry ...mdbKeyword) []mdbKeyword {
	words := append([]mdbKeyword{
		{Words: "=dev", Parse: func(n *mdbEntry, a *cli.Args) error { return a.LinkTo(&n.dev) }},
		{Words: "=vid", Parse: (*mdbEntry).parseVid},
	}, entry...)
	for _, at := range mdbAttrs() {
		if cli.Match(attrs, at.word) {
			words = append(words, mdbKeyword{Words: "=" + at.word, Parse: func(n *mdbEntry, a *cli.Args) error {
				n.hasAttrs = true
				return a.ValueTo(&n.attrs[at.attr])
			}})
		}
	}
	return words
}

func (n *mdbEntry) parseVid(a *cli.Args) error {
	s, err := a.Value()
	n.vid = uint16(cli.Atoi(s))
	return err
}

var (
	mdbGroup = mdbKeyword{Words: "=grp", Parse: func(n *mdbEntry, a *cli.Args) error { return a.ValueTo(&n.grp) }}
	mdbPort  = mdbKeyword{Words: "=port", Parse: func(n *mdbEntry, a *cli.Args) error { return a.ValueTo(&n.port) }}
)

// parse reads the words of a command. A word that is no keyword means nothing,
// unless it asks for help.
func (n *mdbEntry) parse(a *cli.Args, words []mdbKeyword, help string) error {
	return cli.ParseWords(n, a, words, func(_ *mdbEntry, a *cli.Args) error {
		if a.Match(help) {
			return cli.Help()
		}
		a.Skip()
		return nil
	})
}

func mdbModify(c *command.Call) error {
	e, a := c.Env, c.Args
	typ, flags := c.Verb.Type, c.Verb.Flags
	n := &mdbEntry{e: e}
	words := mdbWords("=src|=filter_mode|=source_list|=proto|=dst|=dst_port|=vni|=src_vni|=via", mdbGroup, mdbPort,
		mdbKeyword{Words: "=permanent", Parse: func(n *mdbEntry, _ *cli.Args) error { n.state = uapi.MDB_PERMANENT; return nil }},
		mdbKeyword{Words: "=temp", Parse: func(*mdbEntry, *cli.Args) error { return nil }})
	if err := n.parse(a, words, "help"); err != nil {
		return err
	}
	if n.dev == nil || n.grp == nil || n.port == nil {
		return cli.Fail("Device, group address and port name are required arguments.")
	}
	if typ == unix.RTM_DELMDB {
		n.state = 0
	}
	m, err := n.encode(typ, flags)
	if err != nil {
		return err
	}
	return change(e, m)
}

// wholeHelp: only the whole word asks get and flush for help.
const wholeHelp = "=help"

func mdbGet(c *command.Call) error {
	e, a := c.Env, c.Args
	t := cli.State[tool](e)
	n := &mdbEntry{e: e}
	if err := n.parse(a, mdbWords("=src|=src_vni", mdbGroup), wholeHelp); err != nil {
		return err
	}
	if n.dev == nil || n.grp == nil {
		return cli.Fail("Device and group address are required arguments.")
	}
	m, err := n.encode(unix.RTM_GETMDB, 0)
	if err != nil {
		return err
	}
	p := &mdbPrinter{e: e, f: &t.mdb}
	return e.Get(m, func(m rtnl.Message) error {
		e.Pen.Begin()
		return p.entries(m)
	})
}

func mdbFlush(c *command.Call) error {
	e, a := c.Env, c.Args
	n := &mdbEntry{e: e}
	state := func(state uint8) func(*mdbEntry, *cli.Args) error {
		return func(n *mdbEntry, _ *cli.Args) error {
			n.state, n.stateMask, n.hasAttrs = state, uapi.MDB_PERMANENT, true
			return nil
		}
	}
	words := mdbWords("=src_vni|=proto|=dst|=dst_port|=vni", mdbPort,
		mdbKeyword{Words: "=permanent", Parse: state(uapi.MDB_PERMANENT)},
		mdbKeyword{Words: "=nopermanent", Parse: state(0)})
	if err := n.parse(a, words, wholeHelp); err != nil {
		return err
	}
	if n.dev == nil {
		return cli.Fail("Device is a required argument.")
	}
	m, err := n.encode(unix.RTM_DELMDB, unix.NLM_F_BULK)
	if err != nil {
		return err
	}
	return change(e, m)
}

// encode looks the names up, checks the values and makes the request.
func (n *mdbEntry) encode(typ, flags uint16) (*rtnl.Msg, error) {
	r := mdbRecord{State: n.state, Vid: n.vid}
	idx, err := n.e.Index(*n.dev)
	if err != nil {
		return nil, err
	}
	if n.port != nil {
		if r.Ifindex, err = n.e.Index(*n.port); err != nil {
			return nil, err
		}
	}
	if n.grp != nil {
		if err := r.setGroup(*n.grp); err != nil {
			return nil, err
		}
	}
	m := rtnl.New(typ, flags)
	rtnl.Put(m, portMsg{Family: unix.AF_BRIDGE, Ifindex: idx})
	nest := m.Nest(uapi.MDBA_SET_ENTRY)
	rtnl.Put(m, r)
	m.End(nest)
	if !n.hasAttrs {
		return m, nil
	}
	nest = m.Nest(uapi.MDBA_SET_ENTRY_ATTRS | unix.NLA_F_NESTED)
	if err := n.putAttrs(m); err != nil {
		return nil, err
	}
	if n.stateMask != 0 {
		m.U8(uapi.MDBE_ATTR_STATE_MASK, n.stateMask)
	}
	m.End(nest)
	return m, nil
}

func (n *mdbEntry) putAttrs(m *rtnl.Msg) error {
	for _, at := range mdbAttrs() {
		if v := n.attrs[at.attr]; v != nil {
			if err := at.put(n.e, m, at.attr, *v); err != nil {
				return err
			}
		}
	}
	return nil
}

// setGroup reads a group: an IP address or a link-layer one.
func (r *mdbRecord) setGroup(s string) error {
	if addr, ok := host(s); ok {
		copy(r.Addr[:], addr)
		r.Proto = protoOf(unix.ETH_P_IP)
		if len(addr) == 16 {
			r.Proto = protoOf(unix.ETH_P_IPV6)
		}
		return nil
	}
	const maxLen = 6
	mac, ok := cli.ParseLLAddr(s, cli.MaxLLAddr)
	text := fmt.Sprintf("Invalid address \"%s\"\n", s)
	switch {
	case ok && len(mac) == maxLen:
		copy(r.Addr[:], mac)
		return nil
	case !ok || len(mac) > maxLen:
		text = fmt.Sprintf("\"%s\" is invalid lladdr.\n", s) + text
	}
	return &cli.Error{Status: cli.StatusError, Text: text}
}

// host reads an IP address as inet_pton does.
func host(s string) ([]byte, bool) {
	addr, err := netip.ParseAddr(s)
	if err != nil || addr.Zone() != "" {
		return nil, false
	}
	return addr.AsSlice(), true
}

// orInvalid makes an error of a value that put cannot read: "Invalid WHAT".
func orInvalid(what string, put func(*cli.Env, *rtnl.Msg, uint16, string) bool) func(*cli.Env, *rtnl.Msg, uint16, string) error {
	return func(e *cli.Env, m *rtnl.Msg, attr uint16, s string) error {
		if !put(e, m, attr, s) {
			return cli.Fail(`Invalid %s "%s"`, what, s)
		}
		return nil
	}
}

func putHost(_ *cli.Env, m *rtnl.Msg, attr uint16, s string) bool {
	addr, ok := host(s)
	m.Attr(attr, addr)
	return ok
}

func putFilterMode(_ *cli.Env, m *rtnl.Msg, attr uint16, s string) bool {
	switch s {
	case "include":
		m.U8(attr, unix.MCAST_INCLUDE)
	case "exclude":
		m.U8(attr, unix.MCAST_EXCLUDE)
	default:
		return false
	}
	return true
}

// putSources adds addresses with commas between them.
func putSources(e *cli.Env, m *rtnl.Msg, attr uint16, s string) error {
	outer := m.Nest(attr | unix.NLA_F_NESTED)
	for addr := range strings.SplitSeq(s, ",") {
		nest := m.Nest(uapi.MDBE_SRC_LIST_ENTRY | unix.NLA_F_NESTED)
		if !putHost(e, m, uapi.MDBE_SRCATTR_ADDRESS, addr) {
			return cli.Fail(`Invalid source entry "%s" in source list`, addr)
		}
		m.End(nest)
	}
	m.End(outer)
	return nil
}

func putDevice(e *cli.Env, m *rtnl.Msg, attr uint16, s string) error {
	idx, err := e.Index(s)
	m.U32(attr, idx)
	return err
}

func putProto(e *cli.Env, m *rtnl.Msg, attr uint16, s string) bool {
	id, ok := e.Tables.Protocols.Parse(s)
	m.U8(attr, uint8(id))
	return ok
}

func putDstPort(e *cli.Env, m *rtnl.Msg, attr uint16, s string) bool {
	port, ok := parsePort(e, s)
	m.U16(attr, port)
	return ok
}

// putNumber adds a number of 32 bits; what is longer is cut.
func putNumber(_ *cli.Env, m *rtnl.Msg, attr uint16, s string) bool {
	v, rest := cli.Strtoul(s, 0)
	m.U32(attr, uint32(v))
	return rest == "" && v != math.MaxUint
}
