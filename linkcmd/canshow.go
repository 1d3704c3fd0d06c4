package linkcmd

import (
	"strconv"

	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// canShown are the rows that print; what the words set is shown together with
// what the device can do.
var canShown = []opt{
	{key: "ctrlmode", attr: unix.IFLA_CAN_CTRLMODE, codec: &canModes},
	{text: "state", attr: unix.IFLA_CAN_STATE, codec: &canState, names: canStates},
	{attr: unix.IFLA_CAN_BERR_COUNTER, codec: &berrCounter},
	{text: "restart-ms", key: "restart_ms", attr: unix.IFLA_CAN_RESTART_MS, codec: &u32},
	{key: "bittiming", attr: unix.IFLA_CAN_BITTIMING, arg: unix.IFLA_CAN_BITRATE_CONST, codec: &canTimingShown},
	{key: "bittiming_const", attr: unix.IFLA_CAN_BITTIMING_CONST, arg: unix.IFLA_CAN_BITRATE_CONST, codec: &canConst},
	{key: "bitrate_const", attr: unix.IFLA_CAN_BITRATE_CONST, arg: unix.IFLA_CAN_BITTIMING, text: "bittiming_bitrate", codec: &canRates},
	{key: "data_bittiming", text: "d", attr: unix.IFLA_CAN_DATA_BITTIMING, arg: unix.IFLA_CAN_DATA_BITRATE_CONST, codec: &canTimingShown},
	{key: "data_bittiming_const", text: "d", attr: unix.IFLA_CAN_DATA_BITTIMING_CONST, arg: unix.IFLA_CAN_DATA_BITRATE_CONST, codec: &canConst},
	{key: "data_bitrate_const", attr: unix.IFLA_CAN_DATA_BITRATE_CONST, arg: unix.IFLA_CAN_DATA_BITTIMING,
		text: "data_bittiming_bitrate", codec: &canRates},
	{key: "xl_data_bittiming", text: "x", attr: uapi.IFLA_CAN_XL_DATA_BITTIMING, arg: uapi.IFLA_CAN_XL_DATA_BITRATE_CONST, codec: &canTimingShown},
	{key: "xl_data_bittiming_const", text: "x", attr: uapi.IFLA_CAN_XL_DATA_BITTIMING_CONST, arg: uapi.IFLA_CAN_XL_DATA_BITRATE_CONST, codec: &canConst},
	{key: "data_bitrate_const", attr: uapi.IFLA_CAN_XL_DATA_BITRATE_CONST, arg: uapi.IFLA_CAN_XL_DATA_BITTIMING,
		text: "xl_data_bittiming_bitrate", codec: &canRates},
	{attr: unix.IFLA_CAN_TERMINATION_CONST, codec: &canTermination},
	{attr: unix.IFLA_CAN_CLOCK, codec: &canClock},
}

var canModeNames = []name{
	{unix.CAN_CTRLMODE_LOOPBACK, "LOOPBACK"}, {unix.CAN_CTRLMODE_LISTENONLY, "LISTEN-ONLY"}, {unix.CAN_CTRLMODE_3_SAMPLES, "TRIPLE-SAMPLING"},
	{unix.CAN_CTRLMODE_ONE_SHOT, "ONE-SHOT"}, {unix.CAN_CTRLMODE_BERR_REPORTING, "BERR-REPORTING"}, {unix.CAN_CTRLMODE_FD, "FD"},
	{unix.CAN_CTRLMODE_FD_NON_ISO, "FD-NON-ISO"}, {unix.CAN_CTRLMODE_PRESUME_ACK, "PRESUME-ACK"}, {unix.CAN_CTRLMODE_CC_LEN8_DLC, "CC-LEN8-DLC"},
	{unix.CAN_CTRLMODE_TDC_AUTO, "TDC-AUTO"}, {unix.CAN_CTRLMODE_TDC_MANUAL, "TDC-MANUAL"}, {unix.CAN_CTRLMODE_RESTRICTED, "RESTRICTED"},
	{unix.CAN_CTRLMODE_XL, "XL"}, {unix.CAN_CTRLMODE_XL_TDC_AUTO, "XL-TDC-AUTO"}, {unix.CAN_CTRLMODE_XL_TDC_MANUAL, "XL-TDC-MANUAL"},
	{unix.CAN_CTRLMODE_XL_TMS, "TMS"},
}

var canStates = []name{
	{unix.CAN_STATE_ERROR_ACTIVE, "ERROR-ACTIVE"}, {unix.CAN_STATE_ERROR_WARNING, "ERROR-WARNING"},
	{unix.CAN_STATE_ERROR_PASSIVE, "ERROR-PASSIVE"}, {unix.CAN_STATE_BUS_OFF, "BUS-OFF"}, {unix.CAN_STATE_STOPPED, "STOPPED"},
	{unix.CAN_STATE_SLEEPING, "SLEEPING"},
}

// canModes prints the flags; JSON also has what is supported, and what is on
// because the device cannot do without.
var canModes = codec{8, "", nil, func(v *view, o *opt, b []byte) {
	flags := rtnl.U32(b[4:])
	v.flagSet(o.json(), flags, canModeNames)
	if ext := rtnl.Find(v.tb[uapi.IFLA_CAN_CTRLMODE_EXT], uapi.IFLA_CAN_CTRLMODE_SUPPORTED); len(ext) >= 4 && v.pen.JSON() {
		v.flagSet("ctrlmode_supported", rtnl.U32(ext), canModeNames)
		v.flagSet("ctrlmode_static", flags&^rtnl.U32(ext), canModeNames)
	}
}}

// flagSet prints flags, if there are any, as "<A,B> ".
func (v *view) flagSet(key string, flags uint32, names []name) {
	if flags != 0 {
		upperFlags.print(v, &opt{key: key, names: names}, rtnl.NE.AppendUint32(nil, flags))
	}
}

var canState = codec{4, "", nil, func(v *view, o *opt, b []byte) { v.str(o, nameOr(o.names, uint64(rtnl.U32(b)), "UNKNOWN")) }}

var berrCounter = codec{4, "", nil, func(v *view, _ *opt, b []byte) {
	v.pen.OpenObject("berr_counter")
	v.pen.Uint("tx", "(berr-counter tx ", uint64(rtnl.U16(b)), "")
	v.pen.Uint("rx", " rx ", uint64(rtnl.U16(b[2:])), ") ")
	v.pen.CloseObject()
}}

// canLine begins a line of details.
func (v *view) canLine() {
	v.pen.NL()
	v.pen.Text("\t ")
}

// canNumber is a number with a label in front: " dtq 5".
func (v *view) canNumber(key, prefix, label string, n uint32) {
	v.pen.Text(" ")
	v.pen.Text(prefix)
	v.pen.Text(label)
	v.pen.Uint(key, " ", uint64(n), "")
}

// canTimingShown prints a timing, unless the device has fixed rates (the
// attribute opt.arg). opt.text is the letter before each label.
var canTimingShown = codec{canTimingSize, "", nil, func(v *view, o *opt, b []byte) {
	if v.tb[o.arg] != nil {
		return
	}
	p := o.text
	v.pen.OpenObject(o.key)
	v.canLine()
	v.canNumber("bitrate", p, "bitrate", rtnl.U32(b))
	v.pen.Text(" ")
	v.pen.Text(p)
	v.pen.Bytes("sample_point", "sample-point ", appendThousandths(nil, rtnl.U32(b[samplePointAt:])), "")
	v.canLine()
	v.canNumber("tq", p, "tq", rtnl.U32(b[tqAt:]))
	v.canNumber("prop_seg", p, "prop-seg", rtnl.U32(b[propSegAt:]))
	v.canNumber("phase_seg1", p, "phase-seg1", rtnl.U32(b[phaseSeg1At:]))
	v.canNumber("phase_seg2", p, "phase-seg2", rtnl.U32(b[phaseSeg2At:]))
	v.canNumber("sjw", p, "sjw", rtnl.U32(b[sjwAt:]))
	v.canNumber("brp", p, "brp", rtnl.U32(b[brpAt:]))
	switch o.attr {
	case unix.IFLA_CAN_DATA_BITTIMING:
		v.canTDC("tdc", "", uapi.IFLA_CAN_TDC)
	case uapi.IFLA_CAN_XL_DATA_BITTIMING:
		v.canTDC("xtdc", "x", uapi.IFLA_CAN_XL_TDC)
		v.canPWM()
	}
	v.pen.CloseObject()
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

func (v *view) canTDC(object, prefix string, attr uint16) {
	v.canFields(object, prefix, attr, tdcFields)
}

func (v *view) canPWM() { v.canFields("pwm", "", uapi.IFLA_CAN_XL_PWM, pwmFields) }

// canFields prints the numbers of a nest, if it has any of them.
func (v *view) canFields(object, prefix string, attr uint16, fields []canField) {
	var tb [uapi.IFLA_CAN_TDC_MAX + 1][]byte
	rtnl.Index(tb[:], v.tb[attr])
	open := false
	for _, f := range fields {
		if tb[f.attr] == nil {
			continue
		}
		if !open {
			v.pen.OpenObject(object)
			v.canLine()
			open = true
		}
		v.canNumber(f.key, prefix, f.label, rtnl.U32(tb[f.attr]))
	}
	if open {
		v.pen.CloseObject()
	}
}

// canConst prints the limits of a timing: can_bittiming_const is a name of 16
// bytes and the limits.
var canConst = codec{16 + 8*4, "", nil, func(v *view, o *opt, b []byte) {
	if v.tb[o.arg] != nil {
		return
	}
	p, limits := o.text, b[16:]
	limit := func(i int) uint32 { return rtnl.U32(limits[4*i:]) }
	v.pen.OpenObject(o.key)
	v.canLine()
	v.pen.Bytes("name", " ", rtnl.CStr(b[:16]), ":")
	v.canRange("tseg1", p, limit(0), limit(1))
	v.canRange("tseg2", p, limit(2), limit(3))
	v.canRange("sjw", p, 1, limit(4))
	v.canRange("brp", p, limit(5), limit(6))
	v.canNumber("brp_inc", p, "brp_inc", limit(7))
	switch o.attr {
	case unix.IFLA_CAN_DATA_BITTIMING_CONST:
		v.canRanges("tdc", "", uapi.IFLA_CAN_TDC, []string{"tdcv", "tdco", "tdcf"})
	case uapi.IFLA_CAN_XL_DATA_BITTIMING_CONST:
		v.canRanges("xtdc", "x", uapi.IFLA_CAN_XL_TDC, []string{"tdcv", "tdco", "tdcf"})
		v.canRanges("pwm", "", uapi.IFLA_CAN_XL_PWM, []string{"pwms", "pwml", "pwmo"})
	}
	v.pen.CloseObject()
}}

// canRange prints " LABEL MIN..MAX".
func (v *view) canRange(key, prefix string, lo, hi uint32) {
	v.pen.Text(" ")
	v.pen.Text(prefix)
	v.pen.Text(key)
	v.pen.OpenObject(key)
	v.pen.Int("min", " ", int64(int32(lo)), "")
	v.pen.Int("max", "..", int64(int32(hi)), "")
	v.pen.CloseObject()
}

// canRanges prints the limits of a nest, which has lowest and highest of each
// key in turn from attribute 1 on.
func (v *view) canRanges(object, prefix string, attr uint16, keys []string) {
	nest := v.tb[attr]
	if nest == nil {
		return
	}
	var tb [uapi.IFLA_CAN_TDC_MAX + 1][]byte
	rtnl.Index(tb[:], nest)
	v.pen.OpenObject(object)
	v.canLine()
	for i, key := range keys {
		if lo, hi := tb[1+2*i], tb[2+2*i]; lo != nil && hi != nil {
			v.canRange(key, prefix, rtnl.U32(lo), rtnl.U32(hi))
		}
	}
	v.pen.CloseObject()
}

// canRates prints the rate (in the attribute opt.arg) and, six in a line, the
// rates that the device has. opt.text is the key of the rate.
var canRates = codec{0, "", nil, func(v *view, o *opt, b []byte) {
	p := v.pen
	label := " bitrate "
	switch o.text[0] {
	case 'd':
		label = " dbitrate "
	case 'x':
		label = " xbitrate "
	}
	v.canLine()
	p.Uint(o.text, label, uint64(rtnl.U32(v.tb[o.arg])), "")
	v.canLine()
	p.OpenArray(o.key)
	p.Text("    [")
	for i := 0; 4*i+4 <= len(b); i++ {
		if i > 0 && i%6 == 0 {
			v.canLine()
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

var canTermination = codec{0, "", nil, func(v *view, _ *opt, b []byte) {
	p, present := v.pen, v.tb[unix.IFLA_CAN_TERMINATION]
	if present == nil {
		return
	}
	v.canLine()
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

var canClock = codec{4, "", nil, func(v *view, _ *opt, b []byte) {
	v.canLine()
	v.pen.Uint("clock", " clock ", uint64(rtnl.U32(b)), " ")
}}

// printCANStats prints can_device_stats.
func printCANStats(v *view, b []byte) {
	keys := []string{"restarts", "bus_error", "arbitration_lost", "error_warning", "error_passive", "bus_off"}
	// In the struct the number of errors on the bus comes first.
	at := []int{5, 0, 4, 1, 2, 3}
	if len(b) != 4*len(keys) {
		return
	}
	v.canLine()
	v.pen.Text(" re-started bus-errors arbit-lost error-warn error-pass bus-off")
	v.canLine()
	for i, key := range keys {
		n := rtnl.U32(b[4*at[i]:])
		if v.pen.JSON() {
			v.pen.JUint(key, uint64(n))
			continue
		}
		v.pen.StrWidth("", " ", 10, strconv.FormatUint(uint64(n), 10), "")
	}
}
