package vrfcmd

import (
	"bytes"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

// withRed is an environment with a stand-in for the kernel, which lists nothing, knows a
// link of every name, and of red that it is the VRF of table 17.
func withRed(t *testing.T, out *bytes.Buffer) *cli.Env {
	e := clitest.Env(out, cli.Options{})
	e.Dry = &rtnl.Dry{}
	m := rtnl.New(unix.RTM_NEWLINK, unix.NLM_F_CREATE)
	rtnl.Put(m, unix.IfInfomsg{})
	m.Str(unix.IFLA_IFNAME, "red")
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Str(unix.IFLA_INFO_KIND, kind)
	data := m.Nest(unix.IFLA_INFO_DATA)
	m.U32(unix.IFLA_VRF_TABLE, 17)
	m.End(data)
	m.End(info)
	if err := e.Do(m); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestList(t *testing.T) {
	for _, c := range []struct {
		words     []string
		out, text string
		status    int
	}{
		{nil, "Name              Table\n-----------------------\nNo VRF has been configured\n", "", 0},
		{[]string{"red"}, "red 17\n", "", 0},
		{[]string{"blue"}, "", "Invalid VRF\n", cli.StatusUsage},
		{[]string{"default"}, "default 254\n", "", 0},
		{[]string{"red", "blue"}, "", "", cli.StatusUsage}, // and the help
	} {
		var out, text bytes.Buffer
		e, status := withRed(t, &out), 0
		if err := list(&command.Call{Env: e, Args: cli.NewArgs(c.words), Object: &Object}); err != nil {
			status = cli.Report(&text, err)
		}
		e.Pen.End()
		e.Pen.Flush()
		if out.String() != c.out || text.String() != c.text || status != c.status {
			t.Errorf("%q: got %q, %q, %d", c.words, &out, &text, status)
		}
	}
}

// TestTable holds what other rooms ask about VRFs.
func TestTable(t *testing.T) {
	e := withRed(t, new(bytes.Buffer))
	for name, want := range map[string]uint32{"red": 17, "blue": 0, "default": unix.RT_TABLE_MAIN} {
		if got := vrf.Table(e, name); got != want {
			t.Errorf("table of %s: %d, not %d", name, got, want)
		}
	}
	if vrf.Index(e, "red") == 0 || vrf.Index(e, "blue") != 0 || index(e, "red") != vrf.Index(e, "red") {
		t.Error("red alone is a VRF")
	}
}
