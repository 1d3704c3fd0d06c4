package bridgecmd

import (
	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// deviceMsg stands in front of what is said of the multicast groups, the VLANs or the VNIs
// of a device: struct br_port_msg and struct br_vlan_msg (linux/if_bridge.h), which have no
// flags, and struct tunnel_msg (linux/if_link.h).
type deviceMsg struct {
	Family  uint8
	Flags   uint8
	_       uint16
	Ifindex uint32
}

// A listing is how the lists of VLANs and of VNIs are sent and told of.
type listing struct {
	fresh, del, get uint16 // types of messages
	unknown         string // what is said of others
	label           string // of events
}

var (
	vlanList = listing{unix.RTM_NEWVLAN, unix.RTM_DELVLAN, unix.RTM_GETVLAN, "vlan rtm message", "[VLAN]"}
	vniList  = listing{unix.RTM_NEWTUNNEL, unix.RTM_DELTUNNEL, unix.RTM_GETTUNNEL, "vni tunnel rtm msg", "[TUNNEL]"}
)

// head reads a message up to its attributes and prints what stands in front of it. msg is
// nil if that was all.
func (l *listing) head(e *cli.Env, f *common.Filter, m rtnl.Message) (msg *deviceMsg, attrs []byte, err error) {
	if m.Type != l.fresh && m.Type != l.del && m.Type != l.get {
		e.Warnf("Unknown %s: %08x %08x %08x\n", l.unknown, len(m.Body)+unix.NLMSG_HDRLEN, m.Type, m.Flags)
		return nil, nil, nil
	}
	if msg, attrs = rtnl.View[deviceMsg](m.Body); msg == nil {
		return nil, nil, common.Broken()
	}
	if msg.Family != unix.AF_BRIDGE || f.Hides(msg.Ifindex) {
		return nil, nil, nil
	}
	e.Head(l.label)
	if m.Type == l.del {
		e.Pen.Flag("deleted", "Deleted ")
	}
	return msg, attrs, nil
}
