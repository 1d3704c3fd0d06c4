package linkkind

import (
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/word"
	"gip/linkcmd/kind"
	"gip/linkcmd/tunnelkind"
)

// keywordOrder is the order in which iproute2 tries the words of a kind, as far
// as they can be shortened or shorten others ("=" stands before a word that
// counts in full only).
var keywordOrder = map[string]string{
	"amt":     "=mode =relay_port =gateway_port =max_tunnels =dev =local =discovery",
	"bareudp": "dstport ethertype srcportmin multiproto nomultiproto",
	"batadv":  "ra",
	"bond": "mode active_slave clear_active_slave miimon updelay downdelay peer_notify_delay use_carrier arp_interval " +
		"arp_ip_target =ns_ip6_target arp_validate arp_all_targets =arp_missed_max primary primary_reselect " +
		"fail_over_mac xmit_hash_policy resend_igmp num_grat_arp num_unsol_na all_slaves_active lacp_strict min_links " +
		"lp_interval packets_per_slave lacp_rate =lacp_active =coupled_control =broadcast_neighbor ad_select " +
		"ad_user_port_key ad_actor_sys_prio ad_actor_system tlb_dynamic_lb",
	"bond_slave": "queue_id =prio =actor_port_prio",
	"bridge": "forward_delay hello_time max_age ageing_time stp_state =stp_mode priority vlan_filtering vlan_protocol " +
		"group_fwd_mask group_address =no_linklocal_learn =mst_enabled =fdb_max_learned fdb_flush vlan_default_pvid " +
		"vlan_stats_enabled vlan_stats_per_port mcast_router mcast_snooping =mcast_vlan_snooping mcast_query_use_ifaddr " +
		"mcast_querier mcast_hash_elasticity mcast_hash_max mcast_last_member_count mcast_startup_query_count " +
		"mcast_last_member_interval mcast_membership_interval mcast_querier_interval mcast_query_interval " +
		"mcast_query_response_interval mcast_startup_query_interval mcast_stats_enabled mcast_igmp_version " +
		"mcast_mld_version nf_call_iptables nf_call_ip6tables nf_call_arptables =mdb_offload_fail_notification " +
		"=fdb_local_vlan_0",
	"bridge_slave": "fdb_flush state priority cost hairpin guard root_block fastleave learning flood mcast_flood bcast_flood " +
		"mcast_to_unicast proxy_arp proxy_arp_wifi mcast_router mcast_fast_leave neigh_suppress =neigh_vlan_suppress " +
		"=neigh_forward_grat group_fwd_mask vlan_tunnel isolated locked =mab backup_port nobackup_port =backup_nhid",
	"can": "bitrate sample-point tq prop-seg phase-seg1 phase-seg2 sjw dbitrate dsample-point dtq dprop-seg dphase-seg1 " +
		"dphase-seg2 dsjw tdcv tdco tdcf =xl =xbitrate =xsample-point =xtq =xprop-seg =xphase-seg1 =xphase-seg2 =xsjw " +
		"=xtdcv =xtdco =xtdcf =pwms =pwml =pwmo loopback listen-only triple-sampling one-shot berr-reporting fd " +
		"fd-non-iso presume-ack cc-len8-dlc tdc-mode =restricted =xtdc-mode =tms restart restart-ms termination",
	"dsa": "=conduit =master",
	"geneve": "id vni remote =local ttl hoplimit tos dsfield df label flowlabel dstport external noexternal udpcsum noudpcsum " +
		"udp6zerocsumtx noudp6zerocsumtx udp6zerocsumrx noudp6zerocsumrx =innerprotoinherit",
	"gre": "key nokey ikey noikey okey nookey seq noseq iseq noiseq oseq nooseq csum nocsum icsum noicsum ocsum noocsum " +
		"nopmtudisc pmtudisc remote local dev ttl hoplimit hlim tos tclass dsfield =noencap =encap =encap-sport " +
		"=encap-dport =encap-csum =noencap-csum =encap-udp6-csum =noencap-udp6-csum =encap-remcsum =noencap-remcsum " +
		"=external =ignore-df =noignore-df =fwmark",
	"erspan": "key nokey ikey noikey okey nookey seq noseq iseq noiseq oseq nooseq csum nocsum icsum noicsum ocsum noocsum " +
		"nopmtudisc pmtudisc remote local dev ttl hoplimit hlim tos tclass dsfield =noencap =encap =encap-sport " +
		"=encap-dport =encap-csum =noencap-csum =encap-udp6-csum =noencap-udp6-csum =encap-remcsum =noencap-remcsum " +
		"=external =ignore-df =noignore-df =fwmark =erspan =erspan_ver =erspan_dir =erspan_hwid",
	"gtp": "=role =hsize =restart_count",
	"hsr": "supervision version proto slave1 slave2 =interlink",
	"ip6gre": "key nokey ikey noikey okey nookey seq noseq iseq noiseq oseq nooseq csum nocsum icsum noicsum ocsum noocsum " +
		"remote local dev ttl hoplimit hlim tos tclass dsfield =flowlabel =fl =dscp =noencap =encap =encap-sport " +
		"=encap-dport =encap-csum =noencap-csum =encap-udp6-csum =noencap-udp6-csum =encap-remcsum =noencap-remcsum " +
		"=external =fwmark =allow-localremote =noallow-localremote =encaplimit =erspan =erspan_ver =erspan_dir " +
		"=erspan_hwid",
	"ip6tnl": "=mode =remote =local dev =ttl =hoplimit =hlim =encaplimit =tos =tclass =tc dsfield =flowlabel =fl =dscp " +
		"=fwmark =allow-localremote =noallow-localremote =noencap =encap =encap-sport =encap-dport =encap-csum " +
		"=noencap-csum =encap-udp6-csum =noencap-udp6-csum =encap-remcsum =noencap-remcsum =external",
	"ipip": "=mode =remote =local dev =ttl =hoplimit =hlim =tos =tclass =tc dsfield =nopmtudisc =pmtudisc =noencap =encap " +
		"=encap-sport =encap-dport =encap-csum =noencap-csum =encap-udp6-csum =noencap-udp6-csum =encap-remcsum " +
		"=noencap-remcsum =external =fwmark",
	"sit": "=mode =remote =local dev =ttl =hoplimit =hlim =tos =tclass =tc dsfield =nopmtudisc =pmtudisc =isatap =noencap " +
		"=encap =encap-sport =encap-dport =encap-csum =noencap-csum =encap-udp6-csum =noencap-udp6-csum =encap-remcsum " +
		"=noencap-remcsum =external =6rd-prefix =6rd-relay_prefix =6rd-reset =fwmark",
	"ipoib":   "pkey mode umcast",
	"ipvlan":  "mode private vepa bridge",
	"macsec":  "=cipher =icvlen =encrypt =send_sci =end_station =scb =protect =replay =window =validate =encodingsa =offload",
	"macvlan": "mode flag macaddr nopromisc nodst bcqueuelen =bclim",
	"netkit":  "=mode =forward =blackhole =peer =scrub",
	"rmnet": "=mux_id =ingress-deaggregation =ingress-commands =ingress-mapv4-checksum =egress-mapv4-checksum " +
		"=ingress-mapv5-checksum =egress-mapv5-checksum",
	"vlan": "protocol id reorder_hdr gvrp mvrp loose_binding bridge_binding ingress-qos-map egress-qos-map",
	"vrf":  "table",
	"vti":  "key ikey okey remote local dev =fwmark",
	"vti6": "key ikey okey remote local dev =fwmark",
	"vxlan": "id vni group remote local dev ttl hoplimit tos dsfield df label flowlabel ageing maxaddress port srcport " +
		"dstport nolearning learning noproxy proxy norsc rsc nol2miss l2miss nol3miss l3miss udpcsum noudpcsum " +
		"udp6zerocsumtx noudp6zerocsumtx udp6zerocsumrx noudp6zerocsumrx remcsumtx noremcsumtx remcsumrx noremcsumrx " +
		"=localbypass =nolocalbypass =reserved_bits external noexternal gbp gpe =vnifilter =novnifilter =mcroute " +
		"=nomcroute",
	"wwan": "linkid",
	"xfrm": "dev if_id =external",
}

