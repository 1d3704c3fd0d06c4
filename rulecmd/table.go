package rulecmd

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var voice = field.Voice{Bad: "\"{word}\" value is invalid\n", Wrong: cli.InvArg}

// rules has what a rule has, in the order in which it prints. Some selectors, which
// are younger, stand behind the action.
var rules = field.Table{Name: "rule", Voice: &voice, Size: headerSize, Finish: finish, Before: true, Rows: []*field.Row{
	&preference, &not,
	{Words: "=from", Key: "src", Attr: unix.FRA_SRC, Arg: srcLen, Type: &prefix, Flags: field.Always},
	{Words: "=to", Key: "dst", Attr: unix.FRA_DST, Arg: dstLen, Type: &prefix, Flags: field.Always},
	{Words: "=tos|dsfield", In: field.Head, At: 3, Type: &field.DSField, Bad: badTOS},
	&fwmark, &iif, &oif, &l3mdev, &uids, &ipproto, &sport, &dport, &tunID,
	{Words: "table|=lookup", Label: "lookup", Key: "table", In: field.Slot, Attr: unix.FRA_TABLE, Type: &routeTable, Bad: "invalid table ID\n", Flags: field.Always},
	{Words: "suppress_prefixlength|=sup_pl", Key: "suppress_prefixlen", Attr: unix.FRA_SUPPRESS_PREFIXLEN, Type: &suppressLength, Bad: "suppress_prefixlength value is invalid\n"},
	{Words: "suppress_ifgroup|=sup_group", Attr: unix.FRA_SUPPRESS_IFGROUP, Type: &suppressGroup, Bad: "Invalid \"suppress_ifgroup\" value\n"},
	{Words: "realms", Attr: unix.FRA_FLOW, Type: &realms, Bad: "invalid realms\n"},
	{In: field.Head, At: 7, Type: &action, Flags: field.Bare | field.Said},
	{Words: "=nat|map-to", Attr: unix.RTA_GATEWAY, Type: &nat, Flags: field.Quiet},
	{Words: "protocol", Label: "proto", Key: "protocol", Attr: unix.FRA_PROTOCOL, Type: &protocol},
	&dscp, &flowlabel,
}}

// selectors are the words of list and flush, in the order in which abbreviations are
// tried. Whoever made a rule is looked at by flush only.
var selectors = field.Table{Voice: &voice, Size: headerSize, Rows: []*field.Row{
	&preference, &not, &selectTOS, &fwmark, &iif, &oif, &l3mdev, &uids, &tunID, &selectTable,
	{Words: "from|src", Attr: unix.FRA_SRC, Type: &selectPrefix},
	{Words: "protocol", In: field.Slot, Attr: unix.FRA_PROTOCOL, Type: &selectProtocol, Bad: "invalid \"protocol\"\n"},
	&ipproto, &sport, &dport, &selectDSCP, &flowlabel,
	{Words: "dst|to", Attr: unix.FRA_DST, Type: &selectPrefix, Flags: field.Bare},
}}

