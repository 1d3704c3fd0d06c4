package nettoolscmd

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

const ifconfigUsage = `Usage:
  ifconfig [-a] [-s] [-v] [INTERFACE]
  ifconfig [-v] INTERFACE [FAMILY] WORD...

  ADDRESS[/LENGTH]             the address; sets the interface up
  add|del ADDRESS[/LENGTH]     one more address, or one less
  netmask ADDRESS              [-]broadcast [ADDRESS]
  [-]pointopoint [ADDRESS]     dstaddr ADDRESS    tunnel ADDRESS
  hw KIND ADDRESS              mtu N              txqueuelen N
  name NEWNAME                 keepalive N        outfill N
  mem_start N   io_addr N      irq N              media TYPE
  [-]arp  [-]trailers  [-]promisc  [-]multicast  [-]allmulti  [-]dynamic
  up  down

`

// kindLists names the kinds of link layers and of addresses, three to a line.
func kindLists() string {
	var b strings.Builder
	b.WriteString("  KIND is one of\n")
	n := 0
	for i := range hwTypes {
		if h := &hwTypes[i]; h.arp >= 0 {
			listItem(&b, n, h.name, h.title)
			n++
		}
	}
	b.WriteString("\n  FAMILY is inet unless it is one of\n")
	n = 0
	for i := range addrFamilies {
		if f := &addrFamilies[i]; f.family != 0 {
			listItem(&b, n, f.name, f.title)
			n++
		}
	}
	b.WriteString("\n")
	return b.String()
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

const routeUsage = `Usage: route [-4|-6|-A FAMILY] [-n] [-e[e]] [-F] [-C]     show a routing table
       route [-4|-6|-A FAMILY] add|del TARGET WORD...    change it
       route -h [-4|-6|-A FAMILY]                        the words of a family
       route -V

  -n, --numeric   addresses, no names
  -e, --extend    other columns; twice, all of them
  -F, --fib       the table (as without)
  -C, --cache     the cache
  -v, --verbose   -N, --symbolic

  FAMILY is inet unless it is one of those with routes:
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

const inetRouteUsage = `Usage: route add [-net|-host] TARGET[/LENGTH] [netmask MASK] [gw GATEWAY] [metric N]
                 [mss N] [window N] [irtt N] [mod] [dyn] [reinstate] [reject] [[dev] DEVICE]
       route del [-net|-host] TARGET[/LENGTH] [netmask MASK] [gw GATEWAY] [metric N] [[dev] DEVICE]
`

const inet6RouteUsage = `Usage: route -6 add TARGET[/LENGTH] [gw GATEWAY] [metric N] [[dev] DEVICE]
       route -6 del TARGET[/LENGTH] [gw GATEWAY] [metric N] [[dev] DEVICE]
`

const netstatUsage = `usage: netstat [-t] [-u] [-U] [-S] [-w] [-x] [--FAMILY] [-a|-l] [WORD...]   sockets
       netstat -r [-F] [-C] [-4|-6|-A FAMILY] [-n] [-e[e]] [-c]            routing tables
       netstat -i [-a] [-e] [-c]                                           interfaces
       netstat -g [-4|-6] [-n]                                             multicast groups
       netstat -s [-6] [-t] [-u] [-w]                                      statistics
       netstat -M | -V | -h

  -t, --tcp   -u, --udp   -U, --udplite   -S, --sctp   -w, --raw   -x, --unix
  -a, --all           servers and connections
  -l, --listening     servers
  -p, --programs      the processes that have a socket
  -o, --timers        the timers of a socket
  -e, --extend        more columns
  -n, --numeric       no names; also --numeric-hosts, --numeric-ports, --numeric-users
  -W, --wide          addresses in full
  -c, --continuous    every second again
  -v, --verbose       say what the kernel does not have
  -N, --symbolic   -F, --fib   -C, --cache   -Z, --context

  FAMILY is inet unless it is one of those with routes:
`

const x25RouteUsage = "Usage: route -A x25 add|del TARGET[/MASK] [dev] DEVICE\n"

const arpUsage = `Usage:
  arp [-n] [-v] [-e|-a] [-H KIND] [-i DEVICE] [HOST]                 show the table
  arp [-v] [-i DEVICE] -d HOST [pub|priv] [dev DEVICE]               delete an entry
  arp [-v] [-H KIND] [-i DEVICE] -s HOST ADDRESS [temp] [pub]        add an entry
  arp [-v] [-H KIND] [-i DEVICE] -Ds HOST DEVICE [netmask MASK] pub  with a device's address
  arp [-v] [-H KIND] [-i DEVICE] -f [FILE]                           add those of a file

  -a, --all   in BSD's form    -e   as a table    -n, --numeric   no names
  -A, -p, --protocol FAMILY    -H, -t, --hw-type KIND    -v, --verbose    -V, --version

  KIND is ether unless it is one of those with ARP:
`

// arpKinds lists the kinds of link layers that have addresses.
func arpKinds() string {
	var b strings.Builder
	n := 0
	for i := range hwTypes {
		if h := &hwTypes[i]; h.size > 0 && h.arp >= 0 {
			listItem(&b, n, h.name, h.title)
			n++
		}
	}
	b.WriteString("\n")
	return b.String()
}
