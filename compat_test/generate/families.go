package generate

import (
	"slices"
	"strings"
)

// families are all scripts, by the object that they try.
func families() []Family {
	return slices.Concat(linkFamilies(), kindFamilies(), addressFamilies(), routeFamilies(), neighFamilies(),
		tunnelFamilies(), securityFamilies(), smallFamilies(), bridgeFamilies(), nettoolsFamilies())
}

// pair makes two links, v0 and v1, that are up and have no addresses. In one line, the
// kernel sets a link up before it heeds addrgenmode, and by chance makes an address yet.
var pair = []string{
	"ip link add v0 address 02:00:00:00:00:0a type veth peer name v1 address 02:00:00:00:00:0b",
	"ip link set v0 addrgenmode none",
	"ip link set v0 up",
	"ip link set v1 addrgenmode none",
	"ip link set v1 up",
}

func linkFamilies() []Family {
	return []Family{
		{
			Name: "link_set", Setup: pair, Frame: "ip link set dev v0 %s", Show: "ip -d link show v0 | ./changed",
			Undo: "ip link set v0 mtu 1500 txqueuelen 1000 group default alias '' address 02:00:00:00:00:0a",
			Base: "ip link set v0 group 0",
			Words: []string{
				"mtu {1400}", "txqueuelen {500}", "group {5}", "address {mac=02:00:00:00:00:05}", "broadcast {mac=02:00:00:00:00:05}", "alias text", "name v2",
				"gso_max_size {60000}", "gso_max_segs {100}", "gro_max_size {60000}", "gso_ipv4_max_size {60000}", "gro_ipv4_max_size {60000}",
				"master v1", "nomaster", "vrf v1", "netns nope", "link-netns nope", "link-netnsid {5}", "mode default", "state up", "addrgenmode none", "protodown off",
				"protodown_reason {5} on", "protodown_reason {5} off", "inet forwarding {1}", "inet rp_filter {1}", "inet medium_id {1}", "inet igmpv2_unsolicited_report_interval {1000}", "inet arp_filter 1",
				"inet proxy_arp on", "inet accept_redirects on", "inet secure_redirects on", "inet send_redirects on", "inet shared_media on", "inet accept_source_route on",
				"inet bootp_relay on", "inet log_martians on", "inet tag {1}", "inet disable_xfrm on", "inet disable_policy on", "inet force_igmp_version {1}",
				"inet arp_announce {1}", "inet arp_ignore {1}", "inet promote_secondaries on", "inet arp_accept {1}", "inet arp_notify on", "inet accept_local on",
				"inet src_vmark on", "inet proxy_arp_pvlan on", "inet route_localnet on", "inet bc_forwarding on", "inet igmpv3_unsolicited_report_interval {1}", "inet ignore_routes_with_linkdown on",
				"inet drop_unicast_in_l2_multicast on", "inet drop_gratuitous_arp on", "inet arp_evict_nocarrier on",
				"arp on", "dynamic off", "multicast on", "allmulticast off", "promisc off", "trailers off", "carrier on", "xdp off", "xdpgeneric off", "xdp object file section name", "xdp pinned file",
				"vf {0} mac {mac=02:00:00:00:00:05}", "vf 0 vlan {5} qos {3} proto 802.1Q", "vf 0 rate {5}", "vf 0 spoofchk on", "vf 0 query_rss on", "vf 0 trust on",
				"vf 0 state auto", "vf 0 node_guid {mac=00:11:22:33:44:55:66:77}", "vf 0 port_guid {mac=00:11:22:33:44:55:66:77}", "type veth", "type bridge_slave cost 5", "numtxqueues {4}", "numrxqueues {4}", "index {9}",
			},
		},
		{
			Name: "link_add", Frame: "ip link add x9 index 99 address 02:00:00:00:00:99 %s type veth peer name y9 index 98 address 02:00:00:00:00:98",
			Show: "ip -d link show x9 | ./changed", Undo: "ip link del x9",
			Base: "ip link add x9 index 99 address 02:00:00:00:00:99 type veth peer name y9 index 98 address 02:00:00:00:00:98",
			Words: []string{
				"mtu {1400}", "txqueuelen {500}", "numtxqueues {4}", "numrxqueues {4}", "group {5}", "gso_max_size {60000}", "gso_max_segs {100}", "gro_max_size {60000}", "gso_ipv4_max_size {60000}", "gro_ipv4_max_size {60000}",
				"link-netnsid {5}", "broadcast {mac=02:00:00:00:00:05}", "netns nope", "alias text", "mode default", "up", "parentdev nope", "link lo",
			},
		},
		{
			Name: "link_index", Show: "ip -d link show x9 | ./changed", Undo: "ip link del x9",
			Base: "ip link add x9 index 99 address 02:00:00:00:00:99 type veth peer name y9 index 98 address 02:00:00:00:00:98",
			Words: []string{
				"ip link add x9 index {99} address 02:00:00:00:00:99 type veth peer name y9 index 98 address 02:00:00:00:00:98",
				"ip link add x9 index 99 address {mac=02:00:00:00:00:99} type veth peer name y9 index 98 address 02:00:00:00:00:98",
				"ip link add x9 index 99 address 02:00:00:00:00:99 type veth peer name y9 index {98} address {mac=02:00:00:00:00:98} mtu {1400}",
				"ip link replace x9 type veth", "ip link property add dev lo altname other", "ip link property del dev lo altname other",
			},
		},
		{
			Name: "link_show", Setup: pair,
			Words: []string{
				"ip link show dev v0", "ip link show group {0}", "ip link show master v1", "ip link show vrf v1", "ip link show type veth", "ip link show nomaster", "ip link show up", "ip link show novf",
				"ip link del dev nope", "ip link del group {77}", "ip link del nope type veth", "ip link afstats dev v0", "ip link xstats type bridge dev v0", "ip link set group {77} up", "ip link help bond",
			},
		},
		{
			Name: "ip_options", Setup: append(slices.Clone(pair), "ip address add 10.0.0.1/24 dev v0", "echo link show lo >file"),
			Words: []string{
				"ip -loops {5} link show lo", "ip -rcvbuf {100000} link show lo", "ip -family inet address show v0", "ip -batch file", "ip -netns nope link", "ip -color=never link show lo",
				"ip -4 address show v0", "ip -json link show lo", "ip -N route show", "ip -echo link set v0 up", "ip -force -batch file", "bridge -netns nope link", "bridge -batch file", "bridge -color=never link show",
				"bridge -family inet link", "bridge -json link show", "ip -stats -details link show lo", "ip -oneline -brief link show lo",
			},
		},
	}
}

