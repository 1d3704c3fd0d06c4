package linkkind

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// can is the kind with three sets of bit timing: of the arbitration phase, of
// the data phase of CAN FD (words with d) and of that of CAN XL (words with x).
var can = kind.Kind{
	Unknown: `unknown option "{word}"`, Xstats: printCANStats,
	Head: "ip link set DEVICE type {kind}", Told: "PROP-SEG := PROP_SEG\nRESTART-MS := TIME-MS\n",
	Table: field.Table{Voice: &canVoice, Finish: finishCAN, Rows: []*field.Row{
		{Words: "bitrate", Value: "BITRATE := NUMBER, in bps", Attr: unix.IFLA_CAN_BITTIMING, At: bitrateAt, Type: &canTime, Flags: field.Quiet},
		{Words: "sample-point", Value: "SAMPLE-POINT := 0.000..0.999", Attr: unix.IFLA_CAN_BITTIMING, At: samplePointAt, Type: &canSamplePoint, Flags: field.Quiet},
		{Words: "tq", Value: "TQ := NUMBER, in ns", Attr: unix.IFLA_CAN_BITTIMING, At: tqAt, Type: &canTime, Flags: field.Quiet},
		{Words: "prop-seg", Value: "PROP_SEG := NUMBER, in tq", Attr: unix.IFLA_CAN_BITTIMING, At: propSegAt, Type: &canTime, Flags: field.Quiet},
		{Words: "phase-seg1", Value: "PHASE-SEG1 := NUMBER, in tq", Attr: unix.IFLA_CAN_BITTIMING, At: phaseSeg1At, Type: &canTime, Flags: field.Quiet},
		{Words: "phase-seg2", Value: "PHASE-SEG2 := NUMBER, in tq", Attr: unix.IFLA_CAN_BITTIMING, At: phaseSeg2At, Type: &canTime, Flags: field.Quiet},
		{Words: "sjw", Value: "SJW := NUMBER, in tq", Attr: unix.IFLA_CAN_BITTIMING, At: sjwAt, Type: &canTime, Flags: field.Quiet},
		{Words: "dbitrate", Value: "BITRATE := NUMBER, in bps", Attr: unix.IFLA_CAN_DATA_BITTIMING, At: bitrateAt, Type: &canTime, Flags: field.Quiet},
		{Words: "dsample-point", Value: "SAMPLE-POINT := 0.000..0.999", Attr: unix.IFLA_CAN_DATA_BITTIMING, At: samplePointAt, Type: &canSamplePoint, Flags: field.Quiet},
		{Words: "dtq", Value: "TQ := NUMBER, in ns", Attr: unix.IFLA_CAN_DATA_BITTIMING, At: tqAt, Type: &canTime, Flags: field.Quiet},
		{Words: "dprop-seg", Value: "PROP_SEG := NUMBER, in tq", Attr: unix.IFLA_CAN_DATA_BITTIMING, At: propSegAt, Type: &canTime, Flags: field.Quiet},
		{Words: "dphase-seg1", Value: "PHASE-SEG1 := NUMBER, in tq", Attr: unix.IFLA_CAN_DATA_BITTIMING, At: phaseSeg1At, Type: &canTime, Flags: field.Quiet},
		{Words: "dphase-seg2", Value: "PHASE-SEG2 := NUMBER, in tq", Attr: unix.IFLA_CAN_DATA_BITTIMING, At: phaseSeg2At, Type: &canTime, Flags: field.Quiet},
		{Words: "dsjw", Value: "SJW := NUMBER, in tq", Attr: unix.IFLA_CAN_DATA_BITTIMING, At: sjwAt, Type: &canTime, Flags: field.Quiet},
		{Words: "tdcv", Value: "TDCV := NUMBER, in mtq", In: uapi.IFLA_CAN_TDC | unix.NLA_F_NESTED, Attr: uapi.IFLA_CAN_TDC_TDCV, Type: &field.U32, Flags: field.Quiet},
		{Words: "tdco", Value: "TDCO := NUMBER, in mtq", In: uapi.IFLA_CAN_TDC | unix.NLA_F_NESTED, Attr: uapi.IFLA_CAN_TDC_TDCO, Type: &field.U32, Flags: field.Quiet},
		{Words: "tdcf", Value: "TDCF := NUMBER, in mtq", In: uapi.IFLA_CAN_TDC | unix.NLA_F_NESTED, Attr: uapi.IFLA_CAN_TDC_TDCF, Type: &field.U32, Flags: field.Quiet},
		{Words: "=xl", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_XL, Flags: field.Quiet},
		{Words: "=xbitrate", Value: "BITRATE := NUMBER, in bps", Attr: uapi.IFLA_CAN_XL_DATA_BITTIMING, At: bitrateAt, Type: &canTime, Flags: field.Quiet},
		{Words: "=xsample-point", Value: "SAMPLE-POINT := 0.000..0.999", Attr: uapi.IFLA_CAN_XL_DATA_BITTIMING, At: samplePointAt, Type: &canSamplePoint, Flags: field.Quiet},
		{Words: "=xtq", Value: "TQ := NUMBER, in ns", Attr: uapi.IFLA_CAN_XL_DATA_BITTIMING, At: tqAt, Type: &canTime, Flags: field.Quiet},
		{Words: "=xprop-seg", Value: "PROP_SEG := NUMBER, in tq", Attr: uapi.IFLA_CAN_XL_DATA_BITTIMING, At: propSegAt, Type: &canTime, Flags: field.Quiet},
		{Words: "=xphase-seg1", Value: "PHASE-SEG1 := NUMBER, in tq", Attr: uapi.IFLA_CAN_XL_DATA_BITTIMING, At: phaseSeg1At, Type: &canTime, Flags: field.Quiet},
		{Words: "=xphase-seg2", Value: "PHASE-SEG2 := NUMBER, in tq", Attr: uapi.IFLA_CAN_XL_DATA_BITTIMING, At: phaseSeg2At, Type: &canTime, Flags: field.Quiet},
		{Words: "=xsjw", Value: "SJW := NUMBER, in tq", Attr: uapi.IFLA_CAN_XL_DATA_BITTIMING, At: sjwAt, Type: &canTime, Flags: field.Quiet},
		{Words: "=xtdcv", Value: "TDCV := NUMBER, in mtq", In: uapi.IFLA_CAN_XL_TDC | unix.NLA_F_NESTED, Attr: uapi.IFLA_CAN_TDC_TDCV, Type: &field.U32, Flags: field.Quiet},
		{Words: "=xtdco", Value: "TDCO := NUMBER, in mtq", In: uapi.IFLA_CAN_XL_TDC | unix.NLA_F_NESTED, Attr: uapi.IFLA_CAN_TDC_TDCO, Type: &field.U32, Flags: field.Quiet},
		{Words: "=xtdcf", Value: "TDCF := NUMBER, in mtq", In: uapi.IFLA_CAN_XL_TDC | unix.NLA_F_NESTED, Attr: uapi.IFLA_CAN_TDC_TDCF, Type: &field.U32, Flags: field.Quiet},
		{Words: "=pwms", Value: "PWMS := NUMBER, in mtq", In: uapi.IFLA_CAN_XL_PWM | unix.NLA_F_NESTED, Attr: uapi.IFLA_CAN_PWM_PWMS, Type: &field.U32, Flags: field.Quiet},
		{Words: "=pwml", Value: "PWML := NUMBER, in mtq", In: uapi.IFLA_CAN_XL_PWM | unix.NLA_F_NESTED, Attr: uapi.IFLA_CAN_PWM_PWML, Type: &field.U32, Flags: field.Quiet},
		{Words: "=pwmo", Value: "PWMO := NUMBER, in mtq", In: uapi.IFLA_CAN_XL_PWM | unix.NLA_F_NESTED, Attr: uapi.IFLA_CAN_PWM_PWMO, Type: &field.U32, Flags: field.Quiet},
		{Words: "loopback", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_LOOPBACK, Flags: field.Quiet},
		{Words: "listen-only", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_LISTENONLY, Flags: field.Quiet},
		{Words: "triple-sampling", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_3_SAMPLES, Flags: field.Quiet},
		{Words: "one-shot", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_ONE_SHOT, Flags: field.Quiet},
		{Words: "berr-reporting", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_BERR_REPORTING, Flags: field.Quiet},
		{Words: "fd", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_FD, Flags: field.Quiet},
		{Words: "fd-non-iso", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_FD_NON_ISO, Flags: field.Quiet},
		{Words: "presume-ack", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_PRESUME_ACK, Flags: field.Quiet},
		{Words: "cc-len8-dlc", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_CC_LEN8_DLC, Flags: field.Quiet},
		{Words: "tdc-mode", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canTDCMode, Names: &word.Names{{unix.CAN_CTRLMODE_TDC_AUTO, "auto"}, {unix.CAN_CTRLMODE_TDC_MANUAL, "manual"}, {0, "off"}}, Flags: field.Quiet},
		{Words: "=restricted", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_RESTRICTED, Flags: field.Quiet},
		{Words: "=xtdc-mode", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canTDCMode, Names: &word.Names{{unix.CAN_CTRLMODE_XL_TDC_AUTO, "auto"}, {unix.CAN_CTRLMODE_XL_TDC_MANUAL, "manual"}, {0, "off"}}, Flags: field.Quiet},
		{Words: "=tms", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModeBit, Arg: unix.CAN_CTRLMODE_XL_TMS, Flags: field.Quiet},
		{Words: "restart", Attr: unix.IFLA_CAN_RESTART, Type: &field.Word32, Arg: 1, Flags: field.Quiet},
		{Words: "restart-ms", Value: "TIME-MS := { 0 | NUMBER }, in ms", Attr: unix.IFLA_CAN_RESTART_MS, Type: &field.U32, Bad: `invalid "restart-ms" value`, Flags: field.Quiet},
		{Words: "termination", Value: "{ 0..65535 }", Attr: unix.IFLA_CAN_TERMINATION, Type: &field.U16, Bad: `invalid "termination" value`, Flags: field.Quiet},
		// What the words set is shown together with what the device can do.
		{Key: "ctrlmode", Attr: unix.IFLA_CAN_CTRLMODE, Type: &canModes},
		{Label: "state", Attr: unix.IFLA_CAN_STATE, Type: &canState, Names: &canStates},
		{Attr: unix.IFLA_CAN_BERR_COUNTER, Type: &berrCounter},
		{Label: "restart-ms", Key: "restart_ms", Attr: unix.IFLA_CAN_RESTART_MS, Type: &field.U32},
		{Key: "bittiming", Attr: unix.IFLA_CAN_BITTIMING, Type: &canTimingShown, Arg: unix.IFLA_CAN_BITRATE_CONST},
		{Key: "bittiming_const", Attr: unix.IFLA_CAN_BITTIMING_CONST, Type: &canConst, Arg: unix.IFLA_CAN_BITRATE_CONST},
		{Label: "bittiming_bitrate", Key: "bitrate_const", Attr: unix.IFLA_CAN_BITRATE_CONST, Type: &canRates, Arg: unix.IFLA_CAN_BITTIMING},
		{Label: "d", Key: "data_bittiming", Attr: unix.IFLA_CAN_DATA_BITTIMING, Type: &canTimingShown, Arg: unix.IFLA_CAN_DATA_BITRATE_CONST},
		{Label: "d", Key: "data_bittiming_const", Attr: unix.IFLA_CAN_DATA_BITTIMING_CONST, Type: &canConst, Arg: unix.IFLA_CAN_DATA_BITRATE_CONST},
		{Label: "data_bittiming_bitrate", Key: "data_bitrate_const", Attr: unix.IFLA_CAN_DATA_BITRATE_CONST, Type: &canRates, Arg: unix.IFLA_CAN_DATA_BITTIMING},
		{Label: "x", Key: "xl_data_bittiming", Attr: uapi.IFLA_CAN_XL_DATA_BITTIMING, Type: &canTimingShown, Arg: uapi.IFLA_CAN_XL_DATA_BITRATE_CONST},
		{Label: "x", Key: "xl_data_bittiming_const", Attr: uapi.IFLA_CAN_XL_DATA_BITTIMING_CONST, Type: &canConst, Arg: uapi.IFLA_CAN_XL_DATA_BITRATE_CONST},
		{Label: "xl_data_bittiming_bitrate", Key: "data_bitrate_const", Attr: uapi.IFLA_CAN_XL_DATA_BITRATE_CONST, Type: &canRates, Arg: uapi.IFLA_CAN_XL_DATA_BITTIMING},
		{Attr: unix.IFLA_CAN_TERMINATION_CONST, Type: &canTermination},
		{Attr: unix.IFLA_CAN_CLOCK, Type: &canClock},
	}},
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

// canVoice has the complaint of can's words.
var canVoice = field.Voice{Bad: `invalid "{word}" value`, Wrong: cli.InvArg, Unknown: kind.Strange}

// canTime is a number within can_bittiming; canSamplePoint a fraction, which the
// kernel counts in thousandths.
var (
	canTime        = field.Type{Size: 4, Struct: canTimingSize, Write: writeCANTime}
	canSamplePoint = field.Type{Size: 4, Struct: canTimingSize, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
		f, rest, _ := word.Strtod(s, 32)
		if s == "" || rest != "" {
			return 0, c.Wrong(r, s)
		}
		return uint64(word.Times(f, 1000, 32).Uint32()), nil
	}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
		n := rtnl.U32(b)
		if n == 0 {
			return line
		}
		return strconv.AppendFloat(append(field.AppendWord(line, r.Word()), ' '), float64(n)/1000, 'f', 3, 64)
	}}
)

