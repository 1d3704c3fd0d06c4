package l2tpcmd

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

func parseLine(_ testing.TB, line string) (*field.Call, error) {
	e := clitest.Env(io.Discard, cli.Options{})
	e.Stderr = io.Discard
	return parse(e, cli.NewArgs(strings.Fields(line)))
}

// TestWords gives each word a value.
func TestWords(t *testing.T) {
	got, err := parseLine(t, "tunnel session encap ip name l2 remote 10.0.0.2 local 2001:db8::1 tid 1 ptid 2 sid 3 psid 4"+
		" udp_sport 5 udp_dport 0x10 udp_csum on udp6_csum_rx off udp6_csum_tx off offset 7 peer_offset 8"+
		" cookie 00112233 peer_cookie 8899aabbccddeeff l2spec_type NONE seq send seq recv")
	if err != nil {
		t.Fatal(err)
	}
	for attr, want := range map[uint16][]byte{
		uapi.L2TP_ATTR_CONN_ID: num(4, 1), uapi.L2TP_ATTR_PEER_CONN_ID: num(4, 2),
		uapi.L2TP_ATTR_SESSION_ID: num(4, 3), uapi.L2TP_ATTR_PEER_SESSION_ID: num(4, 4),
		uapi.L2TP_ATTR_UDP_SPORT: num(2, 5), uapi.L2TP_ATTR_UDP_DPORT: num(2, 16), uapi.L2TP_ATTR_UDP_CSUM: {1},
		uapi.L2TP_ATTR_UDP_ZERO_CSUM6_RX: {}, uapi.L2TP_ATTR_UDP_ZERO_CSUM6_TX: {},
		uapi.L2TP_ATTR_ENCAP_TYPE: num(2, uapi.L2TP_ENCAPTYPE_IP), uapi.L2TP_ATTR_PW_TYPE: num(2, uapi.L2TP_PWTYPE_ETH),
		uapi.L2TP_ATTR_L2SPEC_TYPE: {0}, uapi.L2TP_ATTR_L2SPEC_LEN: {0}, uapi.L2TP_ATTR_PROTO_VERSION: {3},
		uapi.L2TP_ATTR_RECV_SEQ: {1}, uapi.L2TP_ATTR_SEND_SEQ: {1}, uapi.L2TP_ATTR_IFNAME: []byte("l2\x00"),
		uapi.L2TP_ATTR_IP_SADDR: nil, uapi.L2TP_ATTR_IP6_SADDR: {0x20, 1, 0xd, 0xb8, 15: 1}, uapi.L2TP_ATTR_IP_DADDR: {10, 0, 0, 2},
		uapi.L2TP_ATTR_COOKIE: {0, 0x11, 0x22, 0x33}, uapi.L2TP_ATTR_PEER_COOKIE: {0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
	} {
		if b := got.Get(0, attr); !bytes.Equal(b, want) || (b == nil) != (want == nil) {
			t.Errorf("attribute %d is % x, want % x", attr, b, want)
		}
	}
	if !about(got, aTunnel) || !about(got, aSession) {
		t.Error("it is not about both")
	}
}

func num(size int, n uint64) []byte { return rtnl.AppendUint(nil, size, n) }

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		words, want string
		status      int
	}{
		{"", "", cli.StatusUsage}, // whoever found the verb adds the help
		{"tunnel h", usage, cli.StatusUsage},
		{"frob", "Unknown command: frob\n" + usage, cli.StatusUsage},
		{"tid", "Command line is not complete. Try option \"help\"\n", cli.StatusUsage},
		{"tid x", "Error: argument \"x\" is wrong: invalid ID\n\n", cli.StatusUsage},
		{"udp_sport 65536", "Error: argument \"65536\" is wrong: invalid port\n\n", cli.StatusUsage},
		{"udp6_csum_tx x", "Error: argument \"x\" is wrong: invalid option for udp6_csum_tx\n\n", cli.StatusUsage},
		{"encap UDP", "Unknown tunnel encapsulation \"UDP\"\n", cli.StatusUsage},
		{"l2spec_type x", "Unknown layer2specific header type \"x\"\n", cli.StatusUsage},
		{"seq x", "Unknown seq value \"x\"\n", cli.StatusUsage},
		{"cookie 123", "Error: argument \"123\" is wrong: cookie must be either 8 or 16 hex digits\n\n", cli.StatusUsage},
		{"peer_cookie 0011223x", "Error: argument \"0011223x\" is wrong: cookie must be a hex string\n\n", cli.StatusUsage},
		{"local foo", "Error: any valid address is expected rather than \"foo\".\n", cli.StatusError},
		{"name a/b", "Error: argument \"a/b\" is wrong: \"name\" not a valid ifname\n", cli.StatusUsage},
	} {
		_, err := parseLine(t, c.words)
		if err == nil || err.Error() != c.want || cli.Status(err) != c.status {
			t.Errorf("%s: got %v, status %d", c.words, err, cli.Status(err))
		}
	}
}

