package encap

import (
	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// encap mpls LABEL[/LABEL…] [ ttl TTL ]

func (x *encap) parseMPLS(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	p, err := cli.Addr(s, unix.AF_MPLS)
	if err != nil {
		return err
	}
	x.m.Attr(unix.MPLS_IPTUNNEL_DST, p.Bytes())
	return cli.ParseKnown(x, a, []encapWord{u8Word("ttl", unix.MPLS_IPTUNNEL_TTL)})
}

func printMPLS(e *cli.Env, v []byte) {
	var tb [unix.MPLS_IPTUNNEL_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	if v := tb[unix.MPLS_IPTUNNEL_DST]; v != nil {
		printAddr(e, "dst", " ", unix.AF_MPLS, v)
	}
	if v := tb[unix.MPLS_IPTUNNEL_TTL]; v != nil {
		e.Pen.Uint("ttl", "ttl ", uint64(rtnl.U8(v)), " ")
	}
}