// A linkKind is a link kind with the words that it takes.
type linkKind struct {
	name    string
	args    string // what the kind cannot do without, save for the words that begin with "= "
	front   string // words before the kind
	host    bool   // this machine's kernel has it, too
	none    bool   // no kernel here has it, or makes such a link without hardware
	modules string // see docs/testing.md
	words   []string
}

func (k *linkKind) frame(args string) string {
	return join("ip link add x9 index 99", k.front, "type", k.name, args, "%s")
}

func join(words ...string) string {
	s := ""
	for _, w := range words {
		if w != "" {
			s += " " + w
		}
	}
	return s[1:]
}

// families are, where this machine's kernel lacks the kind, two scripts: what the
// tool reads, which any machine can tell, and what the kernel makes of it.
func (k *linkKind) families() []Family {
	plain := Family{Name: "link_" + k.name, Plain: true, Setup: pair, Frame: k.frame(k.args), Bare: k.frame(""), Words: k.words}
	if k.none {
		return []Family{plain}
	}
	kernel := Family{
		Name: "link_kernel_" + k.name, Modules: k.modules, Setup: pair, Frame: plain.Frame, Bare: plain.Bare, Words: k.words,
		Base: join("ip link add x9 index 99", k.front, "type", k.name, k.args),
		Show: "ip -d link show x9 | tail -n +3 | sed 's/ gc_timer *[0-9.]*//' | ./changed", Undo: "ip link del x9",
	}
	if k.host {
		return []Family{kernel}
	}
	kernel.VM, kernel.Twin = true, true
	kernel.Base, kernel.Show, kernel.Undo = strings.TrimPrefix(kernel.Base, "ip "), "link show x9", "link del x9"
	return []Family{plain, kernel}
}

func kindFamilies() []Family {
	var all []Family
	for _, k := range linkKinds() {
		all = append(all, k.families()...)
	}
	return append(all, portKinds()...)
}

