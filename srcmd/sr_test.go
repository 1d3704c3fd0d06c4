package srcmd

import (
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// TestKey holds that what is sent is what a list shows.
func TestKey(t *testing.T) {
	long := strings.Repeat("x", 64)
	for _, c := range []struct {
		id         uint32
		algorithm  uint8
		secret     string
		text, json string
		warning    string
	}{
		{1, 1, "abc", "hmac 1 algo sha1 secret \"abc\"\n", `[{"hmac":1,"algo":"sha1","secret":"abc"}]`, ""},
		{2, 2, `a"`, "hmac 2 algo sha256 secret \"a\"\"\n", `[{"hmac":2,"algo":"sha256","secret":"a\""}]`, ""},
		{3, 0, "", "hmac 3 algo <unknown> secret \"\"\n", `[{"hmac":3,"algo":"<unknown>","secret":""}]`, ""},
		{4, 3, long, "hmac 4 algo <unknown> secret \"" + long[:63] + "\"\n",
			`[{"hmac":4,"algo":"<unknown>","secret":"` + long[:63] + `"}]`, "HMAC secret length 64 > 63, truncated\n"},
	} {
		call := field.NewCall(clitest.Env(io.Discard, cli.Options{}), nil, &key)
		call.Set(key.Rows[0], uint64(c.id))
		call.Set(key.Rows[1], uint64(c.algorithm))
		addSecret(call, c.secret)
		m := rtnl.New(0, 0)
		call.Encode(m, &key)
		got, warning := clitest.Record(false, printKey, m.Body())
		if got != c.text || warning != c.warning {
			t.Errorf("got %q, %q, want %q, %q", got, warning, c.text, c.warning)
		}
		if got, _ := clitest.Record(true, printKey, m.Body()); got != c.json+"\n" {
			t.Errorf("got %s, want %s", got, c.json)
		}
	}
}

func TestAlgorithm(t *testing.T) {
	for word, want := range map[string]uint8{"sha1": 1, "sha256": 2, "sha": 0, "": 0, "SHA1": 0} {
		c := field.NewCall(clitest.Env(io.Discard, cli.Options{}), cli.NewArgs([]string{"1", word, "rest"}), &key)
		err := c.Read()
		if got := rtnl.U8(c.Get(0, uapi.SEG6_ATTR_ALGID)); got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: got %d, %v", word, got, err)
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes the printers panic.
func FuzzPrint(f *testing.F) {
	m := rtnl.New(0, 0)
	m.U8(uapi.SEG6_ATTR_SECRETLEN, 200)
	m.Attr(uapi.SEG6_ATTR_SECRET, []byte{1})
	m.Attr(uapi.SEG6_ATTR_DST, []byte{1, 2, 3})
	f.Add(m.Body())
	f.Fuzz(func(t *testing.T, attrs []byte) {
		for _, print := range []func(*cli.Env, []byte){printKey, printSource} {
			clitest.Both(print, attrs)
		}
	})
}
