package vrfcmd

import (
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/netns"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

// A process that runs in the VRF NAME is in the cgroup PATH[/NETNS-ns]/vrf/NAME.

// ownMount is where cgroup2 gets mounted if it is nowhere yet.
const ownMount = "/var/run/cgroup2"

// maxName is the longest name of a VRF that is told.
const maxName = unix.IFNAMSIZ*2 - 1

// cgroupOf returns the path of a process's cgroup in the unified hierarchy, ""
// if there is none.
func cgroupOf(pid string) (string, error) {
	text, err := file.Read("/proc/" + pid + "/cgroup")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(text) {
		if _, path, ok := strings.Cut(line, "::/"); ok {
			return "/" + strings.TrimSuffix(path, "\n"), nil
		}
	}
	return "", nil
}

// vrfOf returns the name of the VRF that a process is in, or "".
func vrfOf(pid string) (string, error) {
	path, err := cgroupOf(pid)
	_, name, _ := strings.Cut(path, "/vrf/")
	return name[:min(len(name), maxName)], err
}

// cgroupMount returns where cgroup2 is mounted.
func cgroupMount() (string, error) {
	mounts, err := file.Read("/proc/mounts")
	if err != nil {
		return "", cli.Fail("Failed to open mounts file: %s", cli.Strerror(err))
	}
	for line := range strings.Lines(mounts) {
		if f := strings.Fields(line); len(f) > 2 && f[2] == "cgroup2" {
			return f[1], nil
		}
	}
	if err := makePath(ownMount); err != nil {
		return "", after(err, "Failed to setup cgroup2 directory")
	}
	switch err := unix.Mount("none", ownMount, "cgroup2", 0, ""); err {
	case nil, unix.EBUSY: // busy: it is there already
		return ownMount, nil
	case unix.ENODEV:
		return "", cli.Fail("Failed to mount cgroup2. Are CGROUPS enabled in your kernel?")
	default:
		return "", cli.Fail("Failed to mount cgroup2: %s", cli.Strerror(err))
	}
}

// after is the error of a command whose first error is cause.
func after(cause error, text string) error {
	return &cli.Error{Status: cli.StatusError, Err: cause, Text: text + "\n"}
}

// makePath makes a folder and those above it.
func makePath(path string) error {
	path = strings.TrimSuffix(path, "/") // of the default VRF, which has no name
	for end := 1; end <= len(path); end++ {
		if end < len(path) && path[end] != '/' {
			continue
		}
		if err := unix.Mkdir(path[:end], 0o755); err != nil && err != unix.EEXIST {
			return cli.Fail("mkdir failed for %s: %s", path[:end], cli.Strerror(err))
		}
	}
	return nil
}

// netnsFolder is the name of the folder that holds the VRFs of our namespace,
// "" if that has no name.
func netnsFolder() (string, error) {
	name, err := netns.Identify("self")
	if err != nil {
		return "", after(err, "Failed to get name of network namespace: "+cli.Strerror(err))
	}
	if name != "" {
		name += "-ns"
	}
	return name, nil
}

// groupPath is the cgroup of a VRF, made if needed; name is "" for none.
func groupPath(name string) (string, error) {
	mount, err := cgroupMount()
	folder, nameless := netnsFolder()
	if _, noProc := file.Read("/proc/mounts"); noProc != nil && nameless != nil {
		// The original looks for the name all the same, in /proc too.
		return "", &cli.Error{Status: cli.StatusError, Err: err, Text: nameless.Error()}
	}
	if err != nil {
		return "", err
	}
	if nameless != nil {
		return "", nameless
	}
	base, err := cgroupOf("self")
	if err != nil {
		return "", cli.Fail("Failed to get base cgroup path: %s", cli.Strerror(err))
	}
	path := mount + basePath(base, folder) + "/"
	if folder != "" {
		path += folder + "/"
	}
	path += "vrf/" + name
	if err := makePath(path); err != nil {
		return "", after(err, "Failed to setup vrf cgroup2 directory")
	}
	return path, nil
}

// basePath is a process's cgroup without the VRF, and without the folder of
// its namespace if it ends in that.
func basePath(path, folder string) string {
	path, _, _ = strings.Cut(path, "/vrf")
	if path == "/" {
		path = ""
	}
	if at := strings.LastIndexByte(path, '/'); folder != "" && path[at+1:] == folder {
		path = path[:at+1]
	}
	return path
}

// identify prints the VRF of a process, if it is in one.
func identify(c *command.Call) error {
	e, a := c.Env, c.Args
	pid := "self"
	if a.Len() > 1 {
		return cli.InvArg("Extra arguments specified\n", a.Rest()[1])
	}
	if a.More() {
		n, ok := cli.ParseUint(a.Word(), 10, 32)
		if !ok {
			return cli.InvArg("Invalid pid\n", a.Word())
		}
		pid = strconv.Itoa(int(int32(n)))
	}
	name, err := vrfOf(pid)
	if err != nil {
		return cli.Fail("Failed to lookup vrf association: %s", cli.Strerror(err))
	}
	if name != "" {
		e.Pen.Raw(name + "\n")
	}
	return nil
}

// pids prints the processes that are in a VRF of our namespace.
func pids(c *command.Call) error {
	e, a := c.Env, c.Args
	if a.Len() != 1 {
		return cli.Fail("Invalid arguments")
	}
	name := a.Word()
	vrf.Offer(e, name)
	if index(e, name) == 0 {
		return cli.Fail("Invalid VRF name")
	}
	mount, err := cgroupMount()
	if err != nil {
		return err
	}
	folder, err := netnsFolder()
	if err != nil {
		return err
	}
	return walk(mount, func(parent, path string) {
		if folder == "" || parent == folder {
			printPids(e, path+"/"+name)
		}
	})
}

// walk calls f with each folder called vrf below path and the name of the one
// it is in. It does not look into them.
func walk(path string, f func(parent, path string)) error {
	names, err := file.Names(path)
	if err != nil && names == nil {
		return cli.Silent(cli.StatusError)
	}
	for _, name := range names {
		below := path + "/" + name
		if name == kind {
			f(path[strings.LastIndexByte(path, '/')+1:], below)
			continue
		}
		var st unix.Stat_t
		if unix.Lstat(below, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR {
			continue
		}
		if err := walk(below, f); err != nil {
			return err
		}
	}
	return nil
}

// printPids prints the processes of a cgroup with the names of their programs.
func printPids(e *cli.Env, path string) {
	procs, err := file.Read(path + procsFile)
	if err != nil {
		return
	}
	for pid := range strings.Lines(procs) {
		pid = strings.TrimSuffix(pid, "\n")
		e.Pen.StrWidth("", "", -5, pid, "  "+comm(pid)+"\n")
	}
}

// comm is the name of a process's program.
func comm(pid string) string {
	status, err := file.Read("/proc/" + pid + "/status")
	if err != nil {
		return "<terminated?>"
	}
	_, name, _ := strings.Cut(status, "Name:")
	name, _, _ = strings.Cut(name, "\n")
	return strings.TrimLeft(name, " \t")
}
