package pingcmd

// usage is the help text, in our own words.
const usage = `
Usage
  ping [options] <destination>

Options:
  <destination>      name or address
  -3                 times with all digits
  -a                 ring the bell for each reply
  -A                 send as fast as replies come
  -B                 keep the source address of the first probe
  -c <count>         end after this many replies
  -C                 connect the socket
  -d                 SO_DEBUG
  -D                 begin lines with the time
  -e <identifier>    identifier of the session, chosen by itself if 0
  -f                 flood
  -h                 show this
  -H                 look names up
  -i <interval>      seconds between packets
  -I <interface>     interface or address to send from; with -r,
                     past the routing tables
  -l <preload>       packets sent without waiting
  -L                 do not loop multicast back
  -m <mark>          mark the packets
  -M <pmtud opt>     path MTU discovery: do, dont, want or probe
  -n                 no names
  -O                 tell of replies that are late
  -p <pattern>       bytes to fill the packet with
  -q                 only the summary
  -Q <tclass>        traffic class or type of service
  -s <size>          bytes of data
  -S <size>          send buffer
  -t <ttl>           time to live
  -U                 time from process to process
  -v                 tell more
  -V                 show the version
  -w <deadline>      end after this many seconds
  -W <timeout>       seconds to wait for the last replies

IPv4 options:
  -4                 IPv4
  -b                 allow a broadcast address
  -R                 record the route
  -T <timestamp>     ask for times: tsonly, tsandaddr or tsprespec

IPv6 options:
  -6                 IPv6
  -F <flowlabel>     flow label
  -N <nodeinfo opt>  ask for information of a node; help shows what

For more details see ping(8).
`

// nodeHelp is what -N help shows.
const nodeHelp = `ping -6 -N <nodeinfo opt>
Help:
  help
Query:
  name
  ipv6
  ipv6-all
  ipv6-compatible
  ipv6-global
  ipv6-linklocal
  ipv6-sitelocal
  ipv4
  ipv4-all
Subject:
  subject-ipv6=addr
  subject-ipv4=addr
  subject-name=name
  subject-fqdn=name
`

const arpingUsage = `
Usage:
  arping [options] <destination>

Options:
  -f            end after the first reply
  -q            print nothing
  -b            go on asking all hosts, also after a reply
  -D            look for another host that has the address
  -U            tell neighbours of the own address, by requests
  -A            the same by replies
  -V            show the version
  -c <count>    packets to send
  -w <timeout>  end after this many seconds
  -i <interval> seconds between packets (1)
  -I <device>   device to use
  -s <source>   address to ask from
  <destination> name or address

For more details see arping(8).
`

const tracepathUsage = `
Usage
  tracepath [options] <destination>

Options:
  -4             IPv4
  -6             IPv6
  -b             show names and addresses
  -l <length>    length of the packets
  -m <hops>      hops at most
  -n             no names
  -p <port>      first port to send to
  -V             show the version
  <destination>  name or address

For more details see tracepath(8).
`
