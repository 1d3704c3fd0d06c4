package ifconfig

import (
	"gip/nettoolscmd/common"
)

const usage = `Usage:
  ifconfig [-a] [-s] [-v] [<interface>]
  ifconfig [-v] <interface> [<AF>] <word>...

  <address>[/<prefixlen>]        the address; sets the interface up
  [add|del <address>[/<prefixlen>]]      one more address, or one less
  [netmask <address>]            [[-]broadcast [<address>]]
  [[-]pointopoint [<address>]]   [dstaddr <address>]   [tunnel <address>]
  [hw <HW> <address>]            [mtu <NN>]            [txqueuelen <NN>]
  [name <newname>]               [keepalive <NN>]      [outfill <NN>]
  [mem_start <NN>]  [io_addr <NN>]  [irq <NN>]         [media <type>]
  [[-]arp]  [[-]trailers]  [[-]promisc]  [[-]allmulti]  [[-]dynamic]
  [multicast]  [-multicast]  [up|down]

`

// What stands above the two lists of ifconfig's help.
const (
	hwHeading = "  <HW> is one of\n"
	afHeading = "  <AF> is inet unless it is one of\n"
)

// hwList names the kinds of link layers, three to a line.
func hwList() string {
	var l common.List
	for i := range common.HwTypes {
		if h := &common.HwTypes[i]; h.Arp >= 0 {
			l.Add(h.Name, h.Title)
		}
	}
	return l.String()
}

// afList names the families of addresses, three to a line.
func afList() string {
	var l common.List
	for i := range common.Families {
		if f := &common.Families[i]; f.AF != 0 {
			l.Add(f.Name, f.Title)
		}
	}
	return l.String()
}
