package linkcmd

import (
	"bytes"
	"slices"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// can is the kind with three sets of bit timing: of the arbitration phase, of
// the data phase of CAN FD (words with d) and of that of CAN XL (words with x).
func can() kind {
	return kind{
		unknown: "unknown option",
		plainly: true,
		head:    "ip link set DEVICE type",
		told:    "PROP-SEG := PROP_SEG\nRESTART-MS := TIME-MS\n",
		finish:  finishCAN,
		xstats:  printCANStats,
		opts: slices.Concat(canTiming("", unix.IFLA_CAN_BITTIMING), canTiming("d", unix.IFLA_CAN_DATA_BITTIMING),
			canTDC("", uapi.IFLA_CAN_TDC), []opt{canMode("=xl", unix.CAN_CTRLMODE_XL)},
			canTiming("=x", uapi.IFLA_CAN_XL_DATA_BITTIMING), canTDC("=x", uapi.IFLA_CAN_XL_TDC), canWords(), canShown),
	}
}

// Offsets in can_bittiming.
const (
	bitrateAt = 4 * iota
	samplePointAt
	tqAt
	propSegAt
	phaseSeg1At
	phaseSeg2At
	sjwAt
	brpAt
	canTimingSize
)

func canTiming(p string, attr uint16) []opt {
	return []opt{
		{words: p + "bitrate", value: "BITRATE := NUMBER, in bps", attr: attr, arg: bitrateAt, codec: &canTime},
		{words: p + "sample-point", value: "SAMPLE-POINT := 0.000..0.999", attr: attr, arg: samplePointAt, codec: &canSamplePoint},
		{words: p + "tq", value: "TQ := NUMBER, in ns", attr: attr, arg: tqAt, codec: &canTime},
		{words: p + "prop-seg", value: "PROP_SEG := NUMBER, in tq", attr: attr, arg: propSegAt, codec: &canTime},
		{words: p + "phase-seg1", value: "PHASE-SEG1 := NUMBER, in tq", attr: attr, arg: phaseSeg1At, codec: &canTime},
		{words: p + "phase-seg2", value: "PHASE-SEG2 := NUMBER, in tq", attr: attr, arg: phaseSeg2At, codec: &canTime},
		{words: p + "sjw", value: "SJW := NUMBER, in tq", attr: attr, arg: sjwAt, codec: &canTime},
	}
}

func canTDC(p string, attr uint16) []opt {
	return []opt{
		{words: p + "tdcv", value: "TDCV := NUMBER, in mtq", attr: attr, arg: uapi.IFLA_CAN_TDC_TDCV, codec: &canNested},
		{words: p + "tdco", value: "TDCO := NUMBER, in mtq", attr: attr, arg: uapi.IFLA_CAN_TDC_TDCO, codec: &canNested},
		{words: p + "tdcf", value: "TDCF := NUMBER, in mtq", attr: attr, arg: uapi.IFLA_CAN_TDC_TDCF, codec: &canNested},
	}
}

func canMode(word string, flag uint64) opt {
	return opt{words: word, attr: unix.IFLA_CAN_CTRLMODE, arg: flag, codec: &canModeBit}
}

func canWords() []opt {
	return []opt{
		{words: "=pwms", value: "PWMS := NUMBER, in mtq", attr: uapi.IFLA_CAN_XL_PWM, arg: uapi.IFLA_CAN_PWM_PWMS, codec: &canNested},
		{words: "=pwml", value: "PWML := NUMBER, in mtq", attr: uapi.IFLA_CAN_XL_PWM, arg: uapi.IFLA_CAN_PWM_PWML, codec: &canNested},
		{words: "=pwmo", value: "PWMO := NUMBER, in mtq", attr: uapi.IFLA_CAN_XL_PWM, arg: uapi.IFLA_CAN_PWM_PWMO, codec: &canNested},
		canMode("loopback", unix.CAN_CTRLMODE_LOOPBACK),
		canMode("listen-only", unix.CAN_CTRLMODE_LISTENONLY),
		canMode("triple-sampling", unix.CAN_CTRLMODE_3_SAMPLES),
		canMode("one-shot", unix.CAN_CTRLMODE_ONE_SHOT),
		canMode("berr-reporting", unix.CAN_CTRLMODE_BERR_REPORTING),
		canMode("fd", unix.CAN_CTRLMODE_FD),
		canMode("fd-non-iso", unix.CAN_CTRLMODE_FD_NON_ISO),
		canMode("presume-ack", unix.CAN_CTRLMODE_PRESUME_ACK),
		canMode("cc-len8-dlc", unix.CAN_CTRLMODE_CC_LEN8_DLC),
		{words: "tdc-mode", attr: unix.IFLA_CAN_CTRLMODE, codec: &canTDCMode,
			names: []name{{unix.CAN_CTRLMODE_TDC_AUTO, "auto"}, {unix.CAN_CTRLMODE_TDC_MANUAL, "manual"}, {0, "off"}}},
		canMode("=restricted", unix.CAN_CTRLMODE_RESTRICTED),
		{words: "=xtdc-mode", attr: unix.IFLA_CAN_CTRLMODE, codec: &canTDCMode,
			names: []name{{unix.CAN_CTRLMODE_XL_TDC_AUTO, "auto"}, {unix.CAN_CTRLMODE_XL_TDC_MANUAL, "manual"}, {0, "off"}}},
		canMode("=tms", unix.CAN_CTRLMODE_XL_TMS),
		{words: "restart", attr: unix.IFLA_CAN_RESTART, codec: &one32},
		{words: "restart-ms", value: "TIME-MS := { 0 | NUMBER }, in ms", attr: unix.IFLA_CAN_RESTART_MS, codec: &u32Read, bad: `invalid "restart-ms" value`},
		{words: "termination", value: "{ 0..65535 }", attr: unix.IFLA_CAN_TERMINATION, codec: &u16Read, bad: `invalid "termination" value`},
	}
}

// Numbers that do not print by their row, and a word that is 1.
var (
	u32Read = codec{4, "N", parseU32, nil}
	u16Read = codec{2, "N", parseU16, nil}
	one32   = codec{4, "", func(d *draft, o *opt, _ *cli.Args) error {
		d.u32(o.attr, 1)
		return nil
	}, nil}
)

// quotedBad is the complaint of can's words.
func (o *opt) quotedBad(arg string) error { return cli.InvArg(`invalid "`+o.word()+`" value`, arg) }

// canTime is a number within can_bittiming, at the offset opt.arg.
var canTime = codec{0, "N", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 32)
	if !ok {
		return o.quotedBad(s)
	}
	d.canTime(o, uint32(n))
	return nil
}, nil}

