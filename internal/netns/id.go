package netns

import (
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// IDs knows by which number (nsid) this thread's namespace calls the others.
// It asks on a socket of its own because the caller may be in the middle of a
// dump.
type IDs struct {
	dial   func() (*rtnl.Conn, error)
	report func(error)
	conn   *rtnl.Conn
	names  map[int32]string
	loaded bool
	known  func(int32) string // see Know
}

// NewIDs returns a source of numbers that asks on a connection from dial and
// passes the kernel's refusals to report.
func NewIDs(dial func() (*rtnl.Conn, error), report func(error)) *IDs {
	return &IDs{dial: dial, report: report, names: map[int32]string{}}
}

// Of returns the number of the namespace that word names (see Open), or -1 if
// it has none or cannot be asked for.
func (d *IDs) Of(word string) int32 {
	id, err := d.of(word)
	if err != nil {
		d.report(err)
	}
	return id
}

func (d *IDs) of(word string) (int32, error) {
	h, err := Open(word)
	if err != nil {
		return -1, nil // it went away; the real tool is silent as well
	}
	defer h.Close()
	if d.conn == nil {
		if d.conn, err = d.dial(); err != nil {
			return -1, err
		}
	}
	m := rtnl.Request(unix.RTM_GETNSID, unix.RtGenmsg{})
	m.U32(unix.NETNSA_FD, uint32(h))
	id := int32(-1)
	err = d.conn.Get(m, func(m rtnl.Message) error {
		id = ParseID(m).ID
		return nil
	})
	return id, err
}

// Load learns the numbers of all handles. Of several handles for one
// namespace the first one counts.
func (d *IDs) Load() {
	if d.loaded {
		return
	}
	d.loaded = true
	names, _ := Names()
	for _, name := range names {
		if id := d.Of(name); id >= 0 && d.names[id] == "" {
			d.names[id] = name
		}
	}
}

// Know has a function tell the names of numbers, instead of the kernel.
func (d *IDs) Know(name func(int32) string) { d.known = name }

// Name returns the name of the namespace with that number, or "". The numbers
// are learned at the first call.
func (d *IDs) Name(id int32) string {
	switch {
	case id < 0:
		return ""
	case d.known != nil:
		return d.known(id)
	}
	d.Load()
	return d.names[id]
}

// Take is Name for a message about numbers, which may be new or gone: it does
// not load, and it forgets what it returns.
func (d *IDs) Take(id int32) string {
	name := d.names[id]
	delete(d.names, id)
	return name
}

// Find looks through the handles for the one with that number and remembers
// it.
func (d *IDs) Find(id int32) string {
	if id < 0 {
		return ""
	}
	names, _ := Names()
	for _, name := range names {
		if d.Of(name) == id {
			d.names[id] = name
			return name
		}
	}
	return ""
}

// An ID is what a RTM_NEWNSID or RTM_DELNSID message tells. A negative number
// means that there is none.
type ID struct {
	ID         int32
	Current    int32
	HasID      bool
	HasCurrent bool
}

// ParseID reads a RTM_NEWNSID or RTM_DELNSID message.
func ParseID(m rtnl.Message) ID {
	id := ID{ID: -1, Current: -1}
	_, attrs := rtnl.View[unix.RtGenmsg](m.Body)
	for t, v := range rtnl.Attrs(attrs) {
		switch t {
		case unix.NETNSA_NSID:
			id.ID, id.HasID = int32(rtnl.U32(v)), true
		case unix.NETNSA_CURRENT_NSID:
			id.Current, id.HasCurrent = int32(rtnl.U32(v)), true
		}
	}
	return id
}
