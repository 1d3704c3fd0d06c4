package generate

import "slices"

// net is a pair of links with addresses.
var net = append(slices.Clone(pair),
	"ip address add 10.0.0.1/24 dev v0", "ip address add 2001:db8::1/64 dev v0", "ip address add 10.0.1.1/24 dev v1")

func addressFamilies() []Family {
	return []Family{
		{
			Name: "addr_add", Setup: pair, Show: "ip -o address show dev v0 | sed 's/ tentative//'", Undo: "ip address flush dev v0",
			Words: []string{
				"ip address add {prefix4=10.9.0.1/24} dev v0", "ip address add {prefix6=2001:db8:9::1/64} dev v0", "ip address add {ipv4=10.9.0.1} peer {prefix4=10.9.0.2/24} dev v0", "ip address add local {ipv6=2001:db8:9::1} dev v0",
				"ip address add 10.9.0.1/24 broadcast {ipv4=10.9.0.255} dev v0", "ip address add 10.9.0.1/24 brd + anycast {ipv4=10.9.0.7} dev v0", "ip address add 10.9.0.1/24 label v0:1 dev v0", "ip address add 10.9.0.1/24 scope {5} dev v0",
				"ip address add 10.9.0.1/24 metric {5} dev v0", "ip address add 10.9.0.1/24 proto {5} dev v0", "ip address add 2001:db8:9::1/64 dev v0 nodad proto {5} metric {5}",
				"ip address add 10.9.0.1/24 dev v0 valid_lft {1000} preferred_lft {500}", "ip address add 10.9.0.1/24 dev v0 valid_lft forever preferred_lft forever",
				"ip address replace {prefix4=10.9.0.1/24} dev v0", "ip address change 10.9.0.1/24 dev v0 metric {5}", "ip address del {prefix4=10.9.0.1/24} dev v0",
			},
		},
		{
			Name: "addr_show", Setup: net,
			Words: []string{
				"ip address show dev v0", "ip address show to {prefix4=10.0.0.0/8}", "ip address show to {prefix6=2001:db8::/32}", "ip address show scope {0}", "ip address show label v*", "ip address show group {0}", "ip address show proto {0}", "ip address show master v1",
				"ip address show vrf v1", "ip address show type veth", "ip address show up", "ip address show permanent", "ip address show -tentative", "ip address show nomaster", "ip address flush dev lo to {prefix4=10.77.0.0/16}", "ip address flush scope {77}",
				"ip address save dev lo to 10.77.0.0/16", "ip address restore", "ip address showdump",
			},
		},
		{
			Name: "addrlabel", Show: "ip addrlabel list | grep -F 2001:db8:9", Undo: "ip addrlabel del prefix 2001:db8:9::/64",
			Setup: pair,
			Words: []string{
				"ip addrlabel add prefix 2001:db8:9::/64 label {5}", "ip addrlabel add prefix {prefix6=2001:db8:9::/64} label 5", "ip addrlabel add prefix 2001:db8:9::/64 dev v0 label 5", "ip addrlabel del prefix {prefix6=2001:db8:7::/64} label {5}",
			},
		},
	}
}

