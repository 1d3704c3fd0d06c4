package tcpmetricscmd

import (
	"bytes"
	"io"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

func sample() rtnl.Message {
	m := rtnl.New(0, 0)
	rtnl.Put(m, unix.Genlmsghdr{Cmd: uapi.TCP_METRICS_CMD_GET, Version: 1})
	m.Attr(uapi.TCP_METRICS_ATTR_ADDR_IPV4, []byte{10, 0, 0, 2})
	m.Attr(uapi.TCP_METRICS_ATTR_SADDR_IPV4, []byte{10, 0, 0, 1})
	m.U64(uapi.TCP_METRICS_ATTR_AGE, 12345)
	m.U32(uapi.TCP_METRICS_ATTR_TW_TS_STAMP, 0xffffffff)
	nest := m.Nest(uapi.TCP_METRICS_ATTR_VALS)
	m.U32(uapi.TCP_METRICS_A_METRICS_RTT_US, 8000)
	m.U32(uapi.TCP_METRICS_A_METRICS_RTTVAR, 4)
	m.U32(uapi.TCP_METRICS_A_METRICS_CWND, 10)
	m.End(nest)
	m.U16(uapi.TCP_METRICS_ATTR_FOPEN_MSS, 1400)
	m.U16(uapi.TCP_METRICS_ATTR_FOPEN_SYN_DROPS, 3)
	m.U64(uapi.TCP_METRICS_ATTR_FOPEN_SYN_DROP_TS, 1500000)
	m.Attr(uapi.TCP_METRICS_ATTR_FOPEN_COOKIE, []byte{0xca, 0xfe})
	return rtnl.Message{Body: m.Body()}
}

func render(opt cli.Options, m rtnl.Message) string {
	var b bytes.Buffer
	e := clitest.Env(&b, opt)
	e.Pen.Begin()
	var h host
	if h.parse(e, m) {
		h.print(e, true)
	}
	e.Pen.End()
	e.Pen.Flush()
	return b.String()
}

func TestPrint(t *testing.T) {
	want := "Deleted 10.0.0.2 age 12.345sec tw_ts 0/-1 ago cwnd 10 rtt 1000us rttvar 1000us fo_mss 1400" +
		" fo_syn_drops 3/1.500usec ago fo_cookie cafe source 10.0.0.1\n"
	if got := render(cli.Options{}, sample()); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	want = `[{"deleted":true,"dst":"10.0.0.2","age":12.345,"tw_ts_stamp":"0/-1","cwnd":10,"rtt":0.001,"rttvar":0.001,` +
		`"fopen_miss":1400,"fopen_syn_drops":3,"fopen_syn_drop_ts":1.5,"fo_cookie":"cafe","source":"10.0.0.1"}]` + "\n"
	if got := render(cli.Options{JSON: true}, sample()); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestWords holds the real tool's way of stepping over a word behind each
// value.
func TestWords(t *testing.T) {
	e := clitest.Env(io.Discard, cli.Options{})
	s := &selector{e: e}
	if err := s.parse(cli.NewArgs([]string{"10.0.0.1", "src", "10.0.0.2"}), false); err == nil {
		t.Error("a second address was taken")
	}
	s = &selector{e: e}
	err := s.parse(cli.NewArgs([]string{"10.0.0.1", "x", "src", "10.0.0.2"}), false)
	if err != nil || s.dstAttr != uapi.TCP_METRICS_ATTR_ADDR_IPV4 || s.srcAttr != uapi.TCP_METRICS_ATTR_SADDR_IPV4 {
		t.Errorf("got %+v, %v", s, err)
	}
}

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) {
	f.Add(sample().Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		render(cli.Options{}, rtnl.Message{Body: body})
		render(cli.Options{JSON: true}, rtnl.Message{Body: body})
	})
}
