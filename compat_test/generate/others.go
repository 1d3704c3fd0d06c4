package generate

import (
	"slices"
	"strings"
)

func tunnelFamilies() []Family {
	words4 := []string{"remote {ipv4=10.0.0.2}", "local {ipv4=10.0.0.1}", "ttl {64}", "tos {16}", "tos inherit/{16}", "key {5}", "ikey {5}", "okey {ipv4=1.2.3.4}", "dev v0", "nopmtudisc", "iseq", "csum", "mode ipip", "name x8"}
	words6 := []string{"remote {ipv6=2001:db8::2}", "local {ipv6=2001:db8::1}", "ttl {64}", "tclass {16}", "flowlabel {5}", "encaplimit {octet=5}", "dev v0", "dscp inherit", "key {5}"}
	return []Family{
		{Name: "tunnel_plain", Plain: true, Setup: pair, Frame: "ip tunnel add x9 mode gre %s", Words: words4},
		{Name: "tunnel_words6", Plain: true, Setup: pair, Frame: "ip -6 tunnel add x9 mode ip6gre %s", Words: words6},
		{Name: "tunnel_add", VM: true, Modules: "ip_gre", Twin: true, Setup: append(slices.Clone(pair), "ip link add gre0 type gre remote 10.0.0.99"), Frame: "ip tunnel add x9 mode gre remote 10.0.0.7 %s", Words: words4, Show: "tunnel show x9", Undo: "tunnel del x9"},
		{Name: "tunnel_add6", VM: true, Modules: "ip6_gre", Twin: true, Setup: append(slices.Clone(pair), "ip link add ip6gre0 type ip6gre remote 2001:db8::99"), Frame: "ip -6 tunnel add x9 mode ip6gre remote 2001:db8::7 %s", Words: words6, Show: "tunnel show x9", Undo: "tunnel del x9"},
		{
			Name: "tunnel_sit", VM: true, Modules: "sit", Setup: append(slices.Clone(pair), "ip link add sit0 type sit remote 10.0.0.99", "ip tunnel add s9 mode sit remote any local 10.0.0.1"),
			Show: "tunnel show s9\ntunnel prl dev s9", Undo: "tunnel 6rd dev s9 6rd-reset\ntunnel prl dev s9 prl-delete {}\ntunnel prl dev s9 prl-delete 10.0.0.9\ntunnel change s9 ttl 64",
			Words: []string{
				"ip tunnel prl dev s9 prl-default {ipv4=10.0.0.9}", "ip tunnel prl dev s9 prl-delete {ipv4=10.0.0.9}", "ip tunnel 6rd dev s9 6rd-prefix {prefix6=2001:db8::/32}", "ip tunnel 6rd dev s9 6rd-relay_prefix {prefix4=10.0.0.0/8}", "ip tunnel show mode sit", "ip tunnel change s9 ttl {5}",
			},
		},
		{
			Name: "tuntap", Show: "ip tuntap show | sed 's/ users.*//'", Undo: "ip link del t9",
			Words: []string{"ip tuntap add t9 mode tun user {5}", "ip tuntap add t9 mode tun group {5}", "ip tuntap add dev t9 mode tap one_queue pi vnet_hdr multi_queue", "ip tuntap del t8 mode tun", "ip tuntap show dev t9 mode tun"},
		},
		{
			Name: "l2tp_plain", Plain: true, Setup: net,
			Words: append(l2tpWords(), "ip l2tp del tunnel tunnel_id {5}", "ip l2tp del session tunnel_id {5} session_id {6}", "ip l2tp show tunnel tunnel_id {5}", "ip l2tp show session tunnel_id {5} session_id {6}"),
		},
		{
			Name: "l2tp_tunnel", VM: true, Twin: true, Setup: net, Modules: "l2tp_netlink l2tp_eth l2tp_ip l2tp_ip6", Words: l2tpWords()[:2], Show: "l2tp show tunnel",
			Undo: "l2tp del tunnel tunnel_id 5\nl2tp del tunnel tunnel_id 7\nl2tp del tunnel tunnel_id {}\n" + pause,
		},
		{
			Name: "l2tp_session", VM: true, Twin: true, Setup: append(slices.Clone(net), "ip l2tp add tunnel tunnel_id 5 peer_tunnel_id 6 encap ip local 10.0.0.1 remote 10.0.0.2"), Modules: "l2tp_netlink l2tp_eth l2tp_ip l2tp_ip6", Words: l2tpWords()[2:], Show: "l2tp show session",
			Undo: "l2tp del session tunnel_id 5 session_id 5\nl2tp del session tunnel_id 5 session_id {}\n" + pause,
		},
		{
			Name: "fou", VM: true, Modules: "fou fou6", Setup: net, Show: "fou show", Undo: "fou del port 5\nfou del port 5 -6\nfou del port {}\nfou del port {} -6",
			Words: []string{"ip fou add port {5} gue -6", "ip fou show", "ip fou add port {5} ipproto {4}", "ip fou del port {77}"},
		},
		{
			Name: "fou_peer", VM: true, Modules: "fou fou6", Setup: net, Show: "fou show",
			Undo:  "fou del port 5 local 10.0.0.1 peer 10.0.0.2 peer_port 6 dev v0\nfou del port 5 local 10.0.0.1 peer 10.0.0.2 peer_port {} dev v0\nfou del port 5 local 10.0.0.1 peer {} peer_port 6 dev v0",
			Words: []string{"ip fou add port 5 gue local {ipv4=10.0.0.1} peer {ipv4=10.0.0.2} peer_port {6} dev v0"},
		},
		{
			Name: "fou_peer6", VM: true, Modules: "fou fou6", Setup: net, Show: "fou show", Undo: "fou del port 5 local {}\nfou del port 5 local 2001:db8::1",
			Words: []string{"ip -6 fou add port 5 ipproto 4 local {ipv6=2001:db8::1}"},
		},
		{
			Name: "ila", VM: true, Modules: "ila", Setup: net, Show: "ila list", Undo: "ila del loc_match 0:0:0:0\nila del loc_match 1:2:3:4",
			Words: []string{"ip ila add loc_match 1:2:3:4 loc 5:6:7:8 csum-mode no-action ident-type luid dev v0", "ip ila del loc_match 1:2:3:4"},
		},
	}
}