// writeCANTime writes what is not left to the kernel to compute.
func writeCANTime(v *field.View, r *field.Row, line, b []byte) []byte {
	if rtnl.U32(b) == 0 {
		return line
	}
	return field.WriteNumber(v, r, line, b)
}

// setCANFlags switches flags on, or masks them as given; can_ctrlmode is mask and
// flags. What was switched on once stays on.
func setCANFlags(c *field.Call, mask, flags uint64) {
	var b [8]byte
	copy(b[:], c.Get(0, unix.IFLA_CAN_CTRLMODE))
	rtnl.NE.PutUint32(b[:], rtnl.U32(b[:])|uint32(mask))
	rtnl.NE.PutUint32(b[4:], rtnl.U32(b[4:])|uint32(flags))
	c.Put(0, unix.IFLA_CAN_CTRLMODE, b[:])
}

var canModeBit = field.Type{Usage: "{ on | off }", Read: func(c *field.Call, r *field.Row, s string) error {
	switch s {
	case "on":
		setCANFlags(c, r.Arg, r.Arg)
	case "off":
		setCANFlags(c, r.Arg, 0)
	default:
		return cli.Exit(cli.StatusUsage, `Error: argument of "%s" must be "on" or "off", not "%s"`, r.Word(), s)
	}
	return nil
}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	if canFlags(b)&uint32(r.Arg) == 0 {
		return line
	}
	return append(field.AppendWord(line, r.Word()), " on"...)
}}

