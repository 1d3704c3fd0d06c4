package tsn

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// Mqprio gives traffic classes queues of a device. It has struct tc_mqprio_qopt: the
// number of classes, the class of each of 16 priorities, whether the device does it, and
// for each class how many queues it has, and from which on. taprio has the same struct.
var Mqprio = kind.Kind{Begin: beginMqprio, Build: buildMqprio, Print: printMqprio, Table: field.Table{Name: "mqprio", Size: mqprioSize + 2,
	Voice: &mqprioVoice, Rows: []*field.Row{
		{Words: "=num_tc", In: field.Slot, Attr: mqQopt, At: mqClasses, Type: &kind.Dec8},
		{Words: "=map", Value: "P0 P1 ...", In: field.Slot, Attr: mqQopt, Type: &classMap},
		{Words: "=queues", Value: "COUNT@OFFSET ...", In: field.Slot, Attr: mqQopt, Type: &classQueues},
		{Words: "=fp", Value: "{ E | P } ...", In: field.Slot, Attr: mqFrames, Type: &classFrames},
		{Words: "=hw", In: field.Slot, Attr: mqQopt, At: mqHardware, Type: &kind.Dec8},
		{Words: "=mode", Value: "{ dcb | channel }", Attr: uapi.TCA_MQPRIO_MODE, Names: &mqModes, Type: &field.Type{Size: 2, Parse: parseMqMode}},
		{Words: "=shaper", Value: "{ dcb | bw_rlimit }", Attr: uapi.TCA_MQPRIO_SHAPER, Names: &mqShapers, Type: &field.Type{Size: 2, Parse: parseMqMode}},
		{Words: "=min_rate", Value: "RATE ...", In: field.Slot, Attr: uapi.TCA_MQPRIO_MIN_RATE64, Type: &field.Type{Parse: parseMqRates}},
		{Words: "=max_rate", Value: "RATE ...", In: field.Slot, Attr: uapi.TCA_MQPRIO_MAX_RATE64, Type: &field.Type{Parse: parseMqRates}},
	}}}

var mqprioVoice = field.Voice{Bad: `Illegal "{word}"`, Wrong: kind.Wrong, Unknown: func(c *field.Call) error {
	return kind.OrHelp(c, unknownArgument(c))
}}

func unknownArgument(c *field.Call) error { return cli.InvArg("unknown argument", c.Typed) }

// The words of mode and shaper; those for 0 are the usual ones.
var (
	mqModes   = word.Names{{uapi.TC_MQPRIO_MODE_DCB, "dcb"}, {uapi.TC_MQPRIO_MODE_CHANNEL, "channel"}}
	mqShapers = word.Names{{uapi.TC_MQPRIO_SHAPER_DCB, "dcb"}, {uapi.TC_MQPRIO_SHAPER_BW_RATE, "bw_rlimit"}}
)

// Slots beside those that are the numbers of attributes.
const (
	mqQopt   = iota + 100 // the struct
	mqFrames              // of each class 32 bits: whether its frames may be interrupted
)

// Places in the struct.
const (
	mqClasses  = 0
	mqMap      = 1
	mqHardware = 17
	mqCounts   = 18
	mqOffsets  = 50
	mqprioSize = 82
	mostClass  = 16
)

// mqprioMap is the map if none is given.
var mqprioMap = [kind.Priorities]byte{0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 1, 1, 3, 3, 3, 3}

func beginMqprio(c *field.Call) {
	b := make([]byte, mqprioSize)
	b[mqClasses], b[mqHardware] = 8, 1
	copy(b[mqMap:], mqprioMap[:])
	c.Put(field.Slot, mqQopt, b)
}

var (
	classMap    = field.Type{Parse: parseClassMap}
	classQueues = field.Type{Parse: parseClassQueues}
	classFrames = field.Type{Parse: parseClassFrames}
)

// takeWhile takes up to 16 words, as long as they can be read.
func takeWhile(c *field.Call, read func(i int, s string) bool) (n int) {
	for n < mostClass && c.Args.More() && read(n, c.Args.Word()) {
		c.Args.Skip()
		n++
	}
	return n
}

func parseClassMap(c *field.Call, _ *field.Row) error {
	b := c.Get(field.Slot, mqQopt)[mqMap:][:kind.Priorities]
	n := takeWhile(c, func(i int, s string) bool {
		n, ok := word.Uint(s, 10, 8)
		if ok {
			b[i] = byte(n)
		}
		return ok
	})
	clear(b[n:])
	return nil
}