// pause are lines that take the kernel longer than what it still does, behind the
// tool's back, of what it was told before: it deletes tunnels and sessions later.
const pause = "link add x7 type dummy\nlink del x7"

func l2tpWords() []string {
	return []string{
		"ip l2tp add tunnel tunnel_id {5} peer_tunnel_id {6} encap ip local {ipv4=10.0.0.1} remote {ipv4=10.0.0.2}",
		"ip l2tp add tunnel tunnel_id 7 peer_tunnel_id 6 encap udp local 10.0.0.1 remote 10.0.0.2 udp_sport {5000} udp_dport {5001} udp_csum on udp6_csum_tx on udp6_csum_rx on",
		"ip l2tp add session name x9 tunnel_id 5 session_id {5} peer_session_id {6}",
		"ip l2tp add session name x9 tunnel_id 5 session_id 5 peer_session_id 6 cookie {hex=00112233} peer_cookie {hex=00112233} seq both l2spec_type none",
	}
}

func securityFamilies() []Family {
	const id = "src 10.0.0.1 dst 10.0.0.2"
	const stateWith = "xfrm state add " + id + " proto esp spi 5 enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff auth 'hmac(md5)' 0x00112233445566778899aabbccddeeff"
	state := []string{
		"mode transport", "reqid {5}", "seq {5}", "replay-window {5}", "replay-seq {5}", "replay-oseq {5}", "replay-seq-hi {5}", "replay-oseq-hi {5}", "flag esn", "flag {hex=0x5}", "extra-flag {hex=0x1}", "mark {5} mask {7}", "if_id {5}", "mode tunnel tfcpad {5}", "output-mark {5} mask {7}", "pcpu-num {0} dir out", "dir in",
		"limit time-soft {5} limit time-hard {5}", "limit time-use-soft {5} limit time-use-hard {5}", "limit byte-soft {5} limit byte-hard {5}", "limit packet-soft {5} limit packet-hard {5}", "sel src {prefix4=10.0.0.0/8} dst {prefix4=10.0.0.0/8} dev v0", "sel proto udp sport {5} dport {6}", "sel proto icmp type {5} code {6}",
		"sel proto gre key {5}", "sel proto {17}", "encap espinudp {4500} {4500} {ipv4=10.0.0.2}", "ctx text", "offload crypto dev v0 dir in", "auth-trunc hmac(sha1) 0x0102030405060708090a0b0c0d0e0f1011121314 {96}", "coa {ipv4=10.0.0.3}", "auth hmac(sha1) {hex=0x0102030405060708090a0b0c0d0e0f1011121314}",
	}
	policy := []string{
		"index {9}", "ptype main", "action allow", "priority {5}", "flag icmp", "flag {hex=0x1}", "if_id {5}", "mark {5} mask {7}", "limit byte-soft {5}", "tmpl " + id + " proto esp spi {5} mode transport reqid {5} level use", "ctx text", "offload packet dev v0",
	}
	quote := func(words []string) []string { // parentheses are the shell's
		var quoted []string
		for _, w := range words {
			quoted = append(quoted, strings.ReplaceAll(w, "hmac(sha1)", "'hmac(sha1)'"))
		}
		return quoted
	}
	return []Family{
		{Name: "xfrm_state_words", Plain: true, Setup: pair, Frame: "ip xfrm state add " + id + " proto esp spi 5 %s", Words: quote(state)},
		{Name: "xfrm_policy_words", Plain: true, Setup: pair, Frame: "ip xfrm policy add src 10.0.0.0/8 dst 10.0.0.0/8 dir out %s", Words: policy},
		{
			Name: "xfrm_state", VM: true, Slow: true, Twin: true, Setup: pair, Frame: "ip -s " + stateWith + " %s", Words: quote(state[:len(state)-3]),
			Base: stateWith, Show: "xfrm state", Undo: "xfrm state flush",
		},
		{Name: "xfrm_policy", VM: true, Slow: true, Twin: true, Setup: pair, Frame: "ip -s xfrm policy add src 10.0.0.0/8 dst 10.0.0.0/8 dir out %s", Words: policy, Base: "xfrm policy add src 10.0.0.0/8 dst 10.0.0.0/8 dir out", Show: "xfrm policy", Undo: "xfrm policy flush"},
		{
			Name: "xfrm_verbs", Plain: true, Setup: pair,
			Words: []string{
				"ip xfrm state add src {ipv4=10.0.0.1} dst {ipv4=10.0.0.2} proto {50} spi {5} mode transport", "ip xfrm state add src {ipv6=2001:db8::1} dst {ipv6=2001:db8::2} proto esp spi 5", "ip xfrm state allocspi " + id + " proto esp min {256} max {512} seq {5} reqid {5} dir in pcpu-num {5}", "ip xfrm state delete " + id + " proto esp spi {5} mark {5} mask {7}",
				"ip xfrm state list reqid {5} mode tunnel", "ip xfrm state list src {prefix4=10.0.0.0/8} flag {hex=5}", "ip xfrm state deleteall reqid {77}", "ip xfrm state flush proto {50}", "ip xfrm policy add src {prefix4=10.0.0.0/8} dst {prefix4=10.0.0.0/8} dir out", "ip xfrm policy add src {prefix6=2001:db8::/32} dst {prefix6=2001:db8::/32} dir in",
				"ip xfrm policy delete index {9} dir out", "ip xfrm policy list index {9}", "ip xfrm policy list priority {5} action allow dir out", "ip xfrm policy flush ptype main", "ip xfrm policy set hthresh4 {5} {6}", "ip xfrm policy set hthresh6 {5} {6}", "ip xfrm policy setdefault in block", "ip xfrm policy get src 10.0.0.0/8 dst 10.0.0.0/8 dir out if_id {5}",
				"ip xfrm state add " + id + " proto esp spi 6 enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff", "ip xfrm state add " + id + " proto comp spi 7 comp deflate", "ip xfrm state add " + id + " proto esp spi 8 aead 'rfc4106(gcm(aes))' 0x00112233445566778899aabbccddeeff00112233 128", "ip xfrm policy setdefault fwd accept out allow",
			},
		},
		{
			Name: "macsec", VM: true, Modules: "macsec", Setup: macsecLink(""), Base: "link set m1 mtu 1400", Show: "macsec show m1", Undo: undoMacsec(""),
			Words: []string{
				"ip macsec add m1 tx sa {1} pn {5} on key 01 12345678901234567890123456789012", "ip macsec add m1 tx sa 1 pn 1 key {hex=01} {hex=12345678901234567890123456789012}",
				"ip macsec add m1 rx port {6} address {mac=02:00:00:00:00:05} on", "ip macsec add m1 rx sci {hex=0102030405060708}", "ip macsec set m1 tx sa {0} pn {6}", "ip macsec set m1 tx sa 0 off", "ip macsec del m1 tx sa {3}", "ip macsec offload m1 off", "ip macsec show m1",
				"ip macsec add m1 rx port 7 address 02:00:00:00:00:05 sa {0} pn {1} key 01 12345678901234567890123456789012", "ip macsec set m1 rx port 7 address 02:00:00:00:00:05 on", "ip macsec del m1 rx port {7} address 02:00:00:00:00:05",
			},
		},
		{
			Name: "macsec_xpn", VM: true, Modules: "macsec", Setup: macsecLink(" cipher gcm-aes-xpn-128"), Base: "link set m1 mtu 1400", Show: "macsec show m1", Undo: undoMacsec(" cipher gcm-aes-xpn-128"),
			Words: []string{"ip macsec add m1 tx sa 1 xpn {5} salt {hex=0102030405060708090a0b0c} ssci {hex=1} key 01 12345678901234567890123456789012"},
		},
	}
}

