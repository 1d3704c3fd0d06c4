package netnscmd

import (
	"os"
	"strings"

	"gip/internal/cli"
	"gip/internal/netns"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A space identifies a namespace: all of its handles are the same file.
type space struct{ dev, ino uint64 }

// spaceOf returns the namespace behind a file; ok is false when the file is
// gone, as /proc/PID is when the process ends meanwhile.
func spaceOf(path string) (s space, ok bool) {
	var st unix.Stat_t
	err := unix.Stat(path, &st)
	return space{uint64(st.Dev), st.Ino}, err == nil
}

// open is spaceOf for a file that has to be there and to be readable.
func open(path string) (space, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return space{}, fail(err, "Cannot open network namespace")
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return space{}, fail(err, "Stat of netns failed")
	}
	return space{uint64(st.Dev), st.Ino}, nil
}

func isPID(s string) bool { return strings.Trim(s, "0123456789") == "" }

// pids prints the processes of a namespace.
func pids(e *cli.Env, a *cli.Args) error {
	name, err := needName(a)
	if err != nil {
		return err
	}
	if a.More() {
		return cli.Fail("extra arguments specified")
	}
	want, err := open(netns.Path(name))
	if err != nil {
		return err
	}
	proc, err := os.Open("/proc")
	if err != nil {
		return fail(err, "Open of /proc failed")
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	for _, pid := range names {
		if !isPID(pid) {
			continue
		}
		if s, ok := spaceOf("/proc/" + pid + "/ns/net"); ok && s == want {
			e.Pen.Raw(pid + "\n")
		}
	}
	return nil
}

// identify prints the name of a process's namespace, or an empty line.
func identify(e *cli.Env, a *cli.Args) error {
	pid := "self"
	if a.Len() > 1 {
		return cli.Fail("extra arguments specified")
	}
	if a.More() {
		if pid = a.Word(); !isPID(pid) {
			return cli.Fail("Specified string '%s' is not a pid", pid)
		}
	}
	name, err := Identify(pid)
	if err != nil {
		return err
	}
	e.Pen.Raw(name + "\n")
	return nil
}

// Identify returns the name of the namespace of a process; of several the
// last one in the folder, "" if there is none.
func Identify(pid string) (name string, err error) {
	want, err := open("/proc/" + pid + "/ns/net")
	if err != nil {
		return "", err
	}
	names, err := netns.Names()
	if err != nil && !os.IsNotExist(err) {
		return "", cli.Fail("Failed to open directory %s:%s", netns.RunDir, cli.Strerror(err))
	}
	for _, n := range names {
		if s, ok := spaceOf(netns.Path(n)); ok && s == want {
			name = n
		}
	}
	return name, nil
}

// set gives a namespace the number by which this one calls it.
func set(e *cli.Env, a *cli.Args) error {
	name, err := needName(a)
	if err != nil {
		return err
	}
	if !a.More() {
		return cli.Fail("No nsid specified")
	}
	id := int64(-1) // the kernel picks one
	if word, _ := a.Value(); word != "auto" {
		var ok bool
		if id, ok = cli.ParseInt(word, 0, 32); !ok {
			return cli.InvArg(`Invalid "netnsid" value`, word)
		} else if id < 0 {
			return cli.InvArg(`"netnsid" value should be >= 0`, word)
		}
	}
	h, err := netns.Open(name)
	if err != nil {
		return cli.Silent(cli.StatusError)
	}
	defer h.Close()
	m := rtnl.New(unix.RTM_NEWNSID, 0)
	rtnl.Put(m, unix.RtGenmsg{})
	m.U32(unix.NETNSA_FD, uint32(h))
	m.U32(unix.NETNSA_NSID, uint32(id))
	return e.Do(m)
}
