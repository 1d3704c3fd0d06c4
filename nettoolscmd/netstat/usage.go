package netstat

const usage = `usage: netstat [-vWnNcaeol] [<Socket> ...]          sockets
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
