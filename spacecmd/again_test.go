package spacecmd

import (
	"strings"
	"testing"

	"gip/internal/command/commandtest"
)

// TestNoHelper holds that a program that would not know itself again, as this one, starts
// no helper: each would start another.
func TestNoHelper(t *testing.T) {
	for _, words := range []string{"--mount=" + t.TempDir() + " true", "-n --mount=/nosuch true", "-U true", "-U --map-users=0,0,1 true", "-U --user=/nosuch true"} {
		out, complaint, status := commandtest.Run(&Unshare, nil, strings.Fields(words)...)
		if out != "" || status != 1 || !strings.Contains(complaint, "need /proc, and a program for") {
			t.Errorf("unshare %s: status %d, %q, %q", words, status, out, complaint)
		}
	}
}
