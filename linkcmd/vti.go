package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// The tunnels that carry what IPsec has protected.
func vti() kind { return vtiOver(unix.AF_INET) }

func vti6() kind { return vtiOver(unix.AF_INET6) }

func vtiOver(family uint64) kind {
	return kind{finish: finishVTI, opts: vtiOpts(family),
		defaults: []preset{{uapi.IFLA_VTI_IKEY, 4, 0}, {uapi.IFLA_VTI_OKEY, 4, 0}, {uapi.IFLA_VTI_FWMARK, 4, 0}}}
}

func vtiOpts(family uint64) []opt {
	addr := "ADDR := IP_ADDRESS"
	if family == unix.AF_INET6 {
		addr = "ADDR := IPV6_ADDRESS"
	}
	return []opt{
		{words: "remote", value: addr, attr: uapi.IFLA_VTI_REMOTE, arg: family, codec: &endpoint, always: true, omitZero: true},
		{words: "local", value: addr, attr: uapi.IFLA_VTI_LOCAL, arg: family, codec: &endpoint, always: true, omitZero: true},
		{words: "dev", key: "link", attr: uapi.IFLA_VTI_LINK, codec: &tunnelDevice, omitZero: true},
		{words: "key", codec: &vtiKeys},
		{words: "ikey", attr: uapi.IFLA_VTI_IKEY, codec: &vtiKey},
		{words: "okey", attr: uapi.IFLA_VTI_OKEY, codec: &vtiKey},
		{words: "=fwmark", attr: uapi.IFLA_VTI_FWMARK, codec: &fwmark, bad: "invalid fwmark\n"},
	}
}

// vtiKey is the key of one direction, vtiKeys of both. A key prints as an IPv4
// address does.
var (
	vtiKey = codec{4, "KEY := { DOTTED_QUAD | NUMBER }", func(d *draft, o *opt, a *cli.Args) error {
		return d.vtiKey(a, o.word(), o.attr)
	}, func(v *view, o *opt, b []byte) { v.printAddr(o, b[:4]) }}
	vtiKeys = codec{0, "KEY := { DOTTED_QUAD | NUMBER }", func(d *draft, o *opt, a *cli.Args) error {
		return d.vtiKey(a, o.word(), uapi.IFLA_VTI_IKEY, uapi.IFLA_VTI_OKEY)
	}, nil}
)

func (d *draft) vtiKey(a *cli.Args, name string, attrs ...uint16) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	key, err := tunnelKey(name, s)
	for _, attr := range attrs {
		d.put(attr, key)
	}
	return err
}

func finishVTI(d *draft) error {
	// Of a device that is read back the real tool keeps one byte.
	if !d.link.create && !d.given(uapi.IFLA_VTI_LINK) {
		d.u32(uapi.IFLA_VTI_LINK, uint32(rtnl.U8(d.get(uapi.IFLA_VTI_LINK))))
	}
	d.omitZeros()
	return nil
}
