// Package action has the actions of tc, a table each (see docs/tc.md), and the lists of
// them that filters and "tc actions" have. Those that change a packet are in package
// rewrite; what all have in common is in package act.
package action

import (
	"encoding/hex"
	"fmt"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/action/act"
	"gip/tccmd/action/rewrite"
	"gip/tccmd/kind"
)

// Most actions that a list may have.
const maxActions = 32

// cookieSize is how many bytes a cookie may have.
const cookieSize = 16

// isVerb reports whether a word is one of "tc actions", which ends a list.
func isVerb(w string) bool {
	for _, v := range [...]string{"change", "replace", "delete", "get", "add"} {
		if word.Match(v, w) {
			return true
		}
	}
	return false
}

// A reader reads a list of actions into a message.
type reader struct {
	*cli.Args
	e      *cli.Env
	m      *rtnl.Msg
	cookie []byte // of the action that had one last: it is that of those behind it too
}

// Read reads a list of actions and adds it as an attribute. An error has what the real
// tool says behind it, but not yet the caller's complaint.
func Read(e *cli.Env, a *cli.Args, m *rtnl.Msg, attr uint16) error {
	if !a.More() {
		return cli.Silent(cli.StatusError)
	}
	r := reader{Args: a, e: e, m: m}
	nest := m.Nest(attr)
	expected := false
	for n := uint16(1); r.More(); {
		w := r.Word()
		switch {
		case w == "action":
			r.Skip()
			expected = true
			continue
		case w == "help":
			return cli.Silent(cli.StatusError)
		}
		if w == "flowid" || w == "classid" {
			break
		}
		if isVerb(w) {
			expected = expected && n > 1 // a list of none may be empty
			break
		}
		expected = false
		if err := r.one(n); err != nil {
			return err
		}
		n++
	}
	if expected {
		w := "(null)"
		if r.More() {
			w = r.Word()
		}
		return r.bad(cli.Fail("bad action empty 1"), r.Len(), w)
	}
	m.End(nest)
	return nil
}

// bad adds which word the action began with that is wrong.
func (r *reader) bad(err error, left int, w string) error {
	if cli.EndsBatch(err) {
		return err
	}
	return &cli.Error{Status: cli.StatusError, Err: err, Text: fmt.Sprintf("parse_action: bad value (%d:%s)!\n", left, w)}
}

// one reads an action and what may follow each.
func (r *reader) one(n uint16) error {
	first, left := r.Word(), r.Len()
	name := kind.Cut15(first)
	if _, ok := act.ParseControl(first, false); ok {
		name = gact.Name
	}
	k := Find(name)
	if k == nil {
		k = &gact // it complains
	}
	nest := r.m.Nest(n)
	r.m.Str(uapi.TCA_ACT_KIND, name)
	if err := k.Request(r.e, r.Args, r.m); err != nil {
		if !cli.EndsBatch(err) {
			err = &cli.Error{Status: cli.StatusError, Err: err, Text: "bad action parsing\n"}
		}
		return r.bad(err, left, first)
	}
	if err := r.extras(); err != nil {
		return err
	}
	r.m.End(nest)
	return nil
}

// extras reads a cookie, what a device has to count, and flags.
func (r *reader) extras() error {
	if r.Match("=cookie") {
		if err := r.readCookie(); err != nil {
			return err
		}
	}
	if len(r.cookie) > 0 {
		r.m.Attr(uapi.TCA_ACT_COOKIE, r.cookie)
	}
	if r.Match("hw_stats") {
		s, err := r.Value()
		if err != nil {
			return err
		}
		n, ok := hwStats.Match(s)
		if !ok {
			return cli.InvArg("value is invalid\n", s)
		}
		r.m.Attr(uapi.TCA_ACT_HW_STATS, bitfield(uint32(n)))
	}
	flags := uint32(0)
	if r.Match("=no_percpu") {
		flags |= uapi.TCA_ACT_FLAGS_NO_PERCPU_STATS
	}
	for range 2 {
		switch {
		case r.Match("=skip_sw"):
			flags |= uapi.TCA_ACT_FLAGS_SKIP_SW
		case r.Match("=skip_hw"):
			flags |= uapi.TCA_ACT_FLAGS_SKIP_HW
		}
	}
	if flags != 0 {
		r.m.Attr(uapi.TCA_ACT_FLAGS, bitfield(flags))
	}
	return nil
}

// hwStats is what a device has to count, as struct nla_bitfield32.
var hwStats = word.Names{{uapi.TCA_ACT_HW_STATS_IMMEDIATE, "immediate"}, {uapi.TCA_ACT_HW_STATS_DELAYED, "delayed"}, {0, "disabled"}}

// bitfield is a number and, as the bits that count, the same.
func bitfield(n uint32) []byte { return rtnl.AppendUint32s(nil, n, n) }

func (r *reader) readCookie() error {
	s, err := r.Value()
	if err != nil {
		return err
	}
	if len(s) > 2*cookieSize {
		return cli.InvArg(fmt.Sprintf("%d Max allowed size %d", len(s), 2*cookieSize), s)
	}
	r.cookie, err = hex.DecodeString(s)
	if err != nil {
		return cli.InvArg("cookie must be a hex string\n", s)
	}
	return nil
}

