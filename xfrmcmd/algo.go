package xfrmcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
)

// Kinds of algorithms as bits.
const (
	hasEnc = 1 << iota
	hasAuth
	hasComp
	hasAEAD
)

// algorithm is an algorithm: Arg are the kinds of which there can be none besides it.
// Its attribute has a name, the length of the key in bits, for some a length of what
// is sent along, which Label names, and the key.
var algorithm = field.Type{Parse: parseAlgorithm}

// kindOf is the bit of the algorithm with the attribute.
func kindOf(attr uint16) uint8 {
	switch attr {
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

// part reads one of the words of an algorithm, which what names.
func part(c *field.Call, what string) (string, error) {
	if !c.Args.More() {
		return "", cli.MissArg(what)
	}
	return c.Args.Value()
}

func parseAlgorithm(c *field.Call, r *field.Row) error {
	q := of(c)
	if q.algos&uint8(r.Arg) != 0 {
		return cli.DupArg("ALGO-TYPE", r.Word())
	}
	q.algos |= kindOf(r.Attr)
	name, err := part(c, "ALGO-NAME")
	if err != nil {
		return err
	}
	keyWord := ""
	if r.Attr != uapi.XFRMA_ALG_COMP {
		if keyWord, err = part(c, "ALGO-KEYMAT"); err != nil {
			return err
		}
	}
	var sent []byte
	if r.Label != "" {
		if !c.Args.More() {
			return cli.MissArg(r.Label)
		}
		n, err := c.Args.U32(r.Label + " value is invalid")
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
	c.Put(0, r.Attr, append(append(b, sent...), key...))
	return nil
}

// parseKey reads a key: hexadecimal digits after 0x, or text.
func parseKey(s string) ([]byte, error) {
	digits, isHex := strings.CutPrefix(s, "0x")
	if !isHex || digits == "" {
		if len(s) > maxKey {
			return nil, cli.InvArg("ALGO-KEYMAT value makes buffer overflow\n", s)
		}
		return []byte(s), nil
	}
	if len(digits)%2 != 0 {
		digits = "0" + digits
	}
	if len(digits) > 2*maxKey {
		return nil, cli.InvArg("ALGO-KEYMAT value makes buffer overflow\n", s)
	}
	var key []byte
	for ; digits != ""; digits = digits[2:] {
		v, ok := word.Uint(digits[:2], 16, 8)
		if !ok {
			return nil, cli.InvArg("ALGO-KEYMAT value is invalid", s)
		}
		key = append(key, byte(v))
	}
	return key, nil
}
