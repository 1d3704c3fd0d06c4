package state

import (
	"regexp"
	"strings"
	"testing"
)

const example = header + `
link lo index 1 hardware 772 mtu 65536 up
link eth0 index 2 hardware 1 address 02:00:00:00:00:01 mtu 1500 alias "a b \"c\"" promisc off up master br0
port eth0 type bridge_slave priority 32 cost 2 hairpin off
altname eth0 lan
link br0 index 3 hardware 1 mtu 1500 down type bridge forward_delay 1500 stp_state 0
link eth0.5 index 4 link eth0 hardware 1 up type vlan protocol 802.1Q id 5 gvrp on ingress-qos-map 1:2 3:4
sysctl net/ipv4/ip_forward=1
address 10.0.0.1/24 scope global label eth0 dev eth0
address 10.0.0.2/24 scope global dev eth0 secondary
route default via 10.0.0.254 dev eth0 proto boot scope global
-6 route ::/0 via fe80::1 dev eth0 proto boot metric 1024
rule preference 0 from all lookup local
neighbour 10.0.0.5 dev eth0 lladdr 02:00:00:00:00:05 nud permanent
bridge vlan dev eth0 vid 1 master pvid untagged
`

// TestText reads a snapshot and writes it: the same text, and no difference.
func TestText(t *testing.T) {
	s, err := Parse(example)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(s.Text()); got != example {
		t.Errorf("got:\n%s\nwant:\n%s", got, example)
	}
	if list := Diff(s, s); len(list) > 0 {
		t.Error(list)
	}
}

// TestPeer: what stands behind the word peer is of the other end, and one setting, as the
// kernel's state has it.
func TestPeer(t *testing.T) {
	s, err := Parse(header + "\nlink n1 index 5 hardware 1 down type netkit mode l3 forward scrub none peer blackhole scrub default\n")
	if err != nil {
		t.Fatal(err)
	}
	data := s.Links[0].Data
	if got := words(data, peerKey); len(data) != 4 || got != " peer blackhole scrub default" {
		t.Errorf("%q", data)
	}
}

