package rewrite

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"
)

// Csum sets checksums right. Its struct tc_csum has, behind tc_gen, which.
var Csum = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "csum", Voice: &act.Voice, Ends: true, Rows: []*field.Row{
	{Words: "iph|ip4h|ipv4h", Attr: uapi.TCA_CSUM_PARMS, At: act.GenSize, Arg: uapi.TCA_CSUM_UPDATE_FLAG_IPV4HDR, Type: &field.Bit32},
	{Words: "icmp", Attr: uapi.TCA_CSUM_PARMS, At: act.GenSize, Arg: uapi.TCA_CSUM_UPDATE_FLAG_ICMP, Type: &field.Bit32},
	{Words: "igmp", Attr: uapi.TCA_CSUM_PARMS, At: act.GenSize, Arg: uapi.TCA_CSUM_UPDATE_FLAG_IGMP, Type: &field.Bit32},
	{Words: "tcp", Attr: uapi.TCA_CSUM_PARMS, At: act.GenSize, Arg: uapi.TCA_CSUM_UPDATE_FLAG_TCP, Type: &field.Bit32},
	{Words: "udp", Attr: uapi.TCA_CSUM_PARMS, At: act.GenSize, Arg: uapi.TCA_CSUM_UPDATE_FLAG_UDP, Type: &field.Bit32},
	{Words: "udplite", Attr: uapi.TCA_CSUM_PARMS, At: act.GenSize, Arg: uapi.TCA_CSUM_UPDATE_FLAG_UDPLITE, Type: &field.Bit32},
	{Words: "sctp", Attr: uapi.TCA_CSUM_PARMS, At: act.GenSize, Arg: uapi.TCA_CSUM_UPDATE_FLAG_SCTP, Type: &field.Bit32},
	{Words: "and|or|+", Type: &act.Again},
	{Words: "csum", Type: &act.NotAlone},
	&act.HelpRow,
}}}, Params: uapi.TCA_CSUM_PARMS, Size: act.GenSize + 4, Ages: uapi.TCA_CSUM_TM, Control: act.Pass, Index: `Illegal "index" ({value}) <csum>`,
	Lead: "\tindex ", Read: act.WordsOrIndex, Whole: checkCsum, Show: showCsum}

// checksums are the names that the flags are shown by.
var checksums = word.Names{{uapi.TCA_CSUM_UPDATE_FLAG_IPV4HDR, "iph"}, {uapi.TCA_CSUM_UPDATE_FLAG_ICMP, "icmp"},
	{uapi.TCA_CSUM_UPDATE_FLAG_IGMP, "igmp"}, {uapi.TCA_CSUM_UPDATE_FLAG_TCP, "tcp"}, {uapi.TCA_CSUM_UPDATE_FLAG_UDP, "udp"},
	{uapi.TCA_CSUM_UPDATE_FLAG_UDPLITE, "udplite"}, {uapi.TCA_CSUM_UPDATE_FLAG_SCTP, "sctp"}}

func checkCsum(c *field.Call) error {
	if kind.At(act.Gen(c)).U32(act.GenSize) == 0 {
		return cli.Fail("Illegal csum construct, empty <UPDATE> list")
	}
	return nil
}

func showCsum(v *field.View, params kind.At) {
	var names []string
	for _, c := range checksums {
		if uint64(params.U32(act.GenSize))&c.Val != 0 {
			names = append(names, c.Word)
		}
	}
	if names == nil {
		names = []string{"?empty"}
	}
	v.Pen.Str("csum", "(", strings.Join(names, ", "), ") ")
	act.ShowControl(v.Pen, "action ", params.U32(act.AtControl), "")
}
