package netstat

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
)

// eachEntry gives f the words of each line of a table such as /etc/services.
func eachEntry(path string, f func(words []string)) {
	r, err := file.Open(path)
	if err != nil {
		return
	}
	defer r.Close()
	for s := bufio.NewScanner(r); s.Scan(); {
		line, _, _ := strings.Cut(s.Text(), "#")
		f(strings.Fields(line))
	}
}

// services are the names of ports by protocol. The last of two names counts,
// and protocols stand for ports of raw sockets.
type services struct{ names map[string]map[uint16]string }

func readServices() *services {
	s := &services{map[string]map[uint16]string{"tcp": {}, "udp": {}, "raw": {}}}
	eachEntry("/etc/services", func(w []string) {
		if len(w) < 2 {
			return
		}
		number, protocol, _ := strings.Cut(w[1], "/")
		if ports := s.names[protocol]; ports != nil {
			ports[uint16(cli.Atoi(number))] = w[0]
		}
	})
	eachEntry("/etc/protocols", func(w []string) {
		if len(w) >= 2 {
			s.names["raw"][uint16(cli.Atoi(w[1]))] = w[0]
		}
	})
	return s
}

func (s *services) name(port uint16, protocol string) string { return s.names[protocol][port] }

// programWidth is the column of -p, in which a name has one less.
const programWidth = 20

// processes are the names of programs by the inodes of their sockets.
type processes struct{ names map[string]string }

func (n *netstat) printProgram(inode string) {
	if !n.programs {
		return
	}
	name := "-"
	if s, ok := n.processes.names[inode]; ok {
		name = s
	}
	n.Pen.StrWidth("", " ", programWidth, name, "")
}

// loadProcesses reads for -p which process has which sockets.
func (n *netstat) loadProcesses() {
	if !n.programs || n.processes != nil {
		return
	}
	n.processes = &processes{make(map[string]string)}
	entries, err := file.Names("/proc")
	denied := false
	pids := pidsOf(entries)
	for _, pid := range pids {
		denied = n.processes.add(pid) || denied
	}
	switch {
	case err != nil || denied && len(n.processes.names) == 0:
		n.Warnf("(No info could be read for \"-p\": geteuid()=%d but you should be root.)\n", os.Geteuid())
	case denied:
		n.Warnf("(Not all processes could be identified, non-owned process info\n" +
			" will not be shown, you would have to be root to see it all.)\n")
	}
}

// pidsOf picks the processes of /proc, by number.
func pidsOf(entries []string) (pids []int) {
	for _, e := range entries {
		if pid, ok := cli.ParseUint(e, 10, 31); ok {
			pids = append(pids, int(pid))
		}
	}
	cli.Sort(pids, func(a, b int) int { return a - b })
	return pids
}

// add files the sockets of a process. The first process that has a socket
// counts.
func (p *processes) add(pid int) (denied bool) {
	dir := "/proc/" + strconv.Itoa(pid)
	fds, err := file.Names(dir + "/fd")
	if err != nil {
		return errors.Is(err, fs.ErrPermission)
	}
	program := ""
	for _, fd := range fds {
		target, _ := os.Readlink(dir + "/fd/" + fd)
		inode, ok := strings.CutPrefix(target, "socket:[")
		if !ok {
			continue
		}
		if program == "" {
			program = strconv.Itoa(pid) + "/" + programName(dir)
			program = program[:min(len(program), programWidth-1)]
		}
		inode = strings.TrimSuffix(inode, "]")
		if _, ok := p.names[inode]; !ok {
			p.names[inode] = program
		}
	}
	return false
}

// programName is the first word of a command line, without its folder.
func programName(dir string) string {
	b, _ := file.Read(dir + "/cmdline")
	name, _, _ := strings.Cut(b, "\x00")
	if strings.HasPrefix(name, "/") {
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	return name
}