func routeFamilies() []Family {
	metrics := []string{
		"mtu {1400}", "mtu lock {1400}", "advmss {1400}", "window {100}", "cwnd lock {5}", "initcwnd {5}", "initrwnd {5}", "ssthresh {5}", "hoplimit {5}", "reordering {5}", "congctl cubic", "rtt {time=1s}", "rttvar {time=1s}", "rto_min {time=1s}",
		"features ecn", "quickack {1}", "fastopen_no_cookie {1}", "hoplimit lock {5}",
	}
	const show = "ip -N -d route show table 900 2>/dev/null; ip -N -6 -d route show table 900 2>/dev/null"
	const undo = "ip route flush table 900 2>/dev/null; ip -6 route flush table 900 2>/dev/null"
	return []Family{
		{Name: "route_metric", Setup: net, Frame: "ip route add 10.9.0.0/24 dev v0 table 900 %s", Words: metrics, Show: show, Undo: undo},
		{Name: "route_expires", Plain: true, Setup: pair, Words: []string{"ip route add 2001:db8:9::/64 dev v0 expires {5}"}},
		{Name: "route_metric6", Setup: net, Frame: "ip route add 2001:db8:9::/64 dev v0 table 900 %s", Words: append(slices.Clone(metrics[11:15]), "hoplimit {5}", "pref high", "pref {3}", "metric {5}"), Show: show, Undo: undo},
		{
			Name: "route_add", Setup: append(slices.Clone(net), "ip nexthop add id 5 via 10.0.0.2 dev v0"), Show: show, Undo: undo,
			Words: []string{
				"ip route add {prefix4=10.9.0.0/24} dev v0 table 900", "ip route add {prefix6=2001:db8:9::/64} dev v0 table 900", "ip route add unicast 10.9.0.0/24 via {ipv4=10.0.0.2} dev v0 table 900", "ip route add 2001:db8:9::/64 via {ipv6=2001:db8::2} dev v0 table 900",
				"ip route add 10.9.0.0/24 via inet6 {ipv6=2001:db8::2} dev v0 table 900", "ip route add 10.9.0.0/24 via inet {ipv4=10.0.0.2} dev v0 table 900", "ip route add 10.9.0.0/24 dev v0 table 900 tos {16}", "ip route add 10.9.0.0/24 dev v0 table 900 metric {5}", "ip route add 10.9.0.0/24 dev v0 table 900 preference {5}",
				"ip route add 10.9.0.0/24 dev v0 table 900 proto {5}", "ip route add 10.9.0.0/24 dev v0 table 900 scope {200}", "ip route add 10.9.0.0/24 dev v0 table 900 realms {5}", "ip route add 10.9.0.0/24 dev v0 table 900 realms {5}/{6}", "ip route add 10.9.0.0/24 dev v0 table 900 src {ipv4=10.0.0.1}",
				"ip route add 2001:db8:9::/64 dev v0 table 900 src {ipv6=2001:db8::1}", "ip route add 2001:db8:9::/64 from {prefix6=2001:db8::/64} dev v0 table 900", "ip route add 10.9.0.0/24 table 900 nhid {5}", "ip route add 10.9.0.0/24 dev v0 table 900 onlink",
				"ip route add 10.9.0.0/24 table 900 nexthop via {ipv4=10.0.0.2} dev v0 weight {2} nexthop via 10.0.0.3 dev v0 weight 3", "ip route add 10.9.0.0/24 table 900 nexthop via 10.0.0.2 dev v0 realms {5} nexthop via 10.0.0.3 dev v0", "ip route add blackhole {prefix4=10.9.0.0/24} table 900",
				"ip route add 10.9.0.0/24 dev v0 table 900 ttl-propagate enabled", "ip route add 10.9.0.0/24 dev v0 table 900 as to {ipv4=10.0.0.9}", "ip route replace 10.9.0.0/24 dev v0 table 900", "ip route append 10.9.0.0/24 dev v0 table 900", "ip route change 10.9.0.0/24 dev v0 table 900", "ip route del 10.9.0.0/24 dev v0 table 900 metric {5}",
			},
		},
		{
			Name: "route_table", Setup: net, Show: "ip -N -d route show table all 10.9.0.0/24", Undo: "ip route flush table all root 10.9.0.0/24",
			Words: []string{"ip route add 10.9.0.0/24 dev v0 table {900}"},
		},
		{
			Name: "route_show", Setup: append(slices.Clone(net), "ip route add 10.9.0.0/24 via 10.0.0.2 metric 5 proto 5 tos 0x10"),
			Words: []string{
				"ip route show table {254}", "ip route show vrf v1", "ip route show proto {5}", "ip route show scope {0}", "ip route show dev v0", "ip route show via {ipv4=10.0.0.2}", "ip route show src {prefix4=10.0.0.1}", "ip route show metric {5}", "ip route show realms {5}", "ip route show realms {5}/{6}",
				"ip route show tos {16}", "ip route show type {1}", "ip route show root {prefix4=10.0.0.0/8}", "ip route show match {prefix4=10.9.0.1}", "ip route show exact {prefix4=10.9.0.0/24}", "ip route show {prefix4=10.9.0.0/24}", "ip -6 route show {prefix6=2001:db8::/64}", "ip route show cached", "ip route show nexthop via 10.0.0.2",
				"ip route flush table {77}", "ip route flush root {prefix4=10.77.0.0/16}", "ip route flush proto {77}", "ip route save table 77", "ip route restore", "ip route show from {prefix4=0/0}", "ip route show nhid {5}",
			},
		},
		{
			Name: "route_get", Setup: net,
			Words: []string{
				"ip route get {ipv4=10.0.0.2}", "ip route get {ipv6=2001:db8::2}", "ip route get fibmatch to {prefix4=10.0.0.2}", "ip route get 10.0.0.2 from {ipv4=10.0.0.1} iif v1", "ip route get 10.0.0.2 oif v0", "ip route get 10.0.0.2 vrf v0", "ip route get 10.0.0.2 tos {16}", "ip route get 10.0.0.2 mark {5}", "ip route get 10.0.0.2 uid {5}",
				"ip route get 10.0.0.2 ipproto {17} sport {5} dport {6}", "ip route get 10.0.0.2 ipproto udp", "ip route get connected 10.0.0.2", "ip route get notify 10.0.0.2", "ip -6 route get 2001:db8::2 flowlabel {5}", "ip route get 10.0.0.2 as {ipv4=10.0.0.1}",
			},
		},
		{
			Name: "route_encap", VM: true, Setup: net, Frame: "ip route add 10.9.0.0/24 encap %s dev v0 table 900", Show: "route show table 900", Undo: "route flush table 900", Modules: "mpls_iptunnel xfrm_interface",
			Words: encapWords,
		},
		{
			Name: "route_encap6", VM: true, Modules: "vrf", Setup: append(slices.Clone(net), "ip link add vrf5 address 02:00:00:00:00:05 type vrf table 5", "echo 1 >/proc/sys/net/vrf/strict_mode"), Frame: "ip -6 route add 2001:db8:9::/64 encap %s dev v0 table 900", Show: "route show table 900", Undo: "route flush table 900",
			Words: encapWords6,
		},
		{
			Name: "rule_add", Setup: pair, Frame: "ip rule add pref 1000 %s table 900", Show: "ip -N -d rule show pref 1000", Undo: "ip rule del pref 1000",
			Words: []string{
				"from {prefix4=10.9.0.0/24}", "to {prefix4=10.9.0.0/24}", "fwmark {5}", "fwmark {mask=5/7}", "iif v0", "oif v0", "tos {16}", "dscp {5}", "dscp {mask=5/7}", "uidrange {range=5-6}", "uidrange {5}-{6}", "ipproto {17}", "ipproto 6 sport {range=5-6}", "ipproto 6 sport {5}", "ipproto 6 dport {mask=5/7}",
				"ipproto 6 dport {5}", "tun_id {5}", "protocol {5}", "realms {5}", "realms {5}/{6}", "suppress_prefixlength {5}", "suppress_ifgroup {5}", "l3mdev", "not iif v0",
			},
		},
		{
			Name: "rule_action", Setup: pair, Show: "ip -N -d rule show; ip -N -d -6 rule show", Undo: "ip rule flush; ip -6 rule flush",
			Words: []string{
				"ip rule add pref {1000} iif v0 table 900", "ip rule add pref 1000 iif v0 table {900}", "ip rule add pref 1000 iif v0 goto {2000}", "ip rule add pref 1000 iif v0 type unreachable", "ip rule add pref 1000 iif v0 nop", "ip rule add pref 1000 iif v0 nat {ipv4=10.0.0.9}",
				"ip -6 rule add pref 1000 flowlabel {5} table 900", "ip -6 rule add pref 1000 flowlabel {mask=5/7} table 900", "ip -6 rule add pref 1000 from {prefix6=2001:db8::/64} table 900", "ip rule del pref {77}", "ip rule add priority {5} order 6 table 900",
			},
		},
		{
			Name: "rule_show", Setup: append(slices.Clone(pair), "ip rule add pref 1000 fwmark 5/7 iif v0 tos 0x10 ipproto 6 sport 5-6 dport 7 uidrange 5-6 table 900"),
			Words: []string{
				"ip rule show pref {1000}", "ip rule show table {900}", "ip rule show fwmark {mask=5/7}", "ip rule show iif v0", "ip rule show tos {16}", "ip rule show from {prefix4=10.0.0.0/8}", "ip rule show to {prefix4=10.0.0.0/8}", "ip rule show uidrange {range=5-6}", "ip rule show tun_id {5}", "ip rule show protocol {0}",
				"ip rule show ipproto {6}", "ip rule show sport {range=5-6}", "ip rule show dport {range=7}", "ip rule show dscp {mask=5/7}", "ip rule show l3mdev", "ip rule flush pref {77}", "ip rule flush table {77}", "ip rule save table 77", "ip mrule show table {5}", "ip -6 rule show flowlabel {mask=5/7}",
			},
		},
		{
			Name: "nexthop_add", Setup: net, Show: "ip -d nexthop show", Undo: "ip nexthop flush",
			Words: []string{
				"ip nexthop add id {5} via 10.0.0.2 dev v0", "ip nexthop add id 5 via {ipv4=10.0.0.2} dev v0", "ip nexthop add id 5 via {ipv6=2001:db8::2} dev v0", "ip nexthop add id 5 via inet6 {ipv6=2001:db8::2} dev v0", "ip nexthop add id 5 dev v0 protocol {5}", "ip nexthop add id 5 blackhole", "ip nexthop add id 5 dev v0 onlink via 10.0.0.2",
				"ip nexthop add id 5 via 10.0.0.2 fdb dst_port {5}", "ip nexthop replace id {5} dev v0", "ip nexthop del id {77}",
			},
		},
		{
			Name: "nexthop_group", Setup: append(slices.Clone(net), "ip nexthop add id 1 via 10.0.0.2 dev v0", "ip nexthop add id 2 via 10.0.0.3 dev v0"), Show: "ip -d nexthop show id 5", Undo: "ip nexthop del id 5",
			Words: []string{
				"ip nexthop add id 5 group {1}", "ip nexthop add id 5 group {1},{2}/{2},{3}", "ip nexthop add id 5 group 1/2 type resilient buckets {8} idle_timer {10} unbalanced_timer {20}", "ip nexthop add id 5 group 1/2 type mpath", "ip nexthop add id 5 group 1/2 hw_stats on", "ip nexthop add id 5 group 1 fdb protocol {5}",
			},
		},
		{
			Name: "nexthop_show", Setup: append(slices.Clone(net), "ip nexthop add id 1 via 10.0.0.2 dev v0 proto 5", "ip nexthop add id 5 group 1 type resilient buckets 4"),
			Words: []string{
				"ip nexthop show id {1}", "ip nexthop show dev v0", "ip nexthop show vrf v1", "ip nexthop show master v1", "ip nexthop show protocol {5}", "ip nexthop show groups", "ip nexthop get id {1}", "ip nexthop flush protocol {77}", "ip nexthop bucket show id {77}", "ip nexthop bucket show nhid {77}", "ip nexthop bucket show dev v1",
				"ip nexthop bucket get id {5} index {77}",
			},
		},
	}
}

