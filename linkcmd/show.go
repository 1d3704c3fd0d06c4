package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// showLinks is "ip link show": links without addresses, whatever -4 and -6 say.
func showLinks(e *cli.Env, a *cli.Args) error {
	e.LinksShown = true
	f, err := ParseFilter(e, a, unix.AF_PACKET, usageError)
	if err != nil {
		return err
	}
	p := NewPrinter(e, f)
	if f.Dev != nil && f.Group == nil {
		return ShowOne(e, f, p)
	}
	if err := f.Resolve(e); err != nil {
		return err
	}
	e.Pen.Begin()
	defer e.Pen.End()
	return Dump(e, f, func(m rtnl.Message) error {
		if !f.InGroup(m) {
			return nil
		}
		e.Pen.OpenObject("")
		p.Print(m)
		e.Pen.CloseObject()
		return nil
	})
}

// ShowOne shows the link that the filter names. The real tool looks the name
// up first; here the one request serves for both, and only the failure asks
// again, to tell a name that is unknown from one like if5.
func ShowOne(e *cli.Env, f *Filter, p *Printer) error {
	m := rtnl.New(unix.RTM_GETLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Family: f.Request})
	m.Str(names.NameAttr(*f.Dev), *f.Dev)
	m.U32(unix.IFLA_EXT_MASK, f.mask(e))
	began := false
	err := e.Get(m, func(m rtnl.Message) error {
		began = true
		e.Pen.Begin()
		e.Pen.OpenObject("")
		p.Print(m)
		e.Pen.CloseObject()
		e.Pen.End()
		return nil
	})
	if err == nil || began {
		return err
	}
	if lookup := f.Resolve(e); lookup != nil {
		return lookup
	}
	e.Pen.Begin()
	e.Pen.End()
	return &cli.Error{
		Status: cli.StatusError, Err: err, Ends: true,
		Text: "Cannot send link get request: " + cli.Strerror(err) + "\n",
	}
}

// Dump gives each link that the kernel has for the filter to f, in the
// kernel's order. A dump that fails is told on stderr and is no error, as the
// real tool has it.
//
// Links name others (their master, the other end of a pair), and what the dump
// says of those counts. So a link waits until the ones that it names have
// passed: few wait at a time, and nothing has to be asked for again.
func Dump(e *cli.Env, f *Filter, each func(rtnl.Message) error) error {
	if f.Index != 0 {
		return getLink(e, f, each)
	}
	w := waiting{links: e.Links, each: each}
	if err := e.Dump(f.dumpRequest(e), w.add); err != nil {
		cli.Report(e.Stderr, cli.DumpError(err, 0))
		return nil
	}
	return w.flush()
}

// dumpRequest lets the kernel filter what it can. For the other families the
// real tool leaves filtering to user space.
func (f *Filter) dumpRequest(e *cli.Env) *rtnl.Msg {
	m := rtnl.New(unix.RTM_GETLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Family: f.Request})
	switch f.Request {
	case unix.AF_UNSPEC, unix.AF_PACKET:
	case unix.AF_INET:
		// Counters are half of the answer; without -s nobody reads them.
		if e.Opt.Stats == 0 {
			m.U32(unix.IFLA_EXT_MASK, uapi.RTEXT_FILTER_SKIP_STATS)
		}
		return m
	default:
		return m
	}
	m.U32(unix.IFLA_EXT_MASK, f.mask(e))
	if f.Master != 0 {
		m.U32(unix.IFLA_MASTER, uint32(f.Master))
	}
	if f.Kind != nil {
		n := m.Nest(unix.IFLA_LINKINFO)
		m.Bytes(uapi.IFLA_INFO_KIND, *f.Kind)
		m.End(n)
	}
	return m
}

// getLink asks for one link by its index. Its taker may send requests of its
// own.
func getLink(e *cli.Env, f *Filter, each func(rtnl.Message) error) error {
	m := rtnl.New(unix.RTM_GETLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Family: f.Family, Index: int32(f.Index)})
	m.U32(unix.IFLA_EXT_MASK, f.mask(e))
	var link rtnl.Message
	err := e.Get(m, func(m rtnl.Message) error {
		e.Links.Remember(m)
		link = m
		link.Body = append([]byte(nil), m.Body...)
		return nil
	})
	if err != nil {
		cli.Report(e.Stderr, &cli.Error{Err: err, Text: "Cannot send link request: " + cli.Strerror(err) + "\n"})
		return nil
	}
	return each(link)
}

// waiting is the queue of links that name a link which has not come yet.
type waiting struct {
	links *names.Links
	each  func(rtnl.Message) error
	queue []rtnl.Message
	need  uint32 // what the first of the queue waits for, if that is known
}

func (w *waiting) add(m rtnl.Message) error {
	w.links.Remember(m)
	if len(w.queue) == 0 && w.missing(m.Body) == 0 {
		return w.each(m)
	}
	m.Body = append([]byte(nil), m.Body...)
	w.queue = append(w.queue, m)
	for len(w.queue) > 0 && !w.blocked() {
		if err := w.pop(); err != nil {
			return err
		}
	}
	return nil
}

// blocked reports whether the first of the queue has to wait.
func (w *waiting) blocked() bool {
	if _, ok := w.links.Known(w.need); w.need != 0 && !ok {
		return true
	}
	w.need = w.missing(w.queue[0].Body)
	return w.need != 0
}

// pop hands over the first of the queue.
func (w *waiting) pop() error {
	m := w.queue[0]
	w.queue, w.need = w.queue[1:], 0
	return w.each(m)
}

// flush hands over all at the end of the dump.
func (w *waiting) flush() error {
	for len(w.queue) > 0 {
		if err := w.pop(); err != nil {
			return err
		}
	}
	return nil
}

// missing returns the index of a link of this namespace that the message
// names and that is not known, or 0.
func (w *waiting) missing(body []byte) uint32 {
	_, attrs := rtnl.View[unix.IfInfomsg](body)
	var lower, master uint32
	foreign := false
	for t, v := range rtnl.Attrs(attrs) {
		switch t {
		case unix.IFLA_LINK:
			lower = rtnl.U32(v)
		case unix.IFLA_LINK_NETNSID:
			foreign = true
		case unix.IFLA_MASTER:
			master = rtnl.U32(v)
		}
	}
	if _, ok := w.links.Known(master); master != 0 && !ok {
		return master
	}
	if _, ok := w.links.Known(lower); lower != 0 && !foreign && !ok {
		return lower
	}
	return 0
}
