package tunnelcmd

import (
	"bytes"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
)

// TestTunnel6Words is the same for tunnels over IPv6, which have defaults.
func TestTunnel6Words(t *testing.T) {
	for _, c := range []struct {
		words []string
		text  string
	}{
		{[]string{"t0", "mode", "ipip6", "remote", "2001:db8::1"},
			"t0: ip/ipv6 remote 2001:db8::1 local :: encaplimit 4 hoplimit 64 tclass 0x00 flowlabel 0x00000 (flowinfo 0x00000000)"},
		{[]string{"t0", "mode", "ip6ip6", "encaplimit", "none", "hoplimit", "0", "tclass", "0x12", "flowlabel", "inherit", "dscp", "inherit"},
			"t0: ipv6/ipv6 remote :: local :: encaplimit none hoplimit inherit tclass 0x12 flowlabel inherit (flowinfo 0x01200000) dscp inherit"},
		{[]string{"t0", "mode", "ip6gre", "okey", "9"},
			"t0: gre/ipv6 remote :: local :: encaplimit 4 hoplimit 64 tclass 0x00 flowlabel 0x00000 (flowinfo 0x00000000) okey 9"},
	} {
		var out bytes.Buffer
		e := clitest.Env(&out, cli.Options{})
		p, err := parse6(e, cli.NewArgs(c.words), false, default6)
		if err == nil {
			p.print(e)
		}
		e.Pen.Flush()
		if err != nil || out.String() != c.text {
			t.Errorf("%q: %q, %v\nwant %q", c.words, out.String(), err, c.text)
		}
	}
}
