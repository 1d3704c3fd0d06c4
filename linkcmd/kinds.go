package linkcmd

// kinds are all kinds that have words or values of their own, or a help text.
var kinds = []*kind{
	&bridge, &vlan, &vxlan, &macvlan, macvtap, &veth, vxcan,
	&dummy, &ifb, &nlmon, &vcan, &netdevsim, &team, &teamSlave, &virtWifi,
}
