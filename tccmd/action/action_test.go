package action

import (
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// TestPedit reads what becomes of a field and looks at the keys: mask, value, offset.
func TestPedit(t *testing.T) {
	for words, want := range map[string]string{
		"pedit munge ip ttl set 64":                         "00ffffff 40000000 +8",
		"pedit munge offset 5 u16 set 0x1122":               "ff0000ff 00112200 +4",
		"pedit munge offset 7 u8 set 0x19 retain 0xf":       "fffffff0 00000009 +4",
		"pedit munge offset 0 u32 preserve":                 "ffffffff 00000000 +0",
		"pedit munge offset -14 u16 set 5":                  "ffff0000 00000005 -16",
		"pedit ex munge eth dst set 02:00:00:00:00:09":      "00000000 02000000 +0, 0000ffff 00090000 +4",
		"pedit ex munge eth src set 02:00:00:00:00:0a":      "ffff0000 00000200 +4, 00000000 0000000a +8",
		"pedit ex munge ip6 traffic_class set 0xb8":         "f00fffff 0b800000 +0",
		"pedit ex munge ip ttl decrement":                   "00ffffff ff000000 +8",
		"pedit ex munge ip6 dst set ::1 munge ip src clear": "00000000 00000000 +24, 00000000 00000000 +28, 00000000 00000000 +32, 00000000 00000001 +36, 00000000 00000000 +12",
	} {
		m := rtnl.New(0, 0)
		mark := m.Mark()
		if err := Read(clitest.Env(io.Discard, cli.Options{}), cli.NewArgs(strings.Fields(words)), m, 1); err != nil {
			t.Errorf("%s: %v", words, err)
			continue
		}
		var out strings.Builder
		e := clitest.Env(&out, cli.Options{})
		Print(e, m.Since(mark)[4:], 0, true)
		e.Pen.Flush()
		var got []string
		for line := range strings.Lines(out.String()) {
			// "key #0  at [header]OFFSET: val V mask M"
			_, key, ok := strings.Cut(strings.TrimSpace(line), "  at ")
			if !ok {
				continue
			}
			f := strings.Fields(key)
			at := strings.TrimSuffix(f[0], ":")
			if sign := strings.LastIndexAny(at, "+-"); sign >= 0 {
				at = at[sign:]
			} else {
				at = "+" + at
			}
			got = append(got, f[4]+" "+f[2]+" "+at)
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%s: %s, want %s", words, text, want)
		}
	}
}

// FuzzPrint prints whatever a kernel might send about an action of each kind.
func FuzzPrint(f *testing.F) {
	for i, words := range []string{"pedit ex munge ip ttl decrement", "gate sched-entry open 5", "ct commit nat src addr 10.0.0.1 pipe", "bpf bytecode '1,6 0 0 1'",
		"tunnel_key set src_ip 10.0.0.1 dst_ip 10.0.0.2 geneve_opts 1:2:aabbccdd"} {
		m := rtnl.New(0, 0)
		mark := m.Mark()
		if Read(clitest.Env(io.Discard, cli.Options{}), cli.NewArgs(strings.Fields(words)), m, 1) == nil {
			if list := m.Since(mark)[4:]; len(list) > 4 {
				f.Add(byte(i), rtnl.Find(rtnl.Find(list, 1), uapi.TCA_ACT_OPTIONS))
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, options []byte) {
		for _, json := range []bool{false, true} {
			e := clitest.Env(io.Discard, cli.Options{JSON: json, Stats: 1})
			List[int(kind)%len(List)].Output(e, options)
		}
	})
}
