package addrcmd

import (
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A store keeps the addresses of a dump, link by link in the order in which
// they came. It makes no garbage: the bodies stand in chunks, the rest in one
// slice.
type store struct {
	chunk []byte
	all   []stored
	chain map[uint32]chain
}

// A stored address has the message's body, and tells which one of its link
// comes next.
type stored struct {
	body []byte
	next int // in all; 0 for the last, which the first one cannot follow
}

// A chain is the addresses of one link.
type chain struct{ first, last int32 }

// chunkSize is the memory that many small bodies share.
const chunkSize = 1 << 15

func (s *store) add(m rtnl.Message) error {
	ifa, _ := rtnl.View[unix.IfAddrmsg](m.Body)
	if ifa == nil || m.Type != unix.RTM_NEWADDR {
		return nil
	}
	if s.chain == nil {
		s.chain = make(map[uint32]chain)
	}
	n := len(s.all)
	c, ok := s.chain[ifa.Index]
	if ok {
		s.all[c.last].next = n
	} else {
		c.first = int32(n)
	}
	c.last = int32(n)
	s.chain[ifa.Index] = c
	s.all = append(s.all, stored{body: s.keep(m.Body)})
	return nil
}

// keep copies a body.
func (s *store) keep(body []byte) []byte {
	if cap(s.chunk)-len(s.chunk) < len(body) {
		s.chunk = make([]byte, 0, max(chunkSize, len(body)))
	}
	at := len(s.chunk)
	s.chunk = append(s.chunk, body...)
	return s.chunk[at:len(s.chunk):len(s.chunk)]
}

// first returns the first address of a link, or nil.
func (s *store) first(index uint32) *stored {
	c, ok := s.chain[index]
	if !ok {
		return nil
	}
	return &s.all[c.first]
}

// after returns the next address of the same link, or nil.
func (s *store) after(a *stored) *stored {
	if a.next == 0 {
		return nil
	}
	return &s.all[a.next]
}
