package nstatcmd

import (
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/spawn"
)

// The daemon listens at an abstract Unix address of the user, and answers whoever
// connects with a history: what it has counted, with rates.
//
// It is this program, started again: Go cannot fork. The variable tells that, and that
// the socket is descriptor 3.
const (
	daemonVariable = "GIP_SCANS"
	daemonSocket   = 3
)

// address is that of a user's daemon.
func (t *tool) address(uid int) *unix.SockaddrUnix {
	return &unix.SockaddrUnix{Name: "@" + t.name + strconv.Itoa(uid)}
}

// daemon becomes the daemon, or starts it.
func (m *meter) daemon() error {
	m.settle()
	if os.Getenv(daemonVariable) == "1" && listens(daemonSocket) {
		return m.serve(daemonSocket)
	}
	if m.Hosted != nil {
		return m.fail("a daemon is a process of its own, which is no part of another program")
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return m.failed("socket", err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, m.address(uid())); err != nil {
		return m.failed("bind", err)
	}
	if err := unix.Listen(fd, 5); err != nil {
		return m.failed("listen", err)
	}
	if _, err := spawn.Again(append([]string{m.Called}, m.words...), "/", []string{daemonVariable + "=1"}, uintptr(fd)); err != nil {
		return m.failed("daemon", err)
	}
	return nil
}

// listens reports whether a descriptor is a socket that listens.
func listens(fd int) bool {
	v, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	return err == nil && v == 1
}

// serve counts, and answers. It ends with the process.
func (m *meter) serve(fd int) (err error) {
	m.Ignore(unix.SIGPIPE)
	// The number behind that of the process is the first that random(3) gives.
	m.source = strconv.Itoa(os.Getpid()) + ".1804289383 sampling_interval=" + strconv.Itoa(int(m.interval/1000)) +
		" time_const=" + strconv.Itoa(int(m.constant/1000))
	if m.now, err = m.load(m); err != nil {
		return err
	}
	var answering atomic.Int32
	last := int64(0)
	for {
		now := time.Now().UnixMilli()
		past := now - last
		if past >= int64(m.interval) {
			if err := m.count(int32(past)); err != nil {
				return err
			}
			last, past = now, 0
		}
		m.answer(fd, int(int64(m.interval)-past), &answering)
	}
}

// mostAnswers is how many clients are answered at a time.
const mostAnswers = 5

// answer waits some ms for a client and answers it, in the background: it may not read
// at once.
func (m *meter) answer(fd, ms int, answering *atomic.Int32) {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	if n, _ := unix.Poll(p, ms); n <= 0 || p[0].Revents&unix.POLLIN == 0 {
		return
	}
	client, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC)
	if err != nil {
		return
	}
	if answering.Load() >= mostAnswers {
		unix.Close(client)
		return
	}
	answering.Add(1)
	text := m.tool.save(m, false)
	go func() {
		writeAll(client, text)
		unix.Close(client)
		answering.Add(-1)
	}()
}

// count reads the counters again and works out the rates. What was not there at the
// beginning is not counted.
func (m *meter) count(ms int32) error {
	source := m.source
	fresh, err := m.load(m)
	if err != nil {
		return err
	}
	m.source = source
	f := finder{list: fresh, same: m.same}
	for i := range m.now {
		e := &m.now[i]
		if fresh := f.find(e); fresh != nil {
			m.more(m, e, fresh, ms)
		}
	}
	return nil
}

// askDaemon asks the user's daemon, or root's. One that somebody else pretends to be
// is not believed.
func (m *meter) askDaemon() (text string, ok bool) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", false
	}
	defer unix.Close(fd)
	if unix.Connect(fd, m.address(uid())) != nil && unix.Connect(fd, m.address(0)) != nil {
		return "", false
	}
	cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil || int(cred.Uid) != uid() && cred.Uid != 0 {
		return "", false
	}
	return readAll(fd), true
}

// optScan reads the interval of -d, in seconds.
func (m *meter) optScan(s string) { m.interval = 1000 * int32(cli.Atoi(s)) }
