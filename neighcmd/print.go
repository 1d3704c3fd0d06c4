package neighcmd

import (
	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// userHZ is the unit of the times in nda_cacheinfo: USER_HZ is 100 on all
// machines that Go knows.
const userHZ = 100

// cacheInfo is struct nda_cacheinfo of linux/neighbour.h.
type cacheInfo struct{ Confirmed, Used, Updated, RefCnt uint32 }

// A neighbour is one message taken apart; it refers to the message's memory.
type neighbour struct {
	unix.NdMsg
	typ uint16 // of the message
	tb  [uapi.NDA_MAX + 1][]byte
	set uint64 // which of tb are there
}

// parse reads a message; false if it is not about a neighbour.
func (n *neighbour) parse(m rtnl.Message) bool {
	switch m.Type {
	case unix.RTM_NEWNEIGH, unix.RTM_DELNEIGH, unix.RTM_GETNEIGH:
	default:
		return false
	}
	nd, attrs := rtnl.View[unix.NdMsg](m.Body)
	if nd == nil {
		return false
	}
	n.NdMsg, n.typ = *nd, m.Type
	n.set = rtnl.Reindex(n.tb[:], n.set, attrs)
	return true
}

func (n *neighbour) flagsExt() uint32 { return rtnl.U32(n.tb[uapi.NDA_FLAGS_EXT]) }

func (n *neighbour) protocol() uint8 { return rtnl.U8(n.tb[uapi.NDA_PROTOCOL]) }

// printMessage writes one neighbour, of any state.
func printMessage(e *cli.Env, m rtnl.Message) error {
	var n neighbour
	if n.parse(m) {
		n.print(e, e.Watched != 0)
	}
	return nil
}

// printEvent is for monitors: neighbours of all families are in one group.
func printEvent(e *cli.Env, m rtnl.Message) error {
	nd, _ := rtnl.View[unix.NdMsg](m.Body)
	if nd == nil || e.Opt.Family != unix.AF_UNSPEC && e.Opt.Family != nd.Family {
		return nil
	}
	return printMessage(e, m)
}

// print writes one neighbour; oneDev tells that all are of one device, which
// is not repeated then.
func (n *neighbour) print(e *cli.Env, oneDev bool) {
	p := e.Pen
	if n.simple(e) {
		if link, ok := e.Links.Get(uint32(n.Ifindex)); ok {
			p.PutLine(n.line(e, p.BeginLine(), &link, oneDev))
			return
		}
	}
	e.Head("[NEIGH]")
	p.OpenObject("")
	switch n.typ {
	case unix.RTM_DELNEIGH:
		p.Flag("deleted", "Deleted ")
	case unix.RTM_GETNEIGH:
		p.Null("miss", "miss ")
	}
	dev := ""
	if !oneDev && n.Ifindex != 0 {
		dev = e.Links.Name(uint32(n.Ifindex))
	}
	if e.Opt.Brief {
		n.printBrief(e, dev)
	} else {
		n.printFull(e, dev)
	}
	p.EndLine()
	p.CloseObject()
}

// dst is the address with its family. Those of bridges tell their family by
// their length.
func (n *neighbour) dst() (addr []byte, family uint8) {
	addr, family = n.tb[unix.NDA_DST], n.Family
	if family == unix.AF_BRIDGE {
		family = unix.AF_INET
		if len(addr) == 16 {
			family = unix.AF_INET6
		}
	}
	return addr, family
}

func (n *neighbour) appendLLAddr(e *cli.Env, b []byte) []byte {
	arphrd := uint16(unix.ARPHRD_VOID)
	if link, ok := e.Links.Get(uint32(n.Ifindex)); ok {
		arphrd = link.Type
	}
	return cli.AppendLLAddr(b, arphrd, n.tb[unix.NDA_LLADDR])
}

func (n *neighbour) printBrief(e *cli.Env, dev string) {
	var buf [128]byte
	p := e.Pen
	if dst, family := n.dst(); dst != nil {
		p.ColorBytesWidth(show.FamilyColor(family), "dst", "", 39, e.AppendHost(buf[:0], family, dst), " ")
	}
	if dev != "" {
		p.ColorStrWidth(show.Ifname, "dev", "", 16, dev, " ")
	}
	if n.tb[unix.NDA_LLADDR] != nil {
		p.ColorBytes(show.MAC, "lladdr", "", n.appendLLAddr(e, buf[:0]), "")
	}
}

func (n *neighbour) printFull(e *cli.Env, dev string) {
	var buf [128]byte
	p := e.Pen
	if dst, family := n.dst(); dst != nil {
		p.ColorBytes(show.FamilyColor(family), "dst", "", e.AppendHost(buf[:0], family, dst), " ")
	}
	if dev != "" {
		p.Text("dev ")
		p.ColorStr(show.Ifname, "dev", "", dev, " ")
	}
	if n.tb[unix.NDA_LLADDR] != nil {
		p.Text("lladdr ")
		p.ColorBytes(show.MAC, "lladdr", "", n.appendLLAddr(e, buf[:0]), " ")
	}
	n.printFlags(p)
	if e.Opt.Stats > 0 {
		n.printStats(p)
	}
	if n.State != 0 {
		n.printState(p)
	}
	if proto := n.protocol(); proto != 0 {
		p.Str("protocol", "proto ", e.Tables.Protocols.Name(uint32(proto)), " ")
	}
}

// simple reports whether line may write the record.
func (n *neighbour) simple(e *cli.Env) bool {
	return n.typ == unix.RTM_NEWNEIGH && n.Ifindex != 0 && e.Pen.Line() == show.TextLine &&
		!e.Opt.Brief && !e.Opt.Resolve && e.Opt.Stats == 0 && e.Heading == nil
}

// line appends what printFull writes, in one go: half the time for lists of
// 100,000. A test holds one against the other.
func (n *neighbour) line(e *cli.Env, b []byte, link *names.Link, oneDev bool) []byte {
	if dst, family := n.dst(); dst != nil {
		b = append(cli.AppendAddr(b, family, dst), ' ')
	}
	if !oneDev {
		b = append(append(append(b, "dev "...), link.Name...), ' ')
	}
	if v := n.tb[unix.NDA_LLADDR]; v != nil {
		b = append(cli.AppendLLAddr(append(b, "lladdr "...), link.Type, v), ' ')
	}
	if ext := n.flagsExt(); n.Flags != 0 || ext != 0 {
		for i := range flagNames {
			if f := &flagNames[i]; n.Flags&f.bit != 0 || ext&f.ext != 0 {
				b = append(b, f.text...)
			}
		}
	}
	for i := range stateNames {
		if n.State&uint16(stateNames[i].Val) != 0 {
			b = append(append(b, stateNames[i].Word...), ' ')
		}
	}
	if proto := n.protocol(); proto != 0 {
		b = append(e.Tables.Protocols.Append(append(b, "proto "...), uint32(proto)), ' ')
	}
	return b
}

// flagNames are the flags of a neighbour in the order in which they print;
// those of ext stand in NDA_FLAGS_EXT.
var flagNames = []struct {
	key, text string
	bit       uint8
	ext       uint32
}{
	{"router", "router ", unix.NTF_ROUTER, 0},
	{"proxy", "proxy ", unix.NTF_PROXY, 0},
	{"managed", "managed ", 0, uapi.NTF_EXT_MANAGED},
	{"extern_learn", "extern_learn ", unix.NTF_EXT_LEARNED, 0},
	{"offload", "offload ", unix.NTF_OFFLOADED, 0},
	{"extern_valid", "extern_valid ", 0, uapi.NTF_EXT_EXT_VALIDATED},
}

func (n *neighbour) printFlags(p *show.Pen) {
	ext := n.flagsExt()
	for i := range flagNames {
		f := &flagNames[i]
		if n.Flags&f.bit != 0 || ext&f.ext != 0 {
			p.Null(f.key, f.text)
		}
	}
}

func (n *neighbour) printStats(p *show.Pen) {
	if ci, _ := rtnl.View[cacheInfo](n.tb[unix.NDA_CACHEINFO]); ci != nil {
		if ci.RefCnt != 0 {
			p.Uint("refcnt", " ref ", uint64(ci.RefCnt), "")
		}
		p.Uint("used", " used ", uint64(ci.Used/userHZ), "")
		p.Uint("confirmed", "/", uint64(ci.Confirmed/userHZ), "")
		p.Uint("updated", "/", uint64(ci.Updated/userHZ), "")
	}
	if v := n.tb[unix.NDA_PROBES]; v != nil {
		p.Uint("probes", "probes ", uint64(rtnl.U32(v)), " ")
	}
}

var stateNames = word.Names{
	{unix.NUD_INCOMPLETE, "INCOMPLETE"}, {unix.NUD_REACHABLE, "REACHABLE"}, {unix.NUD_STALE, "STALE"},
	{unix.NUD_DELAY, "DELAY"}, {unix.NUD_PROBE, "PROBE"}, {unix.NUD_FAILED, "FAILED"},
	{unix.NUD_NOARP, "NOARP"}, {unix.NUD_PERMANENT, "PERMANENT"},
}

func (n *neighbour) printState(p *show.Pen) {
	p.OpenArray("state")
	for i := range stateNames {
		if n.State&uint16(stateNames[i].Val) != 0 {
			p.Str("", "", stateNames[i].Word, " ")
		}
	}
	p.CloseArray()
}
