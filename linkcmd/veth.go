package linkcmd

import (
	"gip/internal/cli"
)

var veth = kind{name: "veth", words: parsePeer, head: "ip link <options> type",
	told: "\t[ peer <options> ]\n\"ip link add help\" tells <options>.\n"}

// infoPeer is VETH_INFO_PEER and VXCAN_INFO_PEER: an ifinfomsg and the
// attributes of the other end.
const infoPeer = 1

// parsePeer reads "peer" and the words of a link, which describe the other end.
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
	d.put(infoPeer, peer)
	return nil
}
