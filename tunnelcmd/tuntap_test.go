package tunnelcmd

import (
	"bytes"
	"io"
	"os"
	"testing"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

func newEnv(out io.Writer, opt cli.Options) *cli.Env {
	e := cli.New(os.Stdin, os.Stdout, os.Stderr, opt)
	e.Pen = show.New(out, show.Options{JSON: opt.JSON})
	return e
}

// tapLink is a tap device that /sys does not know.
func tapLink(kind string, typ uint16) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: 70000, Type: typ})
	m.Str(unix.IFLA_IFNAME, "no-such-tap")
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Str(uapi.IFLA_INFO_KIND, kind)
	data := m.Nest(uapi.IFLA_INFO_DATA)
	m.U8(uapi.IFLA_TUN_TYPE, 2)
	m.U8(uapi.IFLA_TUN_PI, 1)
	m.U8(uapi.IFLA_TUN_VNET_HDR, 1)
	m.U8(uapi.IFLA_TUN_PERSIST, 1)
	m.U32(uapi.IFLA_TUN_OWNER, 5)
	m.End(data)
	m.End(info)
	return rtnl.Message{Type: unix.RTM_NEWLINK, Body: m.Body()}
}

func TestPrintTuntap(t *testing.T) {
	for _, c := range []struct {
		m          rtnl.Message
		text, json string
	}{
		{tapLink("tun", unix.ARPHRD_ETHER), "no-such-tap: tap pi vnet_hdr persist filter user 5\n",
			`[{"ifname":"no-such-tap","flags":["tap","pi","vnet_hdr","persist","filter"],"user":5}]` + "\n"},
		{tapLink("veth", unix.ARPHRD_ETHER), "", "[]\n"},
		{tapLink("tun", unix.ARPHRD_LOOPBACK), "", "[]\n"},
		{rtnl.Message{Body: []byte{0}}, "", "[]\n"},
	} {
		for json, want := range map[bool]string{false: c.text, true: c.json} {
			var b bytes.Buffer
			e := newEnv(&b, cli.Options{JSON: json})
			e.Pen.Begin()
			printTuntap(e, c.m)
			e.Pen.End()
			e.Pen.Flush()
			if b.String() != want {
				t.Errorf("got  %q\nwant %q", &b, want)
			}
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) {
	f.Add(tapLink("tun", unix.ARPHRD_ETHER).Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		e := newEnv(io.Discard, cli.Options{JSON: len(body)&1 != 0})
		e.Pen.Begin()
		printTuntap(e, rtnl.Message{Type: unix.RTM_NEWLINK, Body: body})
		e.Pen.End()
		printStats(e.Pen, body)
	})
}
