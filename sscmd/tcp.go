package sscmd

import (
	"strconv"

	"golang.org/x/sys/unix"

	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/sscmd/columns"
	"gip/sscmd/sockets"
)

// A stat is a number of a struct that the kernel tells, as it is printed: where it
// stands there, and its names in text and JSON. Those that are 0 are not printed.
type stat struct {
	at, size int
	form     statForm
	text     string
	key      string
}

type statForm uint8

const (
	plain   statForm = iota
	signed           // as a signed number of 32 bits
	hexa             // with hexadecimal digits
	milli            // in thousandths, as %g
	dropTop          // left out from 0xffff on
	noLimit          // milli; all bits set is nothing, too
)

// info is a struct of the kernel's, filled up with zeros where an old kernel knows
// less of it.
type info [256]byte

func infoOf(v []byte) (i info) {
	copy(i[:], v)
	return i
}

func (i *info) number(at, size int) uint64 {
	switch size {
	case 1:
		return uint64(i[at])
	case 2:
		return uint64(rtnl.U16(i[at:]))
	case 4:
		return uint64(rtnl.U32(i[at:]))
	}
	return rtnl.U64(i[at:])
}

func (i *info) print(p *columns.Printer, list []stat) {
	for k := range list {
		i.stat(p, &list[k])
	}
}

func (i *info) stat(p *columns.Printer, st *stat) {
	v := i.number(st.at, st.size)
	switch {
	case v == 0 || st.form == dropTop && v >= 0xffff || st.form == noLimit && v == 1<<32-1:
	case st.form == signed || st.form == dropTop:
		p.Int(st.text, st.key, int64(int32(v)))
	case st.form == hexa:
		p.Hex(st.text, st.key, v)
	case st.form == milli || st.form == noLimit:
		p.Float(st.text, st.key, float64(uint32(v))/1000)
	default:
		p.Uint(st.text, st.key, v)
	}
}

// Where numbers that are not printed alone stand in struct tcp_info.
const (
	tcpBackoff    = 4
	tcpOptions    = 5
	tcpScale      = 6 // two of four bits
	tcpAppLimited = 7
	tcpRTO        = 8
	tcpSndMSS     = 16
	tcpSacked     = 28
	tcpRetrans    = 36
	tcpRTT        = 68
	tcpRTTVar     = 72
	tcpCwnd       = 80
	tcpReordering = 88
	tcpTotal      = 100 // retransmissions
	tcpPacing     = 104
	tcpMaxPacing  = 112
	tcpDelivery   = 160
	tcpBusy       = 168
	tcpRwnd       = 176
	tcpSndbuf     = 184
)

// The numbers of struct tcp_info, in the order in which they print, with what stands
// between the parts in printTCPInfo.
var (
	tcpMetrics = []stat{
		{12, 4, milli, " ato:", "ato"},
		{tcpSndMSS, 4, signed, " mss:", "mss"},
		{60, 4, plain, " pmtu:", "pmtu"},
		{20, 4, signed, " rcvmss:", "rcvmss"},
		{84, 4, signed, " advmss:", "advmss"},
		{tcpCwnd, 4, plain, " cwnd:", "cwnd"},
		{76, 4, dropTop, " ssthresh:", "ssthresh"},
		{200, 8, plain, " bytes_sent:", "bytes_sent"},
		{208, 8, plain, " bytes_retrans:", "bytes_retrans"},
		{120, 8, plain, " bytes_acked:", "bytes_acked"},
		{128, 8, plain, " bytes_received:", "bytes_received"},
		{136, 4, plain, " segs_out:", "segs_out"},
		{140, 4, plain, " segs_in:", "segs_in"},
		{156, 4, plain, " data_segs_out:", "data_segs_out"},
		{152, 4, plain, " data_segs_in:", "data_segs_in"},
	}
	tcpTimes = []stat{
		{44, 4, plain, " lastsnd:", "lastsnd"},
		{52, 4, plain, " lastrcv:", "lastrcv"},
		{56, 4, plain, " lastack:", "lastack"},
	}
	tcpDelivered = []stat{
		{192, 4, plain, " delivered:", "delivered"},
		{196, 4, plain, " delivered_ce:", "delivered_ce"},
	}
	tcpUnacked = []stat{{24, 4, plain, " unacked:", "unacked"}}
	tcpLost    = []stat{{32, 4, plain, " lost:", "lost"}}
	tcpDups    = []stat{
		{216, 4, plain, " dsack_dups:", "dsack_dups"},
		{40, 4, plain, " fackets:", "fackets"},
	}
	tcpReceive = []stat{
		{220, 4, signed, " reord_seen:", "reord_seen"},
		{92, 4, milli, " rcv_rtt:", "rcv_rtt"},
		{96, 4, signed, " rcv_space:", "rcv_space"},
		{64, 4, plain, " rcv_ssthresh:", "rcv_ssthresh"},
		{144, 4, plain, " notsent:", "notsent"},
		{148, 4, noLimit, " minrtt:", "minrtt"},
		{224, 4, plain, " rcv_ooopack:", "rcv_ooopack"},
		{228, 4, plain, " snd_wnd:", "snd_wnd"},
		{232, 4, plain, " rcv_wnd:", "rcv_wnd"},
		{236, 4, plain, " rehash:", "rehash"},
	}
)

