package list

import (
	"io"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/word"
)

// events are all that a monitor shows, by the type of their messages.
func events() map[uint16][]*command.Event {
	all := map[uint16][]*command.Event{}
	for _, o := range ip.Objects {
		for i := range o.Events {
			for _, typ := range o.Events[i].Types {
				all[typ] = append(all[typ], &o.Events[i])
			}
		}
	}
	return all
}

// TestEvents holds that of several events with one type of message all but one know
// theirs, and that there is a printer for each.
func TestEvents(t *testing.T) {
	all := events()
	if len(all) < 25 {
		t.Error("only ", len(all), " types of messages")
	}
	for typ, list := range all {
		others := 0
		for _, ev := range list {
			if ev.Print == nil {
				t.Errorf("an event of type %d is not shown", typ)
			}
			if ev.Mine == nil {
				others++
			}
		}
		if others != 1 {
			t.Errorf("%d events of type %d take whatever comes", others, typ)
		}
	}
}

// TestSubjects holds that abbreviations of ip monitor mean what they do in the real
// tool, which tries the subjects in another order than the objects.
func TestSubjects(t *testing.T) {
	for w, want := range map[string]string{
		"a": "address", "m": "maddress", "mr": "mroute", "r": "route", "ru": "rule", "n": "neigh", "ne": "neigh",
		"net": "netconf", "nex": "nexthop", "ns": "nsid", "p": "prefix", "l": "link", "s": "", "ac": "",
	} {
		got := ""
		for _, o := range ip.Objects {
			for _, s := range o.Subjects {
				if got == "" && word.Match(s.Word, w) {
					got = s.Word
				}
			}
		}
		if got != want {
			t.Errorf("%q is %q, not %q", w, got, want)
		}
	}
}

// FuzzEvents holds that no message of any type makes a printer panic.
func FuzzEvents(f *testing.F) {
	all := events()
	for typ := range all {
		f.Add(typ, make([]byte, 60))
		f.Add(typ, []byte{10, 64, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 8, 0, 1, 0, 2, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, typ uint16, body []byte) {
		for _, opt := range []cli.Options{{Stats: 2, Details: 1}, {JSON: true, Details: 1}, {Oneline: true, Brief: true}} {
			e := clitest.Env(io.Discard, opt)
			e.Stderr, e.Heading = io.Discard, func(string) {}
			for _, ev := range all[typ] {
				m := rtnl.Message{Type: typ, Body: body}
				if ev.Device != nil {
					ev.Device(m)
				}
				if ev.Mine == nil || ev.Mine(m) {
					_ = ev.Print(e, m)
				}
			}
		}
	})
}
