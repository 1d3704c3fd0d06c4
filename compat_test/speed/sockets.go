package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// A crowd is sockets that stay open while the rows of a group are measured. Processes
// of this program hold them, by pairs, so that no limit of descriptors is in the way.
type crowd struct {
	what  string // a name of crowds
	pairs int
}

// crowds are what makes pairs of connected sockets: the first of each has a
// descriptor, its peer waits to be accepted and needs none.
var crowds = map[string]func(holder, pairs int) error{
	"sockets-tcp":  tcpPairs,
	"sockets-unix": unixPairs,
}

// pairsEach is how many pairs one process holds: as many connections may wait to be
// accepted.
const pairsEach = 4000

// backlog is what the kernel cuts down to net.core.somaxconn.
const backlog = 4096

func socketGroups(s sizes) []group {
	rows := func(name string, pairs int, cmds ...string) group {
		g := group{name: name, crowd: crowd{name, pairs}}
		for _, cmd := range cmds {
			g.works = append(g.works, one(fmt.Sprintf("`%s`, %d sockets", cmd, 2*pairs), cmd))
		}
		return g
	}
	return []group{
		rows("sockets-tcp", s.tcp/2, "ss -tan", "ss -tane", "ss -tan sport = :20000"),
		rows("sockets-unix", s.unix/2, "ss -x"),
	}
}

// gather starts the processes that hold a crowd and waits until they do. They end
// with this one, whose end of the pipe they read.
func (c crowd) gather() error {
	for i := 0; i*pairsEach < c.pairs; i++ {
		n := min(pairsEach, c.pairs-i*pairsEach)
		cmd := exec.Command(ownDir+"/speed", "-do", c.what, "-holder", strconv.Itoa(i), "-routes", strconv.Itoa(n))
		cmd.Stderr = os.Stderr
		if _, err := cmd.StdinPipe(); err != nil {
			return err
		}
		ready, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err := cmd.Start(); err != nil {
			return err
		}
		if _, err := io.ReadFull(ready, make([]byte, 1)); err != nil {
			return fmt.Errorf("%s: %w", c.what, err)
		}
	}
	return nil
}

// hold is what such a process does.
func hold(what string, holder, pairs int) error {
	if err := crowds[what](holder, pairs); err != nil {
		return err
	}
	os.Stdout.Write([]byte{'\n'})
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func tcpPairs(holder, pairs int) error {
	at := syscall.SockaddrInet4{Port: 20000 + holder, Addr: [4]byte{127, 0, 0, 1}}
	return connectPairs(syscall.AF_INET, &at, pairs)
}

func unixPairs(holder, pairs int) error {
	return connectPairs(syscall.AF_UNIX, &syscall.SockaddrUnix{Name: fmt.Sprintf("@crowd%d", holder)}, pairs)
}

func connectPairs(family int, at syscall.Sockaddr, pairs int) error {
	l, err := syscall.Socket(family, syscall.SOCK_STREAM, 0)
	if err == nil {
		err = errors.Join(syscall.Bind(l, at), syscall.Listen(l, backlog))
	}
	for i := 0; i < pairs && err == nil; i++ {
		var fd int
		if fd, err = syscall.Socket(family, syscall.SOCK_STREAM, 0); err == nil {
			err = syscall.Connect(fd, at)
		}
	}
	return err
}
