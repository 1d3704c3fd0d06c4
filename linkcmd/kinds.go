package linkcmd

import "gip/internal/cli"

// A kindRow is a row of the list of kinds; twins share a kind.
type kindRow struct {
	name string
	kind *kind
	// unlisted tells that the help of ip link does not list the kind as a TYPE.
	unlisted bool
}

// findKind returns the kind of that name; nil for a kind without a table,
// which prints nothing but its name and takes no words.
func findKind(name string) *kind {
	for i := range kinds {
		if kinds[i].name == name {
			return kinds[i].kind
		}
	}
	return nil
}

// plain is a kind without words and values: all that it has is a help text.
var plain kind

// kinds are all kinds that have words or values of their own, or a help text.
var kinds = []kindRow{
	{name: "amt", kind: &amt},
	{name: "bareudp", kind: &bareudp},
	{name: "batadv", kind: &batadv, unlisted: true},
	{name: "bond", kind: &bond},
	{name: "bond_slave", kind: &bondSlave},
	{name: "bridge", kind: &bridge},
	{name: "bridge_slave", kind: &bridgeSlave},
	{name: "can", kind: &can, unlisted: true},
	{name: "dsa", kind: &dsa},
	{name: "dummy", kind: &plain},
	{name: "erspan", kind: &erspan},
	{name: "geneve", kind: &geneve},
	{name: "gre", kind: &gre},
	{name: "gretap", kind: &gre},
	{name: "gtp", kind: &gtp},
	{name: "hsr", kind: &hsr},
	{name: "ifb", kind: &plain},
	{name: "ip6erspan", kind: &ip6gre},
	{name: "ip6gre", kind: &ip6gre},
	{name: "ip6gretap", kind: &ip6gre},
	{name: "ip6tnl", kind: &ip6tnl},
	{name: "ipip", kind: &ipip},
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
	{name: "sit", kind: &sit},
	{name: "team", kind: &plain},
	{name: "team_slave", kind: &plain},
	{name: "tun", kind: &tun, unlisted: true},
	{name: "vcan", kind: &plain},
	{name: "veth", kind: &veth},
	{name: "virt_wifi", kind: &plain},
	{name: "vlan", kind: &vlan},
	{name: "vrf", kind: &vrf},
	{name: "vrf_slave", kind: &vrfSlave, unlisted: true},
	{name: "vti", kind: &vti},
	{name: "vti6", kind: &vti6, unlisted: true},
	{name: "vxcan", kind: &veth},
	{name: "vxlan", kind: &vxlan},
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
