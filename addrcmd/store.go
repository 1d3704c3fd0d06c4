package addrcmd

import (
	"iter"

	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A store keeps the addresses of a dump, link by link in the order in which
// they came, in one piece of memory.
type store struct {
	buf   []byte
	all   []stored
	chain map[uint32]*chain
}

// stored is where an address stands, and which one of its link comes next.
type stored struct {
	at, end int
	next    int // in all; 0 for the last, which the first one cannot follow
}

// A chain is the addresses of one link.
type chain struct{ first, last int }

func (s *store) add(m rtnl.Message) error {
	ifa, _ := rtnl.View[unix.IfAddrmsg](m.Body)
	if ifa == nil || m.Type != uapi.RTM_NEWADDR {
		return nil
	}
	if s.chain == nil {
		s.chain = make(map[uint32]*chain)
	}
	n := len(s.all)
	if c := s.chain[ifa.Index]; c != nil {
		s.all[c.last].next = n
		c.last = n
	} else {
		s.chain[ifa.Index] = &chain{n, n}
	}
	at := len(s.buf)
	s.buf = append(s.buf, m.Body...)
	s.all = append(s.all, stored{at: at, end: len(s.buf)})
	return nil
}

// of yields the messages about the addresses of a link.
func (s *store) of(index uint32) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		c := s.chain[index]
		if c == nil {
			return
		}
		for i := c.first; ; i = s.all[i].next {
			if a := &s.all[i]; !yield(s.buf[a.at:a.end]) || a.next == 0 {
				return
			}
		}
	}
}
