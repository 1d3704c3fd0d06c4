package main

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		in   []float64
		want float64
	}{
		{nil, 0},
		{[]float64{3}, 3},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 2, 9}, 3},
	} {
		if got := median(tt.in); got != tt.want {
			t.Errorf("median(%v) = %v, want %v", tt.in, got, tt.want)
		}
	}
}

// The ratio is of each pair, so that a machine that slows down in the middle
// does not shift it.
func TestRatioIsPaired(t *testing.T) {
	pair := func(gip, ip time.Duration) [2]cost { return [2]cost{{wall: gip}, {wall: ip}} }
	r := row{pairs: [][2]cost{pair(1, 2), pair(10, 20), pair(100, 200)}}
	if got := r.ratio(wallTime); got != 0.5 {
		t.Errorf("ratio = %v, want 0.5", got)
	}
	if got := r.ratio(cpuTime); got != 0 {
		t.Errorf("ratio without a time = %v, want 0", got)
	}
}

func TestMillis(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1234 * time.Microsecond:  "1.23 ms",
		12345 * time.Microsecond: "12.3 ms",
		1234 * time.Millisecond:  "1234 ms",
	} {
		if got := millis(d); got != want {
			t.Errorf("millis(%d) = %q, want %q", d, got, want)
		}
	}
}

func TestSelection(t *testing.T) {
	s := selection{only: regexp.MustCompile("show")}
	for name, want := range map[string]bool{"": false, "route show": true, "route add": false, "bare dump of route show": false} {
		if got := s.has(name); got != want {
			t.Errorf("has(%q) = %v, want %v", name, got, want)
		}
	}
	s.bare = true
	if !s.has("bare dump of route show") {
		t.Error("a bare row is not selected although asked for")
	}
}

func TestTree(t *testing.T) {
	dir := t.TempDir()
	ip := filepath.Join(dir, "usr/sbin/ip")
	wrapper := filepath.Join(dir, "ip")
	if err := os.MkdirAll(filepath.Dir(ip), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{ip, wrapper} {
		if err := os.WriteFile(f, nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, ref := range []string{dir, ip} {
		if got, err := tree(ref); err != nil || got != dir {
			t.Errorf("tree(%s) = %q, %v, want %q", ref, got, err, dir)
		}
	}
	for _, ref := range []string{wrapper, filepath.Join(dir, "none")} {
		if got, err := tree(ref); err == nil {
			t.Errorf("tree(%s) = %q, want an error", ref, got)
		}
	}
}

func TestScaled(t *testing.T) {
	for scale, want := range map[string]int{"1": usual.routes, "0.5": usual.routes / 2, "0.000001": 2, "full": full.routes} {
		if got, err := scaled(scale); err != nil || got.routes != want {
			t.Errorf("scaled(%q).routes = %d, %v, want %d", scale, got.routes, err, want)
		}
	}
	for _, scale := range []string{"", "0", "-1", "NaN", "51", "big"} {
		if got, err := scaled(scale); err == nil {
			t.Errorf("scaled(%q) = %v, want an error", scale, got)
		}
	}
}

// Each command of the list is of a tool of the tree or of this program itself.
func TestGroups(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range groups(usual) {
		if seen[g.name] || g.name == headGroup {
			t.Errorf("group %s: the name is taken", g.name)
		}
		seen[g.name] = true
		for _, w := range g.works {
			for _, s := range w {
				for _, cmd := range append(s.cmds, s.refCmds...) {
					tool, _, _ := strings.Cut(cmd, " ")
					switch tool {
					case "ip", "gip", "bridge", "brctl", "sysctl", "tc", "ss", "settle", ownDir + "/speed", ownDir + "/empty-go", ownDir + "/empty-c":
					default:
						t.Errorf("group %s: unknown tool in %q", g.name, cmd)
					}
				}
			}
		}
	}
}

func TestBareRoute(t *testing.T) {
	got := hex.EncodeToString(appendMessage(nil, 24, 0x605, addRoute.body(0x010203, 7)))
	n16 := func(n uint16) string { return hex.EncodeToString(binary.NativeEndian.AppendUint16(nil, n)) }
	n32 := func(n uint32) string { return hex.EncodeToString(binary.NativeEndian.AppendUint32(nil, n)) }
	attr := func(kind uint16) string { return n16(8) + n16(kind) }
	want := n32(0x34) + n16(0x18) + n16(0x605) + n32(1) + n32(0) + // header
		"02200000fe030001" + "00000000" + // rtmsg
		attr(1) + "0a010203" + attr(5) + "c0a80002" + attr(4) + n32(7)
	if got != want {
		t.Errorf("message:\n got %s\nwant %s", got, want)
	}
}
