package vrfcmd

import (
	"os"
	"strconv"
	"syscall"

	"gip/internal/bpf"
	"gip/internal/caps"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/spawn"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

const procsFile = "/cgroup.procs"

// exec runs a command in a VRF; "default" is none.
func exec(c *command.Call) error {
	e, a := c.Env, c.Args
	if !a.More() {
		return cli.Fail("No VRF name specified")
	}
	name, _ := a.Value()
	vrf.Offer(e, name)
	if !a.More() {
		return cli.Fail("No command specified")
	}
	if e.Dry != nil {
		e.Dry.Changed = []string{"cgroups"}
		return nil
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

// ask asks about the command that exec is to run.
func ask(c *command.Call, ask func(argv []string)) {
	name, _ := c.Value()
	vrf.Offer(c.Env, name)
	if c.More() {
		ask(c.Rest())
	}
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
	f, err := file.OpenFile(path+procsFile, os.O_RDWR|os.O_APPEND, 0)
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
	prog, log, e := load(idx)
	if e != 0 {
		text := "Failed to load BPF prog: '" + rtnl.Strerror(e) + "'\n" + log
		if e != unix.EPERM {
			text += "Kernel compiled with CGROUP_BPF enabled?\n"
		}
		return &cli.Error{Status: cli.StatusError, Text: text}
	}
	defer unix.Close(prog)
	if e := bpf.Attach(prog, group, unix.BPF_CGROUP_INET_SOCK_CREATE); e != 0 {
		return cli.Fail("Failed to attach prog to cgroup: '%s'", rtnl.Strerror(e))
	}
	return nil
}

// boundDevIf is the place of bound_dev_if in struct bpf_sock.
const boundDevIf = 0

// program is the BPF program, for the assembler of linux/bpf.h: it stores idx
// in the socket that is its argument and allows the socket.
func program(idx uint32) (p []byte) {
	for _, i := range []struct {
		code, dst, src byte
		off            int16
		imm            uint32
	}{
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_X, 6, 1, 0, 0},   // r6 = r1
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, 3, 0, 0, idx}, // r3 = idx
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, 2, 0, 0, boundDevIf},
		{unix.BPF_STX | unix.BPF_MEM | unix.BPF_W, 1, 3, boundDevIf, 0}, // r1->bound_dev_if = r3
		{unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, 0, 0, 0, 1},        // r0 = 1: go on
		{unix.BPF_JMP | unix.BPF_EXIT, 0, 0, 0, 0},
	} {
		p = append(p, i.code, rtnl.Nibbles(i.dst, i.src))
		p = rtnl.NE.AppendUint16(p, uint16(i.off))
		p = rtnl.NE.AppendUint32(p, i.imm)
	}
	return p
}

// logSize is room for what the kernel's verifier says.
const logSize = 256 << 10

// load hands the program to the kernel, or returns the verifier's objections.
func load(idx uint32) (fd int, log string, e unix.Errno) {
	p := bpf.Program{Type: unix.BPF_PROG_TYPE_CGROUP_SOCK, Insns: program(idx), License: "GPL"}
	text := make([]byte, logSize)
	fd, e = p.Load(1, text)
	return fd, rtnl.Str(text), e
}
