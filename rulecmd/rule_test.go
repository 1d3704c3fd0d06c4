package rulecmd

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/field"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// build returns the message that "ip rule add WORDS" would send.
func build(t *testing.T, line string) rtnl.Message {
	t.Helper()
	e := clitest.Env(io.Discard, cli.Options{})
	c := field.NewCall(e, cli.NewArgs(strings.Fields(line)), &rules).Into(rtnl.New(unix.RTM_NEWRULE, 0))
	head(c).Family, head(c).Action = unix.AF_INET, unix.FR_ACT_TO_TBL
	if err := c.Read(); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return rtnl.Message{Type: unix.RTM_NEWRULE, Body: c.Msg.Body()}
}

func TestPrint(t *testing.T) {
	for _, c := range []struct{ words, text, json string }{
		{"table 5", "0:\tfrom all lookup 5\n", `{"priority":0,"src":"all","table":"5"}`},
		{
			"not from 10.0.0.0/8 to 10.1.2.3 pref 7 fwmark 1/0xff iif lo table 1000",
			"7:\tnot from 10.0.0.0/8 to 10.1.2.3 fwmark 0x1/0xff iif lo lookup 1000\n",
			`{"priority":7,"not":null,"src":"10.0.0.0","srclen":8,"dst":"10.1.2.3","fwmark":"0x1","fwmask":"0xff","iif":"lo","table":"1000"}`,
		},
		{
			"sport 16/255 dport 5-6 uidrange 1-2 table 5", "0:\tfrom all uidrange 1-2 sport 0x10/0xff dport 5-6 lookup 5\n",
			`{"priority":0,"src":"all","uid_start":1,"uid_end":2,"sport":16,"sport_mask":"0xff","dport_start":5,"dport_end":6,"table":"5"}`,
		},
		{"goto 9", "0:\tfrom all goto 9\n", `{"priority":0,"src":"all","goto":9}`},
		{"bl", "0:\tfrom all blackhole\n", `{"priority":0,"src":"all","action":"blackhole"}`},
		{
			"table 5 realms 3/4 dscp 5/7 protocol bgp", "0:\tfrom all lookup 5 realms 3/4 proto bgp dscp 0x5/0x7\n",
			`{"priority":0,"src":"all","table":"5","flow_from":"3","flow_to":"4","protocol":"bgp","dscp":"5","dscp_mask":"0x7"}`,
		},
	} {
		m := build(t, c.words)
		for _, json := range []bool{false, true} {
			var b bytes.Buffer
			e := clitest.Env(&b, cli.Options{JSON: json})
			e.Pen.Begin()
			Print(e, m)
			e.Pen.End()
			e.Pen.Flush()
			want := c.text
			if json {
				want = "[" + c.json + "]\n"
			}
			if got := b.String(); got != want {
				t.Errorf("%s:\ngot  %q\nwant %q", c.words, got, want)
			}
		}
	}
}

func TestFilter(t *testing.T) {
	const words = "from 10.0.0.0/8 pref 7 fwmark 1/0xff iif lo sport 5 dscp 9 tun_id 77 ipproto 6 table 1000"
	v := view(clitest.Env(io.Discard, cli.Options{}), build(t, words))
	for filter, want := range map[string]bool{
		"": true, "from 10.0.0.0/8": true, "from 10.0.0.0/7": true, "from 10.0.0.0/9": false, "from 11.0.0.0/8": false,
		"pref 7": true, "pref 8": false, "fwmark 1": true, "fwmark 2": false, "fwmark 1/0xf": false, "fwmark 0": true,
		"iif lo": true, "iif va": false, "oif lo": false, "sport 5": true, "sport 5/0xf": false, "sport 5-6": false,
		"dscp 9": true, "dscp 9/1": false, "tun_id 77": true, "tun_id 7": false, "ipproto 6": true, "ipproto 17": false,
		"table 1000": true, "table 5": false, "table 1000 pref 8": false, "not": false, "l3mdev": false, "10.0.0.0/8": false,
	} {
		f, err := parseSelection(clitest.Env(io.Discard, cli.Options{}), cli.NewArgs(strings.Fields(filter)))
		if err != nil {
			t.Errorf("%s: %v", filter, err)
		} else if got := f.match(v); got != want {
			t.Errorf("%q: got %v", filter, got)
		}
	}
}

func TestUIDs(t *testing.T) {
	uids := func(s string) (string, error) {
		c := field.NewCall(clitest.Env(io.Discard, cli.Options{}), cli.NewArgs([]string{"uidrange", s}), &selectors)
		err := c.Read()
		return string(c.Get(0, unix.FRA_UID_RANGE)), err
	}
	for in, want := range map[string][2]uint32{"1-2": {1, 2}, " 1- 2x": {1, 2}, "0-4294967295": {0, 4294967295}} {
		got, err := uids(in)
		if b := rtnl.NE.AppendUint32(rtnl.NE.AppendUint32(nil, want[0]), want[1]); err != nil || got != string(b) {
			t.Errorf("%q: got %q %v", in, got, err)
		}
	}
	for _, in := range []string{"", "1", "1-", "-1", "x-1", "1-x"} {
		if got, err := uids(in); err == nil {
			t.Errorf("%q: got %q, want a refusal", in, got)
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) {
	f.Add([]byte("\x02\x00\x08\x00\xfe\x00\x00\x01\x00\x00\x00\x00\x08\x00\x02\x00\x0a\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, opt := range []cli.Options{{Details: 1}, {JSON: true}} {
			Print(clitest.Env(io.Discard, opt), rtnl.Message{Type: unix.RTM_NEWRULE, Body: body})
		}
	})
}

// FuzzWords holds that no words make the parsers panic.
func FuzzWords(f *testing.F) {
	f.Add("from 10.0.0.0/8 fwmark 1/2 sport 1-2 goto 5")
	f.Fuzz(func(t *testing.T, line string) {
		e := clitest.Env(io.Discard, cli.Options{})
		e.Stderr = io.Discard
		field.NewCall(e, cli.NewArgs(strings.Fields(line)), &rules).Into(rtnl.New(unix.RTM_NEWRULE, 0)).Read()
		parseSelection(e, cli.NewArgs(strings.Fields(line)))
	})
}
