package fair

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"
)

// Cake shapes, shares among hosts and flows, and drops early; cake_mq is one for each
// queue of a device. Most words stand for a number, some for several.
var Cake = kind.Kind{Also: "cake_mq", Print: printCake, Xstats: printCakeXstats, Table: field.Table{Name: "cake", Voice: &kind.Voice, Send: []uint16{
	uapi.TCA_CAKE_BASE_RATE64, uapi.TCA_CAKE_DIFFSERV_MODE, uapi.TCA_CAKE_ATM, uapi.TCA_CAKE_FLOW_MODE, uapi.TCA_CAKE_OVERHEAD,
	uapi.TCA_CAKE_RAW, uapi.TCA_CAKE_MPU, uapi.TCA_CAKE_RTT, uapi.TCA_CAKE_TARGET, uapi.TCA_CAKE_AUTORATE, uapi.TCA_CAKE_MEMORY,
	uapi.TCA_CAKE_FWMARK, uapi.TCA_CAKE_NAT, uapi.TCA_CAKE_WASH, uapi.TCA_CAKE_SPLIT_GSO, uapi.TCA_CAKE_INGRESS, uapi.TCA_CAKE_ACK_FILTER},
	Rows: []*field.Row{
		{Words: "=bandwidth", Value: "RATE", Attr: uapi.TCA_CAKE_BASE_RATE64, Type: &field.Type{Size: 8, Read: parseBandwidth}},
		{Words: "=unlimited", Attr: uapi.TCA_CAKE_BASE_RATE64, Type: &field.Type{Size: 8, Form: field.Alone, Parse: parseUnlimited}},
		{Words: "=autorate-ingress", Attr: uapi.TCA_CAKE_AUTORATE, Arg: 1, Type: &field.Word32},
		{Words: "=rtt", Attr: uapi.TCA_CAKE_RTT, Type: &field.Type{Size: 4, Usage: "TIME", Read: parseRTT}, Flags: field.OmitZero},
		{Words: "=datacentre", Arg: 5<<32 | 100, Type: &cakePreset},
		{Words: "=lan", Arg: 50<<32 | 1000, Type: &cakePreset},
		{Words: "=metro", Arg: 500<<32 | 10000, Type: &cakePreset},
		{Words: "=regional", Arg: 1500<<32 | 30000, Type: &cakePreset},
		{Words: "=internet", Arg: 5000<<32 | 100000, Type: &cakePreset},
		{Words: "=oceanic", Arg: 15000<<32 | 300000, Type: &cakePreset},
		{Words: "=satellite", Arg: 50000<<32 | 1000000, Type: &cakePreset},
		{Words: "=interplanetary", Arg: 50000000<<32 | 1000000000, Type: &cakePreset},
		{Words: "=besteffort", Attr: uapi.TCA_CAKE_DIFFSERV_MODE, Arg: uapi.CAKE_DIFFSERV_BESTEFFORT, Type: &field.Word32},
		{Words: "=precedence", Attr: uapi.TCA_CAKE_DIFFSERV_MODE, Arg: uapi.CAKE_DIFFSERV_PRECEDENCE, Type: &field.Word32},
		{Words: "=diffserv8", Attr: uapi.TCA_CAKE_DIFFSERV_MODE, Arg: uapi.CAKE_DIFFSERV_DIFFSERV8, Type: &field.Word32},
		{Words: "=diffserv4|=diffserv", Attr: uapi.TCA_CAKE_DIFFSERV_MODE, Arg: uapi.CAKE_DIFFSERV_DIFFSERV4, Type: &field.Word32},
		{Words: "=diffserv3", Attr: uapi.TCA_CAKE_DIFFSERV_MODE, Arg: uapi.CAKE_DIFFSERV_DIFFSERV3, Type: &field.Word32},
		{Words: "=flowblind", Attr: uapi.TCA_CAKE_FLOW_MODE, Arg: uapi.CAKE_FLOW_NONE, Type: &field.Word32},
		{Words: "=srchost", Attr: uapi.TCA_CAKE_FLOW_MODE, Arg: uapi.CAKE_FLOW_SRC_IP, Type: &field.Word32},
		{Words: "=dsthost", Attr: uapi.TCA_CAKE_FLOW_MODE, Arg: uapi.CAKE_FLOW_DST_IP, Type: &field.Word32},
		{Words: "=hosts", Attr: uapi.TCA_CAKE_FLOW_MODE, Arg: uapi.CAKE_FLOW_HOSTS, Type: &field.Word32},
		{Words: "=flows", Attr: uapi.TCA_CAKE_FLOW_MODE, Arg: uapi.CAKE_FLOW_FLOWS, Type: &field.Word32},
		{Words: "=dual-srchost", Attr: uapi.TCA_CAKE_FLOW_MODE, Arg: uapi.CAKE_FLOW_DUAL_SRC, Type: &field.Word32},
		{Words: "=dual-dsthost", Attr: uapi.TCA_CAKE_FLOW_MODE, Arg: uapi.CAKE_FLOW_DUAL_DST, Type: &field.Word32},
		{Words: "=triple-isolate", Attr: uapi.TCA_CAKE_FLOW_MODE, Arg: uapi.CAKE_FLOW_TRIPLE, Type: &field.Word32},
		{Words: "=nat", Attr: uapi.TCA_CAKE_NAT, Arg: 1, Type: &field.Word32},
		{Words: "=nonat", Attr: uapi.TCA_CAKE_NAT, Type: &field.Word32},
		{Words: "=wash", Attr: uapi.TCA_CAKE_WASH, Arg: 1, Type: &field.Word32},
		{Words: "=nowash", Attr: uapi.TCA_CAKE_WASH, Type: &field.Word32},
		{Words: "=split-gso", Attr: uapi.TCA_CAKE_SPLIT_GSO, Arg: 1, Type: &field.Word32},
		{Words: "=no-split-gso", Attr: uapi.TCA_CAKE_SPLIT_GSO, Type: &field.Word32},
		{Words: "=ingress", Attr: uapi.TCA_CAKE_INGRESS, Arg: 1, Type: &field.Word32},
		{Words: "=egress", Attr: uapi.TCA_CAKE_INGRESS, Type: &field.Word32},
		{Words: "=no-ack-filter", Attr: uapi.TCA_CAKE_ACK_FILTER, Arg: uapi.CAKE_ACK_NONE, Type: &field.Word32},
		{Words: "=ack-filter", Attr: uapi.TCA_CAKE_ACK_FILTER, Arg: uapi.CAKE_ACK_FILTER, Type: &field.Word32},
		{Words: "=ack-filter-aggressive", Attr: uapi.TCA_CAKE_ACK_FILTER, Arg: uapi.CAKE_ACK_AGGRESSIVE, Type: &field.Word32},
		{Words: "=memlimit", Attr: uapi.TCA_CAKE_MEMORY, Type: &cakeMemory, Flags: field.OmitZero},
		{Words: "=fwmark", Value: "MASK", Attr: uapi.TCA_CAKE_FWMARK, Type: &cakeMark, Flags: field.OmitZero},
		{Words: "=atm", Attr: uapi.TCA_CAKE_ATM, Arg: uapi.CAKE_ATM_ATM, Type: &field.Word32},
		{Words: "=ptm", Attr: uapi.TCA_CAKE_ATM, Arg: uapi.CAKE_ATM_PTM, Type: &field.Word32},
		{Words: "=noatm", Attr: uapi.TCA_CAKE_ATM, Arg: uapi.CAKE_ATM_NONE, Type: &field.Word32},
		{Words: "=overhead", Attr: uapi.TCA_CAKE_OVERHEAD, Arg: 256, Type: &field.Type{Size: 4, Scan: scanOverhead}, Bad: `Illegal "overhead", valid range is -64 to 256\n`},
		{Words: "=mpu", Attr: uapi.TCA_CAKE_MPU, Arg: 256, Type: &field.Type{Size: 4, Scan: scanMPU}, Bad: `Illegal "mpu", valid range is 0 to 256\n`, Flags: field.OmitZero},
		{Words: "=raw", Arg: framed | setOverhead | onNone, Type: &cakeFrame},
		{Words: "=conservative", Arg: framed | setOverhead | onATM | 48, Type: &cakeFrame},
		{Words: "=ipoa-vcmux", Arg: framed | onATM | 8, Type: &cakeFrame},
		{Words: "=ipoa-llcsnap", Arg: framed | onATM | 16, Type: &cakeFrame},
		{Words: "=bridged-vcmux", Arg: framed | onATM | 24, Type: &cakeFrame},
		{Words: "=bridged-llcsnap", Arg: framed | onATM | 32, Type: &cakeFrame},
		{Words: "=pppoa-vcmux", Arg: framed | onATM | 10, Type: &cakeFrame},
		{Words: "=pppoa-llc", Arg: framed | onATM | 14, Type: &cakeFrame},
		{Words: "=pppoe-vcmux", Arg: framed | onATM | 32, Type: &cakeFrame},
		{Words: "=pppoe-llcsnap", Arg: framed | onATM | 40, Type: &cakeFrame},
		{Words: "=pppoe-ptm", Arg: framed | onPTM | 30, Type: &cakeFrame},
		{Words: "=bridged-ptm", Arg: framed | onPTM | 22, Type: &cakeFrame},
		{Words: "=via-ethernet", Type: &cakeFrame}, // it has no meaning any more
		{Words: "=ethernet", Arg: framed | 84<<mpuShift | 38, Type: &cakeFrame},
		{Words: "=ether-vlan", Arg: framed | 4, Type: &cakeFrame},
		{Words: "=docsis", Arg: framed | onNone | 64<<mpuShift | 18, Type: &cakeFrame},
	}}}

