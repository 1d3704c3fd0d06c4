package list_test

import (
	"strings"
	"testing"

	"gip/cmd/gip/list"
	"gip/internal/rtnl"
)

// TestChanged holds that commands are known by the families of generic netlink that
// they change something by: some of these want the machine's root.
func TestChanged(t *testing.T) {
	for line, want := range map[string]string{
		"ip macsec add ms0 tx sa 0 pn 1 on key 01 00112233445566778899aabbccddeeff": "macsec",
		"ip macsec show":                 "",
		"ip fou add port 5555 ipproto 4": "fou",
		"ip fou show":                    "",
		"ip ila add loc_match 1:2:3:4 loc 5:6:7:8 dev d0": "ila",
		"ip sr tunsrc set fd00::5":                        "SEG6",
		"ip sr tunsrc show":                               "",
		"ip ioam namespace add 7":                         "IOAM6",
		"ip tcp_metrics delete 10.0.0.1":                  "tcp_metrics",
		"ip tcp_metrics show":                             "",
		"ip l2tp add tunnel tunnel_id 1 peer_tunnel_id 1 encap ip local 10.9.0.1 remote 10.9.0.2": "l2tp",
		"ip mptcp endpoint add 10.9.0.1 dev d0 subflow":                                           "mptcp_pm",
	} {
		d := new(rtnl.Dry)
		if said := list.Applets.Try(strings.Fields(line), d); said != "" {
			t.Errorf("%s: %s", line, said)
		}
		if got := strings.Join(d.Changed, " "); got != want {
			t.Errorf("%s: changes by %q, want %q", line, got, want)
		}
	}
}
