package script

import (
	"runtime"
	"testing"
)

// TestDiffers reads lines that are known to differ, everywhere, on one architecture, or on one kernel.
func TestDiffers(t *testing.T) {
	Series = "6.1"
	defer func() { Series = "" }()
	for _, c := range []struct {
		line string
		want Command
	}{
		{"differs mips mipsle(it crashes): ip tuntap", Command{Kind: Compare, Text: "ip tuntap"}},
		{"differs(it crashes): ip tuntap", Command{Kind: Differs, Text: "ip tuntap", Reason: "it crashes"}},
		{"differs " + runtime.GOARCH + "(a (long) of C): ip rule", Command{Kind: Differs, Text: "ip rule", Reason: "a (long) of C"}},
		{"differs 5.10 none(a pad): ip rule", Command{Kind: Compare, Text: "ip rule"}},
		{"differs none 6.1(a pad): ip rule", Command{Kind: Differs, Text: "ip rule", Reason: "a pad"}},
		{"differs none(a long of C): ip rule", Command{Kind: Compare, Text: "ip rule"}},
		{"differs x", Command{Kind: Compare, Text: "differs x"}},
	} {
		if got, err := parseCommand(c.line); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", c.line, got, err)
		}
	}
	for _, line := range []string{"differs(): ip", "differs(why) ip", "differs 386(): ip"} {
		if _, err := parseCommand(line); err == nil {
			t.Errorf("%s is taken", line)
		}
	}
}