// TestAbbreviations shortens each word in every way: it has to find the row
// that iproute2's order finds.
func TestAbbreviations(t *testing.T) {
	for kind, order := range keywordOrder {
		k := Find(kind)
		if k == nil {
			t.Errorf("%s: no such kind", kind)
			continue
		}
		words := strings.Fields(order)
		for _, w := range words {
			w = strings.TrimPrefix(w, "=")
			for n := 1; n <= len(w); n++ {
				checkAbbreviation(t, kind, k, words, w[:n])
			}
		}
	}
}

func checkAbbreviation(t *testing.T, kind string, k *kind.Kind, words []string, short string) {
	want := ""
	for _, w := range words {
		if cli.Match(w, short) {
			want = strings.TrimPrefix(w, "=")
			break
		}
	}
	r, keyword := k.Find(short)
	switch {
	case !keyword && want != "":
		t.Errorf("%s: %s finds nothing, want %s", kind, short, want)
	case keyword && !word.Has(r.Words, want):
		t.Errorf("%s: %s finds %s, want %q", kind, short, r.Words, want)
	}
}

// TestKindTables checks what the tables promise: a type and a voice, no row that
// does nothing, no word twice.
func TestKindTables(t *testing.T) {
	for _, row := range kinds {
		seen := map[string]bool{}
		for r := range row.kind.All {
			if r.Type == nil || row.kind.Voice == nil {
				t.Errorf("%s: the row %s is not complete", row.name, r.Text())
			}
			if r.Words == "" && r.Flags&(field.Quiet|field.Bare) == field.Quiet && r.Type != &tunnelkind.Hidden {
				t.Errorf("%s: the row of attribute %d does nothing", row.name, r.Attr)
			}
			for w := range strings.SplitSeq(r.Words, "|") {
				if w != "" && seen[w] {
					t.Errorf("%s: %s stands twice", row.name, w)
				}
				seen[w] = true
			}
		}
	}
}
