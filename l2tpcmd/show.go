package l2tpcmd

import (
	"encoding/hex"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// list shows tunnels or sessions: all of them, as the kernel does not look at
// the numbers in a request for a list.
func list(e *cli.Env, a *cli.Args) error {
	t, err := parse(e, a)
	if err != nil {
		return err
	}
	cmd, print := uint8(uapi.L2TP_CMD_TUNNEL_GET), t.printTunnel
	switch {
	case t.isSession:
		cmd, print = uapi.L2TP_CMD_SESSION_GET, t.printSession
	case !t.isTunnel:
		return cli.MissArg("tunnel or session")
	}
	c, m, err := request(e, cmd)
	if err != nil {
		return err
	}
	if t.id != 0 && (!t.isSession || t.session != 0) {
		m.U32(uapi.L2TP_ATTR_CONN_ID, t.id)
		if t.isSession {
			m.U32(uapi.L2TP_ATTR_SESSION_ID, t.session)
		}
	}
	e.Pen.Begin()
	err = c.Dump(m, func(m rtnl.Message) error {
		if err := t.read(m); err != nil {
			return err
		}
		e.Pen.OpenObject("")
		print(e.Pen)
		e.Pen.CloseObject()
		return nil
	})
	e.Pen.End()
	return cli.DumpError(err, cli.StatusError)
}

// read takes over what a message tells. What it does not tell stays as the
// message before had it, or as the command's words have it: the real tool
// shows the cookie of one session for the next one that has none, too.
func (t *tunnel) read(m rtnl.Message) error {
	genl, attrs := rtnl.View[rtnl.GenlHeader](m.Body)
	if genl == nil {
		return cli.Silent(cli.StatusError)
	}
	var tb [uapi.L2TP_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	read16(&t.encap, tb[uapi.L2TP_ATTR_ENCAP_TYPE])
	read32(&t.id, tb[uapi.L2TP_ATTR_CONN_ID])
	read32(&t.peerID, tb[uapi.L2TP_ATTR_PEER_CONN_ID])
	read32(&t.session, tb[uapi.L2TP_ATTR_SESSION_ID])
	read32(&t.peerSession, tb[uapi.L2TP_ATTR_PEER_SESSION_ID])
	read16(&t.localPort, tb[uapi.L2TP_ATTR_UDP_SPORT])
	read16(&t.peerPort, tb[uapi.L2TP_ATTR_UDP_DPORT])
	readBool(&t.checksum, tb[uapi.L2TP_ATTR_UDP_CSUM])
	readBool(&t.recvSeq, tb[uapi.L2TP_ATTR_RECV_SEQ])
	readBool(&t.sendSeq, tb[uapi.L2TP_ATTR_SEND_SEQ])
	t.noChecksum6Tx = tb[uapi.L2TP_ATTR_UDP_ZERO_CSUM6_TX] != nil
	t.noChecksum6Rx = tb[uapi.L2TP_ATTR_UDP_ZERO_CSUM6_RX] != nil
	t.cookie.read(tb[uapi.L2TP_ATTR_COOKIE])
	t.peerCookie.read(tb[uapi.L2TP_ATTR_PEER_COOKIE])
	if v := tb[uapi.L2TP_ATTR_RECV_TIMEOUT]; v != nil {
		t.reorderTimeout = uint32(rtnl.U64(v))
	}
	if v := tb[uapi.L2TP_ATTR_IFNAME]; v != nil {
		t.ifname = rtnl.Str(v)
	}
	if !readAddr(&t.local, tb[uapi.L2TP_ATTR_IP_SADDR], tb[uapi.L2TP_ATTR_IP6_SADDR]) ||
		!readAddr(&t.peer, tb[uapi.L2TP_ATTR_IP_DADDR], tb[uapi.L2TP_ATTR_IP6_DADDR]) {
		return cli.Silent(cli.StatusError)
	}
	return nil
}

func read16(to *uint16, v []byte) {
	if v != nil {
		*to = rtnl.U16(v)
	}
}

func read32(to *uint32, v []byte) {
	if v != nil {
		*to = rtnl.U32(v)
	}
}

func readBool(to *bool, v []byte) {
	if v != nil {
		*to = rtnl.U8(v) != 0
	}
}

func (c *cookie) read(v []byte) {
	if v != nil {
		c.n = copy(c.b[:], v)
	}
}

// readAddr takes one of two attributes; false if it has the wrong length.
func readAddr(to *addr, v4, v6 []byte) bool {
	v, family := v4, uint8(unix.AF_INET)
	if v == nil {
		v, family = v6, unix.AF_INET6
	}
	to.family = family
	if v == nil {
		return true
	}
	to.n = copy(to.b[:], v)
	return len(v)*8 == cli.FamilyBits(family)
}

func (t *tunnel) printTunnel(p *show.Pen) {
	encap := "??"
	switch t.encap {
	case uapi.L2TP_ENCAPTYPE_UDP:
		encap = "UDP"
	case uapi.L2TP_ENCAPTYPE_IP:
		encap = "IP"
	}
	p.Uint("tunnel_id", "Tunnel ", uint64(t.id), ",")
	p.Str("encap", " encap ", encap, "")
	p.NL()
	t.local.print(p, "local", "  From ", " ")
	t.peer.print(p, "peer", "to ", "")
	p.NL()
	p.Uint("peer_tunnel", "  Peer tunnel ", uint64(t.peerID), "")
	p.NL()
	if t.encap == uapi.L2TP_ENCAPTYPE_UDP {
		p.Uint("local_port", "  UDP source / dest ports: ", uint64(t.localPort), "")
		p.Uint("peer_port", "/", uint64(t.peerPort), "")
		p.NL()
		t.printChecksums(p)
	}
}

func (a *addr) print(p *show.Pen, key, pre, post string) {
	var buf [64]byte
	p.Bytes(key, pre, cli.AppendAddr(buf[:0], a.family, a.b[:]), post)
}

// printChecksums tells whether UDP has checksums; over IPv6 each way by itself.
func (t *tunnel) printChecksums(p *show.Pen) {
	tx, rx := t.checksum, t.checksum
	if t.local.family == unix.AF_INET {
		p.JBool("checksum", t.checksum)
	} else {
		tx, rx = !t.noChecksum6Tx, !t.noChecksum6Rx
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

func (t *tunnel) printSession(p *show.Pen) {
	p.Uint("session_id", "Session ", uint64(t.session), "")
	p.Uint("tunnel_id", " in tunnel ", uint64(t.id), "")
	p.NL()
	p.Uint("peer_session_id", "  Peer session ", uint64(t.peerSession), ",")
	p.Uint("peer_tunnel_id", " tunnel ", uint64(t.peerID), "")
	p.NL()
	if t.ifname != "" {
		p.ColorStr(show.Ifname, "interface", "  interface name: ", t.ifname, "")
		p.NL()
	}
	// There are no offsets any more.
	p.Text("  offset 0, peer offset 0\n")
	t.cookie.print(p, "cookie", "  cookie ")
	t.peerCookie.print(p, "peer_cookie", "  peer cookie ")
	if t.reorderTimeout != 0 {
		p.Uint("reorder_timeout", "  reorder timeout: ", uint64(t.reorderTimeout), "")
	}
	if t.sendSeq || t.recvSeq {
		p.NL()
		p.Text("  sequence numbering:")
	}
	if t.sendSeq {
		p.Null("send_seq", " send")
	}
	if t.recvSeq {
		p.Null("recv_seq", " recv")
	}
	p.EndLine()
}

// print writes 8 bytes of a cookie if it has as many, else 4.
func (c *cookie) print(p *show.Pen, key, pre string) {
	n := 4
	if c.n == len(c.b) {
		n = len(c.b)
	}
	if c.n > 0 {
		p.Str(key, pre, hex.EncodeToString(c.b[:n]), "")
	}
}
