// Package netem is the queueing discipline that emulates a network: delay, loss,
// duplicates, a rate.
package netem

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// Kind has struct tc_netem_qopt in front of its attributes (linux/pkt_sched.h):
// latency, limit, loss, gap, duplicate, jitter, of 32 bits each. A probability is the
// part of the largest number of 32 bits.
var Kind = kind.Kind{Begin: beginNetem, Print: printNetem, Xstats: printNetemXstats, Table: field.Table{
	Name: "netem", Size: netemSize, Voice: &kind.Voice, Finish: finishNetem,
	Send: []uint16{uapi.TCA_NETEM_LATENCY64, uapi.TCA_NETEM_JITTER64, uapi.TCA_NETEM_CORR, uapi.TCA_NETEM_REORDER,
		uapi.TCA_NETEM_ECN, uapi.TCA_NETEM_CORRUPT, uapi.TCA_NETEM_SLOT, netemLoss, uapi.TCA_NETEM_RATE64,
		uapi.TCA_NETEM_RATE, uapi.TCA_NETEM_PRNG_SEED, uapi.TCA_NETEM_DELAY_DIST, uapi.TCA_NETEM_SLOT_DIST},
	Rows: []*field.Row{
		{Words: "limit", In: field.Head, At: netemLimit, Type: &kind.Count},
		{Words: "latency|delay", Value: "TIME [ JITTER [ CORRELATION ] ]", Bad: `Illegal "latency"`, Type: &field.Type{Parse: parseDelay}},
		{Words: "loss|drop", Value: "{ [ random ] PERCENT [ CORRELATION ] | state P13 [ P31 [ P32 [ P23 [ P14 ] ] ] ] | gemodel P [ R [ 1-H [ 1-K ] ] ] }",
			Type: &field.Type{Parse: parseLoss}},
		{Words: "seed", Attr: uapi.TCA_NETEM_PRNG_SEED, Type: &kind.Dec64},
		{Words: "ecn", Attr: uapi.TCA_NETEM_ECN, Arg: 1, Type: &field.Word32},
		{Words: "reorder", Value: "PERCENT [ CORRELATION ]", Attr: uapi.TCA_NETEM_REORDER, Type: &field.Type{Parse: parseChance}},
		{Words: "corrupt", Value: "PERCENT [ CORRELATION ]", Attr: uapi.TCA_NETEM_CORRUPT, Type: &field.Type{Parse: parseChance}},
		{Words: "gap", Value: "PACKETS", In: field.Head, At: netemGap, Type: &field.U32},
		{Words: "duplicate", Value: "PERCENT [ CORRELATION ]", Type: &field.Type{Parse: parseDuplicate}},
		{Words: "distribution", Value: "{ uniform | normal | pareto | paretonormal }", Attr: uapi.TCA_NETEM_DELAY_DIST, Type: &field.Type{Parse: parseDistribution}},
		{Words: "rate", Value: "RATE [ PACKETOVERHEAD [ CELLSIZE [ CELLOVERHEAD ] ] ]", Type: &field.Type{Read: parseNetemRate}},
		{Words: "slot", Value: "{ MIN_DELAY [ MAX_DELAY ] | distribution NAME DELAY JITTER } [ packets N ] [ bytes BYTES ]",
			Attr: uapi.TCA_NETEM_SLOT, Type: &field.Type{Parse: parseSlot}},
	}}}

// Places in the structs.
const (
	netemSize      = 24
	netemLimit     = 4
	netemLossAt    = 8
	netemGap       = 12
	netemDuplicate = 16

	netemLoss = uapi.TCA_NETEM_LOSS | 0x8000 // NLA_F_NESTED

	// TCA_NETEM_CORR has the correlations of delay, loss and duplication.
	delayCorr     = 0
	lossCorr      = 4
	duplicateCorr = 8

	// TCA_NETEM_SLOT has four times of 64 bits around two numbers of 32.
	slotMin, slotMax, slotPackets, slotBytes, slotDelay, slotJitter = 0, 8, 16, 20, 24, 32
	slotSize                                                        = 40
)

// What waits for the end of the words: correlations, which are sent if one was given
// whose attribute that is, and the rate.
const (
	slotCorr = iota + 1
	slotCorrGiven
	slotRate
)

func beginNetem(c *field.Call) {
	rtnl.NE.PutUint32(c.Get(field.Head, 0)[netemLimit:], 1000)
	var corr [12]byte
	c.Put(field.Slot, slotCorr, corr[:])
}

// number reports whether the next word begins with a digit: then it is a value that
// might have been left out.
func number(a *cli.Args) bool {
	w := a.Word()
	return w != "" && w[0] >= '0' && w[0] <= '9'
}

// signed is number for values that may be negative.
func signed(a *cli.Args) bool { return number(a) || a.Word() != "" && a.Word()[0] == '-' }

// chance is a fraction as a number of 32 bits.
func chance(p float64) uint32 { return uint32(roundToEven(p * 0xFFFFFFFF)) }

