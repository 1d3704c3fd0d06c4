package bridgecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

var fdbObject = command.Object{Words: "fdb", Usage: fdbUsage, Before: command.LearnLinks, Verbs: []command.Verb{
	{Words: "add", Waits: true, Run: fdbModify, Type: unix.RTM_NEWNEIGH, Flags: unix.NLM_F_CREATE | unix.NLM_F_EXCL},
	{Words: "append", Waits: true, Run: fdbModify, Type: unix.RTM_NEWNEIGH, Flags: unix.NLM_F_CREATE | unix.NLM_F_APPEND},
	{Words: "replace", Waits: true, Run: fdbModify, Type: unix.RTM_NEWNEIGH, Flags: unix.NLM_F_CREATE | unix.NLM_F_REPLACE},
	{Words: "delete", Waits: true, Run: fdbModify, Type: unix.RTM_DELNEIGH},
	{Words: "get", Run: fdbGet},
	{Words: "show|lst|list", Run: fdbShow, Default: true},
	{Words: "=flush", Run: fdbFlush, Waits: true},
	{Words: "help"},
}}

// An fdbEntry is what the words of add, delete, get and flush say of entries.
type fdbEntry struct {
	e       *cli.Env
	nd      unix.NdMsg
	addr    given
	dev, br given
	brport  given
	dst     cli.Prefix
	hasDst  bool
	vlan    int16 // negative if not given
	nhid    uint32
	port    uint16
	vni     *uint32
	srcVNI  *uint32
	via     uint32

	notify    uint8 // FDB_NOTIFY_ bits
	noRefresh bool

	flagsMask, stateMask uint16 // of flush
	dynamic              bool   // of get
}

// A given word is the value of a keyword that was there.
type given struct {
	word string
	is   bool
}

func (g *given) take(a *cli.Args) (err error) {
	word.OfferLink(a.Word())
	g.word, err = a.Value()
	g.is = true
	return err
}

func newFdbEntry(e *cli.Env) *fdbEntry {
	n := &fdbEntry{}
	n.begin(e)
	return n
}

// begin makes n a new entry.
func (n *fdbEntry) begin(e *cli.Env) {
	*n = fdbEntry{e: e, vlan: -1, nd: unix.NdMsg{Family: unix.AF_BRIDGE}}
}

// fdbMemory is what the lines of a batch share.
type fdbMemory struct {
	words cli.Words[*fdbEntry]
	entry fdbEntry
}

type fdbKeyword = cli.Keyword[*fdbEntry]

// flagWord sets NTF_ flags.
func flagWord(words string, flags uint8) fdbKeyword {
	return fdbKeyword{Words: words, Parse: func(n *fdbEntry, _ *cli.Args) error { n.nd.Flags |= flags; return nil }}
}

// stateWord sets and clears NUD_ states.
func stateWord(words string, set, clear uint16) fdbKeyword {
	return fdbKeyword{Words: words, Parse: func(n *fdbEntry, _ *cli.Args) error {
		n.nd.State = n.nd.State&^clear | set
		return nil
	}}
}

func notifyWord(words string, bit uint8) fdbKeyword {
	return fdbKeyword{Words: words, Parse: func(n *fdbEntry, _ *cli.Args) error { n.notify |= bit; return nil }}
}

func fdbDev(words string) fdbKeyword {
	return fdbKeyword{Words: words, Parse: func(n *fdbEntry, a *cli.Args) error { return n.dev.take(a) }}
}

var (
	dstWord  = fdbKeyword{Words: "=dst", Parse: (*fdbEntry).parseDst}
	portWord = fdbKeyword{Words: "=port", Parse: (*fdbEntry).parsePort}
	anyVNI   = fdbKeyword{Words: "=vni", Parse: func(n *fdbEntry, a *cli.Args) error { return parseVNI(&n.vni, "invalid VNI\n", a) }}
	srcVNI   = fdbKeyword{Words: "=src_vni", Parse: func(n *fdbEntry, a *cli.Args) error { return parseVNI(&n.srcVNI, "invalid src VNI\n", a) }}
)