// macsecLink makes a link to play with.
func macsecLink(cipher string) []string {
	setup := slices.Clone(pair)
	for _, l := range strings.Split(undoMacsec(cipher), "\n")[1:] {
		setup = append(setup, "ip "+l)
	}
	return setup
}

// undoMacsec makes the link anew: it has two keys to send with, and a channel to
// receive from.
func undoMacsec(cipher string) string {
	key := " off key 00 00112233445566778899aabbccddeeff"
	if cipher != "" {
		key = " salt 000000000000000000000000 ssci 2" + key
		return "link del m1\nlink add m1 index 99 address 02:00:00:00:00:0c link v0 type macsec port 5" + cipher + "\nmacsec add m1 tx sa 0 xpn 1" + key
	}
	return "link del m1\nlink add m1 index 99 address 02:00:00:00:00:0c link v0 type macsec port 5\n" +
		"macsec add m1 tx sa 0 pn 1" + key + "\nmacsec add m1 tx sa 3 pn 1" + key + "\nmacsec add m1 rx port 7 address 02:00:00:00:00:05"
}

func smallFamilies() []Family {
	return []Family{
		{
			Name: "netns", Plain: true, Setup: []string{"ip netns add n0"},
			Words: []string{"ip netns set n0 {5}", "ip netns set n0 auto"},
		},
		{
			Name: "netns_plain", Setup: []string{"ip netns add n0", "ip netns set n0 5"},
			Words: []string{"ip netns list-id nsid {5}", "ip netns list-id target-nsid {5} nsid {6}", "ip netns identify {1}", "ip netns pids n0", "ip netns exec n0 true", "ip netns add n0", "ip netns attach n0 {77}", "ip netns del nope", "ip link set lo netns {77}", "ip vrf identify {1}", "ip vrf pids nope", "ip vrf exec nope true", "ip vrf show nope"},
		},
		{
			Name: "maddress", Setup: net, Show: "ip maddress show dev v0 | sort", Undo: "ip maddress del 33:33:00:00:00:05 dev v0", Words: []string{"ip maddress add {mac=33:33:00:00:00:05} dev v0", "ip maddress del {mac=33:33:00:00:00:77} dev v0", "ip maddress del address 33:33:00:00:00:77 dev v0", "ip maddress show dev v0"},
		},
		{
			Name: "mroute", Setup: net, Words: []string{"ip mroute show to {prefix4=239.0.0.0/8} from {prefix4=10.0.0.0/8} iif v0 table {5}", "ip mroute show table {253}", "ip -6 mroute show {prefix6=ff05::/16}"},
		},
		{
			Name: "token", Setup: net, Show: "ip token list dev v1", Words: []string{"ip token set {ipv6=::5} dev v1", "ip token get dev v1", "ip token del dev v1", "ip token list dev v1", "ip netconf show dev v0"},
		},
		{
			Name: "tcpmetrics", Words: []string{"ip tcp_metrics show address {prefix4=10.0.0.0/8}", "ip tcp_metrics show source {ipv4=10.0.0.1}", "ip tcp_metrics delete address {ipv4=10.0.0.1}", "ip tcp_metrics flush {prefix4=10.0.0.0/8}", "ip tcp_metrics show {ipv6=2001:db8::1}"},
		},
		{
			Name: "stats", Setup: pair, Words: []string{"ip stats show dev v0 group xstats subgroup bridge suite stp", "ip stats set dev v0 l3_stats on", "ip stats show group offload subgroup l3_stats"},
		},
		{
			Name: "mptcp", Setup: net, Show: "ip mptcp endpoint show; ip mptcp limits show", Undo: "ip mptcp endpoint flush; ip mptcp limits set subflows 2 add_addr_accepted 0",
			Words: []string{
				"ip mptcp endpoint add {ipv4=10.0.0.1} id {5} dev v0 signal", "ip mptcp endpoint add {ipv6=2001:db8::1} port {5} signal", "ip mptcp endpoint add 10.0.0.2 subflow backup fullmesh laminar", "ip mptcp endpoint add 10.0.0.3 implicit", "ip mptcp endpoint change id {5} backup", "ip mptcp endpoint change 10.0.0.1 port {5} nobackup", "ip mptcp endpoint delete id {77}", "ip mptcp endpoint delete id 0 {ipv4=10.0.0.1}", "ip mptcp endpoint show id {5}",
				"ip mptcp limits set subflows {3} add_addr_accepted {3}", "ip mptcp limits show",
			},
		},
		{
			Name: "sr", VM: true, Show: "sr tunsrc show\nsr hmac show", Undo: "sr hmac set {} sha1 " + `\n`,
			Words: []string{"ip sr tunsrc set {ipv6=2001:db8::1}", `ip sr hmac set {5} sha1 '\n' secret`},
		},
		{
			Name: "ioam_namespace", VM: true, Show: "ioam namespace show", Undo: "ioam namespace del 5\nioam namespace del {}",
			Words: []string{"ip ioam namespace add {5}", "ip ioam namespace add 5 data {7}", "ip ioam namespace add 5 wide {7}", "ip ioam namespace del {77}"},
		},
		{
			Name: "ioam_schema", VM: true, Setup: []string{"ip ioam namespace add 77"}, Show: "ioam schema show", Undo: "ioam schema del 5\nioam schema del {}",
			Words: []string{"ip ioam schema add {5} text", "ip ioam schema del {77}"},
		},
		{
			Name: "ioam_binding", VM: true, Setup: []string{"ip ioam namespace add 77", "ip ioam schema add 6 text"}, Show: "ioam namespace show", Undo: "ioam namespace set 77 schema none",
			Words: []string{"ip ioam namespace set {77} schema {6}", "ip ioam namespace set 77 schema none"},
		},
		{
			Name: "monitor", Words: []string{"ip monitor file nope", "ip monitor dev nope", "ip monitor all-nsid dev nope", "ip xfrm monitor nope", "bridge monitor nope", "ip monitor label nope", "ip mptcp nope", "ip -batch nope"},
		},
	}
}

