package action

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// simple writes a text to the kernel's log, which has room for so many bytes.
var simple = Kind{Kind: kind.Kind{Table: field.Table{Name: "simple", Voice: &voice, Ends: true, Rows: []*field.Row{
	{Words: "simple", Type: &notAlone},
	{Words: "sdata", Value: "STRING", Attr: uapi.TCA_DEF_DATA, Type: &field.String},
	&helpRow,
}}}, Params: uapi.TCA_DEF_PARMS, Size: genSize, Ages: uapi.TCA_DEF_TM, Control: pipe, Index: `simple: Illegal "index" ({value})`,
	Key: none, Check: checkSimple, Show: showSimple}

const simpleSize = 32

func checkSimple(c *field.Call) error {
	text := c.Get(0, uapi.TCA_DEF_DATA)
	switch {
	case text == nil && !hasIndex(c):
		return Of(c).Usage("")
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
var connmark = Kind{Kind: kind.Kind{Table: field.Table{Name: "connmark", Voice: &voice, Rows: []*field.Row{
	{Words: "zone", Bad: `connmark: Illegal "zone"`, Attr: uapi.TCA_CONNMARK_PARMS, At: genSize, Type: &kind.Dec16},
}}}, Params: uapi.TCA_CONNMARK_PARMS, Size: genSize + 4, Ages: uapi.TCA_CONNMARK_TM, Control: pipe, Read: inOrder, Show: showConnmark}

func showConnmark(v *field.View, params kind.At) {
	v.Pen.Uint("zone", "zone ", uint64(params.U16(genSize)), "")
	showControl(v.Pen, " ", params.U32(atControl), "")
}

// sample sends one of so many packets to those who listen for a group of samples.
var sample = Kind{Kind: kind.Kind{Table: field.Table{Name: "sample", Voice: &voice, Ends: true,
	Send: []uint16{uapi.TCA_SAMPLE_PARMS, uapi.TCA_SAMPLE_RATE, uapi.TCA_SAMPLE_PSAMPLE_GROUP, uapi.TCA_SAMPLE_TRUNC_SIZE},
	Rows: []*field.Row{
		{Words: "rate", Bad: "Illegal rate ", Attr: uapi.TCA_SAMPLE_RATE, Type: &sampleNumber},
		{Words: "group", Bad: "Illegal group num ", Attr: uapi.TCA_SAMPLE_PSAMPLE_GROUP, Type: &sampleNumber},
		{Words: "trunc", Bad: "Illegal truncation size ", Attr: uapi.TCA_SAMPLE_TRUNC_SIZE, Type: &sampleNumber},
		&helpRow,
	}}}, Params: uapi.TCA_SAMPLE_PARMS, Size: genSize, Ages: uapi.TCA_SAMPLE_TM, Control: pipe, Read: readSample, Check: checkSample, Show: showSample}

// sampleNumber is one of which a bad value shows the usage.
var sampleNumber = field.Type{Size: 4, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, err := kind.ScanDecimal(c, r, s)
	if err != nil {
		return 0, exitUsageAfter(c, r.Bad+s+"\n")
	}
	return n, nil
}}

func readSample(c *field.Call) error {
	if c.Args.Len() == 1 {
		return cli.MissArg("sample count")
	}
	return Of(c).words(c)
}

func checkSample(c *field.Call) error {
	if kind.At(gen(c)).U32(atIndex) != 0 {
		return nil
	}
	for _, r := range [...]struct {
		attr uint16
		name string
	}{{uapi.TCA_SAMPLE_PSAMPLE_GROUP, "group"}, {uapi.TCA_SAMPLE_RATE, "rate"}} {
		if c.Get(0, r.attr) == nil {
			return exitUsageAfter(c, `param "`+r.name+"\" not set\n")
		}
	}
	return nil
}

func showSample(v *field.View, params kind.At) {
	p := v.Pen
	p.Uint("rate", "rate 1/", uint64(rtnl.U32(v.Get(0, uapi.TCA_SAMPLE_RATE))), " ")
	p.Uint("group", "group ", uint64(rtnl.U32(v.Get(0, uapi.TCA_SAMPLE_PSAMPLE_GROUP))), "")
	uint32Of(p, "trunc_size", v.Get(0, uapi.TCA_SAMPLE_TRUNC_SIZE))
	showControl(p, " ", params.U32(atControl), "")
}
