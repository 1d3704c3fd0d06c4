package l2tpcmd

import (
	"encoding/hex"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// list shows tunnels or sessions: all of them, as the kernel does not look at
// the numbers in a request for a list.
func list(call *command.Call) error {
	e := call.Env
	c, err := parse(e, call.Args)
	if err != nil {
		return err
	}
	session := about(c, aSession)
	cmd, print := uint8(uapi.L2TP_CMD_TUNNEL_GET), printTunnel
	if session {
		cmd, print = uapi.L2TP_CMD_SESSION_GET, printSession
	}
	conn, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	m := request(cmd)
	m.SetType(family)
	id, sessionID := number(c, uapi.L2TP_ATTR_CONN_ID), number(c, uapi.L2TP_ATTR_SESSION_ID)
	if id != 0 && (sessionID != 0 || !session) {
		m.U32(uapi.L2TP_ATTR_CONN_ID, uint32(id))
		if session {
			m.U32(uapi.L2TP_ATTR_SESSION_ID, uint32(sessionID))
		}
	}
	e.Pen.Begin()
	err = conn.Dump(m, func(m rtnl.Message) error {
		err := read(c, m)
		if err == nil {
			e.Pen.OpenObject("")
			print(c, e.Pen)
			e.Pen.CloseObject()
		}
		return err
	})
	e.Pen.End()
	return cli.DumpError(err, cli.StatusError)
}

// read takes what a message tells. What it does not tell stays as the message
// before had it, or as the command's words have it: the real tool shows the
// cookie of one session for the next one that has none, too.
func read(c *field.Call, m rtnl.Message) error {
	genl, attrs := rtnl.View[unix.Genlmsghdr](m.Body)
	if genl == nil {
		return cli.Silent(cli.StatusError)
	}
	var tb [uapi.L2TP_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	c.Drop(0, uapi.L2TP_ATTR_UDP_ZERO_CSUM6_RX)
	c.Drop(0, uapi.L2TP_ATTR_UDP_ZERO_CSUM6_TX)
	for _, r := range [...]*field.Row{&local, &remote} {
		v4, v6 := r.Attr, uint16(r.Arg)
		c.Drop(0, v4)
		if tb[v4] != nil {
			c.Drop(0, v6)
			tb[v6] = nil
		}
		if tb[v4] != nil && len(tb[v4]) != 4 || tb[v6] != nil && len(tb[v6]) != 16 {
			return cli.Silent(cli.StatusError)
		}
	}
	for attr, b := range tb {
		if b != nil {
			c.Put(0, uint16(attr), b)
		}
	}
	return nil
}

// number is a number of 16 or 32 bits, 0 if there is none.
func number(c *field.Call, attr uint16) uint64 {
	b := c.Get(0, attr)
	if len(b) < 4 {
		return uint64(rtnl.U16(b))
	}
	return uint64(rtnl.U32(b))
}

func isOn(c *field.Call, attr uint16) bool { return rtnl.U8(c.Get(0, attr)) != 0 }

func printTunnel(c *field.Call, p *show.Pen) {
	encap, name := number(c, uapi.L2TP_ATTR_ENCAP_TYPE), "??"
	switch encap {
	case uapi.L2TP_ENCAPTYPE_UDP:
		name = "UDP"
	case uapi.L2TP_ENCAPTYPE_IP:
		name = "IP"
	}
	p.Uint("tunnel_id", "Tunnel ", number(c, uapi.L2TP_ATTR_CONN_ID), ",")
	p.Str("encap", " encap ", name, "")
	p.NL()
	printAddr(c, &local, "local", "  From ", " ")
	printAddr(c, &remote, "peer", "to ", "")
	p.NL()
	p.Uint("peer_tunnel", "  Peer tunnel ", number(c, uapi.L2TP_ATTR_PEER_CONN_ID), "")
	p.NL()
	if encap == uapi.L2TP_ENCAPTYPE_UDP {
		p.Uint("local_port", "  UDP source / dest ports: ", number(c, uapi.L2TP_ATTR_UDP_SPORT), "")
		p.Uint("peer_port", "/", number(c, uapi.L2TP_ATTR_UDP_DPORT), "")
		p.NL()
		printChecksums(c, p)
	}
}

func printAddr(c *field.Call, r *field.Row, key, pre, post string) {
	var buf [64]byte
	var none [16]byte
	family, b := uint8(unix.AF_INET), c.Get(0, r.Attr)
	if b == nil {
		family, b = unix.AF_INET6, c.Get(0, uint16(r.Arg))
	}
	if b == nil {
		b = none[:]
	}
	c.Env.Pen.Bytes(key, pre, cli.AppendAddr(buf[:0], family, b), post)
}

// printChecksums tells whether UDP has checksums; over IPv6 each way by itself.
func printChecksums(c *field.Call, p *show.Pen) {
	tx := isOn(c, uapi.L2TP_ATTR_UDP_CSUM)
	rx := tx
	if c.Get(0, local.Attr) != nil {
		p.JBool("checksum", tx)
	} else {
		tx, rx = c.Get(0, uapi.L2TP_ATTR_UDP_ZERO_CSUM6_TX) == nil, c.Get(0, uapi.L2TP_ATTR_UDP_ZERO_CSUM6_RX) == nil
		p.JBool("checksum_tx", tx)
		p.JBool("checksum_rx", rx)
	}
	text := "disabled"
	switch {
	case tx && rx:
		text = "enabled"
	case tx:
		text = "tx"
	case rx:
		text = "rx"
	}
	p.Text("  UDP checksum: ")
	p.Text(text)
	p.Text("\n")
}

func printSession(c *field.Call, p *show.Pen) {
	p.Uint("session_id", "Session ", number(c, uapi.L2TP_ATTR_SESSION_ID), "")
	p.Uint("tunnel_id", " in tunnel ", number(c, uapi.L2TP_ATTR_CONN_ID), "")
	p.NL()
	p.Uint("peer_session_id", "  Peer session ", number(c, uapi.L2TP_ATTR_PEER_SESSION_ID), ",")
	p.Uint("peer_tunnel_id", " tunnel ", number(c, uapi.L2TP_ATTR_PEER_CONN_ID), "")
	p.NL()
	if name := rtnl.CStr(c.Get(0, uapi.L2TP_ATTR_IFNAME)); len(name) > 0 {
		p.ColorBytes(show.Ifname, "interface", "  interface name: ", name, "")
		p.NL()
	}
	// There are no offsets any more.
	p.Text("  offset 0, peer offset 0\n")
	printCookie(p, "cookie", "  cookie ", c.Get(0, uapi.L2TP_ATTR_COOKIE))
	printCookie(p, "peer_cookie", "  peer cookie ", c.Get(0, uapi.L2TP_ATTR_PEER_COOKIE))
	if timeout := uint32(rtnl.U64(c.Get(0, uapi.L2TP_ATTR_RECV_TIMEOUT))); timeout != 0 {
		p.Uint("reorder_timeout", "  reorder timeout: ", uint64(timeout), "")
	}
	send, recv := isOn(c, uapi.L2TP_ATTR_SEND_SEQ), isOn(c, uapi.L2TP_ATTR_RECV_SEQ)
	if send || recv {
		p.NL()
		p.Text("  sequence numbering:")
	}
	if send {
		p.Null("send_seq", " send")
	}
	if recv {
		p.Null("recv_seq", " recv")
	}
	p.EndLine()
}

// printCookie writes 8 bytes of a cookie if it has as many, else 4.
func printCookie(p *show.Pen, key, pre string, cookie []byte) {
	var b [8]byte
	n := 4
	if copy(b[:], cookie) == len(b) {
		n = len(b)
	}
	if len(cookie) > 0 {
		p.Str(key, pre, hex.EncodeToString(b[:n]), "")
	}
}
