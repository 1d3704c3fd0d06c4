package routecmd

import (
	"bytes"
	"testing"

	"gip/internal/show"
)

// TestRoutel holds the columns: strings of the outer objects only, widths in
// characters.
func TestRoutel(t *testing.T) {
	list := `[{"dst":"default","gateway":"10.0.0.254","dev":"ü","flags":[]},` +
		`{"type":"local","dst":"10.0.0.1","encap":{"dst":"no"},"metrics":[{"table":"no"}],"metric":5,"dev":"a\"\\\u0001b","table":"local"},{}]`
	want := "default         10.0.0.254                                       ü                \n" +
		"10.0.0.1                                                         a\"\\\x01b            local\n" +
		"                                                                                  \n"
	var b bytes.Buffer
	p := show.New(&b, show.Options{})
	table := routelTable{p: p, widths: &columns}
	eachObject([]byte(list), &routelKeys, table.row)
	p.Flush()
	if got := b.String(); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// FuzzRoutel holds that whatever the pen wrote, nothing panics.
func FuzzRoutel(f *testing.F) {
	f.Add([]byte(`[{"dst":"a\u00`))
	f.Add([]byte(`[{"dst":"b","x":[{}]}]]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		p := show.New(&out, show.Options{})
		table := routelTable{p: p, widths: &wideColumns}
		eachObject(b, &routelKeys, table.row)
	})
}
