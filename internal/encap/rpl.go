package encap

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// encap rpl segs ADDRESS[,ADDRESS…]: the source routing header of RFC 6554 in
// its uncompressed form.

func (x *encap) parseRPL(a *cli.Args) error {
	segs := ""
	for a.Match("=segs") {
		s, err := x.value("segs", a)
		if err != nil {
			return err
		}
		segs = s[:min(len(s), 1023)]
	}
	n := strings.Count(segs, ",") + 1
	if n > maxSegs {
		return cli.Fail("Error: too many segments")
	}
	b := make([]byte, srhHead+16*n)
	b[1], b[2], b[3] = byte(len(b)>>3-1), uapi.IPV6_SRCRT_TYPE_3, byte(n)
	if err := putSegs(b[srhHead:], segs); err != nil {
		return err
	}
	x.m.Attr(uapi.RPL_IPTUNNEL_SRH, b)
	return nil
}

func printRPL(e *cli.Env, v []byte) {
	if b := rtnl.Find(v, uapi.RPL_IPTUNNEL_SRH); len(b) >= srhHead {
		printSegs(e, b[srhHead:], int(b[3]))
	}
}