// encapWords are the tunnels of IPv4 routes; never on this machine's kernel,
// which some of them crash.
var encapWords = []string{
	"mpls {100}", "mpls 100/{200}", "mpls 100 ttl {5}", "ip id {5} dst {ipv4=10.0.0.2} src {ipv4=10.0.0.1}", "ip id 5 tos {16} ttl {64}", "ip id 5 key", "ip id 5 csum seq", "ip id 5 geneve_opts {5}:{6}:{bytes=01020304}", "ip id 5 vxlan_opts {5}", "ip id 5 erspan_opts {1}:{5}:0:0", "ip id 5 erspan_opts 2:0:{1}:{5}",
	"xfrm if_id {5} link_dev v0", "bpf headroom {5}",
}

var encapWords6 = []string{
	"ip6 id {5} dst {ipv6=2001:db8::2} src {ipv6=2001:db8::1}", "ip6 id 5 hoplimit {64} tc {16}", "seg6 mode encap segs {ipv6=2001:db8::2}", "seg6 mode inline segs 2001:db8::2,{ipv6=2001:db8::3}", "seg6 mode encap segs 2001:db8::2 hmac {5}", "seg6 mode encap segs 2001:db8::2 lookup {5}", "seg6 mode encap tunsrc {ipv6=2001:db8::1} segs 2001:db8::2",
	"seg6local action End.X nh6 {ipv6=2001:db8::2}", "seg6local action End.T table {254}", "seg6local action End.DT4 vrftable {5}", "seg6local action End.DX4 nh4 {ipv4=10.0.0.2}", "seg6local action End.DX2 oif v0", "seg6local action End count", "seg6local action End flavors psp", "seg6local action End flavors next-csid lblen {32} nflen {16}",
	"seg6local action End.B6.Encaps srh segs 2001:db8::2 hmac {5}", "seg6local action {1}", "rpl segs {ipv6=2001:db8::2}", "ioam6 mode inline trace prealloc type {8388608} ns {1} size {12}", "ioam6 mode encap tundst {ipv6=2001:db8::2} trace prealloc type 0x800000 ns 1 size 12", "ioam6 freq {1}/{2} mode inline trace prealloc type 0x800000 ns 1 size 12", "ila 1:2:3:4 csum-mode no-action", "ila 1:2:3:4 ident-type luid hook-type input",
}