// printTCP prints what -i shows of TCP, and of what is like it.
func (s *ss) printTCP(r *inetMessage, tb [][]byte) {
	if tb[uapi.INET_DIAG_INFO] == nil && tb[uapi.INET_DIAG_MD5SIG] == nil && tb[uapi.INET_DIAG_ULP_INFO] == nil {
		return
	}
	s.out.Object("", "tcp")
	if v := tb[uapi.INET_DIAG_INFO]; v != nil {
		i := infoOf(v)
		s.printTCPInfo(int(r.State), &i, tb)
	}
	if v := tb[uapi.INET_DIAG_MD5SIG]; v != nil {
		s.printMD5(v)
	}
	if v := tb[uapi.INET_DIAG_ULP_INFO]; v != nil {
		s.printULP(v)
	}
	s.out.Close("")
}

// tcpFlags are the options of a connection, in the order in which they print.
var tcpFlags = word.Names{{1, "ts"}, {64, "usec_ts"}, {2, "sack"}, {8, "ecn"}, {16, "ecnseen"}, {32, "fastopen"}}

const tcpHasScale = 4 // of the options

func (s *ss) printTCPInfo(state int, i *info, tb [][]byte) {
	p := &s.out
	options := i[tcpOptions]
	for _, f := range tcpFlags {
		p.Flag(" "+f.Word, f.Word, s.timers && uint64(options)&f.Val != 0)
	}
	if name := rtnl.CStr(tb[uapi.INET_DIAG_CONG]); len(name) > 0 {
		p.Bytes(" ", "congestion", name[:min(len(name), 15)])
	}
	if options&tcpHasScale != 0 {
		p.Uint(" wscale:", "snd_wscale", rtnl.Bits(i[tcpScale:], 1, 0, 4))
		p.Uint(",", "rcv_wscale", rtnl.Bits(i[tcpScale:], 1, 4, 4))
	}
	if rto := i.number(tcpRTO, 4); rto != 3000000 {
		p.Float(" rto:", "rto", float64(rto)/1000)
	}
	p.Some(" backoff:", "backoff", uint64(i[tcpBackoff]))
	if rtt := i.number(tcpRTT, 4); rtt != 0 {
		p.Float(" rtt:", "rtt", float64(rtt)/1000)
		p.Text("/")
		p.FloatOr0("", "rttvar", float64(i.number(tcpRTTVar, 4))/1000)
	}
	i.print(p, tcpMetrics)
	s.printDCTCP(tb[uapi.INET_DIAG_DCTCPINFO])
	s.printBBR(tb[uapi.INET_DIAG_BBRINFO])
	s.rate(" send ", "send_bps", sendRate(i, tb[uapi.INET_DIAG_VEGASINFO]))
	i.print(p, tcpTimes)
	s.printPacing(i)
	s.rate(" delivery_rate ", "delivery_rate_bps", float64(i.number(tcpDelivery, 8)*8))
	i.print(p, tcpDelivered)
	p.Flag(" app_limited", "app_limited", rtnl.Bits(i[tcpAppLimited:], 1, 0, 1) != 0)
	s.printBusy(i)
	i.print(p, tcpUnacked)
	if now, total := i.number(tcpRetrans, 4), i.number(tcpTotal, 4); now|total != 0 {
		p.Uint(" retrans:", "retrans", now)
		p.Uint("/", "retrans_total", total)
	}
	i.print(p, tcpLost)
	if state != sockets.StateListen {
		p.Some(" sacked:", "sacked", i.number(tcpSacked, 4))
	}
	i.print(p, tcpDups)
	if n := int32(i.number(tcpReordering, 4)); n != 3 {
		p.Int(" reordering:", "reordering", int64(n))
	}
	i.print(p, tcpReceive)
}

