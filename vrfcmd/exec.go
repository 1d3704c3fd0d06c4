package vrfcmd

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"gip/internal/caps"
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/spawn"

	"golang.org/x/sys/unix"
)

const procsFile = "/cgroup.procs"

// exec runs a command in a VRF; "default" is none.
func exec(e *cli.Env, a *cli.Args) error {
	if !a.More() {
		return cli.Fail("No VRF name specified")
	}
	name, _ := a.Value()
	if !a.More() {
		return cli.Fail("No command specified")
	}
	return spawn.Run(e, a.Rest(), func(child bool) (*syscall.SysProcAttr, error) {
		attr, err := enter(e, name, child)
		if dropErr := caps.Drop(); dropErr != nil {
			return nil, cli.Silent(cli.StatusError)
		}
		if err != nil {
			// Whatever went wrong, the command did not start: status 255.
			return nil, &cli.Error{Status: cli.StatusUsage, Err: err}
		}
		return attr, nil
	})
}

// Reset takes a program that is about to start out of the VRF that we are in.
// Failures are shown and otherwise ignored.
func Reset(e *cli.Env, child bool) *syscall.SysProcAttr {
	if name, err := vrfOf("self"); err != nil || name == "" {
		return nil
	}
	attr, err := enter(e, "default", child)
	cli.Report(e.Stderr, err)
	return attr
}

// enter joins the cgroup of a VRF; a child joins by the attributes that are
// returned.
func enter(e *cli.Env, name string, child bool) (*syscall.SysProcAttr, error) {
	idx := uint32(0)
	if name == "default" {
		name = ""
	} else if idx = index(e, name); idx == 0 {
		return nil, cli.Fail("Invalid VRF name")
	}
	path, err := groupPath(name)
	if err != nil {
		return nil, err
	}
	if idx != 0 {
		if err := bindSockets(path, idx); err != nil {
			return nil, err
		}
	}
	if child {
		return childOf(path)
	}
	return nil, join(path)
}

// join makes this process, all of its threads, part of a cgroup.
func join(path string) error {
	f, err := os.OpenFile(path+procsFile, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return cli.Fail("Failed to open cgroups.procs file: %s.", cli.Strerror(err))
	}
	defer f.Close()
	if _, err := f.WriteString(strconv.Itoa(os.Getpid())); err != nil {
		return cli.Fail("Failed to join cgroup")
	}
	return nil
}

// childOf lets a child start in a cgroup.
func childOf(path string) (*syscall.SysProcAttr, error) {
	fd, err := unix.Open(path, unix.O_DIRECTORY|unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, cli.Fail("Failed to open cgroups.procs file: %s.", cli.Strerror(err))
	}
	return &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: fd}, nil
}

// bindSockets makes the kernel bind the sockets of a cgroup's processes to the
// device idx.
func bindSockets(path string, idx uint32) error {
	group, err := unix.Open(path, unix.O_DIRECTORY|unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return cli.Fail("Failed to open cgroup path: '%s'", cli.Strerror(err))
	}
	defer unix.Close(group)
	prog, log, err := load(idx)
	if err != nil {
		text := "Failed to load BPF prog: '" + cli.Strerror(err) + "'\n" + log
		if err != unix.EPERM {
			text += "Kernel compiled with CGROUP_BPF enabled?\n"
		}
		return &cli.Error{Status: cli.StatusError, Text: text}
	}
	defer unix.Close(prog)
	if err := attach(prog, group); err != nil {
		return cli.Fail("Failed to attach prog to cgroup: '%s'", cli.Strerror(err))
	}
	return nil
}

// boundDevIf is the place of bound_dev_if in struct bpf_sock.
const boundDevIf = 0

// program is the BPF program, for the assembler of linux/bpf.h: it stores idx
// in the socket that is its argument and allows the socket.
func program(idx uint32) (p []byte) {
	for _, i := range []struct {
		code, regs byte
		off        int16
		imm        uint32
	}{
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_X, 6 | 1<<4, 0, 0}, // r6 = r1
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, 3, 0, idx},      // r3 = idx
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, 2, 0, boundDevIf},
		{unix.BPF_STX | unix.BPF_MEM | unix.BPF_W, 1 | 3<<4, boundDevIf, 0}, // r1->bound_dev_if = r3
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, 0, 0, 1},               // r0 = 1: go on
		{unix.BPF_JMP | unix.BPF_EXIT, 0, 0, 0},
	} {
		p = append(p, i.code, i.regs)
		p = rtnl.NE.AppendUint16(p, uint16(i.off))
		p = rtnl.NE.AppendUint32(p, i.imm)
	}
	return p
}

// logSize is room for what the kernel's verifier says.
const logSize = 256 << 10

// load hands the program to the kernel. A BPF library would do it for 1.8 MB
// of code, a third of all that gip may weigh; it is these two calls of bpf(2).
func load(idx uint32) (fd int, log string, err error) {
	insns := program(idx)
	license := []byte("GPL\x00")
	text := make([]byte, logSize)
	var pin runtime.Pinner
	defer pin.Unpin()
	address := func(p *byte) uint64 {
		pin.Pin(p)
		return uint64(uintptr(unsafe.Pointer(p)))
	}
	attr := struct {
		typ, count     uint32
		insns, license uint64
		level, size    uint32
		log            uint64
		_              [24]uint32
	}{
		typ: unix.BPF_PROG_TYPE_CGROUP_SOCK, count: uint32(len(insns) / 8),
		insns: address(&insns[0]), license: address(&license[0]),
		level: 1, size: logSize, log: address(&text[0]),
	}
	r, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_PROG_LOAD, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	if errno != 0 {
		return -1, rtnl.Str(text), errno
	}
	return int(r), "", nil
}

func attach(prog, group int) error {
	attr := struct{ target, prog, typ, flags uint32 }{
		uint32(group), uint32(prog), unix.BPF_CGROUP_INET_SOCK_CREATE, 0,
	}
	_, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_PROG_ATTACH, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	if errno != 0 {
		return errno
	}
	return nil
}
