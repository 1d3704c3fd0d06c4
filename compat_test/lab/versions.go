package lab

import (
	"fmt"
	"os"
	"strings"

	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// versionCommands make each reference tool say what it is.
var versionCommands = []string{
	"ip -V", "bridge -V", "brctl --version", "ifconfig --version 2>&1", "ping -V", "sysctl -V",
}

// Versions asks the reference tools below base.
func Versions(base string) (string, error) {
	job := sandbox.Job{Base: base, Commands: versionCommands, Limit: script.DefaultLimit}
	result, err := sandbox.Run(&job)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, line := range result.Lines {
		first, _, _ := strings.Cut(string(line.Stdout), "\n")
		fmt.Fprintf(&b, "%s: %s\n", strings.Fields(versionCommands[i])[0], first)
	}
	return b.String(), nil
}

// WriteVersions keeps them beside the goldens.
func WriteVersions(base, path string) error {
	text, err := Versions(base)
	if err != nil {
		return err
	}
	kernel, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return err
	}
	release, _, _ := strings.Cut(strings.TrimSpace(string(kernel)), "-")
	return os.WriteFile(path, []byte(text+"kernel: "+release+"\n"), 0o644)
}
