package filter

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// randomU32 is options of a filter, most of them simple.
func randomU32(r *rand.Rand) []byte {
	m := rtnl.New(0, 0)
	often := func() bool { return r.IntN(8) != 0 }
	keys := r.IntN(4)
	sel := make([]byte, selSize, selSize+keys*keySize)
	sel[selFlags], sel[selKeys] = uapi.TC_U32_TERMINAL, byte(keys)
	if !often() {
		sel[r.IntN(selSize)] = byte(r.IntN(256))
	}
	for range keys {
		for _, n := range [...]uint32{r.Uint32(), r.Uint32() >> r.IntN(32), uint32(int32(r.IntN(80) - 40)), uint32(r.IntN(8) / 7)} {
			sel = rtnl.NE.AppendUint32(sel, n)
		}
	}
	for _, a := range []struct {
		is   bool
		attr uint16
		v    []byte
	}{
		{often(), uapi.TCA_U32_SEL, sel},
		{often(), uapi.TCA_U32_HASH, rtnl.NE.AppendUint32(nil, r.Uint32()&0xFFFFF000)},
		{often(), uapi.TCA_U32_CLASSID, rtnl.NE.AppendUint32(nil, r.Uint32()>>r.IntN(33))},
		{!often(), uapi.TCA_U32_LINK, rtnl.NE.AppendUint32(nil, r.Uint32())},
		{often(), uapi.TCA_U32_FLAGS, rtnl.NE.AppendUint32(nil, uint32(uapi.TCA_CLS_FLAGS_NOT_IN_HW)>>(r.IntN(9)/8))},
		{!often(), uapi.TCA_U32_PCNT, make([]byte, 16+8*keys)},
		{!often(), uapi.TCA_U32_MARK, make([]byte, 12)},
		{!often(), uapi.TCA_U32_ACT, []byte{12, 0, 1, 0, 8, 0, 1, 0, 'p', 'a', 's', 0}},
	} {
		if a.is {
			m.Attr(a.attr, a.v)
		}
	}
	return m.Body()
}

// TestU32Line holds the short way of writing filters against the one that writes any.
func TestU32Line(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	lines := 0
	for range 20000 {
		options, handle := randomU32(r), r.Uint32()
		opt := cli.Options{JSON: r.IntN(2) == 0, Pretty: r.IntN(8) == 0, Oneline: r.IntN(4) == 0, Stats: r.IntN(2), Raw: r.IntN(8) == 0}
		var text [2]bytes.Buffer
		for i := range text {
			e := clitest.Env(&text[i], opt)
			e.Stderr = io.Discard
			e.Pen.Begin()
			e.Pen.OpenObject("")
			if i == 1 && u32Line(e, options, handle) {
				lines++
			} else {
				v := cli.State[View](e)
				v.Of(e, options)
				v.Handle, v.Protocol = handle, unix.ETH_P_IP
				showU32(v)
			}
			kind.PutClass(e, "next", 1)
			e.Pen.CloseObject()
			e.Pen.End()
			e.Pen.Flush()
		}
		if a, b := text[0].String(), text[1].String(); a != b {
			t.Fatalf("%+v, handle %#x, %x:\n%q\n%q", opt, handle, options, a, b)
		}
	}
	if lines < 2000 {
		t.Errorf("only %d lines", lines)
	}
}
