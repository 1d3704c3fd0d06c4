package nexthopcmd

import (
	"bytes"
	"io"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// entries are struct nexthop_grp of linux/nexthop.h: each an id, and a weight less
// one, of which a second byte has the upper half.
func entries(idsAndWeights ...uint32) (b []byte) {
	for i := 0; i < len(idsAndWeights); i += 2 {
		b = rtnl.NE.AppendUint32(b, idsAndWeights[i])
		b = append(b, byte(idsAndWeights[i+1]), byte(idsAndWeights[i+1]>>8), 0, 0)
	}
	return b
}

// groupMessage is a resilient group of two with 16-bit weights and counters.
func groupMessage() rtnl.Message {
	m := rtnl.New(unix.RTM_NEWNEXTHOP, 0)
	rtnl.Put(m, unix.Nhmsg{})
	m.U32(unix.NHA_ID, 10)
	m.Attr(unix.NHA_GROUP, entries(1, 0x12b, 2, 0))
	m.U16(unix.NHA_GROUP_TYPE, uapi.NEXTHOP_GRP_TYPE_RES)
	m.U32(uapi.NHA_OP_FLAGS, uapi.NHA_OP_FLAG_RESP_GRP_RESVD_0)
	nest := m.Nest(uapi.NHA_RES_GROUP)
	m.U16(uapi.NHA_RES_GROUP_BUCKETS, 4)
	m.U32(uapi.NHA_RES_GROUP_IDLE_TIMER, 1234)
	m.End(nest)
	nest = m.Nest(uapi.NHA_GROUP_STATS)
	for _, id := range []uint32{1, 2} {
		entry := m.Nest(uapi.NHA_GROUP_STATS_ENTRY)
		m.U32(uapi.NHA_GROUP_STATS_ENTRY_ID, id)
		m.U32(uapi.NHA_GROUP_STATS_ENTRY_PACKETS, 7)
		m.End(entry)
	}
	m.End(nest)
	return rtnl.Message{Type: unix.RTM_NEWNEXTHOP, Body: m.Body()}
}

func TestPrint(t *testing.T) {
	const args = "type resilient buckets 4 idle_timer 12.34 unbalanced_timer 0 unbalanced_time 0 "
	for _, c := range []struct {
		opt  cli.Options
		want string
	}{
		{cli.Options{}, "id 10 group 1,300/2 " + args + "\n"},
		{cli.Options{Stats: 1}, "id 10 group 1,300/2 " + args + "\n  stats:\n    id 1 packets 7\n    id 2 packets 7\n"},
		{cli.Options{Stats: 2, Oneline: true}, "id 10 group 1,300/2 " + args +
			`\  stats:\    id 1 packets 7 packets_hw 0\    id 2 packets 7 packets_hw 0` + "\n"},
		{cli.Options{JSON: true}, `[{"id":10,"group":[{"id":1,"weight":300},{"id":2}],"type":"resilient","resilient_args":` +
			`{"buckets":4,"idle_timer":12.34,"unbalanced_timer":0,"unbalanced_time":0},"flags":[]}]` + "\n"},
	} {
		var b bytes.Buffer
		e := clitest.Env(&b, c.opt)
		e.Pen.Begin()
		if err := printMessage(e, groupMessage()); err != nil {
			t.Error(err)
		}
		e.Pen.End()
		e.Pen.Flush()
		if got := b.String(); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

// TestGroup holds how groups are read, and what is left of the word in the
// complaint.
func TestGroup(t *testing.T) {
	for in, want := range map[string]string{
		"1":       string(entries(1, 0)),
		"1,300/2": string(entries(1, 0x12b, 2, 0)),
		"1/x":     `!Error: argument "1" is wrong: "group" value is invalid`,
		"x,2":     `!Error: argument "x" is wrong: "group" value is invalid`,
		"1,0":     `!Error: argument "0" is wrong: "weight" is invalid`,
		"1,65537": `!Error: argument "65537" is wrong: "weight" is invalid`,
		"":        `!Error: argument "" is wrong: "group" value is invalid`,
	} {
		c := field.NewCall(clitest.Env(io.Discard, cli.Options{}), cli.NewArgs([]string{"group", in}), &objects)
		got := ""
		if err := c.Read(); err != nil {
			got = "!" + string(bytes.TrimSpace([]byte(err.Error())))
		} else {
			got = string(c.Get(0, unix.NHA_GROUP))
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes the printers panic.
func FuzzPrint(f *testing.F) {
	f.Add(groupMessage().Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, opt := range []cli.Options{{Stats: 2, Details: 1}, {JSON: true}} {
			e := clitest.Env(io.Discard, opt)
			e.Links.Remember(rtnl.Message{Type: unix.RTM_NEWLINK})
			printMessage(e, rtnl.Message{Type: unix.RTM_NEWNEXTHOP, Body: body})
			printBucket(e, rtnl.Message{Type: unix.RTM_NEWNEXTHOPBUCKET, Body: body})
		}
	})
}
