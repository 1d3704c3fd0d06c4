// Package inject lets the system calls of commands fail, one by one, and tells
// what became of each: what the command said, how it ended, and what it left.
//
// Each run has namespaces of its own in a sandbox, where the program that wants
// runs is started again (see Inside). strace counts the calls of each thread and
// replaces one of them by its error.
package inject

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// A Case is a command that changes or shows something.
type Case struct {
	Name    string
	Setup   string // shell lines that prepare for it
	Command string // a shell line, of which strace runs the command
	// During are shell lines that run beside a command that would never end: the
	// command is ended after them.
	During string
	State  string // shell lines that print what it may have left, beyond links and the like
	Needs  string // a program that the reference tools do not have everywhere
	// Once is a call that fails once only. strace counts the calls of each thread by
	// itself: "all from the third on" would leave out those of another thread.
	Once string
	// Most is how many calls of one kind fail, at equal distances, or 0 for all: a
	// command that reads a thousand files does one thing.
	Most int
}

// A Fault is one call that fails.
type Fault struct {
	Call  string
	When  int  // which of that name in a thread
	On    bool // and all that follow it
	Errno string
}

func (f Fault) String() string {
	on := ""
	if f.On {
		on = "+"
	}
	return fmt.Sprintf("%s %d%s %s", f.Call, f.When, on, f.Errno)
}

// An Outcome is what became of a command.
type Outcome struct {
	Case   string
	Fault  Fault
	Own    bool // the call is one of a runtime
	Hits   int  // how often the call was made to fail
	Over   bool // it took too long, and was ended
	Status int
	Stdout string
	Stderr string
	State  string
}

// A Plan is what one process inside a sandbox does.
type Plan struct {
	Path   string // PATH of the commands
	Cases  []Case
	Errnos []string
	Every  bool // each error at each call; else one after the other
	On     bool // also all calls from one on
	// Runtime has those calls fail too that the Go runtime or a C library makes
	// for itself, with the first of the errors.
	Runtime bool
}

// Results are the outcomes without a fault, and with one.
type Results struct {
	Whole  []Outcome
	Faults []Outcome
}

// argument is how the program is called inside a sandbox.
const argument = "inject"

// Tool is the name and the program of what Command runs in a sandbox.
func Tool() (name, program string, err error) {
	program, err = os.Executable()
	return argument, program, err
}

// Command is the line of a sandbox that carries out a plan, which is a file there.
func Command(plan string) string { return argument + " " + plan }

// Inside returns at once in any process but that of Command, where it does the
// plan and never returns.
func Inside() {
	if len(os.Args) != 2 || filepath.Base(os.Args[0]) != argument {
		return
	}
	if err := inside(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func inside(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var plan Plan
	if err := json.Unmarshal(text, &plan); err != nil {
		return err
	}
	results, err := plan.do()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(results)
}
