package linkshow

import (
	"strconv"

	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// linkTypes are the link-layer types that have a name.
var linkTypes = word.Names{
	{unix.ARPHRD_ETHER, "ether"}, {unix.ARPHRD_LOOPBACK, "loopback"}, {unix.ARPHRD_NONE, "none"},
	{unix.ARPHRD_NETROM, "netrom"}, {unix.ARPHRD_EETHER, "eether"}, {unix.ARPHRD_AX25, "ax25"},
	{unix.ARPHRD_PRONET, "pronet"}, {unix.ARPHRD_CHAOS, "chaos"}, {unix.ARPHRD_IEEE802, "ieee802"},
	{unix.ARPHRD_ARCNET, "arcnet"}, {unix.ARPHRD_APPLETLK, "atalk"}, {unix.ARPHRD_DLCI, "dlci"},
	{unix.ARPHRD_ATM, "atm"}, {unix.ARPHRD_METRICOM, "metricom"}, {unix.ARPHRD_IEEE1394, "ieee1394"},
	{unix.ARPHRD_INFINIBAND, "infiniband"}, {unix.ARPHRD_SLIP, "slip"}, {unix.ARPHRD_CSLIP, "cslip"},
	{unix.ARPHRD_SLIP6, "slip6"}, {unix.ARPHRD_CSLIP6, "cslip6"}, {unix.ARPHRD_RSRVD, "rsrvd"},
	{unix.ARPHRD_ADAPT, "adapt"}, {unix.ARPHRD_ROSE, "rose"}, {unix.ARPHRD_X25, "x25"},
	{unix.ARPHRD_HWX25, "hwx25"}, {unix.ARPHRD_CAN, "can"}, {unix.ARPHRD_PPP, "ppp"},
	{unix.ARPHRD_HDLC, "hdlc"}, {unix.ARPHRD_LAPB, "lapb"}, {unix.ARPHRD_DDCMP, "ddcmp"},
	{unix.ARPHRD_RAWHDLC, "rawhdlc"}, {unix.ARPHRD_TUNNEL, "ipip"}, {unix.ARPHRD_TUNNEL6, "tunnel6"},
	{unix.ARPHRD_FRAD, "frad"}, {unix.ARPHRD_SKIP, "skip"}, {unix.ARPHRD_LOCALTLK, "ltalk"},
	{unix.ARPHRD_FDDI, "fddi"}, {unix.ARPHRD_BIF, "bif"}, {unix.ARPHRD_SIT, "sit"},
	{unix.ARPHRD_IPDDP, "ip/ddp"}, {unix.ARPHRD_IPGRE, "gre"}, {unix.ARPHRD_PIMREG, "pimreg"},
	{unix.ARPHRD_HIPPI, "hippi"}, {unix.ARPHRD_ASH, "ash"}, {unix.ARPHRD_ECONET, "econet"},
	{unix.ARPHRD_IRDA, "irda"}, {unix.ARPHRD_FCPP, "fcpp"}, {unix.ARPHRD_FCAL, "fcal"},
	{unix.ARPHRD_FCPL, "fcpl"}, {unix.ARPHRD_IEEE802_TR, "tr"}, {unix.ARPHRD_IEEE80211, "ieee802.11"},
	{unix.ARPHRD_IEEE80211_PRISM, "ieee802.11/prism"}, {unix.ARPHRD_IEEE80211_RADIOTAP, "ieee802.11/radiotap"},
	{unix.ARPHRD_IEEE802154, "ieee802.15.4"}, {unix.ARPHRD_IEEE802154_MONITOR, "ieee802.15.4/monitor"},
	{unix.ARPHRD_PHONET, "phonet"}, {unix.ARPHRD_PHONET_PIPE, "phonet_pipe"}, {unix.ARPHRD_CAIF, "caif"},
	{unix.ARPHRD_IP6GRE, "gre6"}, {unix.ARPHRD_NETLINK, "netlink"}, {unix.ARPHRD_6LOWPAN, "6lowpan"},
	{unix.ARPHRD_VOID, "void"},
}

// fabrics are how many types of Fibre Channel fabric follow each other.
const fabrics = 13

// AppendLinkType appends the name of a link-layer type (ARPHRD_), or "[N]" if
// it has none or names are off.
func AppendLinkType(b []byte, arphrd uint16, numeric bool) []byte {
	if !numeric {
		if name := linkTypes.Of(uint64(arphrd)); name != "" {
			return append(b, name...)
		}
		if n := int(arphrd) - unix.ARPHRD_FCFABRIC; n >= 0 && n < fabrics {
			return strconv.AppendInt(append(b, "fcfb"...), int64(n), 10)
		}
	}
	b = strconv.AppendUint(append(b, '['), uint64(arphrd), 10)
	return append(b, ']')
}
