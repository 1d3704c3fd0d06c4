package tokencmd

import (
	"bytes"
	"io"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// link is what a dump of IPv6's tells of va, 2; without a token that of a
// kernel that knows none.
func link(flags uint32, token []byte) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Family: unix.AF_INET6, Index: 2, Flags: flags})
	m.Str(unix.IFLA_IFNAME, "va")
	n := m.Nest(unix.IFLA_PROTINFO)
	if token != nil {
		m.Attr(unix.IFLA_INET6_TOKEN, token)
	}
	m.End(n)
	return rtnl.Message{Type: unix.RTM_NEWLINK, Body: m.Body()}
}

func print(out io.Writer, json bool, m rtnl.Message, only uint32) error {
	e := clitest.Env(out, cli.Options{JSON: json})
	e.Links.Remember(link(0, nil))
	e.Pen.Begin()
	err := printToken(e, m, only)
	e.Pen.End()
	e.Pen.Flush()
	return err
}

func TestPrint(t *testing.T) {
	token := append(make([]byte, 15), 7)
	for _, c := range []struct {
		m    rtnl.Message
		only uint32
		json bool
		want string
		err  string
	}{
		{m: link(unix.IFF_UP, token), want: "token ::7 dev va\n"},
		{m: link(unix.IFF_UP, token), only: 2, json: true, want: `[{"token":"::7","ifname":"va"}]` + "\n"},
		{m: link(unix.IFF_UP, token), only: 3},
		{m: link(unix.IFF_LOOPBACK, token)},
		{m: link(unix.IFF_NOARP, token)},
		{m: link(0, nil), err: "Seems there's no support for IPv6 token!"},
		{m: rtnl.Message{Type: unix.RTM_NEWLINK, Body: make([]byte, 3)}, err: errTerminated().Error()},
		{m: rtnl.Message{Type: unix.RTM_DELLINK, Body: link(0, token).Body}, err: errTerminated().Error()},
	} {
		var b bytes.Buffer
		err := print(&b, c.json, c.m, c.only)
		if b.String() != c.want || (err == nil) != (c.err == "" && c.m.Type != unix.RTM_DELLINK && len(c.m.Body) > 3) || err != nil && err.Error() != c.err {
			t.Errorf("got %q, %v; want %q, %q", &b, err, c.want, c.err)
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) {
	f.Add(link(unix.IFF_UP, make([]byte, 16)).Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		_ = print(io.Discard, len(body)&1 != 0, rtnl.Message{Type: unix.RTM_NEWLINK, Body: body}, 0)
	})
}
