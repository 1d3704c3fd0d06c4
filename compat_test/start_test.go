package compat_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"gip/compat_test/lab"
)

// TestNoWorkAtStart holds that none of our packages builds anything before main
// runs: every short command would pay for it.
func TestNoWorkAtStart(t *testing.T) {
	gip, err := lab.Build(t.TempDir(), "ENTRY=") // what ships does not heed GODEBUG
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(gip, "ip", "-V")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace strings.Builder
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(trace.String()) {
		pkg, rest, ok := strings.Cut(strings.TrimPrefix(line, "init "), " ")
		if !ok || !strings.HasPrefix(line, "init ") {
			continue
		}
		seen++
		if (pkg == "main" || strings.HasPrefix(pkg, "gip/")) && !strings.HasSuffix(rest, " 0 allocs\n") {
			t.Errorf("%s", line)
		}
		if strings.HasPrefix(pkg, "net") && pkg != "net/netip" || strings.HasPrefix(pkg, "regexp") || strings.HasPrefix(pkg, "text/") || strings.HasPrefix(pkg, "encoding/json") {
			t.Errorf("package %s, which is slow to start or large, is linked in", pkg)
		}
	}
	if seen == 0 {
		t.Error("the runtime traced no initialiser: has the form of its trace changed?")
	}
}
