package sscmd

import (
	"io"
	"testing"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/sscmd/sockets"
)

// TestVsockFilter holds what the test VM has shown of the real tool: a filter of
// vsock compares ports, of which the largest is any, and never addresses.
func TestVsockFilter(t *testing.T) {
	for _, row := range []struct {
		filter string
		want   bool
	}{
		{"src 1:1234", true}, {"src 5:1234", true}, {"src 1:99", false}, {"src *:1234", true}, {"src 5", true},
		{"sport = 1234", true}, {"sport != 1234", false}, {"sport gt 99", true}, {"dst 1:4294967295", true}, {"src vsock:1:0x4d2", true},
	} {
		s := &ss{Env: clitest.Env(io.Discard, cli.Options{})}
		s.family(unix.AF_VSOCK)
		n, err := s.parseFilter([]string{row.filter})
		if err != nil {
			t.Errorf("%s: %v", row.filter, err)
			continue
		}
		k := sock{family: unix.AF_VSOCK, lport: 1234, rport: -1}
		putWord(&k.local, 1<<32-1)
		if got := s.matches(n, &k); got != row.want {
			t.Errorf("%s: %v", row.filter, got)
		}
	}
}

// TestCompile holds the kernel's instructions of a filter with all that joins.
func TestCompile(t *testing.T) {
	s := &ss{Env: clitest.Env(io.Discard, cli.Options{})}
	n, err := s.parseFilter([]string{"( sport ge 5 or autobound ) and not dport le 6"})
	if err != nil {
		t.Fatal(err)
	}
	var codes []byte
	b := compile(n)
	for at := 0; at < len(b); at += int(b[at+1]) {
		codes = append(codes, b[at])
	}
	// S_GE, JMP over AUTO, AUTO, D_LE, JMP beyond the end.
	want := []byte{2, 1, 6, 5, 1}
	if string(codes) != string(want) || len(b) != 28 {
		t.Errorf("codes %v of %d bytes, want %v", codes, len(b), want)
	}
}

// TestAllTables holds that TIPC is the one table that is shown only if it is asked for.
func TestAllTables(t *testing.T) {
	for db := range sockets.NumTables {
		if got := sockets.AllTables>>db&1 != 0; got != (db != sockets.TIPC) {
			t.Errorf("table %d is shown: %v", db, got)
		}
	}
}
