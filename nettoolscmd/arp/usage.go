package arp

import (
	"gip/nettoolscmd/common"
)

const usage = `Usage:
  arp [-vn] [<HW>] [-i <if>] [-e|-a] [<hostname>]                         show the table
  arp [-v] [-i <if>] -d <host> [pub|priv] [dev <if>]                      delete an entry
  arp [-v] [<HW>] [-i <if>] -s <host> <hwaddr> [temp] [pub]               add an entry
  arp [-v] [<HW>] [-i <if>] -Ds <host> <if> [netmask <nm>] pub            with a device's address
  arp [-vnD] [<HW>] [-i <if>] -f [<filename>]                             add those of a file

  -a                     in BSD's form (also --all)
  -e                     as a table
  -s, --set              add an entry
  -d, --delete           delete an entry
  -f, --file             add the entries of a file, /etc/ethers if none is named
  -D, --use-device       the address is that of a device
  -i, --device           the interface
  -A, -p, --protocol     the family
  -n, --numeric          no names
  -v, --verbose          say more

  <HW> is -H <hw>, -t <hw> or --hw-type <hw>; ether unless it is one of those with ARP:
`

// kinds lists the kinds of link layers that have addresses.
func kinds() string {
	var l common.List
	for i := range common.HwTypes {
		if h := &common.HwTypes[i]; h.Size > 0 && h.Arp >= 0 {
			l.Add(h.Name, h.Title)
		}
	}
	return l.String()
}
