package bpf

import (
	"io"
	"os"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// The BPF file system, as iproute2 arranges it: tc/globals holds the maps that
// have a name, and xdp and ip are other names of tc.
const (
	fsDefault = "/sys/fs/bpf"
	fsMagic   = 0xcafe4a11
)

type fileSystem struct {
	log io.Writer
	dir string // without a slash at its end, or "" if there is none
}

func (fs *fileSystem) complain(what, path string, err error) bool {
	io.WriteString(fs.log, what+" "+path+" failed: "+cli.Strerror(err)+"\n")
	return false
}

// init finds the file system, or mounts it, and makes its folders.
func (fs *fileSystem) init() {
	if !fs.find() && !fs.mount() || !fs.arrange() {
		fs.dir = ""
		io.WriteString(fs.log, "Continuing without mounted eBPF fs. Too old kernel?\n")
	}
}

// find looks where the file system may be mounted; the last place is any.
func (fs *fileSystem) find() bool {
	if dir := os.Getenv("TC_BPF_MNT"); dir != "" {
		fs.dir = dir
		return isBPF(dir)
	}
	for _, fs.dir = range []string{fsDefault, "/bpf"} {
		if isBPF(fs.dir) {
			return true
		}
	}
	mounts, _ := file.Read("/proc/mounts")
	for line, rest := "", mounts; rest != ""; {
		line, rest, _ = strings.Cut(rest, "\n")
		if f := strings.Fields(line); len(f) > 2 && f[2] == "bpf" {
			fs.dir = f[1]
			return true
		}
	}
	fs.dir = fsDefault
	return false
}

func isBPF(dir string) bool {
	var st unix.Statfs_t
	return unix.Statfs(dir, &st) == nil && uint32(st.Type) == fsMagic
}

func (fs *fileSystem) mount() bool {
	if err := unix.Mkdir(fs.dir, 0o700); err != nil && err != unix.EEXIST {
		return fs.complain("mkdir", fs.dir, err)
	}
	for bound := false; ; bound = true {
		err := unix.Mount("", fs.dir, "none", unix.MS_PRIVATE|unix.MS_REC, "")
		if err == nil {
			break
		}
		if err != unix.EINVAL || bound {
			return fs.complain("mount --make-private", fs.dir, err)
		}
		if err := unix.Mount(fs.dir, fs.dir, "none", unix.MS_BIND, ""); err != nil {
			return fs.complain("mount --bind "+fs.dir, fs.dir, err)
		}
	}
	if err := unix.Mount("bpf", fs.dir, "bpf", 0, "mode=0700"); err != nil {
		return fs.complain("mount -t bpf bpf", fs.dir, err)
	}
	return true
}

func (fs *fileSystem) arrange() bool {
	for _, name := range [...]string{"/tc/", "/tc/globals/", "/xdp", "/ip"} {
		what, path := "mkdir", fs.dir+name
		var err error
		if name[len(name)-1] == '/' {
			err = unix.Mkdir(path, 0o700)
		} else {
			what, err = "symlink", unix.Symlink(fs.dir+"/tc/", path)
		}
		if err != nil && err != unix.EEXIST {
			return fs.complain(what, path, err)
		}
	}
	return true
}

// root is the folder of maps for a type of programs.
func (fs *fileSystem) root(typ uint32) (string, unix.Errno) {
	root := "(null)/globals"
	if fs.dir != "" {
		root = fs.dir + sub(typ) + "/globals"
	}
	if err := unix.Mkdir(root, 0o700); err != nil && err != unix.EEXIST {
		fs.complain("mkdir", root, err)
		return "", unix.EPERM
	}
	return root, 0
}

func sub(typ uint32) string {
	if typ == unix.BPF_PROG_TYPE_XDP {
		return "/xdp/"
	}
	return "/ip/"
}

// pinnedPath is where a program, or a map of programs, is pinned; m:NAME is below the
// folder of their type.
func pinnedPath(path string, typ uint32) string {
	name, ok := strings.CutPrefix(path, "m:")
	if !ok || name == "" {
		return path
	}
	fs := fileSystem{log: io.Discard}
	if fs.init(); fs.dir == "" {
		return path
	}
	return fs.dir + sub(typ) + "/" + name
}
