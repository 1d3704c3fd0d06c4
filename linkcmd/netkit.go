package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var netkit = kind{
	name:    "netkit",
	unknown: "unknown option",
	noHelp:  true,
	words:   parseNetkit,
	told:    "OPTIONS are the <options> of the other end; \"ip link add help\" tells them, up to type.\n",
	opts: []opt{
		{words: "=mode", value: "MODE", attr: unix.IFLA_NETKIT_MODE, codec: &netkitMode, names: []name{{unix.NETKIT_L3, "l3"}, {unix.NETKIT_L2, "l2"}}},
		{text: "type", attr: unix.IFLA_NETKIT_PRIMARY, codec: &netkitRole},
		{words: "=forward|=blackhole", value: "POLICY", text: "policy", attr: unix.IFLA_NETKIT_POLICY, arg: unix.IFLA_NETKIT_PEER_POLICY, codec: &netkitPolicy,
			names: netkitPolicies},
		{text: "peer policy", key: "peer_policy", attr: unix.IFLA_NETKIT_PEER_POLICY, codec: &enum32, names: netkitPolicies},
		{words: "=scrub", value: "SCRUB", attr: uapi.IFLA_NETKIT_SCRUB, arg: uapi.IFLA_NETKIT_PEER_SCRUB, codec: &netkitScrub, names: netkitScrubs},
		{text: "peer scrub", key: "peer_scrub", attr: uapi.IFLA_NETKIT_PEER_SCRUB, codec: &enum32, names: netkitScrubs},
		{words: "=peer", attr: unix.IFLA_NETKIT_PEER_INFO, codec: &netkitPeer},
	},
}

var netkitPolicies = []name{{unix.NETKIT_PASS, "forward"}, {unix.NETKIT_DROP, "blackhole"}}

var netkitScrubs = []name{{uapi.NETKIT_SCRUB_NONE, "none"}, {uapi.NETKIT_SCRUB_DEFAULT, "default"}}

// parseNetkit reads the words of both ends; what is no word of the kind behind
// peer begins the words of the other end as a link.
func parseNetkit(d *draft, a *cli.Args) error {
	for a.More() {
		if d.kind.find(a.Word()) == nil && d.given(unix.IFLA_NETKIT_PEER_INFO) {
			peer, kind, err := d.link.readPeer(a)
			if err == nil && kind != nil {
				err = cli.DupArg("type", wordOrNull(a))
			}
			d.put(unix.IFLA_NETKIT_PEER_INFO, peer)
			return err
		}
		if err := d.kind.parseWord(d, a); err != nil {
			return err
		}
	}
	return nil
}

// forEnd is the attribute of this end (opt.attr) or, behind the word peer, of
// the other one (opt.arg).
func (d *draft) forEnd(o *opt) uint16 {
	if d.given(unix.IFLA_NETKIT_PEER_INFO) {
		return uint16(o.arg)
	}
	return o.attr
}

var netkitMode = codec{4, "", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if d.get(o.attr) != nil {
		return cli.DupArg("mode", s)
	}
	n, ok := lookup(o.names, s)
	if !ok {
		return cli.Fail(`Error: argument of "mode" must be either "l3" or "l2"`)
	}
	d.u32(o.attr, uint32(n))
	return nil
}, printEnum32}

var netkitRole = codec{1, "", nil, func(v *view, o *opt, b []byte) {
	if b[0] != 0 {
		v.str(o, "primary")
	} else {
		v.str(o, "peer")
	}
}}

var netkitPolicy = codec{4, "", func(d *draft, o *opt, a *cli.Args) error {
	n, _ := lookup(o.names, d.word)
	d.u32(d.forEnd(o), uint32(n))
	return nil
}, printEnum32}

var netkitScrub = codec{4, "", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := lookup(o.names, s)
	if !ok {
		return cli.Fail(`Error: scrub must be either "none" or "default"`)
	}
	d.u32(d.forEnd(o), uint32(n))
	return nil
}, printEnum32}

// wordOrNull is the current word, or what C prints for none.
func wordOrNull(a *cli.Args) string {
	if a.More() {
		return a.Word()
	}
	return "(null)"
}

var netkitPeer = codec{0, "OPTIONS", func(d *draft, o *opt, a *cli.Args) error {
	if d.given(o.attr) {
		return cli.DupArg("peer", wordOrNull(a))
	}
	return d.note(o, d.word, d.word)
}, nil}
