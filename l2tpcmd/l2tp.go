// Package l2tpcmd is "ip l2tp": static L2TPv3 tunnels and the Ethernet
// sessions in them. It departs from iproute2 nowhere.
package l2tpcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

const familyName = "l2tp"

const usage = `Usage: ip l2tp add tunnel local ADDR remote ADDR tunnel_id ID peer_tunnel_id ID
          [ encap { udp | ip } ] [ udp_sport PORT ] [ udp_dport PORT ]
          [ udp_csum { on | off } ] [ udp6_csum_tx { on | off } ] [ udp6_csum_rx { on | off } ]
       ip l2tp add session tunnel_id ID session_id ID peer_session_id ID [ name NAME ]
          [ cookie HEX ] [ peer_cookie HEX ] [ seq { none | send | recv | both } ]
          [ l2spec_type { none | default } ]
       ip l2tp del tunnel tunnel_id ID
       ip l2tp del session tunnel_id ID session_id ID
       ip l2tp show tunnel [ tunnel_id ID ]
       ip l2tp show session [ tunnel_id ID ] [ session_id ID ]
ID := { 1..4294967295 }, HEX := 8 or 16 hexadecimal digits
`

func verbs() []cli.Verb {
	return []cli.Verb{
		{Words: "add", Run: add},
		{Words: "delete", Run: del},
		{Words: "show|lst|list", Run: list},
	}
}

// Run is ip l2tp. The kernel has to know L2TP before anything but the help is
// looked at.
func Run(e *cli.Env, a *cli.Args) error {
	if !a.More() || a.Is("help") {
		return cli.Usage(usage)
	}
	if _, _, err := e.Genl(familyName); err != nil {
		return err
	}
	return cli.Dispatch(e, a, "l2tp", verbs(), nil)
}

// request begins a request.
func request(e *cli.Env, cmd uint8) (*rtnl.Conn, *rtnl.Msg, error) {
	c, family, err := e.Genl(familyName)
	if err != nil {
		return nil, nil, err
	}
	m := rtnl.New(family, 0)
	rtnl.Put(m, rtnl.GenlHeader{Cmd: cmd, Version: uapi.L2TP_GENL_VERSION})
	return c, m, nil
}

// add makes a tunnel, a session, or both.
func add(e *cli.Env, a *cli.Args) error {
	t, err := parse(e, a)
	if err != nil {
		return err
	}
	if err := t.checkNew(); err != nil {
		return err
	}
	if t.isTunnel {
		err = t.createTunnel(e)
	}
	if t.isSession {
		// The status is that of the session, the complaints are both.
		if err != nil {
			cli.Report(e.Stderr, err)
		}
		err = t.createSession(e)
	}
	return err
}

// checkNew looks for what is missing, in the real tool's order.
func (t *tunnel) checkNew() error {
	udp := t.isTunnel && t.encap == uapi.L2TP_ENCAPTYPE_UDP
	return firstMissing([]requirement{
		{!t.isTunnel && !t.isSession, "tunnel or session"},
		{t.id == 0, "tunnel_id"},
		{t.isSession && t.peerSession == 0, "peer_session_id"},
		{t.isSession && t.session == 0, "session_id"},
		{t.isTunnel && t.peerID == 0, "peer_tunnel_id"},
		{t.isTunnel && t.local.family == unix.AF_UNSPEC, "local"},
		{t.isTunnel && t.peer.family == unix.AF_UNSPEC, "remote"},
		{udp && t.localPort == 0, "udp_sport"},
		{udp && t.peerPort == 0, "udp_dport"},
	})
}

// A requirement is a word that is missing if the condition holds.
type requirement struct {
	missing bool
	word    string
}

func firstMissing(rs []requirement) error {
	for _, r := range rs {
		if r.missing {
			return cli.MissArg(r.word)
		}
	}
	return nil
}

