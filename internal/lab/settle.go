package lab

import (
	"slices"
	"strconv"
	"time"

	"gip/internal/rtnl"
	"gip/internal/uapi"

	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// How long up waits for links and addresses, each node adding a little: a machine that is
// busy with other things takes its time. And how long it waits between two looks.
const (
	patience    = 30 * time.Second
	nodesWait   = 100 * time.Millisecond
	pause       = time.Millisecond
	longerPause = 16 * time.Millisecond
)

// settle waits until each link has its carrier, if both ends are up, and no address
// is tentative, in those nodes that are wanted: what comes next may use the network at
// once.
func (b *builder) settle(wanted func(*Node) bool) error {
	wait := patience + nodesWait*time.Duration(len(b.lab.Nodes))
	end := time.Now().Add(wait)
	defer b.progress.Clear()
	for i, n := range b.lab.Nodes {
		if !wanted(n) {
			continue
		}
		for pause := pause; ; pause = min(2*pause, longerPause) {
			b.progress.Step("nodes ready", i, len(b.lab.Nodes))
			unrest, err := b.unrest(n)
			if err != nil {
				return fail(n.At, quote(n.Name), err)
			}
			if unrest == "" {
				break
			}
			if time.Now().After(end) {
				return &Error{n.At, quote(n.Name) + ": " + unrest + " after " + strconv.Itoa(int(wait.Seconds())) + " seconds"}
			}
			time.Sleep(pause)
		}
	}
	return nil
}

func anyNode(*Node) bool { return true }

// isSwitch tells the nodes whose bridges are up only after all others are ready.
func isSwitch(n *Node) bool { return n.Kind == Switch }

// unrest says what is not yet as it is to be in a node, or "".
func (b *builder) unrest(n *Node) (what string, err error) {
	if err := vnetns.Set(b.ns[n]); err != nil {
		return "", err
	}
	err = b.inside(func(c *rtnl.Conn) error {
		m := rtnl.Links(uapi.RTEXT_FILTER_SKIP_STATS)
		links := links{node: n, bridges: map[int32]string{}, fed: map[int32]bool{}, others: map[int32]bool{}}
		if err := c.Dump(m, links.add); err != nil {
			return err
		}
		if name := links.unready(n); name != "" {
			what = quote(n.Name+":"+name) + " has no carrier"
			links.hurry(c)
			return nil
		}
		m = rtnl.Request(unix.RTM_GETADDR, unix.IfAddrmsg{Family: unix.AF_INET6})
		return c.Dump(m, func(m rtnl.Message) error {
			if ifa, _ := rtnl.View[unix.IfAddrmsg](m.Body); ifa != nil && ifa.Flags&unix.IFA_F_TENTATIVE != 0 && !links.others[int32(ifa.Index)] {
				what = "an address is tentative"
			}
			return nil
		})
	})
	return what, err
}

// links is what is known of the links of a node.
type links struct {
	node    *Node
	down    []string         // those without a carrier, of which noCarrier tells
	late    []string         // those that have their carrier, which the kernel has not told yet
	bridges map[int32]string // the bridges among them, by their index
	fed     map[int32]bool   // the indexes of bridges that have a port which forwards
	others  map[int32]bool   // the indexes of links that are no business of the lab
}

func (l *links) add(m rtnl.Message) error {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil {
		return nil
	}
	if l.node.Host && l.node.port(rtnl.Str(rtnl.Find(attrs, unix.IFLA_IFNAME))) == nil {
		l.others[ifi.Index] = true
		return nil
	}
	info := rtnl.Find(attrs, unix.IFLA_LINKINFO)
	kind := rtnl.Str(rtnl.Find(info, unix.IFLA_INFO_KIND))
	if name := noCarrier(ifi, attrs); name != "" {
		l.down = append(l.down, name)
		if kind == "bridge" {
			l.bridges[ifi.Index] = name
		}
	}
	// A veth's state is UNKNOWN before the kernel has told its first carrier; links whose
	// carrier never changes, as a dummy's, stay so for good.
	state := rtnl.U8(rtnl.Find(attrs, unix.IFLA_OPERSTATE))
	if ifi.Flags&unix.IFF_UP != 0 && rtnl.U8(rtnl.Find(attrs, unix.IFLA_CARRIER)) == 1 &&
		(state == uapi.IF_OPER_DOWN || state == uapi.IF_OPER_UNKNOWN && kind == "veth") {
		l.late = append(l.late, rtnl.Str(rtnl.Find(attrs, unix.IFLA_IFNAME)))
	}
	port := rtnl.Find(info, unix.IFLA_INFO_SLAVE_DATA)
	if rtnl.Str(rtnl.Find(info, unix.IFLA_INFO_SLAVE_KIND)) == "bridge" && ifi.Flags&unix.IFF_RUNNING != 0 &&
		rtnl.U8(rtnl.Find(port, unix.IFLA_BRPORT_STATE)) == uapi.BR_STATE_FORWARDING {
		l.fed[int32(rtnl.U32(rtnl.Find(attrs, unix.IFLA_MASTER)))] = true
	}
	return nil
}

// unready is the name of a link that will have its carrier in a moment, or "": a port of
// the lab, whose other end is up, or a bridge, which has it of its ports a little later
// than they have theirs. With the spanning tree a port forwards half a minute later.
// Of other links that commands make nobody knows whether there will be one, only that
// the kernel tells of it late.
func (l *links) unready(n *Node) string {
	for _, name := range l.down {
		if n.port(name) != nil {
			return name
		}
	}
	for index, name := range l.bridges {
		if l.fed[index] {
			return name
		}
	}
	if len(l.late) > 0 {
		return l.late[0]
	}
	return ""
}

// hurry asks for those that are not ready one by one. A kernel tells of carriers once a
// second; asked for one link, not for all, it first does what it has put off for that
// (since 6.8: linkwatch_sync_dev, net/core/link_watch.c). What fails is seen at the next
// look, if it matters.
func (l *links) hurry(c *rtnl.Conn) {
	for _, name := range slices.Concat(l.down, l.late) {
		c.Get(rtnl.LinkNamed(name), func(rtnl.Message) error { return nil })
	}
}

// noCarrier is the name of a link that is up, whose other end is up as well, and
// that has no carrier; else "".
func noCarrier(ifi *unix.IfInfomsg, attrs []byte) string {
	if ifi.Flags&unix.IFF_UP == 0 || ifi.Flags&unix.IFF_RUNNING != 0 {
		return ""
	}
	if rtnl.U8(rtnl.Find(attrs, unix.IFLA_OPERSTATE)) == uapi.IF_OPER_LOWERLAYERDOWN {
		return ""
	}
	return rtnl.Str(rtnl.Find(attrs, unix.IFLA_IFNAME))
}
