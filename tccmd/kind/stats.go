package kind

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Stats prints the statistics of a message, each line behind a prefix, and returns
// the kind's own, or nil.
func Stats(e *cli.Env, stats2, stats, xstats []byte, prefix string) (own []byte) {
	if stats2 != nil {
		if own = stats2Of(e, stats2, prefix); own == nil {
			own = xstats
		}
		return own
	}
	if stats != nil {
		oldStats(e, At(stats), prefix)
	}
	return xstats
}

// stats2Of prints TCA_STATS2 (linux/gen_stats.h).
func stats2Of(e *cli.Env, attr []byte, prefix string) []byte {
	var tb [uapi.TCA_STATS_PKT64 + 1][]byte
	rtnl.Refill(tb[:], 0, attr) // which is clear
	p, packets, hardware := e.Pen, uint64(0), uint64(0)
	if tb[uapi.TCA_STATS_PKT64] != nil {
		packets, hardware = packets64(attr, uapi.TCA_STATS_BASIC), packets64(attr, uapi.TCA_STATS_BASIC_HW)
	}
	basic, queue := At(tb[uapi.TCA_STATS_BASIC]), At(tb[uapi.TCA_STATS_QUEUE])
	if basic != nil {
		if packets == 0 {
			packets = uint64(basic.U32(8))
		}
		p.Text(prefix)
		p.Numbers(sentWords[:], " pkt", basic.U64(0), packets)
	}
	if queue != nil {
		p.Numbers(queueWords[:], ") ", uint64(queue.U32(8)), uint64(queue.U32(16)), uint64(queue.U32(12)))
	}
	if hw := At(tb[uapi.TCA_STATS_BASIC_HW]); hw != nil {
		hardwareStats(e, basic, hw, packets, hardware, prefix)
	}
	if est := At(tb[uapi.TCA_STATS_RATE_EST64]); est != nil {
		estimate(e, est.U64(0), est.U64(8), prefix)
	} else if est := At(tb[uapi.TCA_STATS_RATE_EST]); est != nil {
		estimate(e, uint64(est.U32(0)), uint64(est.U32(4)), prefix)
	}
	if queue != nil {
		if tb[uapi.TCA_STATS_RATE_EST] == nil {
			p.NL()
		}
		p.Text(prefix)
		Sized(p, "backlog", "backlog ", uint64(queue.U32(4)), "")
		if length := uint64(queue.U32(0)); p.JSON() {
			p.JUint("qlen", length)
		} else {
			p.Numbers(lengthWords[:], "", length, uint64(queue.U32(12)))
		}
	}
	return tb[uapi.TCA_STATS_APP]
}

var (
	sentWords  = [...]show.Number{{Key: "bytes", Pre: "Sent "}, {Key: "packets", Pre: " bytes "}}
	queueWords = [...]show.Number{{Key: "drops", Pre: " (dropped "}, {Key: "overlimits", Pre: ", overlimits "}, {Key: "requeues", Pre: " requeues "}}
	// lengthWords are those of text, which has requeues twice.
	lengthWords = [...]show.Number{{Pre: " "}, {Pre: "p requeues "}}
)

// packets64 is a number of packets of which the attribute behind another tells: of all
// or of those in hardware, as that is. It is 0 if there is none.
func packets64(attr []byte, behind uint16) (n uint64) {
	last := ^uint16(0)
	for t, v := range rtnl.Attrs(attr) {
		if t == uapi.TCA_STATS_PKT64 && last == behind {
			n = rtnl.U64(v)
		}
		last = t
	}
	return n
}

// hardwareStats tells what of it all a device has done.
func hardwareStats(e *cli.Env, basic, hw At, packets, hardware uint64, prefix string) {
	p, bytes := e.Pen, hw.U64(0)
	if hardware == 0 {
		hardware = uint64(hw.U32(8))
	}
	if bytes == 0 && hardware == 0 {
		return
	}
	if basic != nil && basic.U64(0) >= bytes && packets >= hardware {
		p.NL()
		p.Text(prefix)
		p.Uint("sw_bytes", "Sent software ", basic.U64(0)-bytes, " bytes")
		p.Uint("sw_packets", " ", packets-hardware, " pkt")
	}
	p.NL()
	p.Text(prefix)
	p.Uint("hw_bytes", "Sent hardware ", bytes, " bytes")
	p.Uint("hw_packets", " ", hardware, " pkt")
}

// estimate prints the rate that an estimator has found. Its line break is one even
// with -o.
func estimate(e *cli.Env, bps, pps uint64, prefix string) {
	p := e.Pen
	var b [32]byte
	p.Text("\n" + prefix)
	p.JUint("rate", bps)
	if !p.JSON() {
		p.Bytes("", "rate ", AppendRate(b[:0], bps, e.Opt.IEC), "")
	}
	p.Uint("pps", " ", pps, "pps")
}

// oldStats prints TCA_STATS, struct tc_stats.
func oldStats(e *cli.Env, b At, prefix string) {
	p := e.Pen
	p.Text(prefix)
	p.Uint("bytes", "Sent ", b.U64(0), " bytes")
	p.Uint("packets", " ", uint64(b.U32(8)), " pkts")
	p.Uint("dropped", " (dropped ", uint64(b.U32(12)), ",")
	p.Uint("overlimits", " overlimits ", uint64(b.U32(16)), ") ")
	bps, pps, qlen, backlog := b.U32(20), b.U32(24), b.U32(28), b.U32(32)
	if bps|pps|qlen|backlog == 0 {
		return
	}
	p.NL()
	p.Text(prefix)
	if bps|pps != 0 {
		p.Text("rate ")
		if bps != 0 {
			var buf [32]byte
			p.Bytes("rate", "", AppendRate(buf[:0], uint64(bps), e.Opt.IEC), " ")
		}
		if pps != 0 {
			p.Uint("pps", "", uint64(pps), "pps ")
		}
	}
	if qlen|backlog != 0 {
		p.Text("backlog ")
		if backlog != 0 {
			Sized(p, "backlog", "", uint64(backlog), " ")
		}
		if qlen != 0 {
			p.Uint("qlen", "", uint64(qlen), "p ")
		}
	}
}

// Warning prints what the kernel remarks on the side.
func Warning(e *cli.Env, tb [][]byte) {
	if b := tb[unix.TCA_EXT_WARN_MSG]; b != nil {
		e.Pen.Bytes("warn", "", rtnl.CStr(b), "")
		e.Pen.NL()
	}
}