// Framing, as it stands in Arg of a row: bytes of overhead that are added to those so
// far, the least size of a packet, and cells.
const (
	mpuShift    = 8
	atmShift    = 16
	onNone      = (uapi.CAKE_ATM_NONE + 1) << atmShift
	onATM       = (uapi.CAKE_ATM_ATM + 1) << atmShift
	onPTM       = (uapi.CAKE_ATM_PTM + 1) << atmShift
	setOverhead = 1 << 24 // not added, but set
	framed      = 1 << 25 // there is an overhead at all
)

var (
	cakeFrame  = field.Type{Form: field.Alone, Parse: parseFrame}
	cakePreset = field.Type{Form: field.Alone, Parse: parsePreset}
	cakeMemory = field.Type{Size: 4, Usage: "BYTES", Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
		n, ok := kind.ParseSize(s)
		return cakeValue(r, s, n, ok && n <= 0xFFFFFFFF)
	}}
	cakeMark = field.Type{Size: 4, Scan: func(c *field.Call, r *field.Row, s string) (uint64, error) {
		n, ok := word.Uint(s, 0, 32)
		return cakeValue(r, s, n, ok)
	}}
)

func cakeValue(r *field.Row, s string, n uint64, ok bool) (uint64, error) {
	if !ok {
		return 0, cli.Fail(`Illegal value for "%s": "%s"`, r.Word(), s)
	}
	return n, nil
}

