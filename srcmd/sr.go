// Package srcmd is "ip sr": the keys that sign segment routing headers, and the
// source address of tunnels by segments. It departs from iproute2 nowhere.
package srcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

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

// wrong is the complaint about a word that is no verb.
const wrong = "unknown"

func verbs() []cli.Verb {
	return []cli.Verb{
		{Words: "help", Help: usage},
		{Words: "hmac", Waits: true, Run: cli.Group(wrong,
			cli.Verb{Words: "show", Run: listKeys},
			cli.Verb{Words: "set", Run: setKey})},
		{Words: "tunsrc", Waits: true, Run: cli.Group(wrong,
			cli.Verb{Words: "show", Run: showSource},
			cli.Verb{Words: "set", Run: setSource, Waits: true})},
	}
}

// Run is ip sr. Words behind those that a verb takes do not count.
func Run(e *cli.Env, a *cli.Args) error {
	if !a.More() {
		return cli.Usage(usage)
	}
	return cli.DispatchValue(e, a, wrong, verbs())
}

func request(cmd uint8) *rtnl.Msg { return rtnl.NewGenl(cmd, uapi.SEG6_GENL_VERSION) }

// do sends a change; the real tool ends with status 1 when it is refused.
func do(e *cli.Env, m *rtnl.Msg) error {
	return cli.Refused(e.PostGenl(familyName, m, cli.Special{}), cli.StatusError)
}

// algorithms are the names of the ways to sign, by their numbers.
var algorithms = [...]string{uapi.SEG6_HMAC_ALGO_SHA1: "sha1", uapi.SEG6_HMAC_ALGO_SHA256: "sha256"}

func parseAlgorithm(a *cli.Args) (uint8, error) {
	word, err := a.Value()
	if err != nil {
		return 0, err
	}
	for id, name := range algorithms {
		if name != "" && name == word {
			return uint8(id), nil
		}
	}
	return 0, cli.InvArg("hmac ALGO value is invalid", word)
}

func algorithmName(id uint8) string {
	if int(id) < len(algorithms) && algorithms[id] != "" {
		return algorithms[id]
	}
	return "<unknown>"
}

// setKey is hmac set. An empty secret deletes the key.
func setKey(e *cli.Env, a *cli.Args) error {
	const msg = "hmac KEYID value is invalid"
	word := a.Word()
	id, err := a.U32(msg)
	if err == nil && id == 0 {
		err = cli.InvArg(msg, word)
	}
	if err != nil {
		return err
	}
	algorithm, err := parseAlgorithm(a)
	if err != nil {
		return err
	}
	m := request(uapi.SEG6_CMD_SETHMAC)
	putKey(e, m, id, algorithm, askSecret(e))
	return do(e, m)
}

// maxSecret is what has room in the real tool's request.
const maxSecret = 996

func putKey(e *cli.Env, m *rtnl.Msg, id uint32, algorithm uint8, secret string) {
	m.U32(uapi.SEG6_ATTR_HMACKEYID, id)
	m.U8(uapi.SEG6_ATTR_SECRETLEN, uint8(len(secret)))
	m.U8(uapi.SEG6_ATTR_ALGID, algorithm)
	switch n := len(secret); {
	case n > maxSecret:
		e.Warnf("addattr_l ERROR: message exceeded bound of 1044\n")
	case n > 0:
		m.Bytes(uapi.SEG6_ATTR_SECRET, secret)
	}
}

// listKeys is hmac show.
func listKeys(e *cli.Env, _ *cli.Args) error {
	return e.GenlList(familyName, request(uapi.SEG6_CMD_DUMPHMAC), cli.StatusError, printKey)
}

// shownSecret is how much of a secret is shown: one byte less than it may have.
const shownSecret = uapi.SEG6_HMAC_SECRET_LEN - 1

func printKey(e *cli.Env, attrs []byte) {
	var tb [uapi.SEG6_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	n := int(rtnl.U8(tb[uapi.SEG6_ATTR_SECRETLEN]))
	if n > shownSecret {
		e.Warnf("HMAC secret length %d > %d, truncated\n", n, shownSecret)
		n = shownSecret
	}
	secret := tb[uapi.SEG6_ATTR_SECRET]
	secret = rtnl.CStr(secret[:min(n, len(secret))])
	e.Pen.Uint("hmac", "hmac ", uint64(rtnl.U32(tb[uapi.SEG6_ATTR_HMACKEYID])), " ")
	e.Pen.Str("algo", "algo ", algorithmName(rtnl.U8(tb[uapi.SEG6_ATTR_ALGID])), " ")
	e.Pen.Bytes("secret", `secret "`, secret, "\"\n")
}

// showSource is tunsrc show.
func showSource(e *cli.Env, _ *cli.Args) error {
	c, id, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	m := request(uapi.SEG6_CMD_GET_TUNSRC)
	m.SetType(id)
	return c.Get(m, func(m rtnl.Message) error {
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
func setSource(e *cli.Env, a *cli.Args) error {
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