func neighFamilies() []Family {
	return []Family{
		{
			Name: "neigh", Setup: net, Show: "ip -N -d neigh show dev v0; ip -N -d neigh show proxy dev v0", Undo: "ip neigh flush dev v0 nud all; ip neigh del proxy 10.0.0.9 dev v0 2>/dev/null",
			Words: []string{
				"ip neigh add {ipv4=10.0.0.9} lladdr 02:00:00:00:00:05 dev v0", "ip neigh add {ipv6=2001:db8::9} lladdr 02:00:00:00:00:05 dev v0", "ip neigh add 10.0.0.9 lladdr {mac=02:00:00:00:00:05} dev v0", "ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:05 dev v0 protocol {5}",
				"ip neigh add proxy {ipv4=10.0.0.9} dev v0", "ip neigh add 10.0.0.9 dev v0 lladdr 02:00:00:00:00:05 router extern_learn", "ip neigh replace to 10.0.0.9 lladdr 02:00:00:00:00:05 dev v0", "ip neigh change 10.0.0.9 lladdr 02:00:00:00:00:05 dev v0", "ip neigh del 10.0.0.9 dev v0",
				"ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:05 dev v0 vni {5} port {5} vid {5}",
			},
		},
		{Name: "neigh_nud", Plain: true, Setup: pair, Words: []string{"ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:05 dev v0 nud {128}"}},
		{
			Name: "neigh_show", Setup: append(slices.Clone(net), "ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:05 dev v0 proto 5"),
			Words: []string{
				"ip neigh show to {prefix4=10.0.0.0/24}", "ip neigh show dev v0", "ip neigh show nud permanent", "ip neigh show nud {128}", "ip neigh show protocol {5}", "ip neigh show master v1", "ip neigh show vrf v1", "ip neigh show nomaster", "ip neigh show unused", "ip neigh show proxy", "ip neigh get {ipv4=10.0.0.9} dev v0", "ip neigh get proxy 10.0.0.9 dev v0",
				"ip neigh flush to {prefix4=10.77.0.0/16}", "ip neigh flush dev lo nud {4}", "ip ntable show dev v0 name nope", "ip ntable show name nope",
			},
		},
		{
			Name: "ntable", Setup: pair, Frame: "ip ntable change name arp_cache dev v0 %s", Show: "ip ntable show dev v0 name arp_cache | sed 's/ reachable [0-9]*//; s/refcnt [0-9]*//' | ./changed",
			Base: "ip ntable change name arp_cache dev v0 queue 101", Undo: "ip ntable change name arp_cache dev v0 queue 101 app_probes 0 ucast_probes 3 mcast_probes 3 mcast_reprobes 0 anycast_delay 1000 proxy_delay 800 proxy_queue 64 locktime 1000 base_reachable 30000 retrans 1000 gc_stale 60000 delay_probe 5000",
			Words: []string{
				"base_reachable {30000}", "retrans {2000}", "gc_stale {70000}", "delay_probe {6000}", "queue {50}", "app_probes {1}", "ucast_probes {5}", "mcast_probes {5}", "mcast_reprobes {5}", "anycast_delay {2000}", "proxy_delay {900}", "proxy_queue {70}", "locktime {2000}", "thresh1 {5}", "gc_int {5}",
			},
		},
		{
			Name: "ntable_thresh", Plain: true, Frame: "ip ntable change name arp_cache %s", Words: []string{"thresh1 {5}", "thresh2 {5}", "thresh3 {5}", "gc_int {5}"},
		},
	}
}
