package routecmd

const usage = `Usage: ip route { list | flush | save } SELECTOR
       ip route { restore | showdump }
       ip route { add | del | change | append | prepend | replace | test } ROUTE
       ip route get [ connected | fibmatch | notify ] [ to ] ADDRESS
               [ from ADDRESS iif DEV ] [ oif DEV ] [ vrf NAME ] [ tos TOS ]
               [ mark NUMBER ] [ uid NUMBER ] [ ipproto PROTOCOL ]
               [ sport NUMBER ] [ dport NUMBER ] [ as ADDRESS ]
               [ flowlabel FLOWLABEL ]

SELECTOR := [ root PREFIX ] [ match PREFIX ] [ exact PREFIX ]
            [ table TABLE ] [ vrf NAME ] [ proto PROTO ] [ type TYPE ]
            [ scope SCOPE ] [ dev DEV ] [ via ADDRESS ] [ src PREFIX ]
            [ metric NUMBER ] [ realms REALM ] [ cached ]
ROUTE := [ TYPE ] PREFIX [ tos TOS ] [ table TABLE ] [ proto PROTO ]
         [ scope SCOPE ] [ metric NUMBER ] [ PATH | nhid ID ] [ OPTIONS ]
         [ ttl-propagate { enabled | disabled } ] [ nexthop PATH ]...
PATH := [ encap ENCAP ] [ via [ FAMILY ] ADDRESS ] [ dev DEV ]
        [ weight NUMBER ] [ onlink | pervasive ]
OPTIONS := [ src ADDRESS ] [ as [ to ] ADDRESS ] [ realms REALM ]
           [ mtu NUMBER ] [ advmss NUMBER ] [ window NUMBER ] [ cwnd NUMBER ]
           [ initcwnd NUMBER ] [ initrwnd NUMBER ] [ ssthresh NUMBER ]
           [ hoplimit NUMBER ] [ reordering NUMBER ] [ congctl NAME ]
           [ rtt TIME ] [ rttvar TIME ] [ rto_min TIME ] [ expires TIME ]
           [ features { ecn | tcp_usec_ts } ] [ quickack BOOL ]
           [ fastopen_no_cookie BOOL ] [ pref { low | medium | high } ]
           A metric is fixed by the word lock before its value.

TYPE := { unicast | local | broadcast | multicast | throw | unreachable |
          prohibit | blackhole | nat }
FAMILY := { inet | inet6 | mpls | bridge | link }
TABLE := { local | main | default | all | NUMBER }
SCOPE := { host | link | global | NUMBER }
PROTO := { kernel | boot | static | NUMBER }
TIME := NUMBER[s|ms]
BOOL := { 0 | 1 }
ENCAP := { mpls LABELS [ ttl TTL ] | ip TUNNEL | ip6 TUNNEL | seg6 SEG6 |
           seg6local action ACTION [ ACTIONOPTIONS ] [ count ] |
           rpl segs ADDRESSES | xfrm if_id ID [ link_dev DEV ] |
           ioam6 trace prealloc type TYPE ns NAMESPACE size SIZE }
SEG6 := [ mode { encap | encap.red | inline | l2encap | l2encap.red } ]
        segs ADDRESS[,ADDRESS...] [ hmac KEY ] [ lookup TABLE ]
ACTION := { End | End.X | End.T | End.DX2 | End.DX4 | End.DX6 | End.DT4 |
            End.DT6 | End.DT46 | End.B6 | End.B6.Encaps | End.BM | End.S |
            End.AS | End.AM | End.BPF }
ACTIONOPTIONS := [ table TABLE ] [ vrftable TABLE ] [ nh4 ADDRESS ]
                 [ nh6 ADDRESS ] [ iif DEV ] [ oif DEV ] [ srh SEG6 ]
                 [ flavors FLAVOR[,FLAVOR...] ] [ endpoint PROGRAM ]
FLAVOR := { psp | usp | usd | next-csid }
`