// TestDiff tells what is more, less and other.
func TestDiff(t *testing.T) {
	from, err := Parse(example)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(example, "priority 32", "priority 16", 1)
	text = strings.Replace(text, "id 5 gvrp on", "id 5 gvrp off", 1)
	text = strings.Replace(text, "02:00:00:00:00:05 nud", "02:00:00:00:00:06 nud", 1)
	text = strings.Replace(text, "route default via 10.0.0.254", "route default via 10.0.0.253", 1)
	text = strings.Replace(text, "rule preference 0 from all lookup local\n", "", 1)
	to, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range Diff(from, to) {
		got = append(got, string(c.Op)+" "+c.Text)
	}
	want := []string{
		"~ link eth0 type bridge_slave priority 16",
		"~ link eth0.5 type vlan gvrp off",
		"+ route default via 10.0.0.253 dev eth0 proto boot scope global",
		"~ neighbour 10.0.0.5 dev eth0 lladdr 02:00:00:00:00:06 nud permanent",
		"- route default via 10.0.0.254 dev eth0 proto boot scope global",
		"- rule preference 0 from all lookup local",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestBadText names the line, and what is wrong in it.
func TestBadText(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "1: this is no snapshot",
		"junk\n":                            "1: this is no snapshot",
		"# gip snapshot 2\n":                "1: a snapshot of another version: gip snapshot 2",
		header + "\nfoo bar\n":              `2: a line of a snapshot does not begin with "foo"`,
		header + "\nlink a index x\n":       `2: index "x" is no number`,
		header + "\nlink a index 1 foo 2\n": `2: a link has no "foo"`,
		header + "\nlink a index 1 type vlan foo 2\n":  `2: vlan has no "foo"`,
		header + "\nlink a index 1 link b up\n":        "link a names b, which the snapshot does not have",
		header + "\nlink a index 1 alias \"x\n":        "2: a quote has no end",
		header + "\nport x type bridge_slave cost 1\n": `2: no link before this line is called "x"`,
		header + "\nsysctl net/../kernel/x=1\n":        "2: a sysctl is net/NAME=VALUE",
		header + "\naddress 10.0.0.1/8 scope global\n": "2: an address has no dev",
		header + "\nroute \n":                          "2: words are missing",
		header + "\nbridge vlan dev x vid\n":           "2: words are missing",
	} {
		if _, err := Parse(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// everywhere is a snapshot of two namespaces.
const everywhere = header + "\n" + allLine + "link lo index 1 hardware 772 up\nnetns \"a b\"\nlink x index 2 hardware 1 up\naddress 10.0.0.1/24 dev x\n"

// TestAll reads a snapshot of all namespaces, writes it, and tells differences by name.
func TestAll(t *testing.T) {
	list, all, err := ParseAll(everywhere, nil)
	if err != nil || !all || len(list) != 2 || string(AllText(list)) != everywhere {
		t.Fatalf("%v %v: %s", err, all, AllText(list))
	}
	if _, err := Parse(everywhere); err == nil {
		t.Error("it is taken for one namespace")
	}
	other, _, err := ParseAll(strings.Replace(everywhere, "10.0.0.1/24", "10.0.0.2/24", 1)+"netns c\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range DiffAll(list, other) {
		got = append(got, string(c.Op)+" "+c.Text)
	}
	want := []string{`+ -n "a b" address 10.0.0.2/24 dev x`, `- -n "a b" address 10.0.0.1/24 dev x`, "+ netns c"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", got)
	}
	for text, want := range map[string]string{
		"netns\n":                            "5: a line of a snapshot does not begin with",
		"netns \n":                           "5: one name of a namespace is expected",
		"netns a b\n":                        "5: one name of a namespace is expected",
		"netns \"a b\"\n":                    "5: one name of a namespace is expected",
		"netns c\nlink y\n":                  "6: ",
		"link y index 3 master z\nnetns c\n": "6: link y names z",
	} {
		cut := strings.Join(strings.SplitAfter(everywhere, "\n")[:4], "") + text
		if _, _, err := ParseAll(cut, nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestLifetimes takes them off a line, and leaves devices that are called like them.
func TestLifetimes(t *testing.T) {
	for line, want := range map[string][2]string{
		" fd00::/64 dev a expires 5":                                      {" fd00::/64 dev a expires", " fd00::/64 dev a"},
		" fd00::/64 dev expires expires 5 pref low":                       {" fd00::/64 dev expires expires pref low", " fd00::/64 dev expires pref low"},
		" fd00::/64 dev expires proto boot":                               {" fd00::/64 dev expires proto boot", " fd00::/64 dev expires proto boot"},
		" 10.0.0.1/8 dev valid_lft valid_lft 9 preferred_lft 8 secondary": {" 10.0.0.1/8 dev valid_lft valid_lft preferred_lft secondary", " 10.0.0.1/8 dev valid_lft secondary"},
		" 10.0.0.1/8 label preferred_lft dev preferred_lft":               {" 10.0.0.1/8 label preferred_lft dev preferred_lft", " 10.0.0.1/8 label preferred_lft dev preferred_lft"},
	} {
		if got := [2]string{cutPassing(line, true), cutPassing(line, false)}; got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// TestTorn cuts a snapshot at each byte, and puts others into the place of each: it is
// refused with a line, or read and written again.
func TestTorn(t *testing.T) {
	numbered := regexp.MustCompile(`^[0-9]+: |^link .* names `)
	refused, taken := 0, 0
	try := func(text string) {
		list, _, err := ParseAll(text, nil)
		switch {
		case err == nil:
			taken++
			if _, _, err := ParseAll(string(AllText(list)), nil); err != nil {
				t.Errorf("%q is written so that it is refused: %v", text, err)
			}
		case !numbered.MatchString(err.Error()):
			t.Errorf("%q: %v", text, err)
		default:
			refused++
		}
	}
	whole := strings.Replace(example, "sysctl", "netns red\nlink eth0 index 2 up\nsysctl", 1)
	for i := range whole {
		try(whole[:i])
		for _, b := range []byte("\x00\n\" 9") {
			try(whole[:i] + string(b) + whole[i+1:])
		}
		try(whole[:i] + whole[i+1:])
	}
	if refused < len(whole) || taken < len(whole) {
		t.Errorf("%d refused, %d taken", refused, taken)
	}
}

// FuzzParse reads anything without a panic, and what it takes it writes so that it is
// read again.
func FuzzParse(f *testing.F) {
	f.Add(example)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		if _, err := Parse(string(s.Text())); err != nil {
			t.Errorf("%q: written as\n%s\n%v", text, s.Text(), err)
		}
	})
}
