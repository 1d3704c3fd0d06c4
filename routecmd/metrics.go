package routecmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// metricNames are the names of the metrics (RTAX_…), with which they print.
var metricNames = [unix.RTAX_MAX + 1]string{
	unix.RTAX_MTU:                "mtu",
	unix.RTAX_WINDOW:             "window",
	unix.RTAX_RTT:                "rtt",
	unix.RTAX_RTTVAR:             "rttvar",
	unix.RTAX_SSTHRESH:           "ssthresh",
	unix.RTAX_CWND:               "cwnd",
	unix.RTAX_ADVMSS:             "advmss",
	unix.RTAX_REORDERING:         "reordering",
	unix.RTAX_HOPLIMIT:           "hoplimit",
	unix.RTAX_INITCWND:           "initcwnd",
	unix.RTAX_FEATURES:           "features",
	unix.RTAX_RTO_MIN:            "rto_min",
	unix.RTAX_INITRWND:           "initrwnd",
	unix.RTAX_QUICKACK:           "quickack",
	unix.RTAX_CC_ALGO:            "congctl",
	unix.RTAX_FASTOPEN_NO_COOKIE: "fastopen_no_cookie",
}

// metrics writes the payload of RTA_METRICS.
func (p *Printer) metrics(b []byte) {
	pen := p.env.Pen
	var tb [unix.RTAX_MAX + 1][]byte
	rtnl.Index(tb[:], b)
	lock := rtnl.U32(tb[unix.RTAX_LOCK])
	pen.OpenArray("metrics")
	pen.OpenObject("")
	for i := unix.RTAX_MTU; i <= unix.RTAX_MAX; i++ {
		locked := lock&(1<<i) != 0
		if tb[i] == nil && !locked || i == unix.RTAX_HOPLIMIT && rtnl.U32(tb[i]) == ^uint32(0) {
			continue
		}
		pen.Text(metricNames[i])
		pen.Text(" ")
		if locked {
			pen.Text("lock ")
		}
		printMetric(pen, i, tb[i])
	}
	pen.CloseObject()
	pen.CloseArray()
}

func printMetric(pen *show.Pen, i int, v []byte) {
	n := rtnl.U32(v)
	switch i {
	case unix.RTAX_FEATURES:
		printFeatures(pen, n)
	case unix.RTAX_CC_ALGO:
		pen.Bytes("congestion", "", rtnl.CStr(v), " ")
	case unix.RTAX_RTT: // in eighths of a millisecond
		printTime(pen, i, n/8)
	case unix.RTAX_RTTVAR: // in quarters
		printTime(pen, i, n/4)
	case unix.RTAX_RTO_MIN:
		printTime(pen, i, n)
	default:
		pen.Uint(metricNames[i], "", uint64(n), " ")
	}
}

func printTime(pen *show.Pen, i int, ms uint32) {
	if ms >= 1000 && !pen.JSON() {
		pen.Float(metricNames[i], "", float64(ms)/1e3, "s ")
		return
	}
	pen.Uint(metricNames[i], "", uint64(ms), "ms ")
}

func printFeatures(pen *show.Pen, v uint32) {
	rest := v
	if rest&unix.RTAX_FEATURE_ECN != 0 {
		pen.Null("ecn", "ecn ")
		rest &^= unix.RTAX_FEATURE_ECN
	}
	if rest&unix.RTAX_FEATURE_TCP_USEC_TS != 0 {
		pen.Null("tcp_usec_ts", "tcp_usec_ts ")
		rest &^= unix.RTAX_FEATURE_TCP_USEC_TS
	}
	if rest != 0 {
		pen.Hex0x("features", "", uint64(v), " ")
	}
}

// value takes the word of a metric, before which "lock" may stand.
func (c *change) value(a *cli.Args, metric uint16) (string, error) {
	s, err := a.Value()
	if err == nil && s == "lock" {
		c.lock |= 1 << metric
		s, err = a.Value()
	}
	return s, err
}

// parseMetric takes a plain number.
func (c *change) parseMetric(k *keyword, a *cli.Args) error {
	s, err := c.value(a, k.attr)
	if err != nil {
		return err
	}
	v, ok := cli.ParseUint(s, 0, 32)
	if !ok || k.attr == unix.RTAX_HOPLIMIT && v > 255 {
		return cli.InvArg(invalid(k.what), s)
	}
	c.metric().U32(k.attr, uint32(v))
	return nil
}

// parseTime takes a time; a number without unit is in the kernel's units.
func (c *change) parseTime(k *keyword, a *cli.Args) error {
	s, err := c.value(a, k.attr)
	if err != nil {
		return err
	}
	ms, raw, ok := cli.ParseTime(s)
	if !ok {
		return cli.InvArg(invalid(k.what), s)
	}
	if !raw {
		ms *= k.scale
	}
	c.metric().U32(k.attr, ms)
	return nil
}

// parseRTOMin takes a time in milliseconds; the metric is always locked.
func (c *change) parseRTOMin(_ *keyword, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	ms, _, ok := cli.ParseTime(s)
	if !ok {
		return cli.InvArg(invalid("rto_min"), s)
	}
	c.lock |= 1 << unix.RTAX_RTO_MIN
	c.metric().U32(unix.RTAX_RTO_MIN, ms)
	return nil
}

// parseBool takes a switch.
func (c *change) parseBool(k *keyword, a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	v, ok := cli.ParseUint(s, 0, 32)
	switch {
	case !ok:
		return cli.InvArg(invalid(k.what), s)
	case v > 1:
		return cli.InvArg("\""+k.what+"\" value should be 0 or 1\n", s)
	}
	c.metric().U32(k.attr, uint32(v))
	return nil
}

// parseFeatures takes the names of TCP features, as many as there are.
func (c *change) parseFeatures(_ *keyword, a *cli.Args) error {
	var v uint32
	for {
		switch {
		case a.Match("=ecn"):
			v |= unix.RTAX_FEATURE_ECN
		case a.Match("=tcp_usec_ts"):
			v |= unix.RTAX_FEATURE_TCP_USEC_TS
		case v == 0:
			word := "(null)" // as C prints the word behind the last one
			if a.More() {
				word = a.Word()
			}
			return cli.InvArg("\"features\" value not valid\n", word)
		default:
			c.metric().U32(unix.RTAX_FEATURES, v)
			return nil
		}
	}
}

func (c *change) parseCongctl(_ *keyword, a *cli.Args) error {
	s, err := c.value(a, unix.RTAX_CC_ALGO)
	if err == nil {
		c.metric().Bytes(unix.RTAX_CC_ALGO, s)
	}
	return err
}
