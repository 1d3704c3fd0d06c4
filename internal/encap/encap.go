// Package encap reads and prints what routes and nexthop objects are
// encapsulated in, "encap TYPE …": lightweight tunnels (linux/lwtunnel.h).
package encap

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// An encapsulation is one TYPE: the kernel numbers them, and each nests attributes
// of its own.
type encapsulation struct {
	id    uint16
	name  string
	table *field.Table
}

// encapsulations are in the order of their numbers.
var encapsulations = []encapsulation{
	{unix.LWTUNNEL_ENCAP_MPLS, "mpls", &mpls},
	{unix.LWTUNNEL_ENCAP_IP, "ip", &ip4},
	{unix.LWTUNNEL_ENCAP_ILA, "ila", &ila},
	{unix.LWTUNNEL_ENCAP_IP6, "ip6", &ip6},
	{unix.LWTUNNEL_ENCAP_SEG6, "seg6", &seg6},
	{unix.LWTUNNEL_ENCAP_BPF, "bpf", &programs},
	{unix.LWTUNNEL_ENCAP_SEG6_LOCAL, "seg6local", &seg6Local},
	{unix.LWTUNNEL_ENCAP_RPL, "rpl", &rpl},
	{unix.LWTUNNEL_ENCAP_IOAM6, "ioam6", &ioam6},
	{unix.LWTUNNEL_ENCAP_XFRM, "xfrm", &xfrm},
}

// Parse reads what follows the word encap, TYPE and its options, and adds the
// attributes attr (nested) and encapType.
func Parse(e *cli.Env, a *cli.Args, m *rtnl.Msg, attr, encapType uint16) error {
	name, err := a.Value()
	if err != nil {
		return err
	}
	if name == "help" {
		return cli.Usage(usage())
	}
	for i := range encapsulations {
		t := &encapsulations[i]
		switch {
		case !word.Has(t.name, name):
			continue
		case !a.More():
			return cli.Incomplete()
		case a.Len() == 1 && a.Word() != word.Asked: // the real tool wants another word behind the options
			return cli.MissArg("encap type")
		}
		nest := m.Nest(attr | unix.NLA_F_NESTED)
		if err := read(e, a, m, t.table); err != nil {
			return err
		}
		m.End(nest)
		m.U16(encapType, t.id)
		return nil
	}
	return cli.InvArg("\"encap type\" value is invalid\n", name)
}

// call reads encapsulations, in a batch those of all lines.
type call struct{ field.Call }

// unknown has nothing of an encapsulation that is none of ours.
var unknown field.Table

// read adds the attributes that the words of an encapsulation ask for.
func read(e *cli.Env, a *cli.Args, m *rtnl.Msg, t *field.Table) error {
	c := &cli.State[call](e).Call
	c.Begin(e, a, t)
	if err := c.Read(); err != nil {
		return err
	}
	c.Encode(m, t)
	return nil
}

func usage() string {
	s := "Usage: ip route ... encap TYPE [ OPTIONS ] [...]\nTYPE := {"
	for i := range encapsulations {
		if i > 0 {
			s += " |"
		}
		s += " " + encapsulations[i].name
	}
	return s + " }\n"
}

// view is what all encapsulations print from, beside that of the route.
type view struct{ field.View }

// Print writes an encapsulation from the payloads of its two attributes.
func Print(e *cli.Env, encapType, attrs []byte) {
	if encapType == nil {
		return
	}
	id := rtnl.U16(encapType)
	name, table := "unknown", &unknown
	for i := range encapsulations {
		if encapsulations[i].id == id {
			name, table = encapsulations[i].name, encapsulations[i].table
		}
	}
	e.Pen.OpenObject("encap")
	e.Pen.Str("encap_type", " encap ", name, " ")
	table.Show(cli.State[view](e).Of(e, attrs))
	e.Pen.CloseObject()
}

// Words appends the words that make an encapsulation: "encap TYPE …".
func Words(e *cli.Env, encapType, attrs, line []byte) []byte {
	for i := range encapsulations {
		if t := &encapsulations[i]; encapType != nil && t.id == rtnl.U16(encapType) {
			line = field.AppendWord(append(line, " encap"...), t.name)
			return t.table.Words(cli.State[view](e).Of(e, attrs), line)
		}
	}
	return line
}

// Last reports whether the words of an encapsulation have to stand behind all others of
// a line: what reads them passes over words that it does not know.
func Last(encapType []byte) bool {
	return encapType != nil && rtnl.U16(encapType) == unix.LWTUNNEL_ENCAP_XFRM
}

const badValue = field.BadIP + "\n"

var voice = field.Voice{Bad: badValue, Wrong: cli.InvArg, Twice: cli.DupArg2, Missing: cli.MissArg}

// The formats of several encapsulations.
var (
	// addr is an address of the family Arg; tint gives it the colour of that.
	// Neither is ever replaced by the name of a host.
	addr = field.Type{Read: field.ParseAddr, Print: printAddr, Write: writeAddr}
	tint = field.Type{Read: field.ParseAddr, Print: printTint, Write: writeAddr}
	// device is a link by name. Unlike elsewhere its lack ends a batch.
	device = field.Type{Size: 4, Form: field.Str, Scan: field.ScanNeededDevice, Append: field.AppendDevice}
)

// writeAddr writes an address, where it stands in front without a word.
func writeAddr(_ *field.View, r *field.Row, line, b []byte) []byte {
	if r.Words != "" {
		line = field.AppendWord(line, r.Word())
	}
	return cli.AppendAddr(append(line, ' '), uint8(r.Arg), b)
}

func printAddr(v *field.View, r *field.Row, b []byte) {
	var buf [64]byte
	v.Str(r, cli.AppendAddr(buf[:0], uint8(r.Arg), b))
}

// printTint has label and blanks in colour too.
func printTint(v *field.View, r *field.Row, b []byte) {
	var buf [64]byte
	v.Pen.ColorBytes(show.FamilyColor(uint8(r.Arg)), r.JSON(), r.Label, cli.AppendAddr(buf[:0], uint8(r.Arg), b), " ")
}

// encap mpls LABEL[/LABEL…] [ ttl TTL ]
var mpls = field.Table{Name: "mpls", Voice: &voice, Ends: true, Indent: " ", Rows: []*field.Row{
	{Key: "dst", Attr: unix.MPLS_IPTUNNEL_DST, Arg: unix.AF_MPLS, Type: &addr, Flags: field.Lead | field.Said},
	{Words: "=ttl", Attr: unix.MPLS_IPTUNNEL_TTL, Type: &field.U8, Flags: field.Once},
}}

// encap xfrm if_id IF_ID [ link_dev LINK ] takes the rest of the line: the real tool
// passes over words that it does not know.
var xfrm = field.Table{Name: "xfrm", Voice: &xfrmVoice, Usage: xfrmUsage, Rows: []*field.Row{
	{Words: "=if_id", Attr: uapi.LWT_XFRM_IF_ID, Type: &field.U32, Flags: field.Once | field.Positive | field.Required},
	{Words: "=link_dev", Attr: uapi.LWT_XFRM_LINK, Type: &device, Flags: field.Once},
	{Words: "=help", Type: &field.Help},
}}

const xfrmUsage = "Usage: ip route ... encap xfrm if_id IF_ID [ link_dev LINK ]\n"

var xfrmVoice = field.Voice{Bad: badValue, Wrong: cli.InvArg, Twice: cli.DupArg2, Unknown: field.Skip,
	Missing: func(string) error { return cli.Usage(xfrmUsage) }}