// Rows of both. Arg is the attribute of the mask, or the flag of a device that is
// gone.
var (
	preference = field.Row{Words: "preference|order|priority", Key: "priority", Attr: unix.FRA_PRIORITY, Type: &order, Bad: "preference value is invalid\n", Flags: field.Always}
	not        = field.Row{Words: "=not", In: field.Head, At: 8, Arg: unix.FIB_RULE_INVERT, Type: &inverted}
	fwmark     = field.Row{Words: "=fwmark", Attr: unix.FRA_FWMARK, Arg: unix.FRA_FWMASK, Type: &mark, Flags: field.Always}
	iif        = field.Row{Words: "=dev|=iif", Label: "iif", Attr: uapi.FRA_IFNAME, Arg: unix.FIB_RULE_IIF_DETACHED, Type: &device, Bad: "\"iif\"/\"dev\" not a valid ifname"}
	oif        = field.Row{Words: "=oif", Attr: unix.FRA_OIFNAME, Arg: unix.FIB_RULE_OIF_DETACHED, Type: &device, Bad: "\"oif\" not a valid ifname"}
	l3mdev     = field.Row{Words: "=l3mdev", Label: "lookup [l3mdev-table]", Key: "l3mdev", Attr: unix.FRA_L3MDEV, Arg: 1, Type: &field.Type{Size: 1, Form: field.Alone | field.NonZero | field.Null}}
	uids       = field.Row{Words: "=uidrange", Attr: unix.FRA_UID_RANGE, Type: &uidRange, Bad: "invalid UID range\n"}
	ipproto    = field.Row{Words: "=ipproto", Attr: unix.FRA_IP_PROTO, Type: &field.IPProto, Bad: "Invalid \"ipproto\" value\n"}
	sport      = field.Row{Words: "=sport", Attr: unix.FRA_SPORT_RANGE, Arg: uapi.FRA_SPORT_MASK, Type: &ports}
	dport      = field.Row{Words: "=dport", Attr: unix.FRA_DPORT_RANGE, Arg: uapi.FRA_DPORT_MASK, Type: &ports}
	tunID      = field.Row{Words: "tun_id", Attr: unix.FRA_TUN_ID, Type: &field.Be64}
	dscp       = field.Row{Words: "=dscp", Attr: uapi.FRA_DSCP, Arg: uapi.FRA_DSCP_MASK, Type: &codePoint}
	flowlabel  = field.Row{Words: "=flowlabel", Attr: uapi.FRA_FLOWLABEL, Arg: uapi.FRA_FLOWLABEL_MASK, Type: &flowLabel}

	selectTOS   = field.Row{Words: "=tos|=dsfield", In: field.Head, At: 3, Type: &field.DSField, Bad: badTOS}
	selectDSCP  = field.Row{Words: "=dscp", Attr: uapi.FRA_DSCP, Arg: uapi.FRA_DSCP_MASK, Type: &wideCodePoint}
	selectTable = field.Row{Words: "lookup|table", Attr: unix.FRA_TABLE, Type: &field.RouteTable, Bad: "table id value is invalid\n"}
)

const badTOS = "TOS value is invalid\n"

var (
	order          = field.Type{Size: 4, Print: printPreference, Write: writeOrder}
	inverted       = field.Type{Size: 4, Form: field.Alone | field.Bits, Print: printNot}
	prefix         = field.Type{Read: parsePrefix, Print: printPrefix, Write: writePrefix}
	mark           = field.Type{Size: 4, Parse: parseMark, Print: printMark, Write: writeMark}
	device         = field.Type{Read: parseDevice, Print: printDevice, Write: writeDevice}
	uidRange       = field.Type{Size: 8, Read: parseUIDs, Print: printUIDs, Write: writeUIDs}
	ports          = field.Type{Size: 4, Read: parsePorts, Print: printPorts, Write: writePorts}
	routeTable     = field.Type{Size: 4, Read: field.ParseHeadTable, Print: printTable, Write: writeTable}
	suppressLength = field.Type{Size: 4, Scan: scanPositive, Print: printSuppressor, Write: writeSuppressor}
	suppressGroup  = field.Type{Size: 4, Named: groups, Print: printSuppressor, Write: writeSuppressor}
	realms         = field.Type{Size: 4, Scan: field.ScanRealms, Print: printRealms, Write: writeRealms}
	action         = field.Type{Size: 1, Parse: parseAction, Print: printAction, Write: writeAction}
	nat            = field.Type{Read: parseNAT}
	protocol       = field.Type{Size: 1, Named: field.Protocols, Print: printProtocol}
	codePoint      = field.Type{Size: 1, Parse: parseDSCP, Print: printDSCP, Write: writeDSCP}
	wideCodePoint  = field.Type{Size: 4, Parse: parseDSCP} // what does not fit is no rule's
	flowLabel      = field.Type{Size: 4, Form: field.Big, Parse: parseFlowLabel, Print: printFlowLabel, Write: writeFlowLabel}
	selectPrefix   = field.Type{Parse: parseSelectPrefix}
	selectProtocol = field.Type{Size: 1, Parse: parseSelectProtocol}
)

func groups(t *names.Tables) *names.Table { return t.Groups }
