package bridgecmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// FdbWords takes an entry of a forwarding table apart that somebody made; ok is false
// for what was learned, and for what a link has by itself: entries of a bridge for its
// own addresses.
func FdbWords(e *cli.Env, m rtnl.Message) (w field.Entry, ok bool) {
	nd, attrs := rtnl.View[unix.NdMsg](m.Body)
	if m.Type != unix.RTM_NEWNEIGH || nd == nil || nd.Family != unix.AF_BRIDGE {
		return w, false
	}
	v := field.ViewOf(e, attrs)
	v.Head = m.Body[:unix.SizeofNdMsg]
	mac, state := v.Get(0, unix.NDA_LLADDR), fdbState(nd, rtnl.U32(v.Get(0, uapi.NDA_FLAGS_EXT)))
	if mac == nil || state == "" {
		return w, false
	}
	link := linkOf(e, uint32(nd.Ifindex))
	w.Key = cli.AppendLLAddr(append(w.Key, ' '), link.arphrd, mac)
	w.Key = field.AppendWord(append(w.Key, " dev"...), link.name)
	w.Key = fdbKey.Words(v, w.Key)
	if nd.Flags&(unix.NTF_SELF|unix.NTF_MASTER) == 0 {
		w.Key = append(w.Key, " master"...)
	}
	w.Line = append(append(append(w.Line, w.Key...), ' '), state...)
	w.Line = fdbMore.Words(v, w.Line)
	return w, true
}

// fdbKey is what tells an entry from others of the same address, fdbMore what else it has.
// A link in another namespace has no name here.
var (
	fdbKey = field.Table{Rows: []*field.Row{
		&fdbDst, &fdbPort, &fdbVNI, &fdbSrcVNI, &fdbNhid, &fdbVlan, &fdbVia, &fdbSelf, &fdbMaster,
	}, Mute: func(v *field.View, r *field.Row) bool {
		return r.Attr == unix.NDA_IFINDEX && v.Get(0, unix.NDA_LINK_NETNSID) != nil
	}}
	fdbMore = field.Table{Rows: []*field.Row{&fdbRouter, &fdbExtern, &fdbSticky, &fdbActivity, &fdbInactive}}
)

// fdbState is the word for the state of an entry that somebody made, or "".
func fdbState(nd *unix.NdMsg, ext uint32) string {
	switch {
	case ext&uapi.NTF_EXT_LOCKED != 0:
		return ""
	case nd.State&unix.NUD_PERMANENT != 0:
		return "permanent"
	case nd.State&unix.NUD_NOARP != 0:
		return "static"
	case nd.Flags&unix.NTF_EXT_LEARNED != 0:
		return "dynamic"
	}
	return ""
}

// VlanWords gives f the VLANs of a port, one at a time; m is of a dump that was asked
// for RTEXT_FILTER_BRVLAN. A bridge's own are said to be.
func VlanWords(e *cli.Env, m rtnl.Message, f func(field.Entry)) {
	ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	if ifi == nil || ifi.Family != unix.AF_BRIDGE {
		return
	}
	own := " master"
	if master := rtnl.Find(attrs, unix.IFLA_MASTER); master == nil || rtnl.U32(master) == uint32(ifi.Index) {
		own = " self"
	}
	tunnels := map[uint16]uint32{}
	spec := rtnl.Find(attrs, unix.IFLA_AF_SPEC)
	for t, v := range rtnl.Attrs(spec) {
		if t != uapi.IFLA_BRIDGE_VLAN_TUNNEL_INFO {
			continue
		}
		vid, id := rtnl.Find(v, uapi.IFLA_BRIDGE_VLAN_TUNNEL_VID), rtnl.Find(v, uapi.IFLA_BRIDGE_VLAN_TUNNEL_ID)
		tunnels[rtnl.U16(vid)] = rtnl.U32(id)
	}
	for t, v := range rtnl.Attrs(spec) {
		info, _ := rtnl.View[vlanInfo](v)
		if t != uapi.IFLA_BRIDGE_VLAN_INFO || info == nil {
			continue
		}
		var w field.Entry
		w.Key = field.AppendWord(append(w.Key, " dev"...), e.Links.Name(uint32(ifi.Index)))
		w.Key = strconv.AppendUint(append(w.Key, " vid "...), uint64(info.Vid), 10)
		w.Key = append(w.Key, own...)
		w.Line = append(w.Line, w.Key...)
		if info.Flags&uapi.BRIDGE_VLAN_INFO_PVID != 0 {
			w.Line = append(w.Line, " pvid"...)
		}
		if info.Flags&uapi.BRIDGE_VLAN_INFO_UNTAGGED != 0 {
			w.Line = append(w.Line, " untagged"...)
		}
		if id, ok := tunnels[info.Vid]; ok {
			w.Line = strconv.AppendUint(append(w.Line, " tunnel_info id "...), uint64(id), 10)
		}
		f(w)
	}
}

// VlanDump asks for what VlanWords takes: each VLAN by itself.
func VlanDump() *rtnl.Msg { return bridgeLinks(uapi.RTEXT_FILTER_BRVLAN) }

// MdbDump asks for what MdbWords takes.
func MdbDump() *rtnl.Msg {
	return rtnl.Request(unix.RTM_GETMDB, deviceMsg{Family: unix.AF_BRIDGE})
}

// MdbWords gives f the permanent entries of the multicast databases in m.
func MdbWords(e *cli.Env, m rtnl.Message, f func(field.Entry)) {
	msg, attrs := rtnl.View[deviceMsg](m.Body)
	if msg == nil {
		return
	}
	for _, entry := range rtnl.Attrs(rtnl.Find(attrs, uapi.MDBA_MDB)) {
		for _, info := range rtnl.Attrs(entry) {
			if r, attrs := rtnl.View[mdbRecord](info); r != nil && r.State&uapi.MDB_PERMANENT != 0 {
				v := field.ViewOf(e, attrs)
				v.Head = info
				f(r.words(v, msg.Ifindex))
			}
		}
	}
}

// words says what makes the entry, of which the view is.
func (r *mdbRecord) words(v *field.View, bridge uint32) (w field.Entry) {
	w.Key = field.AppendWord(append(w.Key, " dev"...), v.Env.Links.Name(bridge))
	w.Key = field.AppendWord(append(w.Key, " port"...), v.Env.Links.Name(r.Ifindex))
	w.Key = cli.AppendAddr(append(w.Key, " grp "...), r.family(), r.bytes())
	if src := v.Get(0, uapi.MDBA_MDB_EATTR_SOURCE); src != nil {
		w.Key = cli.AppendAddr(append(w.Key, " src "...), r.family(), src)
	}
	if r.Vid != 0 {
		w.Key = strconv.AppendUint(append(w.Key, " vid "...), uint64(r.Vid), 10)
	}
	w.Key = mdbUnderlay.Words(v, w.Key)
	w.Line = append(append(w.Line, w.Key...), " permanent"...)
	w.Line = mdbDetails.Words(v, w.Line)
	return w
}
