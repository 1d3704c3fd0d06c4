// Package state reads what can be set of a network namespace, writes it as text that
// reads like a batch of ip, and brings it back: links with the data of their kinds,
// addresses, routes and rules of all tables, nexthops, neighbours, what bridges
// forward, and the sysctls under net.
//
// Nothing here goes by inverse commands. "ip link set eth0 down" takes addresses and
// routes away that "up" does not bring back, so what there is now is compared with
// what there shall be, as often as it takes.
package state

import (
	"errors"
	"time"

	"gip/addrcmd"
	"gip/bridgecmd"
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd"
	"gip/neighcmd"
	"gip/nexthopcmd"
	"gip/routecmd"
	"gip/rulecmd"

	"golang.org/x/sys/unix"
)

// A State is that of one network namespace.
type State struct {
	Links []linkcmd.Link
	Items []Item // all else, by sort and in the order of the kernel
	// unrest tells that the kernel is about to change something: a link's carrier has
	// changed, or an address is tentative.
	unrest bool
}

// A Sort is what an item is. Items are made in this order.
type Sort uint8

// The sorts of items.
const (
	Sysctl Sort = iota
	Address
	Nexthop
	Route
	Rule
	Neighbour
	Fdb
	Vlan
	Mdb
	sorts
)

// Sorts is a set of sorts; All is what a snapshot holds.
type Sorts uint16

// All are all sorts.
const All = Sorts(1<<sorts - 1)

// Has reports whether a sort is in the set.
func (s Sorts) Has(sort Sort) bool { return s&(1<<sort) != 0 }

// An Item is one object, as a line of a batch without its verb: "route 10.0.0.0/8 via
// 10.1.1.1 dev eth0".
type Item struct {
	Sort Sort
	Key  string // the words that are enough to find it
	Line string // all words that make it
	// Same is what items have in common that are equal, if not Line: a lifetime goes
	// by.
	Same string
	Head string // the words in front: object and family
}

// same is what is compared.
func (i *Item) same() string {
	if i.Same != "" {
		return i.Same
	}
	return i.Line
}

// Text is the item as a line.
func (i *Item) Text() string { return i.Head + i.Line }

// A reader collects what a namespace has.
type reader struct {
	e *cli.Env
	s *State
}

// Read reads the namespace that e is in: links, and items of these sorts. Where the
// kernel is short of memory for its answers, it is asked again.
func Read(e *cli.Env, sorts Sorts) (s *State, err error) {
	for try := 0; ; try++ {
		s, err = read(e, sorts)
		short := errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.ENOMEM)
		if !short || try == patience {
			return s, err
		}
		time.Sleep(pause)
	}
}

// AtRest is Read when the kernel has done what the last changes have set off: a carrier
// is told up to a second later, and then come addresses of IPv6 and their routes.
func AtRest(e *cli.Env, sorts Sorts) (s *State, err error) {
	calm := 0
	for range 2 * patience {
		last := s
		if s, err = Read(e, sorts); err != nil {
			break
		}
		if calm++; last == nil || s.unrest || len(Diff(last, s)) > 0 {
			calm = 0
		}
		if calm == 2 {
			break
		}
		time.Sleep(pause)
	}
	return s, err
}

func read(e *cli.Env, sorts Sorts) (*State, error) {
	e.Links.Reset()
	r := reader{e, new(State)}
	if err := r.links(); err != nil {
		return nil, err
	}
	for _, sort := range [...]struct {
		sort Sort
		read func() error
	}{
		{Sysctl, r.sysctls}, {Address, r.addresses}, {Nexthop, r.nexthops}, {Route, r.routes}, {Rule, r.rules},
		{Neighbour, r.neighbours}, {Fdb, r.fdb}, {Vlan, r.vlans}, {Mdb, r.mdb},
	} {
		if err := e.Over(); err != nil {
			return nil, err
		}
		if sorts.Has(sort.sort) {
			if err := sort.read(); err != nil {
				return nil, err
			}
		}
	}
	return r.s, nil
}

// dump reads a list; what the kernel does not know has none.
func (r *reader) dump(m *rtnl.Msg, f func(rtnl.Message) error) error {
	err := r.e.Dump(m, f)
	if rtnl.Is(err, unix.EOPNOTSUPP) || rtnl.Is(err, unix.EAFNOSUPPORT) || rtnl.Is(err, unix.EINVAL) {
		return nil
	}
	return err
}

func (r *reader) links() error {
	m := rtnl.Links(uapi.RTEXT_FILTER_SKIP_STATS)
	err := r.dump(m, func(m rtnl.Message) error {
		r.e.Links.Remember(m)
		if l, ok := linkcmd.Words(r.e, m); ok {
			r.s.Links = append(r.s.Links, l)
			r.s.unrest = r.s.unrest || isUp(&l) && changing(&l, m)
		}
		return nil
	})
	r.s.leaveStates()
	return err
}

// leaveStates leaves out the states of ports that the kernel's own spanning tree sets:
// they go by, and no command may set them.
func (s *State) leaveStates() {
	spans := map[uint32]bool{} // bridges that have it, by index
	for i := range s.Links {
		if l := &s.Links[i]; words(l.Data, "stp_state") == " stp_state 1" {
			spans[uint32(l.Index)] = true
		}
	}
	for i := range s.Links {
		l := &s.Links[i]
		for at := range l.Port {
			if l.Port[at].Key == "state" && spans[l.Master] {
				l.Port = append(l.Port[:at:at], l.Port[at+1:]...)
				break
			}
		}
	}
}

