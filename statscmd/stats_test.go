package statscmd

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/linkcmd/linkstats"

	"golang.org/x/sys/unix"
)

func newEnv(out io.Writer, opt cli.Options) *cli.Env {
	e := clitest.Env(out, opt)
	e.Links.Remember(clitest.Link(2, "va"))
	return e
}

// parse takes the words that choose statistics.
func parse(words string) (chooser, error) {
	var c chooser
	a := cli.NewArgs(strings.Fields(words))
	for a.More() {
		found, err := c.parseWord(a)
		if err != nil {
			return c, err
		}
		if !found {
			return c, cli.Fail("what is %s?", a.Word())
		}
	}
	return c, c.enable()
}

func TestChoose(t *testing.T) {
	for words, want := range map[string]bool{
		"": true, "group link": true, "group offload": true, "group offload subgroup cpu_hit": true,
		"group offload subgroup hw_stats_info": true, "group nope": false, "group offload subgroup nope": false,
		"subgroup cpu_hit": false, "group": false, "suite nope": false,
	} {
		if _, err := parse(words); (err == nil) != want {
			t.Errorf("%q: %v", words, err)
		}
	}
}

// Each suite prints once in either order, hw_stats_info first where compilers put it so.
func TestOrder(t *testing.T) {
	for first, want := range map[bool]string{
		false: "mpls link l3_stats hw_stats_info cpu_hit",
		true:  "hw_stats_info mpls link l3_stats cpu_hit",
	} {
		var names []string
		seen := map[int]bool{}
		for i := range suites {
			n := inOrder(i, first)
			seen[n] = true
			names = append(names, suites[n].path[len(suites[n].path)-1])
		}
		if got := strings.Join(names[:5], " "); got != want || len(seen) != len(suites) {
			t.Errorf("hw_stats_info first %v: %s, want %s; %d of %d suites", first, got, want, len(seen), len(suites))
		}
	}
}

// message has the link's counters with every number one more than the last.
func message() rtnl.Message {
	m := rtnl.New(unix.RTM_NEWSTATS, 0)
	rtnl.Put(m, linkstats.IfStatsMsg{Index: 2})
	var counters []byte
	for n := range uint64(25) {
		counters = rtnl.NE.AppendUint64(counters, n+1)
	}
	for i := range suites {
		m.Attr(uint16(suites[i].group), counters)
	}
	return rtnl.Message{Type: unix.RTM_NEWSTATS, Body: m.Body()}
}

func TestPrint(t *testing.T) {
	c, err := parse("group link")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	e := newEnv(&b, cli.Options{})
	if err := c.print(e, message()); err != nil {
		t.Fatal(err)
	}
	e.Pen.Flush()
	got := b.String()
	if !strings.HasPrefix(got, "2: va: group link\n") || len(strings.Fields(got)) < 16 {
		t.Errorf("got %q", got)
	}
	if err := c.print(e, rtnl.Message{Body: []byte{1}}); err == nil || err.Error() != "BUG: wrong nlmsg len" {
		t.Errorf("got %v", err)
	}
}

// FuzzPrint holds that no message of the kernel's makes a suite's printer panic.
func FuzzPrint(f *testing.F) {
	f.Add(message().Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		var all chooser
		for i := range all.enabled {
			all.enabled[i] = true
		}
		for _, opt := range []cli.Options{{Stats: 2, Details: 1}, {JSON: true}, {Human: true}} {
			e := newEnv(io.Discard, opt)
			m := rtnl.Message{Type: unix.RTM_NEWSTATS, Body: body}
			e.Pen.Begin()
			_ = all.print(e, m)
			_ = printEvent(e, m)
			e.Pen.End()
		}
	})
}
