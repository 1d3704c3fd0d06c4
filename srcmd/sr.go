// Package srcmd is "ip sr": the keys that sign segment routing headers, and the
// source address of tunnels by segments. It departs from iproute2 nowhere.
package srcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

const familyName = "SEG6"

const usage = `Usage: ip sr { COMMAND | help }
       ip sr hmac show
       ip sr hmac set KEYID ALGO
       ip sr tunsrc show
       ip sr tunsrc set ADDRESS
ALGO := { sha1 | sha256 }
`

// Object is ip sr. Words behind those that a verb takes do not count.
var Object = command.Object{Words: "sr", Usage: usage, Unknown: unknown, Verbs: []command.Verb{
	{Words: "help"},
	{Words: "hmac", Unknown: unknown, Verbs: []command.Verb{
		{Words: "show", Run: listKeys},
		{Words: "set", Run: setKey, Beyond: true},
	}},
	{Words: "tunsrc", Unknown: unknown, Verbs: []command.Verb{
		{Words: "show", Run: showSource},
		{Words: "set", Run: setSource, Waits: true},
	}},
}}

// unknown is the complaint about a word that is no verb.
func unknown(c *command.Call) error { return cli.InvArg("unknown", c.Word()) }

func request(cmd uint8) *rtnl.Msg { return rtnl.NewGenl(cmd, uapi.SEG6_GENL_VERSION) }

// do sends a change; the real tool ends with status 1 when it is refused.
func do(e *cli.Env, m *rtnl.Msg) error {
	return cli.Refused(e.PostGenl(familyName, m, cli.Special{}), cli.StatusError)
}

// key has the words of hmac set, of which nothing else may stand in front, and what
// hmac show prints.
var key = field.Table{Name: "sr", Voice: &field.Voice{Wrong: cli.InvArg}, Ends: true, Send: []uint16{
	uapi.SEG6_ATTR_HMACKEYID, uapi.SEG6_ATTR_SECRETLEN, uapi.SEG6_ATTR_ALGID,
}, Rows: []*field.Row{
	{Label: "hmac", Attr: uapi.SEG6_ATTR_HMACKEYID, Type: &field.U32, Bad: "hmac KEYID value is invalid", Flags: field.Lead | field.Positive | field.Always},
	{Label: "algo", Attr: uapi.SEG6_ATTR_ALGID, Type: &algorithm, Bad: "hmac ALGO value is invalid", Flags: field.Lead | field.Always, Names: &word.Names{
		{uapi.SEG6_HMAC_ALGO_SHA1, "sha1"},
		{uapi.SEG6_HMAC_ALGO_SHA256, "sha256"},
	}},
	{Label: "secret", Attr: uapi.SEG6_ATTR_SECRET, Type: &secret, Flags: field.Always},
}}

var (
	algorithm = field.Type{Size: 1, Other: "<unknown>"}
	secret    = field.Type{Print: printSecret}
)

// setKey is hmac set. An empty secret deletes the key.
func setKey(c *command.Call) error {
	e, a := c.Env, c.Args
	x := field.NewCall(e, a, &key)
	if err := x.Read(); err != nil {
		return err
	}
	secret := askSecret(e)
	if err := e.Over(); err != nil { // it may be cut off
		return err
	}
	addSecret(x, secret)
	m := request(uapi.SEG6_CMD_SETHMAC)
	x.Encode(m, &key)
	return do(e, m)
}

// maxSecret is what has room in the real tool's request.
const maxSecret = 996

func addSecret(c *field.Call, secret string) {
	c.Put(0, uapi.SEG6_ATTR_SECRETLEN, []byte{uint8(len(secret))})
	switch n := len(secret); {
	case n > maxSecret:
		c.Env.Warnf("addattr_l ERROR: message exceeded bound of 1044\n")
	case n > 0:
		c.Put(0, uapi.SEG6_ATTR_SECRET, []byte(secret))
	}
}

// listKeys is hmac show.
func listKeys(c *command.Call) error {
	e := c.Env
	return e.GenlList(familyName, request(uapi.SEG6_CMD_DUMPHMAC), cli.StatusError, cli.FailedToSend, printKey)
}

// shownSecret is how much of a secret is shown: one byte less than it may have.
const shownSecret = uapi.SEG6_HMAC_SECRET_LEN - 1

func printKey(e *cli.Env, attrs []byte) {
	v := field.ViewOf(e, attrs)
	if n := rtnl.U8(v.Get(0, uapi.SEG6_ATTR_SECRETLEN)); n > shownSecret {
		e.Warnf("HMAC secret length %d > %d, truncated\n", n, shownSecret)
	}
	key.Show(v)
}

func printSecret(v *field.View, r *field.Row, b []byte) {
	n := min(int(rtnl.U8(v.Get(0, uapi.SEG6_ATTR_SECRETLEN))), shownSecret, len(b))
	v.Pen.Bytes(r.JSON(), `secret "`, rtnl.CStr(b[:n]), "\"\n")
}

// showSource is tunsrc show.
func showSource(c *command.Call) error {
	e := c.Env
	conn, id, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	m := request(uapi.SEG6_CMD_GET_TUNSRC)
	m.SetType(id)
	return conn.Get(m, func(m rtnl.Message) error {
		_, attrs := rtnl.View[unix.Genlmsghdr](m.Body)
		e.Pen.Begin()
		e.Pen.OpenObject("")
		printSource(e, attrs)
		e.Pen.CloseObject()
		e.Pen.End()
		return nil
	})
}

func printSource(e *cli.Env, attrs []byte) {
	var buf [64]byte
	addr := rtnl.Find(attrs, uapi.SEG6_ATTR_DST)
	e.Pen.Bytes("tunsrc", "tunsrc addr ", cli.AppendAddr(buf[:0], unix.AF_INET6, addr), "\n")
}

// setSource is tunsrc set.
func setSource(c *command.Call) error {
	e, a := c.Env, c.Args
	word, err := a.Value()
	if err != nil {
		return err
	}
	p, err := cli.Addr(word, unix.AF_INET6)
	if err != nil {
		return err
	}
	var addr [16]byte
	copy(addr[:], p.Bytes())
	m := request(uapi.SEG6_CMD_SET_TUNSRC)
	m.Attr(uapi.SEG6_ATTR_DST, addr[:])
	return do(e, m)
}
