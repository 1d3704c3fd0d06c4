package linkstats

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// IfStatsMsg is struct if_stats_msg of linux/if_link.h, the header of messages
// about statistics.
type IfStatsMsg struct {
	Family     uint8
	_          [3]uint8
	Index      uint32
	FilterMask uint32
}

// StatsBit is the bit of an IFLA_STATS_ attribute in a filter mask.
func StatsBit(attr int) uint32 { return 1 << (attr - 1) }

// A Suite is one set of extended statistics that links of a kind, or the ports
// of such a link, keep.
type Suite struct {
	Name  string
	Attr  uint16 // among those of the kind
	Print func(e *cli.Env, v []byte)
	// Many tells that the attribute comes many times, which is a list in JSON.
	Many bool
}

// Xstats are the extended statistics of a kind.
type Xstats struct {
	Kind   string
	Type   uint16 // LINK_XSTATS_TYPE_
	Suites []Suite
	// Words are those of "ip link xstats", of which each that is Alone chooses a suite,
	// in SlotSuite; the link is in SlotDevice.
	Words field.Table
	Help  string
	// First tells that only the first attribute is looked at.
	First bool
}

// What the words of "ip link xstats" set, by number.
const (
	SlotSuite = iota
	SlotDevice
)

var (
	xstatsVoice = field.Voice{Unknown: func(c *field.Call) error { return cli.InvArg("unknown attribute", c.Typed) }}
	// xstatsHelp ends the process behind the grammar that the call is given.
	xstatsHelp = field.Type{Parse: func(c *field.Call, _ *field.Row) error {
		c.Env.Pen.Text("Usage: ... " + c.For.(string) + "\n")
		return &cli.Error{Ends: true}
	}}
	xstatsDev   = field.Row{Words: "=dev", In: field.Slot, Attr: SlotDevice, Type: &field.Device}
	xstatsUsage = field.Row{Words: "=help", Type: &xstatsHelp}
)

// BridgeXstats and BondXstats are all the kinds that have extended statistics.
var (
	BridgeXstats = Xstats{
		Kind: "bridge", Type: uapi.LINK_XSTATS_TYPE_BRIDGE,
		Suites: []Suite{
			{Name: "stp", Attr: uapi.BRIDGE_XSTATS_STP, Print: printBridgeSTP},
			{Name: "mcast", Attr: uapi.BRIDGE_XSTATS_MCAST, Print: printBridgeMcast},
			{Name: "vlan", Attr: uapi.BRIDGE_XSTATS_VLAN, Print: printBridgeVlan, Many: true},
		},
		Words: field.Table{Voice: &xstatsVoice, Rows: []*field.Row{
			{Words: "=igmp|=mcast", In: field.Slot, Attr: SlotSuite, Type: &field.Word32, Arg: uapi.BRIDGE_XSTATS_MCAST},
			{Words: "=stp", In: field.Slot, Attr: SlotSuite, Type: &field.Word32, Arg: uapi.BRIDGE_XSTATS_STP},
			&xstatsDev, &xstatsUsage,
		}},
		Help: "[ igmp | stp ] [ dev DEVICE ]",
	}
	BondXstats = Xstats{
		Kind: "bond", Type: uapi.LINK_XSTATS_TYPE_BOND,
		Suites: []Suite{{Name: "802.3ad", Attr: bondXstats3AD, Print: printBond3AD}},
		Words: field.Table{Voice: &xstatsVoice, Rows: []*field.Row{
			{Words: "=lacp|=802.3ad", In: field.Slot, Attr: SlotSuite, Type: &field.Word32, Arg: bondXstats3AD},
			&xstatsDev, &xstatsUsage,
		}},
		Help:  "[ 802.3ad ] [ dev DEVICE ]",
		First: true,
	}
)

