package neighcmd

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Words takes an entry that somebody made apart; ok is false for what the kernel has
// learned, and for entries of bridges.
func Words(e *cli.Env, m rtnl.Message) (w field.Entry, ok bool) {
	var n neighbour
	if !n.parse(m) || n.Family != unix.AF_INET && n.Family != unix.AF_INET6 || n.tb[unix.NDA_DST] == nil {
		return w, false
	}
	proxy, ext := n.Flags&unix.NTF_PROXY != 0, n.flagsExt()
	kept := n.State&unix.NUD_PERMANENT != 0 || n.Flags&unix.NTF_EXT_LEARNED != 0 || ext&uapi.NTF_EXT_MANAGED != 0
	if !proxy && !kept {
		return w, false
	}
	if proxy {
		w.Key = append(w.Key, " proxy"...)
	}
	w.Key = cli.AppendAddr(append(w.Key, ' '), n.Family, n.tb[unix.NDA_DST])
	if n.Ifindex != 0 {
		w.Key = field.AppendWord(append(w.Key, " dev"...), e.Links.Name(uint32(n.Ifindex)))
	}
	w.Line = append(w.Line, w.Key...)
	if n.tb[unix.NDA_LLADDR] != nil {
		w.Line = n.appendLLAddr(e, append(w.Line, " lladdr "...))
	}
	switch {
	case proxy, ext&uapi.NTF_EXT_MANAGED != 0: // they have no state of their own
	case n.State&unix.NUD_PERMANENT != 0:
		w.Line = append(w.Line, " nud permanent"...)
	case n.State&unix.NUD_NOARP != 0:
		w.Line = append(w.Line, " nud noarp"...)
	default:
		w.Line = append(w.Line, " nud reachable"...)
	}
	for i := range flagNames {
		if f := &flagNames[i]; f.key != "proxy" && f.key != "offload" && (n.Flags&f.bit != 0 || ext&f.ext != 0) {
			w.Line = field.AppendWord(w.Line, f.key)
		}
	}
	if proto := n.protocol(); proto != 0 {
		w.Line = field.AppendWord(append(w.Line, " protocol"...), e.Tables.Protocols.Name(uint32(proto)))
	}
	return w, true
}
