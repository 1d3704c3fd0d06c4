package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/uapi"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// An inetWord is a setting of IPv4 on one link.
type inetWord struct {
	word   string
	attr   uint16
	number string // what the help calls a number; "" where the value is on or off
}

var inetWords = []inetWord{
	{"forwarding", uapi.IPV4_DEVCONF_FORWARDING, ""},
	{"proxy_arp", uapi.IPV4_DEVCONF_PROXY_ARP, ""},
	{"accept_redirects", uapi.IPV4_DEVCONF_ACCEPT_REDIRECTS, ""},
	{"secure_redirects", uapi.IPV4_DEVCONF_SECURE_REDIRECTS, ""},
	{"send_redirects", uapi.IPV4_DEVCONF_SEND_REDIRECTS, ""},
	{"shared_media", uapi.IPV4_DEVCONF_SHARED_MEDIA, ""},
	{"rp_filter", uapi.IPV4_DEVCONF_RP_FILTER, "{ 0 | 1 | 2 }"},
	{"accept_source_route", uapi.IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE, ""},
	{"bootp_relay", uapi.IPV4_DEVCONF_BOOTP_RELAY, ""},
	{"log_martians", uapi.IPV4_DEVCONF_LOG_MARTIANS, ""},
	{"tag", uapi.IPV4_DEVCONF_TAG, "TAG"},
	{"arp_filter", uapi.IPV4_DEVCONF_ARPFILTER, ""},
	{"medium_id", uapi.IPV4_DEVCONF_MEDIUM_ID, "ID"},
	{"disable_xfrm", uapi.IPV4_DEVCONF_NOXFRM, ""},
	{"disable_policy", uapi.IPV4_DEVCONF_NOPOLICY, ""},
	{"force_igmp_version", uapi.IPV4_DEVCONF_FORCE_IGMP_VERSION, "{ 0 | 1 | 2 | 3 }"},
	{"arp_announce", uapi.IPV4_DEVCONF_ARP_ANNOUNCE, "{ 0 | 1 | 2 }"},
	{"arp_ignore", uapi.IPV4_DEVCONF_ARP_IGNORE, "{ 0..8 }"},
	{"promote_secondaries", uapi.IPV4_DEVCONF_PROMOTE_SECONDARIES, ""},
	{"arp_accept", uapi.IPV4_DEVCONF_ARP_ACCEPT, "{ 0 | 1 | 2 }"},
	{"arp_notify", uapi.IPV4_DEVCONF_ARP_NOTIFY, ""},
	{"accept_local", uapi.IPV4_DEVCONF_ACCEPT_LOCAL, ""},
	{"src_vmark", uapi.IPV4_DEVCONF_SRC_VMARK, ""},
	{"proxy_arp_pvlan", uapi.IPV4_DEVCONF_PROXY_ARP_PVLAN, ""},
	{"route_localnet", uapi.IPV4_DEVCONF_ROUTE_LOCALNET, ""},
	{"bc_forwarding", uapi.IPV4_DEVCONF_BC_FORWARDING, ""},
	{"igmpv2_unsolicited_report_interval", uapi.IPV4_DEVCONF_IGMPV2_UNSOLICITED_REPORT_INTERVAL, "INTERVAL"},
	{"igmpv3_unsolicited_report_interval", uapi.IPV4_DEVCONF_IGMPV3_UNSOLICITED_REPORT_INTERVAL, "INTERVAL"},
	{"ignore_routes_with_linkdown", uapi.IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN, ""},
	{"drop_unicast_in_l2_multicast", uapi.IPV4_DEVCONF_DROP_UNICAST_IN_L2_MULTICAST, ""},
	{"drop_gratuitous_arp", uapi.IPV4_DEVCONF_DROP_GRATUITOUS_ARP, ""},
	{"arp_evict_nocarrier", uapi.IPV4_DEVCONF_ARP_EVICT_NOCARRIER, ""},
}

// parseInet reads settings of IPv4 as far as they go.
func parseInet(r *request, a *cli.Args) error {
	spec := r.m.Nest(unix.IFLA_AF_SPEC)
	inet := r.m.Nest(unix.AF_INET)
	conf := r.m.Nest(unix.IFLA_INET_CONF | unix.NLA_F_NESTED)
	for a.More() {
		w := findInetWord(a.Word())
		if w == nil {
			break
		}
		a.Skip()
		v, err := w.value(a)
		if err != nil {
			return err
		}
		r.m.U32(w.attr, v)
	}
	if r.m.Empty(conf) {
		return cli.Incomplete()
	}
	r.m.End(conf)
	r.m.End(inet)
	r.m.End(spec)
	return nil
}

func findInetWord(s string) *inetWord {
	for i := range inetWords {
		if inetWords[i].word == s {
			return &inetWords[i]
		}
	}
	return nil
}

func (w *inetWord) value(a *cli.Args) (uint32, error) {
	if w.number != "" {
		n, err := a.Int(`Invalid "` + w.word + "\" value\n")
		return uint32(n), err
	}
	s, err := a.Value()
	if err != nil {
		return 0, err
	}
	on, err := cli.OnOff(w.word, s)
	return uint32(kind.Bit(on)), err
}
