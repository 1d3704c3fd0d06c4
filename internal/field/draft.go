package field

import (
	"encoding/binary"
	"slices"

	"gip/internal/rtnl"
)

// A Draft is the values of a message while its words are read: of several for one
// attribute the last one counts, in the place of the first. The zero Draft is
// empty; a batch uses one again and again, with the memory that it has.
type Draft struct {
	vals  []value
	bytes []byte    // what vals hold
	Msg   *rtnl.Msg // that values go into as they are read; see Into
	head  int       // where in Msg the struct in front is
	size  uint16    // how large that is
}

// A value is the payload of an attribute; in and attr include NLA_F_NESTED where
// the real tool sets it.
type value struct {
	in, attr uint16
	b        []byte
	word     string // see PutWord
}

// Reset empties the draft and keeps its memory.
func (d *Draft) Reset() { d.vals, d.bytes, d.Msg = d.vals[:0], d.bytes[:0], nil }

// into appends a struct of zeros to the message m, and puts attributes into it as
// they come, a repeated one again. Nests and slots wait in the draft for Encode.
func (d *Draft) into(m *rtnl.Msg, size uint16) {
	d.Reset()
	d.Msg, d.head, d.size = m, len(m.Body()), size
	m.Raw(zeros[:size])
}

var zeros [64]byte

func (d *Draft) at(in, attr uint16) int {
	for i := range d.vals {
		if d.vals[i].in == in && d.vals[i].attr == attr {
			return i
		}
	}
	return -1
}

// Get is the value of an attribute, in the nest or slot in or, if that is 0, in
// none; nil if there is none. Writing to it changes the draft.
func (d *Draft) Get(in, attr uint16) []byte {
	switch {
	case d.Msg != nil && in == Head:
		return d.Msg.Body()[d.head:][:d.size]
	case d.Msg != nil && in == 0:
		return rtnl.Find(d.Msg.Body()[d.head+int(d.size):], attr)
	}
	if i := d.at(in, attr); i >= 0 {
		return d.vals[i].b
	}
	if in == Head && d.size > 0 {
		from := (len(d.bytes) + 7) &^ 7 // the struct is aligned
		d.bytes = append(d.bytes, make([]byte, from-len(d.bytes)+int(d.size))...)
		d.set(Head, 0, from)
		return d.vals[len(d.vals)-1].b
	}
	return nil
}

// Put sets the value of an attribute to a copy of b.
func (d *Draft) Put(in, attr uint16, b []byte) {
	if d.Msg != nil && in == 0 {
		d.Msg.Attr(attr, b)
		return
	}
	from := len(d.bytes)
	d.bytes = append(d.bytes, b...)
	d.set(in, attr, from)
}

// PutString sets the value of an attribute to s with its NUL.
func (d *Draft) PutString(in, attr uint16, s string) {
	if d.Msg != nil && in == 0 {
		d.Msg.Str(attr, s)
		return
	}
	from := len(d.bytes)
	d.bytes = append(append(d.bytes, s...), 0)
	d.set(in, attr, from)
}

// PutWord keeps a word as the value, to be looked up later: in a Slot.
func (d *Draft) PutWord(in, attr uint16, w string) {
	i := d.at(in, attr)
	if i < 0 {
		i = len(d.vals)
		d.vals = append(d.vals, value{in: in, attr: attr})
	}
	d.vals[i].word = w
}

// Word is what PutWord kept.
func (d *Draft) Word(in, attr uint16) (w string, ok bool) {
	if i := d.at(in, attr); i >= 0 {
		return d.vals[i].word, true
	}
	return "", false
}

// PutUint sets the value of an attribute to a number of size bytes, in the order
// of the machine or of the network.
func (d *Draft) PutUint(in, attr uint16, size int, n uint64, big bool) {
	var b [8]byte
	d.Put(in, attr, appendUint(b[:0], size, n, big))
}

func appendUint(b []byte, size int, n uint64, big bool) []byte {
	if !big {
		return rtnl.AppendUint(b, size, n)
	}
	var all [8]byte
	binary.BigEndian.PutUint64(all[:], n)
	return append(b, all[8-size:]...)
}

// set sets the value of an attribute to the last bytes of the draft. A value without
// bytes is no nil.
func (d *Draft) set(in, attr uint16, from int) {
	if d.bytes == nil {
		d.bytes = make([]byte, 0, 64)
	}
	b := d.bytes[from:len(d.bytes):len(d.bytes)]
	if b == nil {
		b = []byte{} // it is there
	}
	if i := d.at(in, attr); i >= 0 && (d.Msg == nil || in == Slot) {
		if v := &d.vals[i]; len(b) <= cap(v.b) { // no more memory for each of many messages
			v.b = append(v.b[:0], b...)
			d.bytes = d.bytes[:from]
		} else {
			v.b = b
		}
		return
	}
	d.vals = append(d.vals, value{in: in, attr: attr, b: b})
}

// store sets a part of the value of an attribute, which is as long as it has to be.
func (d *Draft) store(in, attr, at uint16, b []byte) {
	v := d.Get(in, attr)
	if len(v) < int(at)+len(b) {
		from := len(d.bytes)
		d.bytes = append(append(d.bytes, v...), make([]byte, int(at)+len(b)-len(v))...)
		d.set(in, attr, from)
		v = d.Get(in, attr)
	}
	copy(v[at:], b)
}

// ToEnd moves attributes behind all others, in this order.
func (d *Draft) ToEnd(attrs ...uint16) {
	for _, attr := range attrs {
		if i := d.at(0, attr); i >= 0 {
			v := d.vals[i]
			d.vals = append(slices.Delete(d.vals, i, i+1), v)
		}
	}
}

// Drop removes attributes, or the struct in front: in is Head.
func (d *Draft) Drop(in uint16, attrs ...uint16) {
	if in == Head {
		d.size = 0
	}
	d.vals = slices.DeleteFunc(d.vals, func(v value) bool { return v.in == in && slices.Contains(attrs, v.attr) })
}

// Keep removes all attributes but these.
func (d *Draft) Keep(attrs ...uint16) {
	d.vals = slices.DeleteFunc(d.vals, func(v value) bool { return v.in != 0 || !slices.Contains(attrs, v.attr) })
}

// Encode appends the struct that is in front and the attributes to a message, in
// the order that the table says.
func (d *Draft) Encode(m *rtnl.Msg, t *Table) {
	if d.Msg == nil {
		m.Raw(d.Get(Head, 0))
	}
	for _, attr := range t.Send {
		if i := d.at(0, attr); i >= 0 {
			m.Attr(attr, d.vals[i].b)
		}
	}
	for i := range d.vals {
		switch v := &d.vals[i]; {
		case v.in == 0 && !slices.Contains(t.Send, v.attr):
			m.Attr(v.attr, v.b)
		case v.in != 0 && v.in < Head && !slices.Contains(t.Last, v.in) && d.begins(i):
			d.nest(m, v.in)
		}
	}
	for _, in := range t.Last {
		d.nest(m, in)
	}
}

// begins reports whether no value before the one at i is in its nest.
func (d *Draft) begins(i int) bool {
	return !slices.ContainsFunc(d.vals[:i], func(v value) bool { return v.in == d.vals[i].in })
}

// nest appends a nest, unless it has no values.
func (d *Draft) nest(m *rtnl.Msg, in uint16) {
	mark := m.Mark()
	nest := m.Nest(in)
	for i := range d.vals {
		if v := &d.vals[i]; v.in == in {
			m.Attr(v.attr, v.b)
		}
	}
	if m.Empty(nest) {
		m.Truncate(mark)
		return
	}
	m.End(nest)
}
