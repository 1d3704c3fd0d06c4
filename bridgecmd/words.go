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
	var tb [uapi.NDA_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	state := fdbState(nd, rtnl.U32(tb[uapi.NDA_FLAGS_EXT]))
	if tb[unix.NDA_LLADDR] == nil || state == "" {
		return w, false
	}
	p := fdbPrinter{e: e}
	link := p.linkOf(uint32(nd.Ifindex))
	w.Key = cli.AppendLLAddr(append(w.Key, ' '), link.arphrd, tb[unix.NDA_LLADDR])
	w.Key = field.AppendWord(append(w.Key, " dev"...), link.name)
	if v := tb[unix.NDA_DST]; v != nil {
		w.Key = cli.AppendAddr(append(w.Key, " dst "...), hostFamily(v), v)
	}
	if v := tb[unix.NDA_PORT]; v != nil {
		w.Key = strconv.AppendUint(append(w.Key, " port "...), uint64(rtnl.Be16(v)), 10)
	}
	for _, n := range [...]struct {
		word string
		attr uint16
	}{{" vni ", unix.NDA_VNI}, {" src_vni ", unix.NDA_SRC_VNI}, {" nhid ", uapi.NDA_NH_ID}} {
		if v := tb[n.attr]; v != nil {
			w.Key = strconv.AppendUint(append(w.Key, n.word...), uint64(rtnl.U32(v)), 10)
		}
	}
	if v := tb[unix.NDA_VLAN]; rtnl.U16(v) != 0 {
		w.Key = strconv.AppendUint(append(w.Key, " vlan "...), uint64(rtnl.U16(v)), 10)
	}
	if v := tb[unix.NDA_IFINDEX]; v != nil && tb[unix.NDA_LINK_NETNSID] == nil {
		w.Key = field.AppendWord(append(w.Key, " via"...), e.Links.Name(rtnl.U32(v)))
	}
	if nd.Flags&unix.NTF_SELF != 0 {
		w.Key = append(w.Key, " self"...)
	}
	if nd.Flags&unix.NTF_MASTER != 0 || nd.Flags&unix.NTF_SELF == 0 {
		w.Key = append(w.Key, " master"...)
	}
	w.Line = append(append(append(w.Line, w.Key...), ' '), state...)
	for _, f := range fdbFlags {
		if nd.Flags&f.flag != 0 && (f.flag == unix.NTF_EXT_LEARNED || f.flag == uapi.NTF_STICKY || f.flag == unix.NTF_ROUTER) {
			w.Line = field.AppendWord(w.Line, f.name)
		}
	}
	notify := rtnl.U8(rtnl.Find(tb[uapi.NDA_FDB_EXT_ATTRS], uapi.NFEA_ACTIVITY_NOTIFY))
	if notify&uapi.FDB_NOTIFY_BIT != 0 {
		w.Line = append(w.Line, " activity_notify"...)
	}
	if notify&uapi.FDB_NOTIFY_INACTIVE_BIT != 0 {
		w.Line = append(w.Line, " inactive"...)
	}
	return w, true
}

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
				f(r.words(e, msg.Ifindex, attrs))
			}
		}
	}
}

// words says what makes the entry.
func (r *mdbRecord) words(e *cli.Env, bridge uint32, attrs []byte) (w field.Entry) {
	var tb [uapi.MDBA_MDB_EATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	w.Key = field.AppendWord(append(w.Key, " dev"...), e.Links.Name(bridge))
	w.Key = field.AppendWord(append(w.Key, " port"...), e.Links.Name(r.Ifindex))
	w.Key = cli.AppendAddr(append(w.Key, " grp "...), r.family(), r.bytes())
	if v := tb[uapi.MDBA_MDB_EATTR_SOURCE]; v != nil {
		w.Key = cli.AppendAddr(append(w.Key, " src "...), r.family(), v)
	}
	if r.Vid != 0 {
		w.Key = strconv.AppendUint(append(w.Key, " vid "...), uint64(r.Vid), 10)
	}
	w.Key = r.underlay(e, w.Key, tb[:])
	w.Line = append(append(w.Line, w.Key...), " permanent"...)
	if v := tb[uapi.MDBA_MDB_EATTR_GROUP_MODE]; v != nil && tb[uapi.MDBA_MDB_EATTR_SOURCE] == nil {
		mode := " filter_mode exclude"
		if rtnl.U8(v) == unix.MCAST_INCLUDE {
			mode = " filter_mode include"
		}
		w.Line = append(w.Line, mode...)
	}
	if v := tb[uapi.MDBA_MDB_EATTR_SRC_LIST]; v != nil {
		var sources [][]byte
		for _, src := range rtnl.Attrs(v) {
			sources = append(sources, rtnl.Find(src, uapi.MDBA_MDB_SRCATTR_ADDRESS))
		}
		sep := " source_list "
		for i := len(sources) - 1; i >= 0; i-- { // the kernel puts each in front of those before
			w.Line = cli.AppendAddr(append(w.Line, sep...), r.family(), sources[i])
			sep = ","
		}
	}
	if v := tb[uapi.MDBA_MDB_EATTR_RTPROT]; v != nil {
		w.Line = field.AppendWord(append(w.Line, " proto"...), e.Tables.Protocols.Name(uint32(rtnl.U8(v))))
	}
	return w
}

// underlay appends where a tunnel sends the group.
func (r *mdbRecord) underlay(e *cli.Env, line []byte, tb [][]byte) []byte {
	if v := tb[uapi.MDBA_MDB_EATTR_DST]; v != nil {
		line = cli.AppendAddr(append(line, " dst "...), hostFamily(v), v)
	}
	if v := tb[uapi.MDBA_MDB_EATTR_DST_PORT]; v != nil {
		line = strconv.AppendUint(append(line, " dst_port "...), uint64(rtnl.U16(v)), 10)
	}
	if v := tb[uapi.MDBA_MDB_EATTR_VNI]; v != nil {
		line = strconv.AppendUint(append(line, " vni "...), uint64(rtnl.U32(v)), 10)
	}
	if v := tb[uapi.MDBA_MDB_EATTR_SRC_VNI]; v != nil {
		line = strconv.AppendUint(append(line, " src_vni "...), uint64(rtnl.U32(v)), 10)
	}
	if v := tb[uapi.MDBA_MDB_EATTR_IFINDEX]; v != nil {
		line = field.AppendWord(append(line, " via"...), e.Links.Name(rtnl.U32(v)))
	}
	return line
}
