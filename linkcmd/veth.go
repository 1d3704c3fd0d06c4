package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/uapi"
)

var veth = kind{name: "veth", words: parsePeer, head: "ip link <options> type",
	told: "\t[ peer <options> ]\n\"ip link add help\" tells <options>.\n"}

// parsePeer reads "peer" and the words of a link, which describe the other end: an
// ifinfomsg and attributes, in VETH_INFO_PEER or in VXCAN_INFO_PEER, the same number.
func parsePeer(d *draft, a *cli.Args) error {
	if a.Word() != "peer" {
		// The real tool writes this one to stdout.
		d.env.Pen.Text(d.kind.usageText())
		return cli.Silent(cli.StatusError)
	}
	a.Skip()
	peer, err := d.link.parsePeer(a)
	if err != nil {
		return err
	}
	d.put(uapi.VETH_INFO_PEER, peer)
	return nil
}
