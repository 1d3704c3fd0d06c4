package main

const ipUsage = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
OBJECT := { address | addrlabel | fou | help | ila | ioam | l2tp | link |
            macsec | maddress | monitor | mptcp | mroute | mrule | neighbor |
            neighbour | netconf | netns | nexthop | ntable | ntbl | route |
            rule | sr | stats | tap | tcpmetrics | token | tunnel | tuntap |
            vrf | xfrm }
OPTIONS := {
  what is shown:  | -s[tatistics] | -d[etails] | -r[esolve] | -N[umeric] |
  how it looks:   | -j[son] | -p[retty] | -o[neline] | -br[ief] |
                  | -h[uman-readable] | -iec | -c[olor][={ always | auto | never }] |
                  | -t[imestamp] | -ts[hort] |
  what it is of:  | -4 | -6 | -M | -B | -0 | -n[etns] name | -a[ll] |
                  | -f[amily] { inet | inet6 | mpls | bridge | link } |
  how it is done: | -b[atch] [filename] | -echo | -l[oops] ROUNDS |
                  | -rc[vbuf] [size] | -V[ersion] }
Also: tcp_metrics = tcpmetrics, tunl = tunnel, -help = help
`

const gipUsage = `gip serves as ip and its relatives: link it to their names, or name the command first.
Usage: gip COMMAND ...          one of those that "gip --list" shows
       gip OBJECT ...           short for "gip ip OBJECT ..."
       gip --list               show the names of the commands
       gip --install DIR        make links to gip with these names in a folder
       gip --version | --help
`

const mooText = `
 _ __ ___   ___   ___
| '_ ` + "`" + ` _ \ / _ \ / _ \
| | | | | | (_) | (_) |
|_| |_| |_|\___/ \___/


P.S. no real cows were harmed for this moo`