// TestMissing holds the order in which what is missing is told.
func TestMissing(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"tunnel session", "tunnel_id"},
		{"tunnel session tid 1", "peer_session_id"},
		{"session tid 1 psid 1", "session_id"},
		{"tunnel session tid 1 psid 1 sid 1", "peer_tunnel_id"},
		{"tunnel tid 1 ptid 1 local any", "local"},
		{"tunnel tid 1 ptid 1 local 1.1.1.1", "remote"},
		{"tunnel tid 1 ptid 1 local 1.1.1.1 remote 1.1.1.2", "udp_sport"},
		{"tunnel tid 1 ptid 1 local 1.1.1.1 remote 1.1.1.2 udp_sport 1", "udp_dport"},
		{"tunnel tid 1 ptid 1 local 1.1.1.1 remote 1.1.1.2 encap ip", ""},
		{"session tid 1 psid 1 sid 1", ""},
	} {
		call, err := parseLine(t, c.words)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := check(call); err != nil {
			got = err.Error()
		}
		want := c.want
		if want != "" {
			want = cli.MissArg(want).Error()
		}
		if got != want {
			t.Errorf("%s: got %q", c.words, got)
		}
	}
}

func message(f func(m *rtnl.Msg)) []byte {
	m := rtnl.New(0, 0)
	rtnl.Put(m, unix.Genlmsghdr{Cmd: uapi.L2TP_CMD_TUNNEL_GET, Version: 1})
	f(m)
	return m.Body()
}

func sample(ip6 bool) []byte {
	return message(func(m *rtnl.Msg) {
		m.U32(uapi.L2TP_ATTR_CONN_ID, 1)
		m.U32(uapi.L2TP_ATTR_PEER_CONN_ID, 2)
		m.U16(uapi.L2TP_ATTR_ENCAP_TYPE, uapi.L2TP_ENCAPTYPE_UDP)
		m.U16(uapi.L2TP_ATTR_UDP_SPORT, 5000)
		m.U16(uapi.L2TP_ATTR_UDP_DPORT, 6000)
		m.U8(uapi.L2TP_ATTR_UDP_CSUM, 1)
		if ip6 {
			m.Flag(uapi.L2TP_ATTR_UDP_ZERO_CSUM6_RX)
			m.Attr(uapi.L2TP_ATTR_IP6_SADDR, []byte{0xfe, 0x80, 15: 1})
			m.Attr(uapi.L2TP_ATTR_IP6_DADDR, []byte{0xfe, 0x80, 15: 2})
			return
		}
		m.Attr(uapi.L2TP_ATTR_IP_SADDR, []byte{10, 0, 0, 1})
		m.Attr(uapi.L2TP_ATTR_IP_DADDR, []byte{10, 0, 0, 2})
	})
}

func session(id uint32, f func(m *rtnl.Msg)) []byte {
	return message(func(m *rtnl.Msg) {
		m.U32(uapi.L2TP_ATTR_SESSION_ID, id)
		m.U32(uapi.L2TP_ATTR_PEER_SESSION_ID, 9)
		m.U8(uapi.L2TP_ATTR_RECV_SEQ, 0)
		f(m)
	})
}

func render(asJSON bool, print func(*field.Call, *show.Pen), bodies ...[]byte) (string, error) {
	var b bytes.Buffer
	e := clitest.Env(&b, cli.Options{JSON: asJSON})
	p := e.Pen
	p.Begin()
	c := field.NewCall(e, nil, &words)
	var err error
	for _, body := range bodies {
		if err = read(c, rtnl.Message{Body: body}); err != nil {
			break
		}
		p.OpenObject("")
		print(c, p)
		p.CloseObject()
	}
	p.End()
	p.Flush()
	return b.String(), err
}

