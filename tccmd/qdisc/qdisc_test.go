package qdisc

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/tccmd/kind"
	"gip/tccmd/qdisc/tsn"

	"golang.org/x/sys/unix"
)

// options reads words of a kind and returns what they ask for.
func options(t *testing.T, k *kind.Kind, line string) []byte {
	t.Helper()
	m := rtnl.New(0, 0)
	mark := m.Mark()
	if err := k.Read(clitest.Env(io.Discard, cli.Options{}), cli.NewArgs(strings.Fields(line)), &kind.Target{Msg: m}, unix.TCA_OPTIONS); err != nil {
		t.Fatalf("%s %s: %v", k.Name, line, err)
	}
	return rtnl.Find(m.Since(mark), unix.TCA_OPTIONS)
}

// shown is options as text or JSON.
func shown(k *kind.Kind, options []byte, opt cli.Options) string {
	var b bytes.Buffer
	e := clitest.Env(&b, opt)
	e.Pen.Begin()
	e.Pen.OpenObject("")
	k.Show(e, options)
	e.Pen.CloseObject()
	e.Pen.End()
	e.Pen.Flush()
	return b.String()
}

// TestDevices holds what only devices do that the test VM has none of: their modes and
// rates as the kernel would send them back.
func TestDevices(t *testing.T) {
	for _, c := range []struct {
		kind              *kind.Kind
		words, text, json string
	}{
		{&tsn.Mqprio, "num_tc 2 map 0 1 queues 4@0 4@4 mode channel shaper bw_rlimit min_rate 1gbit 2gbit max_rate 4gbit 5gbit fp P E",
			"tc 2 map 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 \n             queues:(0:3) (4:7) \n             mode:channel\n             shaper:bw_rlimit" +
				"\tmin_rate:1Gbit 2Gbit \tmax_rate:4Gbit 5Gbit \n             fp: P E\n",
			`[{"tc":2,"map":[0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"queues":[[0,3],[4,7]],"mode":"channel","shaper":"bw_rlimit",` +
				`"min_rate":[125000000,250000000],"max_rate":[500000000,625000000],"fp":["P","E"]}]` + "\n"},
		{&tsn.Taprio, "num_tc 2 map 0 1 queues 4@0 4@4 sched-entry H 3 500 sched-entry R 0x1 600 flags 2 base-time -5 fp E P max-sdu 100",
			"tc 2 map 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0\nqueues offset 0 count 4 offset 4 count 4\n flags 0x2\tbase-time -5\n" +
				" cmd H gatemask 0x3 interval 500\n cmd R gatemask 0x1 interval 600\nmax-sdu 100\nfp E P\n",
			`[{"tc":2,"map":[0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"queues":[{"offset":0,"count":4},{"offset":4,"count":4}],"flags":"0x2",` +
				`"base_time":18446744073709551611,"schedule":[{"cmd":"H","gatemask":"0x3","interval":500},{"cmd":"R","gatemask":"0x1","interval":600}],` +
				`"max-sdu":[100],"fp":["E","P"]}]` + "\n"},
	} {
		b := options(t, c.kind, c.words)
		if got := shown(c.kind, b, cli.Options{}); got != c.text {
			t.Errorf("%s %s: got %q, want %q", c.kind.Name, c.words, got, c.text)
		}
		if got := shown(c.kind, b, cli.Options{JSON: true}); got != c.json {
			t.Errorf("%s %s: got %s, want %s", c.kind.Name, c.words, got, c.json)
		}
	}
}

// TestLimits holds that a schedule that has no room is told, and sent in part.
func TestLimits(t *testing.T) {
	var errs bytes.Buffer
	e := clitest.Env(io.Discard, cli.Options{})
	e.Stderr = &errs
	m := rtnl.New(0, 0)
	line := strings.Repeat("sched-entry S 1 10000 ", 60)
	if err := tsn.Taprio.Read(e, cli.NewArgs(strings.Fields(line)), &kind.Target{Msg: m}, unix.TCA_OPTIONS); err != nil {
		t.Fatal(err)
	}
	const complaint = "addattr_l ERROR: message exceeded bound of 1024\n"
	if got := errs.String(); got == "" || strings.ReplaceAll(got, complaint, "") != "" || m.Mark() > 1024 {
		t.Errorf("%d bytes, told %q", m.Mark(), got)
	}
}

// showAny prints whatever a kernel might send as options and statistics.
func showAny(b []byte) {
	for _, k := range List {
		for _, opt := range [...]cli.Options{{Details: 1, Stats: 1}, {JSON: true, Details: 1, Stats: 1}} {
			e := clitest.Env(io.Discard, opt)
			e.Stderr = io.Discard
			for _, k := range [...]*kind.Kind{k, k.Class} {
				if k == nil {
					continue
				}
				k.Show(e, b)
				if k.HasXstats() {
					k.ShowXstats(e, b)
				}
			}
		}
	}
}

// FuzzShow holds that no bytes make a printer panic.
func FuzzShow(f *testing.F) {
	for _, n := range []int{0, 1, 3, 4, 12, 20, 36, 52, 84, 88, 256, 900} {
		f.Add(make([]byte, n))
		f.Add(bytes.Repeat([]byte{0xFF}, n))
		f.Add(bytes.Repeat([]byte{8, 0, 1, 0, 9, 9, 9, 9}, n/8))
	}
	for i := range 20 { // nests of attributes of each type
		f.Add(append([]byte{20, 0, byte(i), 0}, 12, 0, 1, 0, 8, 0, 1, 0, 1, 2, 3, 4, 4, 0, 2, 0))
	}
	f.Fuzz(func(_ *testing.T, b []byte) { showAny(b) })
}

// TestPlugLimit holds that both numbers of struct tc_plug_qopt are in the machine's order.
func TestPlugLimit(t *testing.T) {
	got := options(t, &plug, "limit 5k")
	want := rtnl.AppendUint(rtnl.AppendUint(nil, 4, uapi.TCQ_PLUG_LIMIT), 4, 5<<10)
	if !bytes.Equal(got, want) {
		t.Errorf("plug limit 5k: % x, want % x", got, want)
	}
}
