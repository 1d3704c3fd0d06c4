# Journals and names of namespaces are this script's own.
mount -t tmpfs run /run; mkdir /run/netns
# state prints what there is, sorted: the kernel keeps no order of what it makes anew.
state() {
	{ ip -d -o link; ip -o addr | sed 's/valid_lft.*//; s/ tentative//; s/ \[.*//'; ip -d route show table all; ip -6 -d route show table all; ip rule; ip -6 rule
	  ip nexthop; ip neigh show nud permanent; ip neigh show proxy; bridge fdb; sysctl -a 2>/dev/null | grep -E '^net\.ipv[46]\.(ip_forward|conf\.(va|vb|all)\.(forwarding|rp_filter))'
	} | sed 's/ expires.*//; s/state [A-Z]*//; s/<[^>]*>//; s/ *$//' | sort
}
# same fails if the state is not that of the file.
same() { state > now; diff "$1" now; }
# fails NUMBER COMMAND... fails if the command has another status.
fails() { want=$1; shift; rc=0; "$@" > out 2>&1 || rc=$?; [ $rc = "$want" ] || { echo "status $rc, not $want: $*"; cat out; exit 1; }; }
# says fails if the last command did not say that.
says() { grep -qF -- "$1" out || { echo "not said: $1"; cat out; exit 1; }; }
# pair makes a network to change.
pair() {
	ip link set lo up
	ip link add va address 02:00:00:00:00:0a type veth peer name vb address 02:00:00:00:00:0b
	sysctl -qw net.ipv6.conf.va.accept_dad=0 net.ipv6.conf.vb.accept_dad=0
	ip link set va up; ip link set vb up
	ip addr add 10.0.0.1/24 dev va; ip addr add 10.0.0.2/24 dev va; ip addr add fd00::1/64 dev va nodad
	ip route add 10.9.0.0/16 via 10.0.0.9; ip -6 route add fd09::/64 via fd00::9
	ip route add default via 10.0.0.9 table 7; ip rule add from 10.0.0.1 table 7
	ip neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev va
	sleep 1
	state > before
}
