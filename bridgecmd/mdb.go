package bridgecmd

import (
	"fmt"
	"math"
	"net/netip"
	"strings"

	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

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

// mdbVoice is how the words of an entry complain. Those without a row mean nothing.
var mdbVoice = field.Voice{Unknown: field.Skip, Wrong: func(what, value string) error {
	return cli.Fail(`Invalid %s "%s"`, what, value)
}}

// What a command says of entries is looked up and checked when all words are read: in
// the order of the rows, in which attributes are sent as well. The entry itself is
// struct br_mdb_entry.
var (
	mdbWords = field.Table{Voice: &mdbVoice, Size: sizeofDeviceMsg, Send: mdbSend, Rows: []*field.Row{
		&mdbDev, &mdbPort, &mdbGroup, &mdbVid, &mdbState,
		{Words: "=temp", Type: &field.Type{Parse: func(*field.Call, *field.Row) error { return nil }}},
		&mdbSource,
		{Words: "=filter_mode", In: mdbAttrs, Attr: uapi.MDBE_ATTR_GROUP_MODE, Type: &field.U8, Names: &groupModes, Bad: "filter mode", Flags: field.Late},
		{Words: "=source_list", Type: &field.Type{Read: parseSources}, Flags: field.Late},
		&mdbProto, &mdbDst, &mdbDstPort, &mdbVNI, &mdbSrcVNI,
		{Words: "=via", In: mdbAttrs, Attr: uapi.MDBE_ATTR_IFINDEX, Type: &field.Device, Flags: field.Late},
		{Words: "help", Type: &field.Help},
	}, Finish: func(c *field.Call) error {
		return needs(c, "Device, group address and port name are required arguments.", &mdbDev, &mdbGroup, &mdbPort)
	}}
	mdbGetWords = field.Table{Voice: &mdbVoice, Size: sizeofDeviceMsg, Send: mdbSend, Rows: []*field.Row{
		&mdbDev, &mdbGroup, &mdbVid, &mdbSource, &mdbSrcVNI, {Words: "=help", Type: &field.Help},
	}, Finish: func(c *field.Call) error {
		return needs(c, "Device and group address are required arguments.", &mdbDev, &mdbGroup)
	}}
	mdbFlushWords = field.Table{Voice: &mdbVoice, Size: sizeofDeviceMsg, Send: mdbSend, Rows: []*field.Row{
		&mdbDev, &mdbPort, &mdbVid,
		{Words: "=permanent|=nopermanent", Attr: uapi.MDBA_SET_ENTRY, At: 4, Type: &field.Type{Size: 1, Struct: sizeofRecord, Form: field.Toggle}},
		&mdbProto, &mdbDst, &mdbDstPort, &mdbVNI, &mdbSrcVNI, {Words: "=help", Type: &field.Help},
	}, Finish: func(c *field.Call) error {
		return needs(c, "Device is a required argument.", &mdbDev)
	}}

	mdbDev   = field.Row{Words: "=dev", In: field.Head, At: 4, Type: &field.Device, Flags: field.Late}
	mdbPort  = field.Row{Words: "=port", Attr: uapi.MDBA_SET_ENTRY, Type: &field.Type{Size: 4, Struct: sizeofRecord, Scan: field.ScanDevice}, Flags: field.Late}
	mdbState = field.Row{Words: "=permanent", Attr: uapi.MDBA_SET_ENTRY, At: 4, Arg: uapi.MDB_PERMANENT, Type: &field.Type{Size: 1, Struct: sizeofRecord, Form: field.Alone}}
	mdbVid   = field.Row{Words: "=vid", Attr: uapi.MDBA_SET_ENTRY, At: 6, Type: &field.Type{Size: 2, Struct: sizeofRecord, Scan: common.ScanAtoi}}
	mdbGroup = field.Row{Words: "=grp", Attr: uapi.MDBA_SET_ENTRY, At: 8, Type: &field.Type{Struct: sizeofRecord, Read: parseGroup}, Flags: field.Late}

	mdbSource  = field.Row{Words: "=src", In: mdbAttrs, Attr: uapi.MDBE_ATTR_SOURCE, Type: &hostAddr, Bad: "source address", Flags: field.Late}
	mdbProto   = field.Row{Words: "=proto", In: mdbAttrs, Attr: uapi.MDBE_ATTR_RTPROT, Type: &field.Protocol, Bad: "protocol value", Flags: field.Late}
	mdbDst     = field.Row{Words: "=dst", In: mdbAttrs, Attr: uapi.MDBE_ATTR_DST, Type: &hostAddr, Bad: "underlay destination address", Flags: field.Late}
	mdbDstPort = field.Row{Words: "=dst_port", In: mdbAttrs, Attr: uapi.MDBE_ATTR_DST_PORT, Type: &field.Type{Size: 2, Scan: scanPort}, Bad: "destination port", Flags: field.Late}
	mdbVNI     = field.Row{Words: "=vni", In: mdbAttrs, Attr: uapi.MDBE_ATTR_VNI, Type: &cut32, Bad: "destination VNI", Flags: field.Late}
	mdbSrcVNI  = field.Row{Words: "=src_vni", In: mdbAttrs, Attr: uapi.MDBE_ATTR_SRC_VNI, Type: &cut32, Bad: "source VNI", Flags: field.Late}

	mdbSend = []uint16{uapi.MDBA_SET_ENTRY}

	hostAddr = field.Type{Read: parseHost}
	// cut32 is a number of 32 bits; what is longer is cut.
	cut32 = field.Type{Size: 4, Scan: scanCut}
)

var groupModes = word.Names{{unix.MCAST_INCLUDE, "include"}, {unix.MCAST_EXCLUDE, "exclude"}}

// mdbAttrs is the nest of the attributes of an entry.
const mdbAttrs = uapi.MDBA_SET_ENTRY_ATTRS | unix.NLA_F_NESTED

// Sizes of the structs.
const (
	sizeofDeviceMsg = 8
	sizeofRecord    = 28
)

// needs complains if not all of the rows were given.
func needs(c *field.Call, complaint string, rows ...*field.Row) error {
	for _, r := range rows {
		if !c.Given(r) {
			return cli.Fail("%s", complaint)
		}
	}
	return nil
}

// readMdb reads the words of an entry, whose struct is there whatever they say.
func readMdb(c *command.Call, t *field.Table) (*field.Call, error) {
	x := field.NewCall(c.Env, c.Args, t)
	x.Get(field.Head, 0)[0] = unix.AF_BRIDGE
	x.Put(0, uapi.MDBA_SET_ENTRY, make([]byte, sizeofRecord))
	return x, x.Read()
}

func mdbModify(c *command.Call) error {
	x, err := readMdb(c, &mdbWords)
	if err != nil {
		return err
	}
	if c.Verb.Type == unix.RTM_DELMDB {
		x.Set(&mdbState, 0)
	}
	m := rtnl.New(c.Verb.Type, c.Verb.Flags)
	x.Encode(m, x.Table)
	return common.Change(c.Env, m)
}

func mdbGet(c *command.Call) error {
	e := c.Env
	x, err := readMdb(c, &mdbGetWords)
	if err != nil {
		return err
	}
	m := rtnl.New(unix.RTM_GETMDB, 0)
	x.Encode(m, x.Table)
	p := &mdbPrinter{e: e, f: &cli.State[common.Tool](e).Mdb}
	return e.Get(m, func(m rtnl.Message) error {
		e.Pen.Begin()
		return p.entries(m)
	})
}

func mdbFlush(c *command.Call) error {
	x, err := readMdb(c, &mdbFlushWords)
	if err != nil {
		return err
	}
	if x.Given(&mdbState) {
		x.PutUint(mdbAttrs, uapi.MDBE_ATTR_STATE_MASK, 1, uapi.MDB_PERMANENT, false)
	}
	m := rtnl.New(unix.RTM_DELMDB, unix.NLM_F_BULK)
	x.Encode(m, x.Table)
	return common.Change(c.Env, m)
}

func parseGroup(c *field.Call, r *field.Row, s string) error {
	entry, _ := rtnl.View[mdbRecord](c.Get(r.In, r.Attr))
	return entry.setGroup(s)
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

func parseHost(c *field.Call, r *field.Row, s string) error {
	addr, ok := host(s)
	if !ok {
		return c.Wrong(r, s)
	}
	c.Put(r.In, r.Attr, addr)
	return nil
}

// parseSources takes addresses with commas between them.
func parseSources(c *field.Call, r *field.Row, s string) error {
	list := rtnl.New(0, 0)
	mark := list.Mark()
	for source := range strings.SplitSeq(s, ",") {
		addr, ok := host(source)
		if !ok {
			return cli.Fail(`Invalid source entry "%s" in source list`, source)
		}
		nest := list.Nest(uapi.MDBE_SRC_LIST_ENTRY | unix.NLA_F_NESTED)
		list.Attr(uapi.MDBE_SRCATTR_ADDRESS, addr)
		list.End(nest)
	}
	c.Put(mdbAttrs, uapi.MDBE_ATTR_SRC_LIST|unix.NLA_F_NESTED, list.Since(mark))
	return nil
}

func scanCut(c *field.Call, r *field.Row, s string) (uint64, error) {
	v, rest := cli.Strtoul(s, 0)
	if rest != "" || v == math.MaxUint {
		return 0, c.Wrong(r, s)
	}
	return v, nil
}