// noAutorate says that the bandwidth is not to be found out.
func noAutorate(c *field.Call) { c.PutUint(0, uapi.TCA_CAKE_AUTORATE, 4, 0, false) }

func parseBandwidth(c *field.Call, r *field.Row, s string) error {
	n, ok := kind.ParseRate(s)
	if !ok {
		return c.Wrong(r, s)
	}
	if n != 0 {
		c.Set(r, n)
	} else {
		c.Drop(r.In, r.Attr)
	}
	noAutorate(c)
	return nil
}

func parseUnlimited(c *field.Call, r *field.Row) error {
	c.Set(r, 0)
	noAutorate(c)
	return nil
}

func parseRTT(c *field.Call, r *field.Row, s string) error {
	n, err := kind.Time.Scan(c, r, s)
	if err == nil {
		c.Set(r, n)
		c.PutUint(0, uapi.TCA_CAKE_TARGET, 4, max(n/20, 1), false)
	}
	return err
}

// parsePreset sets the interval, and the delay that is aimed at.
func parsePreset(c *field.Call, r *field.Row) error {
	if old, given := c.Word(field.Slot, 0); given {
		return cli.DupArg(r.Word(), old)
	}
	c.PutWord(field.Slot, 0, r.Word())
	c.PutUint(0, uapi.TCA_CAKE_RTT, 4, r.Arg&0xFFFFFFFF, false)
	c.PutUint(0, uapi.TCA_CAKE_TARGET, 4, r.Arg>>32, false)
	return nil
}