// Words of the tunnels.
var (
	tunnelEnds   = []string{"remote {ipv4=10.0.0.2}", "local {ipv4=10.0.0.1}", "dev v0", "ttl {64}", "hoplimit {64}", "tos {16}"}
	tunnelEnds6  = []string{"remote {ipv6=2001:db8::2}", "local {ipv6=2001:db8::1}", "dev v0", "ttl {64}", "encaplimit {5}", "tclass {16}", "flowlabel {5}", "dscp inherit", "fwmark {5}", "allow-localremote"}
	tunnelEncap  = []string{"encap fou encap-sport {5} encap-dport {6}", "noencap", "encap-csum", "encap-udp6-csum", "encap-remcsum"}
	tunnelKeys   = []string{"key {5}", "ikey {5}", "okey {ipv4=1.2.3.4}", "seq", "icsum", "nokey", "external"}
	tunnelFwmark = []string{"fwmark {5}"}
	tunnelMTU    = []string{"nopmtudisc", "ignore-df"}
	erspanWords  = []string{"erspan_ver 1 erspan {5}", "erspan_ver {1}", "erspan_ver 2 erspan_hwid {5}", "erspan_ver 2 erspan_dir ingress"}
)

func linkKinds() []linkKind {
	const mac, fou = "address 02:00:00:00:00:99", "fou fou6"
	return []linkKind{
		{name: "bridge", front: mac, host: true, words: []string{
			"forward_delay {1500}", "hello_time {200}", "max_age {2000}", "ageing_time {30000}", "stp_state {0}", "priority {100}", "group_fwd_mask {8}", "group_address {mac=01:80:c2:00:00:05}",
			"vlan_filtering {0}", "vlan_protocol {34984}", "vlan_default_pvid {5}", "vlan_stats_enabled {1}", "vlan_stats_per_port {1}", "fdb_max_learned {5}", "fdb_flush", "stp_mode auto",
			"no_linklocal_learn {1}", "mcast_vlan_snooping {0}", "mst_enabled {0}", "mdb_offload_fail_notification {1}", "fdb_local_vlan_0 {0}", "mcast_router {1}", "mcast_snooping {0}",
			"mcast_query_use_ifaddr {1}", "mcast_querier {1}", "mcast_hash_elasticity {5}", "mcast_hash_max {512}", "mcast_last_member_count {5}", "mcast_startup_query_count {5}",
			"mcast_last_member_interval {500}", "mcast_membership_interval {500}", "mcast_querier_interval {500}", "mcast_query_interval {500}", "mcast_query_response_interval {500}",
			"mcast_startup_query_interval {500}", "mcast_stats_enabled {1}", "mcast_igmp_version {3}", "mcast_mld_version {2}", "nf_call_iptables {1}", "nf_call_ip6tables {1}", "nf_call_arptables {1}",
		}},
		{name: "vxlan", args: "id 5 dstport 4789", front: mac, host: true, words: []string{
			"= dstport 4789 id {7}", "= dstport 4789 vni {7}", "group {ipv4=239.1.1.1} dev v0", "remote {ipv4=10.0.0.2}", "remote {ipv6=2001:db8::2}", "local {ipv4=10.0.0.1}", "local {ipv6=2001:db8::1}", "dev v0", "ttl {64}", "tos {16}", "df set", "flowlabel {5}", "label {5}",
			"srcport {100} {200}", "= id 5 dstport {4790}", "ageing {100}", "maxaddress {100}", "reserved_bits {5}", "learning", "nolocalbypass", "gbp", "external",
		}},
		{name: "macvlan", front: "link v0 " + mac, host: true, words: []string{
			"mode bridge", "mode source macaddr add {mac=02:00:00:00:00:05}", "mode source macaddr set {mac=02:00:00:00:00:05} {mac=02:00:00:00:00:06}", "macaddr flush", "flag nopromisc", "bcqueuelen {100}", "bclim {5}", "nodst",
		}},
		{name: "amt", front: mac, none: true, args: "dev v0 local 10.0.0.1", words: []string{
			"mode gateway", "gateway_port {5}", "relay_port {5}", "= dev v0 local {ipv4=10.0.0.1}", "discovery {ipv4=10.0.0.2}", "dev v0", "max_tunnels {5}",
		}},
		{name: "bareudp", none: true, args: "dstport 6635 ethertype mpls_uc", words: []string{"= ethertype mpls_uc dstport {5}", "= dstport 6635 ethertype {2048}", "srcportmin {5}", "multiproto"}},
		{name: "batadv", front: mac, words: []string{"ra BATMAN_IV"}},
		{name: "bond", front: mac, words: []string{
			"mode 802.3ad", "mode {1}", "active_slave v0", "miimon {100}", "updelay {100}", "downdelay {100}", "peer_notify_delay {100}", "use_carrier {1}", "arp_interval {100}", "arp_missed_max {5}", "arp_ip_target {ipv4=10.0.0.2}",
			"ns_ip6_target {ipv6=2001:db8::2}", "mode 1 arp_validate {1}", "arp_all_targets {1}", "mode 1 primary v0", "primary_reselect {1}", "fail_over_mac {1}", "xmit_hash_policy {1}", "resend_igmp {5}", "num_grat_arp {5}",
			"num_unsol_na {5}", "all_slaves_active {1}", "lacp_strict on", "min_links {5}", "lp_interval {5}", "mode 0 packets_per_slave {5}", "mode 4 lacp_active on", "mode 4 lacp_rate {1}", "mode 4 coupled_control on",
			"mode 4 broadcast_neighbor on", "mode 4 ad_select {1}", "mode 4 ad_actor_sys_prio {5}", "mode 4 ad_user_port_key {5}", "mode 4 ad_actor_system {mac=02:00:00:00:00:05}", "mode 5 tlb_dynamic_lb {1}", "clear_active_slave",
		}},
		{name: "can", none: true, words: []string{
			"bitrate {5}", "sample-point {real=0.875}", "tq {5}", "prop-seg {5}", "phase-seg1 {5}", "phase-seg2 {5}", "sjw {5}", "dbitrate {5}", "dsample-point {real=0.875}", "dtq {5}", "dprop-seg {5}", "dphase-seg1 {5}",
			"dphase-seg2 {5}", "dsjw {5}", "tdcv {5}", "tdco {5}", "tdcf {5}", "xl on", "xbitrate {5}", "xsample-point {real=0.875}", "xtq {5}", "xprop-seg {5}", "xphase-seg1 {5}", "xphase-seg2 {5}", "xsjw {5}", "xtdcv {5}",
			"xtdco {5}", "xtdcf {5}", "pwms {5}", "pwml {5}", "pwmo {5}", "loopback on", "listen-only on", "triple-sampling on", "one-shot on", "berr-reporting on", "fd on", "fd-non-iso on", "presume-ack on", "cc-len8-dlc on",
			"restricted on", "tms on", "tdc-mode auto", "xtdc-mode auto", "restart", "restart-ms {5}", "termination {120}",
		}},
		{name: "dsa", none: true, words: []string{"conduit v0", "master v0"}},
		{name: "geneve", front: mac, args: "id 5 remote 10.0.0.2", words: []string{
			"= remote 10.0.0.2 id {7}", "= remote 10.0.0.2 vni {7}", "= id 5 remote {ipv4=10.0.0.2}", "= id 5 remote {ipv6=2001:db8::2}", "local {ipv4=10.0.0.1}", "ttl {64}", "tos {16}", "df set", "= id 5 remote 2001:db8::2 flowlabel {5}", "dstport {5}", "udpcsum", "external", "innerprotoinherit",
		}},
		{name: "gre", modules: fou, words: slices.Concat(tunnelEnds, tunnelKeys, tunnelFwmark, tunnelMTU, tunnelEncap)},
		{name: "gretap", front: mac, words: slices.Concat(tunnelEnds, tunnelKeys)},
		{name: "erspan", front: mac, args: "local 10.0.0.1 remote 10.0.0.2 seq key 5", words: slices.Concat(erspanWords, tunnelFwmark)},
		{name: "ip6gre", modules: fou, words: slices.Concat(tunnelEnds6, tunnelKeys, tunnelEncap)},
		{name: "ip6gretap", front: mac, words: tunnelEnds6},
		{name: "ip6erspan", front: mac, args: "local 2001:db8::1 remote 2001:db8::2 seq key 5", words: slices.Concat(erspanWords, tunnelFwmark)},
		{name: "ip6tnl", modules: fou, words: slices.Concat([]string{"mode any"}, tunnelEnds6[:4], []string{"encaplimit {octet=5}"}, tunnelEnds6[5:], tunnelEncap)},
		{name: "ipip", modules: fou, words: slices.Concat([]string{"mode any"}, tunnelEnds, tunnelFwmark, tunnelEncap)},
		{name: "sit", modules: fou, words: slices.Concat([]string{"mode any", "isatap", "6rd-prefix {prefix6=2001:db8::/32}", "6rd-prefix 2001:db8::/32 6rd-relay_prefix {prefix4=10.0.0.0/8}"}, tunnelEnds, tunnelFwmark, tunnelEncap)},
		{name: "vti", words: slices.Concat(tunnelEnds[:3], tunnelFwmark, []string{"key {5}", "ikey {5}", "okey {ipv4=1.2.3.4}"})},
		{name: "vti6", words: []string{"remote {ipv6=2001:db8::2}", "local {ipv6=2001:db8::1}", "dev v0", "key {5}", "ikey {5}", "okey {ipv4=1.2.3.4}", "fwmark {5}"}},
		{name: "gtp", args: "role sgsn", words: []string{"= role ggsn", "hsize {5}", "restart_count {5}"}},
		{name: "hsr", front: mac, args: "slave1 v0 slave2 v1", words: []string{"slave1 v0", "slave2 v1", "interlink v1", "supervision {5}", "proto {1}", "version {1}"}},
		{name: "ipoib", front: "link v0", none: true, words: []string{"pkey {5}", "mode datagram", "umcast {1}"}},
		{name: "ipvlan", front: "link v0", words: []string{"mode l2", "private", "vepa"}},
		{name: "macsec", front: "link v0 " + mac, words: []string{
			"port {5}", "sci {hex=0102030405060708}", "address {mac=02:00:00:00:00:05}", "cipher gcm-aes-256", "icvlen {12}", "encrypt on", "send_sci on", "protect on", "replay on window {5}", "window {5}", "validate strict", "encodingsa {1}", "end_station on", "offload off",
		}},
		{name: "netkit", none: true, words: []string{"mode l2", "blackhole", "peer forward", "scrub none", "peer name y9", "headroom {5}"}},
		{name: "ovpn", words: []string{"mode mp"}},
		{name: "rmnet", front: "link v0", args: "mux_id 5", none: true, words: []string{"mux_id {6}", "ingress-deaggregation on", "ingress-commands on", "ingress-mapv4-checksum on", "egress-mapv4-checksum on", "ingress-mapv5-checksum on", "egress-mapv5-checksum on"}},
		{name: "vlan", front: "link v0", args: "id 5", words: []string{"id {7}", "protocol {34984}", "reorder_hdr on", "gvrp on", "mvrp on", "loose_binding on", "bridge_binding on", "ingress-qos-map {1}:{2}", "egress-qos-map {1}:{2}"}},
		{name: "vrf", front: mac, args: "table 9", words: []string{"table {10}"}},
		{name: "wwan", front: "parentdev v0", none: true, words: []string{"linkid {5}"}},
		{name: "xfrm", args: "dev v0 if_id 5", words: []string{"if_id {7}", "dev v0", "external"}},
	}
}

