package linkcmd

// kinds are all kinds that have words or values of their own, or a help text.
var kinds = []*kind{
	&amt, &bareudp, &batadv, &bond, &bondSlave, &bridge, &bridgeSlave, &can, &dsa, &dummy, &erspan, &geneve, &gre, gretap,
	&gtp, &hsr, &ifb, &ip6gre, ip6erspan, ip6gretap, &ip6tnl, &ipip, &ipoib, &ipvlan, ipvtap, &macsec, &macvlan, macvtap,
	&netdevsim, &netkit, &nlmon, &ovpn, &rmnet, &sit, &team, &teamSlave, &tun, &vcan, &veth, &virtWifi, &vlan, &vrf,
	&vrfSlave, &vti, &vti6, vxcan, &vxlan, &wwan, &xfrm,
}