func bridgeFamilies() []Family {
	bridged := append(slices.Clone(pair), "ip link add br0 address 02:00:00:00:00:01 type bridge mcast_snooping 0", "ip link set br0 addrgenmode none", "ip link set v0 master br0", "ip link set br0 up", "ip link add vx address 02:00:00:00:00:0c type vxlan id 5 dstport 4789")
	vlans := append(slices.Clone(bridged), "ip link set br0 type bridge vlan_filtering 1 mcast_snooping 1 mcast_vlan_snooping 1")
	const vlanDefaults = "vlan global set dev br0 vid 1 mcast_snooping 1 mcast_querier 0 mcast_igmp_version 2 mcast_mld_version 1 mcast_last_member_count 2 mcast_last_member_interval 100 mcast_startup_query_count 2 mcast_startup_query_interval 3124 mcast_membership_interval 26000 mcast_querier_interval 25500 mcast_query_interval 12500 mcast_query_response_interval 1000 msti 0"
	return []Family{
		{
			Name: "bridge_link", Setup: bridged, Frame: "bridge link set dev v0 %s", Show: "bridge -d link show dev v0 | ./changed", Base: "bridge link set dev v0 cost 2", Undo: "bridge link set dev v0 cost 2 priority 32 mcast_router 1 backup_nhid 0 nobackup_port mcast_max_groups 0 state 3",
			Words: []string{"state {3}", "state blocking", "priority {5}", "cost {5}", "mcast_router {2}", "mcast_max_groups {5}", "backup_nhid {5}", "backup_port v0", "hairpin on", "guard off", "learning_sync on", "hwmode vepa", "self", "master", "locked off", "flood on",
				"root_block on", "fastleave on", "learning off", "mcast_flood off", "bcast_flood off", "mcast_to_unicast on", "neigh_vlan_suppress on",
				"neigh_forward_grat off", "vlan_tunnel on", "isolated on", "mab off"},
		},
		{
			Name: "bridge_fdb", Setup: bridged, Show: "bridge fdb show | grep -F 02:00:00:00:01", Undo: "bridge fdb del 02:00:00:00:01:00 dev vx 2>/dev/null || bridge fdb del 02:00:00:00:01:00 dev v0 master",
			Words: []string{
				"bridge fdb add 02:00:00:00:01:00 dev vx dst {ipv4=10.0.0.2}", "bridge fdb add 02:00:00:00:01:00 dev vx dst {ipv6=2001:db8::2}", "bridge fdb add 02:00:00:00:01:00 dev vx dst 10.0.0.2 port {5} vni {6} src_vni {7} via v0", "bridge fdb add {mac=02:00:00:00:01:00} dev v0 master static", "bridge fdb add to 02:00:00:00:01:00 dev v0 master vlan {5}",
				"bridge fdb add 02:00:00:00:01:00 dev vx nhid {5}", "bridge fdb append 02:00:00:00:01:00 dev vx dst 10.0.0.2", "bridge fdb replace 02:00:00:00:01:00 dev vx dst 10.0.0.2", "bridge fdb add 02:00:00:00:01:00 dev v0 master sticky extern_learn", "bridge fdb del {mac=02:00:00:00:01:77} dev vx", "bridge fdb add 02:00:00:00:01:00 dev vx dst 10.0.0.2 port {5}", "bridge fdb add 02:00:00:00:01:00 dev vx dst 10.0.0.2 vni {5}",
			},
		},
		{
			Name: "bridge_fdb_show", Setup: bridged,
			Words: []string{
				"bridge fdb show br br0 brport v0 vlan {5} state permanent", "bridge fdb show state {128}", "bridge fdb show dynamic dev v0", "bridge fdb get {mac=02:00:00:00:00:0a} br br0 vlan {5}", "bridge fdb get 02:00:00:00:00:0a dev vx vni {5}", "bridge fdb flush dev br0 brport v0 vlan {5}", "bridge fdb flush dev vx self src_vni {5} vni {6} port {7} dst {ipv4=10.0.0.2}",
				"bridge fdb flush dev vx nhid {5}", "bridge link show dev v0 master br0", "bridge vlan show dev v0 vid {5}", "bridge vlan show vid {5}", "bridge vlan tunnelshow dev v0 vid {5}", "bridge vlan global show dev br0 vid {5}", "bridge mdb show dev br0 vid {5}", "bridge mst show dev v0", "bridge vni show dev vx", "bridge vlan show state {5}",
			},
		},
		{
			Name: "bridge_mdb", Setup: append(slices.Clone(bridged), "ip link set br0 type bridge mcast_snooping 1"), Show: "bridge -d mdb show dev br0", Undo: "bridge mdb flush dev br0",
			Words: []string{
				"bridge mdb add dev br0 port v0 grp {ipv4=239.1.1.1} permanent", "bridge mdb add dev br0 port v0 grp {mac=01:00:5e:01:01:01} permanent", "bridge mdb add dev br0 port v0 grp {ipv6=ff05::5} permanent", "bridge mdb add dev br0 port v0 grp 239.1.1.1 src {ipv4=10.0.0.2} permanent", "bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent vid {1}",
				"bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent proto {5}", "bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent filter_mode include source_list {ipv4=10.0.0.2}/{ipv4=10.0.0.3}", "bridge mdb replace dev br0 port v0 grp 239.1.1.1 permanent", "bridge mdb del dev br0 port v0 grp 239.1.1.1 vid {77}", "bridge mdb get dev br0 grp {ipv4=239.1.1.1} src {ipv4=10.0.0.2} vid {5} src_vni {5}",
				"bridge mdb flush dev br0 port v0 vid {5} proto {5}", "bridge mdb flush dev br0 dst {ipv4=10.0.0.2} dst_port {5} vni {6} src_vni {7}", "bridge mdb add dev vx port vx grp 239.1.1.1 permanent dst {ipv4=10.0.0.2} dst_port {5} vni {6} src_vni {7} via v0",
			},
		},
		{
			Name: "bridge_vlan", VM: true, Twin: true, Setup: append(slices.Clone(vlans), "ip link set v0 type bridge_slave vlan_tunnel on", "bridge vlan add dev v0 vid 2-3"), Base: "vlan set dev v0 vid 1 state 3", Show: "vlan show dev v0\nvlan tunnelshow dev v0",
			Undo: "vlan del dev v0 vid 2-4094\nvlan add dev v0 vid 2-3\nvlan set dev v0 vid 1-3 state 3 mcast_router 1 mcast_max_groups 0",
			Words: []string{
				"bridge vlan add dev v0 vid {5}", "bridge vlan add dev v0 vid {range=5-6} untagged", "bridge vlan add dev v0 vid 5 pvid untagged self", "bridge vlan add dev v0 vid 2-3 tunnel_info id {range=5-6}", "bridge vlan add dev v0 vid 2 tunnel_info id {5}", "bridge vlan del dev v0 vid {77}", "bridge vlan set dev v0 vid 1 state {3}", "bridge vlan set dev v0 vid {range=1-2} mcast_router {0}", "bridge vlan set dev v0 vid 1 mcast_max_groups {5}", "bridge vlan set dev v0 vid 1 neigh_suppress on",
			},
		},
		{
			Name: "bridge_vlan_global", VM: true, Twin: true, Setup: append(slices.Clone(vlans), "bridge vlan add dev br0 vid 1 self"), Base: vlanDefaults, Show: "vlan global show dev br0", Undo: vlanDefaults, Frame: "bridge vlan global set dev br0 vid 1 %s",
			Words: []string{
				"mcast_snooping {1}", "mcast_querier {1}", "mcast_igmp_version {3}", "mcast_mld_version {2}", "mcast_last_member_count {5}", "mcast_last_member_interval {500}", "mcast_startup_query_count {5}", "mcast_startup_query_interval {500}", "mcast_membership_interval {500}", "mcast_querier_interval {500}", "mcast_query_interval {500}", "mcast_query_response_interval {500}", "msti {0}",
			},
		},
		{
			Name: "bridge_plain", Plain: true, Setup: bridged,
			Words: []string{
				"bridge vlan add dev v0 vid {5}", "bridge vlan add dev v0 vid {range=5-6} tunnel_info id {range=5-6}", "bridge vlan set dev v0 vid {1} state {3}", "bridge vlan set dev v0 vid 1 mcast_router {1} mcast_max_groups {5}", "bridge vlan global set dev br0 vid {1} mcast_igmp_version {3} msti {5}", "bridge vlan global set dev br0 vid 1 mcast_snooping {1} mcast_last_member_interval {500}",
				"bridge vlan global set dev br0 vid 1 mcast_querier {1} mcast_mld_version {2} mcast_last_member_count {5}", "bridge vlan global set dev br0 vid 1 mcast_startup_query_count {5} mcast_query_interval {5} mcast_querier_interval {5}", "bridge mst set dev v0 msti {5} state {3}", "bridge mst set dev v0 msti 5 state blocking", "bridge vni add dev vx vni {5}", "bridge vni add dev vx vni {range=5-6} group {ipv4=239.1.1.1}", "bridge vni add dev vx vni 5 remote {ipv6=2001:db8::2}", "bridge vni del dev vx vni {5}",
			},
		},
		{
			Name: "bridge_vni", VM: true, Twin: true, Setup: append(slices.Clone(pair), "ip link add vx address 02:00:00:00:00:0c type vxlan external vnifilter dstport 4789 local 10.0.0.1 dev v0"), Show: "vni show dev vx", Undo: "vni del dev vx vni 5-6\nvni del dev vx vni {}",
			Words: []string{"bridge vni add dev vx vni {vni=5}", "bridge vni add dev vx vni {range=5-6} group {ipv4=239.1.1.1}", "bridge vni add dev vx vni 5-6 remote {ipv4=10.0.0.2}", "bridge vni del dev vx vni {vni=77}"},
		},
		{
			Name: "brctl", Setup: bridged, Show: "ip -d link show br0 | grep -o 'forward_delay.*ageing_time [0-9]*\\| priority [0-9]*'; ip -d link show v0 | grep -o 'priority.*hairpin'", Undo: "brctl setageing br0 300; brctl setfd br0 15; brctl sethello br0 2; brctl setmaxage br0 20; brctl setbridgeprio br0 32768; brctl setpathcost br0 v0 2; brctl setportprio br0 v0 32",
			Words: []string{
				"brctl setageing br0 {real=300}", "brctl setfd br0 {real=15}", "brctl sethello br0 {real=2}", "brctl setmaxage br0 {real=20}", "brctl setbridgeprio br0 {32768}", "brctl setpathcost br0 v0 {5}", "brctl setportprio br0 v0 {5}", "brctl stp br0 off", "brctl hairpin br0 v0 off", "brctl addbr br0", "brctl delbr nope", "brctl addif br0 nope", "brctl delif br0 nope",
				"brctl show br0", "brctl showmacs br0", "brctl showstp nope", "brctl stp br0 {1}", "brctl hairpin br0 v0 {1}",
			},
		},
	}
}

