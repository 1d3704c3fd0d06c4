package sscmd

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/sscmd/sockets"
)

// lookupEnv is a variable of the environment.
func lookupEnv(name string) (string, bool) { return os.LookupEnv(name) }

const netlinkHeader = unix.SizeofNlMsghdr

// done is the message that ends a list.
var done = rtnl.Message{Type: unix.NLMSG_DONE, Flags: unix.NLM_F_MULTI, Body: []byte{0, 0, 0, 0}}

// dumpRaw writes what the kernel tells of TCP sockets into the file of -D, as it
// stands in its messages.
func (s *ss) dumpRaw() error {
	if s.dbs>>sockets.TCP&1 == 0 {
		s.Warnf("ss: tcpdiag dump requested and no tcp in filter.\n")
		return nil
	}
	out := s.Stdout
	if !strings.HasPrefix(*s.dump, "-") {
		f, err := file.OpenFile(*s.dump, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC, 0o666)
		if err != nil {
			return cli.Exit(cli.StatusUsage, "fopen dump file: %s", cli.Strerror(err))
		}
		defer f.Close()
		out = f
	}
	var buf []byte
	s.askInet(unix.IPPROTO_TCP, func(m rtnl.Message) {
		if buf = rtnl.Padded(m.AppendTo(buf)); len(buf) > 1<<15 {
			out.Write(buf)
			buf = buf[:0]
		}
	})
	out.Write(buf)
	return nil
}

const diagFile = "$TCPDIAG_FILE"

// readDiagFile reads a file of -D.
func (s *ss) readDiagFile(path string) (text string, ok bool) {
	text, err := file.Read(path)
	if err != nil {
		s.Warnf("fopen(%s): %s\n", diagFile, cli.Strerror(err))
	}
	return text, err == nil
}

// nextMessage takes a message off what such a file holds. It ends at the message that
// ends a list; elsewhere the file is not whole.
func (s *ss) nextMessage(b []byte) (m rtnl.Message, rest []byte, ok bool) {
	size := netlinkHeader
	if len(b) >= netlinkHeader {
		size = int(rtnl.NE.Uint32(b))
	}
	padded := (size + 3) &^ 3
	if len(b) < netlinkHeader || size < netlinkHeader || padded > len(b) {
		s.Warnf("Unexpected EOF reading %s", diagFile)
		return m, nil, false
	}
	m = rtnl.Message{Type: rtnl.NE.Uint16(b[4:]), Body: b[netlinkHeader:size:size]}
	switch {
	case m.Type == unix.NLMSG_DONE:
		return m, nil, false
	case m.Type == unix.NLMSG_ERROR && len(m.Body) < 4+netlinkHeader:
		s.Warnf("ERROR truncated\n")
		return m, nil, false
	case m.Type == unix.NLMSG_ERROR:
		s.Warnf("TCPDIAG answered: %s\n", rtnl.Strerror(unix.Errno(-int32(rtnl.U32(m.Body)))))
		return m, nil, false
	}
	return m, b[padded:], true
}
