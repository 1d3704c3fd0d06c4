// Package l2tpcmd is "ip l2tp": static L2TPv3 tunnels and the Ethernet
// sessions in them. It departs from iproute2 nowhere.
package l2tpcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
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

// Object is ip l2tp.
var Object = command.Object{Words: "l2tp", Usage: usage, Family: familyName, Verbs: []command.Verb{
	{Words: "add", Run: add, Waits: true},
	{Words: "delete", Run: del, Waits: true},
	{Words: "show|lst|list", Run: list},
}}

// request begins a request.
func request(cmd uint8) *rtnl.Msg {
	m := rtnl.NewGenl(cmd, uapi.L2TP_GENL_VERSION)
	return m
}

// post sends a change that makes or removes devices, the last of a command.
func post(e *cli.Env, m *rtnl.Msg) error {
	return e.PostGenl(familyName, m, cli.Special{Renames: true})
}

// add makes a tunnel, a session, or both.
func add(call *command.Call) error {
	e := call.Env
	c, err := parse(e, call.Args)
	if err == nil {
		err = check(c)
	}
	if err != nil {
		return err
	}
	session := about(c, aSession)
	if about(c, aTunnel) {
		err = createTunnel(e, c, !session)
	}
	if session {
		// The status is that of the session, the complaints are both.
		if err != nil {
			cli.Report(e.Stderr, err)
		}
		err = createSession(e, c)
	}
	return err
}

// check looks for what is missing, in the real tool's order.
func check(c *field.Call) error {
	session, tunnel := about(c, aSession), about(c, aTunnel)
	udp := tunnel && rtnl.U16(c.Get(0, uapi.L2TP_ATTR_ENCAP_TYPE)) == uapi.L2TP_ENCAPTYPE_UDP
	for _, r := range [...]struct {
		needed bool
		attr   uint16
		other  uint16 // for IPv6
		word   string
	}{
		{true, uapi.L2TP_ATTR_CONN_ID, 0, "tunnel_id"},
		{session, uapi.L2TP_ATTR_PEER_SESSION_ID, 0, "peer_session_id"},
		{session, uapi.L2TP_ATTR_SESSION_ID, 0, "session_id"},
		{tunnel, uapi.L2TP_ATTR_PEER_CONN_ID, 0, "peer_tunnel_id"},
		{tunnel, uapi.L2TP_ATTR_IP_SADDR, uapi.L2TP_ATTR_IP6_SADDR, "local"},
		{tunnel, uapi.L2TP_ATTR_IP_DADDR, uapi.L2TP_ATTR_IP6_DADDR, "remote"},
		{udp, uapi.L2TP_ATTR_UDP_SPORT, 0, "udp_sport"},
		{udp, uapi.L2TP_ATTR_UDP_DPORT, 0, "udp_dport"},
	} {
		lacks := rtnl.IsZero(c.Get(0, r.attr))
		if r.other != 0 {
			lacks = c.Get(0, r.attr) == nil && c.Get(0, r.other) == nil
		}
		if r.needed && lacks {
			return cli.MissArg(r.word)
		}
	}
	return nil
}

// put adds those of the attributes that there are.
func put(m *rtnl.Msg, c *field.Call, attrs ...uint16) {
	for _, attr := range attrs {
		if b := c.Get(0, attr); b != nil {
			m.Attr(attr, b)
		}
	}
}

// createTunnel asks for a tunnel; a session may come after it.
func createTunnel(e *cli.Env, c *field.Call, last bool) error {
	m := request(uapi.L2TP_CMD_TUNNEL_CREATE)
	put(m, c, uapi.L2TP_ATTR_CONN_ID, uapi.L2TP_ATTR_PEER_CONN_ID, uapi.L2TP_ATTR_PROTO_VERSION, uapi.L2TP_ATTR_ENCAP_TYPE,
		uapi.L2TP_ATTR_IP_SADDR, uapi.L2TP_ATTR_IP6_SADDR, uapi.L2TP_ATTR_IP_DADDR, uapi.L2TP_ATTR_IP6_DADDR)
	if rtnl.U16(c.Get(0, uapi.L2TP_ATTR_ENCAP_TYPE)) == uapi.L2TP_ENCAPTYPE_UDP {
		put(m, c, uapi.L2TP_ATTR_UDP_SPORT, uapi.L2TP_ATTR_UDP_DPORT, uapi.L2TP_ATTR_UDP_CSUM,
			uapi.L2TP_ATTR_UDP_ZERO_CSUM6_TX, uapi.L2TP_ATTR_UDP_ZERO_CSUM6_RX)
	}
	if last {
		return post(e, m)
	}
	conn, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	m.SetType(family)
	return conn.Do(m)
}

func createSession(e *cli.Env, c *field.Call) error {
	m := request(uapi.L2TP_CMD_SESSION_CREATE)
	put(m, c, uapi.L2TP_ATTR_CONN_ID, uapi.L2TP_ATTR_PEER_CONN_ID, uapi.L2TP_ATTR_SESSION_ID, uapi.L2TP_ATTR_PEER_SESSION_ID,
		uapi.L2TP_ATTR_PW_TYPE, uapi.L2TP_ATTR_L2SPEC_TYPE, uapi.L2TP_ATTR_L2SPEC_LEN, uapi.L2TP_ATTR_RECV_SEQ, uapi.L2TP_ATTR_SEND_SEQ,
		uapi.L2TP_ATTR_COOKIE, uapi.L2TP_ATTR_PEER_COOKIE, uapi.L2TP_ATTR_IFNAME)
	return post(e, m)
}

// del removes the session that is named, else the tunnel, whatever the word in
// front says.
func del(call *command.Call) error {
	c, err := parse(call.Env, call.Args)
	if err != nil {
		return err
	}
	id, session := rtnl.U32(c.Get(0, uapi.L2TP_ATTR_CONN_ID)), rtnl.U32(c.Get(0, uapi.L2TP_ATTR_SESSION_ID))
	switch {
	case about(c, aTunnel) && id == 0:
		return cli.MissArg("tunnel_id")
	case about(c, aSession) && session == 0:
		return cli.MissArg("session_id")
	}
	cmd := uint8(uapi.L2TP_CMD_TUNNEL_DELETE)
	if session != 0 {
		cmd = uapi.L2TP_CMD_SESSION_DELETE
	}
	m := request(cmd)
	m.U32(uapi.L2TP_ATTR_CONN_ID, id)
	if session != 0 {
		m.U32(uapi.L2TP_ATTR_SESSION_ID, session)
	}
	return post(call.Env, m)
}
