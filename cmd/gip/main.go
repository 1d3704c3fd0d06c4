// Command gip is one static binary that serves as ip, bridge, brctl,
// ifconfig, route, netstat, arp, sysctl and ping.
//
// Which of them it is, it reads from the name that it was called by, or from
// its first word: "gip brctl show". Any other first word is ip's: "gip link".
// Package cmd/gip/list has the list of them.
package main

import (
	"os"
	"runtime"
	"unsafe"

	"gip/cmd/gip/list"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/entry"
	_ "gip/internal/mainstack"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// Namespaces belong to threads. A main goroutine that may change the namespace
// stays on the main thread for good, so that /proc/self and execve agree with
// what the command sees. The lock costs a thread: other commands do without.
func init() {
	if list.Applets.MayEnter(os.Args) {
		runtime.LockOSThread()
	}
}

func main() {
	refuseToWait()
	if entry.Traced() {
		rtnl.Trace = list.Tracer(os.Stderr).Messages
	}
	os.Exit(run(os.Args))
}

// waiting are the standard streams that package os made, if others stand in their
// place: to be collected would close their descriptors.
var waiting [3]*os.File

// refuseToWait lets a standard stream that does not wait fail where nothing can be
// read, or written, now: what C's stdio does. Package os would wait for it, by its
// poller, which takes a descriptor once: a second file for it has no poller.
func refuseToWait() {
	for fd, f := range [...]**os.File{&os.Stdin, &os.Stdout, &os.Stderr} {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err == nil && flags&unix.O_NONBLOCK != 0 {
			waiting[fd], *f = *f, os.NewFile(uintptr(fd), (*f).Name())
		}
	}
}

// run serves the command line argv and returns the exit status.
func run(argv []string) int {
	cli.Begin()
	p := command.Process{List: list.Applets, Own: &list.Own, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, File: executed}
	return p.Main(argv)
}

// executed is the path that the kernel was told to execute, "" if it does not say.
func executed() string {
	const atExecfn = 31 // linux/auxvec.h
	vector, _ := unix.Auxv()
	for i := range vector {
		if vector[i][0] == atExecfn {
			return unix.BytePtrToString(*(**byte)(unsafe.Pointer(&vector[i][1])))
		}
	}
	return ""
}
