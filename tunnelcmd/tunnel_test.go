package tunnelcmd

import (
	"bytes"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
)

// shown prints what words set, as "show" would if the kernel had it.
func shown(t *testing.T, json bool, words ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	e := clitest.Env(&out, cli.Options{JSON: json})
	e.Pen.Begin()
	p, err := parse4(e, cli.NewArgs(words), false)
	if err == nil {
		p.print(e)
	}
	e.Pen.End()
	e.Pen.Flush()
	return out.String(), err
}

// TestTunnelWords reads the words of IPv4 tunnels, and shows what they set.
func TestTunnelWords(t *testing.T) {
	for _, c := range []struct {
		words      []string
		text, json string
	}{
		{[]string{"t0", "mode", "ipip", "remote", "192.0.2.1", "local", "192.0.2.2", "ttl", "64"},
			"t0: ip/ip remote 192.0.2.1 local 192.0.2.2 ttl 64",
			`[{"ifname":"t0","mode":"ip/ip","remote":"192.0.2.1","local":"192.0.2.2","ttl":64}]` + "\n"},
		{[]string{"gre9", "key", "5", "csum"}, // the name tells the mode
			"gre9: gre/ip remote any local any ttl inherit key 5\n  Checksum in received packet is required." +
				"\n  Checksum output packets.",
			`[{"ifname":"gre9","mode":"gre/ip","remote":"0.0.0.0","local":"0.0.0.0","key":5,"flags":["rx_csum","tx_csum"]}]` + "\n"},
		{[]string{"t0", "mode", "gre", "ikey", "1.2.3.4", "okey", "7", "tos", "inherit", "nopmtudisc"},
			"t0: gre/ip remote any local any ttl inherit tos inherit nopmtudisc ikey 16909060 okey 7", ""},
		{[]string{"t0", "mode", "gre", "remote", "239.1.1.1", "local", "192.0.2.2"}, // a group is its own key
			"t0: gre/ip remote 239.1.1.1 local 192.0.2.2 ttl inherit key 4009820417", ""},
	} {
		if got, err := shown(t, false, c.words...); err != nil || got != c.text {
			t.Errorf("%q: %q, %v\nwant %q", c.words, got, err, c.text)
		}
		if got, err := shown(t, true, c.words...); c.json != "" && (err != nil || got != c.json) {
			t.Errorf("%q: %q, %v\nwant %q", c.words, got, err, c.json)
		}
	}
}

// TestTunnelRefused: words that do not go together are refused before the kernel is
// asked.
func TestTunnelRefused(t *testing.T) {
	for _, c := range []struct {
		words  []string
		status int
		want   string
	}{
		{[]string{"t0", "mode", "ipip", "key", "5"}, 1, "Keys are not allowed with ipip and sit tunnels\n"},
		{[]string{"t0", "mode", "ipip", "mode", "gre"}, 255, "You managed to ask for more than one tunnel mode.\n"},
		{[]string{"t0", "mode", "foo"}, 255, "Unknown tunnel mode \"foo\"\n"},
		{[]string{"t0", "mode", "gre", "remote", "239.1.1.1"}, 1, "A broadcast tunnel requires a source address\n"},
		{[]string{"t0", "name", "t1"}, 255, "Error: either \"name\" is duplicate, or \"t1\" is garbage.\n"},
	} {
		_, err := shown(t, false, c.words...)
		if err == nil || err.Error() != c.want || cli.Status(err) != c.status {
			t.Errorf("%q: %d %q, want %d %q", c.words, cli.Status(err), err, c.status, c.want)
		}
	}
}

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
