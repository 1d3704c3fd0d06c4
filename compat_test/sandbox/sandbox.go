// Package sandbox runs the lines of a case in namespaces of their own: mount,
// network, pid, uts and ipc, with a root folder that is put together from
// scratch, so that two runs start from the same state and nothing is left
// behind. The program that calls Run starts itself again as the first process
// of the sandbox; its main has to call Inside first.
package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gip/compat_test/place"
)

// A Job is what one sandbox does. It travels to the sandbox as JSON.
type Job struct {
	Name     string            // for whoever reads a report
	Base     string            // the folder whose /usr is used: the reference's tree, or /
	Share    string            // /usr/share/iproute2 for both tools; empty: the one of Base
	Tools    map[string]string // name on PATH to program, in front of Base's own
	Files    map[string]string // put into the working directory
	Commands []string
	Limit    time.Duration // for one command
	Bare     bool          // leave /etc empty
	DAD      bool          // leave IPv6 address detection as the kernel has it
	Place    string        // what it is like: a name of package place
	Tapes    bool          // keep what tools that record leave (package tape)
	State    bool          // dump the kernel's state at the end with Base's own ip and bridge
}

// A Line is what one command answered.
type Line struct {
	Stdout, Stderr []byte
	Status         int
	Over           bool     // ended, because it took longer than the limit
	Tapes          [][]byte // what recording tools have left, in the order of their starts
}

// A Dump is one part of the kernel's state at the end, as JSON, or as text where
// the tool has nothing else.
type Dump struct {
	Namespace string // empty for the sandbox's own
	What      string
	JSON      []byte
}

// A Result is what a sandbox hands back. Lines is shorter than the job's
// Commands where one took too long.
type Result struct {
	Lines []Line
	State []Dump
	MACs  []string // every link-layer address that the kernel had on a link
}

// An event is one message from the inside; exactly one field is set.
type event struct {
	Line *Line
	Dump *Dump
	MACs []string
	Err  string
}

// inside is argv[0] of the process that is the sandbox's first.
const inside = "compat-sandbox"

// grace is what a whole sandbox may take on top of its commands' limits.
const grace = 30 * time.Second

// Run starts a sandbox, does the job in it and waits until it is gone.
func Run(job *Job) (result *Result, err error) {
	mount, err := mountpoint()
	if err != nil {
		return nil, err
	}
	defer func() {
		// The sandbox's root was mounted here, in the sandbox only.
		if left := os.Remove(mount); err == nil && left != nil {
			err = fmt.Errorf("the sandbox left something behind: %w", left)
		}
	}()
	p, ok := place.Find(job.Place)
	if !ok {
		return nil, fmt.Errorf("no place is called %q", job.Place)
	}
	order, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	cmd, err := command(mount, p)
	if err != nil {
		return nil, err
	}
	return converse(cmd, append(order, '\n'), time.Duration(len(job.Commands))*job.Limit+grace)
}

// mountpoint makes a folder whose name is always of the same length: it is a word of
// the first process, and the tables of lsns are as wide as those.
func mountpoint() (string, error) {
	for {
		name := filepath.Join(os.TempDir(), fmt.Sprintf("compat%010d", rand.Uint32()))
		if err := os.Mkdir(name, 0o700); !errors.Is(err, fs.ErrExist) {
			return name, err
		}
	}
}

// command is the call that starts the first process of a sandbox.
func command(mount string, p *place.Place) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Args = []string{inside, mount}
	cmd.Env = []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID |
			syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC | syscall.CLONE_NEWCGROUP,
		Setpgid: true, // an interrupt at the keyboard is for us
	}
	if os.Getuid() != 0 || p.UserNamespace {
		asRoot(cmd.SysProcAttr)
	}
	return cmd, nil
}

// asRoot puts the process into a user namespace whose root it is.
func asRoot(attr *syscall.SysProcAttr) {
	attr.Cloneflags |= syscall.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
}

// converse hands the job over and collects the answers. The order's pipe stays
// open: when we die, the sandbox reads its end and goes as well.
func converse(cmd *exec.Cmd, order []byte, limit time.Duration) (*Result, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a sandbox: %w", err)
	}
	clock := time.AfterFunc(limit, func() { _ = cmd.Process.Kill() })
	defer clock.Stop()
	_, lost := stdin.Write(order) // a sandbox that is gone already says why
	result, err := collect(stdout)
	_ = stdin.Close()
	if err == nil {
		err = lost
	}
	if werr := cmd.Wait(); err == nil && werr != nil {
		err = fmt.Errorf("sandbox: %w", werr)
	}
	if err != nil && stderr.Len() > 0 {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return result, err
}

func collect(r io.Reader) (*Result, error) {
	result := &Result{}
	for d := json.NewDecoder(r); ; {
		var e event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return result, nil
		} else if err != nil {
			return result, fmt.Errorf("reading from the sandbox: %w", err)
		}
		switch {
		case e.Err != "":
			return result, errors.New(e.Err)
		case e.Line != nil:
			result.Lines = append(result.Lines, *e.Line)
		case e.Dump != nil:
			result.State = append(result.State, *e.Dump)
		}
		result.MACs = append(result.MACs, e.MACs...)
	}
}
