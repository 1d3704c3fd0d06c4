package lab

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/join"
	"gip/internal/netns"
	"gip/internal/spawn"

	"golang.org/x/sys/unix"
)

// InternetPort is the interface by which a node reaches what the machine reaches. A
// program of the user answers behind it, with the machine's own sockets: no rights are
// needed, and nobody outside sees the lab. The network is that of slirp, whichever
// program it is.
const InternetPort = "internet"

const (
	internetAddr    = "10.0.2.100"
	internetGateway = "10.0.2.2"
	internetDNS     = "10.0.2.3"
)

// nodeVariable is in the environment of that program, by which it is found again.
const nodeVariable = "GIP_LAB_NODE="

// A way is a program that connects a node with the outside.
type way struct {
	name string
	// inside tells that it finds the node in the lab's own mounts. Else it has the
	// machine's, and its nameserver wherever that is written.
	inside bool
	words  []string // in front of the path of the node
	// ready are words by which it tells on descriptor 3 when it is ready; without, it goes
	// to the background then.
	ready []string
}

var pasta = way{name: "pasta", inside: true, words: []string{"pasta", "-q", "--config-net", "--netns-only", "--runas", "0", "--no-map-gw",
	"-t", "none", "-u", "none", "-T", "none", "-U", "none", "-I", InternetPort,
	"-a", internetAddr, "-n", "24", "-g", internetGateway, "--dns-forward", internetDNS, "--netns"}}

var slirp = way{name: "slirp4netns", ready: []string{"-r", "3"}, words: []string{"slirp4netns", "-c", "--disable-host-loopback", "--netns-type=path"}}

// ways are the programs in the order in which they are looked for. In a lab /run is
// another: there pasta would not find a nameserver that is written below it.
func ways() []way {
	if path, err := filepath.EvalSymlinks("/etc/resolv.conf"); err != nil || strings.HasPrefix(path, "/run/") {
		return []way{slirp, pasta}
	}
	return []way{pasta, slirp}
}

// files are where the program may be.
func (w *way) files() []string { return spawn.Candidates(w.name, os.Getenv("PATH")) }

// theWay is the program that connects the nodes of a lab; nil if none has to be. It is
// an error if there is none.
func (l *Lab) theWay() (*way, error) {
	for _, n := range l.Nodes {
		if !n.online() {
			continue
		}
		for _, w := range ways() {
			for _, path := range w.files() {
				if unix.Access(path, unix.X_OK) == nil {
					return &w, nil
				}
			}
		}
		return nil, &Error{n.Internet, "internet takes the program pasta (of the package passt) or slirp4netns, and neither is there"}
	}
	return nil, nil
}

// online reports whether the node is to reach what the machine reaches.
func (n *Node) online() bool { return n.Internet.Line != 0 }

// askInternet has whoever started this process connect the nodes, as only they are
// outside, and waits for it.
func askInternet(nodes []*Node) error {
	text := []byte{outside}
	for _, n := range nodes {
		if n.online() {
			text = append(append(text, n.Name...), '\n')
		}
	}
	if len(text) == 1 {
		return nil
	}
	return ask(append(text, '\n'))
}

// ask asks whoever started this process for something, and waits until it is done.
func ask(text []byte) error {
	if _, err := unix.Write(fdResult, text); err != nil {
		return err
	}
	var b [1]byte
	if hear(fdResult, b[:]) != nil {
		return errSaid // they know why
	}
	return nil
}

// connect does what askInternet asks for.
func (s *spawned) connect() error {
	for {
		name, err := readLine(s.result)
		if err != nil || name == "" {
			break
		}
		if n := s.lab.Find(name); n != nil {
			if err := s.way.connect(s.holder, n); err != nil {
				return &Error{n.Internet, "internet " + n.Name + ": " + s.way.name + ": " + err.Error()}
			}
		}
	}
	_, err := s.result.Write([]byte{outside})
	return err
}

// readLine reads a line and not a byte more.
func readLine(f *os.File) (string, error) {
	var line []byte
	for b := make([]byte, 1); ; line = append(line, b[0]) {
		if _, err := f.Read(b); err != nil || b[0] == '\n' {
			return string(line), err
		}
	}
}

// connect starts the program for a node, as a process of the lab that has the network of
// this one, and waits until it is ready.
func (w *way) connect(holder int, n *Node) error {
	said, err := unix.MemfdCreate("said", unix.MFD_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("memfd_create", err)
	}
	output := os.NewFile(uintptr(said), "said")
	defer output.Close()
	var ready [2]int
	if err := unix.Pipe2(ready[:], unix.O_CLOEXEC); err != nil {
		return os.NewSyscallError("pipe2", err)
	}
	defer unix.Close(ready[0])
	pid, err := w.start(holder, n, said, ready[1])
	unix.Close(ready[1])
	if err != nil {
		return cli.Fail("%s", cli.Strerror(err))
	}
	if w.ready != nil {
		var b [1]byte
		if hear(ready[0], b[:]) == nil {
			go join.Wait(pid) // it is our child until one of us ends
			return nil
		}
	}
	if ws := join.Wait(pid); ws == 0 && w.ready == nil {
		return nil
	}
	return constError(lastLine(output))
}

func (w *way) start(holder int, n *Node, said, ready int) (pid int, err error) {
	fd, err := unix.PidfdOpen(holder, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	flags, path := uintptr(unix.CLONE_NEWPID), netns.Path(n.Name)
	if w.inside {
		flags |= unix.CLONE_NEWNS
	} else {
		path = "/proc/" + itoa(holder) + "/root" + path
	}
	if !sameUsers(holder) {
		flags |= unix.CLONE_NEWUSER
	}
	null := nullFile(said)
	if null != said {
		defer unix.Close(null)
	}
	files, err := apart(null, said, said, ready)
	defer closeAll(files)
	if err != nil {
		return 0, err
	}
	p := new(join.Plan)
	p.Enter = []join.Step{{Trap: unix.SYS_SETNS, Args: [5]uintptr{uintptr(fd), flags}}}
	p.Run = []join.Step{
		{Trap: unix.SYS_SETSID},
		{Trap: unix.SYS_CHDIR, Args: [5]uintptr{p.String("/")}},
	}
	for to, fd := range files {
		p.Run = append(p.Run, join.Step{Trap: unix.SYS_DUP3, Args: [5]uintptr{uintptr(fd), uintptr(to)}})
	}
	words := slices.Concat(w.words, w.ready, []string{path})
	if !w.inside {
		words = append(words, InternetPort)
	}
	p.Execute(w.files(), words, append(Environ(), nodeVariable+n.Name))
	return join.Start(p)
}

func closeAll(files []int) {
	for _, fd := range files {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// lastLine is the last line of what a program has said.
func lastLine(f *os.File) string {
	b := make([]byte, 1<<16)
	n, _ := f.ReadAt(b, 0)
	lines := strings.Split(strings.TrimSpace(string(b[:n])), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return last
	}
	return "it failed without a word"
}
