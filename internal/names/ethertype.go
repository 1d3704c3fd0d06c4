package names

import (
	"strconv"
	"strings"

	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// etherTypes are the protocols of Ethernet frames that have a name. Of two
// names for one number the first is shown.
var etherTypes = []entry{
	{unix.ETH_P_LOOP, "loop"}, {unix.ETH_P_PUP, "pup"}, {unix.ETH_P_PUPAT, "pupat"}, {unix.ETH_P_IP, "ip"},
	{unix.ETH_P_X25, "x25"}, {unix.ETH_P_ARP, "arp"}, {unix.ETH_P_BPQ, "bpq"}, {unix.ETH_P_IEEEPUP, "ieeepup"},
	{unix.ETH_P_IEEEPUPAT, "ieeepupat"}, {unix.ETH_P_DEC, "dec"}, {unix.ETH_P_DNA_DL, "dna_dl"}, {unix.ETH_P_DNA_RC, "dna_rc"},
	{unix.ETH_P_DNA_RT, "dna_rt"}, {unix.ETH_P_LAT, "lat"}, {unix.ETH_P_DIAG, "diag"}, {unix.ETH_P_CUST, "cust"},
	{unix.ETH_P_SCA, "sca"}, {unix.ETH_P_RARP, "rarp"}, {unix.ETH_P_ATALK, "atalk"}, {unix.ETH_P_AARP, "aarp"},
	{unix.ETH_P_IPX, "ipx"}, {unix.ETH_P_IPV6, "ipv6"}, {unix.ETH_P_PPP_DISC, "ppp_disc"}, {unix.ETH_P_PPP_SES, "ppp_ses"},
	{unix.ETH_P_ATMMPOA, "atmmpoa"}, {unix.ETH_P_ATMFATE, "atmfate"}, {unix.ETH_P_802_3, "802_3"}, {unix.ETH_P_AX25, "ax25"},
	{unix.ETH_P_ALL, "all"}, {unix.ETH_P_802_2, "802_2"}, {unix.ETH_P_SNAP, "snap"}, {unix.ETH_P_DDCMP, "ddcmp"},
	{unix.ETH_P_WAN_PPP, "wan_ppp"}, {unix.ETH_P_PPP_MP, "ppp_mp"}, {unix.ETH_P_LOCALTALK, "localtalk"}, {unix.ETH_P_CAN, "can"},
	{unix.ETH_P_PPPTALK, "ppptalk"}, {unix.ETH_P_TR_802_2, "tr_802_2"}, {unix.ETH_P_MOBITEX, "mobitex"}, {unix.ETH_P_CONTROL, "control"},
	{unix.ETH_P_IRDA, "irda"}, {unix.ETH_P_ECONET, "econet"}, {unix.ETH_P_TIPC, "tipc"}, {unix.ETH_P_PROFINET, "profinet"},
	{unix.ETH_P_AOE, "aoe"}, {unix.ETH_P_ETHERCAT, "ethercat"}, {unix.ETH_P_8021Q, "802.1Q"}, {unix.ETH_P_8021AD, "802.1ad"},
	{unix.ETH_P_MPLS_UC, "mpls_uc"}, {unix.ETH_P_MPLS_MC, "mpls_mc"}, {unix.ETH_P_TEB, "teb"}, {unix.ETH_P_CFM, "cfm"},
	{unix.ETH_P_LLDP, "LLDP"}, {unix.ETH_P_IP, "ipv4"},
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
		word.Offer(s, e.name)
		if strings.EqualFold(e.name, s) {
			return uint16(e.id), true
		}
	}
	return 0, false
}

// EtherTypeOrNumber is ParseEtherType that takes a number as well.
func EtherTypeOrNumber(s string) (uint16, bool) {
	if id, ok := ParseEtherType(s); ok {
		return id, true
	}
	n, ok := word.Uint(s, 0, 16)
	return uint16(n), ok
}
