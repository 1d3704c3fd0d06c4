package tccmd_test

import (
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd"

	"golang.org/x/sys/unix"
)

// shown are lines that make what is shown then: the options of a list are those of the
// request.
var shown = []struct{ name, line string }{
	{"u32", "filter add dev v0 ingress protocol ip pref 1 handle ::7 u32 ht 800: match ip dst 10.1.2.3/32 flowid 1:1"},
	{"u32 action", "filter add dev v0 ingress protocol ip pref 1 handle ::7 u32 ht 800: match ip dst 10.1.2.3/32 action drop"},
	{"flower", "filter add dev v0 ingress protocol ip pref 1 handle 7 flower dst_ip 10.1.2.0/24 action drop"},
	{"flower mac", "filter add dev v0 ingress protocol ipv6 pref 1 handle 7 flower dst_mac 02:00:00:00:00:01 src_ip 2001:db8::1 ip_proto tcp dst_port 80 classid 1:7"},
	{"matchall", "filter add dev v0 ingress protocol all pref 1 matchall action police rate 1mbit burst 10k"},
	{"htb class", "class add dev v0 parent 1: classid 1:7 htb rate 100kbit ceil 10mbit"},
	{"htb", "qdisc add dev v0 root handle 7: htb default 10"},
	{"netem", "qdisc add dev v0 root handle 7: netem delay 100ms 10ms loss 1% duplicate 2%"},
	{"tbf", "qdisc add dev v0 root handle 7: tbf rate 1mbit burst 10k latency 50ms"},
	{"prio", "qdisc add dev v0 root handle 7: prio bands 4"},
	{"pfifo", "qdisc add dev v0 root handle 7: pfifo limit 100"},
	{"bfifo", "qdisc add dev v0 root handle 7: bfifo limit 100000"},
	{"sfq", "qdisc add dev v0 root handle 7: sfq perturb 10"},
	{"codel", "qdisc add dev v0 root handle 7: codel limit 100 target 5ms interval 100ms ecn"},
	{"fq_codel", "qdisc add dev v0 root handle 7: fq_codel limit 1000 flows 1024 target 5ms interval 100ms"},
	{"fq", "qdisc add dev v0 root handle 7: fq limit 1000 flow_limit 100 maxrate 1gbit"},
	{"clsact", "qdisc add dev v0 clsact"},
	{"drr class", "class add dev v0 parent 1: classid 1:7 drr quantum 1500"},
}

// A stated is a message of the kernel's that is printed.
type stated struct {
	m     rtnl.Message
	print func(*cli.Env, rtnl.Message) error
}

// state is what a list shows of what a line makes.
func state(tb testing.TB, line string) stated {
	var s stated
	run, sent := batchTo(tb, func(m rtnl.Message) { s.m = m; s.m.Body = append([]byte(nil), m.Body...) })
	if run(line); *sent == 0 {
		tb.Fatal("nothing sent: ", line)
	}
	s.print = map[string]func(*cli.Env, rtnl.Message) error{
		"qdisc": tccmd.PrintQdisc, "class": tccmd.PrintClass, "filter": tccmd.PrintFilter, "actions": tccmd.PrintAction,
	}[strings.Fields(line)[0]]
	s.m.Flags = unix.NLM_F_MULTI
	s.m.Body = append(s.m.Body, statistics()...)
	return s
}

// statistics is TCA_STATS2 of what has seen packets.
func statistics() []byte {
	m := rtnl.New(0, 0)
	nest := m.Nest(unix.TCA_STATS2)
	m.Attr(uapi.TCA_STATS_BASIC, rtnl.NE.AppendUint64(rtnl.NE.AppendUint64(nil, 123456789), 98765))
	m.Attr(uapi.TCA_STATS_QUEUE, make([]byte, 20))
	m.End(nest)
	return m.Body()
}

// printer prints a message again and again.
func printer(tb testing.TB, s stated, opt cli.Options) func() {
	e := clitest.Env(io.Discard, opt)
	e.Stderr, e.Dry = io.Discard, new(rtnl.Dry)
	e.Dry.Made("v0")
	e.Pen.Begin()
	return func() {
		if err := s.print(e, s.m); err != nil {
			tb.Fatal(err)
		}
	}
}

// TestShownTakesNoMemory holds that a record of a list takes none, whatever is shown of it.
func TestShownTakesNoMemory(t *testing.T) {
	for _, c := range shown {
		s := state(t, c.line)
		for _, opt := range []cli.Options{{}, {Stats: 1}, {Stats: 1, JSON: true}, {Details: 1, Stats: 1}} {
			print := printer(t, s, opt)
			if n := testing.AllocsPerRun(100, print); n > 0 {
				t.Errorf("%s, %+v: %v allocations", c.name, opt, n)
			}
		}
	}
}

// BenchmarkShown is what a record of a list costs without the kernel.
func BenchmarkShown(b *testing.B) {
	for _, c := range shown {
		s := state(b, c.line)
		for name, opt := range map[string]cli.Options{"text": {}, "stats": {Stats: 1}, "json": {Stats: 1, JSON: true}} {
			b.Run(c.name+" "+name, func(b *testing.B) {
				print := printer(b, s, opt)
				b.ReportAllocs()
				for range b.N {
					print()
				}
			})
		}
	}
}
