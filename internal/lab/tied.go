package lab

import (
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"gip/internal/file"
	"gip/internal/join"
	"gip/internal/lab/rights"
	"gip/internal/netns"

	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// A Tied lab belongs to the process that has made it, which has the rights for that
// (see Again): it has no folder of state, and ends with the process at the latest. The
// holder sees that by the pipe on which it has told its result.
type Tied struct {
	Lab    *Lab
	holder *spawned
	pidfd  int
}

// NewTied builds a lab. What its lines print goes to output. Where Said reports that
// what failed has been said, that is where. cancel, once it is closed, ends the building.
func NewTied(l *Lab, output *os.File, cancel <-chan struct{}) (t *Tied, err error) {
	// The holder goes with the thread until it is ready.
	err = netns.Apart(func() error {
		null := nullFile(-1)
		s, text, err := spawnHolder(l, max(null, 0), output, output, ModeTied)
		if null >= 0 {
			unix.Close(null)
		}
		if err != nil {
			return err
		}
		t = &Tied{Lab: l, holder: s, pidfd: -1}
		tell(text, l.encode())
		over := make(chan struct{})
		defer close(over)
		go func() {
			select {
			case <-cancel:
				unix.Kill(s.pid, unix.SIGKILL)
			case <-over:
			}
		}()
		return s.outcome()
	})
	if err != nil {
		if t != nil {
			t.holder.result.Close()
		}
		return nil, err
	}
	if t.pidfd, err = unix.PidfdOpen(t.holder.pid, 0); err != nil {
		t.Close()
		return nil, os.NewSyscallError("pidfd_open", err)
	}
	return t, nil
}

// Close ends the lab.
func (t *Tied) Close() {
	kill(t.holder.pid)
	// What this program has started there and takes no note of keeps it from ending whole.
	if pid, _ := unix.Wait4(t.holder.pid, nil, unix.WNOHANG, nil); pid == 0 {
		go join.Wait(t.holder.pid)
	}
	t.holder.result.Close()
	if t.pidfd >= 0 {
		unix.Close(t.pidfd)
		t.pidfd = -1
	}
}

// root is the root folder of the lab, from outside.
func (t *Tied) root() string { return "/proc/" + itoa(t.holder.pid) + "/root" }

// Logs are what the programs have written that the lab's lines started.
func (t *Tied) Logs() (logs []Log, err error) { return t.Lab.logs(t.root() + labRun) }

// An Inside is a node of a lab, which threads can enter. It is made once and closed
// before the lab.
type Inside struct {
	Net   vnetns.NsHandle
	t     *Tied
	name  string
	mutex sync.Mutex
	mount int // the mounts of the node, or -1 before anybody entered it
}

// Inside opens a node.
func (t *Tied) Inside(node string) (*Inside, error) {
	h, err := vnetns.GetFromPath(t.root() + netns.Path(node))
	if err != nil {
		return nil, err
	}
	return &Inside{Net: h, t: t, name: node, mount: -1}, nil
}

// Close lets go of the node.
func (in *Inside) Close() {
	in.Net.Close()
	if in.mount >= 0 {
		unix.Close(in.mount)
	}
}

// Enter moves the calling thread into the node, for good: into its network, among the
// names of all nodes, with a /sys of its own. /proc is still that of this process, but
// what the thread starts belongs to the lab, and ends with it.
func (in *Inside) Enter() error {
	dir, _ := unix.Getwd()
	in.mutex.Lock()
	defer in.mutex.Unlock()
	if in.mount >= 0 {
		if err := netns.EnterSpace(in.t.pidfd, spaces&^(unix.CLONE_NEWNET|unix.CLONE_NEWNS), ""); err != nil {
			return err
		}
		if err := netns.EnterSpace(in.mount, unix.CLONE_NEWNS, dir); err != nil {
			return err
		}
		return vnetns.Set(in.Net)
	}
	if err := netns.EnterSpace(in.t.pidfd, spaces&^unix.CLONE_NEWNET, ""); err != nil {
		return err
	}
	if err := vnetns.Set(in.Net); err != nil {
		return err
	}
	if err := netns.Isolate(in.name, func(string) {}); err != nil {
		return err
	}
	err := unix.Unmount("/proc", unix.MNT_DETACH) // the holder's, which is over ours
	if err == nil {
		in.mount, err = unix.Open("/proc/thread-self/ns/mnt", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	}
	if dir != "" {
		unix.Chdir(dir)
	}
	return err
}

// ownState makes the folder of the state within the lab itself, in the place of the
// descriptor that stands for none.
func ownState() error {
	fd, err := unix.Open(labRun, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return pathError("open", labRun, err)
	}
	defer unix.Close(fd)
	return unix.Dup3(fd, fdState, unix.O_CLOEXEC)
}

// untilLeft waits until whoever started the lab has ended, or closes it.
func untilLeft() error {
	for {
		// A pipe that nobody reads any more is an error to its writer.
		fds := []unix.PollFd{{Fd: fdResult}}
		if n, err := unix.Poll(fds, -1); n > 0 && err == nil {
			return nil
		}
	}
}

// againMark is in the environment of a program that Again has started.
const againMark = "GIP_LAB_AGAIN=1"

// MayTie reports whether this process has the rights for a lab of its own.
func MayTie() bool { return rights.MayWithoutUser() }

// Again starts this program once more, as root of a user namespace of its own, with the
// same words, and waits for its end. The error is a *rights.Closed where that may not be.
func Again() (status int, err error) {
	if _, again := os.LookupEnv(againMark[:len(againMark)-2]); again {
		return 0, &rights.Closed{Cause: "root of a user namespace has no rights in it"}
	}
	if !file.Exists(netns.SelfExe) {
		return 0, unix.ENOENT
	}
	runtime.LockOSThread() // the signal of the parent's end is that of its thread's
	defer runtime.UnlockOSThread()
	attr := &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	join.OwnUsers(attr)
	pid, err := syscall.ForkExec(netns.SelfExe, os.Args, &syscall.ProcAttr{Env: append(os.Environ(), againMark), Files: []uintptr{0, 1, 2}, Sys: attr})
	if err != nil {
		return 0, rights.Explain(err)
	}
	ws := accompany(pid)
	if ws.Signaled() {
		return 128 + int(ws.Signal()), nil
	}
	return ws.ExitStatus(), nil
}

// Started reports whether this program was started as gip: as the holder of a lab, or
// by one of gip's names in a lab.
func Started(args []string) bool {
	if len(args) > 2 && args[0] == "gip" && args[1] == "lab" && args[2] == HolderVerb && unix.Getpid() == 1 {
		return true
	}
	path, err := os.Readlink(netns.SelfExe)
	return err == nil && strings.HasPrefix(path, binDir+"/")
}

// SetPath puts gip's commands first on PATH, for programs in a lab: outside there is no
// such folder.
func SetPath() { os.Setenv("PATH", withBin(os.Getenv("PATH"))) }
