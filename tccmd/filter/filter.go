// Package filter has the filters of tc, a table each (see docs/tc.md).
package filter

import (
	"cmp"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// List is all of them. A new kind is a file and a line here.
var List = []*Kind{&matchall, &u32, &flower, &basic, &bpfFilter, &fw, &route, &cgroup, &flow}

// A Kind is a kind of filter.
type Kind struct {
	kind.Kind
	// Handle reads the handle of a filter; nil is one that was not given, which is 0.
	Handle func(s *string) (uint32, error)
	// Bare tells that without words there are no options.
	Bare bool
	// Show prints the options.
	Show func(v *View)
	// Line, if set, prints those of which there are many alike in one go, or reports that
	// they are others.
	Line func(e *cli.Env, options []byte, handle uint32) bool
}

// A View is the options of a filter that are printed.
type View struct {
	field.View
	Handle   uint32
	Protocol uint16
	buf      []byte // of what is spelled
}

// Find is the kind of that name, or nil.
func Find(name string) *Kind {
	for _, k := range List {
		word.Offer(name, k.Name)
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Read reads what follows the kind, and adds its options.
func (k *Kind) Read(e *cli.Env, a *cli.Args, t *kind.Target) error {
	h, err := k.Handle(t.Handle)
	if err != nil {
		return err
	}
	setHandle(t, h)
	if k.Bare && !a.More() {
		return nil
	}
	return k.Kind.Read(e, a, t, unix.TCA_OPTIONS)
}

// Places in struct tcmsg, which the message begins with.
const (
	atHandle = 8
	atParent = 12
	atInfo   = 16
)

func setHandle(t *kind.Target, h uint32) { rtnl.NE.PutUint32(t.Msg.Body()[atHandle:], h) }

func handleOf(t *kind.Target) uint32 { return rtnl.NE.Uint32(t.Msg.Body()[atHandle:]) }

// Print prints the options of a filter.
func Print(e *cli.Env, name, options []byte, handle uint32, protocol uint16) {
	k := kind.Named(List, name)
	switch {
	case k != nil && k.Line != nil && k.Line(e, options, handle):
	case k != nil:
		v := cli.State[View](e)
		v.Of(e, options)
		v.Handle, v.Protocol = handle, protocol
		k.Show(v)
	case len(options) > 0:
		e.Pen.Raw("fh " + kind.Hex8(handle) + " [Unknown filter, optlen=" + kind.Decimal(uint64(len(options))) + "] ")
	case handle != 0:
		e.Pen.Raw("fh " + kind.Hex8(handle) + " ")
	}
}

// Types that several kinds have.
var (
	// actions are a list of them, up to a word that is none of theirs.
	actions = field.Type{Usage: "ACTION ...", Parse: parseActions}
	// policed is a filter's own police.
	policed = field.Type{Usage: "POLICE ...", Parse: parsePolice}
)

func parseActions(c *field.Call, r *field.Row) error { return nested(c, r, action.Read, `"action"`) }

func parsePolice(c *field.Call, r *field.Row) error {
	return nested(c, r, action.ReadPolice, `"police"`)
}

// nested reads what has attributes of its own, by a reader that adds it to a message. The
// row may say another name for the complaint.
func nested(c *field.Call, r *field.Row, read func(*cli.Env, *cli.Args, *rtnl.Msg, uint16) error, name string) error {
	if !c.Args.More() {
		return cli.Incomplete()
	}
	m := cli.State[scratch](c.Env)
	m.Reset(0, 0)
	mark := m.Mark()
	if err := read(c.Env, c.Args, &m.Msg, r.Attr); err != nil {
		if cli.EndsBatch(err) {
			return err
		}
		return &cli.Error{Status: cli.StatusError, Err: err, Text: "Illegal " + cmp.Or(r.Bad, name) + "\n"}
	}
	c.Put(0, r.Attr, m.Since(mark)[4:])
	return nil
}

// scratch is a message of which the attributes go into another.
type scratch struct{ rtnl.Msg }

// skips are the flags that words set.
var skips = word.Names{{uapi.TCA_CLS_FLAGS_SKIP_HW, "skip_hw"}, {uapi.TCA_CLS_FLAGS_SKIP_SW, "skip_sw"}}

// printSkips writes them, each between two texts.
func (v *View) printSkips(flags uint32, pre, post string) {
	for _, s := range skips {
		if uint64(flags)&s.Val != 0 {
			v.flag(s.Word, pre, post)
		}
	}
}

// printHardware writes whether a device has the filter.
func (v *View) printHardware(flags uint32, pre, post string) {
	switch {
	case flags&uapi.TCA_CLS_FLAGS_IN_HW != 0:
		v.flag("in_hw", pre, post)
	case flags&uapi.TCA_CLS_FLAGS_NOT_IN_HW != 0:
		v.flag("not_in_hw", pre, post)
	}
}

// flag writes a word between two texts, in JSON true.
func (v *View) flag(word, pre, post string) {
	v.Pen.Text(pre)
	v.Pen.Flag(word, word)
	v.Pen.Text(post)
}

// exclusive refuses both.
func exclusive(c *field.Call, attr uint16) error {
	if rtnl.U32(c.Get(0, attr)) == uapi.TCA_CLS_FLAGS_SKIP_HW|uapi.TCA_CLS_FLAGS_SKIP_SW {
		return cli.Fail("skip_hw and skip_sw are mutually exclusive")
	}
	return nil
}

// printHandle writes "LABEL 0xN ", in JSON a number.
func (v *View) printHandle(key, label string) {
	if v.Pen.JSON() {
		v.Pen.JUint(key, uint64(v.Handle))
		return
	}
	v.Pen.Hex("", label+"0x", uint64(v.Handle), " ")
}
