package nexthopcmd

import (
	"gip/internal/cli"
	"gip/internal/encap"
	"gip/internal/fib"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"gip/internal/vrf"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

var voice = field.Voice{Bad: "\"{word}\" value is invalid\n", Wrong: cli.InvArg, Unknown: unknown}

func unknown(c *field.Call) error { return cli.InvArg("", c.Typed) }

// objects has what a nexthop object has, in the order in which it prints.
var objects = field.Table{Name: "nexthop", Voice: &voice, Size: unix.SizeofNhmsg, Usage: usage, Rows: []*field.Row{
	{Words: "=id", Attr: unix.NHA_ID, Type: &field.U32, Bad: badID, Flags: field.Always},
	{Words: "=group", Attr: unix.NHA_GROUP, Type: &group},
	{Words: "=type", Attr: unix.NHA_GROUP_TYPE, Type: &groupType, Names: &groupTypes},
	{Attr: uapi.NHA_RES_GROUP, Type: &resilience},
	{Words: "=encap", Attr: unix.NHA_ENCAP, Type: &encapsulation},
	{Words: "=via", Attr: unix.NHA_GATEWAY, Type: &gateway},
	{Words: "=dev", Attr: unix.NHA_OIF, Type: &field.Link, Bad: badDevice},
	{Label: "scope", In: field.Head, At: 1, Type: &field.Scope, Flags: field.ZeroToo},
	{Words: "=blackhole", Attr: unix.NHA_BLACKHOLE, Type: &field.NullMark},
	{Words: "protocol", Label: "proto", Key: "protocol", In: field.Head, At: 2, Type: &field.Protocol, Flags: field.ZeroToo},
	&flags,
	{Words: "=fdb", Attr: uapi.NHA_FDB, Type: &field.NullMark},
	{Words: "=dst_port", Attr: nhaDstPort, Type: &field.Be16},
	{Words: "=hw_stats", Attr: uapi.NHA_HW_STATS_ENABLE, Type: &hwStats},
	{Attr: uapi.NHA_GROUP_STATS, Type: &groupStats, Flags: field.Stats},
	{Words: "=help", Type: &field.Help},
}}

// resilient has the parameters of a resilient group; times are in ticks of 10 ms.
var resilient = field.Table{Voice: &voice, Ends: true, Rows: []*field.Row{
	{Words: "=buckets", Attr: uapi.NHA_RES_GROUP_BUCKETS, Type: &field.U16, Bad: "invalid buckets value", Flags: field.Always},
	{Words: "=idle_timer", Attr: uapi.NHA_RES_GROUP_IDLE_TIMER, Type: &ticks, Bad: "invalid idle timer value", Flags: field.Always},
	{Words: "=unbalanced_timer", Attr: uapi.NHA_RES_GROUP_UNBALANCED_TIMER, Type: &ticks, Bad: "invalid unbalanced timer value", Flags: field.Always},
	{Label: "unbalanced_time", Attr: uapi.NHA_RES_GROUP_UNBALANCED_TIME, Type: &ticks, Flags: field.Always},
}}

// buckets shows a bucket of a resilient group, bucket what that holds.
var (
	buckets = field.Table{Rows: []*field.Row{
		{Label: "id", Attr: unix.NHA_ID, Type: &field.U32},
		{Attr: uapi.NHA_RES_BUCKET, Type: &field.Type{Print: func(v *field.View, _ *field.Row, b []byte) { v.Object("bucket", &bucket, b) }}},
		&flags,
	}}
	bucket = field.Table{Rows: []*field.Row{
		{Label: "index", Attr: uapi.NHA_RES_BUCKET_INDEX, Type: &field.U16},
		{Label: "idle_time", Attr: uapi.NHA_RES_BUCKET_IDLE_TIME, Type: &ticks},
		{Label: "nhid", Attr: uapi.NHA_RES_BUCKET_NH_ID, Type: &field.U32},
	}}
)

// What list and flush ask for; all but the protocol is sifted by the kernel.
var selector = field.Table{Voice: &voice, Size: unix.SizeofNhmsg, Usage: usage, Send: sent, Rows: []*field.Row{
	&byDev,
	{Words: "groups", Attr: unix.NHA_GROUPS, Type: &field.Mark},
	&byMaster, &byVRF,
	{Words: "=id", In: field.Slot, Attr: unix.NHA_ID, Type: &onlyID, Bad: badID},
	{Words: "protocol", In: field.Slot, Attr: slotProtocol, Type: &field.U32, Bad: "invalid protocol value"},
	{Words: "fdb", Attr: uapi.NHA_FDB, Type: &field.Mark},
	{Words: "help", Type: &field.Help},
}}

// What "bucket list" and "bucket get" ask for.
var (
	bucketSelector = field.Table{Voice: &voice, Size: unix.SizeofNhmsg, Usage: usage, Send: sent, Rows: []*field.Row{
		&byDev, &byMaster, &byVRF, &byID,
		{Words: "=nhid", In: nestBucket, Attr: uapi.NHA_RES_BUCKET_NH_ID, Type: &field.U32, Bad: badID, Flags: field.OmitZero},
		{Words: "help", Type: &field.Help},
	}}
	oneBucket = field.Table{Voice: &helpful, Size: unix.SizeofNhmsg, Usage: usage, Send: sent, Rows: []*field.Row{
		&byID,
		{Words: "=index", In: nestBucket, Attr: uapi.NHA_RES_BUCKET_INDEX, Type: &field.U16, Bad: "invalid bucket index value", Flags: field.Required},
	}, Finish: needsID}
	oneObject = field.Table{Voice: &helpful, Usage: usage, Rows: []*field.Row{&byID}, Finish: needsID}
)

// helpful is the voice of get: whatever is wrong but a value, it shows the usage.
var helpful = field.Voice{Wrong: cli.InvArg, Missing: func(string) error { return cli.Help() }, Unknown: field.ShowUsage}

func needsID(c *field.Call) error {
	if c.Number(&byID) == 0 {
		return field.ShowUsage(c)
	}
	return nil
}

var (
	byID     = field.Row{Words: "=id", Attr: unix.NHA_ID, Type: &field.U32, Bad: badID, Flags: field.OmitZero}
	byDev    = field.Row{Words: "dev", Attr: unix.NHA_OIF, Type: &field.Link, Bad: badDevice}
	byMaster = field.Row{Words: "master", Attr: unix.NHA_MASTER, Type: &field.Link, Bad: badDevice}
	byVRF    = field.Row{Words: "vrf", Attr: unix.NHA_MASTER, Type: &field.Type{Size: 4, Scan: vrf.Scan}, Bad: "Invalid VRF\n"}
	flags    = field.Row{Words: "=onlink", In: field.Head, At: 4, Arg: unix.RTNH_F_ONLINK, Type: &headFlags}

	sent = []uint16{unix.NHA_OIF, unix.NHA_GROUPS, unix.NHA_MASTER, uapi.NHA_FDB, unix.NHA_ID}
)

const (
	badID     = "invalid id value"
	badDevice = "Device does not exist\n"

	slotProtocol = 0
	nestBucket   = uapi.NHA_RES_BUCKET | unix.NLA_F_NESTED
)

var (
	group     = field.Type{Read: parseGroup, Print: printGroup, Write: writeGroup}
	groupType = field.Type{Size: 2, Form: field.NonZero, Other: "<unknown type>", Read: parseGroupType, Write: writeGroupType}
	// groupTypes are all that can be chosen; the first is not shown.
	groupTypes    = word.Names{{uapi.NEXTHOP_GRP_TYPE_MPATH, "mpath"}, {uapi.NEXTHOP_GRP_TYPE_RES, "resilient"}}
	resilience    = field.Type{Print: func(v *field.View, _ *field.Row, b []byte) { v.Object("resilient_args", &resilient, b) }}
	encapsulation = field.Type{Parse: parseEncap, Print: func(v *field.View, _ *field.Row, b []byte) { encap.Print(v.Env, v.Get(0, unix.NHA_ENCAP_TYPE), b) },
		Write: func(v *field.View, _ *field.Row, line, b []byte) []byte {
			return encap.Words(v.Env, v.Get(0, unix.NHA_ENCAP_TYPE), b, line)
		}}
	gateway = field.Type{Size: 1, Read: parseVia, Print: func(v *field.View, _ *field.Row, b []byte) { fib.PrintGateway(v.Env, v.Head[0], b) },
		Write: func(v *field.View, r *field.Row, line, b []byte) []byte {
			return cli.AppendAddr(append(field.AppendWord(line, r.Word()), ' '), v.Head[0], b)
		}}
	headFlags  = field.Type{Size: 4, Form: field.Alone | field.Bits, Print: func(v *field.View, _ *field.Row, b []byte) { fib.PrintFlags(v.Pen, rtnl.U32(b)) }}
	hwStats    = field.Type{Size: 4, Scan: scanHWStats, Print: printHWStats, Write: writeHWStats}
	groupStats = field.Type{Print: printStats}
	ticks      = field.Type{Size: 4, Scan: scanTicks, Print: printTicks, Write: writeTicks}
	// onlyID ends the words: one nexthop has no filter.
	onlyID = field.Type{Size: 4, Scan: scanOnlyID}
)
