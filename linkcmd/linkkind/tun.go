package linkkind

import (
	"strconv"

	"gip/internal/field"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// tun is made by another command ("ip tuntap"); here it only prints.
var tun = kind.Kind{Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
	{Label: "type", Attr: unix.IFLA_TUN_TYPE, Type: &tunType, Names: &word.Names{{unix.IFF_TUN, "tun"}, {unix.IFF_TAP, "tap"}}},
	{Label: "pi", Attr: unix.IFLA_TUN_PI, Type: &field.OnOff},
	{Label: "vnet_hdr", Attr: unix.IFLA_TUN_VNET_HDR, Type: &field.OnOff},
	{Label: "multi_queue", Attr: unix.IFLA_TUN_MULTI_QUEUE, Type: &multiQueue, Flags: field.Always},
	{Label: "numqueues", Attr: unix.IFLA_TUN_NUM_QUEUES, Type: &queueCount},
	{Label: "numdisabled", Attr: unix.IFLA_TUN_NUM_DISABLED_QUEUES, Type: &queueCount},
	{Label: "persist", Attr: unix.IFLA_TUN_PERSIST, Type: &field.OnOff},
	{Label: "user", Attr: unix.IFLA_TUN_OWNER, Type: &tunUser},
	{Label: "group", Attr: unix.IFLA_TUN_GROUP, Type: &tunGroup},
}}}

var tunType = field.Type{Size: 1, Print: func(v *field.View, r *field.Row, b []byte) {
	name := r.Names.Of(uint64(b[0]))
	if name == "" {
		name = "UNKNOWN:" + strconv.Itoa(int(b[0]))
	}
	v.Str(r, []byte(name))
}}

var multiQueue = field.Type{Print: func(v *field.View, r *field.Row, b []byte) {
	if rtnl.U8(b) == 0 {
		v.Pen.JBool(r.JSON(), false)
		return
	}
	v.Flag(r)
}}

// queueCount prints for a device with several queues.
var queueCount = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) {
	if rtnl.U8(v.Get(0, unix.IFLA_TUN_MULTI_QUEUE)) != 0 {
		v.Number(r, uint64(rtnl.U32(b)))
	}
}}

// tunUser and tunGroup print the name of an account, or its number.
var (
	tunUser  = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) { printAccount(v, r, "/etc/passwd", rtnl.U32(b)) }}
	tunGroup = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) { printAccount(v, r, "/etc/group", rtnl.U32(b)) }}
)

func printAccount(v *field.View, r *field.Row, path string, id uint32) {
	if s := file.AccountName(path, strconv.FormatUint(uint64(id), 10)); s != "" {
		v.Str(r, []byte(s))
		return
	}
	v.Number(r, uint64(id))
}
