package encap

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// encap ip and encap ip6 have the same attributes under the same numbers;
// only two words differ.

func tunnelWords(family uint8, tos, ttl string) []encapWord {
	words := []encapWord{
		{Words: "=id", Parse: (*encap).parseTunnelID},
		addrWord("dst", uapi.LWTUNNEL_IP_DST, family),
		addrWord("src", uapi.LWTUNNEL_IP_SRC, family),
		{Words: "=" + tos, Parse: func(x *encap, a *cli.Args) error {
			v, err := x.name(tos, a, x.env.Tables.DSField, invalid(tos))
			if err == nil {
				x.m.U8(uapi.LWTUNNEL_IP_TOS, uint8(v))
			}
			return err
		}},
		u8Word(ttl, uapi.LWTUNNEL_IP_TTL),
	}
	return append(words, optionWords()...)
}

func (x *encap) parseTunnelID(a *cli.Args) error {
	v, err := x.uint("id", a, 64, invalid("id"))
	if err == nil {
		x.m.Be64(uapi.LWTUNNEL_IP_ID, v)
	}
	return err
}

// tunnelFlags are words without a value.
var tunnelFlags = []struct {
	word string
	bit  uapi.Be16
}{
	{"key", uapi.TUNNEL_KEY},
	{"csum", uapi.TUNNEL_CSUM},
	{"seq", uapi.TUNNEL_SEQ},
}

func (x *encap) parseIP4(a *cli.Args) error {
	return x.parseTunnel(a, tunnelWords(unix.AF_INET, "tos", "ttl"))
}

func (x *encap) parseIP6(a *cli.Args) error {
	return x.parseTunnel(a, tunnelWords(unix.AF_INET6, "tc", "hoplimit"))
}

// parseTunnel reads words with values and flags in any order; the flags make
// one attribute at the end.
func (x *encap) parseTunnel(a *cli.Args, words []encapWord) error {
	var flags uapi.Be16
	for {
		if err := cli.ParseKnown(x, a, words); err != nil {
			return err
		}
		bit := uapi.Be16(0)
		for _, f := range tunnelFlags {
			if a.Match("=" + f.word) {
				if err := x.once(f.word, f.word); err != nil {
					return err
				}
				bit = f.bit
				break
			}
		}
		if bit == 0 {
			break
		}
		flags |= bit
	}
	if flags != 0 {
		x.m.Be16(uapi.LWTUNNEL_IP_FLAGS, uint16(flags))
	}
	return nil
}

func printIP4(e *cli.Env, v []byte) { printTunnel(e, v, unix.AF_INET) }
func printIP6(e *cli.Env, v []byte) { printTunnel(e, v, unix.AF_INET6) }

func printTunnel(e *cli.Env, v []byte, family uint8) {
	var tb [unix.LWTUNNEL_IP_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	p := e.Pen
	if v := tb[uapi.LWTUNNEL_IP_ID]; v != nil {
		p.Uint("id", "id ", rtnl.Be64(v), " ")
	}
	var buf [64]byte
	if v := tb[uapi.LWTUNNEL_IP_SRC]; v != nil {
		p.ColorBytes(show.FamilyColor(family), "src", "src ", cli.AppendAddr(buf[:0], family, v), " ")
	}
	if v := tb[uapi.LWTUNNEL_IP_DST]; v != nil {
		p.ColorBytes(show.FamilyColor(family), "dst", "dst ", cli.AppendAddr(buf[:0], family, v), " ")
	}
	ttl, tos := tb[uapi.LWTUNNEL_IP_TTL], tb[uapi.LWTUNNEL_IP_TOS]
	switch {
	case family == unix.AF_INET:
		printU8(p, "ttl", "ttl ", ttl)
		printU8(p, "tos", "tos ", tos)
	default:
		printU8(p, "hoplimit", "hoplimit ", ttl)
		printU8(p, "tc", "tc ", tos)
	}
	flags := uapi.Be16(rtnl.Be16(tb[uapi.LWTUNNEL_IP_FLAGS]))
	for _, f := range tunnelFlags {
		if flags&f.bit != 0 {
			p.Flag(f.word, f.word)
			p.Text(" ")
		}
	}
	if v := tb[uapi.LWTUNNEL_IP_OPTS]; v != nil {
		printTunnelOpts(p, v)
	}
}

func printU8(p *show.Pen, key, pre string, v []byte) {
	if v != nil {
		p.Uint(key, pre, uint64(rtnl.U8(v)), " ")
	}
}
