package macseccmd

import (
	"strings"

	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// The counters that -s adds are named in the order of their attributes, from
// the first one on.
type counters struct {
	first uint16
	names string // between blanks, as they are printed
}

// The counters of a link, of the channel that it sends on, of an association
// of that, and of those that it receives.
var (
	secy = counters{uapi.MACSEC_SECY_STATS_ATTR_OUT_PKTS_UNTAGGED, "OutPktsUntagged InPktsUntagged OutPktsTooLong" +
		" InPktsNoTag InPktsBadTag InPktsUnknownSCI InPktsNoSCI InPktsOverrun"}
	txSC = counters{uapi.MACSEC_TXSC_STATS_ATTR_OUT_PKTS_PROTECTED,
		"OutPktsProtected OutPktsEncrypted OutOctetsProtected OutOctetsEncrypted"}
	txSA = counters{uapi.MACSEC_SA_STATS_ATTR_OUT_PKTS_PROTECTED, "OutPktsProtected OutPktsEncrypted"}
	rxSC = counters{uapi.MACSEC_RXSC_STATS_ATTR_IN_OCTETS_VALIDATED, "InOctetsValidated InOctetsDecrypted" +
		" InPktsUnchecked InPktsDelayed InPktsOK InPktsInvalid InPktsLate InPktsNotValid InPktsNotUsingSA InPktsUnusedSA"}
	rxSA = counters{uapi.MACSEC_SA_STATS_ATTR_IN_PKTS_OK,
		"InPktsOK InPktsInvalid InPktsNotValid InPktsNotUsingSA InPktsUnusedSA"}
)

// counters writes a line of names and, below each, its number; the kernel need
// not have sent one.
func (pr *printer) counters(c *counters, v []byte) {
	if v == nil || pr.e.Opt.Stats == 0 {
		return
	}
	p := pr.p
	rtnl.Index(pr.stats[:], v)
	p.Text("    stats: ")
	p.Text(c.names)
	p.Text("\n          ")
	for i, name := range strings.Fields(c.names) {
		v := pr.stats[int(c.first)+i]
		switch {
		case v != nil:
			p.UintWidth(name, "", len(name)+1, number(v), "")
		case !p.JSON():
			p.StrWidth("", "", -len(name)-1, "-", "")
		}
	}
	p.Text("\n")
}

// number reads a counter of any size.
func number(v []byte) uint64 {
	if len(v) >= 8 {
		return rtnl.U64(v)
	}
	return uint64(rtnl.U32(v))
}
