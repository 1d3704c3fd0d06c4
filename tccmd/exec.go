package tccmd

import (
	"errors"
	"strconv"
	"strings"

	"gip/internal/bpf"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/spawn"
	"gip/internal/word"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// execObject runs a program with maps of BPF, or shows what such programs trace.
var execObject = command.Object{Words: "exec", Usage: execUsage, Before: begin, Run: execute, Restarts: true}

func execute(c *command.Call) error {
	if !c.More() {
		return kind.Refuse(`No command given, try "tc exec help".`)
	}
	name := c.Word()
	c.Skip()
	switch {
	case word.Match("help", name):
		return help(c)
	case word.Match("=bpf", name) || !c.More():
		return execBPF(c)
	}
	return kind.Refuse(`Unknown exec "%s", hence option "%s" is unparsable`, kind.Cut15(name), c.Word())
}

// execBPF reads a socket that maps come by and the program that is to have them, a
// shell if none is given.
func execBPF(c *command.Call) error {
	if !c.More() {
		return nil
	}
	socket := ""
	for c.More() {
		switch {
		case c.Match("run"):
			if !c.More() {
				return cli.Incomplete()
			}
			return importMaps(c, socket, c.Rest())
		case c.Match("import"):
			s, err := c.Value()
			if err != nil {
				return err
			}
			socket = s
		case c.Match("debug|dbg"):
			return tracePipe(c)
		case c.Match("graft"):
			return graft(c)
		default:
			return execUsageAfter("")
		}
	}
	return importMaps(c, socket, []string{spawn.Shell})
}

// execUsageAfter is a complaint that the usage follows; a batch goes on.
func execUsageAfter(text string) error {
	return &cli.Error{Status: cli.StatusUsage, Text: text + execUsage}
}

// importMaps gets maps and runs the program, which finds their descriptors in its
// environment.
func importMaps(c *command.Call, socket string, argv []string) error {
	if socket == "" {
		return execUsageAfter("bpf: No import parameter provided!\n")
	}
	env, err := receiveMaps(c.Env, socket)
	if err != nil {
		return kind.Refuse("bpf: Could not receive fds!")
	}
	if spawn.Replace(c.Env, argv, env) != nil {
		return cli.Silent(cli.StatusUsage)
	}
	return nil
}

// A message with maps has struct bpf_map_aux: a version and a number of 16 bits each, the
// name of the object file, the file's device and inode; then struct bpf_elf_map of each
// map, whose sixth number of 32 bits is what it is called by.
const (
	mapsVersion = 1
	mapsHead    = 88
	mapSize     = 36
	mapID       = 20
	mostMaps    = 64
)

// receiveMaps waits for maps at a socket that it makes, and returns what a program's
// environment is to say of them.
func receiveMaps(e *cli.Env, path string) (env []string, err error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		e.Warnf("Cannot open socket: %s\n", cli.Strerror(err))
		return nil, err
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		e.Warnf("Cannot bind to socket: %s\n", cli.Strerror(err))
		return nil, err
	}
	defer unix.Unlink(path)
	for want := 1; len(env) < want; {
		n, list, err := receiveSome(fd)
		if err != nil {
			e.Warnf("Cannot recv fds from %s: %s\n", path, cli.Strerror(err))
			return nil, err
		}
		want = n
		env = append(env, list...)
	}
	return append([]string{"BPF_NUM_MAPS=" + strconv.Itoa(len(env))}, env...), nil
}

// receiveSome takes one message: how many maps there are in all, and those in it.
func receiveSome(fd int) (total int, env []string, err error) {
	b, oob := make([]byte, mapsHead+mostMaps*mapSize), make([]byte, unix.CmsgSpace(4*mostMaps))
	n, oobn, flags, _, err := unix.Recvmsg(fd, b, oob, 0)
	if err != nil {
		return 0, nil, err
	}
	msgs, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(msgs) == 0 {
		return 0, nil, unix.EINVAL
	}
	fds, err := unix.ParseUnixRights(&msgs[0])
	switch {
	case err != nil || len(fds) == 0 || n < mapsHead+len(fds)*mapSize:
		return 0, nil, unix.EINVAL
	case flags&unix.MSG_CTRUNC != 0:
		return 0, nil, unix.EIO
	case rtnl.U16(b) != mapsVersion:
		return 0, nil, unix.ENOSYS
	}
	for i, fd := range fds {
		id := rtnl.U32(b[mapsHead+i*mapSize+mapID:])
		env = append(env, "BPF_MAP"+strconv.FormatUint(uint64(id), 10)+"="+strconv.Itoa(fd))
	}
	return int(rtnl.U16(b[2:])), env, nil
}

// graft puts a program into a pinned map of programs, which running ones jump to. What
// is wrong is the status, as a negative number.
func graft(c *command.Call) error {
	path, err := c.Value()
	if err != nil {
		return err
	}
	var key *uint32
	if c.Match("key") {
		s, err := c.Value()
		if err != nil {
			return err
		}
		n, ok := word.Uint(s, 0, 32)
		if !ok {
			return kind.Refuse(`Illegal "key"`)
		}
		k := uint32(n)
		key = &k
	}
	var source bpf.Source
	if err = source.Parse(c.Args); err == nil && c.Dry == nil {
		err = source.Graft(path, key, c.Stderr)
	}
	if e := (*bpf.Error)(nil); errors.As(err, &e) {
		return &cli.Error{Status: int(uint8(-e.Errno)), Text: e.Text}
	}
	return err
}

// tracePipe copies what programs of BPF print to standard error, until it is
// interrupted.
func tracePipe(c *command.Call) error {
	failed := cli.Silent(cli.StatusUsage)
	dir := tracefs()
	if dir == "" {
		c.Warnf("tracefs not mounted?\nNo trace pipe, tracefs not mounted?\n")
		return failed
	}
	fd, err := unix.Open(dir+"/trace_pipe", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		c.Warnf("No trace pipe, tracefs not mounted?\n")
		return failed
	}
	defer unix.Close(fd)
	c.Warnf("Running! Hang up with ^C!\n\n")
	b := make([]byte, 4096)
	for {
		n, err := unix.Read(fd, b)
		if err != nil || n <= 0 {
			break
		}
		if _, err := c.Stderr.Write(b[:n]); err != nil {
			break
		}
	}
	c.Warnf("No trace pipe, tracefs not mounted?\n")
	return failed
}

// tracefs is where the file system of traces is mounted, "" if it is nowhere.
func tracefs() string {
	for _, dir := range [...]string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing", "/tracing", "/trace"} {
		var st unix.Statfs_t
		if unix.Statfs(dir, &st) == nil && uint32(st.Type) == unix.TRACEFS_MAGIC {
			return dir
		}
	}
	mounts, _ := file.Read("/proc/mounts")
	for line := range strings.Lines(mounts) {
		if f := strings.Fields(line); len(f) > 2 && f[2] == "tracefs" {
			return f[1]
		}
	}
	return ""
}
