package linkcmd

import (
	"unsafe"

	"gip/internal/cli"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// parseXDP reads what program a link is to run: off, or one that is pinned in
// the BPF file system.
func parseXDP(mode uint32) wordParser {
	return func(r *request, a *cli.Args) error {
		if !a.More() {
			return cli.Incomplete()
		}
		if mode == uapi.XDP_FLAGS_HW_MODE && r.env.Links.Index(r.dev) == 0 {
			return cli.Incomplete()
		}
		fd, err := readXDP(r, a)
		if err != nil {
			return err
		}
		if !r.env.Opt.Force {
			mode |= uapi.XDP_FLAGS_UPDATE_IF_NOEXIST
		}
		nest := r.m.Nest(uapi.IFLA_XDP)
		r.m.U32(uapi.IFLA_XDP_FD, uint32(fd))
		if mode != 0 {
			r.m.U32(uapi.IFLA_XDP_FLAGS, mode)
		}
		r.m.End(nest)
		if mode&uapi.XDP_FLAGS_HW_MODE != 0 && r.devIsName {
			r.dev, r.devIsName = "", false
		}
		return nil
	}
}

// readXDP returns the descriptor of a program, or -1 for none.
func readXDP(r *request, a *cli.Args) (int, error) {
	word := a.Word()
	a.Skip()
	switch {
	case (word == "off" || word == "none") && !a.More():
		return -1, nil
	case cli.Match("object-file|=obj", word):
		return 0, cli.Exit(cli.StatusUsage, "Loading of object files is not supported; pin the program and use pinned.")
	case cli.Match("object-pinned|pinned|fd", word):
		return pinnedProgram(r, a)
	}
	return 0, cli.Exit(cli.StatusUsage, `What mode is "%s"?`, word)
}

func pinnedProgram(r *request, a *cli.Args) (int, error) {
	path, err := a.Value()
	if err != nil {
		return 0, err
	}
	for _, w := range []string{"section", "=program"} {
		if a.Match(w) {
			if _, err := a.Value(); err != nil {
				return 0, err
			}
		}
	}
	a.Match("verbose")
	fd, err := bpfGet(path)
	if err != nil {
		return 0, cli.Exit(cli.StatusUsage, "Couldn't retrieve pinned program '%s': %s", path, cli.Strerror(err))
	}
	r.fds = append(r.fds, fd)
	return fd, nil
}

// bpfGet opens a program or map that is pinned under path.
func bpfGet(path string) (int, error) {
	p, err := unix.BytePtrFromString(path)
	if err != nil {
		return -1, err
	}
	attr := struct {
		path             uint64
		fd, flags        uint32
		pathFD, padding0 uint32
	}{path: uint64(uintptr(unsafe.Pointer(p)))}
	fd, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_OBJ_GET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}