func (t *tunnel) createTunnel(e *cli.Env) error {
	c, m, err := request(e, uapi.L2TP_CMD_TUNNEL_CREATE)
	if err != nil {
		return err
	}
	m.U32(uapi.L2TP_ATTR_CONN_ID, t.id)
	m.U32(uapi.L2TP_ATTR_PEER_CONN_ID, t.peerID)
	m.U8(uapi.L2TP_ATTR_PROTO_VERSION, protoVersion)
	m.U16(uapi.L2TP_ATTR_ENCAP_TYPE, t.encap)
	putAddr(m, &t.local, uapi.L2TP_ATTR_IP_SADDR, uapi.L2TP_ATTR_IP6_SADDR)
	putAddr(m, &t.peer, uapi.L2TP_ATTR_IP_DADDR, uapi.L2TP_ATTR_IP6_DADDR)
	if t.encap == uapi.L2TP_ENCAPTYPE_UDP {
		t.putUDP(m)
	}
	return c.Do(m)
}

// protoVersion is that of L2TPv3, the only one of static tunnels.
const protoVersion = 3

func putAddr(m *rtnl.Msg, a *addr, v4, v6 uint16) {
	attr := v4
	if a.family == unix.AF_INET6 {
		attr = v6
	}
	m.Attr(attr, a.b[:a.n])
}

func (t *tunnel) putUDP(m *rtnl.Msg) {
	m.U16(uapi.L2TP_ATTR_UDP_SPORT, t.localPort)
	m.U16(uapi.L2TP_ATTR_UDP_DPORT, t.peerPort)
	if t.checksum {
		m.U8(uapi.L2TP_ATTR_UDP_CSUM, 1)
	}
	if t.noChecksum6Tx {
		m.Flag(uapi.L2TP_ATTR_UDP_ZERO_CSUM6_TX)
	}
	if t.noChecksum6Rx {
		m.Flag(uapi.L2TP_ATTR_UDP_ZERO_CSUM6_RX)
	}
}

func (t *tunnel) createSession(e *cli.Env) error {
	c, m, err := request(e, uapi.L2TP_CMD_SESSION_CREATE)
	if err != nil {
		return err
	}
	m.U32(uapi.L2TP_ATTR_CONN_ID, t.id)
	m.U32(uapi.L2TP_ATTR_PEER_CONN_ID, t.peerID)
	m.U32(uapi.L2TP_ATTR_SESSION_ID, t.session)
	m.U32(uapi.L2TP_ATTR_PEER_SESSION_ID, t.peerSession)
	m.U16(uapi.L2TP_ATTR_PW_TYPE, uapi.L2TP_PWTYPE_ETH)
	// What stands between header and frame: 4 bytes, or nothing.
	if t.noL2Spec {
		m.U8(uapi.L2TP_ATTR_L2SPEC_TYPE, uapi.L2TP_L2SPECTYPE_NONE)
		m.U8(uapi.L2TP_ATTR_L2SPEC_LEN, 0)
	} else {
		m.U8(uapi.L2TP_ATTR_L2SPEC_TYPE, uapi.L2TP_L2SPECTYPE_DEFAULT)
		m.U8(uapi.L2TP_ATTR_L2SPEC_LEN, 4)
	}
	if t.recvSeq {
		m.U8(uapi.L2TP_ATTR_RECV_SEQ, 1)
	}
	if t.sendSeq {
		m.U8(uapi.L2TP_ATTR_SEND_SEQ, 1)
	}
	t.cookie.put(m, uapi.L2TP_ATTR_COOKIE)
	t.peerCookie.put(m, uapi.L2TP_ATTR_PEER_COOKIE)
	if t.ifname != "" {
		m.Str(uapi.L2TP_ATTR_IFNAME, t.ifname)
	}
	return c.Do(m)
}

// del removes the session that is named, else the tunnel, whatever the word in
// front says.
func del(e *cli.Env, a *cli.Args) error {
	t, err := parse(e, a)
	if err != nil {
		return err
	}
	err = firstMissing([]requirement{
		{!t.isTunnel && !t.isSession, "tunnel or session"},
		{t.isTunnel && t.id == 0, "tunnel_id"},
		{t.isSession && t.session == 0, "session_id"},
	})
	if err != nil {
		return err
	}
	cmd := uint8(uapi.L2TP_CMD_TUNNEL_DELETE)
	if t.session != 0 {
		cmd = uapi.L2TP_CMD_SESSION_DELETE
	}
	c, m, err := request(e, cmd)
	if err != nil {
		return err
	}
	m.U32(uapi.L2TP_ATTR_CONN_ID, t.id)
	if t.session != 0 {
		m.U32(uapi.L2TP_ATTR_SESSION_ID, t.session)
	}
	return c.Do(m)
}