// percentOf takes a percentage.
func percentOf(c *field.Call, bad string) (uint32, error) {
	s, err := c.Args.Value()
	if err != nil {
		return 0, err
	}
	p, ok := kind.ParsePercent(s)
	if !ok {
		return 0, cli.Fail(`Illegal "%s"`, bad)
	}
	return chance(p), nil
}

// correlation takes one, if there is one. Only some make the attribute be sent.
func correlation(c *field.Call, at int, bad string, sent bool) error {
	if !number(c.Args) {
		return nil
	}
	n, err := percentOf(c, bad)
	if err != nil {
		return err
	}
	rtnl.NE.PutUint32(c.Get(field.Slot, slotCorr)[at:], n)
	if sent {
		c.Put(field.Slot, slotCorrGiven, nil)
	}
	return nil
}

func parseDelay(c *field.Call, r *field.Row) error {
	for i, attr := range [...]uint16{uapi.TCA_NETEM_LATENCY64, uapi.TCA_NETEM_JITTER64} {
		if i > 0 && !number(c.Args) {
			return nil
		}
		s, err := c.Args.Value()
		if err != nil {
			return err
		}
		t, ok := kind.ParseTime64(s)
		if !ok {
			return c.Wrong(r, s)
		}
		c.PutUint(0, attr, 8, uint64(t), false)
	}
	return correlation(c, delayCorr, "latency", true)
}

func parseChance(c *field.Call, r *field.Row) error {
	n, err := percentOf(c, r.Word())
	if err != nil {
		return err
	}
	var b [8]byte
	copy(b[:], c.Get(0, r.Attr))
	rtnl.NE.PutUint32(b[:], n)
	if number(c.Args) {
		if n, err = percentOf(c, r.Word()); err != nil {
			return err
		}
		rtnl.NE.PutUint32(b[4:], n)
		c.Put(field.Slot, slotCorrGiven, nil)
	}
	c.Put(0, r.Attr, b[:])
	return nil
}

func parseDuplicate(c *field.Call, _ *field.Row) error {
	n, err := percentOf(c, "duplicate")
	if err != nil {
		return err
	}
	rtnl.NE.PutUint32(c.Get(field.Head, 0)[netemDuplicate:], n)
	return correlation(c, duplicateCorr, "duplicate", false)
}

// A lossModel is a kind of loss that takes several probabilities, of which all but the
// first may be left out.
type lossModel struct {
	attr  uint16
	names []string
	// others are what the values behind the first are if it is p.
	others func(p float64) [4]float64
}

var (
	lossState   = lossModel{uapi.NETEM_LOSS_GI, []string{"p13", "p31", "p32", "p23", "p14"}, func(p float64) [4]float64 { return [4]float64{1 - p, 0, 1, 0} }}
	lossGemodel = lossModel{uapi.NETEM_LOSS_GE, []string{"gemodel p", "gemodel r", "gemodel h", "gemodel k"}, func(p float64) [4]float64 { return [4]float64{1 - p} }}
)

func parseLoss(c *field.Call, _ *field.Row) error {
	b := c.Get(field.Head, 0)
	if rtnl.NE.Uint32(b[netemLossAt:]) != 0 || c.Get(0, netemLoss) != nil {
		return cli.Fail("Illegal \"duplicate loss argument\n\"")
	}
	s, err := c.Args.Value()
	switch {
	case err != nil:
		return err
	case s == "state":
		return lossState.parse(c)
	case s == "gemodel":
		return lossGemodel.parse(c)
	case s != "" && s[0] >= '0' && s[0] <= '9':
		c.Args.Back()
	case s != "random":
		return cli.Fail("Unknown loss parameter: %s", s)
	}
	n, err := percentOf(c, "loss percent")
	if err != nil {
		return err
	}
	rtnl.NE.PutUint32(b[netemLossAt:], n)
	return correlation(c, lossCorr, "loss correlation", true)
}

// parse puts the model as a nest of one attribute.
func (l *lossModel) parse(c *field.Call) error {
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	p, ok := kind.ParsePercent(s)
	if !ok {
		return cli.Fail(`Illegal "loss %s"`, l.names[0])
	}
	nest := rtnl.NE.AppendUint16(nil, uint16(4+4*len(l.names)))
	nest = rtnl.NE.AppendUint16(nest, l.attr)
	nest = rtnl.NE.AppendUint32(nest, chance(p))
	others := l.others(p)
	for i, name := range l.names[1:] {
		n := chance(others[i])
		if number(c.Args) && len(nest) == 8+4*i {
			if n, err = percentOf(c, "loss "+name); err != nil {
				return err
			}
			if l.attr == uapi.NETEM_LOSS_GE && i == 1 {
				n = ^n // 1-h is what is typed
			}
		}
		nest = rtnl.NE.AppendUint32(nest, n)
	}
	c.Put(0, netemLoss, nest)
	return nil
}

