package foucmd

import (
	"io"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// build gives the attributes of the command line in words.
func build(t *testing.T, adding bool, words ...string) (attrs []byte, lack string) {
	t.Helper()
	c := newCall(clitest.Env(io.Discard, cli.Options{}), cli.NewArgs(words))
	if err := c.Read(); err != nil {
		t.Fatal(err)
	}
	lack = lacking(c, adding)
	if err := readAddrs(c); err != nil {
		t.Fatal(err)
	}
	m := rtnl.New(0, 0)
	c.Encode(m, &socket)
	return m.Body(), lack
}

// TestRoundTrip holds that what a command line tells is what a list shows.
func TestRoundTrip(t *testing.T) {
	for _, c := range []struct {
		words      []string
		text, json string
	}{
		{[]string{"port", "5555", "gue"}, "port 5555 gue\n", `{"port":5555,"gue":null,"family":"inet"}`},
		{[]string{"po", "0x10", "ippro", "4"}, "port 16 ipproto 4\n", `{"port":16,"ipproto":4,"family":"inet"}`},
		{
			[]string{"port", "1", "ipproto", "41", "local", "fd00::1", "-6", "peer", "fd00::2", "peer_port", "3"},
			"port 1 ipproto 41 -6 local fd00::1 peer fd00::2 peer_port 3\n",
			`{"port":1,"ipproto":41,"family":"inet6","local":"fd00::1","peer":"fd00::2","peer_port":3}`,
		},
		{[]string{"port", "1", "gue", "local", "any"}, "port 1 gue\n", `{"port":1,"gue":null,"family":"inet"}`},
	} {
		attrs, lack := build(t, true, c.words...)
		if lack != "" {
			t.Errorf("%v: %s", c.words, lack)
		}
		text, json := clitest.Both(print, attrs)
		if text != c.text || json != c.json {
			t.Errorf("%v: got %q, %s, want %q, %s", c.words, text, json, c.text, c.json)
		}
	}
}

func TestLack(t *testing.T) {
	for _, c := range []struct {
		adding bool
		want   string
		words  []string
	}{
		{true, "missing port", []string{"gue"}},
		{false, "missing port", nil},
		{true, "must set ipproto or gue", []string{"port", "1"}},
		{false, "", []string{"port", "1"}},
		{false, "cannot set ipproto and gue", []string{"port", "1", "gue", "ipproto", "4"}},
		{true, "both peer and peer port must be set", []string{"port", "1", "gue", "peer", "10.0.0.1"}},
		{true, "both peer and peer port must be set", []string{"port", "1", "gue", "peer_port", "1"}},
	} {
		if _, got := build(t, c.adding, c.words...); got != c.want {
			t.Errorf("%v: got %q, want %q", c.words, got, c.want)
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) {
	m := rtnl.New(0, 0)
	m.Be16(uapi.FOU_ATTR_PORT, 1)
	m.U8(uapi.FOU_ATTR_AF, unix.AF_INET6)
	m.Attr(uapi.FOU_ATTR_LOCAL_V6, []byte{1})
	m.U32(uapi.FOU_ATTR_IFINDEX, 1)
	f.Add(m.Body())
	f.Fuzz(func(t *testing.T, attrs []byte) {
		clitest.Both(print, attrs)
	})
}
