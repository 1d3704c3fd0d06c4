package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestCommands keeps the demo whole: every command of the tutorial but the
// deletions, and the client's ping at the end.
func TestCommands(t *testing.T) {
	text, err := os.ReadFile("../compat_test/tutorials/2-router.sh")
	if err != nil {
		t.Fatal(err)
	}
	got := commands(string(text))
	if last := got[len(got)-1]; last != "ip netns exec client ping 192.168.100.1 -I 10.0.100.1 -c 3" {
		t.Errorf("the last command is %q", last)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "ip ") && !strings.HasPrefix(line, "ip netns delete") && !slices.Contains(got, line) {
			t.Errorf("%q is not played", line)
		}
	}
}