// portKinds are what a port of a bridge or a bond is set to.
func portKinds() []Family {
	bridgePort := []string{
		"state {3}", "priority {5}", "cost {5}", "hairpin on", "guard on", "mcast_router {1}", "group_fwd_mask {8}", "backup_nhid {5}", "backup_port v1", "fdb_flush", "learning on", "isolated on",
		"mab off", "neigh_forward_grat on", "neigh_vlan_suppress off", "bcast_flood on", "fastleave off", "flood on", "locked off", "mcast_fast_leave off", "mcast_flood on", "mcast_to_unicast off", "neigh_suppress off", "nobackup_port",
		"proxy_arp off", "proxy_arp_wifi off", "root_block off", "vlan_tunnel off",
	}
	return []Family{
		{
			Name: "link_kernel_bridge_slave", Setup: append(slices.Clone(pair), "ip link add br0 address 02:00:00:00:00:01 type bridge mcast_snooping 0", "ip link set br0 addrgenmode none", "ip link set v0 master br0"),
			Frame: "ip link set v0 type bridge_slave %s", Words: bridgePort, Show: "ip -d link show v0 | tail -n +3 | ./changed", Undo: "ip link set v0 type bridge_slave priority 32 cost 2 state 0 mcast_router 1 group_fwd_mask 0 backup_nhid 0 nobackup_port hairpin off guard off isolated off",
			Base: "ip link set v0 type bridge_slave state 0",
		},
		{
			Name: "link_bond_slave", Plain: true, Setup: pair, Frame: "ip link set v0 type bond_slave %s", Words: []string{"queue_id {5}", "prio {5}", "actor_port_prio {5}"},
		},
		{
			Name: "link_kernel_bond_slave", VM: true, Twin: true,
			Setup: append(slices.Clone(pair), "ip link set v0 down", "ip link set v1 down",
				"ip link add b0 address 02:00:00:00:00:01 type bond mode 1", "ip link set v0 master b0",
				"ip link add b1 address 02:00:00:00:00:02 type bond mode 4", "ip link set v1 master b1"),
			Frame: "ip link set %s", Words: []string{"v0 type bond_slave queue_id {5}", "v0 type bond_slave prio {5}", "v1 type bond_slave actor_port_prio {5}"}, Show: "link show v0\nlink show v1",
			Base: "link set v0 type bond_slave queue_id 0 prio 0", Undo: "link set v0 type bond_slave queue_id 0 prio 0",
		},
	}
}
