package lab

import (
	"errors"
	"io"
	"math"
	"os"
	"os/signal"
	"runtime"
	"strings"

	"gip/internal/command"
	"gip/internal/entry"
	"gip/internal/file"
	"gip/internal/lab/rights"
	"gip/internal/netns"

	"golang.org/x/sys/unix"
)

// HolderVerb is the word by which gip starts itself as a holder.
const HolderVerb = "hold"

// Folders of a lab's own /run.
const (
	labRun = "/run/gip-lab"
	binDir = labRun + "/bin" // gip under all its names
)

// Environ is the environment of what runs in a lab: the caller's, with gip's commands
// first on PATH.
func Environ() []string {
	vars := os.Environ()
	if entry.Began() {
		vars = entry.Environ()
	}
	out := make([]string, 0, len(vars)+1)
	path := "/usr/sbin:/usr/bin:/sbin:/bin"
	for _, v := range vars {
		if p, ok := strings.CutPrefix(v, "PATH="); ok {
			path = p
			continue
		}
		out = append(out, v)
	}
	return append(out, "PATH="+withBin(path))
}

func withBin(path string) string {
	if path == binDir || strings.HasPrefix(path, binDir+":") {
		return path
	}
	return binDir + ":" + path
}

// Hold is the life of a holder: it builds the lab that it reads, tells that it is up,
// and stays. It returns only if that fails.
func Hold(p *command.Process, mode string) error {
	if mode == ModeChange {
		return Alter(p)
	}
	mode, brief := strings.CutSuffix(mode, ModeBrief)
	// The signal belongs to the thread that asks for it, and settleDown has to be on the
	// same one. If whoever started us has ended by now, nobody reads that we are ready.
	runtime.LockOSThread()
	unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0)
	text, err := readText()
	if err != nil || unix.Getpid() != 1 {
		return errors.New(`"lab hold" is how gip holds a lab, and not to be called`)
	}
	for _, fd := range []int{fdResult, fdState} {
		unix.CloseOnExec(fd)
	}
	if mode == ModeHost {
		unix.CloseOnExec(fdHost)
	}
	if err := makeLab(p, text, mode); err != nil {
		return err
	}
	if err := settleDown(mode, brief); err != nil {
		return err
	}
	entry.Catch(int(unix.SIGCHLD))
	signal.Ignore(unix.SIGCHLD) // processes that come to be ours leave nothing behind then
	for pid := 1; pid > 0; {    // those that had ended before
		pid, _ = unix.Wait4(-1, nil, unix.WNOHANG, nil)
	}
	if mode == ModeTied {
		return untilLeft()
	}
	for {
		unix.Poll(nil, -1)
	}
}

// makeLab makes the lab that a text is of. That the system lets us make none is for
// whoever started us to say.
func makeLab(p *command.Process, text, mode string) error {
	l, err := decode(text)
	if err != nil {
		return err
	}
	if err = furnish(p.List, l.Name); err == nil && mode == ModeTied {
		err = ownState()
	}
	if err == nil {
		err = netns.Apart(func() error { return build(p, l, mode) })
	}
	if c, ok := err.(*rights.Closed); ok {
		unix.Write(fdResult, []byte(string(rune(closed))+c.Cause))
		return errSaid
	}
	return err
}

// readText reads what is to be built. Whoever started us writes it at once, but where that
// waits for our end, as package syscall does if it cannot hear how the start went: then
// there comes nothing.
func readText() (string, error) {
	const within = 10000 // milliseconds
	if n, _ := unix.Poll([]unix.PollFd{{Fd: fdText, Events: unix.POLLIN}}, within); n == 0 {
		return "", unix.EPIPE
	}
	text, err := file.ReadOpen(fdText, math.MaxInt)
	unix.Close(fdText)
	return text, err
}

// settleDown tells that the lab is up and lets go of whoever started it: from now on
// it lasts, but for a rehearsal, one that is tied, and one for a command only.
func settleDown(mode string, brief bool) error {
	unix.Setsid()
	unix.Chdir("/")
	if mode != ModeRehearse { // which has no state, and some other file under that number
		if !brief {
			if err := unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0); err != nil {
				return os.NewSyscallError("prctl", err) // it would end with whoever started us
			}
		}
		stayLocked(fdState)
		unix.Close(fdState)
	}
	if _, err := unix.Write(fdResult, []byte{ready}); err != nil {
		return err
	}
	if mode != ModeTied {
		unix.Close(fdResult)
	}
	if mode == ModeHost {
		unix.Close(fdHost)
	}
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	for fd := range 3 {
		if err != nil {
			unix.Close(fd)
			continue
		}
		unix.Dup3(null, fd, 0)
	}
	return nil
}

