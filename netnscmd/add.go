package netnscmd

import (
	"fmt"
	"os"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/netns"

	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// add makes a namespace and its handle.
func add(c *command.Call) error {
	e, a := c.Env, c.Args
	name, err := needName(a)
	if err != nil {
		return err
	}
	if err := makeHandle(e, name); err != nil {
		return err
	}
	back, err := vnetns.GetFromPath(file.Path(netns.Self))
	if err != nil {
		return fail(err, "Cannot open init namespace")
	}
	defer back.Close()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return undo(name, fail(err, `Failed to create a new network namespace "%s"`, name))
	}
	// The handle is bound last, so that who watches the folder finds it whole.
	bound := bind(netns.Self, name)
	if err := vnetns.Set(back); err != nil {
		return fail(err, "setns")
	}
	if bound != nil {
		return undo(name, bound)
	}
	return nil
}

// attach makes a handle for the namespace of a process.
func attach(c *command.Call) error {
	e, a := c.Env, c.Args
	if a.Len() < 2 {
		return cli.Fail("No netns name and PID specified")
	}
	name, _ := a.Value()
	word, _ := a.Value()
	pid, ok := cli.ParseInt(word, 0, 32)
	if !ok || pid == 0 {
		return cli.Fail("Invalid PID: %s", word)
	}
	if err := makeHandle(e, name); err != nil {
		return err
	}
	if err := bind(fmt.Sprintf("/proc/%d/ns/net", pid), name); err != nil {
		return undo(name, err)
	}
	return nil
}

// makeHandle makes the file that a namespace will be bound over.
func makeHandle(e *cli.Env, name string) error {
	_, err := netns.MakeRunDir(func(err error) {
		e.Warnf("Warning: could not flock netns runtime directory \"%s\": %s\n", netns.RunDir, cli.Strerror(err))
	})
	if err != nil {
		return cli.Fail("%s", err)
	}
	path := netns.Path(name)
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0)
	if err != nil {
		return fail(err, `Cannot create namespace file "%s"`, path)
	}
	unix.Close(fd)
	return nil
}

func bind(from, name string) error {
	to := netns.Path(name)
	if err := unix.Mount(file.Path(from), to, "none", unix.MS_BIND, ""); err != nil {
		return fail(err, "Bind %s -> %s failed", from, to)
	}
	return nil
}

// undo removes the handle after a failure.
func undo(name string, failure error) error {
	if err := unlink(name); err != nil {
		return &cli.Error{Status: cli.StatusError, Err: failure, Text: err.Error()}
	}
	return failure
}

// remove deletes handles; the namespace goes when nothing uses it any more.
func remove(c *command.Call) error {
	e, a := c.Env, c.Args
	if !e.Opt.All {
		name, err := needName(a)
		if err != nil {
			return err
		}
		return unlink(name)
	}
	names, err := handles()
	if err != nil {
		return err
	}
	for _, name := range names {
		// The first failure ends the round; the status stays that of success.
		if cli.Report(e.Stderr, unlink(name)) != 0 {
			break
		}
	}
	return nil
}

func unlink(name string) error {
	path := netns.Path(name)
	// Not an error: what is no mount any more only needs to be unlinked.
	_ = unix.Unmount(path, unix.MNT_DETACH)
	if err := unix.Unlink(path); err != nil {
		return fail(err, `Cannot remove namespace file "%s"`, path)
	}
	return nil
}

// handles returns the names of all handles; a missing folder is an empty one.
func handles() ([]string, error) {
	names, err := netns.Names()
	if err != nil && !os.IsNotExist(err) {
		return nil, fail(err, "Failed to open directory %s", netns.RunDir)
	}
	return names, nil
}

// fail is a failure of a system call, with its C text.
func fail(cause error, format string, args ...any) error {
	return cli.Fail(format+": %s", append(args, cli.Strerror(cause))...)
}
