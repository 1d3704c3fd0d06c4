package sysctlcmd

import (
	"os"
	"testing"

	"gip/internal/command/commandtest"
)

// TestRun reads what each kernel has.
func TestRun(t *testing.T) {
	if _, err := os.Stat("/proc/sys/kernel/ostype"); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		words     []string
		out, text string
		status    int
	}{
		{[]string{"kernel.ostype"}, "kernel.ostype = Linux\n", "", 0},
		{[]string{"kernel/ostype"}, "kernel.ostype = Linux\n", "", 0},
		{[]string{"-n", "kernel.ostype"}, "Linux\n", "", 0},
		{[]string{"-b", "kernel.ostype"}, "Linux", "", 0},
		{[]string{"-N", "kernel.ostype"}, "kernel.ostype\n", "", 0},
		{[]string{"-n", "kernel.ostype", "kernel.ostype"}, "Linux\nLinux\n", "", 0},
		{[]string{"-a", "-N", "-r", "^kernel.ostype$"}, "kernel.ostype\n", "", 0},
		{[]string{"-e", "no.such.key"}, "", "", 0},
		{[]string{"no.such.key"}, "", "sysctl: cannot stat /proc/sys/no/such/key: No such file or directory\n", 1},
		{[]string{"--dry-run", "kernel.ostype=BSD"}, "", "sysctl: setting key \"kernel.ostype\": Operation not permitted\n", 1},
	} {
		out, text, status := commandtest.Run(&Applet, nil, c.words...)
		if out != c.out || text != c.text || status != c.status {
			t.Errorf("%q: got %q, %q, %d", c.words, out, text, status)
		}
	}
}
