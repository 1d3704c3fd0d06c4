package foucmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// list is the verb show.
func list(e *cli.Env, a *cli.Args) error {
	if a.More() {
		return cli.Fail(`"ip fou show" does not take any arguments.`)
	}
	return e.GenlList(familyName, rtnl.NewGenl(uapi.FOU_CMD_GET, uapi.FOU_GENL_VERSION), cli.StatusUsage, print)
}

// print writes a port: "port 5555 gue -6 local fd00::1 peer fd00::2 peer_port
// 7 dev eth0".
func print(e *cli.Env, attrs []byte) {
	var tb [uapi.FOU_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	p := e.Pen
	if v := tb[uapi.FOU_ATTR_PORT]; v != nil {
		p.Uint("port", "port ", uint64(rtnl.Be16(v)), "")
	}
	if rtnl.U8(tb[uapi.FOU_ATTR_TYPE]) == uapi.FOU_ENCAP_GUE {
		p.Null("gue", " gue")
	} else if v := tb[uapi.FOU_ATTR_IPPROTO]; v != nil {
		p.Uint("ipproto", " ipproto ", uint64(rtnl.U8(v)), "")
	}
	family := uint8(unix.AF_INET)
	if v := tb[uapi.FOU_ATTR_AF]; v != nil {
		family = rtnl.U8(v)
		p.JStr("family", cli.FamilyName(family))
		if family == unix.AF_INET6 {
			p.Text(" -6")
		}
	}
	local, peer := addrAttrs(family)
	printAddr(e, "local", " local ", family, tb[local])
	printAddr(e, "peer", " peer ", family, tb[peer])
	if port := rtnl.Be16(tb[uapi.FOU_ATTR_PEER_PORT]); port != 0 {
		p.Uint("peer_port", " peer_port ", uint64(port), "")
	}
	if idx := rtnl.U32(tb[uapi.FOU_ATTR_IFINDEX]); idx != 0 {
		p.Str("dev", " dev ", e.Links.Name(idx), "")
	}
	p.EndLine()
}

// printAddr writes an address unless it is zero, which stands for none.
func printAddr(e *cli.Env, key, pre string, family uint8, addr []byte) {
	if len(addr) == 0 || len(addr)*8 != cli.FamilyBits(family) || rtnl.IsZero(addr) {
		return
	}
	var buf [64]byte
	e.Pen.Bytes(key, pre, e.AppendHost(buf[:0], family, addr), "")
}
