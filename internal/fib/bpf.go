package fib

import (
	"os"
	"path/filepath"
	"runtime"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// encap bpf [ in PROGRAM ] [ out PROGRAM ] [ xmit PROGRAM ] [ headroom BYTES ]
//
// A program that is pinned in the BPF file system is taken from there. Object
// files need a loader (maps, relocations, BTF), which gip has not: the one
// departure from the real tool.

// A program's type names the section of an object file that it stands in.
type program string

const (
	progIn        program = "lwt_in"
	progOut       program = "lwt_out"
	progXmit      program = "lwt_xmit"
	progSeg6Local program = "lwt_seg6local"
)

const bpfUsage = `Usage: ip route ... encap bpf [ in BPF ] [ out BPF ] [ xmit BPF ] [...]
BPF := { obj FILE | pinned FILE } [ section NAME ] [ verbose ]
`

func (x *encap) parseBPF(a *cli.Args) error {
	load := func(attr uint16, p program) func(*encap, *cli.Args) error {
		return func(x *encap, a *cli.Args) error { return x.parseProgram(a, attr, p) }
	}
	return cli.ParseKnown(x, a, []encapWord{
		{Words: "=in", Parse: load(uapi.LWT_BPF_IN, progIn)},
		{Words: "=out", Parse: load(uapi.LWT_BPF_OUT, progOut)},
		{Words: "=xmit", Parse: load(uapi.LWT_BPF_XMIT, progXmit)},
		{Words: "=headroom", Parse: (*encap).parseHeadroom},
		{Words: "=help", Parse: func(*encap, *cli.Args) error { return cli.Usage(bpfUsage) }},
	})
}

// parseHeadroom sends the first value only.
func (x *encap) parseHeadroom(a *cli.Args) error {
	v, err := a.U32("headroom is invalid\n")
	switch {
	case err != nil:
		return err
	case v == 0:
		return cli.InvArg("headroom is invalid\n", last(a))
	case !x.has("headroom"):
		x.m.U32(uapi.LWT_BPF_XMIT_HEADROOM, v)
	}
	x.seen = append(x.seen, "headroom")
	return nil
}

// parseProgram takes obj FILE or pinned FILE and what may follow.
func (x *encap) parseProgram(a *cli.Args, attr uint16, p program) error {
	mode, err := a.Value()
	if err != nil {
		return err
	}
	object := cli.Match("object-file|=obj", mode)
	if !object && !cli.Match("object-pinned|pinned|fd", mode) {
		return bpfFailed("What mode is \""+mode+"\"?\n", unix.EPERM)
	}
	file, err := a.Value()
	if err != nil {
		return err
	}
	if err := programOptions(a); err != nil {
		return err
	}
	if object {
		return openObject(file)
	}
	fd, errno := pinnedProgram(file)
	if errno != 0 {
		return bpfFailed("Couldn't retrieve pinned program '"+file+"': "+rtnl.Strerror(errno)+"\n", unix.EPERM)
	}
	nest := x.m.Nest(attr | uapi.NLA_F_NESTED)
	x.m.U32(uapi.LWT_BPF_PROG_FD, uint32(fd))
	x.m.Str(uapi.LWT_BPF_PROG_NAME, filepath.Base(file)+":[*fsobj]")
	x.m.End(nest)
	return nil
}

// programOptions passes over what only matters to the loader.
func programOptions(a *cli.Args) error {
	for _, word := range []string{"section", "=program"} {
		if a.Match(word) {
			if _, err := a.Value(); err != nil {
				return err
			}
		}
	}
	a.Match("verbose")
	return nil
}

func bpfFailed(text string, errno unix.Errno) error {
	return cli.Exit(cli.StatusUsage, "%sFailed to parse eBPF program: %s", text, rtnl.Strerror(errno))
}

// openObject fails in any case.
func openObject(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return bpfFailed("Error opening object "+file+": "+cli.Strerror(err)+"\nCannot initialize ELF context!\n", unix.EPERM)
	}
	f.Close()
	return bpfFailed("Cannot initialize ELF context!\n", unix.EINVAL)
}

// pinnedProgram is BPF_OBJ_GET. The descriptor stays open until the command
// ends: the request refers to it.
func pinnedProgram(file string) (fd int, errno unix.Errno) {
	path, err := unix.BytePtrFromString(file)
	if err != nil {
		return -1, unix.ENOENT
	}
	attr := struct {
		path  uint64
		fd    uint32
		flags uint32
	}{path: uint64(uintptr(unsafe.Pointer(path)))}
	n, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_OBJ_GET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	runtime.KeepAlive(path)
	return int(n), errno
}

func printBPF(e *cli.Env, v []byte) {
	var tb [uapi.LWT_BPF_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	for _, p := range [...]struct {
		key  string
		attr uint16
	}{{"in", uapi.LWT_BPF_IN}, {"out", uapi.LWT_BPF_OUT}, {"xmit", uapi.LWT_BPF_XMIT}} {
		if tb[p.attr] != nil {
			printProgram(e, p.key, tb[p.attr])
		}
	}
	if v := tb[uapi.LWT_BPF_XMIT_HEADROOM]; v != nil {
		e.Pen.Uint("headroom", " ", uint64(rtnl.U32(v)), " ")
	}
}

// printProgram writes a program's name, if it has one.
func printProgram(e *cli.Env, key string, v []byte) {
	name := rtnl.CStr(rtnl.Find(v, uapi.LWT_BPF_PROG_NAME))
	p := e.Pen
	p.Text(key)
	p.Text(" ")
	switch {
	case name != nil:
		p.Bytes(key, "", name, " ")
	default:
		p.JStr(key, "<unknown>")
	}
}
