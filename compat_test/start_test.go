package compat_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gip/compat_test/lab"
)

// initialised are our packages with something to do before main. A variable that takes its
// value from one of another package is enough: its page and that of the function have to
// be there for it.
var initialised = []string{"main", "gip/internal/entry", "gip/internal/mainstack", "gip/internal/rtnl"}

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
		ours := pkg == "main" || strings.HasPrefix(pkg, "gip/")
		if ours && (!slices.Contains(initialised, pkg) || !strings.HasSuffix(rest, " 0 allocs\n")) {
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

// TestFailures holds that what may never happen ends in one line, or by a signal
// without a word, as it does in C.
func TestFailures(t *testing.T) {
	program, err := lab.Build(t.TempDir(), "MAIN=./compat_test/cmd/fail")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		how, text string
		status    int // negative: a signal
	}{
		{"index", `gip: panic: runtime error: index out of range \[2\] with length 0 at gip/compat_test/cmd/fail/main.go:\d+\n`, 2},
		{"goroutine", `gip: panic: in a goroutine at gip/compat_test/cmd/fail/main.go:\d+\n`, 2},
		{"deadlock", `gip: all goroutines are asleep - deadlock!\n`, 1},
		{"nil", ``, -int(syscall.SIGSEGV)},
	} {
		var text strings.Builder
		cmd := exec.Command(program, c.how)
		cmd.Stderr = &text
		_ = cmd.Run() // it fails
		ws := cmd.ProcessState.Sys().(syscall.WaitStatus)
		status := ws.ExitStatus()
		if ws.Signaled() {
			status = -int(ws.Signal())
		}
		if !regexp.MustCompile("^"+c.text+"$").MatchString(text.String()) || status != c.status {
			t.Errorf("%s: status %d, %q; want %d, %q", c.how, status, text.String(), c.status, c.text)
		}
	}
}
