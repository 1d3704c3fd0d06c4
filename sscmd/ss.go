// Package sscmd is ss of iproute2: the sockets of the system, as the kernel's
// sock_diag(7) and, where that cannot be had, /proc/net tells of them.
//
// A run goes through three stages: the options and the filter become a choice of
// tables, states and families (options.go, tables.go, filter.go, cond.go), each
// table is asked of the kernel (inet.go, unix.go, packet.go, netlink.go, …), and
// what comes back is printed in columns (columns.go), or with -j, which is ours, as
// JSON (printer.go).
package sscmd

import (
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/word"
	"gip/sscmd/columns"
	"gip/sscmd/sockets"
)

// Applet is the command ss.
var Applet = command.Applet{Names: "ss", Usage: usage, Run: run}

// options say what is shown of each socket.
type options struct {
	timers, memory, info, bpf        bool
	processes, threads               bool
	details                          bool
	tos, cgroup, sockopt, tipcInfo   bool
	numeric, oneline, noQueues, json bool
	noHeader, summary, events        bool
}

// ss is one call of the command.
type ss struct {
	*cli.Env
	options
	choice
	out     columns.Printer
	table   columns.Table
	states  int // those that were asked for; 0 for the usual ones
	queried bool
	dump    *string   // the file of -D
	filters io.Reader // of -F
	users   users
	ports   ports
	cgroups cgroups
	storage storage
	// service is the protocol whose services give ports names: "" for any.
	service string
	// endpoint is the inode of the socket before: associations of SCTP have that
	// of their endpoint.
	endpoint uint32
}

func run(c *command.Call) error {
	s := &ss{Env: c.Env}
	defer s.storage.close()
	rest, err := getopt().As(c.Called).Each(c.Rest(), s.option)
	if err != nil {
		return err
	}
	if (s.processes || s.threads) && !s.Asked {
		s.users.load(s.threads)
	}
	if s.summary {
		s.printSummary()
		if !s.chosen && len(rest) == 0 {
			return nil
		}
	}
	if rest, err = s.stateWords(rest); err != nil {
		return err
	}
	if err := s.settle(); err != nil {
		return err
	}
	if s.dump != nil {
		return s.dumpRaw()
	}
	if s.filter, err = s.parseFilter(rest); err != nil || s.Asked {
		return err
	}
	s.begin()
	if s.events {
		return s.follow()
	}
	s.show()
	s.finish()
	return nil
}

// stateWords reads the states that stand before the filter.
func (s *ss) stateWords(words []string) (rest []string, err error) {
	for seen := false; len(words) > 0; seen = true {
		exclude := word.Has("exclude|excl", words[0])
		if !exclude && !word.Has("state", words[0]) {
			break
		}
		if len(words) == 1 {
			return nil, cli.Incomplete()
		}
		states, ok := sockets.ParseState(words[1])
		if !ok {
			return nil, cli.Exit(cli.StatusUsage, "ss: wrong state name: %s", words[1])
		}
		if !seen {
			s.states = 0
			if exclude {
				s.states = sockets.AllStates
			}
		}
		if exclude {
			s.states &^= states
		} else {
			s.states |= states
		}
		words = words[2:]
	}
	return words, nil
}

// settle works out which tables, families and states are shown.
func (s *ss) settle() error {
	if !s.chosen {
		if s.states == 0 {
			s.states = sockets.ConnectedStates
		}
		s.choice.table(sockets.AllTables, true)
	}
	if s.states != 0 {
		s.choice.states = s.states
	}
	s.complete()
	switch {
	case s.dbs == 0:
		return nothing("socket tables")
	case s.families == 0:
		return nothing("families")
	case s.choice.states == 0:
		return nothing("socket states")
	}
	return nil
}

// nothing is the end of a call that shows nothing, which is no failure.
func nothing(what string) error {
	return &cli.Error{Status: 0, Text: "ss: no " + what + " to show with such filter.\n"}
}

// begin prints the heading, without the columns that would be the same in each line.
func (s *ss) begin() {
	s.table.Pen, s.table.Stdout = s.Pen, s.Stdout
	s.out = columns.Printer{Table: &s.table, Pen: s.Pen, JSON: s.json}
	off := &s.table.Off
	off[columns.ColProcess] = !s.processes
	off[columns.ColRecvQ], off[columns.ColSendQ] = s.noQueues, s.noQueues
	off[columns.ColNetid] = s.dbs&(s.dbs-1) == 0
	off[columns.ColState] = s.choice.states&(s.choice.states-1) == 0
	switch {
	case s.json:
		s.Pen.Begin()
	case !s.noHeader:
		s.table.Header()
	}
}