// fdbWords are those of add, append, replace and delete.
func fdbWords() []fdbKeyword {
	return []fdbKeyword{
		fdbDev("=dev"), dstWord, nhidWord(`"id" value is invalid` + "\n"), portWord, anyVNI, srcVNI,
		{Words: "=via", Parse: (*fdbEntry).parseVia},
		flagWord("=self", unix.NTF_SELF),
		flagWord("master", unix.NTF_MASTER),
		flagWord("router", unix.NTF_ROUTER),
		stateWord("local|permanent", unix.NUD_PERMANENT, 0),
		stateWord("temp|static", unix.NUD_REACHABLE, 0),
		stateWord("dynamic", unix.NUD_REACHABLE, unix.NUD_NOARP),
		{Words: "vlan", Parse: (*fdbEntry).parseVlan},
		flagWord("use", unix.NTF_USE),
		flagWord("extern_learn", unix.NTF_EXT_LEARNED),
		flagWord("sticky", uapi.NTF_STICKY),
		notifyWord("=activity_notify", uapi.FDB_NOTIFY_BIT),
		notifyWord("=inactive", uapi.FDB_NOTIFY_INACTIVE_BIT),
		{Words: "=norefresh", Parse: func(n *fdbEntry, _ *cli.Args) error { n.noRefresh = true; return nil }},
	}
}

func nhidWord(bad string) fdbKeyword {
	return fdbKeyword{Words: "=nhid", Parse: func(n *fdbEntry, a *cli.Args) (err error) {
		n.nhid, err = a.U32(bad)
		return err
	}}
}

func (n *fdbEntry) parseDst(a *cli.Args) error {
	s, err := a.Value()
	switch {
	case err != nil:
		return err
	case n.hasDst:
		return cli.DupArg2("dst", s)
	}
	n.dst, err = cli.Addr(s, n.e.Opt.Family)
	n.hasDst = true
	return err
}

func (n *fdbEntry) parsePort(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	port, ok := parsePort(n.e, s)
	if !ok {
		return cli.InvArg("invalid port\n", s)
	}
	n.port = port
	return nil
}

// parsePort reads a UDP port by number or service.
func parsePort(e *cli.Env, s string) (uint16, bool) {
	v, rest := cli.Strtoul(s, 0)
	if rest != "" {
		return e.Tables.ServicePort(s, "udp")
	}
	return uint16(v), v <= 0xffff
}

func parseVNI(to **uint32, bad string, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	v, rest := cli.Strtoul(s, 0)
	if rest != "" || v>>24 != 0 {
		return cli.InvArg(bad, s)
	}
	vni := uint32(v)
	*to = &vni
	return nil
}

func (n *fdbEntry) parseVia(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if n.via = n.e.Links.Index(s); n.via == 0 {
		return cli.Exit(cli.StatusUsage, `Cannot find device "%s"`, s)
	}
	return nil
}

// parseVlan calls the keyword itself the second value.
func (n *fdbEntry) parseVlan(a *cli.Args) error {
	if n.vlan >= 0 {
		a.Back()
		return cli.DupArg2("vlan", a.Word())
	}
	s, err := a.Value()
	n.vlan = int16(cli.Atoi(s))
	return err
}

// address reads the word that is no keyword: the address.
func (n *fdbEntry) address(a *cli.Args) error {
	if a.Match("=to") && !a.More() {
		return cli.Incomplete()
	}
	if a.Is("help") {
		return cli.Help()
	}
	s, _ := a.Value()
	if n.addr.is {
		return cli.DupArg2("to", s)
	}
	n.addr = given{s, true}
	return nil
}

func fdbModify(c *command.Call) error {
	e, a := c.Env, c.Args
	typ, flags := c.Verb.Type, c.Verb.Flags
	mem := cli.State[fdbMemory](e)
	n := &mem.entry
	n.begin(e)
	n.nd.State = unix.NUD_NOARP
	if err := mem.words.Parse(n, a, fdbWords, (*fdbEntry).address); err != nil {
		return err
	}
	if !n.dev.is || !n.addr.is {
		return cli.Fail("Device and address are required arguments.")
	}
	if n.nhid != 0 && (n.hasDst || n.port != 0 || n.vni != nil) {
		return cli.Fail("dst, port, vni are mutually exclusive with nhid")
	}
	n.assume()
	m := e.NewChange(typ, flags)
	rtnl.Put(m, n.nd)
	if err := n.putAddr(m); err != nil {
		return err
	}
	if n.hasDst {
		m.Attr(unix.NDA_DST, n.dst.Bytes())
	}
	n.putVlan(m)
	n.putNhid(m)
	n.putPort(m)
	putVNI(m, unix.NDA_VNI, n.vni)
	putVNI(m, unix.NDA_SRC_VNI, n.srcVNI)
	if n.via != 0 {
		m.U32(unix.NDA_IFINDEX, n.via)
	}
	idx, err := e.Index(n.dev.word)
	if err != nil {
		return err
	}
	setIndex(m, idx)
	n.putExt(m)
	return change(e, m)
}

