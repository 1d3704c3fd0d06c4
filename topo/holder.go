package topo

import (
	"strconv"

	"gip/internal/file"
	"gip/internal/tun"

	"golang.org/x/sys/unix"
)

// hold finds the processes that have tun and tap devices open. Which namespace
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
	fds, _ := file.Names("/proc/" + pid + "/fd")
	for _, fd := range fds {
		if device := tun.Opened(pid, fd); device != "" {
			devices = append(devices, device)
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
