package compat_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"gip/compat_test/lab"
)

// TestTrace holds that GIP_TRACE=1, and nothing else, has gip print its messages to
// stderr, and that what it prints to stdout stays.
func TestTrace(t *testing.T) {
	gip, err := lab.Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	run := func(env ...string) (stdout, stderr string) {
		var out, text strings.Builder
		cmd := exec.Command(gip, "ip", "-o", "link", "show", "dev", "lo")
		cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), &out, &text
		if err := cmd.Run(); err != nil {
			t.Fatal(err, text.String())
		}
		return out.String(), text.String()
	}
	plain, none := run()
	traced, text := run("GIP_TRACE=1")
	if plain == "" || none != "" || traced != plain {
		t.Errorf("plain %q, %q; traced %q", plain, none, traced)
	}
	for _, want := range []string{"-> RTM_GETLINK REQUEST", "<- RTM_NEWLINK", `   IFLA_IFNAME "lo"`} {
		if !strings.Contains(text, want+"\n") && !strings.Contains(text, want+" ") {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, env := range []string{"GIP_TRACE=", "GIP_TRACE=0", "GIP_TRACE=10"} {
		if _, text := run(env); text != "" {
			t.Errorf("%s: %s", env, text)
		}
	}
}