// mqPairs is the slot of how many pairs of queues were read.
const mqPairs = mqFrames + 1

func parseClassQueues(c *field.Call, _ *field.Row) error {
	b := c.Get(field.Slot, mqQopt)
	put := func(at, i int, s string) bool {
		n, ok := word.Uint(s, 10, 16)
		if ok {
			rtnl.NE.PutUint16(b[at+2*i:], uint16(n))
		}
		return ok
	}
	n := takeWhile(c, func(i int, s string) bool {
		count, offset, _ := strings.Cut(strings.TrimLeft(s, "@"), "@")
		offset, _, _ = strings.Cut(strings.TrimLeft(offset, "@"), "@")
		return put(mqCounts, i, count) && put(mqOffsets, i, offset)
	})
	c.PutUint(field.Slot, mqPairs, 4, uint64(kind.SlotNumber(c, mqPairs))+uint64(n), false)
	return nil
}

func parseClassFrames(c *field.Call, _ *field.Row) error {
	var list []byte
	takeWhile(c, func(_ int, s string) bool {
		switch s {
		case "E":
			list = rtnl.NE.AppendUint32(list, uapi.TC_FP_EXPRESS)
		case "P":
			list = rtnl.NE.AppendUint32(list, uapi.TC_FP_PREEMPTIBLE)
		default:
			return false
		}
		return true
	})
	c.Put(field.Slot, mqFrames, list)
	return nil
}

