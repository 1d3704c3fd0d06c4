package compat_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gip/compat_test/lab"
)

// helpCommands are those that show grammar. The kinds of link follow behind
// "ip link help" and "ip link add type".
var helpCommands = []string{
	"ip help", "ip address help", "ip addrlabel help", "ip maddress help", "ip route help", "ip rule help", "ip neigh help",
	"ip ntable help", "ip link help", "ip l2tp help", "ip fou help", "ip ila help", "ip macsec help", "ip tunnel help",
	"ip tuntap help", "ip token help", "ip tcp_metrics help", "ip monitor help", "ip xfrm help", "ip xfrm state help",
	"ip xfrm policy help", "ip xfrm monitor help", "ip mroute help", "ip mrule help", "ip netns help", "ip netconf help",
	"ip vrf help", "ip sr help", "ip nexthop help", "ip mptcp help", "ip ioam help", "ip stats help", "ip stats show help",
	"ip stats set help", "ip link xstats type bridge help", "ip link xstats type bond help", "ip link property help",
	"bridge help", "bridge link help", "bridge fdb help", "bridge mdb help", "bridge mst help", "bridge vlan help",
	"bridge vni help", "bridge monitor help", "brctl --help",
}

var linkKinds = strings.Fields("amt bareudp batadv bond bond_slave bridge bridge_slave can dsa erspan geneve gre gretap gtp hsr " +
	"ip6erspan ip6gre ip6gretap ip6tnl ipip ipoib ipvlan ipvtap macsec macvlan macvtap netkit ovpn rmnet sit veth vlan vrf vti " +
	"vti6 vxcan vxlan wwan xfrm")

// prose are words of the reference's help texts that are no keywords.
var prose = strings.Fields(`where note are as be can cmd default defaults filename first for get given if in is lladdr mtq name no
	nothing number of only or protocol specified the to use values when etc e.g used s not maximum-addr-flush-attempts cleanup
	addri addrn bit bps millisecond minimum ms nanosecond ns per quanta second set time units length threshold integer queue queueing
	broadcast/multicast 32-bit rx u64 any slave slaves devices device add address bound byte connect frames hsr0 ip last link
	multicast network new two help broadcast bytes addr string 96-bit 128-bit 256-bit`)

// wrong are words that the reference tells and does not understand, or not
// there; the letters stand for [i|o]key and [i|o]seq.
var wrong = strings.Fields("encap-csum6 noencap hwid version i o 6rd-prefix 6rd-relay_prefix 6rd-reset")

var (
	placeholder = regexp.MustCompile(`<[^>]*>|:=`)
	helpWord    = regexp.MustCompile(`[A-Za-z0-9_][A-Za-z0-9_.+/-]*`)
	keyword     = regexp.MustCompile(`[a-z]`)
	interval    = regexp.MustCompile(`^[0-9a-fx]+(\.\.|-)[0-9a-fx]+$`)
)

// TestHelpWords holds that each keyword of the reference's help stands in
// gip's, which has the same grammar in other words.
func TestHelpWords(t *testing.T) {
	base, err := lab.Reference()
	if err != nil {
		t.Skip(err)
	}
	tools := buildCandidate(t)
	commands := slices.Clone(helpCommands)
	for _, kind := range linkKinds {
		commands = append(commands, "ip link help "+kind, "ip link add type "+kind+" help")
	}
	for _, line := range commands {
		words := strings.Fields(line)
		want := runHelp(filepath.Join(filepath.Dir(base), "bin", words[0]), words[1:])
		got := runHelp(tools[words[0]], append([]string{words[0]}, words[1:]...))
		if strings.Contains(got, "is not part of gip yet") {
			continue
		}
		if missing := missingWords(want, got); len(missing) > 0 {
			t.Errorf("%s: no word of %s", line, strings.Join(missing, " "))
		}
	}
}

// runHelp gives what a command writes, to either stream.
func runHelp(program string, words []string) string {
	out, _ := exec.Command(program, words...).CombinedOutput()
	return string(out)
}

// missingWords lists the keywords of one help text that another lacks. A word
// with strokes may stand there in parts.
func missingWords(want, got string) (missing []string) {
	have := map[string]bool{}
	for _, w := range helpWord.FindAllString(got, -1) {
		have[strings.ToLower(w)] = true
	}
	for _, w := range helpWord.FindAllString(placeholder.ReplaceAllString(want, " "), -1) {
		lower := strings.ToLower(strings.Trim(w, "."))
		switch {
		case have[lower] || !keyword.MatchString(w) || interval.MatchString(lower):
		case slices.Contains(prose, lower) || slices.Contains(wrong, lower) || slices.Contains(missing, w):
		case slices.IndexFunc(strings.FieldsFunc(lower, isStroke), func(p string) bool { return !have[p] }) < 0:
		default:
			missing = append(missing, w)
		}
	}
	return missing
}

func isStroke(r rune) bool { return strings.ContainsRune("/.+-", r) }
