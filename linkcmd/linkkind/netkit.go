package linkkind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var netkit = kind.Kind{
	Unknown: kind.UnknownOption, Help: "=",
	Told: "OPTIONS are the <options> of the other end; \"ip link add help\" tells them, up to type.\n",
	Table: field.Table{Voice: &netkitVoice, Rows: []*field.Row{
		{Words: "=mode", Value: "MODE", Attr: unix.IFLA_NETKIT_MODE, Type: &netkitMode, Names: &word.Names{{unix.NETKIT_L3, "l3"}, {unix.NETKIT_L2, "l2"}}},
		{Label: "type", Attr: unix.IFLA_NETKIT_PRIMARY, Type: &netkitRole, Names: &word.Names{{0, "peer"}}},
		{Words: "=forward|=blackhole", Value: "POLICY", Label: "policy", Attr: unix.IFLA_NETKIT_POLICY, Type: &netkitPolicy, Names: &netkitPolicies, Arg: unix.IFLA_NETKIT_PEER_POLICY},
		{Label: "peer policy", Key: "peer_policy", Attr: unix.IFLA_NETKIT_PEER_POLICY, Type: &kind.Enum32, Names: &netkitPolicies},
		{Words: "=scrub", Value: "SCRUB", Attr: uapi.IFLA_NETKIT_SCRUB, Type: &netkitScrub, Names: &netkitScrubs, Arg: uapi.IFLA_NETKIT_PEER_SCRUB},
		{Label: "peer scrub", Key: "peer_scrub", Attr: uapi.IFLA_NETKIT_PEER_SCRUB, Type: &kind.Enum32, Names: &netkitScrubs},
		{Words: "=peer", Attr: unix.IFLA_NETKIT_PEER_INFO, Type: &netkitPeer, Flags: field.Quiet | field.Always},
	}},
}

var netkitPolicies = word.Names{{unix.NETKIT_PASS, "forward"}, {unix.NETKIT_DROP, "blackhole"}}

var netkitScrubs = word.Names{{uapi.NETKIT_SCRUB_NONE, "none"}, {uapi.NETKIT_SCRUB_DEFAULT, "default"}}

// netkitVoice: what is no word of the kind behind peer begins the words of the
// other end as a link.
var netkitVoice = field.Voice{Bad: "invalid {word}", Wrong: cli.InvArg, Unknown: func(c *field.Call) error {
	if !c.HasWord(0, unix.IFLA_NETKIT_PEER_INFO) {
		return kind.Strange(c)
	}
	c.Args.Back()
	peer, typ, err := kind.TargetOf(c).Peer(c.Args)
	if err == nil && typ != nil {
		err = cli.DupArg("type", kind.WordOrNull(c.Args))
	}
	c.Put(0, unix.IFLA_NETKIT_PEER_INFO, peer)
	return err
}}

// setEnd sets the attribute of this end (Attr of the row) or, behind the word peer,
// of the other one (Arg).
func setEnd(c *field.Call, r *field.Row, n uint64) {
	attr := r.Attr
	if c.HasWord(0, unix.IFLA_NETKIT_PEER_INFO) {
		attr = uint16(r.Arg)
	}
	c.PutUint(0, attr, 4, n, false)
}

var netkitMode = field.Type{Size: 4, Other: "UNKNOWN", Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	if c.Get(r.In, r.Attr) != nil {
		return 0, cli.DupArg("mode", s)
	}
	n, ok := r.Names.Find(s)
	if !ok {
		return 0, cli.Fail(`Error: argument of "mode" must be either "l3" or "l2"`)
	}
	return n, nil
}}

var netkitRole = field.Type{Size: 1, Other: "primary"}

var netkitPolicy = field.Type{Size: 4, Other: "UNKNOWN", Parse: func(c *field.Call, r *field.Row) error {
	n, _ := r.Names.Find(c.Typed)
	setEnd(c, r, n)
	return nil
}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	return field.AppendWord(line, r.Names.Of(uint64(rtnl.U32(b))))
}}

var netkitScrub = field.Type{Size: 4, Other: "UNKNOWN", Read: func(c *field.Call, r *field.Row, s string) error {
	n, ok := r.Names.Find(s)
	if !ok {
		return cli.Fail(`Error: scrub must be either "none" or "default"`)
	}
	setEnd(c, r, n)
	return nil
}, Write: field.WriteNumber}

var netkitPeer = field.Type{Usage: "OPTIONS", Parse: func(c *field.Call, r *field.Row) error {
	if c.Given(r) {
		return cli.DupArg("peer", kind.WordOrNull(c.Args))
	}
	return c.Note(r, c.Typed, c.Typed)
}, Write: writeNetkitPeer}

// writeNetkitPeer writes what the other end has; its name follows.
func writeNetkitPeer(v *field.View, r *field.Row, line, _ []byte) []byte {
	if b := v.Get(0, unix.IFLA_NETKIT_PRIMARY); rtnl.U8(b) == 0 {
		return line
	}
	line = field.AppendWord(line, r.Word())
	if b := v.Get(0, unix.IFLA_NETKIT_PEER_POLICY); len(b) >= 4 {
		line = field.AppendWord(line, netkitPolicies.Of(uint64(rtnl.U32(b))))
	}
	if b := v.Get(0, uapi.IFLA_NETKIT_PEER_SCRUB); len(b) >= 4 {
		line = field.AppendWord(field.AppendWord(line, "scrub"), netkitScrubs.Of(uint64(rtnl.U32(b))))
	}
	return line
}
