package topo

import (
	"strconv"
	"strings"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// hold finds the processes that have tun and tap devices open. What a descriptor of
// /dev/net/tun is for stands in its fdinfo: "iff:", a tab, and the name. Which namespace
// the device is in, the kernel does not tell: that of the process, if it has one of that
// name, else the only one that has.
func (r *reader) hold() {
	tuns := map[string][]place{}
	for _, n := range r.graph.Namespaces {
		for _, l := range n.Links {
			if l.Kind == "tun" {
				tuns[l.Name] = append(tuns[l.Name], place{n, l})
			}
		}
	}
	if len(tuns) == 0 {
		return
	}
	pids, _ := file.Names("/proc")
	for _, name := range pids {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		for _, device := range openTuns(name) {
			if l := heldBy(name, tuns[device]); l != nil && !l.holds(pid) {
				l.Holders = append(l.Holders, Process{PID: pid, Command: commandOf(pid)})
			}
		}
	}
}

func (l *Link) holds(pid int) bool {
	for _, h := range l.Holders {
		if h.PID == pid {
			return true
		}
	}
	return false
}

// openTuns are the names of the devices that a process has open.
func openTuns(pid string) (devices []string) {
	var buf [32]byte
	fds, _ := file.Names("/proc/" + pid + "/fd")
	for _, fd := range fds {
		n, err := unix.Readlink("/proc/"+pid+"/fd/"+fd, buf[:])
		if err != nil || string(buf[:n]) != "/dev/net/tun" {
			continue
		}
		info, _ := file.Read("/proc/" + pid + "/fdinfo/" + fd)
		for line := range strings.Lines(info) {
			if device, ok := strings.CutPrefix(line, "iff:\t"); ok {
				devices = append(devices, strings.TrimSuffix(device, "\n"))
			}
		}
	}
	return devices
}

// heldBy is the one of several devices of a name that a process has open.
func heldBy(pid string, devices []place) *Link {
	var st unix.Stat_t
	if unix.Stat("/proc/"+pid+"/ns/net", &st) == nil {
		for _, p := range devices {
			if p.n.Inode == st.Ino {
				return p.l
			}
		}
	}
	if len(devices) == 1 {
		return devices[0].l
	}
	return nil
}
