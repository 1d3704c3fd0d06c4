package neighcmd

import (
	"time"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// tableHeader is struct ndtmsg of linux/neighbour.h.
type tableHeader struct {
	Family, _ uint8
	_         uint16
}

var tableVerbs = []cli.Verb{
	{Words: "change|chg", Run: changeTable, Waits: true},
	{Words: "show|lst|list", Run: listTables},
	{Words: "help", Help: tableUsage},
}

// RunTable is ip ntable.
func RunTable(e *cli.Env, a *cli.Args) error {
	if err := e.LearnForBatch(); err != nil {
		return err
	}
	return cli.Dispatch(e, a, "ntable", tableVerbs, listTables)
}

// A number is one attribute of a table that holds a number: its keyword, which
// is its name in the output too.
type number struct {
	word string
	attr uint16
	size int  // in bits
	set  bool // it can be changed
	ends bool // it ends a line of the output
}

// parms are the numbers in NDTA_PARMS, those of a table for one device or for
// devices to come, in the order in which they print. Times are milliseconds.
func parms() []number {
	return []number{
		{"refcnt", uapi.NDTPA_REFCNT, 32, false, false},
		{"reachable", uapi.NDTPA_REACHABLE_TIME, 64, false, false},
		{"base_reachable", uapi.NDTPA_BASE_REACHABLE_TIME, 64, true, false},
		{"retrans", uapi.NDTPA_RETRANS_TIME, 64, true, true},
		{"gc_stale", uapi.NDTPA_GC_STALETIME, 64, true, false},
		{"delay_probe", uapi.NDTPA_DELAY_PROBE_TIME, 64, true, false},
		{"queue", uapi.NDTPA_QUEUE_LEN, 32, true, true},
		{"app_probes", uapi.NDTPA_APP_PROBES, 32, true, false},
		{"ucast_probes", uapi.NDTPA_UCAST_PROBES, 32, true, false},
		{"mcast_probes", uapi.NDTPA_MCAST_PROBES, 32, true, false},
		{"mcast_reprobes", uapi.NDTPA_MCAST_REPROBES, 32, true, true},
		{"anycast_delay", uapi.NDTPA_ANYCAST_DELAY, 64, true, false},
		{"proxy_delay", uapi.NDTPA_PROXY_DELAY, 64, true, false},
		{"proxy_queue", uapi.NDTPA_PROXY_QLEN, 32, true, false},
		{"locktime", uapi.NDTPA_LOCKTIME, 64, true, true},
	}
}

// limits are the numbers of a table as a whole.
func limits() []number {
	return []number{
		{"thresh1", uapi.NDTA_THRESH1, 32, true, false},
		{"thresh2", uapi.NDTA_THRESH2, 32, true, false},
		{"thresh3", uapi.NDTA_THRESH3, 32, true, false},
		{"gc_int", uapi.NDTA_GC_INTERVAL, 64, true, false},
	}
}

// parse takes the value of n and adds it to m.
func (n *number) parse(m *rtnl.Msg, a *cli.Args) error {
	v, err := a.Uint(n.size, `"`+n.word+`" value is invalid`)
	if n.size == 64 {
		m.U64(n.attr, v)
	} else {
		m.U32(n.attr, uint32(v))
	}
	return err
}

// print writes n with the payload v, if there is one.
func (n *number) print(p *show.Pen, v []byte) {
	if v == nil {
		return
	}
	key := n.word
	if key == "gc_int" {
		key = "gc_interval"
	}
	u := uint64(rtnl.U32(v))
	if n.size == 64 {
		u = rtnl.U64(v)
	}
	p.Text(n.word)
	p.Uint(key, " ", u, " ")
}

// find returns the number that word sets, or nil.
func find(numbers []number, word string) *number {
	for i := range numbers {
		if numbers[i].word == word && numbers[i].set {
			return &numbers[i]
		}
	}
	return nil
}

// changeTable sets numbers of a table. Those of the parameters travel in a
// nest at the end of the message.
func changeTable(e *cli.Env, a *cli.Args) error {
	m := rtnl.New(unix.RTM_SETNEIGHTBL, unix.NLM_F_REPLACE)
	rtnl.Put(m, tableHeader{Family: e.Opt.Family})
	nested := rtnl.New(0, 0)
	mark := nested.Mark()
	named, changed := false, false
	for a.More() {
		word := a.Word()
		a.Skip()
		var err error
		if n := find(limits(), word); n != nil {
			err = n.parse(m, a)
			changed = true
		} else if n := find(parms(), word); n != nil {
			err = n.parse(nested, a)
			changed = true
		} else if word == "name" {
			err = putName(m, a, named)
			named = true
		} else if word == "dev" {
			err = putDev(e, nested, a)
		} else {
			return cli.InvArg("unknown", word)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case !named:
		return cli.MissArg("NAME")
	case !changed:
		return cli.Exit(cli.StatusUsage, "Not enough information: changeable attributes required.")
	}
	if p := nested.Since(mark); len(p) > 0 {
		m.Attr(uapi.NDTA_PARMS, p)
	}
	return e.Post(m, cli.Special{Ends: true})
}

func putName(m *rtnl.Msg, a *cli.Args, again bool) error {
	name, err := a.Value()
	if err == nil && again {
		return cli.DupArg("NAME", name)
	}
	m.Str(uapi.NDTA_NAME, name)
	return err
}

func putDev(e *cli.Env, m *rtnl.Msg, a *cli.Args) error {
	dev, err := a.Value()
	if err != nil {
		return err
	}
	index, err := e.Index(dev)
	m.U32(uapi.NDTPA_IFINDEX, index)
	return err
}

// A tableFilter is what show asks for.
type tableFilter struct {
	e      *cli.Env
	index  uint32
	noDev  bool // only what is of no device
	name   string
	byName bool
}

func (f *tableFilter) parse(a *cli.Args) error {
	for a.More() {
		switch {
		case a.Match("=dev"):
			dev, err := a.Value()
			if err != nil {
				return err
			}
			if f.noDev = dev == "none"; f.noDev {
				continue
			}
			if f.index = f.e.Links.Index(dev); f.index == 0 {
				return cli.InvArg(`"DEV" is invalid`, dev)
			}
		case a.Match("=name"):
			name, err := a.Value()
			if err != nil {
				return err
			}
			f.name, f.byName = name, true
		default:
			return cli.InvArg("unknown", a.Word())
		}
	}
	return nil
}

// A table is one message taken apart: a table, or its numbers for one device.
type table struct {
	tableHeader
	tb    [uapi.NDTA_MAX + 1][]byte
	parms [uapi.NDTPA_MAX + 1][]byte
}

func (t *table) parse(m rtnl.Message) bool {
	h, attrs := rtnl.View[tableHeader](m.Body)
	if h == nil || m.Type != unix.RTM_NEWNEIGHTBL {
		return false
	}
	t.tableHeader = *h
	rtnl.Index(t.tb[:], attrs)
	rtnl.Index(t.parms[:], t.tb[uapi.NDTA_PARMS])
	return true
}

func (f *tableFilter) match(t *table) bool {
	if af := f.e.Opt.Family; af != unix.AF_UNSPEC && af != t.Family {
		return false
	}
	if v := t.tb[uapi.NDTA_NAME]; v != nil && f.byName && string(rtnl.CStr(v)) != f.name {
		return false
	}
	dev := t.parms[uapi.NDTPA_IFINDEX]
	switch {
	case t.tb[uapi.NDTA_PARMS] == nil:
		return true
	case f.noDev:
		return dev == nil
	}
	return f.index == 0 || dev != nil && rtnl.U32(dev) == f.index
}

func listTables(e *cli.Env, a *cli.Args) error {
	f := &tableFilter{e: e}
	if err := f.parse(a); err != nil {
		return err
	}
	m := rtnl.New(unix.RTM_GETNEIGHTBL, 0)
	rtnl.Put(m, tableHeader{Family: e.Opt.Family})
	e.Pen.Begin()
	var t table
	err := e.Dump(m, func(m rtnl.Message) error {
		if t.parse(m) && f.match(&t) {
			t.print(e)
		}
		return nil
	})
	e.Pen.End()
	return cli.DumpError(err, cli.StatusError)
}

func (t *table) print(e *cli.Env) {
	p := e.Pen
	p.OpenObject("")
	p.Str("family", "", cli.FamilyName(t.Family), " ")
	if v := t.tb[uapi.NDTA_NAME]; v != nil {
		p.Bytes("name", "", rtnl.CStr(v), " ")
	}
	p.NL()
	t.printLimits(p)
	if v, _ := rtnl.View[tableConfig](t.tb[uapi.NDTA_CONFIG]); v != nil && e.Opt.Stats > 0 {
		v.print(p)
	}
	if t.tb[uapi.NDTA_PARMS] != nil {
		t.printParms(e)
	}
	if v, _ := rtnl.View[tableStats](t.tb[uapi.NDTA_STATS]); v != nil && e.Opt.Stats > 0 {
		v.print(p)
	}
	p.EndLine()
	p.CloseObject()
}

func (t *table) printLimits(p *show.Pen) {
	any := false
	for _, n := range limits() {
		v := t.tb[n.attr]
		if v != nil && !any {
			any = true
			p.Text("    ")
		}
		n.print(p, v)
	}
	if any {
		p.NL()
	}
}

func (t *table) printParms(e *cli.Env) {
	p := e.Pen
	if v := t.parms[uapi.NDTPA_IFINDEX]; v != nil {
		p.Text("    dev ")
		p.ColorStr(show.Ifname, "dev", "", e.Links.Name(rtnl.U32(v)), " ")
		p.NL()
	}
	begins := true
	for _, n := range parms() {
		if begins {
			p.Text("    ")
		}
		n.print(p, t.parms[n.attr])
		if begins = n.ends; begins {
			p.NL()
		}
	}
}

// tableConfig is struct ndt_config.
type tableConfig struct {
	KeyLen, EntrySize              uint16
	Entries                        uint32
	LastFlush, LastRand            uint32 // milliseconds ago
	HashRnd, HashMask, HashChainGC uint32
	ProxyQlen                      uint32
}

func (c *tableConfig) print(p *show.Pen) {
	p.Uint("key_length", "    config key_len ", uint64(c.KeyLen), " ")
	p.Uint("entry_size", "entry_size ", uint64(c.EntrySize), " ")
	p.Uint("entries", "entries ", uint64(c.Entries), " ")
	p.NL()
	p.Str("last_flush", "        last_flush ", ago(c.LastFlush), " ")
	p.Str("last_rand", "last_rand ", ago(c.LastRand), " ")
	p.NL()
	p.Uint("hash_rnd", "        hash_rnd ", uint64(c.HashRnd), " ")
	if p.JSON() {
		p.Hex0x("hash_mask", "", uint64(c.HashMask), "")
	} else {
		p.Text("hash_mask " + hex8(c.HashMask) + " ")
	}
	p.Uint("hash_chain_gc", "hash_chain_gc ", uint64(c.HashChainGC), " ")
	p.Uint("proxy_qlen", "proxy_qlen ", uint64(c.ProxyQlen), " ")
	p.NL()
}

// hex8 writes v in eight hexadecimal digits.
func hex8(v uint32) string {
	var b [8]byte
	for i := range b {
		b[i] = "0123456789abcdef"[v>>(28-4*i)&15]
	}
	return string(b[:])
}

// ago is the local time msec before now; 0 stands for never.
func ago(msec uint32) string {
	if msec == 0 {
		return "(error)"
	}
	return time.Unix(time.Now().Unix()-int64(msec/1000), 0).Format(time.DateTime)
}

// tableStats is struct ndt_stats.
type tableStats struct {
	Allocs, Destroys, HashGrows, ResFailed, Lookups, Hits uint64
	ProbesMcast, ProbesUcast, PeriodicGC, ForcedGC, Fulls uint64
}

func (s *tableStats) print(p *show.Pen) {
	p.Text("    stats ")
	for _, c := range []struct {
		key  string
		v    uint64
		ends bool
	}{
		{"allocs", s.Allocs, false}, {"destroys", s.Destroys, false}, {"hash_grows", s.HashGrows, true},
		{"res_failed", s.ResFailed, false}, {"lookups", s.Lookups, false}, {"hits", s.Hits, true},
		{"rcv_probes_mcast", s.ProbesMcast, false}, {"rcv_probes_ucast", s.ProbesUcast, true},
		{"periodic_gc_runs", s.PeriodicGC, false}, {"forced_gc_runs", s.ForcedGC, true},
		{"table_fulls", s.Fulls, false},
	} {
		p.Text(c.key)
		p.Uint(c.key, " ", c.v, " ")
		if c.ends {
			p.NL()
			p.Text("    ")
		}
	}
	p.NL()
}

const tableUsage = `Usage: ip ntable show [ dev { DEV | none } ] [ name NAME ]
       ip ntable change name NAME [ dev DEV ]
                 [ thresh1 VAL ] [ thresh2 VAL ] [ thresh3 VAL ] [ gc_int MSEC ] [ PARMS ]
PARMS := [ base_reachable MSEC ] [ retrans MSEC ] [ gc_stale MSEC ]
         [ delay_probe MSEC ] [ queue LEN ] [ app_probes VAL ]
         [ ucast_probes VAL ] [ mcast_probes VAL ] [ mcast_reprobes VAL ]
         [ anycast_delay MSEC ] [ proxy_delay MSEC ] [ proxy_queue LEN ]
         [ locktime MSEC ]
`
