package kind

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
)

// labelSize is how many bytes a label of connection tracking has at most.
const labelSize = 16

// wholeMask is the mask of a label of which all bits count.
func wholeMask() []byte { return bytes.Repeat([]byte{0xFF}, labelSize) }

// ParseLabel reads LABEL[/MASK] in hexadecimal digits: the label is the row's attribute,
// the mask that of its Arg. Bad of the row begins the complaints about digits.
func ParseLabel(c *field.Call, r *field.Row, s string) error {
	value, mask, masked := strings.Cut(s, "/")
	if len(value) > 2*labelSize || len(mask) > 2*labelSize {
		return cli.InvArg(fmt.Sprintf("%d Max allowed size %d", len(value), 2*labelSize), value)
	}
	b, ok := HexBytes(value)
	if !ok {
		return cli.InvArg(r.Bad+"labels must be a hex string\n", value)
	}
	m := wholeMask()
	if masked {
		if m, ok = HexBytes(mask); !ok {
			return cli.InvArg(r.Bad+"labels mask must be a hex string\n", mask)
		}
	}
	c.Put(0, r.Attr, b)
	c.Put(0, uint16(r.Arg), m)
	return nil
}

// LabelText spells a label, with its mask unless both are whole.
func LabelText(b, m []byte) string {
	text := hex.EncodeToString(b)
	if len(b) != labelSize || !bytes.Equal(m, wholeMask()) {
		text += "/" + hex.EncodeToString(m[:min(len(m), len(b))])
	}
	return text
}
