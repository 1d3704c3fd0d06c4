package listen

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/saved"

	"golang.org/x/sys/unix"
)

// TestReplay plays what rtmon writes: the time of an event and the event.
func TestReplay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1_700_000_000, 5000)
	saved.Write(f, TstampOf(at), rtnl.Message{Type: unix.RTM_NEWLINK, Body: make([]byte, 16)})
	f.Close()
	var out bytes.Buffer
	e := clitest.Env(&out, cli.Options{})
	var types []uint16
	err = Replay(path, func(m rtnl.Message) error {
		if types = append(types, m.Type); m.Type == Tstamp {
			return PrintTstamp(e, m)
		}
		return nil
	})
	e.Pen.Flush()
	want := "Timestamp: " + time.Unix(1_700_000_000, 0).Format(time.ANSIC) + " 5 us\n"
	if err != nil || out.String() != want || len(types) != 2 || types[1] != unix.RTM_NEWLINK {
		t.Errorf("%v, %q, %v", err, out.String(), types)
	}
	if err := Replay(path+"x", nil); err == nil || cli.Status(err) != cli.StatusUsage {
		t.Error("no file: ", err)
	}
}

// TestStamp holds the forms in which -t shows the time, and the namespace of an event.
func TestStamp(t *testing.T) {
	for _, c := range []struct {
		opt  cli.Options
		want string
	}{
		{cli.Options{}, `^\[nsid current\]\[nsid 4\]$`},
		{cli.Options{Timestamp: true}, `^Timestamp: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} \d+ usec\n\[nsid current\]\[nsid 4\]$`},
		{cli.Options{Timestamp: true, ShortTime: true}, `^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\] \[nsid current\]\[nsid 4\]$`},
	} {
		var out bytes.Buffer
		e := clitest.Env(&out, c.opt)
		Stamp(e)
		StampNSID(e, -1)
		StampNSID(e, 4)
		e.Pen.Flush()
		if !regexp.MustCompile(c.want).Match(out.Bytes()) {
			t.Errorf("got %q", out.String())
		}
	}
}
