package tunnelcmd

import (
	"bytes"
	"io"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// tapLink is a tap device that /sys does not know.
func tapLink(kind string, typ uint16) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: 70000, Type: typ})
	m.Str(unix.IFLA_IFNAME, "no-such-tap")
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Str(unix.IFLA_INFO_KIND, kind)
	m.End(info)
	return rtnl.Message{Type: unix.RTM_NEWLINK, Body: m.Body()}
}

func TestPrintTuntap(t *testing.T) {
	tap := tuntap{flags: unix.IFF_TAP | unix.IFF_VNET_HDR | unix.IFF_PERSIST, owner: 5, group: -1}
	const missing = "fopen /sys/class/net/no-such-tap/tun_flags: No such file or directory\n"
	for _, c := range []struct {
		print              func(*cli.Env)
		text, json, stderr string
	}{
		{func(e *cli.Env) { tap.print(e, "tap0") }, "tap0: tap pi vnet_hdr persist filter user 5\n",
			`[{"ifname":"tap0","flags":["tap","pi","vnet_hdr","persist","filter"],"user":5}]` + "\n", ""},
		{func(e *cli.Env) { printTuntap(e, tapLink("tun", unix.ARPHRD_ETHER)) }, "", "[]\n", missing},
		{func(e *cli.Env) { printTuntap(e, tapLink("veth", unix.ARPHRD_ETHER)) }, "", "[]\n", ""},
		{func(e *cli.Env) { printTuntap(e, tapLink("tun", unix.ARPHRD_LOOPBACK)) }, "", "[]\n", ""},
		{func(e *cli.Env) { printTuntap(e, rtnl.Message{Body: []byte{0}}) }, "", "[]\n", ""},
	} {
		for json, want := range map[bool]string{false: c.text, true: c.json} {
			var out, errs bytes.Buffer
			e := clitest.Env(&out, cli.Options{JSON: json})
			e.Stderr = &errs
			e.Pen.Begin()
			c.print(e)
			e.Pen.End()
			e.Pen.Flush()
			if out.String() != want || errs.String() != c.stderr {
				t.Errorf("got  %q, %q\nwant %q, %q", &out, &errs, want, c.stderr)
			}
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) {
	f.Add(tapLink("tun", unix.ARPHRD_ETHER).Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		e := clitest.Env(io.Discard, cli.Options{JSON: len(body)&1 != 0})
		e.Stderr = io.Discard
		e.Pen.Begin()
		printTuntap(e, rtnl.Message{Type: unix.RTM_NEWLINK, Body: body})
		e.Pen.End()
		printStats(e.Pen, body)
	})
}
