package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"gip/compat_test/lab"
)

// budget is how long an answer may take, which a person waits for.
const budget = 5 * time.Millisecond

// BenchmarkComplete tells the median of the time from the start of the program to its
// end, for lines of each sort:
//
//	go test ./cmd/gip -run '^$' -bench Complete
func BenchmarkComplete(b *testing.B) {
	gip, err := lab.Build(b.TempDir())
	if err != nil {
		b.Skip(err)
	}
	for _, line := range []string{
		"ip ", "gip ", "ip link add name x type ", "ip link set dev ", "ip -n ", "ip route show ta", "ip route add 192.0.2.0/24 dev ",
		"ip netns exec x i", "bridge vlan add ", "tc qdisc add dev lo root ", "ss -", "ss state ", "sysctl ", "sysctl net.ipv4.",
		"ping -I ", "brctl addif ", "gip lab ", "gip topo -o ", "nonsense x ",
	} {
		words := append([]string{"--complete"}, strings.Split(line, " ")...)
		b.Run(strings.TrimRight(strings.ReplaceAll(line, "/", "|"), " "), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				if err := exec.Command(gip, words...).Run(); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
			b.ReportMetric(float64(budget.Microseconds())/1000, "budget-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}
