package linkcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/linkcmd/linkkind"
)

// lists is what the help of ip link has from tables.
func lists() string {
	var settings []string
	for _, r := range inetSettings.Rows {
		settings = append(settings, strings.TrimRight(r.Word()+" "+r.Value, " "))
	}
	return cli.WordList("SETTING", settings) + linkkind.Types()
}

const usage = `Usage: ip link add [ link DEV | parentdev NAME ] [ name ] NAME [ OPTIONS ] type TYPE [ ARGS ]
       ip link replace [ name ] NAME [ OPTIONS ] type TYPE [ ARGS ]
       ip link { set | change } { [ dev ] DEVICE | group DEVGROUP } [ { up | down } ] [ OPTIONS ] [ type TYPE ARGS ]
       ip link delete { [ dev ] DEVICE | group DEVGROUP } [ type TYPE ] [ ARGS ]
       ip link show [ DEVICE | group GROUP ] [ { up | down } ] [ master DEV ] [ vrf NAME ] [ type TYPE ] [ nomaster ] [ novf ]
       ip link xstats type TYPE [ ARGS ]
       ip link afstats [ dev DEVICE ]
       ip link property add dev DEVICE [ altname NAME ... ]
       ip link property del dev DEVICE [ altname NAME ... ]
       ip link help [ TYPE ]
OPTIONS := { address LLADDR | broadcast LLADDR | mtu MTU | txqueuelen PACKETS | index IDX | name NEWNAME | alias NAME
             group DEVGROUP | master DEVICE | nomaster | vrf NAME | netns { PID | NETNSNAME | NETNSFILE }
             link-netns NAME | link-netnsid ID | numtxqueues QUEUE_COUNT | numrxqueues QUEUE_COUNT
             { arp | dynamic | multicast | allmulticast | promisc | trailers | carrier } { on | off }
             mode { default | dormant } | state OPERSTATE | protodown { on | off } | protodown_reason PREASON { on | off }
             addrgenmode { eui64 | none | stable_secret | random } | inet { SETTING [ on | off ] }...
             gso_max_size BYTES | gso_ipv4_max_size BYTES | gso_max_segs PACKETS | gro_max_size BYTES | gro_ipv4_max_size BYTES
             { xdp | xdpgeneric | xdpdrv | xdpoffload }
                    { off | { pinned FILE | object FILE } [ { section | program } NAME ... ] [ verbose ] }
             vf NUM { mac LLADDR | vlan VLANID [ qos VLAN-QOS ] [ proto VLAN-PROTO ]
                    rate TXRATE | max_tx_rate TXRATE | min_tx_rate TXRATE
                    { spoofchk | query_rss | trust } { on | off } | state { auto | enable | disable }
                    node_guid EUI64 | port_guid EUI64 } }
`
