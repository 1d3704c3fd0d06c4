package bridgecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// either makes the two words of a flag that entries may have or lack: X and noX.
func either(word string, set func(n *fdbEntry, on bool)) []fdbKeyword {
	one := func(on bool) func(*fdbEntry, *cli.Args) error {
		return func(n *fdbEntry, _ *cli.Args) error { set(n, on); return nil }
	}
	return []fdbKeyword{{Words: "=" + word, Parse: one(true)}, {Words: "=no" + word, Parse: one(false)}}
}

// flushFlags are the flags by which entries may be told apart.
var flushFlags = []struct {
	word string
	flag uint8
}{
	{"added_by_user", unix.NTF_USE}, {"extern_learn", unix.NTF_EXT_LEARNED}, {"sticky", uapi.NTF_STICKY},
	{"offloaded", unix.NTF_OFFLOADED}, {"router", unix.NTF_ROUTER},
}

// The states of an entry are two bits: NOARP is set for what does not age, and
// PERMANENT for what is local as well.
func flushStates() []fdbKeyword {
	permanent := either("permanent", func(n *fdbEntry, on bool) { n.want(unix.NUD_PERMANENT, on) })
	static := either("static", func(n *fdbEntry, on bool) {
		n.want(unix.NUD_NOARP, on)
		if on {
			n.stateMask |= unix.NUD_PERMANENT
		}
	})
	dynamic := either("dynamic", func(n *fdbEntry, on bool) {
		n.want(unix.NUD_NOARP, !on)
		if on {
			n.stateMask |= unix.NUD_PERMANENT
		}
	})
	return append(append(permanent, static...), dynamic...)
}

// want asks for entries with the state, or without it.
func (n *fdbEntry) want(state uint16, on bool) {
	n.nd.State &^= state
	if on {
		n.nd.State |= state
	}
	n.stateMask |= state
}

func flushWords() []fdbKeyword {
	words := []fdbKeyword{
		fdbDev("=dev"),
		flagWord("=master", unix.NTF_MASTER),
		flagWord("=self", unix.NTF_SELF),
	}
	words = append(words, flushStates()...)
	for _, f := range flushFlags {
		words = append(words, either(f.word, func(n *fdbEntry, on bool) {
			n.nd.Flags &^= f.flag
			if on {
				n.nd.Flags |= f.flag
			}
			n.flagsMask |= uint16(f.flag)
		})...)
	}
	return append(words,
		fdbKeyword{Words: "=brport", Parse: (*fdbEntry).parseBrport},
		fdbKeyword{Words: "=vlan", Parse: (*fdbEntry).parseVlan},
		srcVNI, nhidWord(`"nid" value is invalid`+"\n"), anyVNI, portWord, dstWord,
		// The real tool skips the word behind help.
		fdbKeyword{Words: "=help", Parse: func(_ *fdbEntry, a *cli.Args) error { _, err := a.Value(); return err }})
}

// parseBrport calls the keyword itself the second value.
func (n *fdbEntry) parseBrport(a *cli.Args) error {
	if n.brport.is {
		return cli.DupArg2("brport", "brport")
	}
	return n.brport.take(a)
}

func fdbFlush(c *command.Call) error {
	e, a := c.Env, c.Args
	n := newFdbEntry(e)
	err := cli.ParseWords(n, a, flushWords(), func(_ *fdbEntry, a *cli.Args) error {
		return cli.HelpAfter("bridge fdb: unknown command \"" + a.Word() + "\"?\n")
	})
	if err != nil {
		return err
	}
	if !n.dev.is {
		return cli.Fail("Device is a required argument.")
	}
	idx, err := deviceOf(e, "bridge device", n.dev.word)
	if err != nil {
		return err
	}
	n.nd.Ifindex = int32(idx)
	port, err := n.brportIndex()
	if err != nil {
		return err
	}
	if n.vlan >= 4096 {
		return cli.Fail(`Invalid VLAN ID "%d"`, n.vlan)
	}
	return change(e, n.encodeFlush(port))
}

// brportIndex looks the port up. The real tool keeps it in 16 bits, and does
// not send it if that makes it negative.
func (n *fdbEntry) brportIndex() (int16, error) {
	if !n.brport.is {
		return -1, nil
	}
	idx := int16(n.e.Links.Index(n.brport.word))
	if idx == 0 {
		return 0, cli.Fail(`Cannot find bridge port device "%s"`, n.brport.word)
	}
	return idx, nil
}

func (n *fdbEntry) encodeFlush(port int16) *rtnl.Msg {
	if n.nd.Flags&(unix.NTF_SELF|unix.NTF_MASTER) == 0 {
		n.nd.Flags |= unix.NTF_SELF
	}
	m := rtnl.New(unix.RTM_DELNEIGH, unix.NLM_F_BULK)
	rtnl.Put(m, n.nd)
	if port > -1 {
		m.U32(unix.NDA_IFINDEX, uint32(port))
	}
	n.putVlan(m)
	putVNI(m, unix.NDA_SRC_VNI, n.srcVNI)
	n.putNhid(m)
	putVNI(m, unix.NDA_VNI, n.vni)
	n.putPort(m)
	if n.hasDst {
		m.Attr(unix.NDA_DST, n.dst.Bytes())
	}
	if n.flagsMask != 0 {
		m.U8(uapi.NDA_NDM_FLAGS_MASK, uint8(n.flagsMask))
	}
	if n.stateMask != 0 {
		m.U16(uapi.NDA_NDM_STATE_MASK, n.stateMask)
	}
	return m
}
