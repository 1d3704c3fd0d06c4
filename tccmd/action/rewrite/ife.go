package rewrite

import (
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// IFE carries what the kernel has noted about a packet to another machine. Its struct
// tc_ife has flags behind tc_gen. What is to be written is told on stderr.
var IFE = act.Kind{Kind: kind.Kind{Build: buildIFE, Table: field.Table{Name: "ife", Voice: &act.InvVoice, Ends: true, Rows: []*field.Row{
	{Words: "ife", Type: &act.NotAlone},
	{Words: "decode", Arg: uapi.IFE_DECODE, Attr: uapi.TCA_IFE_PARMS, At: act.GenSize, Type: &ifeMode},
	{Words: "encode", Arg: uapi.IFE_ENCODE, Attr: uapi.TCA_IFE_PARMS, At: act.GenSize, Type: &ifeMode},
	{Words: "allow", Value: "{ mark | prio | tcindex }", Bad: "Illegal meta define", Type: &field.Type{Parse: parseIFEAllow}},
	{Words: "use", Value: "{ mark | prio | tcindex } NUMBER", Bad: "Illegal meta use type", Type: &field.Type{Parse: parseIFEUse}},
	{Words: "type", Bad: "ife type is invalid", Attr: uapi.TCA_IFE_TYPE, Type: &field.Type{Parse: parseIFEType}},
	{Words: "dst", Value: "LLADDR", Attr: uapi.TCA_IFE_DMAC, Type: &ifeMAC},
	{Words: "src", Value: "LLADDR", Attr: uapi.TCA_IFE_SMAC, Type: &ifeMAC},
	&act.HelpRow,
}}}, Params: uapi.TCA_IFE_PARMS, Size: act.GenSize + 4, Ages: uapi.TCA_IFE_TM, Control: act.Pipe, AnyBase: true, Check: checkIFE, Show: showIFE}

var (
	ifeMode = field.Type{Size: 2, Form: field.Alone}
	ifeMAC  = field.Type{Read: parseIFEMAC}
)

// ifeMeta are the notes that may be carried, in the order in which they are sent.
var ifeMeta = []struct {
	attr uint16
	word string
	size int
}{{uapi.IFE_META_SKBMARK, "mark", 4}, {uapi.IFE_META_PRIO, "prio", 4}, {uapi.IFE_META_TCINDEX, "tcindex", 2}}

// ifeShown are the same as they are shown.
var ifeShown = [...]int{0, 2, 1}

// metaWord reads which note is meant.
func metaWord(c *field.Call, r *field.Row) (i int, err error) {
	s, err := c.Args.Value()
	if err != nil {
		return 0, err
	}
	for i := range ifeMeta {
		if word.Match(ifeMeta[i].word, s) {
			return i, nil
		}
	}
	return 0, c.Wrong(r, s)
}

// parseIFEAllow has a note carried as it is, if no number takes its place.
func parseIFEAllow(c *field.Call, r *field.Row) error {
	i, err := metaWord(c, r)
	if err == nil && c.Get(field.Slot, ifeMeta[i].attr) == nil {
		c.Put(field.Slot, ifeMeta[i].attr, nil)
	}
	return err
}

func parseIFEUse(c *field.Call, r *field.Row) error {
	i, err := metaWord(c, r)
	if err != nil {
		return err
	}
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	m := &ifeMeta[i]
	n, ok := word.Uint(s, 0, 8*m.size)
	if !ok {
		return cli.InvArg("ife "+m.word+" val is invalid", s)
	}
	if n != 0 {
		c.PutUint(field.Slot, m.attr, m.size, n, false)
	}
	return nil
}

func parseIFEType(c *field.Call, r *field.Row) error {
	n, err := c.Uint(r, 0, 16)
	if err != nil {
		return err
	}
	noteIFEType(c, n)
	c.PutUint(0, r.Attr, 2, n, false)
	return nil
}

func noteIFEType(c *field.Call, n uint64) {
	c.Env.Warnf("IFE type 0x%s\n", strings.ToUpper(kind.HexText(n, 4)))
}

func parseIFEMAC(c *field.Call, r *field.Row, s string) error {
	mac, ok := kind.EtherAddr(s)
	if !ok {
		return cli.InvArg("Invalid mac address", s)
	}
	c.Put(0, r.Attr, mac[:])
	c.Env.Warnf("%s MAC address <%s>\n", r.Word(), s)
	return nil
}

func checkIFE(c *field.Call) error {
	mode := field.Row{Attr: uapi.TCA_IFE_PARMS, At: act.GenSize, Type: &ifeMode}
	if !c.Given(&mode) && !act.HasIndex(c) {
		return act.ExitUsageAfter(c, "IFE requires decode/encode specified\n")
	}
	return nil
}

// buildIFE adds what is sent: to decode, nothing but the struct.
func buildIFE(c *field.Call, m *rtnl.Msg) error {
	m.Attr(uapi.TCA_IFE_PARMS, act.Gen(c))
	if kind.At(act.Gen(c)).U16(act.GenSize)&uapi.IFE_ENCODE == 0 {
		return nil
	}
	for _, attr := range [...]uint16{uapi.TCA_IFE_DMAC, uapi.TCA_IFE_TYPE, uapi.TCA_IFE_SMAC} {
		if b := c.Get(0, attr); b != nil {
			m.Attr(attr, b)
		} else if attr == uapi.TCA_IFE_TYPE {
			noteIFEType(c, unix.ETH_P_IFE)
		}
	}
	nest := m.Nest(uapi.TCA_IFE_METALST)
	for _, meta := range ifeMeta {
		if b := c.Get(field.Slot, meta.attr); b != nil {
			m.Attr(meta.attr, b)
		}
	}
	m.End(nest)
	return nil
}

func showIFE(v *field.View, params kind.At) {
	p, mode := v.Pen, "decode"
	if params.U16(act.GenSize)&uapi.IFE_ENCODE != 0 {
		mode = "encode"
	}
	p.Str("mode", "", mode, " ")
	act.ShowControl(p, "action ", params.U32(act.AtControl), " ")
	if b := v.Get(0, uapi.TCA_IFE_TYPE); b != nil {
		showIFEType(v, uint64(rtnl.U16(b)))
	}
	for _, i := range ifeShown {
		m := &ifeMeta[i]
		b := v.Get(uapi.TCA_IFE_METALST, m.attr)
		switch {
		case b == nil:
		case len(b) == 0:
			p.JStr(m.word, "allow")
			p.Text("allow " + m.word + " ")
		default:
			p.Uint(m.word, "use "+m.word+" ", noteOf(b, m.size), " ")
		}
	}
	for _, m := range [...]struct {
		attr uint16
		key  string
	}{{uapi.TCA_IFE_DMAC, "dst"}, {uapi.TCA_IFE_SMAC, "src"}} {
		if b := v.Get(0, m.attr); b != nil {
			p.Bytes(m.key, m.key+" ", cli.AppendLLAddr(nil, unix.ARPHRD_NETROM, b), " ")
		}
	}
}

func noteOf(b []byte, size int) uint64 {
	if size == 2 {
		return uint64(rtnl.U16(b))
	}
	return uint64(rtnl.U32(b))
}

// showIFEType writes the type of the frames as C's %#X does, in JSON as %#x.
func showIFEType(v *field.View, n uint64) {
	p := v.Pen
	if p.JSON() {
		p.Hex0x("type", "", n, "")
		return
	}
	text := strings.ToUpper(strconv.FormatUint(n, 16))
	if n != 0 {
		text = "0X" + text
	}
	p.Text("type " + text + " ")
	p.NL()
	p.Text("\t")
}
