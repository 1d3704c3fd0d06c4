package nettoolscmd

import (
	"gip/nettoolscmd/common"

	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

const ifconfigUsage = `Usage:
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
	var b strings.Builder
	n := 0
	for i := range common.HwTypes {
		if h := &common.HwTypes[i]; h.Arp >= 0 {
			listItem(&b, n, h.Name, h.Title)
			n++
		}
	}
	return b.String() + "\n"
}

// afList names the families of addresses, three to a line.
func afList() string {
	var b strings.Builder
	n := 0
	for i := range addrFamilies {
		if f := &addrFamilies[i]; f.family != 0 {
			listItem(&b, n, f.name, f.title)
			n++
		}
	}
	return b.String() + "\n"
}

func listItem(b *strings.Builder, n int, name, title string) {
	if n%3 == 0 {
		if n > 0 {
			b.WriteString("\n")
		}
		b.WriteString("    ")
	}
	b.WriteString(name + " (" + title + ") ")
}

const routeUsage = `Usage: route [-nNvee] [-FC] [<AF>]            show a routing table
       route [-v] [-FC] [<AF>] {add|del|flush} <target> <word>...   change it
       route {-h|--help} [<AF>]               the words of a family
       route {-V|--version}

  -n, --numeric   addresses, no names
  -e, --extend    other columns; twice, all of them
  -F, --fib       the table (as without)
  -C, --cache     the cache
  -v, --verbose   -N, --symbolic

  <AF> is -4, -6, -A <af> or --<af>; inet unless it is one of those with routes:
`

// routeFamilies lists the families that have routes.
func routeFamilies() string {
	var b strings.Builder
	n := 0
	for i := range addrFamilies {
		for _, t := range tablePrinters {
			if f := &addrFamilies[i]; f.name == t.family {
				listItem(&b, n, f.name, f.title)
				n++
			}
		}
	}
	b.WriteString("\n")
	return b.String()
}

const inetRouteUsage = `Usage: inet_route [-vF] add {-net|-host} <target>[/<length>] [netmask <mask>] [gw <gateway>]
                 [metric <N>] [mss <N>] [window <N>] [irtt <N>] [mod] [dyn] [reinstate]
                 [reject] [[dev] <If>]
       inet_route [-vF] del {-net|-host} <target>[/<length>] [netmask <mask>] [gw <gateway>]
                 [metric <N>] [[dev] <If>]
       inet_route [-FC] flush    is not supported
`

const inet6RouteUsage = `Usage: inet6_route [-vF] add <target>[/<length>] [gw <gateway>] [metric <N>] [[dev] <If>]
       inet6_route [-vF] del <target>[/<length>] [gw <gateway>] [metric <N>] [[dev] <If>]
       inet6_route [-FC] flush   is not supported
`

const netstatUsage = `usage: netstat [-vWnNcaeol] [<Socket> ...]          sockets
       netstat [-vWeenNcCF] [<Af>] {-r|--route}     routing tables
       netstat [-vWeenNac] {-i|--interfaces}        interfaces
       netstat [-cnNe] {-M|--masquerade}
       netstat {-g|--groups}                        multicast groups
       netstat {-s|--statistics} [-6tuw]
       netstat {-V|--version|-h|--help}

  -a, --all           servers and connections
  -l, --listening     servers
  -p, --programs      the processes that have a socket
  -o, --timers        the timers of a socket
  -e, --extend        more columns
  -n, --numeric       no names
      --numeric-hosts no names of hosts
      --numeric-ports no names of services
      --numeric-users no names of users
  -W, --wide          addresses in full
  -c, --continuous    every second again
  -v, --verbose       say what the kernel does not have
  -N, --symbolic      the names of hardware
  -F, --fib           with -r, the table (as without)
  -C, --cache         with -r, the cache
  -Z, --context       the contexts of SELinux

  <Socket> is {-t|--tcp} {-u|--udp} {-U|--udplite} {-S|--sctp} {-w|--raw}
              {-x|--unix} --ax25 --ipx --netrom
  <AF> is -4, -6, -A <af> or --<af>; inet unless it is one of those with routes:
`

const x25RouteUsage = "Usage: x25_route [-v] {add|del} <target>[/<mask>] [dev] <If>\n"

const arpUsage = `Usage:
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

// arpKinds lists the kinds of link layers that have addresses.
func arpKinds() string {
	var b strings.Builder
	n := 0
	for i := range common.HwTypes {
		if h := &common.HwTypes[i]; h.Size > 0 && h.Arp >= 0 {
			listItem(&b, n, h.Name, h.Title)
			n++
		}
	}
	b.WriteString("\n")
	return b.String()
}
