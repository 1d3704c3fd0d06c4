package neighcmd

import (
	"bytes"
	"math"
	"strings"
	"time"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
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

// Ntable is ip ntable.
var Ntable = command.Object{Words: "ntable|ntbl", Usage: tableUsage, Before: command.LearnLinks, Verbs: []command.Verb{
	{Words: "change|chg", Run: changeTable, Waits: true},
	{Words: "show|lst|list", Run: listTables, Default: true},
	{Words: "help"},
}}

// The numbers of a table, of a table for one device, and those of devices to come,
// in the order in which they print. Times are milliseconds.
var neighTable = field.Table{Name: "ntable", Voice: &tableVoice, Last: []uint16{uapi.NDTA_PARMS}, Finish: checkChange, Indent: "    ", Rows: []*field.Row{
	{Words: "=name", Attr: uapi.NDTA_NAME, Type: &field.String, Flags: field.Required | field.Once | field.Quiet},
	{Words: "=thresh1", Attr: uapi.NDTA_THRESH1, Type: &field.U32},
	{Words: "=thresh2", Attr: uapi.NDTA_THRESH2, Type: &field.U32},
	{Words: "=thresh3", Attr: uapi.NDTA_THRESH3, Type: &field.U32},
	{Words: "=gc_int", Key: "gc_interval", Attr: uapi.NDTA_GC_INTERVAL, Type: &field.U64, Flags: field.EOL},
	// struct ndt_config; times are milliseconds ago.
	{Label: "config key_len", Key: "key_length", Attr: uapi.NDTA_CONFIG, At: 0, Type: &field.U16, Flags: field.Stats},
	{Label: "entry_size", Attr: uapi.NDTA_CONFIG, At: 2, Type: &field.U16, Flags: field.Stats},
	{Label: "entries", Attr: uapi.NDTA_CONFIG, At: 4, Type: &field.U32, Flags: field.Stats | field.EOL},
	{Label: "    last_flush", Key: "last_flush", Attr: uapi.NDTA_CONFIG, At: 8, Type: &ago, Flags: field.Stats},
	{Label: "last_rand", Attr: uapi.NDTA_CONFIG, At: 12, Type: &ago, Flags: field.Stats | field.EOL},
	{Label: "    hash_rnd", Key: "hash_rnd", Attr: uapi.NDTA_CONFIG, At: 16, Type: &field.U32, Flags: field.Stats},
	{Label: "hash_mask", Attr: uapi.NDTA_CONFIG, At: 20, Type: &mask, Flags: field.Stats},
	{Label: "hash_chain_gc", Attr: uapi.NDTA_CONFIG, At: 24, Type: &field.U32, Flags: field.Stats},
	{Label: "proxy_qlen", Attr: uapi.NDTA_CONFIG, At: 28, Type: &field.U32, Flags: field.Stats | field.EOL},

	{Words: "=dev", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_IFINDEX, Type: &field.Device, Flags: field.EOL},
	{Label: "refcnt", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_REFCNT, Type: &field.U32},
	{Label: "reachable", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_REACHABLE_TIME, Type: &field.U64},
	{Words: "=base_reachable", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_BASE_REACHABLE_TIME, Type: &field.U64},
	{Words: "=retrans", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_RETRANS_TIME, Type: &field.U64, Flags: field.EOL},
	{Words: "=gc_stale", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_GC_STALETIME, Type: &field.U64},
	{Words: "=delay_probe", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_DELAY_PROBE_TIME, Type: &field.U64},
	{Words: "=queue", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_QUEUE_LEN, Type: &field.U32, Flags: field.EOL},
	{Words: "=app_probes", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_APP_PROBES, Type: &field.U32},
	{Words: "=ucast_probes", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_UCAST_PROBES, Type: &field.U32},
	{Words: "=mcast_probes", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_MCAST_PROBES, Type: &field.U32},
	{Words: "=mcast_reprobes", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_MCAST_REPROBES, Type: &field.U32, Flags: field.EOL},
	{Words: "=anycast_delay", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_ANYCAST_DELAY, Type: &field.U64},
	{Words: "=proxy_delay", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_PROXY_DELAY, Type: &field.U64},
	{Words: "=proxy_queue", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_PROXY_QLEN, Type: &field.U32},
	{Words: "=locktime", In: uapi.NDTA_PARMS, Attr: uapi.NDTPA_LOCKTIME, Type: &field.U64, Flags: field.EOL},

	// struct ndt_stats
	{Label: "stats allocs", Key: "allocs", Attr: uapi.NDTA_STATS, At: 0, Type: &field.U64, Flags: field.Stats},
	{Label: "destroys", Attr: uapi.NDTA_STATS, At: 8, Type: &field.U64, Flags: field.Stats},
	{Label: "hash_grows", Attr: uapi.NDTA_STATS, At: 16, Type: &field.U64, Flags: field.Stats | field.EOL},
	{Label: "res_failed", Attr: uapi.NDTA_STATS, At: 24, Type: &field.U64, Flags: field.Stats},
	{Label: "lookups", Attr: uapi.NDTA_STATS, At: 32, Type: &field.U64, Flags: field.Stats},
	{Label: "hits", Attr: uapi.NDTA_STATS, At: 40, Type: &field.U64, Flags: field.Stats | field.EOL},
	{Label: "rcv_probes_mcast", Attr: uapi.NDTA_STATS, At: 48, Type: &field.U64, Flags: field.Stats},
	{Label: "rcv_probes_ucast", Attr: uapi.NDTA_STATS, At: 56, Type: &field.U64, Flags: field.Stats | field.EOL},
	{Label: "periodic_gc_runs", Attr: uapi.NDTA_STATS, At: 64, Type: &field.U64, Flags: field.Stats},
	{Label: "forced_gc_runs", Attr: uapi.NDTA_STATS, At: 72, Type: &field.U64, Flags: field.Stats | field.EOL},
	{Label: "table_fulls", Attr: uapi.NDTA_STATS, At: 80, Type: &field.U64, Flags: field.Stats | field.EOL},
}}

// tableVoice names what it asks for as the help does: NAME.
var tableVoice = field.Voice{Bad: field.BadIP, Wrong: cli.InvArg, Twice: dupArg, Missing: missArg, Unknown: field.Unknown}

func dupArg(word, value string) error { return cli.DupArg(strings.ToUpper(word), value) }
func missArg(word string) error       { return cli.MissArg(strings.ToUpper(word)) }

// checkChange refuses a change that names a table, and may be a device, only.
func checkChange(c *field.Call) error {
	for _, r := range c.Table.Rows {
		if c.Given(r) && r.Type != &field.String && r.Type != &field.Device {
			return nil
		}
	}
	return cli.Exit(cli.StatusUsage, "Not enough information: changeable attributes required.")
}

// changeTable sets numbers of a table.
func changeTable(c *command.Call) error {
	e, a := c.Env, c.Args
	x := field.NewCall(e, a, &neighTable)
	if err := x.Read(); err != nil {
		return err
	}
	m := rtnl.New(unix.RTM_SETNEIGHTBL, unix.NLM_F_REPLACE)
	rtnl.Put(m, tableHeader{Family: e.Opt.Family})
	x.Encode(m, &neighTable)
	return e.Post(m, cli.Special{Ends: true})
}

// listWords are what show asks for.
var listWords = field.Table{Name: "ntable", Voice: &field.IP, Rows: []*field.Row{
	{Words: "=dev", In: field.Slot, Attr: listDevice, Type: &deviceOrNone, Bad: `"DEV" is invalid`},
	{Words: "=name", In: field.Slot, Attr: listName, Type: &field.String},
}}

// The slots of listWords.
const (
	listDevice = iota
	listName
)

// deviceOrNone is a device, or none for what is of no device.
var deviceOrNone = field.Type{Size: 4, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	if s == "none" {
		return none, nil
	}
	if index := c.Env.Links.Index(s); index != 0 {
		return uint64(index), nil
	}
	return 0, c.Wrong(r, s)
}}

