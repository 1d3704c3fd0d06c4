package fair

import (
	"strconv"

	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/tccmd/kind"
)

// The statistics of cake are attributes: those of the qdisc or of a flow, and a nest of
// those of each tin, which is a queue of one priority. Their line breaks are ones even
// with -o, but for those of the table of tins.
func printCakeXstats(v *field.View) {
	v.Of(v.Env, v.Head)
	printCakeTotals(v)
	printCakeFlow(v)
	var tins [cakeTins + 1][]byte
	rtnl.Index(tins[:], v.Get(0, uapi.TCA_CAKE_STATS_TIN_STATS))
	n := 1
	for n < len(tins) && tins[n] != nil {
		n++
	}
	switch {
	case n == 1:
	case v.Pen.JSON():
		v.Pen.OpenArray("tins")
		for _, tin := range tins[1:n] {
			printTinJSON(v.Pen, tin)
		}
		v.Pen.CloseArray()
	default:
		printTins(v, tins[1:n])
	}
}

const cakeTins = 8

// totals are pairs and numbers of the qdisc, which text has in columns.
var totals = [...]struct {
	attr              uint16
	key, label, after string
	width             int
}{
	{uapi.TCA_CAKE_STATS_MIN_NETLEN, "min_network_size", " min/max network layer size: ", "", 12},
	{uapi.TCA_CAKE_STATS_MAX_NETLEN, "max_network_size", " /", "\n", 8},
	{uapi.TCA_CAKE_STATS_MIN_ADJLEN, "min_adj_size", " min/max overhead-adjusted size: ", "", 8},
	{uapi.TCA_CAKE_STATS_MAX_ADJLEN, "max_adj_size", " /", "\n", 8},
	{uapi.TCA_CAKE_STATS_ACTIVE_QUEUES, "active_queues", " active queues: ", "\n", 25},
	{uapi.TCA_CAKE_STATS_AVG_NETOFF, "avg_hdr_offset", " average network hdr offset: ", "\n\n", 12},
}

func printCakeTotals(v *field.View) {
	p := v.Pen
	if used := v.Get(0, uapi.TCA_CAKE_STATS_MEMORY_USED); used != nil {
		kind.Sized(p, "memory_used", " memory used: ", uint64(rtnl.U32(used)), "")
		kind.Sized(p, "memory_limit", " of ", uint64(cakeNumber(v, uapi.TCA_CAKE_STATS_MEMORY_LIMIT)), "\n")
	}
	if b := kind.At(v.Get(0, uapi.TCA_CAKE_STATS_CAPACITY_ESTIMATE64)); b != nil {
		kind.Rated(v, "capacity_estimate", " capacity estimate: ", b.U64(0), "\n")
	}
	for i := range totals {
		if t := &totals[i]; v.Get(0, t.attr) != nil {
			p.UintWidth(t.key, t.label, t.width, uint64(cakeNumber(v, t.attr)), t.after)
		}
	}
}

// printCakeFlow prints what there is of a flow, which the classes are.
func printCakeFlow(v *field.View) {
	p := v.Pen
	if v.Get(0, uapi.TCA_CAKE_STATS_DEFICIT) != nil {
		p.Int("deficit", "  deficit ", int64(int32(cakeNumber(v, uapi.TCA_CAKE_STATS_DEFICIT))), "")
	}
	if v.Get(0, uapi.TCA_CAKE_STATS_COBALT_COUNT) != nil {
		p.Uint("count", " count ", uint64(cakeNumber(v, uapi.TCA_CAKE_STATS_COBALT_COUNT)), "")
	}
	if cakeNumber(v, uapi.TCA_CAKE_STATS_DROPPING) != 0 {
		p.Flag("dropping", " dropping")
		if b := v.Get(0, uapi.TCA_CAKE_STATS_DROP_NEXT_US); b != nil {
			n := int32(rtnl.U32(b))
			printSoon(p, "drop_next", n, uint32(max(n, -n)))
		}
	}
	if v.Get(0, uapi.TCA_CAKE_STATS_P_DROP) == nil {
		return
	}
	p.Uint("blue_prob", " blue_prob ", uint64(cakeNumber(v, uapi.TCA_CAKE_STATS_P_DROP)), "")
	if b := v.Get(0, uapi.TCA_CAKE_STATS_BLUE_TIMER_US); b != nil {
		// A time that is over is shown as what it is without a sign, behind one.
		printSoon(p, "blue_timer", int32(rtnl.U32(b)), rtnl.U32(b))
	}
}

// printSoon prints how long it is until something; JSON does not have it if that is over.
func printSoon(p *show.Pen, key string, n int32, shown uint32) {
	switch {
	case n >= 0:
		kind.Timed(p, key, " "+key+" ", shown, "")
	case !p.JSON():
		kind.Timed(p, "", " "+key+" -", shown, "")
	}
}

// A tinRow is a number of each tin.
type tinRow struct {
	attr   uint16
	label  string
	spells func(v *field.View, b []byte, n uint64) []byte
	key    string
}

