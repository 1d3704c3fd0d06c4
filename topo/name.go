package topo

import (
	"path"
	"strconv"
	"strings"

	"gip/internal/file"
)

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

// newNamespace begins a namespace with what is known of it from outside, and the name
// that it is known by: one that is bound to it, else that of its container, else its
// process, as netstat has it: "1234/sleep".
func newNamespace(s *space) *Namespace {
	n := &Namespace{Inode: s.ino, Self: s.self, space: s}
	if len(s.names) > 1 {
		n.Names = s.names
	}
	if s.pid != 0 && (!s.self || s.pid == 1) {
		n.PID = s.pid
		n.Command = commandOf(s.pid)
		n.Container = containerOf(s.pid)
	}
	switch {
	case len(s.names) > 0:
		n.Name, n.PID, n.Command = s.names[0], 0, ""
	case s.pid == 1, s.self && n.Container == "":
		n.Name, n.PID, n.Command = hostName, 0, ""
	case n.Container != "":
		n.Name = containerName(s.pid, n.Container)
	case s.pid != 0:
		n.Name = strconv.Itoa(s.pid) + "/" + n.Command
	case s.bound != "":
		n.Name = path.Base(s.bound)
	default:
		n.Name = "net:[" + decimal(s.ino) + "]"
	}
	return n
}

// hostName is the namespace of the first process, or of whoever asks, if no name is
// bound to it.
const hostName = "host"

func commandOf(pid int) string {
	name, _ := file.Read("/proc/" + strconv.Itoa(pid) + "/comm")
	return strings.TrimSuffix(name, "\n")
}

// idDigits is how much of a container's id its tools show.
const idDigits = 12

// containerOf is the id of a process's container: a control group of docker, podman,
// containerd and cri-o has 64 hexadecimal digits in its name, as in
// "docker-HEX.scope", "libpod-HEX", "cri-containerd-HEX.scope", or nothing else.
func containerOf(pid int) string {
	groups, _ := file.Read("/proc/" + strconv.Itoa(pid) + "/cgroup")
	for _, word := range strings.FieldsFunc(groups, func(r rune) bool { return strings.ContainsRune("/-.:\n", r) }) {
		if len(word) == 64 && strings.Trim(word, "0123456789abcdef") == "" {
			return word[:idDigits]
		}
	}
	return ""
}

// containerName is the host name that a container was given, else its id. It stands in
// the environment of the first process.
func containerName(pid int, id string) string {
	env, _ := file.Read("/proc/" + strconv.Itoa(pid) + "/environ")
	for _, v := range strings.Split(env, "\x00") {
		if host, ok := strings.CutPrefix(v, "HOSTNAME="); ok && host != "" && !strings.HasPrefix(id, host) {
			return host
		}
	}
	return id
}

// distinguish makes the names of namespaces unique: a name that an earlier one has
// gets the inode behind it.
func distinguish(all []*Namespace) {
	taken := map[string]bool{}
	for _, n := range all {
		for taken[n.Name] {
			n.Name += "@" + decimal(n.Inode)
		}
		taken[n.Name] = true
	}
}
