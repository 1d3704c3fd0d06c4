package topo

import "strings"

// Most links have most values of their kind as the kernel gives them. These are the words
// for such values, as Linux 7.3 has them and those before; what is none of them is said of
// a link. Each has been read from links that were made with no word but what they need.
var usualOptions = [...]struct{ kinds, words string }{
	{"bridge", "forward_delay 1500 hello_time 200 max_age 2000 ageing_time 30000 stp_state 0 stp_mode auto priority 32768 " +
		"vlan_filtering 0 vlan_protocol 802.1Q fdb_max_learned 0 vlan_default_pvid 1 vlan_stats_enabled 0 " +
		"vlan_stats_per_port 0 group_fwd_mask 0x0 group_address 01:80:c2:00:00:00 mcast_snooping 1 " +
		"no_linklocal_learn 0 mcast_vlan_snooping 0 mst_enabled 0 mdb_offload_fail_notification 0 fdb_local_vlan_0 " +
		"0 mcast_router 1 mcast_query_use_ifaddr 0 mcast_querier 0 mcast_hash_elasticity 16 mcast_hash_max 4096 " +
		"mcast_last_member_count 2 mcast_startup_query_count 2 mcast_last_member_interval 100 " +
		"mcast_membership_interval 26000 mcast_querier_interval 25500 mcast_query_interval 12500 " +
		"mcast_query_response_interval 1000 mcast_startup_query_interval 3124 mcast_startup_query_interval 3125 " +
		"mcast_stats_enabled 0 mcast_igmp_version 2 mcast_mld_version 1 nf_call_iptables 0 nf_call_ip6tables 0 " +
		"nf_call_arptables 0"},
	{"bond", "mode balance-rr miimon 0 updelay 0 downdelay 0 peer_notify_delay 0 use_carrier 1 arp_interval 0 " +
		"arp_missed_max 2 arp_validate none arp_all_targets any primary_reselect always fail_over_mac none " +
		"xmit_hash_policy layer2 resend_igmp 1 num_grat_arp 1 all_slaves_active 0 lacp_strict off min_links 0 " +
		"lp_interval 1 packets_per_slave 1 lacp_active on lacp_rate slow coupled_control on broadcast_neighbor off " +
		"ad_select stable tlb_dynamic_lb 1"},
	{"vlan", "protocol 802.1Q reorder_hdr on gvrp off mvrp off loose_binding off bridge_binding off"},
	{"vxlan", "tos 0x0 ttl 0 df unset flowlabel 0x0 ageing 300 maxaddress unlimited reserved_bits 0xf7ffffff000000ff " +
		"noexternal learning noproxy norsc nol2miss nol3miss udpcsum noudp6zerocsumtx noudp6zerocsumrx noremcsumtx " +
		"noremcsumrx localbypass"},
	{"geneve", "ttl 0 tos 0x0 df unset flowlabel 0x0 dstport 6081 noudpcsum udp6zerocsumrx"},
	{"ipip", "remote any local any ttl inherit tos 0x0 pmtudisc noignore-df noikey nookey noiseq nooseq noicsum noocsum " +
		"fwmark 0x0 noencap encap-sport 0 encap-dport 0 noencap-csum noencap-udp6-csum noencap-remcsum mode ipip"},
	{"sit", "remote any local any ttl inherit tos 0x0 pmtudisc noignore-df noikey nookey noiseq nooseq noicsum noocsum " +
		"fwmark 0x0 noencap encap-sport 0 encap-dport 0 noencap-csum noencap-udp6-csum noencap-remcsum 6rd-prefix " +
		"2002::/16 mode ip6ip"},
	{"gre gretap", "remote any local any ttl inherit tos 0x0 pmtudisc noignore-df noikey nookey noiseq nooseq noicsum noocsum " +
		"fwmark 0x0 noencap encap-sport 0 encap-dport 0 noencap-csum noencap-udp6-csum noencap-remcsum"},
	{"vti vti6", "remote any local any ikey 0.0.0.0 okey 0.0.0.0 fwmark 0x0"},
	{"ip6tnl ip6gre ip6gretap", "remote any local any ttl 64 encaplimit 4 tos 0x0 flowlabel 0x0 noikey nookey noiseq nooseq noicsum noocsum " +
		"noallow-localremote fwmark 0x0 noencap encap-sport 0 encap-dport 0 noencap-csum encap-udp6-csum " +
		"noencap-remcsum"},
	{"netkit", "mode l3 forward scrub default peer forward scrub default"},
	{"macvlan macvtap", "mode vepa flag null bcqueuelen 1000"},
}

// usual tells that words say nothing that sets a link apart from others of its kind.
func usual(kind, words string) bool {
	if strings.HasPrefix(words, "active_slave ") {
		return true // which port of a bond is in use is no setting of it
	}
	for i := range usualOptions {
		if u := &usualOptions[i]; hasWord(u.kinds, kind) {
			return hasWord(u.words, words)
		}
	}
	return false
}

// hasWord tells that words stand in a list.
func hasWord(list, words string) bool { return strings.Contains(" "+list+" ", " "+words+" ") }