func parseFrame(c *field.Call, r *field.Row) error {
	if r.Arg == 0 {
		return nil
	}
	n := r.Arg & 0xFF
	switch old := kind.At(c.Get(0, uapi.TCA_CAKE_OVERHEAD)); {
	case r.Arg&setOverhead == 0:
		n += uint64(old.U32(0))
	case n == 0:
		c.PutUint(0, uapi.TCA_CAKE_RAW, 4, 0, false)
	}
	c.PutUint(0, uapi.TCA_CAKE_OVERHEAD, 4, n, false)
	if mpu := r.Arg >> mpuShift & 0xFF; mpu != 0 {
		c.PutUint(0, uapi.TCA_CAKE_MPU, 4, mpu, false)
	}
	if atm := r.Arg >> atmShift & 0xFF; atm != 0 {
		c.PutUint(0, uapi.TCA_CAKE_ATM, 4, atm-1, false)
	}
	return nil
}

func scanOverhead(_ *field.Call, r *field.Row, s string) (uint64, error) { return scanBytes(r, s, -64) }

func scanMPU(_ *field.Call, r *field.Row, s string) (uint64, error) { return scanBytes(r, s, 0) }

// scanBytes reads a number of bytes. The complaint ends in what was to be a line break.
func scanBytes(r *field.Row, s string, least int32) (uint64, error) {
	n, rest, _ := word.Strtol(s, 10)
	if v := int32(n); rest != "" || v < least || v > int32(r.Arg) {
		return 0, &cli.Error{Status: cli.StatusError, Text: r.Bad}
	}
	return uint64(n), nil
}

// The names of modes.
var (
	cakeDiffserv = word.Names{{uapi.CAKE_DIFFSERV_DIFFSERV3, "diffserv3"}, {uapi.CAKE_DIFFSERV_DIFFSERV4, "diffserv4"},
		{uapi.CAKE_DIFFSERV_DIFFSERV8, "diffserv8"}, {uapi.CAKE_DIFFSERV_BESTEFFORT, "besteffort"}, {uapi.CAKE_DIFFSERV_PRECEDENCE, "precedence"}}
	cakeFlows = word.Names{{uapi.CAKE_FLOW_NONE, "flowblind"}, {uapi.CAKE_FLOW_SRC_IP, "srchost"}, {uapi.CAKE_FLOW_DST_IP, "dsthost"},
		{uapi.CAKE_FLOW_HOSTS, "hosts"}, {uapi.CAKE_FLOW_FLOWS, "flows"}, {uapi.CAKE_FLOW_DUAL_SRC, "dual-srchost"},
		{uapi.CAKE_FLOW_DUAL_DST, "dual-dsthost"}, {uapi.CAKE_FLOW_TRIPLE, "triple-isolate"}}
)

// cakeNumber is a number of 32 bits, 0 if the kernel sent none.
func cakeNumber(v *field.View, attr uint16) uint32 { return kind.At(v.Get(0, attr)).U32(0) }

