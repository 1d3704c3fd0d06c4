package netnscmd

import (
	"os"
	"runtime"
	"strings"
	"syscall"

	"gip/internal/cli"
	"gip/internal/netns"

	"golang.org/x/sys/unix"
)

// exec runs a command in a namespace, or in all of them one after another.
func exec(e *cli.Env, a *cli.Args) error {
	if e.Opt.All {
		return execAll(e, a.Rest())
	}
	name, err := needName(a)
	if err != nil {
		return err
	}
	if !a.More() {
		return cli.Fail("No command specified")
	}
	if e.Batch {
		return forked(e, name, a.Rest())
	}
	return replace(e, name, a.Rest())
}

func execAll(e *cli.Env, argv []string) error {
	if len(argv) == 0 {
		return cli.Fail("No command specified")
	}
	names, err := handles()
	for _, name := range names {
		e.Pen.Raw("\nnetns: " + name + "\n")
		err := forked(e, name, argv)
		if cli.EndsBatch(err) {
			return err
		}
		// A failure in one namespace is shown and does not count.
		cli.Report(e.Stderr, err)
	}
	return err
}

// replace turns this process into the command.
func replace(e *cli.Env, name string, argv []string) error {
	e.Pen.Flush()
	if err := enter(e, name); err != nil {
		return err
	}
	err := execvp(argv[0], func(path string) error { return run(path, argv, unix.Exec) })
	if run, ok := applet(e, argv, err); ok {
		return &cli.Error{Status: run(), Ends: true}
	}
	return notRun(argv[0], err)
}

// enter is netns.Switch for commands; its failure ends them with status 255.
func enter(e *cli.Env, name string) error {
	if err := netns.Switch(name, note(e)); err != nil {
		return cli.Exit(cli.StatusUsage, "%s", err)
	}
	return nil
}

func notRun(cmd string, err error) error {
	return cli.Exit(cli.StatusError, `exec of "%s" failed: %s`, cmd, cli.Strerror(err))
}

// applet finds the command that gip itself serves as, for one that err says is
// nowhere on PATH.
func applet(e *cli.Env, argv []string, err error) (run func() int, ok bool) {
	if err != unix.ENOENT && err != unix.ENOTDIR || e.Applet == nil {
		return nil, false
	}
	return e.Applet(argv[0], argv[1:])
}

// forked runs the command as a child and waits for it. The child's status
// becomes that of the error.
//
// Go cannot fork; the thread that starts the child enters the namespace in its
// place. It is a new thread that ends with its goroutine because that is never
// unlocked, so that the next command starts from where we are.
func forked(e *cli.Env, name string, argv []string) error {
	e.Pen.Flush()
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		result <- child(e, name, argv)
	}()
	return <-result
}

func child(e *cli.Env, name string, argv []string) error {
	if err := netns.Switch(name, note(e)); err != nil {
		return cli.Fail("%s", err)
	}
	pid := 0
	start := func(path string, argv, env []string) (err error) {
		pid, err = syscall.ForkExec(path, argv, &syscall.ProcAttr{Env: env, Files: []uintptr{0, 1, 2}})
		return err
	}
	err := execvp(argv[0], func(path string) error { return run(path, argv, start) })
	if _, ok := applet(e, argv, err); ok {
		err = start(netns.SelfExe, argv, os.Environ())
	}
	if err != nil {
		return cli.Fail(`exec of "%s" failed: %s`, argv[0], cli.Strerror(err))
	}
	return wait(pid)
}

// wait returns the child's status as an error; a child that a signal ended
// ends us.
func wait(pid int) error {
	var ws unix.WaitStatus
	for {
		_, err := unix.Wait4(pid, &ws, 0, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return &cli.Error{Status: cli.StatusError, Text: "waitpid: " + cli.Strerror(err) + "\n", Ends: true}
		}
		break
	}
	switch {
	case !ws.Exited():
		return &cli.Error{Status: cli.StatusError, Ends: true}
	case ws.ExitStatus() != 0:
		return cli.Silent(ws.ExitStatus())
	}
	return nil
}

// run executes the program path; a script without "#!" is one of the shell's.
func run(path string, argv []string, exec func(path string, argv, env []string) error) error {
	err := exec(path, argv, os.Environ())
	if err == unix.ENOEXEC {
		err = exec(shell, append([]string{shell, path}, argv[1:]...), os.Environ())
	}
	return err
}

const (
	shell       = "/bin/sh"
	defaultPath = "/bin:/usr/bin" // where PATH is not set
)

// execvp tries each program that PATH gives for cmd, as execvp(3) does: one
// that is not there or may not be executed leads on to the next.
func execvp(cmd string, try func(path string) error) error {
	if strings.Contains(cmd, "/") {
		return try(cmd)
	}
	if cmd == "" {
		return unix.ENOENT
	}
	list, ok := os.LookupEnv("PATH")
	if !ok {
		list = defaultPath
	}
	denied := false
	var err error
	for _, dir := range strings.Split(list, ":") {
		path := cmd
		if dir != "" {
			path = dir + "/" + cmd
		}
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