func nettoolsFamilies() []Family {

	return []Family{
		{
			Name: "ifconfig", Setup: net, Show: "ip link show v0; ip -o address show dev v0 | sed 's/ tentative//'", Undo: "ifconfig v0 " + "mtu 1500 txqueuelen 1000; ip address flush dev v0; ip address add 10.0.0.1/24 dev v0; ip link set v0 address 02:00:00:00:00:0a",
			Words: []string{
				"ifconfig v0 {ipv4=10.9.0.1}", "ifconfig v0 {prefix4=10.9.0.1/24}", "ifconfig v0 inet6 add {prefix6=2001:db8:9::1/64}", "ifconfig v0 add {ipv4=10.9.0.1}", "ifconfig v0 del {ipv4=10.9.0.1}", "ifconfig v0 netmask {ipv4=255.255.0.0}", "ifconfig v0 broadcast {ipv4=10.0.0.255}", "ifconfig v0 pointopoint {ipv4=10.0.0.2}", "ifconfig v0 dstaddr {ipv4=10.0.0.2}",
				"ifconfig v0 mtu {1400}", "ifconfig v0 txqueuelen {500}", "ifconfig v0 metric {1}", "ifconfig v0 keepalive {5}", "ifconfig v0 outfill {5}", "ifconfig v0 mem_start {5}", "ifconfig v0 io_addr {5}", "ifconfig v0 irq {5}", "ifconfig v0 media auto", "ifconfig v0 tunnel {ipv4=10.0.0.2}", "ifconfig v0 name nope/bad", "ifconfig v0 hw ether {mac=02:00:00:00:00:05}", "ifconfig v0 arp up", "ifconfig -a -s", "ifconfig v0",
			},
		},
		{
			Name: "route_nettools", Setup: net, Show: "ip route show proto boot; ip -6 route show proto boot", Undo: "ip route flush proto boot 2>/dev/null; ip -6 route flush proto boot 2>/dev/null",
			Words: []string{
				"route add -net {ipv4=10.9.0.0} netmask {ipv4=255.255.255.0} gw {ipv4=10.0.0.2}", "route add -net {prefix4=10.9.0.0/24} dev v0", "route add -host {ipv4=10.9.0.1} dev v0", "route add {prefix4=10.9.0.0/24} gw 10.0.0.2 metric {5} mss {1000} window {5} irtt {100}", "route add 10.9.0.0/24 gw 10.0.0.2 hopcount {5}", "route add 10.9.0.0/24 reject",
				"route -A inet6 add {prefix6=2001:db8:9::/64} gw {ipv6=2001:db8::2} metric {5} dev v0", "route del -net 10.9.0.0 netmask 255.255.255.0 gw 10.0.0.2", "route del {prefix4=10.9.0.0/24}", "route add default gw {ipv4=10.0.0.2}", "route -n", "route add 10.9.0.0/24 gw 10.0.0.2 mod dyn reinstate",
			},
		},
		{
			Name: "arp", Setup: net, Show: "arp -n -a", Undo: "ip neigh flush dev v0 nud all; ip neigh del proxy 10.0.0.9 dev v0 2>/dev/null",
			Words: []string{
				"arp -s {ipv4=10.0.0.9} {mac=02:00:00:00:00:05}", "arp -i v0 -s 10.0.0.9 02:00:00:00:00:05 temp", "arp -H ether -s 10.0.0.9 02:00:00:00:00:05 pub", "arp -i v0 -Ds {ipv4=10.0.0.9} v0 pub", "arp -i v0 -Ds 10.0.0.9 v0 netmask {ipv4=255.255.255.255} pub", "arp -d {ipv4=10.0.0.9}", "arp -i v0 -d 10.0.0.9", "arp -n {ipv4=10.0.0.9}", "arp -p inet -n", "arp -f nope", "arp -a",
			},
		},
		{
			Name: "netstat", Setup: net, Words: []string{"netstat -rn", "netstat -r -A inet -n", "netstat -i", "netstat -tn", "netstat --inet -rn"},
		},
	}
}
