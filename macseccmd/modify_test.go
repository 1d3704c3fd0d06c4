package macseccmd

import (
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/command"
	"gip/internal/rtnl"
)

const keyText = "12345678901234567890123456789012"

// encode parses words and returns the request without its netlink header.
func encode(v *command.Verb, words string) ([]byte, error) {
	e := clitest.Env(io.Discard, cli.Options{})
	e.Stderr = io.Discard
	ch := change{cmd: uint8(v.Type)}
	m, err := ch.message(e, cli.NewArgs(strings.Fields(words)), 7)
	if err != nil {
		return nil, err
	}
	return m.Body(), nil
}

func verbOf(t testing.TB, name string) *command.Verb {
	v := command.Find(Object.Verbs, name)
	if v == nil {
		t.Fatalf("no verb %q", name)
	}
	return v
}

// TestMessage holds the requests; the numbers are those of a little-endian
// machine.
func TestMessage(t *testing.T) {
	if !rtnl.LittleEndian() {
		t.Skip("a big-endian machine")
	}
	const index = "08000100" + "07000000"
	for _, c := range []struct{ verb, words, want string }{
		{"add", "tx sa 1 pn 5 on key 0102 " + keyText,
			"04010000" + index + "44000300" + "0500010001000000" + "0800030005000000" +
				"14000500" + "01020000000000000000000000000000" + "14000400" + "12345678901234567890123456789012" + "0500020001000000"},
		{"add", "tx sa 1 xpn 5 ssci 1f salt ff key 01 ff",
			"04010000" + index + "4c000300" + "0500010001000000" + "0c0003000500000000000000" +
				"10000900" + "ff0000000000000000000000" + "080008000000001f" +
				"14000500" + "01000000000000000000000000000000" + "05000400" + "ff000000"},
		// Salt and short number are for long packet numbers.
		{"set", "tx sa 2 pn 9 salt ff ssci 1 off",
			"06010000" + index + "1c000300" + "0500010002000000" + "0800030009000000" + "0500020000000000"},
		{"add", "rx sci 1122 on", "01010000" + index + "18000200" + "0c0001000000000000001122" + "0500020001000000"},
		{"set", "rx port 5 address 2:0:0:0:0:1", "03010000" + index + "10000200" + "0c0001000200000000010005"},
		{"set", "rx sci 5 sa 3 off",
			"09010000" + index + "10000200" + "0c0001000000000000000005" + "14000300" + "0500010003000000" + "0500020000000000"},
		{"delete", "rx address 2:0:0:0:0:1 port 0x10 off", "02010000" + index + "10000200" + "0c0001000200000000010010"},
		{"delete", "rx sci 5 sa 3 frob", "08010000" + index + "10000200" + "0c0001000000000000000005" + "0c000300" + "0500010003000000"},
		{"delete", "tx sa 0 pn 5", "05010000" + index + "0c000300" + "0500010000000000"},
	} {
		b, err := encode(verbOf(t, c.verb), c.words)
		if got := hex.EncodeToString(b); err != nil || got != c.want {
			t.Errorf("%s %s: %v\ngot  %s\nwant %s", c.verb, c.words, err, got, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		verb, words, want string
		status            int
	}{
		{"add", "tx", "", cli.StatusUsage},
		{"add", "frob", "", cli.StatusUsage},
		{"add", "rx", "expected sci", cli.StatusUsage},
		{"add", "rx port 5", "expected sci", cli.StatusUsage},
		{"add", "rx port 5 sci 1", `Error: argument "sci" is wrong: expected address`, cli.StatusUsage},
		{"add", "rx address 2:0:0:0:0:1 sci 1", `Error: argument "sci" is wrong: expected port`, cli.StatusUsage},
		{"add", "rx address 2:0:0:0:0:1:2", `Error: argument "2:0:0:0:0:1:2" is wrong: expected lladdr`, cli.StatusUsage},
		{"add", "rx sci 5 pn 5", `macsec: unknown command "pn"?`, cli.StatusUsage},
		{"add", "rx sci 5 on off", `Error: either "on/off" is duplicate, or "off" is garbage.`, cli.StatusUsage},
		{"add", "tx sa 4", `Error: argument "4" is wrong: expected an { 0..3 }`, cli.StatusUsage},
		{"add", "tx sa 0", "cannot create SA without key", cli.StatusError},
		{"add", "tx sa 0 key 01 " + keyText, "must specify a packet number != 0", cli.StatusError},
		{"set", "tx sa 0 key 01 " + keyText, "cannot change key on SA", cli.StatusError},
		{"add", "tx sa 0 key 01", `Command line is not complete. Try option "help"`, cli.StatusUsage},
		{"add", "tx sa 0 key 01 123", `Error: argument "123" is wrong: expected key`, cli.StatusUsage},
		{"add", "tx sa 0 key 0x 12", `Error: argument "0x" is wrong: expected key id`, cli.StatusUsage},
		{"add", "tx sa 0 pn 1 xpn 2", `Error: either "xpn" is duplicate, or "xpn" is garbage.`, cli.StatusUsage},
		{"add", "tx sa 0 pn 4294967296", `Error: argument "4294967296" is wrong: expected pn`, cli.StatusUsage},
		{"add", "tx sa 0 xpn 0", `Error: argument "0" is wrong: expected pn != 0`, cli.StatusUsage},
		{"add", "tx sa 0 salt 1", `Error: argument "1" is wrong: expected salt`, cli.StatusUsage},
		{"add", "tx sa 0 salt 01 salt 01", `Error: either "salt" is duplicate, or "salt" is garbage.`, cli.StatusUsage},
		{"add", "tx sa 0 ssci 100000000", `Error: argument "100000000" is wrong: expected ssci`, cli.StatusUsage},
		{"add", "tx sa 0 ssci 1 ssci 1", `Error: either "ssci" is duplicate, or "ssci" is garbage.`, cli.StatusUsage},
	} {
		_, err := encode(verbOf(t, c.verb), c.words)
		if err == nil {
			t.Errorf("%s %s: no error", c.verb, c.words)
			continue
		}
		text := strings.TrimSuffix(strings.TrimSuffix(err.Error(), usage), "\n")
		if strings.TrimSuffix(text, "\n") != c.want || cli.Status(err) != c.status {
			t.Errorf("%s %s: got %q, status %d", c.verb, c.words, err, cli.Status(err))
		}
	}
}

// FuzzParse holds that no words make the parser panic.
func FuzzParse(f *testing.F) {
	f.Add("tx sa 0 pn 5 salt ff key 01 " + keyText)
	f.Add("rx address 2:0:0:0:0:1 port 5 sa 0 xpn 5 ssci 3 on")
	f.Fuzz(func(t *testing.T, words string) {
		for _, name := range []string{"add", "set", "delete"} {
			encode(verbOf(t, name), words)
		}
	})
}
