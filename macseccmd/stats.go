package macseccmd

import (
	"strings"

	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// A counter is a column of the statistics that -s adds.
type counter struct {
	attr uint16
	name string
}

// The counters of a link, of its channel, of an association of that, and of
// those that it receives.
var (
	secyCounters = [...]counter{
		{uapi.MACSEC_SECY_STATS_ATTR_OUT_PKTS_UNTAGGED, "OutPktsUntagged"},
		{uapi.MACSEC_SECY_STATS_ATTR_IN_PKTS_UNTAGGED, "InPktsUntagged"},
		{uapi.MACSEC_SECY_STATS_ATTR_OUT_PKTS_TOO_LONG, "OutPktsTooLong"},
		{uapi.MACSEC_SECY_STATS_ATTR_IN_PKTS_NO_TAG, "InPktsNoTag"},
		{uapi.MACSEC_SECY_STATS_ATTR_IN_PKTS_BAD_TAG, "InPktsBadTag"},
		{uapi.MACSEC_SECY_STATS_ATTR_IN_PKTS_UNKNOWN_SCI, "InPktsUnknownSCI"},
		{uapi.MACSEC_SECY_STATS_ATTR_IN_PKTS_NO_SCI, "InPktsNoSCI"},
		{uapi.MACSEC_SECY_STATS_ATTR_IN_PKTS_OVERRUN, "InPktsOverrun"},
	}
	txSCCounters = [...]counter{
		{uapi.MACSEC_TXSC_STATS_ATTR_OUT_PKTS_PROTECTED, "OutPktsProtected"},
		{uapi.MACSEC_TXSC_STATS_ATTR_OUT_PKTS_ENCRYPTED, "OutPktsEncrypted"},
		{uapi.MACSEC_TXSC_STATS_ATTR_OUT_OCTETS_PROTECTED, "OutOctetsProtected"},
		{uapi.MACSEC_TXSC_STATS_ATTR_OUT_OCTETS_ENCRYPTED, "OutOctetsEncrypted"},
	}
	txSACounters = [...]counter{
		{uapi.MACSEC_SA_STATS_ATTR_OUT_PKTS_PROTECTED, "OutPktsProtected"},
		{uapi.MACSEC_SA_STATS_ATTR_OUT_PKTS_ENCRYPTED, "OutPktsEncrypted"},
	}
	rxSCCounters = [...]counter{
		{uapi.MACSEC_RXSC_STATS_ATTR_IN_OCTETS_VALIDATED, "InOctetsValidated"},
		{uapi.MACSEC_RXSC_STATS_ATTR_IN_OCTETS_DECRYPTED, "InOctetsDecrypted"},
		{uapi.MACSEC_RXSC_STATS_ATTR_IN_PKTS_UNCHECKED, "InPktsUnchecked"},
		{uapi.MACSEC_RXSC_STATS_ATTR_IN_PKTS_DELAYED, "InPktsDelayed"},
		{uapi.MACSEC_RXSC_STATS_ATTR_IN_PKTS_OK, "InPktsOK"},
		{uapi.MACSEC_RXSC_STATS_ATTR_IN_PKTS_INVALID, "InPktsInvalid"},
		{uapi.MACSEC_RXSC_STATS_ATTR_IN_PKTS_LATE, "InPktsLate"},
		{uapi.MACSEC_RXSC_STATS_ATTR_IN_PKTS_NOT_VALID, "InPktsNotValid"},
		{uapi.MACSEC_RXSC_STATS_ATTR_IN_PKTS_NOT_USING_SA, "InPktsNotUsingSA"},
		{uapi.MACSEC_RXSC_STATS_ATTR_IN_PKTS_UNUSED_SA, "InPktsUnusedSA"},
	}
	rxSACounters = [...]counter{
		{uapi.MACSEC_SA_STATS_ATTR_IN_PKTS_OK, "InPktsOK"},
		{uapi.MACSEC_SA_STATS_ATTR_IN_PKTS_INVALID, "InPktsInvalid"},
		{uapi.MACSEC_SA_STATS_ATTR_IN_PKTS_NOT_VALID, "InPktsNotValid"},
		{uapi.MACSEC_SA_STATS_ATTR_IN_PKTS_NOT_USING_SA, "InPktsNotUsingSA"},
		{uapi.MACSEC_SA_STATS_ATTR_IN_PKTS_UNUSED_SA, "InPktsUnusedSA"},
	}
)

// counters writes one table of statistics.
func (pr *printer) counters(table []counter, v []byte) {
	if v == nil || pr.e.Opt.Stats == 0 {
		return
	}
	rtnl.Index(pr.stats[:], v)
	if pr.p.JSON() {
		for _, c := range table {
			if v := pr.stats[c.attr]; v != nil {
				pr.p.JUint(c.name, number(v))
			}
		}
		return
	}
	pr.columns(table)
}

// columns writes a line of names and, below each, its number; the kernel need
// not have sent one.
func (pr *printer) columns(table []counter) {
	p := pr.p
	p.Text("    stats:")
	for _, c := range table {
		p.Text(" ")
		p.Text(c.name)
	}
	p.Text("\n          ")
	for _, c := range table {
		width := len(c.name) + 1
		if v := pr.stats[c.attr]; v != nil {
			p.UintWidth("", "", width, number(v), "")
		} else {
			p.Text(strings.Repeat(" ", width-1))
			p.Text("-")
		}
	}
	p.Text("\n")
}

// number reads a counter of any size.
func number(v []byte) uint64 {
	switch len(v) {
	case 8:
		return rtnl.U64(v)
	case 4:
		return uint64(rtnl.U32(v))
	case 2:
		return uint64(rtnl.U16(v))
	case 1:
		return uint64(v[0])
	}
	return 0
}