const none = math.MaxUint32

// A tableFilter is what show asks for.
type tableFilter struct {
	e     *cli.Env
	index uint32 // of a device; none, or 0 for all
	name  []byte // with its NUL; nil for all
}

func newTableFilter(e *cli.Env, a *cli.Args) (*tableFilter, error) {
	c := field.NewCall(e, a, &listWords)
	if err := c.Read(); err != nil {
		return nil, err
	}
	name := bytes.Clone(c.Get(field.Slot, listName))
	return &tableFilter{e, rtnl.U32(c.Get(field.Slot, listDevice)), name}, nil
}

// match tells whether the table, or its numbers for one device, is asked for.
func (f *tableFilter) match(family uint8, v *field.View) bool {
	if af := f.e.Opt.Family; af != unix.AF_UNSPEC && af != family {
		return false
	}
	if name := v.Get(0, uapi.NDTA_NAME); name != nil && f.name != nil && string(rtnl.CStr(name)) != string(rtnl.CStr(f.name)) {
		return false
	}
	dev := v.Get(uapi.NDTA_PARMS, uapi.NDTPA_IFINDEX)
	switch {
	case v.Get(0, uapi.NDTA_PARMS) == nil:
		return true
	case f.index == none:
		return dev == nil
	}
	return f.index == 0 || dev != nil && rtnl.U32(dev) == f.index
}