// Print prints a list of actions: of a filter, if they are bound to one. total is how
// many there may be, 0 for as many as a filter may have.
func Print(e *cli.Env, list []byte, total uint32, bound bool) {
	if list == nil {
		return
	}
	if total == 0 {
		total = maxActions
	}
	p := e.Pen
	p.OpenArray("actions")
	for order, b, rest := rtnl.Next(list); b != nil; order, b, rest = rtnl.Next(rest) {
		if uint32(order) > total {
			continue
		}
		p.OpenObject("")
		p.NL()
		p.Uint("order", "\taction order ", uint64(order), ": ")
		if !printOne(e, b, bound) {
			e.Warnf("Error printing action\n")
		}
		p.CloseObject()
	}
	p.CloseArray()
}

// printOne prints an action and what each has.
func printOne(e *cli.Env, b []byte, bound bool) bool {
	var tb [uapi.TCA_ACT_MAX + 1][]byte
	rtnl.Index(tb[:], b)
	if tb[uapi.TCA_ACT_KIND] == nil {
		e.Warnf("NULL Action!\n")
		return false
	}
	k := kind.Named(List, rtnl.CStr(tb[uapi.TCA_ACT_KIND]))
	if k == nil {
		k = &gact
	}
	if !k.Output(e, tb[uapi.TCA_ACT_OPTIONS]) {
		return false
	}
	p := e.Pen
	if b := tb[uapi.TCA_ACT_INDEX]; b != nil && e.Opt.Brief {
		p.Uint("index", "\t index ", uint64(rtnl.U32(b)), "")
		p.NL()
	}
	if b := tb[uapi.TCA_ACT_STATS]; b != nil && e.Opt.Stats > 0 {
		p.Text("\tAction statistics:")
		p.NL()
		p.OpenObject("stats")
		kind.Stats(e, b, nil, nil, "\t")
		p.CloseObject()
		p.NL()
	}
	if b := tb[uapi.TCA_ACT_COOKIE]; b != nil {
		p.Str("cookie", "\tcookie ", hex.EncodeToString(b), "")
		p.NL()
	}
	printFlags(e, tb[uapi.TCA_ACT_FLAGS], tb[uapi.TCA_ACT_IN_HW_COUNT], bound)
	printHwStats(e, "hw_stats", tb[uapi.TCA_ACT_HW_STATS])
	printHwStats(e, "used_hw_stats", tb[uapi.TCA_ACT_USED_HW_STATS])
	return true
}

// printFlags writes a line of flags, and how many devices have the action.
func printFlags(e *cli.Env, flags, hardware []byte, bound bool) {
	p, line, skipped := e.Pen, false, false
	value, mask := kind.At(flags).U32(0), kind.At(flags).U32(4)
	for _, f := range [...]struct {
		bit  uint32
		word string
		too  bool // also in a filter
	}{
		{uapi.TCA_ACT_FLAGS_NO_PERCPU_STATS, "no_percpu", true}, {uapi.TCA_ACT_FLAGS_SKIP_HW, "skip_hw", false},
		{uapi.TCA_ACT_FLAGS_SKIP_SW, "skip_sw", false},
	} {
		if mask&f.bit == 0 || bound && !f.too {
			continue
		}
		line = true
		p.Bool(f.word, "\t"+f.word, value&f.bit != 0)
		skipped = skipped || f.bit == uapi.TCA_ACT_FLAGS_SKIP_HW && value&f.bit != 0
	}
	if hardware != nil && !bound && !skipped {
		line = true
		if n := rtnl.U32(hardware); n != 0 {
			p.Flag("in_hw", "\tin_hw")
			p.Uint("in_hw_count", " in_hw_count ", uint64(n), "")
		} else {
			p.Flag("not_in_hw", "\tnot_in_hw")
		}
	}
	if line {
		p.NL()
	}
}

func printHwStats(e *cli.Env, key string, b []byte) {
	if b == nil {
		return
	}
	p, n := e.Pen, uint64(kind.At(b).U32(0)&kind.At(b).U32(4))&0xFF
	p.Text("\t" + key)
	p.OpenArray(key)
	for _, name := range hwStats {
		if n&name.Val != 0 || n == 0 && name.Val == 0 {
			p.Str("", " ", name.Word, "")
		}
	}
	p.CloseArray()
	p.NL()
}

// List is all of them. A new kind is a file and a line here.
var List = []*act.Kind{&gact, &mirred, &police, &rewrite.Skbedit, &rewrite.VLAN, &rewrite.MPLS, &rewrite.NAT, &rewrite.Pedit,
	&rewrite.IFE, &rewrite.Skbmod, &rewrite.Csum, &simple,
	&connmark, &ctinfo, &bpfAction, &rewrite.TunnelKey, &sample, &ct, &gate}

// Find is the kind of that name, or nil.
func Find(name string) *act.Kind {
	for _, k := range List {
		word.Offer(name, k.Name)
		if k.Name == name {
			return k
		}
	}
	return nil
}
