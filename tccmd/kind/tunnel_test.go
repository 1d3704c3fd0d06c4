package kind

import (
	"io"
	"strings"
	"testing"

	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
)

// TestGeneve reads several options and shows them as the kernel sends them back: all of
// them in one attribute.
func TestGeneve(t *testing.T) {
	o := TunnelOptOf(uapi.TCA_FLOWER_KEY_ENC_OPTS_GENEVE)
	var all []byte
	for _, s := range []string{"0102:80:00880022", "0001:02:aabbccdd", "ffff:00:01020304"} {
		b, ok := o.Parse(s)
		if !ok {
			t.Fatal(s)
		}
		all = append(all, rtnl.Find(b, o.Attr)...)
	}
	var got []string
	for _, b := range SplitOpts(o.Attr, all) {
		got = append(got, ShowGeneve(show.New(io.Discard, show.Options{}), b))
	}
	if text := strings.Join(got, ","); text != "0102:80:00880022,0001:02:aabbccdd,ffff:00:01020304" {
		t.Error(text)
	}
}
