package routecmd

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// metrics writes the payload of RTA_METRICS: what the kernel has, and what it must
// not adapt.
func (p *Printer) metrics(b []byte) {
	v := field.ViewOf(p.env, b)
	lock := rtnl.U32(v.Get(0, unix.RTAX_LOCK))
	v.Pen.OpenArray("metrics")
	v.Pen.OpenObject("")
	for _, r := range routes.Rows {
		if r.In != unix.RTA_METRICS {
			continue
		}
		value, locked := v.Get(0, r.Attr), lock&(1<<r.Attr) != 0
		if value == nil && !locked || r.Attr == unix.RTAX_HOPLIMIT && rtnl.U32(value) == ^uint32(0) {
			continue
		}
		v.Pen.Text(r.Word())
		v.Pen.Text(" ")
		if locked {
			v.Pen.Text("lock ")
		}
		r.Type.Print(v, r, value)
	}
	v.Pen.CloseObject()
	v.Pen.CloseArray()
}

func printMetric(v *field.View, r *field.Row, b []byte) {
	v.Pen.Uint(r.Word(), "", uint64(rtnl.U32(b)), " ")
}

func printTime(v *field.View, r *field.Row, b []byte) {
	ms := rtnl.U32(b) / uint32(r.Arg)
	if ms >= 1000 && !v.Pen.JSON() {
		v.Pen.Float(r.Word(), "", float64(ms)/1e3, "s ")
		return
	}
	v.Pen.Uint(r.Word(), "", uint64(ms), "ms ")
}

func printCongctl(v *field.View, _ *field.Row, b []byte) {
	v.Pen.Bytes("congestion", "", rtnl.CStr(b), " ")
}

// features are those of TCP.
var features = word.Names{{unix.RTAX_FEATURE_ECN, "ecn"}, {unix.RTAX_FEATURE_TCP_USEC_TS, "tcp_usec_ts"}}

func printFeatures(v *field.View, r *field.Row, b []byte) {
	all := uint64(rtnl.U32(b))
	rest := all
	for _, f := range features {
		if rest&f.Val != 0 {
			v.Pen.Null(f.Word, f.Word)
			v.Pen.Text(" ")
			rest &^= f.Val
		}
	}
	if rest != 0 {
		v.Pen.Hex0x(r.Word(), "", all, " ")
	}
}

// lock makes the kernel not adapt a metric.
func lock(c *field.Call, r *field.Row) {
	c.PutUint(field.Slot, slotLock, 4, uint64(rtnl.U32(c.Get(field.Slot, slotLock))|1<<r.Attr), false)
}

// value takes the value of a metric, before which "lock" may stand.
func value(c *field.Call, r *field.Row) (string, error) {
	s, err := c.Args.Value()
	if err == nil && s == "lock" {
		lock(c, r)
		s, err = c.Args.Value()
	}
	return s, err
}

// parseMetric takes a plain number.
func parseMetric(c *field.Call, r *field.Row) error {
	s, err := value(c, r)
	if err != nil {
		return err
	}
	n, ok := word.Uint(s, 0, 32)
	if !ok || r.Arg != 0 && n > r.Arg {
		return c.Wrong(r, s)
	}
	c.Set(r, n)
	return nil
}

// parseTime takes a time; a number without unit is in the kernel's units.
func parseTime(c *field.Call, r *field.Row) error {
	s, err := value(c, r)
	if err != nil {
		return err
	}
	ms, raw, ok := cli.ParseTime(s)
	if !ok {
		return c.Wrong(r, s)
	}
	if !raw {
		ms *= uint32(r.Arg)
	}
	c.Set(r, uint64(ms))
	return nil
}

// scanRTOMin reads a time in milliseconds; the metric is always locked.
func scanRTOMin(c *field.Call, r *field.Row, s string) (uint64, error) {
	ms, _, ok := cli.ParseTime(s)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	lock(c, r)
	return uint64(ms), nil
}

// scanBool reads a switch.
func scanBool(c *field.Call, r *field.Row, s string) (uint64, error) {
	n, ok := word.Uint(s, 0, 32)
	switch {
	case !ok:
		return 0, c.Wrong(r, s)
	case n > 1:
		return 0, cli.InvArg("\""+r.Word()+"\" value should be 0 or 1\n", s)
	}
	return n, nil
}

// parseFeatures takes the names of features, as many as there are.
func parseFeatures(c *field.Call, r *field.Row) error {
	var all uint64
	for ; c.Args.More(); c.Args.Skip() {
		bit, ok := features.Find(c.Args.Word())
		if !ok {
			break
		}
		all |= bit
	}
	if all == 0 {
		word := "(null)" // as C prints the word behind the last one
		if c.Args.More() {
			word = c.Args.Word()
		}
		return cli.InvArg("\"features\" value not valid\n", word)
	}
	c.Set(r, all)
	return nil
}

func parseCongctl(c *field.Call, r *field.Row) error {
	s, err := value(c, r)
	if err == nil {
		c.Put(r.In, r.Attr, []byte(s))
	}
	return err
}
