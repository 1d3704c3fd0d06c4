package encap

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// TestTunnelByteOrder holds the bytes of what encap ip sends in network order, and
// that they are shown as they were asked for.
func TestTunnelByteOrder(t *testing.T) {
	var out bytes.Buffer
	env := cli.New(strings.NewReader(""), os.Stdout, os.Stderr, cli.Options{})
	env.Pen = show.New(&out, show.Options{})
	m := rtnl.New(unix.RTM_NEWROUTE, 0)
	mark := m.Mark()
	if err := read(env, cli.NewArgs(strings.Fields("id 258 key seq")), m, &ip4); err != nil {
		t.Fatal(err)
	}
	data := m.Since(mark)
	for attr, want := range map[uint16][]byte{
		uapi.LWTUNNEL_IP_ID: {0, 0, 0, 0, 0, 0, 1, 2}, uapi.LWTUNNEL_IP_FLAGS: {0, 0x0c},
	} {
		if got := rtnl.Find(data, attr); !bytes.Equal(got, want) {
			t.Errorf("attribute %d is % x, want % x", attr, got, want)
		}
	}
	ip4.Show(field.ViewOf(env, data))
	env.Pen.Flush()
	if got := out.String(); !strings.Contains(got, "id 258 ") || !strings.Contains(got, "key seq ") {
		t.Errorf("shown as %q", got)
	}
}
