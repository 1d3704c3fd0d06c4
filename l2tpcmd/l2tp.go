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

const usage = `Usage: ip l2tp add tunnel
          local ADDR remote ADDR tunnel_id ID peer_tunnel_id ID
          [ encap { udp | ip } ] [ udp_sport PORT ] [ udp_dport PORT ]
          [ udp_csum { on | off } ] [ udp6_csum_tx { on | off } ] [ udp6_csum_rx { on | off } ]
       ip l2tp add session
          tunnel_id ID session_id ID peer_session_id ID [ name NAME ]
          [ cookie HEXSTR ] [ peer_cookie HEXSTR ] [ seq { none | send | recv | both } ]
          [ l2spec_type L2SPEC ]
       ip l2tp del tunnel tunnel_id ID
       ip l2tp del session tunnel_id ID session_id ID
       ip l2tp show tunnel [ tunnel_id ID ]
       ip l2tp show session [ tunnel_id ID ] [ session_id ID ]
NAME   := STRING
ADDR   := { IP_ADDRESS | any }
PORT   := { 0..65535 }
ID     := { 1..4294967295 }
HEXSTR := 8 or 16 hex digits, which are 4 or 8 bytes
L2SPEC := { none | default }
`

// A verb is a command of ip l2tp.
type verb struct {
	words string // see cli.Match
	waits bool   // see cli.Verb
	run   func(*cli.Env, *tunnel) error
}

var verbs = [...]verb{{"add", true, add}, {"delete", true, del}, {"show|lst|list", false, list}}

// Run is ip l2tp. The kernel has to know L2TP before anything but the help is
// looked at.
func Run(e *cli.Env, a *cli.Args) error {
	if !a.More() || a.Is("help") {
		return cli.Usage(usage)
	}
	if _, _, err := e.GenlFamily(familyName); err != nil {
		return err
	}
	for i := range verbs {
		if !a.Match(verbs[i].words) {
			continue
		}
		if err := e.Begin(verbs[i].waits); err != nil {
			return err
		}
		t, err := parse(e, a)
		if err != nil {
			return err
		}
		if !t.flag[isTunnel] && !t.flag[isSession] {
			return cli.MissArg("tunnel or session")
		}
		return verbs[i].run(e, t)
	}
	return cli.UnknownVerb(a.Word(), "l2tp")
}

// request begins a request.
func request(cmd uint8) *rtnl.Msg {
	m := rtnl.New(0, 0)
	rtnl.Put(m, unix.Genlmsghdr{Cmd: cmd, Version: uapi.L2TP_GENL_VERSION})
	return m
}

// post sends a change that makes or removes devices, the last of a command.
func post(e *cli.Env, m *rtnl.Msg) error {
	return e.PostGenl(familyName, m, cli.Special{Renames: true})
}

// add makes a tunnel, a session, or both.
func add(e *cli.Env, t *tunnel) (err error) {
	if err := t.check(); err != nil {
		return err
	}
	if t.flag[isTunnel] {
		err = t.createTunnel(e)
	}
	if t.flag[isSession] {
		// The status is that of the session, the complaints are both.
		if err != nil {
			cli.Report(e.Stderr, err)
		}
		err = t.createSession(e)
	}
	return err
}

// check looks for what is missing, in the real tool's order.
func (t *tunnel) check() error {
	n := &t.number
	session, tunnel := t.flag[isSession], t.flag[isTunnel]
	udp := tunnel && t.choice[encap] == uapi.L2TP_ENCAPTYPE_UDP
	for _, r := range [...]struct {
		missing bool
		word    string
	}{
		{n[tunnelID] == 0, "tunnel_id"},
		{session && n[peerSessionID] == 0, "peer_session_id"},
		{session && n[sessionID] == 0, "session_id"},
		{tunnel && n[peerTunnelID] == 0, "peer_tunnel_id"},
		{tunnel && t.addr[local].family == unix.AF_UNSPEC, "local"},
		{tunnel && t.addr[peer].family == unix.AF_UNSPEC, "remote"},
		{udp && n[localPort] == 0, "udp_sport"},
		{udp && n[peerPort] == 0, "udp_dport"},
	} {
		if r.missing {
			return cli.MissArg(r.word)
		}
	}
	return nil
}

// protoVersion is that of L2TPv3, the only one of static tunnels.
const protoVersion = 3