// sendRate is how fast the window lets a connection send, in bits a second.
func sendRate(i *info, vegas []byte) float64 {
	rtt := float64(i.number(tcpRTT, 4))
	// struct tcpvegas_info: enabled, rttcnt, rtt, minrtt.
	if len(vegas) >= 12 && rtnl.U32(vegas) != 0 {
		if v := rtnl.U32(vegas[8:]); v != 0 && v != 0x7fffffff {
			rtt = float64(v)
		}
	}
	mss, cwnd := i.number(tcpSndMSS, 4), i.number(tcpCwnd, 4)
	if rtt <= 0 || mss == 0 || cwnd == 0 {
		return 0
	}
	return float64(cwnd) * float64(mss) * 8000000 / rtt
}

// rate writes a speed in bits a second, if it is not 0: with -n as a whole number.
func (s *ss) rate(pre, key string, bps float64) {
	if bps == 0 {
		return
	}
	if s.json {
		s.Pen.JRaw(key, strconv.FormatFloat(bps, 'f', 0, 64))
		return
	}
	f := append(s.table.Field, pre...)
	s.table.Field = append(s.appendRate(f, bps), "bps"...)
}

// rateUnits are the units of rates, the largest first.
var rateUnits = []struct {
	size float64
	unit byte
}{{1e12, 'T'}, {1e9, 'G'}, {1e6, 'M'}, {1e3, 'k'}}

func (s *ss) appendRate(b []byte, bps float64) []byte {
	if s.numeric {
		return strconv.AppendFloat(b, bps, 'f', 0, 64)
	}
	for _, u := range rateUnits {
		if bps >= u.size {
			return append(strconv.AppendFloat(b, bps/u.size, 'g', 3, 64), u.unit)
		}
	}
	return show.AppendG(b, bps)
}

// printPacing prints how fast a connection may send, and at most.
func (s *ss) printPacing(i *info) {
	pacing, most := i.number(tcpPacing, 8), i.number(tcpMaxPacing, 8)
	if pacing == 0 || pacing == 1<<64-1 {
		return
	}
	s.rate(" pacing_rate ", "pacing_rate_bps", float64(pacing)*8)
	if most != 0 && most != 1<<64-1 {
		s.rate("/", "pacing_rate_max_bps", float64(most)*8)
	}
}

// printBusy prints how long a connection was sending, and what held it up.
func (s *ss) printBusy(i *info) {
	busy := i.number(tcpBusy, 8)
	if busy == 0 {
		return
	}
	p := &s.out
	p.Uint(" busy:", "busy_ms", busy/1000)
	p.Text("ms")
	for _, l := range []struct {
		at   int
		name string
	}{{tcpRwnd, "rwnd_limited"}, {tcpSndbuf, "sndbuf_limited"}} {
		v := i.number(l.at, 8)
		if v == 0 {
			continue
		}
		p.Uint(" "+l.name+":", l.name+"_ms", v/1000)
		if !s.json {
			f := append(s.table.Field, "ms("...)
			f = strconv.AppendFloat(f, 100*float64(v)/float64(busy), 'f', 1, 64)
			s.table.Field = append(f, "%)"...)
		}
	}
}

// printDCTCP prints struct tcp_dctcp_info.
func (s *ss) printDCTCP(v []byte) {
	switch {
	case len(v) < 16:
		return
	case rtnl.U16(v) == 0:
		s.out.Flag(" dctcp:fallback_mode", "dctcp_fallback", true)
		return
	}
	p := &s.out
	p.Object(" dctcp:(", "dctcp")
	p.Uint("ce_state:", "ce_state", uint64(rtnl.U16(v[2:])))
	p.Uint(",alpha:", "alpha", uint64(rtnl.U32(v[4:])))
	p.Uint(",ab_ecn:", "ab_ecn", uint64(rtnl.U32(v[8:])))
	p.Uint(",ab_tot:", "ab_tot", uint64(rtnl.U32(v[12:])))
	p.Close(")")
}

// printBBR prints struct tcp_bbr_info.
func (s *ss) printBBR(v []byte) {
	if v == nil {
		return
	}
	i := infoOf(v[:min(len(v), 20)])
	p := &s.out
	p.Object(" bbr:(bw:", "bbr")
	bps := float64((i.number(4, 4)<<32 | i.number(0, 4))) * 8
	if s.json {
		s.rate("", "bw_bps", bps)
	} else {
		s.table.Field = append(s.appendRate(s.table.Field, bps), "bps"...)
	}
	p.FloatOr0(",mrtt:", "mrtt", float64(i.number(8, 4))/1000)
	p.Float(",pacing_gain:", "pacing_gain", float64(i.number(12, 4))/256)
	p.Float(",cwnd_gain:", "cwnd_gain", float64(i.number(16, 4))/256)
	p.Close(")")
}

