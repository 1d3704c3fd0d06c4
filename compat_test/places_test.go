package compat_test

import (
	"strings"
	"testing"

	"gip/compat_test/lab"
	"gip/compat_test/place"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// placeProofs are what a program finds in each place that this machine can make,
// and in the ordinary sandbox: that the place is what it says.
var placeProofs = []struct{ place, command, plain, there string }{
	{"no-proc", "ls /proc | wc -l | grep -c '^0$'", "0", "1"},
	{"no-sys", "ls /sys | wc -l | grep -c '^0$'", "0", "1"},
	{"scratch", "for d in proc sys dev run etc; do ls /$d; done | wc -l | grep -c '^0$'", "0", "1"},
	{"read-only", "for d in run tmp etc .; do mkdir /$d/new && echo made; done 2>/dev/null | grep -c made", "4", "0"},
	{"ro-sys", "for f in sys/class/net/lo/ifalias proc/sys/net/ipv4/ip_forward; do echo 0 >/$f && echo written; done 2>/dev/null | grep -c written", "2", "0"},
	{"other-sys", "/usr/sbin/ip link add br0 type bridge; ls /sys/class/net | grep -c br0", "1", "0"},
	{"other-proc", "ls /proc | grep -c '^1$'", "1", "0"},
	{"userns", "head -n 1 /proc/self/uid_map | awk '{ print $3 }'", "4294967295", "1"},
	{"nobody", "awk '/CapEff/ { print ($2 ~ /^0*$/) }' /proc/self/status", "0", "1"},
	{"nobody", "id -u", "0", "1000"},
	{"docker", "awk '/CapEff/ { print $2 }' /proc/self/status | grep -c '^00000000a80425fb$'", "0", "1"},
	{"docker", "awk '/^Seccomp:/ { print $2 }' /proc/self/status", "0", "2"},
	{"one-cpu", "test $(nproc) = 1 && echo one || echo more", "", "one"}, // the machine may have no more
	{"enosys", "strace -qq -e trace=statx -e signal=none stat / 2>&1 | grep -c ENOSYS", "0", "1"},
	{"eperm", "strace -qq -e trace=statx -e signal=none stat / 2>&1 | grep -c EPERM", "0", "1"},
	{"ipv6-off", "cat /proc/sys/net/ipv6/conf/lo/disable_ipv6", "0", "1"},
}

// TestBenchPlaces holds that a place lacks what it is to lack, and that the
// ordinary sandbox has it.
func TestBenchPlaces(t *testing.T) {
	if err := lab.Probe(); err != nil {
		t.Skip(err)
	}
	base, err := lab.Reference()
	if err != nil {
		t.Skip(err)
	}
	for _, proof := range placeProofs {
		t.Run(proof.place, func(t *testing.T) {
			p, ok := place.Find(proof.place)
			if !ok {
				t.Fatal("no such place")
			}
			if why := p.Missing(); why != "" {
				t.Skip(why)
			}
			for name, want := range map[string]string{place.Plain: proof.plain, proof.place: proof.there} {
				job := sandbox.Job{Base: base, Place: name, Commands: []string{proof.command}, Limit: script.DefaultLimit}
				result, err := sandbox.Run(&job)
				if err != nil {
					t.Fatal(err)
				}
				line := result.Lines[0]
				if got := strings.TrimSpace(string(line.Stdout)); got != want && want != "" {
					t.Errorf("in %s: got %q %s, want %q", name, got, line.Stderr, want)
				}
			}
		})
	}
}