// parseMqMode reads a mode or a shaper, which only a device has. The usual one is sent
// if another was given before.
func parseMqMode(c *field.Call, r *field.Row) error {
	if c.Get(field.Slot, mqQopt)[mqHardware] == 0 {
		return unknownArgument(c)
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	n, ok := r.Names.Match(s)
	switch {
	case !ok:
		return cli.Fail("Illegal %s (%s)", r.Word(), s)
	case r.Names == &mqShapers && n != 0 && !c.Args.More():
		return cli.Fail("Incomplete shaper arguments")
	case n != 0 || c.Get(0, r.Attr) != nil:
		c.Set(r, n)
	}
	return nil
}

func parseMqRates(c *field.Call, r *field.Row) error {
	if rtnl.U16(c.Get(0, uapi.TCA_MQPRIO_SHAPER)) != uapi.TC_MQPRIO_SHAPER_BW_RATE {
		return unknownArgument(c)
	}
	list := append(c.Get(r.In, r.Attr), make([]byte, 8*mostClass)...)[:8*mostClass]
	n := takeWhile(c, func(i int, s string) bool {
		n, ok := kind.ParseRate(s)
		if ok {
			rtnl.NE.PutUint64(list[8*i:], n)
		}
		return ok
	})
	if n < int(c.Get(field.Slot, mqQopt)[mqClasses]) && !c.Args.More() {
		return cli.Fail("Incomplete arguments, %s values expected", r.Word())
	}
	c.Put(r.In, r.Attr, list)
	return nil
}

func buildMqprio(c *field.Call, m *rtnl.Msg) error {
	b, pairs := c.Get(field.Slot, mqQopt), kind.SlotNumber(c, mqPairs)
	if classes := uint32(b[mqClasses]); pairs > classes {
		return cli.Fail("queues count/offset pair count %d can not be higher than given num_tc %d", pairs, classes)
	}
	m.Raw(b)
	for attr := uint16(uapi.TCA_MQPRIO_MODE); attr <= uapi.TCA_MQPRIO_SHAPER; attr++ {
		if b := c.Get(0, attr); b != nil {
			m.Attr(attr, b)
		}
	}
	frames := c.Get(field.Slot, mqFrames)
	for i := range len(frames) / 4 {
		entry := m.Nest(uapi.TCA_MQPRIO_TC_ENTRY | kind.Nested)
		m.U32(uapi.TCA_MQPRIO_TC_ENTRY_INDEX, uint32(i))
		m.Attr(uapi.TCA_MQPRIO_TC_ENTRY_FP, frames[4*i:][:4])
		m.End(entry)
	}
	for attr := uint16(uapi.TCA_MQPRIO_MIN_RATE64); attr <= uapi.TCA_MQPRIO_MAX_RATE64; attr++ {
		kind.PutList(m, attr, attr, c.Get(field.Slot, attr), 8)
	}
	return nil
}

const mqIndent = "\n             "

func printMqprio(v *field.View) {
	p, b := v.Pen, kind.At(v.Head)
	if b == nil {
		v.Env.Warnf("options size error\n")
		return
	}
	classes := int(b.U8(mqClasses))
	p.Uint("tc", "tc ", uint64(classes), " ")
	p.Text("map ")
	p.OpenArray("map")
	for _, class := range b[mqMap:][:kind.Priorities] {
		p.Uint("", "", uint64(class), " ")
	}
	p.CloseArray()
	p.Text(mqIndent + "queues:")
	p.OpenArray("queues")
	for i := range min(classes, mostClass) {
		offset, count := int64(b.U16(mqOffsets+2*i)), int64(b.U16(mqCounts+2*i))
		p.OpenArray("")
		p.Uint("", "(", uint64(offset), ":")
		p.Uint("", "", uint64(uint32(offset+count-1)), ") ")
		p.CloseArray()
	}
	p.CloseArray()
	if len(v.Attrs()) > 0 {
		printMqModes(v, classes)
		entries := classEntries(v.Attrs(), uapi.TCA_MQPRIO_TC_ENTRY, 0, uapi.TCA_MQPRIO_TC_ENTRY_FP)
		printFrames(v, mqIndent+"fp:", entries.frames[:entries.framed])
	}
}

// A classTable is what entries of traffic classes tell: the largest size of a packet,
// whether frames may be interrupted, and for how many classes they do.
type classTable struct {
	sizes, frames [mostClass]uint32
	sized, framed int
}

// classEntries reads the entries among attributes, by the numbers of the entry and of what
// is in it; a size of 0 is none.
func classEntries(attrs []byte, entry, size, frames uint16) (t classTable) {
	for typ, b := range rtnl.Attrs(attrs) {
		if typ != entry {
			continue
		}
		i := kind.At(rtnl.Find(b, uapi.TCA_MQPRIO_TC_ENTRY_INDEX)).U32(0) // that of taprio is the same
		if i >= mostClass {
			continue
		}
		if n := rtnl.Find(b, size); n != nil && size != 0 {
			t.sizes[i], t.sized = rtnl.U32(n), max(t.sized, int(i)+1)
		}
		if n := rtnl.Find(b, frames); n != nil {
			t.frames[i], t.framed = rtnl.U32(n), max(t.framed, int(i)+1)
		}
	}
	return t
}

var framesNames = word.Names{{uapi.TC_FP_EXPRESS, "E"}, {uapi.TC_FP_PREEMPTIBLE, "P"}}

// printFrames tells which classes have frames that may be interrupted, on a line.
func printFrames(v *field.View, label string, frames []uint32) {
	if len(frames) == 0 {
		return
	}
	p := v.Pen
	p.Text(label)
	p.OpenArray("fp")
	for _, n := range frames {
		p.Str("", " ", framesNames.Or(uint64(n), "?"), "")
	}
	p.CloseArray()
	p.NL()
}

// printMqModes prints what attributes tell, if there are any: without one for a mode
// or a shaper that is the usual one.
func printMqModes(v *field.View, classes int) {
	p := v.Pen
	for _, m := range [...]struct {
		attr  uint16
		key   string
		names word.Names
	}{{uapi.TCA_MQPRIO_MODE, "mode", mqModes}, {uapi.TCA_MQPRIO_SHAPER, "shaper", mqShapers}} {
		b := v.Get(0, m.attr)
		if n := uint64(kind.At(b).U16(0)); b == nil || n == m.names[1].Val {
			p.Str(m.key, mqIndent+m.key+":", m.names.Of(n), "")
		}
	}
	for i, key := range [...]string{"min_rate", "max_rate"} {
		b := v.Get(0, uapi.TCA_MQPRIO_MIN_RATE64+uint16(i))
		if b == nil {
			continue
		}
		var rates [mostClass]uint64
		n := 0
		for _, rate := range rtnl.Attrs(b) {
			if n < mostClass {
				rates[n] = kind.At(rate).U64(0)
				n++
			}
		}
		p.Text("\t" + key + ":")
		p.OpenArray(key)
		for _, rate := range rates[:min(classes, mostClass)] {
			kind.Rated(v, "", "", rate, " ")
		}
		p.CloseArray()
	}
}
