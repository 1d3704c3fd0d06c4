package lab

import (
	"os"
	"strconv"
	"strings"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// holder is the number of the process that holds the lab, or 0 if that has ended:
// its number may be another's since. The error is that neither can be known: who took it
// for an end would leave a lab behind that nobody finds; or an elsewhereError.
func (r *Running) holder() (int, error) {
	text, err := file.Read(r.dir + "/" + holderFile)
	if err == unix.ENOENT {
		return 0, nil
	}
	if err != nil {
		return 0, pathError("read", r.dir+"/"+holderFile, err)
	}
	word, start, _ := strings.Cut(strings.TrimSpace(text), " ")
	pid, err := strconv.Atoi(word)
	if err != nil || pid <= 0 || start == "" {
		return 0, nil
	}
	now, err := startTime(pid)
	if now == start || err != nil {
		return pid, err
	}
	if r.locked() {
		err = elsewhereError(r.Name)
	}
	return 0, err
}

// An elsewhereError is that of a lab, of that name, whose holder lives in a PID namespace
// that cannot be seen from here: of a container that has the folder of all labs in common
// with this process, or outside the container that this process is in.
type elsewhereError string

func (e elsewhereError) Error() string {
	return string(e) + ": the lab is up in another PID namespace, as a container has one"
}

func isElsewhere(err error) bool {
	_, ok := err.(elsewhereError)
	return ok
}

// stayLocked has the kernel tell as long as this process lives that it does, also to those
// who cannot see its number. The lock is one that no child inherits.
func stayLocked(state int) {
	fd, err := unix.Openat(state, aliveFile, unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC, 0o600)
	if err == nil {
		unix.FcntlFlock(uintptr(fd), unix.F_SETLK, &unix.Flock_t{Type: unix.F_WRLCK})
	}
}

// locked reports whether the holder lives, as its lock tells.
func (r *Running) locked() bool {
	fd, err := unix.Open(r.dir+"/"+aliveFile, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	l := unix.Flock_t{Type: unix.F_WRLCK}
	return unix.FcntlFlock(uintptr(fd), unix.F_GETLK, &l) == nil && l.Type != unix.F_UNLCK
}

// startTime is when a process started, as /proc tells it, or "" if there is none. A
// zombie is none, but for one whose first thread alone has ended.
func startTime(pid int) (string, error) {
	path := "/proc/" + strconv.Itoa(pid) + "/stat"
	text, err := file.Read(path)
	if err == unix.ENOENT && !file.Exists("/proc/self") {
		err = constError("/proc is not mounted, which tells whether a lab is up")
	}
	if err == unix.ENOENT || err == unix.ESRCH {
		return "", nil
	}
	if err != nil {
		return "", pathError("read", path, err)
	}
	// The name, in parentheses, may hold anything. Behind it are the fields from number
	// 3 on (proc(5)): the state, as number 20 how many threads there are, and as number 22
	// the start.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	const state, threads, started = 0, 17, 19
	if len(fields) <= started || fields[state] == "Z" && fields[threads] <= "1" {
		return "", nil
	}
	return fields[started], nil
}

// setHolder notes who holds the lab.
func (r *Running) setHolder(pid int) error {
	r.pid = pid
	start, err := startTime(pid)
	if err != nil {
		return err
	}
	return r.write(holderFile, strconv.Itoa(pid)+" "+start+"\n")
}

// pathError is the error of doing something to a file.
func pathError(op, path string, err error) error {
	return &os.PathError{Op: op, Path: path, Err: err}
}
