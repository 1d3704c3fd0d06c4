package show_test

import (
	"bytes"
	"strings"
	"testing"

	"gip/internal/show"
)

// TestWriteBlocks holds that whole blocks are written once there is more than them, and
// that nothing is lost.
func TestWriteBlocks(t *testing.T) {
	for _, c := range []struct{ n, want int }{{0, 0}, {1, 0}, {4096, 0}, {4097, 4096}, {8192, 4096}, {10000, 8192}} {
		var out bytes.Buffer
		p := show.New(&out, show.Options{})
		text := strings.Repeat("0123456789", c.n/10+1)[:c.n]
		p.Raw(text)
		if p.WriteBlocks(); out.Len() != c.want {
			t.Errorf("of %d: %d written, not %d", c.n, out.Len(), c.want)
		}
		if p.Close(); out.String() != text {
			t.Errorf("of %d: %d in the end", c.n, out.Len())
		}
	}
}
