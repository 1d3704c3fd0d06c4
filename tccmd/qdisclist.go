package tccmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/word"
	"gip/tccmd/kind"
	"gip/tccmd/qdisc"

	"golang.org/x/sys/unix"
)

// qdiscFilter is what a list of qdiscs is limited to. The real tool's are variables
// that it never sets back: in a batch, they limit later lists too.
type qdiscFilter struct{ ifindex, parent, handle uint32 }

func listQdiscs(c *command.Call) error {
	f := cli.State[qdiscFilter](c.Env)
	dev, invisible := "", false
	for c.More() {
		w := c.Word()
		c.Skip()
		var err error
		switch {
		case w == "dev":
			dev, err = kind.Device(c.Args)
		case w == "root":
			err = f.place(c, kind.Root, w)
		case w == "ingress", w == "clsact":
			err = f.place(c, kind.Ingress, w)
		case word.Match("parent", w):
			err = f.parse(c, w, &f.parent, kind.ParseClass, "invalid parent ID")
		case word.Match("handle", w):
			err = f.parse(c, w, &f.handle, kind.ParseHandle, "invalid handle ID")
		case word.Match("help", w):
			tellUsage(c)
		case w == "invisible":
			invisible = true
		default:
			return kind.Refuse(`What is "%s"? Try "tc qdisc help".`, w)
		}
		if err != nil {
			return err
		}
	}
	m := rtnl.Request(unix.RTM_GETQDISC, tcMsg{Parent: f.parent, Handle: f.handle})
	if err := link(c.Env, m, dev); err != nil {
		return err
	}
	if dev != "" {
		f.ifindex = head(m).Ifindex
	}
	if invisible {
		m.Flag(unix.TCA_DUMP_INVISIBLE)
	}
	return dump(c.Env, m, "Cannot send request", printQdisc)
}

// once refuses a second place.
func (f *qdiscFilter) once(w string) error {
	switch {
	case f.parent != 0:
		return cli.InvArg("parent is already specified", w)
	case f.handle != 0:
		return cli.InvArg("handle is already specified", w)
	}
	return nil
}

func (f *qdiscFilter) place(_ *command.Call, h uint32, w string) error {
	err := f.once(w)
	if err == nil {
		f.parent = h
	}
	return err
}

func (f *qdiscFilter) parse(c *command.Call, w string, to *uint32, parse func(string) (uint32, bool), bad string) error {
	if err := f.once(w); err != nil {
		return err
	}
	return handleOnce(c.Args, w, to, parse, bad)
}

// printQdisc prints a message about a qdisc.
func printQdisc(e *cli.Env, m rtnl.Message) error {
	t, attrs := rtnl.View[tcMsg](m.Body)
	f := cli.State[qdiscFilter](e)
	if t == nil || f.ifindex != 0 && f.ifindex != t.Ifindex || f.handle != 0 && f.handle != t.Handle ||
		f.parent != 0 && f.parent != t.Parent {
		return nil
	}
	var tb [maxAttr][]byte
	rtnl.Refill(tb[:], 0, attrs) // which is clear
	if tb[unix.TCA_KIND] == nil {
		e.Warnf("print_qdisc: NULL kind\n")
		return cli.Silent(cli.StatusError)
	}
	p := e.Pen
	p.OpenObject("")
	news(e, m, unix.RTM_DELQDISC, unix.RTM_NEWQDISC, m.Flags&replace == replace)
	p.Bytes("kind", "qdisc ", rtnl.CStr(tb[unix.TCA_KIND]), "")
	var b [8]byte
	p.Bytes("handle", " ", append(show.AppendHexDigits(b[:0], uint64(t.Handle>>16), 1), ':'), "")
	if e.Opt.Raw {
		p.Text("[" + kind.Hex8(t.Handle) + "]")
	}
	p.Text(" ")
	if f.ifindex == 0 {
		device(e, t.Ifindex)
	}
	if t.Parent == kind.Root {
		p.Flag("root", "root ")
	} else if t.Parent != 0 {
		kind.PutClass(e, "parent", t.Parent)
	}
	if t.Info != 1 {
		p.Uint("refcnt", "refcnt ", uint64(t.Info), " ")
	}
	if rtnl.U8(tb[unix.TCA_HW_OFFLOAD]) != 0 {
		p.Flag("offloaded", "offloaded ")
	}
	for i, label := range [...]string{"ingress_block", "egress_block"} {
		if n := rtnl.U32(tb[unix.TCA_INGRESS_BLOCK+i]); n != 0 {
			p.Uint(label, label+" ", uint64(n), " ")
		}
	}
	k := qdisc.Shown(rtnl.CStr(tb[unix.TCA_KIND]))
	p.OpenObject("options")
	if options := tb[unix.TCA_OPTIONS]; k != nil && options != nil {
		k.Show(e, options)
	} else if len(options) > 0 {
		p.Raw("[Unknown qdisc, optlen=" + decimal(len(options)) + "] ")
	}
	p.CloseObject()
	p.NL()
	if e.Opt.Details > 0 && tb[unix.TCA_STAB] != nil {
		printStab(e, tb[unix.TCA_STAB])
		p.NL()
	}
	if e.Opt.Stats > 0 {
		qdiscStats(e, k, tb[:])
	}
	kind.Warning(e, tb[:])
	p.CloseObject()
	p.Spill()
	return nil
}

func qdiscStats(e *cli.Env, k *kind.Kind, tb [][]byte) {
	if tb[unix.TCA_STATS] == nil && tb[unix.TCA_STATS2] == nil && tb[unix.TCA_XSTATS] == nil {
		return
	}
	own := kind.Stats(e, tb[unix.TCA_STATS2], tb[unix.TCA_STATS], tb[unix.TCA_XSTATS], " ")
	e.Pen.NL()
	if own != nil && k.HasXstats() {
		k.ShowXstats(e, own)
		e.Pen.NL()
	}
}
