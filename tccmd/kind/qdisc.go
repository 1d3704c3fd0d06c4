package kind

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
)

// PrintAs prints one thing in JSON and another in text.
func PrintAs(v *field.View, key, json, text string) {
	v.Pen.JStr(key, json)
	v.Pen.Text(text)
}

// Unset marks, as the Arg of a row, that the largest number of 32 bits counts as no
// value: it is not sent.
const Unset = 0xFFFFFFFF

// DropUnset takes such values back.
func DropUnset(c *field.Call) error {
	for r := range c.Table.All {
		if r.Arg == Unset && rtnl.U32(c.Get(r.In, r.Attr)) == Unset {
			c.Drop(r.In, r.Attr)
		}
	}
	return nil
}

// PrintNothing is Print of a kind that shows no options.
func PrintNothing(*field.View) {}

// WrongValue is Wrong of a voice that repeats the value.
func WrongValue(msg, value string) error { return cli.Fail(`%s: "%s"`, msg, value) }

// UnknownParameter complains about a word without a row, with the help.
func UnknownParameter(c *field.Call) error {
	k := Of(c).Kind
	return OrHelp(c, k.Usage(k.Name+`: unknown parameter "`+c.Typed+`"`+"\n"))
}

// SlotNumber is a value of 32 bits that a word gave, or 0.
func SlotNumber(c *field.Call, slot uint16) uint32 { return rtnl.U32(c.Get(field.Slot, slot)) }

// PutList adds numbers of size bytes each, in attributes of their own, in a nest; none
// if there are no numbers.
func PutList(m *rtnl.Msg, in, attr uint16, list []byte, size int) {
	if len(list) == 0 {
		return
	}
	nest := m.Nest(in | Nested)
	for ; len(list) >= size; list = list[size:] {
		m.Attr(attr, list[:size])
	}
	m.End(nest)
}

// Nested marks the type of a nest (NLA_F_NESTED).
const Nested = 0x8000

// Priorities are those of packets: as many as TC_PRIO_MAX and 0.
const Priorities = 16
