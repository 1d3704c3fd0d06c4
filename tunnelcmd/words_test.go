package tunnelcmd

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/command"

	"golang.org/x/sys/unix"
)

// read reads the words of a tunnel of either family and returns how it shows.
func read(words string) (string, error) {
	var out bytes.Buffer
	e := clitest.Env(&out, cli.Options{})
	e.Tables.Numeric = true
	a := cli.NewArgs(strings.Fields(words))
	if a.Match("=6") {
		t, err := parse6(e, a, false, default6)
		if err != nil {
			return "", err
		}
		t.print(e)
	} else {
		t, err := parse4(e, a, false)
		if err != nil {
			return "", err
		}
		t.print(e)
	}
	e.Pen.Flush()
	return out.String(), nil
}

// TestTunnelWords holds that what words ask for is what is shown.
func TestTunnelWords(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"t1 mode gre remote 10.0.0.2 local 10.0.0.1 ttl 64 tos inherit/0x10 key 5 seq ocsum",
			"t1: gre/ip remote 10.0.0.2 local 10.0.0.1 ttl 64 tos inherit/0x10 key 5\n" +
				"  Drop packets out of sequence.\n  Sequence packets on output.\n  Checksum output packets."},
		{"name ipip5 ttl inherit nopmtudisc dsfield 4", "ipip5: ip/ip remote any local any ttl inherit tos 0x04 nopmtudisc"},
		{"gre5 remote 224.1.1.1 local 10.0.0.1 okey 1.2.3.4", "gre5: gre/ip remote 224.1.1.1 local 10.0.0.1 ttl inherit ikey 3758162177 okey 16909060"},
		{"vti7 ikey 7", "vti7: ip/ip remote any local any ttl inherit ikey 7"},
		{"6 t2 mode ip6gre remote ::2 local ::1 hoplimit 9 tclass 0x12 flowlabel 345 key 7",
			"t2: gre/ipv6 remote ::2 local ::1 encaplimit 4 hoplimit 9 tclass 0x12 flowlabel 0x00345 (flowinfo 0x01200345) key 7"},
		{"6 t3 mode any encaplimit none tc inherit fl inherit dscp inherit allow-localremote",
			"t3: any/ipv6 remote :: local :: encaplimit none hoplimit 64 tclass inherit flowlabel inherit (flowinfo 0x00000000) dscp inherit allow-localremote"},
		{"6 t4 allow-localremote noallow-localremote encaplimit x",
			"t4: ipv6/ipv6 remote :: local :: encaplimit 0 hoplimit 64 tclass 0x00 flowlabel 0x00000 (flowinfo 0x00000000)"},
	} {
		if got, err := read(c.words); got != c.want || err != nil {
			t.Errorf("%s\ngot  %q, %v\nwant %q", c.words, got, err, c.want)
		}
	}
}

func TestTunnelRefused(t *testing.T) {
	for words, want := range map[string]string{
		"t1 t2":                        "Error: either \"name\" is duplicate, or \"t2\" is garbage.\n",
		"a/b":                          "Error: argument \"a/b\" is wrong: \"name\" not a valid ifname\n",
		"help":                         "", // the help is added by whoever found the verb
		"6 h":                          "",
		"t1 mode x":                    "Unknown tunnel mode \"x\"\n",
		"t1 mode gre mode sit":         "You managed to ask for more than one tunnel mode.\n",
		"t1 key x":                     "invalid value for \"key\": \"x\"; it should be an unsigned integer\n",
		"t1 mode ipip key 1":           "Keys are not allowed with ipip and sit tunnels\n",
		"t1 mode gre remote 224.0.0.9": "A broadcast tunnel requires a source address\n",
		"t1 ttl 256":                   "Error: argument \"256\" is wrong: invalid TTL\n\n",
		"t1 tos x/5":                   "Error: argument \"x\" is wrong: bad TOS value\n",
		"t1 remote x":                  "Error: an IP address is expected rather than \"x\"\n",
		"6 t1 hoplimit 256":            "Error: argument \"256\" is wrong: invalid TTL\n",
		"6 t1 tclass 100":              "Error: argument \"100\" is wrong: invalid TClass\n",
		"6 t1 flowlabel 100000":        "Error: argument \"100000\" is wrong: invalid Flowlabel\n",
		"6 t1 dscp 1":                  "Error: argument \"1\" is wrong: not inherit\n",
	} {
		if _, err := read(words); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %q", words, err, want)
		}
	}
}

// TestSites holds what prl and 6rd ask of the kernel.
func TestSites(t *testing.T) {
	for words, want := range map[string]string{
		"prl dev s1 prl-default 10.0.0.1 prl-delete 10.0.0.2": "One PRL entry at a time\n",
		"prl prl-default 10.0.0.1":                            "Must specify device\n",
		"prl x":                                               "Invalid PRL parameter \"x\"\n",
		"6rd dev s1 x":                                        "Invalid 6RD parameter \"x\"\n",
		"6rd dev a/b":                                         "Error: argument \"a/b\" is wrong: \"dev\" not a valid ifname\n",
	} {
		c := command.Call{Env: clitest.Env(io.Discard, cli.Options{}), Args: cli.NewArgs(strings.Fields(words))}
		if err := c.On(&Tunnel); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %q", words, err, want)
		}
	}
}

func TestTuntapWords(t *testing.T) {
	e := clitest.Env(io.Discard, cli.Options{})
	got, err := parseTuntap(e, cli.NewArgs(strings.Fields("dev t0 mode tap user 5 group 6 pi multi_queue one")), &addWords)
	want := tuntap{name: "t0", flags: unix.IFF_TAP | unix.IFF_MULTI_QUEUE | unix.IFF_ONE_QUEUE, owner: 5, group: 6}
	if err != nil || *got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	for words, want := range map[string]string{
		"t0":                 "You failed to specify a tunnel mode\n",
		"mode tun mode tap":  "You managed to ask for more than one tunnel mode.\n",
		"dev t0 name t1":     "Error: either \"name\" is duplicate, or \"t1\" is garbage.\n",
		"mode tun user nono": "Error: either \"name\" is duplicate, or \"nono\" is garbage.\n",
		"mode x":             "Unknown tunnel mode \"x\"\n",
		"h":                  tuntapUsage,
	} {
		if _, err := parseTuntap(e, cli.NewArgs(strings.Fields(words)), &deleteWords); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %q", words, err, want)
		}
	}
}

// FuzzTunnel holds that no words make a reader panic.
func FuzzTunnel(f *testing.F) {
	f.Add("t1 mode gre remote 10.0.0.2 key 5")
	f.Add("6 t1 tclass 5 encaplimit none")
	f.Fuzz(func(t *testing.T, words string) {
		if !strings.Contains(words, "dev") && !strings.Contains(words, "sit") && !strings.Contains(words, "isatap") {
			read(words)
		}
	})
}