func printCake(v *field.View) {
	p := v.Pen
	printCakeRate(v)
	printCakeMode(v, uapi.TCA_CAKE_DIFFSERV_MODE, "diffserv", cakeDiffserv)
	printCakeMode(v, uapi.TCA_CAKE_FLOW_MODE, "flowmode", cakeFlows)
	printEither(v, "nat", cakeNumber(v, uapi.TCA_CAKE_NAT) != 0, "nat ", "nonat ")
	printEither(v, "wash", cakeNumber(v, uapi.TCA_CAKE_WASH) != 0, "wash ", "nowash ")
	printEither(v, "ingress", cakeNumber(v, uapi.TCA_CAKE_INGRESS) != 0, "ingress ", "")
	switch cakeNumber(v, uapi.TCA_CAKE_ACK_FILTER) {
	case uapi.CAKE_ACK_AGGRESSIVE:
		p.Str("ack-filter", "ack-filter-", "aggressive", " ")
	case uapi.CAKE_ACK_FILTER:
		kind.PrintAs(v, "ack-filter", "enabled", "ack-filter ")
	default:
		kind.PrintAs(v, "ack-filter", "disabled", "no-ack-filter ")
	}
	printEither(v, "split_gso", cakeNumber(v, uapi.TCA_CAKE_SPLIT_GSO) != 0, "split-gso ", "no-split-gso ")
	if rtt := cakeNumber(v, uapi.TCA_CAKE_RTT); rtt != 0 || p.JSON() {
		kind.Timed(p, "rtt", "rtt ", rtt, " ")
	}
	printCakeFrame(v)
	if n := cakeNumber(v, uapi.TCA_CAKE_MEMORY); n != 0 {
		kind.Sized(p, "memlimit", "memlimit ", uint64(n), " ")
	}
	if n := cakeNumber(v, uapi.TCA_CAKE_FWMARK); n != 0 || p.JSON() {
		p.Hex0x("fwmark", "fwmark ", uint64(n), " ")
	}
}

func printCakeRate(v *field.View) {
	if b := kind.At(v.Get(0, uapi.TCA_CAKE_BASE_RATE64)); len(b) >= 8 {
		if rate := b.U64(0); rate != 0 {
			kind.Rated(v, "bandwidth", "bandwidth ", rate, " ")
		} else {
			v.Pen.Str("bandwidth", "bandwidth ", "unlimited", " ")
		}
	}
	switch cakeNumber(v, uapi.TCA_CAKE_AUTORATE) {
	case 0:
	case 1:
		v.Pen.Str("autorate", "", "autorate-ingress", " ")
	default:
		kind.PrintAs(v, "autorate", "unknown", "(?autorate?) ")
	}
}

func printCakeMode(v *field.View, attr uint16, key string, names word.Names) {
	b := v.Get(0, attr)
	if len(b) < 4 {
		return
	}
	if name := names.Of(uint64(cakeNumber(v, attr))); name != "" {
		v.Pen.Str(key, "", name, " ")
	} else {
		kind.PrintAs(v, key, "unknown", "(?"+key+"?)")
	}
}

// printCakeFrame prints how packets are framed.
func printCakeFrame(v *field.View) {
	p, raw := v.Pen, v.Get(0, uapi.TCA_CAKE_RAW) != nil
	printEither(v, "raw", raw, "raw ", "")
	switch atm := cakeNumber(v, uapi.TCA_CAKE_ATM); {
	case atm == uapi.CAKE_ATM_ATM:
		p.Str("atm", "", "atm", " ")
	case atm == uapi.CAKE_ATM_PTM:
		p.Str("atm", "", "ptm", " ")
	case !raw:
		p.Str("atm", "", "noatm", " ")
	}
	p.Int("overhead", "overhead ", int64(int32(cakeNumber(v, uapi.TCA_CAKE_OVERHEAD))), " ")
	if n := cakeNumber(v, uapi.TCA_CAKE_MPU); n != 0 {
		p.Uint("mpu", "mpu ", uint64(n), " ")
	}
}

// printEither prints one of two words, in JSON a boolean.
func printEither(v *field.View, key string, is bool, yes, no string) {
	v.Pen.JBool(key, is)
	if !is {
		yes = no
	}
	v.Pen.Text(yes)
}
