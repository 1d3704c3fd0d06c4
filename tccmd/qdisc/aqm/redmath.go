package aqm

import (
	"math"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// The arithmetic of random early detection. The kernel averages the length of a queue
// as avg += (length-avg) * W, with W = 2^-ewma, and drops with a probability that grows
// from 0 at min to the given one at max.

// ewma is the logarithm for bursts of that many packets: the first with
// burst+1-min/avpkt <= (1-(1-W)^burst)/W.
func ewma(e *cli.Env, min, burst, avpkt uint32) (log uint32, ok bool) {
	a, w := float64(burst)+1-float64(min)/float64(avpkt), 0.5
	if a < 1 {
		e.Warnf("tc_red_eval_ewma() burst %d is too small ? Try burst %d\n", burst, 1+min/avpkt)
		return 0, false
	}
	for log = 1; log < 32; log, w = log+1, w/2 {
		if a <= (1-math.Pow(1-w, float64(burst)))/w {
			return log, true
		}
	}
	return 0, false
}

// plog is how often prob/(max-min) has to be doubled to be above 1.
func plog(min, max uint32, prob float64) (log uint32, ok bool) {
	span := int32(max - min)
	if span <= 0 {
		return 0, span == 0
	}
	for prob /= float64(span); log < 32; log++ {
		if prob > 1 {
			return log, true
		}
		prob *= 2
	}
	return 0, false
}

// idle is how the average decays while the queue is empty: a table of 256 bytes, and
// the logarithm of its cells in ticks.
func idle(clock *kind.Clock, log, avpkt, rate uint32) (table []byte, cell uint32, ok bool) {
	decay := -math.Log(1-1/float64(int32(1)<<log)) / float64(clock.Ticks(uint64(rate), uint64(avpkt)))
	for ; cell < 32; cell++ {
		if 31/decay/float64(int32(1)<<cell) < 512 {
			break
		}
	}
	if cell >= 32 {
		return nil, 0, false
	}
	table = make([]byte, 256)
	// With cells of 2^24 ticks and more i<<cell has more than 31 bits: the real tool's table has
	// what the machine makes of it.
	for i := 1; i < 255; i++ {
		table[i] = min(byte(int(float64(int32(i)<<cell)*decay)), 31)
	}
	table[255] = 31
	return table, cell, true
}

// MaxP is a probability as a part of 2^32.
func MaxP(p float64) uint32 { return word.Uint32(p * (1 << 32)) }

// redFlags are those that show, by their words.
var redFlags = word.Names{{uapi.TC_RED_ECN, "ecn"}, {uapi.TC_RED_HARDDROP, "harddrop"}, {uapi.TC_RED_ADAPTATIVE, "adaptive"}, {uapi.TC_RED_NODROP, "nodrop"}}

// PrintRedFlags writes the flags that are set.
func PrintRedFlags(v *field.View, flags uint32) {
	for _, f := range redFlags {
		set := uint64(flags)&f.Val != 0
		v.Pen.JBool(f.Word, set)
		if set {
			v.Pen.Text(f.Word + " ")
		}
	}
}

// Probability is a type of slots, which hold the bits of a float.
var Probability = field.Type{Size: 8, Usage: "PROBABILITY", Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
	p, rest, ok := word.Scanlf(s)
	if _ = rest; !ok {
		return 0, c.Wrong(r, s)
	}
	return math.Float64bits(p), nil
}}
