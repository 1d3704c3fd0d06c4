package routecmd

const usage = `Usage: ip route { list | flush } SELECTOR
       ip route save SELECTOR
       ip route restore
       ip route showdump
       ip route { add | del | change | append | prepend | replace | test } ROUTE
       ip route get [ ROUTE_GET_FLAGS ] [ to ] ADDRESS
               [ from ADDRESS iif STRING ] [ oif STRING ] [ vrf NAME ] [ tos TOS ]
               [ mark NUMBER ] [ uid NUMBER ] [ ipproto PROTOCOL ]
               [ sport NUMBER ] [ dport NUMBER ] [ as ADDRESS ]
               [ flowlabel FLOWLABEL ]

SELECTOR := [ root PREFIX ] [ match PREFIX ] [ exact PREFIX ]
            [ table TABLE_ID ] [ vrf NAME ] [ proto RTPROTO ] [ type TYPE ]
            [ scope SCOPE ] [ dev STRING ] [ via ADDRESS ] [ src PREFIX ]
            [ metric METRIC ] [ realms REALM ] [ cached ]
ROUTE := NODE_SPEC [ INFO_SPEC ]
NODE_SPEC := [ TYPE ] PREFIX [ tos TOS ] [ table TABLE_ID ] [ proto RTPROTO ]
             [ scope SCOPE ] [ metric METRIC ]
             [ ttl-propagate { enabled | disabled } ]
INFO_SPEC := { NH | nhid ID } [ OPTIONS ] FLAGS [ nexthop NH ]...
NH := [ encap ENCAPTYPE ENCAPHDR ] [ via [ FAMILY ] ADDRESS ] [ dev STRING ]
      [ weight NUMBER ] NHFLAGS
OPTIONS := [ src ADDRESS ] [ as [ to ] ADDRESS ] [ realms REALM ]
           [ mtu NUMBER ] [ advmss NUMBER ] [ window NUMBER ] [ cwnd NUMBER ]
           [ initcwnd NUMBER ] [ initrwnd NUMBER ] [ ssthresh NUMBER ]
           [ hoplimit NUMBER ] [ reordering NUMBER ] [ congctl NAME ]
           [ rtt TIME ] [ rttvar TIME ] [ rto_min TIME ] [ expires TIME ]
           [ features FEATURES ] [ quickack BOOL ]
           [ fastopen_no_cookie BOOL ] [ pref PREF ]
           A metric is fixed by the word lock before its value.

TYPE := { unicast | local | broadcast | multicast | throw | unreachable |
          prohibit | blackhole | nat }
FAMILY := { inet | inet6 | mpls | bridge | link }
TABLE_ID := { local | main | default | all | NUMBER }
SCOPE := { host | link | global | NUMBER }
RTPROTO := { kernel | boot | static | NUMBER }
NHFLAGS := [ onlink | pervasive ]
FEATURES := { ecn | tcp_usec_ts }
PREF := { low | medium | high }
TIME := NUMBER[s|ms]
BOOL := { 0 | 1 }
ROUTE_GET_FLAGS := ROUTE_GET_FLAG...
ROUTE_GET_FLAG := { connected | fibmatch | notify }

ENCAPTYPE := { mpls | ip | ip6 | seg6 | seg6local | rpl | ioam6 | xfrm }
ENCAPHDR := { MPLSLABEL [ ttl TTL ] | TUNNEL, of ip and ip6 | SEG6HDR |
              SEG6LOCAL | segs ADDRESSES, of rpl | IOAM6HDR | XFRMINFO }
SEG6HDR := [ mode SEGMODE ] segs ADDR1,ADDRi,ADDRn [ hmac HMACKEYID ]
           [ cleanup ] [ lookup TABLEID ]
SEGMODE := { encap | encap.red | inline | l2encap | l2encap.red }
SEG6LOCAL := action ACTION [ OPTION ]... [ count ]
ACTION := { End | End.X | End.T | End.DX2 | End.DX4 | End.DX6 | End.DT4 |
            End.DT6 | End.DT46 | End.B6 | End.B6.Encaps | End.BM | End.S |
            End.AS | End.AM | End.BPF }
OPTION := { table TABLEID | vrftable TABLEID | nh4 ADDR | nh6 ADDR | iif DEV |
            oif DEV | srh SEG6HDR | flavors FLAVORS | endpoint PROGNAME }
FLAVORS := FLAVOR[,FLAVOR...]
FLAVOR := { psp | usp | usd | next-csid }
IOAM6HDR := trace prealloc type IOAM6_TRACE_TYPE ns IOAM6_NAMESPACE
            size IOAM6_TRACE_SIZE
XFRMINFO := if_id IF_ID [ link_dev LINK ]
`
