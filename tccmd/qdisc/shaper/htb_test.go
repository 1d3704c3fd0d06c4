package shaper

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
)

// randomHTB is options of a class.
func randomHTB(r *rand.Rand) []byte {
	b := make([]byte, htbOptSize)
	for i := 0; i < len(b); i += 4 {
		rtnl.NE.PutUint32(b[i:], r.Uint32()>>r.IntN(33))
	}
	const layer, overhead, level = 1, 2, 36
	b[layer], b[overhead], b[overhead+1] = byte(r.IntN(8)/6), byte(r.IntN(8)/7), 0
	rtnl.NE.PutUint32(b[level:], uint32(r.IntN(4)/2))
	m := rtnl.New(0, 0)
	m.Attr(uapi.TCA_HTB_PARMS, b)
	if r.IntN(8) == 0 {
		m.U64(uapi.TCA_HTB_RATE64, r.Uint64())
	}
	return m.Body()
}

// TestHTBLine holds the short way of writing classes against the one that pens with colours
// or white space need.
func TestHTBLine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		options, asJSON, iec := randomHTB(r), r.IntN(2) == 0, r.IntN(2) == 0
		var text [2]bytes.Buffer
		for i := range text {
			opt := show.Options{JSON: asJSON}
			if i == 1 {
				opt.Pretty, opt.Palette = asJSON, show.Dark
			}
			e := clitest.Env(nil, cli.Options{JSON: asJSON, IEC: iec})
			e.Pen = show.New(&text[i], opt)
			e.Pen.Begin()
			e.Pen.OpenObject("")
			HTB.Class.Show(e, options)
			e.Pen.Uint("next", "next ", 1, "")
			e.Pen.CloseObject()
			e.Pen.End()
			e.Pen.Flush()
			if asJSON {
				var plain bytes.Buffer
				if err := json.Compact(&plain, text[i].Bytes()); err != nil {
					t.Fatalf("%x: %v", options, err)
				}
				text[i] = plain
			}
		}
		if a, b := text[0].String(), text[1].String(); a != b {
			t.Fatalf("%x:\n%q\n%q", options, a, b)
		}
	}
}