// Dump asks for the statistics in mask of all links.
func Dump(e *cli.Env, mask uint32, f func(*IfStatsMsg, []byte)) error {
	m := rtnl.Request(unix.RTM_GETSTATS, IfStatsMsg{FilterMask: mask})
	err := e.Dump(m, func(m rtnl.Message) error {
		if msg, attrs := rtnl.View[IfStatsMsg](m.Body); msg != nil {
			f(msg, attrs)
		}
		return nil
	})
	if err != nil {
		return &cli.Error{Status: cli.StatusError, Text: "Dump terminated\n", Err: err}
	}
	return nil
}

// blanks stand where the name of the link stands in the first line.
const blanks = "                "

// A statField is one number of a struct of 64-bit numbers.
type statField struct {
	object string // in JSON, if it is in one of its own
	pre    string
	key    string
	at     int
	post   string
}

// printFields prints a struct of 64-bit numbers.
func printFields(pen *show.Pen, fields []statField, v []byte) {
	object := ""
	for i := range fields {
		f := &fields[i]
		if f.object != object {
			if object != "" {
				pen.CloseObject()
			}
			if object = f.object; object != "" {
				pen.OpenObject(object)
			}
		}
		pen.Uint(f.key, f.pre, statAt(v, f.at), f.post)
	}
	if object != "" {
		pen.CloseObject()
	}
}

func statAt(v []byte, at int) uint64 {
	if len(v) < 8*(at+1) {
		return 0
	}
	return rtnl.U64(v[8*at:])
}

// mcastFields are struct br_mcast_stats of linux/if_bridge.h.
var mcastFields = []statField{
	{"igmp_queries", blanks + "    IGMP queries:\n" + blanks + "      RX: v1 ", "rx_v1", 0, " "},
	{"igmp_queries", "v2 ", "rx_v2", 2, " "},
	{"igmp_queries", "v3 ", "rx_v3", 4, "\n"},
	{"igmp_queries", blanks + "      TX: v1 ", "tx_v1", 1, " "},
	{"igmp_queries", "v2 ", "tx_v2", 3, " "},
	{"igmp_queries", "v3 ", "tx_v3", 5, "\n"},
	{"igmp_reports", blanks + "    IGMP reports:\n" + blanks + "      RX: v1 ", "rx_v1", 8, " "},
	{"igmp_reports", "v2 ", "rx_v2", 10, " "},
	{"igmp_reports", "v3 ", "rx_v3", 12, "\n"},
	{"igmp_reports", blanks + "      TX: v1 ", "tx_v1", 9, " "},
	{"igmp_reports", "v2 ", "tx_v2", 11, " "},
	{"igmp_reports", "v3 ", "tx_v3", 13, "\n"},
	{"igmp_leaves", blanks + "    IGMP leaves: RX: ", "rx", 6, " "},
	{"igmp_leaves", "TX: ", "tx", 7, "\n"},
	{"", blanks + "    IGMP parse errors: ", "igmp_parse_errors", 14, "\n"},
	{"mld_queries", blanks + "    MLD queries:\n" + blanks + "      RX: v1 ", "rx_v1", 15, " "},
	{"mld_queries", "v2 ", "rx_v2", 17, "\n"},
	{"mld_queries", blanks + "      TX: v1 ", "tx_v1", 16, " "},
	{"mld_queries", "v2 ", "tx_v2", 18, "\n"},
	{"mld_reports", blanks + "    MLD reports:\n" + blanks + "      RX: v1 ", "rx_v1", 21, " "},
	{"mld_reports", "v2 ", "rx_v2", 23, "\n"},
	{"mld_reports", blanks + "      TX: v1 ", "tx_v1", 22, " "},
	{"mld_reports", "v2 ", "tx_v2", 24, "\n"},
	{"mld_leaves", blanks + "    MLD leaves: RX: ", "rx", 19, " "},
	{"mld_leaves", "TX: ", "tx", 20, "\n"},
	{"", blanks + "    MLD parse errors: ", "mld_parse_errors", 25, "\n"},
}

