package linkkind

import (
	"strconv"

	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

var canModeNames = word.Names{
	{unix.CAN_CTRLMODE_LOOPBACK, "LOOPBACK"}, {unix.CAN_CTRLMODE_LISTENONLY, "LISTEN-ONLY"}, {unix.CAN_CTRLMODE_3_SAMPLES, "TRIPLE-SAMPLING"},
	{unix.CAN_CTRLMODE_ONE_SHOT, "ONE-SHOT"}, {unix.CAN_CTRLMODE_BERR_REPORTING, "BERR-REPORTING"}, {unix.CAN_CTRLMODE_FD, "FD"},
	{unix.CAN_CTRLMODE_FD_NON_ISO, "FD-NON-ISO"}, {unix.CAN_CTRLMODE_PRESUME_ACK, "PRESUME-ACK"}, {unix.CAN_CTRLMODE_CC_LEN8_DLC, "CC-LEN8-DLC"},
	{unix.CAN_CTRLMODE_TDC_AUTO, "TDC-AUTO"}, {unix.CAN_CTRLMODE_TDC_MANUAL, "TDC-MANUAL"}, {unix.CAN_CTRLMODE_RESTRICTED, "RESTRICTED"},
	{unix.CAN_CTRLMODE_XL, "XL"}, {unix.CAN_CTRLMODE_XL_TDC_AUTO, "XL-TDC-AUTO"}, {unix.CAN_CTRLMODE_XL_TDC_MANUAL, "XL-TDC-MANUAL"},
	{unix.CAN_CTRLMODE_XL_TMS, "TMS"},
}

var canStates = word.Names{
	{unix.CAN_STATE_ERROR_ACTIVE, "ERROR-ACTIVE"}, {unix.CAN_STATE_ERROR_WARNING, "ERROR-WARNING"},
	{unix.CAN_STATE_ERROR_PASSIVE, "ERROR-PASSIVE"}, {unix.CAN_STATE_BUS_OFF, "BUS-OFF"}, {unix.CAN_STATE_STOPPED, "STOPPED"},
	{unix.CAN_STATE_SLEEPING, "SLEEPING"},
}

// canModes prints the flags; JSON also has what is supported, and what is on
// because the device cannot do without.
var canModes = field.Type{Size: 8, Print: func(v *field.View, r *field.Row, b []byte) {
	flags := rtnl.U32(b[4:])
	printCANFlags(v.Pen, r.JSON(), flags)
	if ext := rtnl.Find(v.Get(0, uapi.IFLA_CAN_CTRLMODE_EXT), uapi.IFLA_CAN_CTRLMODE_SUPPORTED); len(ext) >= 4 && v.Pen.JSON() {
		printCANFlags(v.Pen, "ctrlmode_supported", rtnl.U32(ext))
		printCANFlags(v.Pen, "ctrlmode_static", flags&^rtnl.U32(ext))
	}
}}

// printCANFlags prints flags, if there are any, as "<A,B> ".
func printCANFlags(p *show.Pen, key string, flags uint32) {
	if flags != 0 {
		kind.PrintFlags(p, key, flags, canModeNames)
	}
}

var canState = field.Type{Size: 4, Other: "UNKNOWN"}

var berrCounter = field.Type{Size: 4, Print: func(v *field.View, _ *field.Row, b []byte) {
	v.Pen.OpenObject("berr_counter")
	v.Pen.Uint("tx", "(berr-counter tx ", uint64(rtnl.U16(b)), "")
	v.Pen.Uint("rx", " rx ", uint64(rtnl.U16(b[2:])), ") ")
	v.Pen.CloseObject()
}}

// canLine begins a line of details.
func canLine(p *show.Pen) {
	p.NL()
	p.Text("\t ")
}

// canNumber is a number with a label in front: " dtq 5".
func canNumber(v *field.View, key, prefix, label string, n uint32) {
	v.Pen.Text(" ")
	v.Pen.Text(prefix)
	v.Pen.Text(label)
	v.Pen.Uint(key, " ", uint64(n), "")
}

// canTimingShown prints a timing, unless the device has fixed rates (the
// attribute Arg of the row). Its Label is the letter before each label.
var canTimingShown = field.Type{Size: canTimingSize, Print: func(v *field.View, r *field.Row, b []byte) {
	if v.Get(0, uint16(r.Arg)) != nil {
		return
	}
	p := r.Label
	v.Pen.OpenObject(r.Key)
	canLine(v.Pen)
	canNumber(v, "bitrate", p, "bitrate", rtnl.U32(b))
	v.Pen.Text(" ")
	v.Pen.Text(p)
	v.Pen.Bytes("sample_point", "sample-point ", appendThousandths(nil, rtnl.U32(b[samplePointAt:])), "")
	canLine(v.Pen)
	canNumber(v, "tq", p, "tq", rtnl.U32(b[tqAt:]))
	canNumber(v, "prop_seg", p, "prop-seg", rtnl.U32(b[propSegAt:]))
	canNumber(v, "phase_seg1", p, "phase-seg1", rtnl.U32(b[phaseSeg1At:]))
	canNumber(v, "phase_seg2", p, "phase-seg2", rtnl.U32(b[phaseSeg2At:]))
	canNumber(v, "sjw", p, "sjw", rtnl.U32(b[sjwAt:]))
	canNumber(v, "brp", p, "brp", rtnl.U32(b[brpAt:]))
	switch r.Attr {
	case unix.IFLA_CAN_DATA_BITTIMING:
		canTDC(v, "tdc", "", uapi.IFLA_CAN_TDC)
	case uapi.IFLA_CAN_XL_DATA_BITTIMING:
		canTDC(v, "xtdc", "x", uapi.IFLA_CAN_XL_TDC)
		canPWM(v)
	}
	v.Pen.CloseObject()
}}

// appendThousandths writes n/1000 with three decimals; the real tool's buffer
// holds five characters.
func appendThousandths(b []byte, n uint32) []byte {
	start := len(b)
	b = strconv.AppendFloat(b, float64(n)/1000, 'f', 3, 64)
	return b[:min(len(b), start+5)]
}

// A canField is a number in a nest, with its label.
type canField struct {
	key, label string
	attr       uint16
}

var tdcFields = []canField{
	{"tdcv", "tdcv", uapi.IFLA_CAN_TDC_TDCV}, {"tdco", "tdco", uapi.IFLA_CAN_TDC_TDCO}, {"tdcf", "tdcf", uapi.IFLA_CAN_TDC_TDCF},
}

// pwmFields have keys with a blank in front, as the real tool writes them.
var pwmFields = []canField{
	{" pwms", "pwms", uapi.IFLA_CAN_PWM_PWMS}, {" pwml", "pwml", uapi.IFLA_CAN_PWM_PWML}, {" pwmo", "pwmo", uapi.IFLA_CAN_PWM_PWMO},
}

func canTDC(v *field.View, object, prefix string, attr uint16) {
	canFields(v, object, prefix, attr, tdcFields)
}

func canPWM(v *field.View) { canFields(v, "pwm", "", uapi.IFLA_CAN_XL_PWM, pwmFields) }

// canFields prints the numbers of a nest, if it has any of them.
func canFields(v *field.View, object, prefix string, attr uint16, fields []canField) {
	var tb [uapi.IFLA_CAN_TDC_MAX + 1][]byte
	rtnl.Index(tb[:], v.Get(0, attr))
	open := false
	for _, f := range fields {
		if tb[f.attr] == nil {
			continue
		}
		if !open {
			v.Pen.OpenObject(object)
			canLine(v.Pen)
			open = true
		}
		canNumber(v, f.key, prefix, f.label, rtnl.U32(tb[f.attr]))
	}
	if open {
		v.Pen.CloseObject()
	}
}

// canConst prints the limits of a timing: can_bittiming_const is a name of 16
// bytes and the limits.
var canConst = field.Type{Size: 16 + 8*4, Print: func(v *field.View, r *field.Row, b []byte) {
	if v.Get(0, uint16(r.Arg)) != nil {
		return
	}
	p, limits := r.Label, b[16:]
	limit := func(i int) uint32 { return rtnl.U32(limits[4*i:]) }
	v.Pen.OpenObject(r.Key)
	canLine(v.Pen)
	v.Pen.Bytes("name", " ", rtnl.CStr(b[:16]), ":")
	canRange(v, "tseg1", p, limit(0), limit(1))
	canRange(v, "tseg2", p, limit(2), limit(3))
	canRange(v, "sjw", p, 1, limit(4))
	canRange(v, "brp", p, limit(5), limit(6))
	canNumber(v, "brp_inc", p, "brp_inc", limit(7))
	switch r.Attr {
	case unix.IFLA_CAN_DATA_BITTIMING_CONST:
		canRanges(v, "tdc", "", uapi.IFLA_CAN_TDC, []string{"tdcv", "tdco", "tdcf"})
	case uapi.IFLA_CAN_XL_DATA_BITTIMING_CONST:
		canRanges(v, "xtdc", "x", uapi.IFLA_CAN_XL_TDC, []string{"tdcv", "tdco", "tdcf"})
		canRanges(v, "pwm", "", uapi.IFLA_CAN_XL_PWM, []string{"pwms", "pwml", "pwmo"})
	}
	v.Pen.CloseObject()
}}

// canRange prints " LABEL MIN..MAX".
func canRange(v *field.View, key, prefix string, lo, hi uint32) {
	v.Pen.Text(" ")
	v.Pen.Text(prefix)
	v.Pen.Text(key)
	v.Pen.OpenObject(key)
	v.Pen.Int("min", " ", int64(int32(lo)), "")
	v.Pen.Int("max", "..", int64(int32(hi)), "")
	v.Pen.CloseObject()
}

// canRanges prints the limits of a nest, which has lowest and highest of each
// key in turn from attribute 1 on.
func canRanges(v *field.View, object, prefix string, attr uint16, keys []string) {
	nest := v.Get(0, attr)
	if nest == nil {
		return
	}
	var tb [uapi.IFLA_CAN_TDC_MAX + 1][]byte
	rtnl.Index(tb[:], nest)
	v.Pen.OpenObject(object)
	canLine(v.Pen)
	for i, key := range keys {
		if lo, hi := tb[1+2*i], tb[2+2*i]; lo != nil && hi != nil {
			canRange(v, key, prefix, rtnl.U32(lo), rtnl.U32(hi))
		}
	}
	v.Pen.CloseObject()
}

// canRates prints the rate (in the attribute Arg) and, six in a line, the
// rates that the device has. Label is the key of the rate.
var canRates = field.Type{Print: func(v *field.View, r *field.Row, b []byte) {
	p := v.Pen
	label := " bitrate "
	switch r.Label[0] {
	case 'd':
		label = " dbitrate "
	case 'x':
		label = " xbitrate "
	}
	canLine(v.Pen)
	p.Uint(r.Label, label, uint64(rtnl.U32(v.Get(0, uint16(r.Arg)))), "")
	canLine(v.Pen)
	p.OpenArray(r.Key)
	p.Text("    [")
	for i := 0; 4*i+4 <= len(b); i++ {
		if i > 0 && i%6 == 0 {
			canLine(v.Pen)
			p.Text("     ")
		}
		post := ", "
		if 4*i+8 > len(b) {
			post = ""
		}
		p.UintWidth("", "", 8, uint64(rtnl.U32(b[4*i:])), post)
	}
	p.Text(" ]")
	p.CloseArray()
}}

var canTermination = field.Type{Print: func(v *field.View, _ *field.Row, b []byte) {
	p, present := v.Pen, v.Get(0, unix.IFLA_CAN_TERMINATION)
	if present == nil {
		return
	}
	canLine(v.Pen)
	p.Uint("termination", " termination ", uint64(rtnl.U16(present)), " [ ")
	p.OpenArray("termination_const")
	for i := 0; 2*i+2 <= len(b); i++ {
		p.Uint("", "", uint64(rtnl.U16(b[2*i:])), listSep(2*i+4 <= len(b)))
	}
	p.Text(" ]")
	p.CloseArray()
}}

func listSep(more bool) string {
	if more {
		return ", "
	}
	return ""
}

var canClock = field.Type{Size: 4, Print: func(v *field.View, _ *field.Row, b []byte) {
	canLine(v.Pen)
	v.Pen.Uint("clock", " clock ", uint64(rtnl.U32(b)), " ")
}}

// printCANStats prints can_device_stats.
func printCANStats(p *show.Pen, b []byte) {
	keys := []string{"restarts", "bus_error", "arbitration_lost", "error_warning", "error_passive", "bus_off"}
	// In the struct the number of errors on the bus comes first.
	at := []int{5, 0, 4, 1, 2, 3}
	if len(b) != 4*len(keys) {
		return
	}
	canLine(p)
	p.Text(" re-started bus-errors arbit-lost error-warn error-pass bus-off")
	canLine(p)
	for i, key := range keys {
		n := rtnl.U32(b[4*at[i]:])
		if p.JSON() {
			p.JUint(key, uint64(n))
			continue
		}
		p.StrWidth("", " ", 10, strconv.FormatUint(uint64(n), 10), "")
	}
}
