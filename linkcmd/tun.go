package linkcmd

import (
	"bufio"
	"strconv"
	"strings"

	"gip/internal/file"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// tun is made by another command ("ip tuntap"); here it only prints.
var tun = kind{
	name: "tun",
	opts: []opt{
		{text: "type", attr: unix.IFLA_TUN_TYPE, codec: &tunType, names: []name{{unix.IFF_TUN, "tun"}, {unix.IFF_TAP, "tap"}}},
		{text: "pi", attr: unix.IFLA_TUN_PI, codec: &onOff},
		{text: "vnet_hdr", attr: unix.IFLA_TUN_VNET_HDR, codec: &onOff},
		{text: "multi_queue", attr: unix.IFLA_TUN_MULTI_QUEUE, codec: &multiQueue, always: true},
		{text: "numqueues", attr: unix.IFLA_TUN_NUM_QUEUES, codec: &queueCount},
		{text: "numdisabled", attr: unix.IFLA_TUN_NUM_DISABLED_QUEUES, codec: &queueCount},
		{text: "persist", attr: unix.IFLA_TUN_PERSIST, codec: &onOff},
		{text: "user", attr: unix.IFLA_TUN_OWNER, codec: &tunUser},
		{text: "group", attr: unix.IFLA_TUN_GROUP, codec: &tunGroup},
	},
}

var tunType = codec{1, "", nil, func(v *view, o *opt, b []byte) {
	v.str(o, nameOr(o.names, uint64(b[0]), "UNKNOWN:"+strconv.Itoa(int(b[0]))))
}}

var multiQueue = codec{0, "", nil, func(v *view, o *opt, b []byte) {
	if rtnl.U8(b) == 0 {
		v.pen.JBool(o.json(), false)
		return
	}
	v.flag(o)
}}

// queueCount prints for a device with several queues.
var queueCount = codec{4, "", nil, func(v *view, o *opt, b []byte) {
	if rtnl.U8(v.tb[unix.IFLA_TUN_MULTI_QUEUE]) != 0 {
		printU32(v, o, b)
	}
}}

// tunUser and tunGroup print the name of an account, or its number.
var (
	tunUser  = codec{4, "", nil, func(v *view, o *opt, b []byte) { v.account(o, "/etc/passwd", rtnl.U32(b)) }}
	tunGroup = codec{4, "", nil, func(v *view, o *opt, b []byte) { v.account(o, "/etc/group", rtnl.U32(b)) }}
)

func (v *view) account(o *opt, path string, id uint32) {
	if s := accountName(path, id); s != "" {
		v.str(o, s)
		return
	}
	v.uint(o, uint64(id))
}

// accountName returns the name of a number in a file such as /etc/passwd,
// whose lines begin "name:password:number:"; "" if it has none.
func accountName(path string, id uint32) string {
	f, err := file.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	number := strconv.FormatUint(uint64(id), 10)
	for s := bufio.NewScanner(f); s.Scan(); {
		if fields := strings.SplitN(s.Text(), ":", 4); len(fields) > 2 && fields[2] == number {
			return fields[0]
		}
	}
	return ""
}
