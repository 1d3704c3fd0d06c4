package tccmd_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/tccmd"

	"golang.org/x/sys/unix"
)

// TestFilterHeads holds filters of a list, which may begin as the one before does, against
// filters that come alone.
func TestFilterHeads(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func() uint32 { return uint32(r.IntN(8) / 7) } // mostly the same
	var text [2]bytes.Buffer
	for _, opt := range []cli.Options{{}, {JSON: true}, {JSON: true, Pretty: true}, {Oneline: true}} {
		var envs [2]*cli.Env
		for i := range envs {
			text[i].Reset()
			envs[i] = clitest.Env(&text[i], opt)
			envs[i].Dry = new(rtnl.Dry)
			envs[i].Dry.Made("v0")
			envs[i].Pen.Begin()
		}
		for range 2000 {
			m := rtnl.New(0, 0)
			rtnl.Put(m, [5]uint32{0, 1 + pick(), r.Uint32(), 0xFFFFFFF2 + pick(), (1+pick())<<16 | 8 + pick()})
			if r.IntN(16) != 0 {
				m.Str(unix.TCA_KIND, [...]string{"flower", "u32"}[pick()])
				m.Attr(unix.TCA_CHAIN, [...][]byte{{0, 0, 0, 0}, {1, 0, 0, 0}, {}}[pick()+pick()])
			} else {
				m.Str(unix.TCA_KIND, "flower")
			}
			for i, e := range envs {
				flags := [...]uint16{0, unix.NLM_F_MULTI}[i]
				if err := tccmd.PrintFilter(e, rtnl.Message{Type: unix.RTM_NEWTFILTER, Flags: flags, Body: m.Body()}); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, e := range envs {
			e.Pen.End()
			e.Pen.Flush()
		}
		if !bytes.Equal(text[0].Bytes(), text[1].Bytes()) {
			t.Errorf("%+v: a list and single filters differ", opt)
		}
	}
}