// canFlags is the flags of a can_ctrlmode.
func canFlags(b []byte) uint32 {
	if len(b) < 8 {
		return 0
	}
	return rtnl.U32(b[4:])
}

var canTDCMode = field.Type{Read: func(c *field.Call, r *field.Row, s string) error {
	flag, ok := r.Names.Find(s)
	switch {
	case !ok:
		return cli.InvArg(`"`+r.Word()+`" must be either of "auto", "manual" or "off"`, s)
	case flag == 0:
		setCANFlags(c, (*r.Names)[0].Val|(*r.Names)[1].Val, 0)
	default:
		setCANFlags(c, flag, flag)
	}
	return nil
}, Write: func(_ *field.View, r *field.Row, line, b []byte) []byte {
	for _, mode := range *r.Names {
		if canFlags(b)&uint32(mode.Val) != 0 {
			return field.AppendWord(field.AppendWord(line, r.Word()), mode.Word)
		}
	}
	return line
}}

// finishCAN drops timings that have neither bit rate nor time quantum.
func finishCAN(c *field.Call) error {
	for _, attr := range []uint16{unix.IFLA_CAN_BITTIMING, unix.IFLA_CAN_DATA_BITTIMING, uapi.IFLA_CAN_XL_DATA_BITTIMING} {
		if b := c.Get(0, attr); b != nil && rtnl.U32(b[bitrateAt:]) == 0 && rtnl.U32(b[tqAt:]) == 0 {
			c.Drop(0, attr)
		}
	}
	return nil
}