// md5Size is the size of struct tcp_diag_md5sig: family, length of the prefix and of
// the key, address and key.
const md5Size = 100

func (s *ss) printMD5(v []byte) {
	p := &s.out
	if s.json {
		s.Pen.OpenArray("md5keys")
		defer s.Pen.CloseArray()
	}
	for sep := " md5keys:"; len(v) >= md5Size; sep, v = ",", v[md5Size:] {
		addr := v[4:8]
		if v[0] == unix.AF_INET6 {
			addr = v[4:20]
		}
		b := append(s.appendHost(p.Buf[:0], v[0], addr), '/')
		b = append(strconv.AppendUint(b, uint64(v[1]), 10), '=')
		p.Buf = appendEscaped(b, v[20:20+min(int(rtnl.U16(v[2:])), md5Size-20)], " ,")
		p.Bytes(sep, "", p.Buf)
	}
}

// appendEscaped appends bytes, of which those that do not print, backslashes and
// those in more are written with octal digits.
func appendEscaped(b, v []byte, more string) []byte {
	for _, c := range v {
		special := c < ' ' || c > '~' || c == '\\'
		for i := range len(more) {
			special = special || c == more[i]
		}
		if special {
			b = append(b, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
			continue
		}
		b = append(b, c)
	}
	return b
}

var (
	tlsVersions = []tlsName{{uapi.TLS_1_2_VERSION, "1.2"}, {uapi.TLS_1_3_VERSION, "1.3"}}
	tlsCiphers  = []tlsName{{uapi.TLS_CIPHER_AES_GCM_128, "aes-gcm-128"}, {uapi.TLS_CIPHER_AES_GCM_256, "aes-gcm-256"}}
	tlsConfs    = []tlsName{{uapi.TLS_CONF_BASE, "none"}, {uapi.TLS_CONF_SW, "sw"}, {uapi.TLS_CONF_HW, "hw"}, {uapi.TLS_CONF_HW_RECORD, "hw-record"}}
)

type tlsName struct {
	id   uint16
	name string
}

// tlsAttributes are what is told of TLS in the kernel, in the order in which it
// prints.
var tlsAttributes = []struct {
	attr     int
	pre, key string
	names    []tlsName
	other    bool // a number without a name prints
}{
	{uapi.TLS_INFO_VERSION, " version: ", "version", tlsVersions, true},
	{uapi.TLS_INFO_CIPHER, " cipher: ", "cipher", tlsCiphers, false},
	{uapi.TLS_INFO_RXCONF, " rxconf: ", "rxconf", tlsConfs, true},
	{uapi.TLS_INFO_TXCONF, " txconf: ", "txconf", tlsConfs, true},
}

// printULP prints what stands between TCP and the program.
func (s *ss) printULP(v []byte) {
	p := &s.out
	var tb [uapi.INET_ULP_INFO_MPTCP + 1][]byte
	rtnl.Index(tb[:], v)
	if name := tb[uapi.INET_ULP_INFO_NAME]; name != nil {
		p.Bytes(" tcp-ulp-", "ulp", rtnl.CStr(name))
	}
	if v := tb[uapi.INET_ULP_INFO_TLS]; v != nil {
		p.Object("", "tls")
		s.printTLS(v)
		p.Close("")
	}
	if v := tb[uapi.INET_ULP_INFO_MPTCP]; v != nil {
		p.Object("", "mptcp")
		s.printSubflow(v)
		p.Close("")
	}
}

func (s *ss) printTLS(v []byte) {
	p := &s.out
	var tb [uapi.TLS_INFO_RX_NO_PAD + 1][]byte
	rtnl.Index(tb[:], v)
	for _, a := range tlsAttributes {
		v := tb[a.attr]
		if v == nil {
			continue
		}
		name := ""
		for _, n := range a.names {
			if n.id == rtnl.U16(v) {
				name = n.name
			}
		}
		if name == "" && a.other {
			name = "unknown(" + strconv.Itoa(int(rtnl.U16(v))) + ")"
		}
		if name != "" {
			p.Str(a.pre, a.key, name)
		}
	}
	p.Flag(" zc_ro_tx", "zc_ro_tx", tb[uapi.TLS_INFO_ZC_RO_TX] != nil)
	p.Flag(" no_pad_rx", "no_pad_rx", tb[uapi.TLS_INFO_RX_NO_PAD] != nil)
}
