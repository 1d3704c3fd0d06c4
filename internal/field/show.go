package field

import (
	"cmp"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
)

// maxAttr is above the highest attribute that a table may have.
const maxAttr = 128

// A View is what rows print from: the pen, and the attributes of one message. One
// serves all messages of a dump.
type View struct {
	Env   *cli.Env
	Pen   *show.Pen
	table *Table
	begun bool // a line of text has begun
	// Head is the struct in front of the attributes.
	Head  []byte
	attrs []byte
	tb    [maxAttr][]byte
	used  int    // of tb, from the first on
	in    uint16 // the nest that nest holds
	nest  [maxAttr][]byte
	inner *View  // of Inner
	held  int    // of nest, as used
	buf   []byte // of what is spelled
}

// ViewOf makes the environment's view one of these attributes. There is one for all
// messages: it is good until the next one is looked at.
func ViewOf(e *cli.Env, attrs []byte) *View {
	return cli.State[View](e).Of(e, attrs)
}

// Of makes the view one of these attributes.
func (v *View) Of(e *cli.Env, attrs []byte) *View {
	v.Env, v.Pen = e, e.Pen
	v.used = rtnl.Refill(v.tb[:], v.used, attrs)
	v.Head, v.in, v.attrs = nil, 0, attrs
	return v
}

// From makes the view one of attributes that are indexed already.
func (v *View) From(e *cli.Env, tb [][]byte) *View {
	v.Env, v.Pen = e, e.Pen
	clear(v.tb[copy(v.tb[:], tb):])
	v.used = min(len(tb), maxAttr)
	v.Head, v.in, v.attrs = nil, 0, nil
	return v
}

// Inner prints a nest by a table of its own.
func (v *View) Inner(t *Table, attrs []byte) {
	if v.inner == nil {
		v.inner = new(View)
	}
	t.Show(v.inner.Of(v.Env, attrs))
}

// Object prints a nest by a table of its own, in JSON an object.
func (v *View) Object(key string, t *Table, attrs []byte) {
	v.Pen.OpenObject(key)
	v.Inner(t, attrs)
	v.Pen.CloseObject()
}

// typeMask takes NLA_F_NESTED and NLA_F_NET_BYTEORDER off a type.
const typeMask = 0x3fff

// Get is the payload of an attribute, in a nest or, if in is 0, in none, or the
// struct in front; nil if the kernel sent none.
func (v *View) Get(in, attr uint16) []byte {
	if in == Head {
		return v.Head
	}
	in, attr = in&typeMask, attr&typeMask
	switch {
	case attr >= maxAttr || in >= maxAttr:
		return nil
	case in == 0:
		return v.tb[attr]
	case in != v.in:
		v.held = rtnl.Refill(v.nest[:], v.held, v.tb[in])
		v.in = in
	}
	return v.nest[attr]
}

// Attrs are the attributes as the kernel sent them, for those that it repeats; nil
// behind From.
func (v *View) Attrs() []byte { return v.attrs }

// Show prints what the table has rows for.
func (t *Table) Show(v *View) {
	v.table, v.begun = t, false
	for r := range t.All {
		if r.Flags&Quiet == 0 && (r.Flags&Stats == 0 || v.Env.Opt.Stats > 0) {
			v.row(r)
		}
	}
}

func (v *View) row(r *Row) {
	b := v.Get(r.In, r.Attr)
	switch shown := len(b) >= int(r.At+r.Type.Size) && b != nil; {
	case shown:
		v.begin()
		v.print(r, b[r.At:])
	case b == nil && r.Flags&Always != 0:
		v.begin()
		v.print(r, nil)
	}
	if r.Flags&EOL != 0 && v.begun {
		v.Pen.NL()
		v.begun = false
	}
}

// begin begins a line of text.
func (v *View) begin() {
	if !v.begun {
		v.Pen.Text(v.table.Indent)
		v.begun = true
	}
}