// assume adds what is meant if nothing else is said: an entry of the device
// itself, permanent.
func (n *fdbEntry) assume() {
	if n.nd.Flags&(unix.NTF_SELF|unix.NTF_MASTER) == 0 {
		n.nd.Flags |= unix.NTF_SELF
	}
	if n.nd.State&(unix.NUD_PERMANENT|unix.NUD_REACHABLE) == 0 {
		n.nd.State |= unix.NUD_PERMANENT
	}
}

// setIndex patches the device into a request about neighbours.
func setIndex(m *rtnl.Msg, index uint32) { rtnl.NE.PutUint32(m.Body()[4:], index) }

func (n *fdbEntry) putAddr(m *rtnl.Msg) error {
	mac, ok := scanMAC(n.addr.word)
	if !ok {
		return cli.Fail("Invalid mac address %s", n.addr.word)
	}
	m.Attr(unix.NDA_LLADDR, mac[:])
	return nil
}

func (n *fdbEntry) putVlan(m *rtnl.Msg) {
	if n.vlan >= 0 {
		m.U16(unix.NDA_VLAN, uint16(n.vlan))
	}
}

func (n *fdbEntry) putNhid(m *rtnl.Msg) {
	if n.nhid > 0 {
		m.U32(uapi.NDA_NH_ID, n.nhid)
	}
}

func (n *fdbEntry) putPort(m *rtnl.Msg) {
	if n.port != 0 {
		m.Be16(unix.NDA_PORT, n.port)
	}
}

func putVNI(m *rtnl.Msg, attr uint16, vni *uint32) {
	if vni != nil {
		m.U32(attr, *vni)
	}
}

func (n *fdbEntry) putExt(m *rtnl.Msg) {
	if n.notify == 0 && !n.noRefresh {
		return
	}
	nest := m.Nest(uapi.NDA_FDB_EXT_ATTRS | unix.NLA_F_NESTED)
	if n.notify != 0 {
		m.U8(uapi.NFEA_ACTIVITY_NOTIFY, n.notify)
	}
	if n.noRefresh {
		m.Flag(uapi.NFEA_DONT_REFRESH)
	}
	m.End(nest)
}

// scanMAC reads an address as sscanf does with %hhx and colons: blanks, signs
// and long numbers will do, and what follows the sixth byte does not matter.
func scanMAC(s string) (mac [6]byte, ok bool) {
	for i := range mac {
		if i > 0 {
			if s == "" || s[0] != ':' {
				return mac, false
			}
			s = s[1:]
		}
		v, rest := cli.Strtoul(s, 16)
		if len(rest) == len(s) {
			return mac, false
		}
		mac[i], s = byte(v), rest
	}
	return mac, true
}

// getWords are those of get.
func getWords() []fdbKeyword {
	return []fdbKeyword{
		fdbDev("=brport|=dev"),
		{Words: "=br", Parse: func(n *fdbEntry, a *cli.Args) error { return n.br.take(a) }},
		anyVNI,
		flagWord("=self", unix.NTF_SELF),
		flagWord("master", unix.NTF_MASTER),
		{Words: "vlan", Parse: (*fdbEntry).parseVlan},
		{Words: "dynamic", Parse: func(n *fdbEntry, _ *cli.Args) error { n.dynamic = true; return nil }},
	}
}

func fdbGet(c *command.Call) error {
	e, a := c.Env, c.Args
	t := cli.State[tool](e)
	n := newFdbEntry(e)
	err := cli.ParseWords(n, a, getWords(), (*fdbEntry).address)
	t.fdb.dynamic = t.fdb.dynamic || n.dynamic
	if err != nil {
		return err
	}
	if !n.dev.is && !n.br.is || !n.addr.is {
		return cli.Fail("Device or master and address are required arguments.")
	}
	m := rtnl.Request(unix.RTM_GETNEIGH, n.nd)
	if err := n.putAddr(m); err != nil {
		return err
	}
	n.putVlan(m)
	putVNI(m, unix.NDA_VNI, n.vni)
	if err := n.putDevices(m); err != nil {
		return err
	}
	p := &fdbPrinter{e: e, f: &t.fdb}
	return e.Get(m, func(m rtnl.Message) error {
		e.Pen.Begin()
		return p.print(m)
	})
}

// putDevices adds the port and the bridge of get.
func (n *fdbEntry) putDevices(m *rtnl.Msg) error {
	if n.dev.is {
		idx, err := n.e.Index(n.dev.word)
		if err != nil {
			return err
		}
		setIndex(m, idx)
	}
	if !n.br.is {
		return nil
	}
	idx, err := deviceOf(n.e, "bridge device", n.br.word)
	m.U32(unix.NDA_MASTER, idx)
	return err
}