func TestPrint(t *testing.T) {
	tunnels := [][]byte{sample(false), sample(true)}
	sessions := [][]byte{
		session(3, func(m *rtnl.Msg) {
			m.Str(uapi.L2TP_ATTR_IFNAME, "l2")
			m.Attr(uapi.L2TP_ATTR_COOKIE, []byte{0, 1, 2, 3, 4, 5, 6, 7})
			m.U8(uapi.L2TP_ATTR_SEND_SEQ, 1)
			m.U64(uapi.L2TP_ATTR_RECV_TIMEOUT, 70)
		}),
		// What it does not tell is left from the one before.
		session(4, func(m *rtnl.Msg) { m.Attr(uapi.L2TP_ATTR_PEER_COOKIE, []byte{8, 9, 10, 11}) }),
	}
	for _, c := range []struct {
		json  bool
		print func(*field.Call, *show.Pen)
		in    [][]byte
		want  string
	}{
		{false, printTunnel, tunnels,
			"Tunnel 1, encap UDP\n  From 10.0.0.1 to 10.0.0.2\n  Peer tunnel 2\n  UDP source / dest ports: 5000/6000\n  UDP checksum: enabled\n" +
				"Tunnel 1, encap UDP\n  From fe80::1 to fe80::2\n  Peer tunnel 2\n  UDP source / dest ports: 5000/6000\n  UDP checksum: tx\n"},
		{true, printTunnel, tunnels,
			`[{"tunnel_id":1,"encap":"UDP","local":"10.0.0.1","peer":"10.0.0.2","peer_tunnel":2,"local_port":5000,"peer_port":6000,"checksum":true},` +
				`{"tunnel_id":1,"encap":"UDP","local":"fe80::1","peer":"fe80::2","peer_tunnel":2,"local_port":5000,"peer_port":6000,"checksum_tx":true,"checksum_rx":false}]` + "\n"},
		{false, printSession, sessions,
			"Session 3 in tunnel 0\n  Peer session 9, tunnel 0\n  interface name: l2\n  offset 0, peer offset 0\n" +
				"  cookie 0001020304050607  reorder timeout: 70\n  sequence numbering: send\n" +
				"Session 4 in tunnel 0\n  Peer session 9, tunnel 0\n  interface name: l2\n  offset 0, peer offset 0\n" +
				"  cookie 0001020304050607  peer cookie 08090a0b  reorder timeout: 70\n  sequence numbering: send\n"},
		{true, printSession, sessions,
			`[{"session_id":3,"tunnel_id":0,"peer_session_id":9,"peer_tunnel_id":0,"interface":"l2","cookie":"0001020304050607","reorder_timeout":70,"send_seq":null},` +
				`{"session_id":4,"tunnel_id":0,"peer_session_id":9,"peer_tunnel_id":0,"interface":"l2","cookie":"0001020304050607","peer_cookie":"08090a0b","reorder_timeout":70,"send_seq":null}]` + "\n"},
	} {
		got, err := render(c.json, c.print, c.in...)
		if err != nil || got != c.want {
			t.Errorf("%v\ngot  %q\nwant %q", err, got, c.want)
		}
	}
}

// TestBadAddress holds that an address of the wrong length ends the list.
func TestBadAddress(t *testing.T) {
	body := message(func(m *rtnl.Msg) { m.Attr(uapi.L2TP_ATTR_IP_SADDR, []byte{10, 0, 0}) })
	if _, err := render(false, printTunnel, body); cli.Status(err) != cli.StatusError {
		t.Errorf("got %v", err)
	}
}

// FuzzPrint holds that no message of the kernel's makes a printer panic.
func FuzzPrint(f *testing.F) {
	f.Add(sample(false))
	f.Add(sample(true))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, asJSON := range []bool{false, true} {
			render(asJSON, printTunnel, body)
			render(asJSON, printSession, body)
		}
	})
}

// FuzzParse holds that no words make the parser panic.
func FuzzParse(f *testing.F) {
	f.Add("tunnel encap ip local 10.0.0.1 tid 5 cookie 00112233 seq both l2spec_type none")
	f.Fuzz(func(t *testing.T, words string) { parseLine(t, words) })
}
