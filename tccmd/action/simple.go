package action

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"
)

// simple writes a text to the kernel's log, which has room for so many bytes.
var simple = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "simple", Voice: &act.Voice, Ends: true, Rows: []*field.Row{
	{Words: "simple", Type: &act.NotAlone},
	{Words: "sdata", Value: "STRING", Attr: uapi.TCA_DEF_DATA, Type: &field.String},
	&act.HelpRow,
}}}, Params: uapi.TCA_DEF_PARMS, Size: act.GenSize, Ages: uapi.TCA_DEF_TM, Control: act.Pipe, Index: `simple: Illegal "index" ({value})`,
	Key: act.None, Check: checkSimple, Show: showSimple}

const simpleSize = 32

func checkSimple(c *field.Call) error {
	text := c.Get(0, uapi.TCA_DEF_DATA)
	switch {
	case text == nil && !act.HasIndex(c):
		return act.Of(c).Usage("")
	case text == nil:
		return nil
	case len(text) > simpleSize:
		return cli.Fail("simple: Illegal string len %d <%s>", len(text)-1, rtnl.Str(text))
	}
	c.Put(0, uapi.TCA_DEF_DATA, append(text[:len(text):len(text)], make([]byte, simpleSize-len(text))...))
	return nil
}

func showSimple(v *field.View, _ kind.At) {
	v.Pen.Bytes("simple", "Simple <", rtnl.CStr(v.Get(0, uapi.TCA_DEF_DATA)), ">")
}

// connmark gives a packet the mark of its connection. Its struct tc_connmark has, behind
// tc_gen, the zone of connection tracking.
var connmark = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "connmark", Voice: &act.Voice, Rows: []*field.Row{
	{Words: "zone", Bad: `connmark: Illegal "zone"`, Attr: uapi.TCA_CONNMARK_PARMS, At: act.GenSize, Type: &kind.Dec16},
}}}, Params: uapi.TCA_CONNMARK_PARMS, Size: act.GenSize + 4, Ages: uapi.TCA_CONNMARK_TM, Control: act.Pipe, Read: act.InOrder, Show: showConnmark}

func showConnmark(v *field.View, params kind.At) {
	v.Pen.Uint("zone", "zone ", uint64(params.U16(act.GenSize)), "")
	act.ShowControl(v.Pen, " ", params.U32(act.AtControl), "")
}

// sample sends one of so many packets to those who listen for a group of samples.
var sample = act.Kind{Kind: kind.Kind{Table: field.Table{Name: "sample", Voice: &act.Voice, Ends: true,
	Send: []uint16{uapi.TCA_SAMPLE_PARMS, uapi.TCA_SAMPLE_RATE, uapi.TCA_SAMPLE_PSAMPLE_GROUP, uapi.TCA_SAMPLE_TRUNC_SIZE},
	Rows: []*field.Row{
		{Words: "rate", Bad: "Illegal rate ", Attr: uapi.TCA_SAMPLE_RATE, Type: &sampleNumber},
		{Words: "group", Bad: "Illegal group num ", Attr: uapi.TCA_SAMPLE_PSAMPLE_GROUP, Type: &sampleNumber},
		{Words: "trunc", Bad: "Illegal truncation size ", Attr: uapi.TCA_SAMPLE_TRUNC_SIZE, Type: &sampleNumber},
		&act.HelpRow,
	}}}, Params: uapi.TCA_SAMPLE_PARMS, Size: act.GenSize, Ages: uapi.TCA_SAMPLE_TM, Control: act.Pipe, Read: readSample, Check: checkSample, Show: showSample}

// sampleNumber is one of which a bad value shows the usage.
var sampleNumber = field.Type{Size: 4, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, err := kind.ScanDecimal(c, r, s)
	if err != nil {
		return 0, act.ExitUsageAfter(c, r.Bad+s+"\n")
	}
	return n, nil
}}

func readSample(c *field.Call) error {
	if c.Args.Len() == 1 {
		return cli.MissArg("sample count")
	}
	return act.Of(c).ReadWords(c)
}

func checkSample(c *field.Call) error {
	if kind.At(act.Gen(c)).U32(act.AtIndex) != 0 {
		return nil
	}
	for _, r := range [...]struct {
		attr uint16
		name string
	}{{uapi.TCA_SAMPLE_PSAMPLE_GROUP, "group"}, {uapi.TCA_SAMPLE_RATE, "rate"}} {
		if c.Get(0, r.attr) == nil {
			return act.ExitUsageAfter(c, `param "`+r.name+"\" not set\n")
		}
	}
	return nil
}

func showSample(v *field.View, params kind.At) {
	p := v.Pen
	p.Uint("rate", "rate 1/", uint64(rtnl.U32(v.Get(0, uapi.TCA_SAMPLE_RATE))), " ")
	p.Uint("group", "group ", uint64(rtnl.U32(v.Get(0, uapi.TCA_SAMPLE_PSAMPLE_GROUP))), "")
	act.Uint32Of(p, "trunc_size", v.Get(0, uapi.TCA_SAMPLE_TRUNC_SIZE))
	act.ShowControl(p, " ", params.U32(act.AtControl), "")
}