// parseNetemRate reads a rate with up to three numbers behind it, which struct
// tc_netem_rate has too; its own rate has 32 bits.
func parseNetemRate(c *field.Call, r *field.Row, s string) error {
	rate, err := kind.Rate64.Scan(c, r, s)
	if err != nil {
		return err
	}
	var b [16]byte
	copy(b[:], c.Get(0, uapi.TCA_NETEM_RATE))
	for i, there := range [...]func(*cli.Args) bool{signed, number, signed} {
		if !there(c.Args) {
			continue
		}
		w := c.Args.Word()
		c.Args.Skip()
		n, ok := word.Int(w, 0, 32)
		if i == 1 {
			var u uint64
			u, ok = word.Uint(w, 0, 32)
			n = int64(u)
		}
		if !ok {
			return c.Wrong(r, w)
		}
		rtnl.NE.PutUint32(b[4+4*i:], uint32(n))
	}
	c.Drop(0, uapi.TCA_NETEM_RATE64)
	if rate >= 1<<32 {
		c.PutUint(0, uapi.TCA_NETEM_RATE64, 8, rate, false)
		rate = 0xFFFFFFFF
	}
	rtnl.NE.PutUint32(b[:], uint32(rate))
	c.Put(0, uapi.TCA_NETEM_RATE, b[:])
	return nil
}

// parseSlot reads when packets are sent in bunches.
func parseSlot(c *field.Call, r *field.Row) error {
	var b [slotSize]byte
	copy(b[:], c.Get(0, r.Attr))
	err := slotTimes(c, b[:])
	if err != nil {
		return err
	}
	c.Put(0, r.Attr, b[:])
	if c.Args.Match("packets") {
		n, ok := word.Int(c.Args.Word(), 0, 32)
		if !c.Args.More() || !ok {
			return cli.Fail(`Illegal "slot packets"`)
		}
		c.Args.Skip()
		rtnl.NE.PutUint32(b[slotPackets:], uint32(n))
	}
	if c.Args.Match("bytes") {
		n, ok := kind.ParseSize(c.Args.Word())
		if !c.Args.More() || !ok || n > 0xFFFFFFFF {
			return cli.Fail(`Illegal "slot bytes"`)
		}
		c.Args.Skip()
		rtnl.NE.PutUint32(b[slotBytes:], uint32(n))
	}
	c.Put(0, r.Attr, b[:])
	return nil
}

// slotTimes reads the least and the largest delay, or the name of a distribution with
// a delay and a jitter.
func slotTimes(c *field.Call, b []byte) error {
	if number(c.Args) {
		least, err := slotTime(c, b[slotMin:], "min_delay")
		if err != nil {
			return err
		}
		rtnl.NE.PutUint64(b[slotMax:], uint64(least))
		if !number(c.Args) {
			return nil
		}
		most, err := slotTime(c, b[slotMax:], "max_delay")
		if err == nil && most < least {
			err = cli.Fail(`Illegal "slot max_delay"`)
		}
		return err
	}
	s, err := c.Args.Value()
	switch {
	case err != nil:
		return err
	case s != "distribution":
		return cli.Fail("Unknown slot parameter: %s", s)
	}
	if err := distribution(c, uapi.TCA_NETEM_SLOT_DIST); err != nil {
		return err
	}
	if _, err := slotTime(c, b[slotDelay:], "delay"); err != nil {
		return err
	}
	jitter, err := slotTime(c, b[slotJitter:], "jitter")
	if err == nil && jitter <= 0 {
		err = cli.Fail("Non-positive jitter")
	}
	return err
}

func slotTime(c *field.Call, b []byte, name string) (int64, error) {
	s, err := c.Args.Value()
	if err != nil {
		return 0, err
	}
	t, ok := kind.ParseTime64(s)
	if !ok {
		return 0, cli.Fail(`Illegal "slot %s"`, name)
	}
	rtnl.NE.PutUint64(b, uint64(t))
	return t, nil
}

func finishNetem(c *field.Call) error {
	b := c.Get(field.Head, 0)
	reorder, gap := rtnl.U32(c.Get(0, uapi.TCA_NETEM_REORDER)), rtnl.NE.Uint32(b[netemGap:])
	latency, jitter := rtnl.U64(c.Get(0, uapi.TCA_NETEM_LATENCY64)), rtnl.U64(c.Get(0, uapi.TCA_NETEM_JITTER64))
	usage := func(text string) error { return kind.Of(c).Kind.Usage(text + "\n") }
	switch {
	case reorder != 0 && latency == 0:
		return usage("reordering not possible without specifying some delay")
	case reorder == 0 && gap > 0:
		return usage("gap specified without reorder probability")
	case c.Get(0, uapi.TCA_NETEM_ECN) != nil && rtnl.NE.Uint32(b[netemLossAt:]) == 0 && c.Get(0, netemLoss) == nil:
		return usage("ecn requested without loss model")
	case c.Get(0, uapi.TCA_NETEM_DELAY_DIST) != nil && (latency == 0 || jitter == 0):
		return usage("distribution specified but no latency and jitter values")
	}
	if reorder != 0 && gap == 0 {
		rtnl.NE.PutUint32(b[netemGap:], 1)
	}
	if c.Get(field.Slot, slotCorrGiven) != nil {
		c.Put(0, uapi.TCA_NETEM_CORR, c.Get(field.Slot, slotCorr))
	}
	return nil
}
