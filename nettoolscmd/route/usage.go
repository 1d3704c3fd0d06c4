package route

import (
	"gip/nettoolscmd/common"
)

const usage = `Usage: route [-nNvee] [-FC] [<AF>]            show a routing table
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

// Families lists the families that have routes.
func Families() string {
	var l common.List
	for i := range common.Families {
		for _, t := range tablePrinters {
			if f := &common.Families[i]; f.Name == t.family {
				l.Add(f.Name, f.Title)
			}
		}
	}
	return l.String()
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

const x25RouteUsage = "Usage: x25_route [-v] {add|del} <target>[/<mask>] [dev] <If>\n"
