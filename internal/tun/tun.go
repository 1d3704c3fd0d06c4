// Package tun tells which tun or tap devices processes have open.
package tun

import (
	"os"
	"strings"

	"gip/internal/file"
)

// Device is what is opened to make or take a device (Documentation/networking/tuntap).
const Device = "/dev/net/tun"

// Opened is the name of the device that a descriptor of a process is for, or "". The
// kernel tells it in /proc/PID/fdinfo: "iff:", a tab, and the name.
func Opened(pid, fd string) string {
	if target, err := os.Readlink("/proc/" + pid + "/fd/" + fd); err != nil || target != Device {
		return ""
	}
	info, _ := file.Read("/proc/" + pid + "/fdinfo/" + fd)
	for line := range strings.Lines(info) {
		if name, ok := strings.CutPrefix(line, "iff:"); ok {
			return strings.TrimSpace(name)
		}
	}
	return ""
}
