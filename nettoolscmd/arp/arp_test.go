package arp

import (
	"slices"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// TestNeighbours shows entries of the ARP table in both forms.
func TestNeighbours(t *testing.T) {
	mac := []byte{2, 0, 0, 0, 0, 0xab}
	for _, c := range []struct {
		n        neighbour
		row, bsd string
	}{
		{neighbour{common.Ipv4{10, 0, 0, 1}, unix.ARPHRD_ETHER, true, true, false, mac, "va"},
			"10.0.0.1                 ether   02:00:00:00:00:ab   CM                    va\n",
			"? (10.0.0.1) at 02:00:00:00:00:ab [ether] PERM on va\n"},
		{neighbour{common.Ipv4{10, 0, 0, 2}, unix.ARPHRD_ETHER, false, false, false, nil, "va"},
			"10.0.0.2                         (incomplete)                              va\n",
			"? (10.0.0.2) at <incomplete> on va\n"},
		{neighbour{common.Ipv4{10, 0, 0, 3}, 0, false, true, true, nil, "*"},
			"10.0.0.3                 *       <from_interface>    MP                    *\n",
			"? (10.0.0.3) at <from_interface> PERM PUB on *\n"},
	} {
		row := clitest.Printed(func(e *cli.Env) { (&arp{Env: e, numeric: true}).printRow(&c.n, false) })
		bsd := clitest.Printed(func(e *cli.Env) { (&arp{Env: e, numeric: true}).printBSD(&c.n) })
		if row != c.row || bsd != c.bsd {
			t.Errorf("got\n%q\n%q\nwant\n%q\n%q", row, bsd, c.row, c.bsd)
		}
	}
}

// TestFields splits lines of /etc/ethers.
func TestFields(t *testing.T) {
	for line, want := range map[string][]string{
		"":                     nil,
		" \t":                  nil,
		"\ta  b\r\t":           {"a", "b\r"},
		`"a b"c 'd"`:           {"a b", "c", `d"`},
		`"" "a\"b" '`:          {"", `a\"b`, ""},
		`a"b c"`:               {`a"b`, `c"`},
		strings.Repeat("a", 9): {"aaaaaaaaa"},
	} {
		if got := fields(line); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
	if n := len(fields(strings.Repeat("a ", 40))); n != 31 {
		t.Errorf("got %d words, want 31", n)
	}
}
