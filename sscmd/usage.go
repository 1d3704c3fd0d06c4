package sscmd

// version is that of iproute2 whose ss this is.
const version = "7.3.0"

// usage is the help text, in our own words.
const usage = `Usage: ss [ OPTIONS ]
       ss [ OPTIONS ] [ FILTER ]

What is shown of sockets:
   -n, --numeric         ports as numbers
   -r, --resolve         names of hosts
   -o, --options         timers
   -e, --extended        user, inode and more
   -m, --memory          memory
   -p, --processes       the processes that have them open
   -T, --threads         and the threads
   -i, --info            what TCP, MPTCP and SCTP know
       --tipcinfo        what TIPC knows
       --tos             type of service and priority
       --cgroup          control group
       --inet-sockopt    options of IP
   -b, --bpf             filters of packet sockets
       --bpf-maps        what BPF programs keep for sockets, in all maps
       --bpf-map-id=MAP-ID  in this map
   -H, --no-header       no heading
   -Q, --no-queues       no columns of queues
   -O, --oneline         one line a socket
   -j, --json            JSON, see gip's manual
   -s, --summary         numbers of sockets
   -E, --events          sockets as they are closed
   -K, --kill            close the sockets, and show those that were
   -Z, --context         contexts of SELinux
   -z, --contexts        also those of sockets
   -h, --help            this text
   -V, --version         the version

Which sockets:
   -a, --all             of all states
   -l, --listening       that listen
   -B, --bound-inactive  that are bound, and neither listen nor are connected
   -t, --tcp  -u, --udp  -w, --raw  -M, --mptcp  -S, --sctp
   -x, --unix  -0, --packet  --tipc  --vsock  --xdp
   -4, --ipv4  -6, --ipv6
   -f, --family=FAMILY
       FAMILY := {inet|inet6|link|unix|netlink|vsock|tipc|xdp|help}
   -A, --query=QUERY, --socket=QUERY
       QUERY := {all|inet|tcp|mptcp|udp|raw|unix|unix_dgram|unix_stream|unix_seqpacket|packet|packet_raw|packet_dgram|netlink|sctp|vsock_stream|vsock_dgram|tipc|xdp}[,QUERY]
   -N, --net NAME        of this network namespace

   -D, --diag=FILE       write what the kernel tells of TCP to FILE
   -F, --filter=FILE     read the filter from FILE
       FILTER := [ state STATE-FILTER ] [ EXPRESSION ]
       STATE-FILTER := {all|connected|synchronized|bucket|big|TCP-STATES}
         TCP-STATES := {established|syn-sent|syn-recv|fin-wait-{1,2}|time-wait|closed|close-wait|last-ack|listening|closing}
          connected := {established|syn-sent|syn-recv|fin-wait-{1,2}|time-wait|close-wait|last-ack|closing}
       synchronized := {established|syn-recv|fin-wait-{1,2}|time-wait|close-wait|last-ack|closing}
             bucket := {syn-recv|time-wait}
                big := {established|syn-sent|fin-wait-{1,2}|closed|close-wait|last-ack|listening|closing}
`