// furnish makes the mounts of a lab: a /proc of its processes, and a /run of its own
// for the names of its namespaces.
func furnish(list command.List, name string) error {
	unix.Sethostname([]byte(name))
	raiseFiles()
	gip, exeErr := cloneSelf()
	if exeErr == nil {
		defer unix.Close(gip)
	}
	for _, m := range []struct {
		source, target, kind string
		flags                uintptr
		data                 string
	}{
		{"", "/", "", unix.MS_REC | unix.MS_SLAVE, ""},
		{"proc", "/proc", "proc", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, ""},
		{"tmpfs", "/run", "tmpfs", unix.MS_NOSUID | unix.MS_NODEV, "mode=755"},
	} {
		err := unix.Mount(m.source, m.target, m.kind, m.flags, m.data)
		if err == unix.ENOENT && m.target == "/run" {
			if err := netns.AddRun(); err != nil {
				return errors.New("the root folder has no /run, and takes none: " + err.Error())
			}
			err = unix.Mount(m.source, m.target, m.kind, m.flags, m.data)
		}
		if err != nil {
			return mountError(m.target, err)
		}
	}
	defer unix.Umask(unix.Umask(0o022)) // daemons that drop root have to find gip
	for _, dir := range []string{netns.RunDir, labRun, binDir} {
		if err := unix.Mkdir(dir, 0o755); err != nil {
			return pathError("mkdir", dir, err)
		}
	}
	return installIn(list, gip, exeErr)
}

// mountError tells why the mounts of a lab could not be made.
func mountError(target string, err error) error {
	if err == unix.EPERM || err == unix.EACCES {
		return rights.Explain(err)
	}
	return pathError("mount", target, err)
}

// installIn puts gip, of which the descriptor is a mount unless failed tells why there
// is none, into the lab under all its names.
func installIn(list command.List, gip int, failed error) error {
	path := binDir + "/gip"
	f, err := file.OpenFile(path, unix.O_WRONLY|unix.O_CREAT, 0o755)
	if err != nil {
		return pathError("open", path, err)
	}
	defer f.Close()
	if failed == nil {
		failed = unix.MoveMount(gip, "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH)
	}
	if failed != nil { // an old kernel, or a program that was deleted since
		if err := copySelf(f); err != nil {
			return err
		}
	}
	for _, name := range list.Names() {
		if err := unix.Symlink("gip", binDir+"/"+name); err != nil {
			return pathError("symlink", binDir+"/"+name, err)
		}
	}
	// This stands in front of lines of recipes. The machine's could do nothing in a namespace
	// of users, and else takes other commands than gip's; to be more than root is its affair.
	return os.WriteFile(binDir+"/sudo", []byte(`#!/bin/sh
while :; do case $1 in -E|-H|-S|-n|--) shift;; *) break;; esac; done
case $1 in -*|"") PATH=${PATH#*:} exec sudo "$@";; esac
exec env "$@"
`), 0o755)
}

// cloneSelf opens this program as a mount. The link in /proc leads to the mounts of
// whoever started us, of which the kernel makes no copy: what it says is looked for
// among our own.
func cloneSelf() (fd int, err error) {
	path, err := os.Readlink(netns.SelfExe)
	if err != nil {
		return -1, err
	}
	fd, err = unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err == nil && !same(fd, netns.SelfExe) {
		unix.Close(fd)
		err = unix.ESTALE
	}
	return fd, err
}

// copySelf writes this program to a file.
func copySelf(to *os.File) error {
	text, err := file.Read(netns.SelfExe)
	if err == nil {
		_, err = io.WriteString(to, text)
	}
	return err
}

// raiseFiles lets the process have as many files as it may: a lab has some for each
// node while it is built.
func raiseFiles() {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) == nil && l.Cur < l.Max {
		unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: l.Max, Max: l.Max})
	}
}

// build makes the lab, on a thread of its own, and runs its lines: in a rehearsal only
// those of gip's own commands that start no program.
func build(p *command.Process, l *Lab, mode string) error {
	b, err := newBuilder(l)
	if err != nil {
		return err
	}
	defer b.close()
	rehearsal := mode == ModeRehearse
	b.quiet = rehearsal
	if mode == ModeHost {
		b.host = fdHost
	}
	if err := b.all(); err != nil {
		return err
	}
	if mode == ModeHost {
		if err := ask([]byte{naming}); err != nil {
			return err
		}
	}
	if !rehearsal {
		if err := askInternet(l.Nodes); err != nil {
			return err
		}
	}
	for _, n := range l.Nodes {
		if err := b.shape(p, n); err != nil {
			return err
		}
	}
	if b.runsPrograms(p) {
		if err := b.settle(isSwitch); err != nil {
			return err
		}
	}
	return b.lines(p, func(l *Line) bool {
		_, inPlace := p.InPlace(l.Words)
		return !rehearsal || inPlace && l.Doing == Do
	})
}
