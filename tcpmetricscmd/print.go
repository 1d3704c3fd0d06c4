package tcpmetricscmd

import (
	"encoding/hex"
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A host is one message taken apart; it refers to the message's memory.
type host struct {
	tb                [uapi.TCP_METRICS_ATTR_MAX + 1][]byte
	dst, src          []byte // src is nil if the kernel does not tell it
	family, srcFamily uint8
}

// parse reads a message; false if it tells nothing of a host.
func (h *host) parse(m rtnl.Message) bool {
	genl, attrs := rtnl.View[rtnl.GenlHeader](m.Body)
	if genl == nil || genl.Cmd != uapi.TCP_METRICS_CMD_GET {
		return false
	}
	rtnl.Index(h.tb[:], attrs)
	h.dst, h.family = h.addr(uapi.TCP_METRICS_ATTR_ADDR_IPV4, uapi.TCP_METRICS_ATTR_ADDR_IPV6)
	h.src, h.srcFamily = h.addr(uapi.TCP_METRICS_ATTR_SADDR_IPV4, uapi.TCP_METRICS_ATTR_SADDR_IPV6)
	return h.dst != nil && (h.src != nil || h.srcFamily == unix.AF_UNSPEC)
}

// addr returns the address that one of two attributes has. It is nil with a
// family if the attribute has the wrong length.
func (h *host) addr(v4, v6 uint16) ([]byte, uint8) {
	attr, family := h.tb[v4], uint8(unix.AF_INET)
	if attr == nil {
		attr, family = h.tb[v6], unix.AF_INET6
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
	m := rtnl.New(0, 0)
	rtnl.Put(m, rtnl.GenlHeader{Cmd: uapi.TCP_METRICS_CMD_DEL, Version: uapi.TCP_METRICS_GENL_VERSION})
	for _, attr := range []uint16{
		uapi.TCP_METRICS_ATTR_ADDR_IPV4, uapi.TCP_METRICS_ATTR_ADDR_IPV6,
		uapi.TCP_METRICS_ATTR_SADDR_IPV4, uapi.TCP_METRICS_ATTR_SADDR_IPV6,
	} {
		if v := h.tb[attr]; v != nil {
			m.Attr(attr, v)
		}
	}
	return m
}

// float writes a number with three decimals; JSON has it as %g.
func float(p *show.Pen, key, pre string, v float64, post string) {
	if p.JSON() {
		p.Float(key, "", v, "")
		return
	}
	p.Text(pre)
	p.Text(strconv.FormatFloat(v, 'f', 3, 64))
	p.Text(post)
}

func (h *host) print(e *cli.Env, deleted bool) {
	var buf [64]byte
	p, tb := e.Pen, &h.tb
	p.OpenObject("")
	if deleted {
		p.Flag("deleted", "Deleted ")
	}
	p.ColorBytes(show.FamilyColor(h.family), "dst", "", e.AppendHost(buf[:0], h.family, h.dst), "")
	if v := tb[uapi.TCP_METRICS_ATTR_AGE]; v != nil {
		float(p, "age", " age ", float64(rtnl.U64(v))/1000, "sec")
	}
	if v := tb[uapi.TCP_METRICS_ATTR_TW_TS_STAMP]; v != nil {
		ts := strconv.AppendUint(buf[:0], uint64(rtnl.U32(tb[uapi.TCP_METRICS_ATTR_TW_TSVAL])), 10)
		ts = strconv.AppendInt(append(ts, '/'), int64(int32(rtnl.U32(v))), 10)
		p.Bytes("tw_ts_stamp", " tw_ts ", ts, " ago")
	}
	if v := tb[uapi.TCP_METRICS_ATTR_VALS]; v != nil {
		printMetrics(p, v)
	}
	h.printFastOpen(p)
	if h.src != nil {
		p.Bytes("source", " source ", e.AppendHost(buf[:0], h.srcFamily, h.src), "")
	}
	p.EndLine()
	p.CloseObject()
}

// printMetrics writes the metrics: three plain numbers, then the two times,
// which newer kernels tell in microseconds.
func printMetrics(p *show.Pen, v []byte) {
	var tb [uapi.TCP_METRICS_A_METRICS_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	for _, m := range []struct {
		attr uint16
		name string
	}{
		{uapi.TCP_METRICS_A_METRICS_SSTHRESH, "ssthresh"},
		{uapi.TCP_METRICS_A_METRICS_CWND, "cwnd"},
		{uapi.TCP_METRICS_A_METRICS_REODERING, "reordering"},
	} {
		if v := tb[m.attr]; v != nil {
			p.Text(" ")
			p.Text(m.name)
			p.Uint(m.name, " ", uint64(rtnl.U32(v)), "")
		}
	}
	// Both are kept scaled, the mean by 8 and the variance by 4.
	printTime(p, "rtt", tb[uapi.TCP_METRICS_A_METRICS_RTT], tb[uapi.TCP_METRICS_A_METRICS_RTT_US], 3)
	printTime(p, "rttvar", tb[uapi.TCP_METRICS_A_METRICS_RTTVAR], tb[uapi.TCP_METRICS_A_METRICS_RTTVAR_US], 2)
}

func printTime(p *show.Pen, name string, msec, usec []byte, scale int) {
	t := uint64(rtnl.U32(msec)) * 1000 >> scale
	if usec != nil {
		t = uint64(rtnl.U32(usec) >> scale)
	}
	switch {
	case t == 0:
	case p.JSON():
		p.Float(name, "", float64(t)/1e6, "")
	default:
		p.Text(" ")
		p.Text(name)
		p.Uint("", " ", t, "us")
	}
}

// maxCookie is how many bytes of a cookie are shown.
const maxCookie = 16

// printFastOpen writes what is known for TCP Fast Open.
func (h *host) printFastOpen(p *show.Pen) {
	tb := &h.tb
	if v := tb[uapi.TCP_METRICS_ATTR_FOPEN_MSS]; v != nil {
		p.Uint("fopen_miss", " fo_mss ", uint64(rtnl.U16(v)), "")
	}
	if v := tb[uapi.TCP_METRICS_ATTR_FOPEN_SYN_DROPS]; v != nil {
		p.Uint("fopen_syn_drops", " fo_syn_drops ", uint64(rtnl.U16(v)), "")
		ts := rtnl.U64(tb[uapi.TCP_METRICS_ATTR_FOPEN_SYN_DROP_TS])
		float(p, "fopen_syn_drop_ts", "/", float64(ts)/1e6, "usec ago")
	}
	if v := tb[uapi.TCP_METRICS_ATTR_FOPEN_COOKIE]; v != nil {
		var buf [2 * maxCookie]byte
		p.Bytes("fo_cookie", " fo_cookie ", hex.AppendEncode(buf[:0], v[:min(len(v), maxCookie)]), "")
	}
}
