package tccmd

const tcUsage = `Usage: tc [ OPTIONS ] OBJECT { COMMAND | help }
       tc [ -force ] -batch FILE
where  OBJECT := `

const tcOptions = `       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -r[aw] | -g[raph] | -iec |
                    -o[neline] | -j[son] | -p[retty] | -c[olor] | -b[atch] [filename] |
                    -n[etns] name | -N[umeric] | -nm | -nam[es] | { -cf | -conf } path |
                    -br[ief] | -echo | -t[imestamp] | -ts[hort] }
`

const qdiscUsage = `Usage: tc qdisc [ add | del | replace | change | show ] dev STRING
       [ handle QHANDLE ] [ root | ingress | clsact | parent CLASSID ]
       [ estimator INTERVAL TIME_CONSTANT ] [ stab [ help | STAB_OPTIONS ] ]
       [ ingress_block BLOCK_INDEX ] [ egress_block BLOCK_INDEX ]
       [ [ QDISC_KIND ] [ help | OPTIONS ] ]

       tc qdisc { show | list } [ dev STRING ] [ QDISC_ID ] [ invisible ]
where  QDISC_KIND := { [p|b]fifo | tbf | prio | red | etc. }
       OPTIONS := see: tc qdisc add QDISC_KIND help
       STAB_OPTIONS := see: tc qdisc add stab help
       QDISC_ID := { root | ingress | handle QHANDLE | parent CLASSID }
`

const stabUsage = `Usage: ... stab [ mtu BYTES ] [ tsize SLOTS ] [ mpu BYTES ] [ overhead BYTES ]
                [ linklayer TYPE ] ...
   mtu       : the largest packet that the table is for {2047}
   tsize     : slots of the table {512}
   mpu       : the smallest size that a packet counts as
   overhead  : bytes that are added to each packet
   linklayer : the kind of link, such as atm
Example: ... stab overhead 20 linklayer atm
`

const classUsage = `Usage: tc class [ add | del | change | replace | show ] dev STRING
       [ classid CLASSID ] [ root | parent CLASSID ]
       [ estimator INTERVAL TIME_CONSTANT ] [ [ QDISC_KIND ] [ help | OPTIONS ] ]

       tc class show [ dev STRING ] [ root | parent CLASSID ] [ qdisc QHANDLE ] [ classid CLASSID ]
where  QDISC_KIND := { prio | etc. }
       OPTIONS := see: tc class add QDISC_KIND help
`

const filterUsage = `Usage: tc filter [ add | del | change | replace | show ] [ dev STRING ]
       tc filter [ add | del | change | replace | show ] [ block BLOCK_INDEX ]
       tc filter get dev STRING parent CLASSID protocol PROTO handle FILTERID pref PRIO FILTER_TYPE
       tc filter get block BLOCK_INDEX protocol PROTO handle FILTERID pref PRIO FILTER_TYPE
       [ pref PRIO ] protocol PROTO [ chain CHAIN_INDEX ] [ estimator INTERVAL TIME_CONSTANT ]
       [ root | ingress | egress | parent CLASSID ] [ handle FILTERID ]
       [ [ FILTER_TYPE ] [ help | OPTIONS ] ]

       tc filter show [ dev STRING ] [ root | ingress | egress | parent CLASSID ]
       tc filter show [ block BLOCK_INDEX ]
where  FILTER_TYPE := { u32 | flower | matchall | etc. }
       FILTERID := as the FILTER_TYPE has it
       OPTIONS := see: tc filter add FILTER_KIND help
`

const chainUsage = `Usage: tc chain [ add | del | get | show ] [ dev STRING ] [ root | ingress | egress | parent CLASSID ]
       tc chain [ add | del | get | show ] [ block BLOCK_INDEX ] [ chain CHAIN_INDEX ]
`

const actionsUsage = `Usage: tc actions { add | replace | change } ACTION ...
       tc actions { get | delete } action KIND index INDEX ...
       tc actions { list | show | flush } action KIND [ since MSEC ]
where  ACTION := action KIND OPTIONS [ index INDEX ] [ cookie COOKIE ] [ hw_stats TYPE ]
                 [ no_percpu ] [ skip_sw | skip_hw ]
       KIND := { gact | mirred | police | etc. }
       TYPE := { immediate | delayed | disabled }
       OPTIONS := see: tc actions add action KIND help
`

const monitorUsage = `Usage: tc [ -timestamp | -tshort ] monitor [ file FILE ]
`

const execUsage = `Usage: tc exec bpf [ import SOCKET_FILE ] [ run COMMAND ... ]
       tc exec bpf debug
       tc exec bpf graft MAP_FILE [ key KEY ] { object-file FILE [ type TYPE ] [ section NAME ]
               [ program NAME ] [ verbose ] | object-pinned FILE [ type TYPE ] }
TYPE := { cls | act | xdp | lwt_in | lwt_out | lwt_xmit | lwt_seg6local }
`