var tinRows = [...]tinRow{
	{uapi.TCA_CAKE_TIN_STATS_THRESHOLD_RATE64, "  thresh  ", tinRate, "threshold_rate"},
	{uapi.TCA_CAKE_TIN_STATS_TARGET_US, "  target  ", tinTime, "target_us"},
	{uapi.TCA_CAKE_TIN_STATS_INTERVAL_US, "  interval", tinTime, "interval_us"},
	{uapi.TCA_CAKE_TIN_STATS_PEAK_DELAY_US, "  pk_delay", tinTime, "peak_delay_us"},
	{uapi.TCA_CAKE_TIN_STATS_AVG_DELAY_US, "  av_delay", tinTime, "avg_delay_us"},
	{uapi.TCA_CAKE_TIN_STATS_BASE_DELAY_US, "  sp_delay", tinTime, "base_delay_us"},
	{uapi.TCA_CAKE_TIN_STATS_BACKLOG_BYTES, "  backlog ", tinSize, "backlog_bytes"},
	{uapi.TCA_CAKE_TIN_STATS_SENT_PACKETS, "  pkts    ", nil, "sent_packets"},
	{uapi.TCA_CAKE_TIN_STATS_SENT_BYTES64, "  bytes   ", nil, "sent_bytes"},
	{uapi.TCA_CAKE_TIN_STATS_WAY_INDIRECT_HITS, "  way_inds", nil, "way_indirect_hits"},
	{uapi.TCA_CAKE_TIN_STATS_WAY_MISSES, "  way_miss", nil, "way_misses"},
	{uapi.TCA_CAKE_TIN_STATS_WAY_COLLISIONS, "  way_cols", nil, "way_collisions"},
	{uapi.TCA_CAKE_TIN_STATS_DROPPED_PACKETS, "  drops   ", nil, "drops"},
	{uapi.TCA_CAKE_TIN_STATS_ECN_MARKED_PACKETS, "  marks   ", nil, "ecn_mark"},
	{uapi.TCA_CAKE_TIN_STATS_ACKS_DROPPED_PACKETS, "  ack_drop", nil, "ack_drops"},
	{uapi.TCA_CAKE_TIN_STATS_SPARSE_FLOWS, "  sp_flows", nil, "sparse_flows"},
	{uapi.TCA_CAKE_TIN_STATS_BULK_FLOWS, "  bk_flows", nil, "bulk_flows"},
	{uapi.TCA_CAKE_TIN_STATS_UNRESPONSIVE_FLOWS, "  un_flows", nil, "unresponsive_flows"},
	{uapi.TCA_CAKE_TIN_STATS_MAX_SKBLEN, "  max_len ", nil, "max_pkt_len"},
	{uapi.TCA_CAKE_TIN_STATS_FLOW_QUANTUM, "  quantum ", nil, "flow_quantum"},
}

// tinOrder is the order in JSON, where it is another: bytes and backlog come early.
var tinOrder = [...]uint8{0, 8, 6, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}

func tinRate(v *field.View, b []byte, n uint64) []byte { return kind.AppendRate(b, n, v.Env.Opt.IEC) }

func tinTime(_ *field.View, b []byte, n uint64) []byte { return kind.AppendTime(b, uint32(n)) }

func tinSize(_ *field.View, b []byte, n uint64) []byte { return kind.AppendSize(b, n) }

// tinNumber is a number of 32 or 64 bits.
func tinNumber(b []byte) uint64 {
	if len(b) >= 8 {
		return rtnl.U64(b)
	}
	return uint64(kind.At(b).U32(0))
}

func printTinJSON(p *show.Pen, tin []byte) {
	p.OpenObject("")
	for _, i := range tinOrder {
		if b := rtnl.Find(tin, tinRows[i].attr); b != nil {
			p.JUint(tinRows[i].key, tinNumber(b))
		}
	}
	p.CloseObject()
}

// printTins prints the table: a line for each number, a column for each tin.
func printTins(v *field.View, tins [][]byte) {
	p := v.Pen
	switch len(tins) {
	case 3:
		p.Text("                   Bulk  Best Effort        Voice\n")
	case 4:
		p.Text("                   Bulk  Best Effort        Video        Voice\n")
	default:
		p.Text("          ")
		for i := range tins {
			p.Text("        Tin " + strconv.Itoa(i))
		}
		p.NL()
	}
	var buf [32]byte
	for i := range tinRows {
		r := &tinRows[i]
		if rtnl.Find(tins[0], r.attr) == nil {
			continue
		}
		p.Text(r.label)
		for _, tin := range tins {
			cell, n := buf[:0], tinNumber(rtnl.Find(tin, r.attr))
			if r.spells != nil {
				cell = r.spells(v, cell, n)
			} else {
				cell = kind.AppendUint(cell, n)
			}
			p.StrWidth("", " ", tinWidth, string(cell), "")
		}
		p.NL()
	}
}

const tinWidth = -12
