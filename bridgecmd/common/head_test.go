package common_test

import (
	"bytes"
	"errors"
	"testing"

	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
)

// TestHead holds that a list that could not be asked for has no head, but for the bracket
// of those that open it before they ask.
func TestHead(t *testing.T) {
	unasked, refused := error(&rtnl.SocketError{Unasked: true}), errors.New("refused")
	for _, c := range []struct {
		json, array bool
		err         error
		want        string
	}{
		{false, false, unasked, "before "},
		{false, true, unasked, "before "},
		{true, false, unasked, "before "},
		{true, true, unasked, "before ["},
		{false, true, refused, "before head\n"},
		{true, false, refused, "before ["},
	} {
		var out bytes.Buffer
		e := clitest.Env(&out, cli.Options{JSON: c.json})
		e.Pen.Raw("before ")
		head := common.Head{Array: c.array, Line: "head\n"}
		head.Begin(e)
		err := head.Asked(e, "Cannot ask", c.err)
		e.Pen.Flush()
		if out.String() != c.want {
			t.Errorf("%+v: %q", c, out.String())
		}
		if (err == refused) != (c.err == refused) {
			t.Errorf("%+v: error %v", c, err)
		}
	}
}
