package ilacmd

import (
	"io"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

func read(words []string, adding bool) (*field.Call, error) {
	c := field.NewCall(clitest.Env(io.Discard, cli.Options{}), cli.NewArgs(words), &entry)
	if adding {
		c.For = add
	}
	return c, c.Read()
}

// TestRoundTrip holds that what a command line tells is what a list shows.
func TestRoundTrip(t *testing.T) {
	for _, c := range []struct {
		words      []string
		text, json string
	}{
		{nil, "-                   -                   -          -          -\n", `{"locator_match":"-","locator":"-"}`},
		{
			[]string{"loc", "1:2:3:4", "loc_match", "5:6", "csum-mode", "no-action", "ident-type", "luid"},
			"5:6:0:0             1:2:3:4             -          no-actionluid\n",
			`{"locator_match":"5:6:0:0","locator":"1:2:3:4","csum_mode":"no-action","ident_type":"luid"}`,
		},
	} {
		call, err := read(c.words, false)
		if err != nil {
			t.Fatal(err)
		}
		m := rtnl.New(0, 0)
		call.Encode(m, &entry)
		text, json := clitest.Both(print, m.Body())
		if text != c.text || json != c.json {
			t.Errorf("%v: got %q, %s, want %q, %s", c.words, text, json, c.text, c.json)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		adding bool
		want   string
		words  []string
	}{
		{false, "", nil},
		{true, "ila: missing locator\n", []string{"loc_match", "1"}},
		{true, "ila: missing locator0match\n", []string{"l", "1"}},
		{true, "Bad locator: 1:2:3:4:5\n", []string{"loc", "1:2:3:4:5"}},
		{true, "Bad locator to match: x\n", []string{"loc_", "x"}},
		{true, "Bad csum-mode: adj\n", []string{"csum", "adj"}},
		{true, "Bad ident-type: iid\n", []string{"ident", "iid"}},
	} {
		got := ""
		if _, err := read(c.words, c.adding); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v: got %q, want %q", c.words, got, c.want)
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) {
	m := rtnl.New(0, 0)
	m.Attr(uapi.ILA_ATTR_LOCATOR, []byte{1})
	m.U32(uapi.ILA_ATTR_IFINDEX, 0)
	m.U8(uapi.ILA_ATTR_CSUM_MODE, 99)
	f.Add(m.Body())
	f.Fuzz(func(t *testing.T, attrs []byte) {
		clitest.Both(print, attrs)
	})
}
