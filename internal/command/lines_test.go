package command_test

import (
	"io"
	"os"
	"testing"

	"gip/cmd/gip/list"
	"gip/internal/command"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// TestLinesDry holds that lines which are tried send nothing: what they would change is
// told, links that are not there are made up, and words that make no sense are errors.
func TestLinesDry(t *testing.T) {
	var held []uint16
	dry := &rtnl.Dry{Change: func(m rtnl.Message) { held = append(held, m.Type) }}
	p := command.Process{List: list.Applets, Own: &list.Own, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	l := p.ForLines()
	l.Stderr, l.GoOn = io.Discard, true
	l.Dry = dry
	for _, c := range []struct {
		words []string
		typ   uint16 // 0 where words are wrong
	}{
		{[]string{"link", "add", "nosuch0", "type", "dummy"}, unix.RTM_NEWLINK},
		{[]string{"addr", "add", "10.99.0.1/24", "dev", "nosuch0"}, unix.RTM_NEWADDR},
		{[]string{"-6", "route", "add", "default", "dev", "nosuch0"}, unix.RTM_NEWROUTE},
		{[]string{"ip", "rule", "add", "table", "7"}, unix.RTM_NEWRULE},
		{[]string{"bridge", "fdb", "add", "02:00:00:00:00:01", "dev", "nosuch0"}, unix.RTM_NEWNEIGH},
		{[]string{"route", "add", "10.99.0.0/16", "via"}, 0},
		{[]string{"rouet", "add"}, 0},
	} {
		held = nil
		err := l.Run(1, c.words)
		if c.typ == 0 {
			if err == nil || len(held) > 0 {
				t.Errorf("%v: %v, held %v", c.words, err, held)
			}
		} else if err != nil || len(held) != 1 || held[0] != c.typ {
			t.Errorf("%v: %v, held %v", c.words, err, held)
		}
	}
}