func (d *draft) canTime(o *opt, n uint32) {
	b := d.get(o.attr)
	if b == nil {
		b = make([]byte, canTimingSize)
		d.put(o.attr, b)
	}
	rtnl.NE.PutUint32(b[o.arg:], n)
}

// canSamplePoint is a fraction, which the kernel counts in thousandths.
var canSamplePoint = codec{0, "FRACTION", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	f, rest, _ := word.Strtod(s, 32)
	if s == "" || rest != "" {
		return o.quotedBad(s)
	}
	d.canTime(o, word.Times(f, 1000, 32).Uint32())
	return nil
}, nil}

// canNested is a number in a nest (opt.attr) of its own type (opt.arg).
var canNested = codec{0, "N", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(s, 0, 32)
	if !ok {
		return o.quotedBad(s)
	}
	nest := o.attr | unix.NLA_F_NESTED
	m := rtnl.New(0, 0)
	mark := m.Mark()
	m.Raw(d.get(nest))
	m.U32(uint16(o.arg), uint32(n))
	d.put(nest, bytes.Clone(m.Since(mark)))
	return nil
}, nil}

// canFlags switches flags on, or masks them as given; can_ctrlmode is mask and
// flags. What was switched on once stays on.
func (d *draft) canFlags(mask, flags uint32) {
	b := d.get(unix.IFLA_CAN_CTRLMODE)
	if b == nil {
		b = make([]byte, 8)
		d.put(unix.IFLA_CAN_CTRLMODE, b)
	}
	rtnl.NE.PutUint32(b, rtnl.U32(b)|mask)
	rtnl.NE.PutUint32(b[4:], rtnl.U32(b[4:])|flags)
}

var canModeBit = codec{8, "{ on | off }", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	switch s {
	case "on":
		d.canFlags(uint32(o.arg), uint32(o.arg))
	case "off":
		d.canFlags(uint32(o.arg), 0)
	default:
		return cli.Exit(cli.StatusUsage, `Error: argument of "%s" must be "on" or "off", not "%s"`, o.word(), s)
	}
	return nil
}, nil}

var canTDCMode = codec{8, "", func(d *draft, o *opt, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	flag, ok := lookup(o.names, s)
	switch {
	case !ok:
		return cli.InvArg(`"`+o.word()+`" must be either of "auto", "manual" or "off"`, s)
	case flag == 0:
		d.canFlags(uint32(o.names[0].val|o.names[1].val), 0)
	default:
		d.canFlags(uint32(flag), uint32(flag))
	}
	return nil
}, nil}

// finishCAN drops timings that have neither bit rate nor time quantum.
func finishCAN(d *draft) error {
	for _, attr := range []uint16{unix.IFLA_CAN_BITTIMING, unix.IFLA_CAN_DATA_BITTIMING, uapi.IFLA_CAN_XL_DATA_BITTIMING} {
		if b := d.get(attr); b != nil && rtnl.U32(b[bitrateAt:]) == 0 && rtnl.U32(b[tqAt:]) == 0 {
			d.drop(attr)
		}
	}
	return nil
}
