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
func list(e *cli.Env, t *tunnel) error {
	cmd, print := uint8(uapi.L2TP_CMD_TUNNEL_GET), (*tunnel).printTunnel
	if t.flag[isSession] {
		cmd, print = uapi.L2TP_CMD_SESSION_GET, (*tunnel).printSession
	}
	c, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	m := request(cmd)
	m.SetType(family)
	id, session := t.number[tunnelID], t.number[sessionID]
	if id != 0 && (session != 0 || !t.flag[isSession]) {
		m.U32(uapi.L2TP_ATTR_CONN_ID, id)
		if t.flag[isSession] {
			m.U32(uapi.L2TP_ATTR_SESSION_ID, session)
		}
	}
	e.Pen.Begin()
	err = c.Dump(m, func(m rtnl.Message) error {
		err := t.read(m)
		if err == nil {
			e.Pen.OpenObject("")
			print(t, e.Pen)
			e.Pen.CloseObject()
		}
		return err
	})
	e.Pen.End()
	return cli.DumpError(err, cli.StatusError)
}

func (t *tunnel) printTunnel(p *show.Pen) {
	name := "??"
	switch t.choice[encap] {
	case uapi.L2TP_ENCAPTYPE_UDP:
		name = "UDP"
	case uapi.L2TP_ENCAPTYPE_IP:
		name = "IP"
	}
	p.Uint("tunnel_id", "Tunnel ", uint64(t.number[tunnelID]), ",")
	p.Str("encap", " encap ", name, "")
	p.NL()
	t.addr[local].print(p, "local", "  From ", " ")
	t.addr[peer].print(p, "peer", "to ", "")
	p.NL()
	p.Uint("peer_tunnel", "  Peer tunnel ", uint64(t.number[peerTunnelID]), "")
	p.NL()
	if t.choice[encap] == uapi.L2TP_ENCAPTYPE_UDP {
		p.Uint("local_port", "  UDP source / dest ports: ", uint64(t.number[localPort]), "")
		p.Uint("peer_port", "/", uint64(t.number[peerPort]), "")
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
	tx, rx := t.flag[checksum], t.flag[checksum]
	if t.addr[local].family == unix.AF_INET {
		p.JBool("checksum", tx)
	} else {
		tx, rx = t.flag[checksum6Tx], t.flag[checksum6Rx]
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
	p.Uint("session_id", "Session ", uint64(t.number[sessionID]), "")
	p.Uint("tunnel_id", " in tunnel ", uint64(t.number[tunnelID]), "")
	p.NL()
	p.Uint("peer_session_id", "  Peer session ", uint64(t.number[peerSessionID]), ",")
	p.Uint("peer_tunnel_id", " tunnel ", uint64(t.number[peerTunnelID]), "")
	p.NL()
	if t.ifname != "" {
		p.ColorStr(show.Ifname, "interface", "  interface name: ", t.ifname, "")
		p.NL()
	}
	// There are no offsets any more.
	p.Text("  offset 0, peer offset 0\n")
	t.cookie[local].print(p, "cookie", "  cookie ")
	t.cookie[peer].print(p, "peer_cookie", "  peer cookie ")
	if t.reorderTimeout != 0 {
		p.Uint("reorder_timeout", "  reorder timeout: ", uint64(t.reorderTimeout), "")
	}
	if t.choice[sequence] != 0 {
		p.NL()
		p.Text("  sequence numbering:")
	}
	if t.choice[sequence]&sendSeq != 0 {
		p.Null("send_seq", " send")
	}
	if t.choice[sequence]&recvSeq != 0 {
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