func listTables(c *command.Call) error {
	e, a := c.Env, c.Args
	f, err := newTableFilter(e, a)
	if err != nil {
		return err
	}
	// The kernel repeats a table where its list goes on in another message. How much the first
	// one holds depends on what the socket has read before: for the real tool, all links.
	if err := e.LearnLinks(); err != nil {
		return err
	}
	m := rtnl.Request(unix.RTM_GETNEIGHTBL, tableHeader{Family: e.Opt.Family})
	e.Pen.Begin()
	err = e.Dump(m, func(m rtnl.Message) error { f.show(m); return nil })
	e.Pen.End()
	return cli.DumpError(err, cli.StatusError)
}

// show prints a message if it is asked for.
func (f *tableFilter) show(m rtnl.Message) {
	h, attrs := rtnl.View[tableHeader](m.Body)
	if h == nil || m.Type != unix.RTM_NEWNEIGHTBL {
		return
	}
	if v := field.ViewOf(f.e, attrs); f.match(h.Family, v) {
		printTable(v, h.Family)
	}
}

func printTable(v *field.View, family uint8) {
	p := v.Pen
	p.OpenObject("")
	p.Str("family", "", cli.FamilyName(family), " ")
	if name := v.Get(0, uapi.NDTA_NAME); name != nil {
		p.Bytes("name", "", rtnl.CStr(name), " ")
	}
	p.NL()
	neighTable.Show(v)
	p.EndLine()
	p.CloseObject()
}

// ago is the local time so many milliseconds before now; 0 stands for never.
var ago = field.Type{Size: 4, Form: field.Str, Append: func(_ *field.View, _ *field.Row, b []byte, msec uint64) []byte {
	if msec == 0 {
		return append(b, "(error)"...)
	}
	return time.Unix(time.Now().Unix()-int64(msec/1000), 0).AppendFormat(b, time.DateTime)
}}

// mask is written in eight hexadecimal digits, in JSON as C's %#x.
var mask = field.Type{Size: 4, Print: func(v *field.View, r *field.Row, b []byte) {
	n := rtnl.U32(b)
	if v.Pen.JSON() {
		v.Pen.Hex0x(r.JSON(), "", uint64(n), "")
		return
	}
	var buf [8]byte
	v.Str(r, show.AppendHexDigits(buf[:0], uint64(n), 8))
}}

const tableUsage = `Usage: ip ntable show [ dev { DEV | none } ] [ name NAME ]
       ip ntable change name NAME [ dev DEV ]
                 [ thresh1 VAL ] [ thresh2 VAL ] [ thresh3 VAL ] [ gc_int MSEC ] [ PARMS ]
PARMS := [ base_reachable MSEC ] [ retrans MSEC ] [ gc_stale MSEC ]
         [ delay_probe MSEC ] [ queue LEN ] [ app_probes VAL ]
         [ ucast_probes VAL ] [ mcast_probes VAL ] [ mcast_reprobes VAL ]
         [ anycast_delay MSEC ] [ proxy_delay MSEC ] [ proxy_queue LEN ]
         [ locktime MSEC ]
`