// changing reports whether the kernel has not yet told of a link's carrier.
func changing(l *linkcmd.Link, m rtnl.Message) bool {
	_, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	unknown := rtnl.U8(rtnl.Find(attrs, unix.IFLA_OPERSTATE)) == 0 && cli.Match(carrying, l.Kind)
	return unknown || (l.Flags&unix.IFF_LOWER_UP != 0) != (l.Flags&unix.IFF_RUNNING != 0)
}

// carrying are kinds whose state does not stay unknown.
const carrying = "=veth|=bridge|=vlan|=macvlan|=macvtap|=ipvlan|=ipvtap|=bond|=team|=vxcan|=netkit"

func (r *reader) add(i Item) { r.s.Items = append(r.s.Items, i) }

// family is the option that a line of another family than IPv4 begins with.
func family(f uint8) string {
	switch f {
	case unix.AF_INET6:
		return "-6 "
	case unix.AF_MPLS:
		return "-M "
	}
	return ""
}

// secondary tells that another address of the network was there before. The order of
// addresses makes it, no word does.
const secondary = " secondary"

func (r *reader) addresses() error {
	m := rtnl.Request(unix.RTM_GETADDR, unix.IfAddrmsg{})
	return r.dump(m, func(m rtnl.Message) error {
		w, ok := addrcmd.Words(r.e, m)
		if !ok {
			return nil
		}
		i := Item{Sort: Address, Head: "address", Line: string(w.Line), Key: " " + w.Prefix + " dev" + word(r.e.Links.Name(w.Index))}
		if w.Secondary {
			i.Line += secondary
		}
		i.Same = cutPassing(i.Line, true)
		r.add(i)
		r.s.unrest = r.s.unrest || w.Tentative
		return nil
	})
}

func (r *reader) routes() error {
	w := routecmd.NewWriter(r.e)
	for _, f := range [...]uint8{unix.AF_INET, unix.AF_INET6, unix.AF_MPLS} {
		m := rtnl.Request(unix.RTM_GETROUTE, unix.RtMsg{Family: f})
		head := family(f) + "route"
		var buf []byte
		err := r.dump(m, func(m rtnl.Message) error {
			line, got, ok := w.Words(m, buf[:0])
			if buf = line; ok && got == f {
				i := Item{Sort: Route, Head: head, Line: string(line)}
				i.Key = i.Line
				if f == unix.AF_INET6 {
					i.Same = cutPassing(i.Line, true)
				}
				r.add(i)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) rules() error {
	for _, f := range [...]uint8{unix.AF_INET, unix.AF_INET6} {
		m := rtnl.Request(unix.RTM_GETRULE, unix.RtMsg{Family: f})
		err := r.dump(m, func(m rtnl.Message) error {
			if line, got, ok := rulecmd.Words(r.e, m, nil); ok && got == f {
				r.add(Item{Sort: Rule, Head: family(f) + "rule", Line: string(line), Key: string(line)})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) nexthops() error {
	m := rtnl.Request(unix.RTM_GETNEXTHOP, unix.Nhmsg{})
	return r.dump(m, func(m rtnl.Message) error {
		if line, id, f, ok := nexthopcmd.Words(r.e, m, nil); ok {
			r.add(Item{Sort: Nexthop, Head: family(f) + "nexthop", Line: string(line), Key: " id " + itoa(id)})
		}
		return nil
	})
}

func (r *reader) neighbours() error {
	add := r.entry(Neighbour, "neighbour")
	for _, flags := range [...]uint8{0, unix.NTF_PROXY} {
		m := rtnl.Request(unix.RTM_GETNEIGH, unix.NdMsg{Flags: flags})
		err := r.dump(m, func(m rtnl.Message) error {
			if w, ok := neighcmd.Words(r.e, m); ok {
				add(w)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) entry(sort Sort, head string) func(field.Entry) {
	return func(w field.Entry) {
		r.add(Item{Sort: sort, Head: head, Line: string(w.Line), Key: string(w.Key)})
	}
}

func (r *reader) fdb() error {
	add := r.entry(Fdb, "bridge fdb")
	m := rtnl.Request(unix.RTM_GETNEIGH, unix.NdMsg{Family: unix.AF_BRIDGE})
	return r.dump(m, func(m rtnl.Message) error {
		if w, ok := bridgecmd.FdbWords(r.e, m); ok {
			add(w)
		}
		return nil
	})
}

func (r *reader) vlans() error {
	add := r.entry(Vlan, "bridge vlan")
	return r.dump(bridgecmd.VlanDump(), func(m rtnl.Message) error {
		bridgecmd.VlanWords(r.e, m, add)
		return nil
	})
}

func (r *reader) mdb() error {
	add := r.entry(Mdb, "bridge mdb")
	return r.dump(bridgecmd.MdbDump(), func(m rtnl.Message) error {
		bridgecmd.MdbWords(r.e, m, add)
		return nil
	})
}
