package sscmd

import (
	"errors"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/sscmd/sockets"
)

// protoAny stands for no protocol in particular, as IPPROTO_MAX does.
const protoAny = 263

// A killer closes sockets, on a connection of its own: while they are listed.
type killer struct {
	s        *ss
	protocol int
	conn     *rtnl.Conn
}

func (k *killer) open() bool {
	var err error
	k.conn, err = k.s.diag()
	return err == nil
}

func (k *killer) close() {
	if k.conn != nil {
		k.conn.Close()
	}
}

// errStop ends a list.
var errStop = &cli.Error{Status: cli.StatusUsage}

// kill closes a socket. gone tells that it was closed: others, which cannot be closed
// or are gone already, are not shown.
func (k *killer) kill(r *inetMessage, sk *sock) (gone bool, err error) {
	req := inetRequest{Family: r.Family, Protocol: uint8(k.protocol), ID: r.ID}
	if k.protocol == unix.IPPROTO_RAW {
		req.Pad = sk.rawProtocol
	}
	m := rtnl.Request(unix.SOCK_DESTROY, req)
	err = k.conn.Do(m)
	if err == nil {
		return true, nil
	}
	var no unix.Errno
	if e, ok := err.(*rtnl.Error); ok {
		no = e.Errno
	} else {
		errors.As(err, &no)
	}
	if no == unix.EOPNOTSUPP || no == unix.ENOENT {
		return false, nil
	}
	k.s.Warnf("SOCK_DESTROY answers: %s\n", rtnl.Strerror(no))
	return false, errStop
}

// follow shows sockets as they are closed, until it cannot.
func (s *ss) follow() error {
	groups := uint32(0)
	for _, g := range []struct {
		family uint8
		db     sockets.Table
		group  int
	}{
		{unix.AF_INET, sockets.TCP, unix.SKNLGRP_INET_TCP_DESTROY}, {unix.AF_INET, sockets.UDP, unix.SKNLGRP_INET_UDP_DESTROY},
		{unix.AF_INET6, sockets.TCP, unix.SKNLGRP_INET6_TCP_DESTROY}, {unix.AF_INET6, sockets.UDP, unix.SKNLGRP_INET6_UDP_DESTROY},
	} {
		if s.has(g.family) && s.dbs>>g.db&1 != 0 {
			groups |= 1 << (g.group - 1)
		}
	}
	if groups == 0 {
		return cli.Silent(cli.StatusUsage)
	}
	c, err := s.diag()
	if err != nil {
		return cli.Silent(cli.StatusUsage)
	}
	defer c.Close()
	if err := c.Bind(groups); err != nil {
		return &cli.Error{Status: cli.StatusUsage, Err: err}
	}
	k := killer{s: s, protocol: protoAny}
	defer k.close()
	if s.kill && !k.open() {
		return cli.Silent(cli.StatusUsage)
	}
	s.Pen.Flush()
	return s.listen(c, &k)
}

// listen prints one socket after the other, each as an output of its own.
func (s *ss) listen(c *rtnl.Conn, k *killer) error {
	err := c.Listen(func(m rtnl.Message) error {
		if len(m.Body) == 0 || m.Body[0] != unix.AF_INET && m.Body[0] != unix.AF_INET6 {
			return errStop
		}
		s.Pen.Begin()
		err := s.inetSocket(m, k)
		s.finish()
		s.Pen.Flush()
		return err
	}, func(err error) error { return err })
	if e, ok := err.(*rtnl.SocketError); ok {
		s.Warnf("%s\n", e)
	}
	return cli.Silent(cli.StatusUsage)
}
