package classful

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// ETS has bands: strict ones, which are served first, and others, which have shares
// (IEEE 802.1Qaz). Numbers behind quanta and priomap need no word.
var ETS = kind.Kind{Nested: true, Build: buildETS, Print: printETS, Class: &etsClass,
	Words: "[ bands N ] [ strict N ] [ quanta Q1 Q2 ... ] [ priomap P1 P2 ... ]", Table: field.Table{
		Name: "ets", Voice: &etsVoice, Rows: []*field.Row{
			{Words: "=bands", In: field.Slot, Attr: etsBands, Type: &field.Type{Size: 1, Parse: parseETSBands}},
			{Words: "=strict", In: field.Slot, Attr: etsStrict, Type: &field.Type{Size: 1, Parse: parseETSBands}},
			{Words: "=quanta", In: field.Slot, Attr: etsQuanta, Type: &field.Type{Parse: parseETSList}},
			{Words: "=priomap", In: field.Slot, Attr: etsPriomap, Type: &field.Type{Parse: parseETSList}},
		}}}

// The values that words give: of quanta 32 bits each, of priomap bytes. The mode is
// which of the two a number without a word belongs to.
const (
	etsBands = iota + 1
	etsStrict
	etsQuanta
	etsPriomap
	etsMode
)

// mostBands is the largest number of bands, and of those of one kind.
const mostBands = uapi.TCQ_ETS_MAX_BANDS

var etsVoice = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Unknown: func(c *field.Call) error {
	if mode := c.Get(field.Slot, etsMode); c.Typed != "help" && len(mode) > 0 && mode[0] != 0 {
		return addToETS(c, uint16(mode[0]), c.Typed)
	}
	return kind.Unknown(c)
}}

// setMode says what numbers without a word are for.
func setMode(c *field.Call, slot uint16) { c.Put(field.Slot, etsMode, []byte{byte(slot)}) }

func parseETSBands(c *field.Call, r *field.Row) error {
	if c.Number(r) != 0 {
		return cli.Fail(`Duplicate "%s"`, r.Word())
	}
	n, err := c.Uint(r, 10, 32)
	switch {
	case err != nil:
		return err
	case n > mostBands:
		return cli.Fail(`The number of "%s" must be <= %d`, r.Word(), mostBands)
	}
	c.Set(r, n)
	setMode(c, 0)
	return nil
}

func parseETSList(c *field.Call, r *field.Row) error {
	if len(c.Get(r.In, r.Attr)) > 0 {
		return cli.Fail(`Duplicate "%s"`, r.Word())
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	setMode(c, r.Attr)
	return addToETS(c, r.Attr, s)
}

// addToETS adds a number to a list.
func addToETS(c *field.Call, slot uint16, s string) error {
	list := c.Get(field.Slot, slot)
	if slot == etsQuanta {
		n, err := parseQuantum(s)
		if err == nil {
			c.Put(field.Slot, slot, rtnl.NE.AppendUint32(list[:len(list):len(list)], n))
		}
		return err
	}
	n, ok := word.Uint(s, 10, 32)
	switch {
	case !ok:
		return cli.Fail(`Illegal "priomap" element`)
	case len(list) >= kind.Priorities:
		return cli.Fail(`"priomap" index cannot be higher than %d`, kind.Priorities-1)
	}
	c.Put(field.Slot, slot, append(list[:len(list):len(list)], byte(n)))
	return nil
}

func parseQuantum(s string) (uint32, error) {
	n, ok := word.Uint(s, 10, 32)
	switch {
	case !ok:
		return 0, cli.Fail(`Illegal "quanta" element`)
	case n == 0:
		return 0, cli.Fail(`"quanta" must be > 0`)
	}
	return uint32(n), nil
}

func buildETS(c *field.Call, m *rtnl.Msg) error {
	bands, strict := rtnl.U8(c.Get(field.Slot, etsBands)), rtnl.U8(c.Get(field.Slot, etsStrict))
	quanta, prios := c.Get(field.Slot, etsQuanta), c.Get(field.Slot, etsPriomap)
	shares := len(quanta) / 4
	if bands == 0 {
		bands = strict + uint8(shares)
	}
	switch k := kind.Of(c).Kind; {
	case bands == 0:
		return k.Usage("One of \"bands\", \"quanta\" or \"strict\" needs to be specified\n")
	case int(strict)+shares > int(bands):
		return k.Usage("Not enough total bands to cover all the strict bands and quanta\n")
	}
	for _, b := range prios {
		if b >= bands {
			return cli.Fail(`"priomap" element is out of bounds`)
		}
	}
	m.U8(uapi.TCA_ETS_NBANDS, bands)
	if strict != 0 {
		m.U8(uapi.TCA_ETS_NSTRICT, strict)
	}
	kind.PutList(m, uapi.TCA_ETS_QUANTA, uapi.TCA_ETS_QUANTA_BAND, quanta, 4)
	kind.PutList(m, uapi.TCA_ETS_PRIOMAP, uapi.TCA_ETS_PRIOMAP_BAND, prios, 1)
	return nil
}

func printETS(v *field.View) {
	p, bands, prios := v.Pen, v.Get(0, uapi.TCA_ETS_NBANDS), v.Get(0, uapi.TCA_ETS_PRIOMAP)
	if bands == nil || prios == nil {
		v.Env.Warnf("Incomplete ETS options\n")
		return
	}
	p.Uint("bands", "bands ", uint64(rtnl.U8(bands)), " ")
	if b := v.Get(0, uapi.TCA_ETS_NSTRICT); b != nil {
		p.Uint("strict", "strict ", uint64(rtnl.U8(b)), " ")
	}
	if b := v.Get(0, uapi.TCA_ETS_QUANTA); b != nil {
		printETSList(v, "quanta", b, &field.U32)
	}
	printETSList(v, "priomap", prios, &field.U8)
}

func printETSList(v *field.View, label string, list []byte, typ *field.Type) {
	p := v.Pen
	p.Text(label)
	p.OpenArray(label)
	for _, b := range rtnl.Attrs(list) {
		p.Uint("", " ", typ.Number(b), "")
	}
	p.Text(" ")
	p.CloseArray()
}

var etsClass = kind.Kind{Nested: true, Table: field.Table{Name: "ets", Voice: &etsClassVoice, Rows: []*field.Row{
	{Words: "=quantum", Attr: uapi.TCA_ETS_QUANTA_BAND, Flags: field.Once, Type: &field.Type{Size: 4, Usage: "BYTES",
		Scan: func(_ *field.Call, _ *field.Row, s string) (uint64, error) {
			n, err := parseQuantum(s)
			return uint64(n), err
		}}},
}}}

var etsClassVoice = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Early: true, Unknown: kind.Unknown, Twice: kind.Twice}
