package linkshow

import (
	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// ShowOne shows the link that the filter names. The real tool looks the name
// up first; here the one request serves for both, and only the failure asks
// again, to tell a name that is unknown from one like if5. In a batch the name
// may have been that of another link, which is then shown as nothing.
func ShowOne(e *cli.Env, f *Filter, p *Printer) error {
	if e.Batch {
		if err := f.Resolve(e); err != nil {
			return err
		}
	}
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: f.Request})
	m.Str(names.NameAttr(*f.Dev), *f.Dev)
	m.U32(unix.IFLA_EXT_MASK, f.mask(e))
	began := false
	err := e.Get(m, func(m rtnl.Message) error {
		began = true
		e.Pen.Begin()
		e.Pen.OpenObject("")
		if ifi, _ := rtnl.View[unix.IfInfomsg](m.Body); f.Index == 0 || ifi != nil && uint32(ifi.Index) == f.Index {
			p.Print(m)
		}
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
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: f.Request})
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
		m.LinkKind(*f.Kind)
	}
	return m
}

// getLink asks for one link by its index. Its taker may send requests of its
// own.
func getLink(e *cli.Env, f *Filter, each func(rtnl.Message) error) error {
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: f.Family, Index: int32(f.Index)})
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
	queue []waiter
	first int      // the place in queue of the next to go
	free  [][]byte // memory of those that are gone
}

// A waiter is a copy of a message, and the links of this namespace that it
// names, 0 for none.
type waiter struct {
	m             rtnl.Message
	master, lower uint32
}

func (w *waiting) add(m rtnl.Message) error {
	w.links.Remember(m)
	link := namedBy(m)
	if w.empty() && !w.blocks(&link) {
		return w.each(m)
	}
	w.push(link)
	for !w.empty() && !w.blocks(&w.queue[w.first]) {
		if err := w.pop(); err != nil {
			return err
		}
	}
	return nil
}

func (w *waiting) empty() bool { return w.first == len(w.queue) }

// push adds the link to the queue, with a copy of its message.
func (w *waiting) push(link waiter) {
	if w.empty() {
		w.queue, w.first = w.queue[:0], 0
	}
	var buf []byte
	if n := len(w.free); n > 0 {
		buf, w.free = w.free[n-1], w.free[:n-1]
	}
	link.m.Body = append(buf[:0], link.m.Body...)
	w.queue = append(w.queue, link)
}

// blocks reports whether a link that it names has not come yet.
func (w *waiting) blocks(link *waiter) bool {
	return link.master != 0 && !w.known(link.master) || link.lower != 0 && !w.known(link.lower)
}

func (w *waiting) known(idx uint32) bool {
	_, ok := w.links.Known(idx)
	return ok
}

// pop hands over the first of the queue.
func (w *waiting) pop() error {
	m := w.queue[w.first].m
	w.first++
	err := w.each(m)
	w.free = append(w.free, m.Body)
	return err
}

// flush hands over all at the end of the dump.
func (w *waiting) flush() error {
	for !w.empty() {
		if err := w.pop(); err != nil {
			return err
		}
	}
	return nil
}

// namedBy returns the message with the links that it names.
func namedBy(m rtnl.Message) waiter {
	_, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	var tb [unix.IFLA_LINK_NETNSID + 1][]byte
	rtnl.Pick(tb[:], 1<<unix.IFLA_LINK|1<<unix.IFLA_MASTER|1<<unix.IFLA_LINK_NETNSID, attrs)
	link := waiter{m: m, master: rtnl.U32(tb[unix.IFLA_MASTER])}
	if tb[unix.IFLA_LINK_NETNSID] == nil {
		link.lower = rtnl.U32(tb[unix.IFLA_LINK])
	}
	return link
}