func (t *tunnel) createTunnel(e *cli.Env) error {
	m := request(uapi.L2TP_CMD_TUNNEL_CREATE)
	m.U32(uapi.L2TP_ATTR_CONN_ID, t.number[tunnelID])
	m.U32(uapi.L2TP_ATTR_PEER_CONN_ID, t.number[peerTunnelID])
	m.U8(uapi.L2TP_ATTR_PROTO_VERSION, protoVersion)
	m.U16(uapi.L2TP_ATTR_ENCAP_TYPE, t.choice[encap])
	t.addr[local].put(m, uapi.L2TP_ATTR_IP_SADDR, uapi.L2TP_ATTR_IP6_SADDR)
	t.addr[peer].put(m, uapi.L2TP_ATTR_IP_DADDR, uapi.L2TP_ATTR_IP6_DADDR)
	if t.choice[encap] == uapi.L2TP_ENCAPTYPE_UDP {
		t.putUDP(m)
	}
	if !t.flag[isSession] {
		return post(e, m)
	}
	c, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	m.SetType(family)
	return c.Do(m)
}

func (a *addr) put(m *rtnl.Msg, v4, v6 uint16) {
	attr := v4
	if a.family == unix.AF_INET6 {
		attr = v6
	}
	m.Attr(attr, a.b[:a.n])
}

func (t *tunnel) putUDP(m *rtnl.Msg) {
	m.U16(uapi.L2TP_ATTR_UDP_SPORT, uint16(t.number[localPort]))
	m.U16(uapi.L2TP_ATTR_UDP_DPORT, uint16(t.number[peerPort]))
	if t.flag[checksum] {
		m.U8(uapi.L2TP_ATTR_UDP_CSUM, 1)
	}
	if !t.flag[checksum6Tx] {
		m.Flag(uapi.L2TP_ATTR_UDP_ZERO_CSUM6_TX)
	}
	if !t.flag[checksum6Rx] {
		m.Flag(uapi.L2TP_ATTR_UDP_ZERO_CSUM6_RX)
	}
}

func (t *tunnel) createSession(e *cli.Env) error {
	m := request(uapi.L2TP_CMD_SESSION_CREATE)
	m.U32(uapi.L2TP_ATTR_CONN_ID, t.number[tunnelID])
	m.U32(uapi.L2TP_ATTR_PEER_CONN_ID, t.number[peerTunnelID])
	m.U32(uapi.L2TP_ATTR_SESSION_ID, t.number[sessionID])
	m.U32(uapi.L2TP_ATTR_PEER_SESSION_ID, t.number[peerSessionID])
	m.U16(uapi.L2TP_ATTR_PW_TYPE, uapi.L2TP_PWTYPE_ETH)
	// What stands between header and frame has 4 bytes, or none.
	m.U8(uapi.L2TP_ATTR_L2SPEC_TYPE, uint8(t.choice[l2spec]))
	m.U8(uapi.L2TP_ATTR_L2SPEC_LEN, uint8(4*t.choice[l2spec]))
	if t.choice[sequence]&recvSeq != 0 {
		m.U8(uapi.L2TP_ATTR_RECV_SEQ, 1)
	}
	if t.choice[sequence]&sendSeq != 0 {
		m.U8(uapi.L2TP_ATTR_SEND_SEQ, 1)
	}
	t.cookie[local].put(m, uapi.L2TP_ATTR_COOKIE)
	t.cookie[peer].put(m, uapi.L2TP_ATTR_PEER_COOKIE)
	if t.ifname != "" {
		m.Str(uapi.L2TP_ATTR_IFNAME, t.ifname)
	}
	return post(e, m)
}

func (c *cookie) put(m *rtnl.Msg, attr uint16) {
	if c.n > 0 {
		m.Attr(attr, c.b[:c.n])
	}
}

// del removes the session that is named, else the tunnel, whatever the word in
// front says.
func del(e *cli.Env, t *tunnel) error {
	n := &t.number
	switch {
	case t.flag[isTunnel] && n[tunnelID] == 0:
		return cli.MissArg("tunnel_id")
	case t.flag[isSession] && n[sessionID] == 0:
		return cli.MissArg("session_id")
	}
	cmd := uint8(uapi.L2TP_CMD_TUNNEL_DELETE)
	if n[sessionID] != 0 {
		cmd = uapi.L2TP_CMD_SESSION_DELETE
	}
	m := request(cmd)
	m.U32(uapi.L2TP_ATTR_CONN_ID, n[tunnelID])
	if n[sessionID] != 0 {
		m.U32(uapi.L2TP_ATTR_SESSION_ID, n[sessionID])
	}
	return post(e, m)
}