func (v *View) print(r *Row, b []byte) {
	if r.Type.Print != nil {
		r.Type.Print(v, r, b)
		return
	}
	n := r.Type.Number(b)
	if r.Type.Form&Masked != 0 {
		if rtnl.U32(b[4:])&uint32(r.Arg) == 0 {
			return
		}
		n = 0
		if rtnl.U32(b)&uint32(r.Arg) != 0 {
			n = 1
		}
	}
	v.Number(r, n)
}

// Number writes "LABEL N ", in the form of the row's type.
func (v *View) Number(r *Row, n uint64) {
	switch form := r.Type.Form; {
	case form&NonZero != 0 && n == 0 && (r.Flags&ZeroToo == 0 || v.Env.Opt.Details == 0), form&Bits != 0 && n&r.Arg == 0:
	case n == 0 && r.Type.Zero != "" && !v.Pen.JSON():
		v.Text(r, r.Type.Zero)
	case form&(Alone|Toggle) != 0:
		v.Flag(r)
	case form&Bool != 0:
		v.Pen.OnOff(r.JSON(), "", n != 0, v.Label(r))
	case r.Type.Append != nil || r.Names != nil || r.Type.Named != nil:
		v.spelled(r, n)
	case form&Hex != 0:
		v.Pen.Hex0x(r.JSON(), "", n, v.Label(r))
	case form&Signed != 0:
		v.Pen.Int(r.JSON(), "", r.Type.signed(n), v.Label(r))
	default:
		v.Pen.Uint(r.JSON(), "", n, v.Label(r))
	}
}

// signed is a number with its sign.
func (t *Type) signed(n uint64) int64 {
	shift := 64 - 8*t.Size
	return int64(n<<shift) >> shift
}

// Label writes the label of the row in text and tells what stands behind the value.
func (v *View) Label(r *Row) (behind string) {
	if v.table.Before {
		v.Pen.Text(" ")
	} else {
		behind = " "
	}
	if name := r.Text(); name != "" {
		v.Pen.Text(name)
		v.Pen.Text(cmp.Or(v.table.Sep, " "))
	}
	return behind
}

// spelled writes a number by its name, or as its type spells it; a number without
// a name is a number in JSON too.
func (v *View) spelled(r *Row, n uint64) {
	behind := v.Label(r)
	spelling := v.buf[:0]
	if r.Type.Append != nil {
		spelling = r.Type.Append(v, r, spelling, n)
	} else if r.Type.Named != nil {
		spelling = r.Type.Named(v.Env.Tables).Append(spelling, uint32(n))
	} else if spelling = append(spelling, r.Names.Or(n, r.Type.Other)...); len(spelling) == 0 {
		v.Pen.Uint(r.JSON(), "", n, behind)
		return
	}
	v.buf = spelling
	switch {
	case r.Type.Form&Ifname != 0:
		v.Pen.ColorBytes(show.Ifname, r.JSON(), "", spelling, behind)
	case v.Pen.JSON() && r.Type.Form&Str == 0 && r.Names == nil:
		v.Pen.JUint(r.JSON(), n)
	default:
		v.Pen.Bytes(r.JSON(), "", spelling, behind)
	}
}

// Flag writes "LABEL ", in JSON true or null.
func (v *View) Flag(r *Row) {
	if v.table.Before {
		v.Pen.Text(" ")
	}
	if r.Type.Form&Null != 0 {
		v.Pen.Null(r.JSON(), r.Text())
	} else {
		v.Pen.Flag(r.JSON(), r.Text())
	}
	if !v.table.Before {
		v.Pen.Text(" ")
	}
}

// Text writes "LABEL S " in text only.
func (v *View) Text(r *Row, s string) {
	behind := v.Label(r)
	v.Pen.Text(s)
	v.Pen.Text(behind)
}

// Str writes "LABEL S ".
func (v *View) Str(r *Row, s []byte) {
	v.Pen.Bytes(r.JSON(), "", s, v.Label(r))
}
