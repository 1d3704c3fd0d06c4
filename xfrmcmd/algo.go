package xfrmcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// An algo is a kind of algorithm. Its attribute has a name, the length of the
// key in bits, for some a length of what is sent along, and the key.
type algo struct {
	attr     uint16
	word     string
	keyless  bool
	excludes uint8  // of which kinds there can be none besides it
	sent     string // what the real tool calls the other length
}

// Kinds of algorithms as bits.
const (
	hasEnc uint8 = 1 << iota
	hasAuth
	hasComp
	hasAEAD
)

var algos = []algo{
	{attr: uapi.XFRMA_ALG_CRYPT, word: "enc", excludes: hasEnc | hasAEAD},
	{attr: uapi.XFRMA_ALG_AUTH, word: "auth", excludes: hasAuth | hasAEAD},
	{attr: uapi.XFRMA_ALG_COMP, word: "comp", excludes: hasComp, keyless: true},
	{attr: uapi.XFRMA_ALG_AEAD, word: "aead", excludes: hasEnc | hasAuth | hasAEAD, sent: "ALGO-ICV-LEN"},
	{attr: uapi.XFRMA_ALG_AUTH_TRUNC, word: "auth-trunc", excludes: hasAuth | hasAEAD, sent: "ALGO-TRUNC-LEN"},
}

func findAlgo(word string) *algo {
	for i := range algos {
		if algos[i].word == word {
			return &algos[i]
		}
	}
	return nil
}

// kind is the bit of the algorithm.
func (g *algo) kind() uint8 {
	switch g.attr {
	case uapi.XFRMA_ALG_CRYPT:
		return hasEnc
	case uapi.XFRMA_ALG_COMP:
		return hasComp
	case uapi.XFRMA_ALG_AEAD:
		return hasAEAD
	}
	return hasAuth
}

// Limits of the kernel's struct and of the real tool's.
const (
	algoNameLen = 64
	maxKey      = 512
)

// word reads what one of the words of an algorithm is, which what names.
func (g *algo) value(a *cli.Args, what string) (string, error) {
	if !a.More() {
		return "", cli.MissArg(what)
	}
	return a.Value()
}

// parse reads an algorithm and adds its attribute. has are the kinds so far.
func (g *algo) parse(a *cli.Args, attrs *rtnl.Msg, has *uint8) error {
	if *has&g.excludes != 0 {
		return cli.DupArg("ALGO-TYPE", g.word)
	}
	*has |= g.kind()
	name, err := g.value(a, "ALGO-NAME")
	if err != nil {
		return err
	}
	keyWord := ""
	if !g.keyless {
		if keyWord, err = g.value(a, "ALGO-KEYMAT"); err != nil {
			return err
		}
	}
	var sent []byte
	if g.sent != "" {
		if !a.More() {
			return cli.MissArg(g.sent)
		}
		n, err := a.U32(g.sent + " value is invalid")
		if err != nil {
			return err
		}
		sent = rtnl.NE.AppendUint32(nil, n)
	}
	key, err := parseKey(keyWord)
	if err != nil {
		return err
	}
	b := make([]byte, algoNameLen)
	copy(b[:algoNameLen-1], name)
	b = rtnl.NE.AppendUint32(b, uint32(len(key))*8)
	attrs.Attr(g.attr, append(append(b, sent...), key...))
	return nil
}

// parseKey reads a key: hexadecimal digits after 0x, or text.
func parseKey(word string) ([]byte, error) {
	digits, isHex := strings.CutPrefix(word, "0x")
	if !isHex || digits == "" {
		if len(word) > maxKey {
			return nil, cli.InvArg("ALGO-KEYMAT value makes buffer overflow\n", word)
		}
		return []byte(word), nil
	}
	if len(digits)%2 != 0 {
		digits = "0" + digits
	}
	if len(digits) > 2*maxKey {
		return nil, cli.InvArg("ALGO-KEYMAT value makes buffer overflow\n", word)
	}
	var key []byte
	for ; digits != ""; digits = digits[2:] {
		v, ok := cli.ParseUint(digits[:2], 16, 8)
		if !ok {
			return nil, cli.InvArg("ALGO-KEYMAT value is invalid", word)
		}
		key = append(key, byte(v))
	}
	return key, nil
}
