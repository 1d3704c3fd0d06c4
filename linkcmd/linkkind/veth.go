package linkkind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/linkcmd/kind"
)

var veth = kind.Kind{
	Head: "ip link <options> type {kind}",
	Told: "\"ip link add help\" tells <options>.\n",
	Table: field.Table{Voice: &vethVoice, Rows: []*field.Row{
		{Words: "=peer", Value: "<options>", Attr: uapi.VETH_INFO_PEER, Type: &vethPeer, Flags: field.Quiet},
	}},
}

// vethVoice has nothing to complain of but other words: for those the real tool
// writes the usage to stdout.
var vethVoice = field.Voice{Unknown: func(c *field.Call) error {
	t := kind.TargetOf(c)
	c.Env.Pen.Text(t.Kind.HelpText(t.Name))
	return cli.Silent(cli.StatusError)
}}

// vethPeer reads the words of a link, which describe the other end: an ifinfomsg
// and attributes, in VETH_INFO_PEER or in VXCAN_INFO_PEER, the same number.
var vethPeer = field.Type{Parse: func(c *field.Call, r *field.Row) error {
	peer, typ, err := kind.TargetOf(c).Peer(c.Args)
	if err != nil {
		return err
	}
	if typ != nil {
		return cli.DupArg("type", *typ)
	}
	c.Put(r.In, r.Attr, peer)
	return nil
}}
