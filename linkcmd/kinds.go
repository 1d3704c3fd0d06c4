package linkcmd

// kinds are all kinds that have words or values of their own, or a help text.
var kinds = []*kind{
	&amt, &bareudp, &batadv, &bond, &bondSlave, &bridge, &bridgeSlave, &dsa, &dummy, &geneve, &gtp, &hsr, &ifb, &ipoib,
	&ipvlan, ipvtap, &macvlan, macvtap, &netdevsim, &nlmon, &rmnet, &team, &teamSlave, &vcan, &veth, &virtWifi, &vlan,
	&vrf, &vrfSlave, vxcan, &vxlan, &wwan, &xfrm,
}
