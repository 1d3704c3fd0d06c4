package action

import (
	"cmp"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/tccmd/kind"
)

// view is that of actions: a filter prints them while it has one of its own.
type view struct{ field.View }

// print prints the options of an action.
func (k *Kind) print(e *cli.Env, options []byte) bool {
	if k.All == nil && k.Key != none {
		k.title(e.Pen)
	}
	if options == nil && k.All == nil {
		return true
	}
	v := cli.State[view](e).Of(e, options)
	if k.All != nil {
		return k.All(k, v)
	}
	params := kind.At(v.Get(0, k.Params))
	if params == nil {
		e.Warnf("Missing %s parameters\n", k.Name)
		return false
	}
	if len(params) < k.Size { // of an older kernel: what is missing is 0
		params = append(params[:len(params):len(params)], make([]byte, k.Size-len(params))...)
	}
	k.Show(v, params)
	v.Pen.NL()
	k.indexLine(v, params)
	ages(v, v.Get(0, k.Ages))
	v.Pen.NL()
	return true
}

// title writes what kind it is.
func (k *Kind) title(p *show.Pen) {
	if k.Title == "" {
		p.Str("kind", "", k.Name, " ")
		return
	}
	p.JStr(cmp.Or(k.Key, "kind"), k.Name)
	p.Text(k.Title)
}

// indexLine writes the number of an action and who has it.
func (k *Kind) indexLine(v *field.View, params kind.At) {
	p := v.Pen
	p.Uint("index", cmp.Or(k.Lead, "\t index "), uint64(params.U32(atIndex)), "")
	p.Int("ref", " ref ", int64(int32(params.U32(atRefs))), "")
	p.Int("bind", " bind ", int64(int32(params.U32(atBinds))), "")
}

// ticks is in how many parts of a second the kernel tells ages.
const ticks = 100

// ages writes struct tcf_t: when an action was made, was last used, will end and was
// first used.
func ages(v *field.View, b kind.At) {
	if b == nil || v.Env.Opt.Stats == 0 {
		return
	}
	for _, a := range [...]struct {
		at         int
		key, label string
	}{{0, "installed", "installed"}, {8, "last_used", "used"}, {24, "first_used", "firstused"}, {16, "expires", "expires"}} {
		if n := b.U64(a.at); n != 0 {
			v.Pen.Uint(a.key, " "+a.label+" ", n/ticks&0xFFFFFFFF, " sec")
		}
	}
}

// uint32Of writes " LABEL N" of an attribute that is there.
func uint32Of(p *show.Pen, label string, b []byte) {
	if b != nil {
		p.Uint(label, " "+label+" ", uint64(rtnl.U32(b)), "")
	}
}
