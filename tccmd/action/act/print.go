package act

import (
	"cmp"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/tccmd/kind"
)

// View is that of actions: a filter prints them while it has one of its own.
type View struct{ field.View }

// Output prints the options of an action.
func (k *Kind) Output(e *cli.Env, options []byte) bool {
	if k.All == nil && k.Key != None {
		k.ShowTitle(e.Pen)
	}
	if options == nil && k.All == nil {
		return true
	}
	v := cli.State[View](e).Of(e, options)
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
	k.IndexLine(v, params)
	Ages(v, v.Get(0, k.Ages))
	v.Pen.NL()
	return true
}

// ShowTitle writes what kind it is.
func (k *Kind) ShowTitle(p *show.Pen) {
	if k.Title == "" {
		p.Str("kind", "", k.Name, " ")
		return
	}
	p.JStr(cmp.Or(k.Key, "kind"), k.Name)
	p.Text(k.Title)
}

// IndexLine writes the number of an action and who has it.
func (k *Kind) IndexLine(v *field.View, params kind.At) {
	p := v.Pen
	p.Uint("index", cmp.Or(k.Lead, "\t index "), uint64(params.U32(AtIndex)), "")
	p.Numbers(useWords[:], "", uint64(int32(params.U32(atRefs))), uint64(int32(params.U32(atBinds))))
}

var useWords = [...]show.Number{{Key: "ref", Pre: " ref ", Signed: true}, {Key: "bind", Pre: " bind ", Signed: true}}

// ticks is in how many parts of a second the kernel tells ages.
const ticks = 100

// Ages writes struct tcf_t: when an action was made, was last used, will end and was
// first used.
func Ages(v *field.View, b kind.At) {
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

// Uint32Of writes " LABEL N" of an attribute that is there.
func Uint32Of(p *show.Pen, label string, b []byte) {
	if b != nil {
		p.Uint(label, " "+label+" ", uint64(rtnl.U32(b)), "")
	}
}