// show prints the tables, one after the other.
func (s *ss) show() {
	for _, t := range []struct {
		dbs  int
		show func()
	}{
		{1 << sockets.Netlink, s.showNetlink},
		{sockets.PacketTables, s.showPacket},
		{sockets.UnixTables, s.showUnix},
		{1 << sockets.Raw, s.showRaw},
		{1 << sockets.UDP, s.showUDP},
		{1 << sockets.TCP, s.showTCP},
		{1 << sockets.SCTP, s.showSCTP},
		{sockets.VsockTables, s.showVsock},
		{1 << sockets.TIPC, s.showTIPC},
		{1 << sockets.XDP, s.showXDP},
		{1 << sockets.MPTCP, s.showMPTCP},
	} {
		if s.dbs&t.dbs != 0 {
			t.show()
		}
	}
}

// finish prints what has been kept.
func (s *ss) finish() {
	s.out.End()
	if s.json {
		s.Pen.End()
		return
	}
	s.table.Render()
}

// request is the beginning of a message to sock_diag; its body follows.
func request[T any](body T) *rtnl.Msg {
	return rtnl.Request(unix.SOCK_DIAG_BY_FAMILY, body)
}

// diagAhead lets the kernel make one datagram ahead of what is received. With the usual
// size it makes three or four, and only then is the first of them received: when the last
// one is made, as many are left to be printed, with nothing else to be done meanwhile.
const diagAhead = 32 << 10

// diag opens a socket to sock_diag. It is not connected, and open only while one
// table is listed: the real tool's is seen in the table of netlink sockets, too.
func (s *ss) diag() (*rtnl.Conn, error) {
	c, err := rtnl.Dial(unix.NETLINK_SOCK_DIAG, rtnl.Options{Unconnected: true, RcvBuf: diagAhead})
	if err != nil {
		s.Warnf("%s\n", err)
	}
	return c, err
}

// ask sends a request and gives f each socket of the answer. It reports whether the
// kernel answered it.
func (s *ss) ask(m *rtnl.Msg, f func(rtnl.Message) error) bool {
	c, err := s.diag()
	if err != nil {
		return false
	}
	defer c.Close()
	err = c.Dump(m, f)
	s.tell(err)
	return err == nil
}

// tell says why a table cannot be had, but for a kernel that does not have it. That a
// request could not be sent goes without saying.
func (s *ss) tell(err error) {
	if e, ok := err.(*rtnl.Error); ok && e.Errno != unix.ENOENT && e.Errno != unix.EOPNOTSUPP {
		s.Warnf("RTNETLINK answers: %s\n", rtnl.Strerror(e.Errno))
	} else if e, ok := err.(*rtnl.SocketError); ok && !e.Unasked {
		s.Warnf("%s\n", e)
	}
}

// elsewhere reports whether the environment names a file of /proc/net, or another
// /proc: then the kernel is not asked.
func elsewhere(variable string) bool {
	_, file := os.LookupEnv(variable)
	_, root := os.LookupEnv("PROC_ROOT")
	return file || root
}

// procFile reads a file of /proc.
func procFile(variable, name string) (text string, ok bool) {
	text, err := file.Read(file.Proc(variable, name))
	return text, err == nil
}

// lineSize is how long the lines of a table of /proc are read at most.
const lineSize = 255

// records yields the lines of a table of /proc/net but for its heading, up to one
// that is too long or not whole, or that f refuses.
func records(text string, f func(line string) bool) {
	_, text, _ = strings.Cut(text, "\n")
	for line := range strings.Lines(text) {
		if len(line) > lineSize || line[len(line)-1] != '\n' || !f(line[:len(line)-1]) {
			return
		}
	}
}

// lines is records for tables of which all is read, long lines in pieces.
func lines(text string, f func(line string) bool) {
	_, text, _ = strings.Cut(text, "\n")
	for line := range strings.Lines(text) {
		for ; len(line) > lineSize; line = line[lineSize:] {
			f(line[:lineSize])
		}
		f(strings.TrimSuffix(line, "\n"))
	}
}