// stpFields are struct bridge_stp_xstats.
var stpFields = []statField{
	{"", blanks + "    STP BPDU:  RX: ", "rx_bpdu", 2, " "},
	{"", "TX: ", "tx_bpdu", 3, "\n"},
	{"", blanks + "    STP TCN:   RX: ", "rx_tcn", 4, " "},
	{"", "TX: ", "tx_tcn", 5, "\n"},
	{"", blanks + "    STP Transitions: Blocked: ", "transition_blk", 0, " "},
	{"", "Forwarding: ", "transition_fwd", 1, "\n"},
}

// vlanFields are the counters of struct bridge_vlan_xstats.
var vlanFields = []statField{
	{"", blanks + "    RX: ", "rx_bytes", 0, " bytes"},
	{"", " ", "rx_packets", 1, " packets\n"},
	{"", blanks + "    TX: ", "tx_bytes", 2, " bytes"},
	{"", " ", "tx_packets", 3, " packets\n"},
}

func printBridgeMcast(e *cli.Env, v []byte) {
	e.Pen.OpenObject("multicast")
	printFields(e.Pen, mcastFields, v)
	e.Pen.CloseObject()
}

func printBridgeSTP(e *cli.Env, v []byte) {
	e.Pen.OpenObject("stp")
	printFields(e.Pen, stpFields, v)
	e.Pen.CloseObject()
}

// vlanID is where the number of the VLAN stands behind its counters, and its
// flags behind that.
const vlanID = 32

func printBridgeVlan(e *cli.Env, v []byte) {
	if len(v) < vlanID+4 {
		return
	}
	pen := e.Pen
	pen.Text(blanks + "  ")
	pen.OpenObject("")
	pen.Uint("vid", "", uint64(rtnl.U16(v[vlanID:])), "")
	PrintVlanFlags(pen, rtnl.U16(v[vlanID+2:]))
	pen.NL()
	printFields(pen, vlanFields, v)
	pen.CloseObject()
}

// PrintVlanFlags prints the flags of a VLAN, if it has any at all.
func PrintVlanFlags(pen *show.Pen, flags uint16) {
	if flags == 0 {
		return
	}
	pen.OpenArray("flags")
	if flags&uapi.BRIDGE_VLAN_INFO_PVID != 0 {
		pen.Str("", " ", "PVID", "")
	}
	if flags&uapi.BRIDGE_VLAN_INFO_UNTAGGED != 0 {
		pen.Str("", " ", "Egress Untagged", "")
	}
	pen.CloseArray()
}

// bondXstats3AD is BOND_XSTATS_3AD of linux/if_bonding.h.
const bondXstats3AD = 1

// bond3AD are the statistics of LACP in the order of their attributes
// (BOND_3AD_STAT_), from 0 on.
var bond3AD = [...]struct{ key, text string }{
	{"lacpdu_rx", "LACPDU Rx "},
	{"lacpdu_tx", "LACPDU Tx "},
	{"lacpdu_unknown_rx", "LACPDU Unknown type Rx "},
	{"lacpdu_illegal_rx", "LACPDU Illegal Rx "},
	{"marker_rx", "Marker Rx "},
	{"marker_tx", "Marker Tx "},
	{"marker_response_rx", "Marker response Rx "},
	{"marker_response_tx", "Marker response Tx "},
	{"marker_unknown_rx", "Marker unknown type Rx "},
}

func printBond3AD(e *cli.Env, v []byte) {
	var tb [len(bond3AD)][]byte
	rtnl.Index(tb[:], v)
	e.Pen.OpenObject("802.3ad")
	for i, s := range bond3AD {
		if tb[i] != nil {
			e.Pen.Text(blanks + "    ")
			e.Pen.Uint(s.key, s.text, rtnl.U64(tb[i]), "\n")
		}
	}
	e.Pen.CloseObject()
}
