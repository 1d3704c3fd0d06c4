package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// inetSettings are the settings of IPv4 on one link.
var inetSettings = field.Table{Voice: &voice, Ends: true, Rows: []*field.Row{
	{Words: "=forwarding", Attr: uapi.IPV4_DEVCONF_FORWARDING, Type: &inetOnOff},
	{Words: "=proxy_arp", Attr: uapi.IPV4_DEVCONF_PROXY_ARP, Type: &inetOnOff},
	{Words: "=accept_redirects", Attr: uapi.IPV4_DEVCONF_ACCEPT_REDIRECTS, Type: &inetOnOff},
	{Words: "=secure_redirects", Attr: uapi.IPV4_DEVCONF_SECURE_REDIRECTS, Type: &inetOnOff},
	{Words: "=send_redirects", Attr: uapi.IPV4_DEVCONF_SEND_REDIRECTS, Type: &inetOnOff},
	{Words: "=shared_media", Attr: uapi.IPV4_DEVCONF_SHARED_MEDIA, Type: &inetOnOff},
	{Words: "=rp_filter", Value: "{ 0 | 1 | 2 }", Attr: uapi.IPV4_DEVCONF_RP_FILTER, Type: &field.S32},
	{Words: "=accept_source_route", Attr: uapi.IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE, Type: &inetOnOff},
	{Words: "=bootp_relay", Attr: uapi.IPV4_DEVCONF_BOOTP_RELAY, Type: &inetOnOff},
	{Words: "=log_martians", Attr: uapi.IPV4_DEVCONF_LOG_MARTIANS, Type: &inetOnOff},
	{Words: "=tag", Value: "TAG", Attr: uapi.IPV4_DEVCONF_TAG, Type: &field.S32},
	{Words: "=arp_filter", Attr: uapi.IPV4_DEVCONF_ARPFILTER, Type: &inetOnOff},
	{Words: "=medium_id", Value: "ID", Attr: uapi.IPV4_DEVCONF_MEDIUM_ID, Type: &field.S32},
	{Words: "=disable_xfrm", Attr: uapi.IPV4_DEVCONF_NOXFRM, Type: &inetOnOff},
	{Words: "=disable_policy", Attr: uapi.IPV4_DEVCONF_NOPOLICY, Type: &inetOnOff},
	{Words: "=force_igmp_version", Value: "{ 0 | 1 | 2 | 3 }", Attr: uapi.IPV4_DEVCONF_FORCE_IGMP_VERSION, Type: &field.S32},
	{Words: "=arp_announce", Value: "{ 0 | 1 | 2 }", Attr: uapi.IPV4_DEVCONF_ARP_ANNOUNCE, Type: &field.S32},
	{Words: "=arp_ignore", Value: "{ 0..8 }", Attr: uapi.IPV4_DEVCONF_ARP_IGNORE, Type: &field.S32},
	{Words: "=promote_secondaries", Attr: uapi.IPV4_DEVCONF_PROMOTE_SECONDARIES, Type: &inetOnOff},
	{Words: "=arp_accept", Value: "{ 0 | 1 | 2 }", Attr: uapi.IPV4_DEVCONF_ARP_ACCEPT, Type: &field.S32},
	{Words: "=arp_notify", Attr: uapi.IPV4_DEVCONF_ARP_NOTIFY, Type: &inetOnOff},
	{Words: "=accept_local", Attr: uapi.IPV4_DEVCONF_ACCEPT_LOCAL, Type: &inetOnOff},
	{Words: "=src_vmark", Attr: uapi.IPV4_DEVCONF_SRC_VMARK, Type: &inetOnOff},
	{Words: "=proxy_arp_pvlan", Attr: uapi.IPV4_DEVCONF_PROXY_ARP_PVLAN, Type: &inetOnOff},
	{Words: "=route_localnet", Attr: uapi.IPV4_DEVCONF_ROUTE_LOCALNET, Type: &inetOnOff},
	{Words: "=bc_forwarding", Attr: uapi.IPV4_DEVCONF_BC_FORWARDING, Type: &inetOnOff},
	{Words: "=igmpv2_unsolicited_report_interval", Value: "INTERVAL", Attr: uapi.IPV4_DEVCONF_IGMPV2_UNSOLICITED_REPORT_INTERVAL, Type: &field.S32},
	{Words: "=igmpv3_unsolicited_report_interval", Value: "INTERVAL", Attr: uapi.IPV4_DEVCONF_IGMPV3_UNSOLICITED_REPORT_INTERVAL, Type: &field.S32},
	{Words: "=ignore_routes_with_linkdown", Attr: uapi.IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN, Type: &inetOnOff},
	{Words: "=drop_unicast_in_l2_multicast", Attr: uapi.IPV4_DEVCONF_DROP_UNICAST_IN_L2_MULTICAST, Type: &inetOnOff},
	{Words: "=drop_gratuitous_arp", Attr: uapi.IPV4_DEVCONF_DROP_GRATUITOUS_ARP, Type: &inetOnOff},
	{Words: "=arp_evict_nocarrier", Attr: uapi.IPV4_DEVCONF_ARP_EVICT_NOCARRIER, Type: &inetOnOff},
}}

var inetOnOff = field.Type{Size: 4, Scan: field.ScanOnOff}

// parseInet reads settings of IPv4 as far as they go.
func parseInet(words *field.Call, _ *field.Row) error {
	r := requestOf(words)
	spec := r.m.Nest(unix.IFLA_AF_SPEC)
	inet := r.m.Nest(unix.AF_INET)
	conf := r.m.Nest(unix.IFLA_INET_CONF | unix.NLA_F_NESTED)
	var c field.Call
	c.Begin(r.env, words.Args, &inetSettings)
	if err := c.Into(r.m).Read(); err != nil {
		return err
	}
	if r.m.Empty(conf) {
		return cli.Incomplete()
	}
	r.m.End(conf)
	r.m.End(inet)
	r.m.End(spec)
	return nil
}
