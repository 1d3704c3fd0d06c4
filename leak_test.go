package gip_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gip"
)

// closed are command lines: what they open, they have to close, because the process goes
// on. A command that is not among them is given an option that it does not know.
const closed = `
ip -d -s addr
ip link add v0 type veth peer name v1
ip link set v0 up
ip -4 addr add 10.9.0.1/24 dev v0
ip addr add 10.9.0.1/24 dev v0
ip route add 10.8.0.0/16 via 10.9.0.2
ip route
ip route get 10.8.1.1
ip -6 route show table all
ip route flush cache
ip rule
ip neigh
ip ntable
ip -s nexthop
ip maddr
ip mroute
ip tunnel
ip -6 tunnel
ip tuntap
ip netconf
ip token
ip vrf
ip xfrm state
ip xfrm policy
ip l2tp show tunnel
ip macsec show
ip fou show
ip ila list
ip ioam namespace show
ip sr hmac show
ip mptcp endpoint
ip tcp_metrics
ip stats
ip addrlabel
ip netns list
ip netns identify
ip netns exec nosuch true
ip -n nosuch link
ip -batch /dev/null
ip -force -batch -
ip -batch /nosuch
ip help
ip frob
ip -r route
ip -rc 4096 link
bridge link
bridge fdb
bridge vlan
bridge mdb
bridge vni
bridge monitor nosuch
brctl show
brctl addbr gipleak
brctl showmacs gipleak
brctl setageing gipleak 10
brctl stp gipleak on
brctl delbr gipleak
tc -s qdisc
tc class show dev lo
tc filter show dev lo
tc actions ls action gact
tc qdisc add dev v0 root netem delay 1ms
ifconfig
ifconfig -a
ifconfig v0 10.9.0.7
ifconfig v0:1 10.9.0.8
ifconfig nosuch
route -n
route -6 -n
route add -net 10.7.0.0/16 dev v0
route del -net 10.6.0.0/16
arp -an
arp -d 10.9.0.99
arp -s 10.9.0.98 02:00:00:00:00:01
netstat -an
netstat -rn
netstat -i
netstat -s
netstat -gn
netstat -anp
ss -a
ss -tlnp
ss -ta --bpf-maps
ss -s
ss -D /dev/null
sysctl net.ipv4.ip_forward
sysctl -a -r ipv4.conf.lo
sysctl -w net.ipv4.ip_forward=1
sysctl -p /dev/null
ping4 -c1 -W1 127.0.0.1
ping6 -c1 -W1 ::1
rtmon file /nosuch/x
routel
ping -c1 -W1 -I lo 127.0.0.1
ping -c1 -W1 -4 127.0.0.1 -I nosuch
ping -c1 -W1 -R 127.0.0.1
nstat -as
nstat -j
ifstat -as
lnstat -k
lnstat -c 1
rtstat -c 1
ctstat -c 1
arping -c1 -w1 -I lo 127.0.0.1
arping -c1 -I nosuch 127.0.0.1
tracepath -n -m1 127.0.0.1
tracepath4 -n -m1 127.0.0.1
tracepath6 -n -m1 ::1
unshare -n true
unshare --nosuch
nsenter -n/proc/self/ns/net true
nsenter -t 0 -n true
lsns
lsns -t net -J
gip topo
gip topo -o html
gip --list
gip --version
gip --complete ip link sh
ip link del v0
`

// TestClosed runs each of them twice, and counts the descriptors before and after.
func TestClosed(t *testing.T) {
	space := spaces(t, 1)[0]
	in(space, "ip", "link", "set", "lo", "up").Run()
	for _, history := range []string{"NSTAT_HISTORY", "IFSTAT_HISTORY"} { // else they stay in /tmp
		t.Setenv(history, filepath.Join(t.TempDir(), "history"))
	}
	lines := closed
	for _, name := range gip.Names() {
		if !strings.Contains(lines, "\n"+name+" ") {
			lines += name + " --no-such-option\n"
		}
	}
	for line := range strings.Lines(lines) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		run := func() {
			c := in(space, words...)
			c.Stdin = strings.NewReader("link show lo\nlink show nosuch\n")
			c.Run()
		}
		run() // what is opened once stays
		before := openFiles(t)
		run()
		if after := openFiles(t); len(after) > len(before) {
			t.Errorf("%s: left open: %v", strings.TrimSpace(line), slices.DeleteFunc(after, func(f string) bool { return slices.Contains(before, f) }))
		}
	}
}

// openFiles are the descriptors of this process, with what they are.
func openFiles(t *testing.T) (all []string) {
	runtime.GC() // files of package os close themselves
	runtime.GC()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if to, err := os.Readlink("/proc/self/fd/" + n.Name()); err == nil {
			all = append(all, n.Name()+" "+to)
		}
	}
	return all
}
