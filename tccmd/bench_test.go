package tccmd_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"gip/cmd/gip/list"
	"gip/internal/command"
	"gip/internal/rtnl"
)

// tried are lines of batches, and how much memory each may take: the answer of the kernel
// in the test is in four pieces.
var tried = []struct {
	name, line string
	allocs     float64
}{
	{"flower", "filter add dev v0 ingress protocol ip pref 1 handle 7 flower dst_ip 10.1.2.3 action drop", 4},
	{"u32", "filter add dev v0 ingress protocol ip pref 1 handle ::7 u32 match ip dst 10.1.2.3/32 action drop", 10},
	{"htb", "class add dev v0 parent 1: classid 1:7 htb rate 100kbit ceil 10mbit", 4},
	{"netem", "qdisc add dev v0 root handle 7: netem delay 100ms loss 1%", 5},
}

// batch returns what runs a line of tc, with nothing in the place of the kernel, and how
// many requests were made.
func batch(tb testing.TB) (run func(line string), sent *int) {
	return batchTo(tb, func(rtnl.Message) {})
}

// batchTo is batch that shows each request.
func batchTo(tb testing.TB, see func(rtnl.Message)) (run func(line string), sent *int) {
	p := command.Process{List: list.Applets, Own: &list.Own, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	l := p.ForLines()
	tb.Cleanup(l.Close)
	l.Stderr, l.GoOn, sent = io.Discard, true, new(int)
	l.Dry = &rtnl.Dry{Change: func(m rtnl.Message) { *sent++; see(m) }}
	if err := l.Run(1, strings.Fields("ip link add v0 type veth")); err != nil {
		tb.Fatal(err)
	}
	var words []string
	last := ""
	return func(line string) {
		if line != last {
			words, last = strings.Fields("tc "+line), line
		}
		if err := l.Run(1, words); err != nil {
			tb.Fatal(err)
		}
	}, sent
}

// TestLinesTakeNoMemory holds that the lines of a batch use what the first of them took.
func TestLinesTakeNoMemory(t *testing.T) {
	for _, c := range tried {
		run, sent := batch(t)
		if n := testing.AllocsPerRun(100, func() { run(c.line) }); n > c.allocs {
			t.Errorf("%s: %v allocations, want %v", c.name, n, c.allocs)
		}
		if *sent < 100 {
			t.Errorf("%s: %d requests", c.name, *sent)
		}
	}
}

// BenchmarkLines is what a line of a batch costs without the kernel.
func BenchmarkLines(b *testing.B) {
	for _, c := range tried {
		b.Run(c.name, func(b *testing.B) {
			run, _ := batch(b)
			b.ReportAllocs()
			for range b.N {
				run(c.line)
			}
		})
	}
}
