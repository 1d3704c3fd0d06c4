// Package linkkind has the list of all kinds of link, and those that are no tunnels:
// a file for each, small.go for those with a handful of words.
package linkkind

import (
	"gip/internal/cli"
	"gip/internal/word"
	"gip/linkcmd/kind"
	"gip/linkcmd/tunnelkind"
)

// A kindRow is a row of the list of kinds; twins share a kind.
type kindRow struct {
	name string
	kind *kind.Kind
	// unlisted tells that the help of ip link does not list the kind as a TYPE.
	unlisted bool
}

// Find returns the kind of that name; nil for a kind without a table,
// which prints nothing but its name and takes no words.
func Find(name string) *kind.Kind {
	for i := range kinds {
		if word.Has(kinds[i].name, name) {
			return kinds[i].kind
		}
	}
	return nil
}

// plain is a kind without words and values: all that it has is a help text.
var plain kind.Kind

// kinds are all kinds that have words or values of their own, or a help text.
var kinds = []kindRow{
	{name: "amt", kind: &tunnelkind.AMT},
	{name: "bareudp", kind: &bareudp},
	{name: "batadv", kind: &batadv, unlisted: true},
	{name: "bond", kind: &bond},
	{name: "bond_slave", kind: &bondSlave},
	{name: "bridge", kind: &bridge},
	{name: "bridge_slave", kind: &bridgeSlave},
	{name: "can", kind: &can, unlisted: true},
	{name: "dsa", kind: &dsa},
	{name: "dummy", kind: &plain},
	{name: "erspan", kind: &tunnelkind.ERSPAN},
	{name: "geneve", kind: &tunnelkind.Geneve},
	{name: "gre", kind: &tunnelkind.GRE},
	{name: "gretap", kind: &tunnelkind.GRE},
	{name: "gtp", kind: &gtp},
	{name: "hsr", kind: &hsr},
	{name: "ifb", kind: &plain},
	{name: "ip6erspan", kind: &tunnelkind.IP6GRE},
	{name: "ip6gre", kind: &tunnelkind.IP6GRE},
	{name: "ip6gretap", kind: &tunnelkind.IP6GRE},
	{name: "ip6tnl", kind: &tunnelkind.IP6TNL},
	{name: "ipip", kind: &tunnelkind.IPIP},
	{name: "ipoib", kind: &ipoib},
	{name: "ipvlan", kind: &ipvlan},
	{name: "ipvtap", kind: &ipvlan},
	{name: "macsec", kind: &macsecKind},
	{name: "macvlan", kind: &macvlan},
	{name: "macvtap", kind: &macvlan},
	{name: "netdevsim", kind: &plain},
	{name: "netkit", kind: &netkit},
	{name: "nlmon", kind: &plain},
	{name: "ovpn", kind: &ovpn},
	{name: "rmnet", kind: &rmnet},
	{name: "sit", kind: &tunnelkind.SIT},
	{name: "team", kind: &plain},
	{name: "team_slave", kind: &plain},
	{name: "tun", kind: &tun, unlisted: true},
	{name: "vcan", kind: &plain},
	{name: "veth", kind: &veth},
	{name: "virt_wifi", kind: &plain},
	{name: "vlan", kind: &vlan},
	{name: "vrf", kind: &vrf},
	{name: "vrf_slave", kind: &vrfSlave, unlisted: true},
	{name: "vti", kind: &tunnelkind.VTI},
	{name: "vti6", kind: &tunnelkind.VTI6, unlisted: true},
	{name: "vxcan", kind: &veth},
	{name: "vxlan", kind: &tunnelkind.VXLAN},
	{name: "wwan", kind: &wwan},
	{name: "xfrm", kind: &xfrm},
}

// Types are the lines of a help text that list the kinds of link: first those
// that the real tool lists, which completions of shells offer.
func Types() string {
	// The real tool has no table for this one either.
	listed, others := []string{"pfcp"}, ""
	for _, r := range kinds {
		if r.unlisted {
			others += ", " + r.name
		} else {
			listed = append(listed, r.name)
		}
	}
	return cli.WordList("TYPE", listed) + "TYPE is also one of " + others[2:] + ".\n"
}
