package tccmd

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// sendMaps sends descriptors to a socket as "tc filter … export" does, as soon as it is
// there.
func sendMaps(t *testing.T, path string, ids []uint32, fds []int) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Error(err)
		return
	}
	defer unix.Close(fd)
	b := make([]byte, mapsHead+len(ids)*mapSize)
	rtnl.NE.PutUint16(b, mapsVersion)
	rtnl.NE.PutUint16(b[2:], uint16(len(ids)))
	for i, id := range ids {
		rtnl.NE.PutUint32(b[mapsHead+i*mapSize+mapID:], id)
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if unix.Sendmsg(fd, b, unix.UnixRights(fds...), &unix.SockaddrUnix{Name: path}, 0) == nil {
			return
		}
	}
	t.Error("nobody listens")
}

// TestReceiveMaps holds that a program is told of each map, by its number and what it
// is open as, and that the socket is gone.
func TestReceiveMaps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	go sendMaps(t, path, []uint32{7, 9}, []int{0, 0})
	env, err := receiveMaps(clitest.Env(io.Discard, cli.Options{}), path)
	if err != nil {
		t.Fatal(err)
	}
	if len(env) != 3 || env[0] != "BPF_NUM_MAPS=2" || !strings.HasPrefix(env[1], "BPF_MAP7=") || !strings.HasPrefix(env[2], "BPF_MAP9=") || env[1][9:] == env[2][9:] {
		t.Errorf("the environment is %q", env)
	}
	if unix.Access(path, unix.F_OK) != unix.ENOENT {
		t.Error("the socket is left")
	}
}

// TestNoSocket holds what is said of a place where there can be no socket.
func TestNoSocket(t *testing.T) {
	var errs bytes.Buffer
	e := clitest.Env(io.Discard, cli.Options{})
	e.Stderr = &errs
	if _, err := receiveMaps(e, t.TempDir()+"/none/socket"); err == nil || errs.String() != "Cannot bind to socket: No such file or directory\n" {
		t.Errorf("%v, told %q", err, errs.String())
	}
}
