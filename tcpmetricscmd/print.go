package tcpmetricscmd

import (
	"encoding/hex"
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A host is one message taken apart; it refers to the message's memory.
type host struct {
	*field.View
	dst, src          []byte // src is nil if the kernel does not tell it
	family, srcFamily uint8
}

// parse reads a message; false if it tells nothing of a host.
func (h *host) parse(e *cli.Env, m rtnl.Message) bool {
	genl, attrs := rtnl.View[unix.Genlmsghdr](m.Body)
	if genl == nil || genl.Cmd != uapi.TCP_METRICS_CMD_GET {
		return false
	}
	h.View = field.ViewOf(e, attrs)
	h.dst, h.family = h.addr(uapi.TCP_METRICS_ATTR_ADDR_IPV4, uapi.TCP_METRICS_ATTR_ADDR_IPV6)
	h.src, h.srcFamily = h.addr(uapi.TCP_METRICS_ATTR_SADDR_IPV4, uapi.TCP_METRICS_ATTR_SADDR_IPV6)
	return h.dst != nil && (h.src != nil || h.srcFamily == unix.AF_UNSPEC)
}

// addr returns the address that one of two attributes has. It is nil with a
// family if the attribute has the wrong length.
func (h *host) addr(v4, v6 uint16) ([]byte, uint8) {
	attr, family := h.Get(0, v4), uint8(unix.AF_INET)
	if attr == nil {
		attr, family = h.Get(0, v6), unix.AF_INET6
	}
	switch {
	case attr == nil:
		return nil, unix.AF_UNSPEC
	case len(attr)*8 != cli.FamilyBits(family):
		return nil, family
	}
	return attr, family
}

// deletion builds the request that forgets the host.
func (h *host) deletion() *rtnl.Msg {
	m := rtnl.NewGenl(uapi.TCP_METRICS_CMD_DEL, uapi.TCP_METRICS_GENL_VERSION)
	for _, attr := range []uint16{
		uapi.TCP_METRICS_ATTR_ADDR_IPV4, uapi.TCP_METRICS_ATTR_ADDR_IPV6,
		uapi.TCP_METRICS_ATTR_SADDR_IPV4, uapi.TCP_METRICS_ATTR_SADDR_IPV6,
	} {
		if v := h.Get(0, attr); v != nil {
			m.Attr(attr, v)
		}
	}
	return m
}

// metrics are what the kernel remembers, in the order in which it prints between
// the two addresses.
var metrics = field.Table{Name: "tcp_metrics", Before: true, Rows: []*field.Row{
	{Label: "age", Attr: uapi.TCP_METRICS_ATTR_AGE, Type: &age},
	{Label: "tw_ts", Key: "tw_ts_stamp", Attr: uapi.TCP_METRICS_ATTR_TW_TS_STAMP, Type: &timestamp},
	{Label: "ssthresh", In: uapi.TCP_METRICS_ATTR_VALS, Attr: uapi.TCP_METRICS_A_METRICS_SSTHRESH, Type: &field.U32},
	{Label: "cwnd", In: uapi.TCP_METRICS_ATTR_VALS, Attr: uapi.TCP_METRICS_A_METRICS_CWND, Type: &field.U32},
	{Label: "reordering", In: uapi.TCP_METRICS_ATTR_VALS, Attr: uapi.TCP_METRICS_A_METRICS_REODERING, Type: &field.U32},
	// Both are kept scaled, the mean by 8 and the variance by 4. Newer kernels tell
	// them in microseconds, in the attribute Arg.
	{Label: "rtt", In: uapi.TCP_METRICS_ATTR_VALS, Attr: uapi.TCP_METRICS_A_METRICS_RTT, Arg: uapi.TCP_METRICS_A_METRICS_RTT_US, Type: &mean, Flags: field.Always},
	{Label: "rttvar", In: uapi.TCP_METRICS_ATTR_VALS, Attr: uapi.TCP_METRICS_A_METRICS_RTTVAR, Arg: uapi.TCP_METRICS_A_METRICS_RTTVAR_US, Type: &variance, Flags: field.Always},
	// What is known for TCP Fast Open.
	{Label: "fo_mss", Key: "fopen_miss", Attr: uapi.TCP_METRICS_ATTR_FOPEN_MSS, Type: &field.U16},
	{Label: "fo_syn_drops", Key: "fopen_syn_drops", Attr: uapi.TCP_METRICS_ATTR_FOPEN_SYN_DROPS, Type: &synDrops},
	{Label: "fo_cookie", Attr: uapi.TCP_METRICS_ATTR_FOPEN_COOKIE, Type: &cookie},
}}

var (
	age       = field.Type{Size: 8, Print: printAge}
	timestamp = field.Type{Size: 4, Print: printTimestamp}
	mean      = field.Type{Print: func(v *field.View, r *field.Row, b []byte) { printTime(v, r, b, 3) }}
	variance  = field.Type{Print: func(v *field.View, r *field.Row, b []byte) { printTime(v, r, b, 2) }}
	synDrops  = field.Type{Size: 2, Print: printSynDrops}
	cookie    = field.Type{Print: printCookie}
)

func (h *host) print(e *cli.Env, deleted bool) {
	var buf [64]byte
	p := e.Pen
	p.OpenObject("")
	if deleted {
		p.Flag("deleted", "Deleted ")
	}
	p.ColorBytes(show.FamilyColor(h.family), "dst", "", e.AppendHost(buf[:0], h.family, h.dst), "")
	metrics.Show(h.View)
	if h.src != nil {
		p.Bytes("source", " source ", e.AppendHost(buf[:0], h.srcFamily, h.src), "")
	}
	p.EndLine()
	p.CloseObject()
}

// float writes a number with three decimals; JSON has it as %g.
func float(p *show.Pen, key string, f float64, behind string) {
	if p.JSON() {
		p.Float(key, "", f, "")
		return
	}
	var buf [32]byte
	p.Bytes("", "", strconv.AppendFloat(buf[:0], f, 'f', 3, 64), behind)
}

func printAge(v *field.View, r *field.Row, b []byte) {
	v.Label(r)
	float(v.Pen, r.JSON(), float64(rtnl.U64(b))/1000, "sec")
}

// printTimestamp writes the last timestamp of a connection in TIME-WAIT, and how
// many seconds ago that was.
func printTimestamp(v *field.View, r *field.Row, b []byte) {
	var buf [64]byte
	ts := strconv.AppendUint(buf[:0], uint64(rtnl.U32(v.Get(0, uapi.TCP_METRICS_ATTR_TW_TSVAL))), 10)
	ts = strconv.AppendInt(append(ts, '/'), int64(int32(rtnl.U32(b))), 10)
	v.Label(r)
	v.Pen.Bytes(r.JSON(), "", ts, " ago")
}

// printTime writes a time, of which msec are the milliseconds and Arg is the
// attribute with the microseconds.
func printTime(v *field.View, r *field.Row, msec []byte, scale int) {
	t := uint64(rtnl.U32(msec)) * 1000 >> scale
	if usec := v.Get(r.In, uint16(r.Arg)); usec != nil {
		t = uint64(rtnl.U32(usec) >> scale)
	}
	switch {
	case t == 0:
	case v.Pen.JSON():
		v.Pen.Float(r.JSON(), "", float64(t)/1e6, "")
	default:
		v.Label(r)
		v.Pen.Uint("", "", t, "us")
	}
}

func printSynDrops(v *field.View, r *field.Row, b []byte) {
	v.Number(r, uint64(rtnl.U16(b)))
	ts := rtnl.U64(v.Get(0, uapi.TCP_METRICS_ATTR_FOPEN_SYN_DROP_TS))
	v.Pen.Text("/")
	float(v.Pen, "fopen_syn_drop_ts", float64(ts)/1e6, "usec ago")
}

// maxCookie is how many bytes of a cookie are shown.
const maxCookie = 16

func printCookie(v *field.View, r *field.Row, b []byte) {
	var buf [2 * maxCookie]byte
	v.Str(r, hex.AppendEncode(buf[:0], b[:min(len(b), maxCookie)]))
}
