// Package spawn starts the programs of "netns exec" and "vrf exec": in our
// place, or as a child that is waited for.
//
// A command that is not on PATH but that gip serves as is run by gip.
package spawn

import (
	"os"
	"strings"
	"syscall"

	"gip/internal/cli"
	"gip/internal/entry"
	"gip/internal/file"
	"gip/internal/netns"

	"golang.org/x/sys/unix"
)

// A Setup prepares the calling thread for the program. It runs on the thread
// that executes it, or that starts the child with the attributes it returns,
// which may be nil.
type Setup func(child bool) (*syscall.SysProcAttr, error)

// Run runs a command. In a batch, and inside another program, it is a child; else it
// replaces this process and Run returns only if that failed, or if the command is
// gip's own.
func Run(e *cli.Env, argv []string, setup Setup) error {
	if e.Batch || e.Hosted != nil {
		return Child(e, argv, setup)
	}
	e.Pen.Flush()
	if _, err := setup(false); err != nil {
		return err
	}
	err := execvp(argv[0], func(path string) error { return run(path, argv, unix.Exec) })
	if run, ok := applet(e, argv, err); ok {
		return &cli.Error{Status: run(), Ends: true}
	}
	return cli.Exit(cli.StatusError, `exec of "%s" failed: %s`, argv[0], cli.Strerror(err))
}

// Replace puts a command in the place of this process, also in a batch, with more of an
// environment. It returns only if that failed.
func Replace(e *cli.Env, argv, more []string) error {
	e.Pen.Flush()
	return execvp(argv[0], func(path string) error {
		return run(path, argv, func(path string, argv, env []string) error { return unix.Exec(path, argv, append(env, more...)) })
	})
}

// applet finds the command that gip itself serves as, for one that err says is
// nowhere on PATH.
func applet(e *cli.Env, argv []string, err error) (run func() int, ok bool) {
	if err != unix.ENOENT && err != unix.ENOTDIR || e.Applet == nil {
		return nil, false
	}
	return e.Applet(argv[0], argv[1:])
}

// Child runs a command as a child and waits for it. The child's status becomes
// that of the error.
//
// Go cannot fork; the thread that starts the child is set up in its place. It
// is a new thread that ends with its goroutine because that is never unlocked,
// so that the next command starts from where we are.
func Child(e *cli.Env, argv []string, setup Setup) error {
	e.Pen.Flush()
	return netns.Apart(func() error { return child(e, argv, setup) })
}

func child(e *cli.Env, argv []string, setup Setup) error {
	attr, err := setup(true)
	if err != nil {
		// The real tool's child ends with status 1, whatever went wrong in it.
		cli.Report(e.Stderr, err)
		return cli.Silent(cli.StatusError)
	}
	if attr != nil && attr.UseCgroupFD {
		defer unix.Close(attr.CgroupFD)
	}
	files := e.Files()
	pid, err := Start(argv, files, attr)
	if run, ok := applet(e, argv, err); ok {
		if e.Hosted == nil {
			pid, err = fork(netns.SelfExe, argv, environ(), files, attr)
		} else if attr == nil || !attr.UseCgroupFD { // a cgroup has whole processes
			return ended(run())
		}
	}
	if err != nil {
		return cli.Fail(`exec of "%s" failed: %s`, argv[0], cli.Strerror(err))
	}
	if e.Hosted != nil {
		defer killInterrupted(e.Hosted, pid)()
	}
	return wait(pid, e.Hosted)
}

// ended is a status as an error.
func ended(status int) error {
	if status == 0 {
		return nil
	}
	return cli.Silent(status)
}

// killInterrupted kills a child as soon as the command is to end, until what it
// returns is called.
func killInterrupted(h *cli.Hosted, pid int) (stop func()) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return func() {}
	}
	over := make(chan struct{})
	go func() {
		select {
		case <-h.Done:
			unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
		case <-over:
		}
		unix.Close(fd)
	}()
	return func() { close(over) }
}

// Start starts a program of PATH with these files as its first descriptors, from
// the calling thread, and does not wait for it. The error is an errno.
func Start(argv []string, files []uintptr, attr *syscall.SysProcAttr) (pid int, err error) {
	start := func(path string, argv, env []string) (err error) {
		pid, err = fork(path, argv, env, files, attr)
		return err
	}
	err = execvp(argv[0], func(path string) error { return run(path, argv, start) })
	return pid, err
}

func fork(path string, argv, env []string, files []uintptr, attr *syscall.SysProcAttr) (pid int, err error) {
	return syscall.ForkExec(path, argv, &syscall.ProcAttr{Env: env, Files: files, Sys: attr})
}

// Again starts this program again, in the background: in a session of its own, with
// null streams, and extra as its descriptors from 3 on. dir is its working directory,
// and vars are added to its environment.
func Again(argv []string, dir string, vars []string, extra ...uintptr) (pid int, err error) {
	null, err := file.OpenFile(os.DevNull, unix.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	n := null.Fd()
	return syscall.ForkExec(netns.SelfExe, argv, &syscall.ProcAttr{
		Dir: dir, Env: append(environ(), vars...), Files: append([]uintptr{n, n, n}, extra...),
		Sys: &syscall.SysProcAttr{Setsid: true},
	})
}

// wait returns the child's status as an error; a child that a signal ended
// ends us, or inside another program has the status that a shell makes of it.
func wait(pid int, h *cli.Hosted) error {
	var ws unix.WaitStatus
	for {
		_, err := unix.Wait4(pid, &ws, 0, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return cli.Exit(cli.StatusError, "waitpid: %s", cli.Strerror(err))
		}
		break
	}
	switch {
	case !ws.Exited() && h != nil:
		return cli.Silent(128 + int(ws.Signal()))
	case !ws.Exited():
		return &cli.Error{Status: cli.StatusError, Ends: true}
	}
	return ended(ws.ExitStatus())
}

// run executes the program path; a script without "#!" is one of the shell's.
func run(path string, argv []string, exec func(path string, argv, env []string) error) error {
	err := exec(path, argv, environ())
	if err == unix.ENOEXEC {
		err = exec(Shell, append([]string{Shell, path}, argv[1:]...), environ())
	}
	return err
}

// environ is the environment of the programs: ours, with what our runtime was
// not to see.
func environ() []string {
	if entry.Began() {
		return entry.Environ()
	}
	return os.Environ()
}

const (
	Shell       = "/bin/sh"       // for scripts without "#!"
	defaultPath = "/bin:/usr/bin" // where PATH is not set
)

// execvp tries each program that PATH gives for cmd, as execvp(3) does: one
// that is not there or may not be executed leads on to the next.
func execvp(cmd string, try func(path string) error) error {
	list, ok := os.LookupEnv("PATH")
	if !ok {
		list = defaultPath
	}
	if strings.Contains(cmd, "/") {
		return try(cmd)
	}
	denied := false
	var err error = unix.ENOENT
	for _, path := range Candidates(cmd, list) {
		switch err = try(path); err {
		case unix.EACCES:
			denied = true
		case unix.ENOENT, unix.ENOTDIR, unix.ESTALE:
		default:
			return err
		}
	}
	if denied {
		return unix.EACCES
	}
	return err
}

// Candidates are the files that a command may mean, by the folders of PATH.
func Candidates(cmd, list string) (paths []string) {
	switch {
	case cmd == "":
		return nil
	case strings.Contains(cmd, "/"):
		return []string{cmd}
	}
	for _, dir := range strings.Split(list, ":") {
		if dir != "" {
			dir += "/"
		}
		paths = append(paths, dir+cmd)
	}
	return paths
}
