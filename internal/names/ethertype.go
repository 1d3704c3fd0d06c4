package names

import (
	"strconv"
	"strings"

	"gip/internal/uapi"
)

// etherTypes are the protocols of Ethernet frames that have a name. Of two
// names for one number the first is shown.
var etherTypes = []entry{
	{uapi.ETH_P_LOOP, "loop"}, {uapi.ETH_P_PUP, "pup"}, {uapi.ETH_P_PUPAT, "pupat"}, {uapi.ETH_P_IP, "ip"},
	{uapi.ETH_P_X25, "x25"}, {uapi.ETH_P_ARP, "arp"}, {uapi.ETH_P_BPQ, "bpq"}, {uapi.ETH_P_IEEEPUP, "ieeepup"},
	{uapi.ETH_P_IEEEPUPAT, "ieeepupat"}, {uapi.ETH_P_DEC, "dec"}, {uapi.ETH_P_DNA_DL, "dna_dl"}, {uapi.ETH_P_DNA_RC, "dna_rc"},
	{uapi.ETH_P_DNA_RT, "dna_rt"}, {uapi.ETH_P_LAT, "lat"}, {uapi.ETH_P_DIAG, "diag"}, {uapi.ETH_P_CUST, "cust"},
	{uapi.ETH_P_SCA, "sca"}, {uapi.ETH_P_RARP, "rarp"}, {uapi.ETH_P_ATALK, "atalk"}, {uapi.ETH_P_AARP, "aarp"},
	{uapi.ETH_P_IPX, "ipx"}, {uapi.ETH_P_IPV6, "ipv6"}, {uapi.ETH_P_PPP_DISC, "ppp_disc"}, {uapi.ETH_P_PPP_SES, "ppp_ses"},
	{uapi.ETH_P_ATMMPOA, "atmmpoa"}, {uapi.ETH_P_ATMFATE, "atmfate"}, {uapi.ETH_P_802_3, "802_3"}, {uapi.ETH_P_AX25, "ax25"},
	{uapi.ETH_P_ALL, "all"}, {uapi.ETH_P_802_2, "802_2"}, {uapi.ETH_P_SNAP, "snap"}, {uapi.ETH_P_DDCMP, "ddcmp"},
	{uapi.ETH_P_WAN_PPP, "wan_ppp"}, {uapi.ETH_P_PPP_MP, "ppp_mp"}, {uapi.ETH_P_LOCALTALK, "localtalk"}, {uapi.ETH_P_CAN, "can"},
	{uapi.ETH_P_PPPTALK, "ppptalk"}, {uapi.ETH_P_TR_802_2, "tr_802_2"}, {uapi.ETH_P_MOBITEX, "mobitex"}, {uapi.ETH_P_CONTROL, "control"},
	{uapi.ETH_P_IRDA, "irda"}, {uapi.ETH_P_ECONET, "econet"}, {uapi.ETH_P_TIPC, "tipc"}, {uapi.ETH_P_PROFINET, "profinet"},
	{uapi.ETH_P_AOE, "aoe"}, {uapi.ETH_P_ETHERCAT, "ethercat"}, {uapi.ETH_P_8021Q, "802.1Q"}, {uapi.ETH_P_8021AD, "802.1ad"},
	{uapi.ETH_P_MPLS_UC, "mpls_uc"}, {uapi.ETH_P_MPLS_MC, "mpls_mc"}, {uapi.ETH_P_TEB, "teb"}, {uapi.ETH_P_CFM, "cfm"},
	{uapi.ETH_P_LLDP, "LLDP"}, {uapi.ETH_P_IP, "ipv4"},
}

// AppendEtherType appends the name of an Ethernet protocol, in host order, or
// "[N]" if it has none or names are off.
func (ts *Tables) AppendEtherType(b []byte, id uint16) []byte {
	for _, e := range etherTypes {
		if e.id == uint32(id) && !ts.Numeric {
			return append(b, e.name...)
		}
	}
	b = strconv.AppendUint(append(b, '['), uint64(id), 10)
	return append(b, ']')
}

// ParseEtherType returns the Ethernet protocol of that name, in any case, in
// host order; ok is false if there is none, and the word may be a number.
func ParseEtherType(s string) (id uint16, ok bool) {
	for _, e := range etherTypes {
		if strings.EqualFold(e.name, s) {
			return uint16(e.id), true
		}
	}
	return 0, false
}
