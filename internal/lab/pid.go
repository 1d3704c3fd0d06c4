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
// for an end would leave a lab behind that nobody finds.
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
	if now != start {
		pid = 0
	}
	return pid, err
}

// startTime is when a process started, as /proc tells it, or "" if there is none. A
// zombie is none.
func startTime(pid int) (string, error) {
	path := "/proc/" + strconv.Itoa(pid) + "/stat"
	text, err := file.Read(path)
	if err == unix.ENOENT || err == unix.ESRCH {
		return "", nil
	}
	if err != nil {
		return "", pathError("read", path, err)
	}
	// The name, in parentheses, may hold anything. Behind it are the fields from number
	// 3 on (proc(5)): the state, and as number 22 the start.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	const state, started = 0, 19
	if len(fields) <= started || fields[state] == "Z" {
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
