package linkkind

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/kind"

	"golang.org/x/sys/unix"
)

// knowing makes each word the name of a link, so that a device is found whatever
// its name is.
func knowing(env *cli.Env, words []string) {
	for i, w := range words {
		env.Links.Remember(clitest.Link(int32(i+2), w))
	}
}

// request parses words of a kind into IFLA_INFO_DATA.
func request(env *cli.Env, name string, k *kind.Kind, words []string) ([]byte, error) {
	m := rtnl.New(unix.RTM_NEWLINK, unix.NLM_F_CREATE)
	t := kind.Target{Kind: k, Name: name, Create: true}
	t.Peer = func(a *cli.Args) ([]byte, *string, error) {
		for a.More() {
			a.Skip()
		}
		return make([]byte, unix.SizeofIfInfomsg), nil, nil
	}
	c, err := t.Read(env, cli.NewArgs(words))
	if err != nil {
		return nil, err
	}
	mark := m.Mark()
	c.Encode(m, c.Table)
	return slices.Clone(m.Since(mark)), nil
}

// inRequests are attributes that no dump of the kernel has: it says them another way.
var inRequests = map[string][]uint16{
	"macsec": {unix.IFLA_MACSEC_PORT},
	"netkit": {unix.IFLA_NETKIT_PEER_INFO, unix.IFLA_NETKIT_PEER_POLICY, uapi.IFLA_NETKIT_PEER_SCRUB},
}

// attributes spells those attributes of a kind that a dump may have.
func attributes(kind string, b []byte) string {
	var all []string
	for t, v := range rtnl.Attrs(b) {
		if slices.Contains(inRequests[kind], t) || kind == "vxlan" && t == unix.IFLA_VXLAN_REMCSUM_RX && rtnl.IsZero(v) {
			continue
		}
		all = append(all, fmt.Sprintf("%d:%x", t, v))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

var kindLine = regexp.MustCompile(`(?m)^(?:\$ |setup: )?ip (?:-\S+ )*link (?:add|set) [^\n"'$|;&>#\\{}]*\btype (\S+)([^\n"'$|;&>#\\{}]*)$`)

// notWritten are words for what no dump of the kernel has: actions, and what is
// said another way.
var notWritten = map[string]bool{
	"bridge fdb_flush": true, "bridge_slave fdb_flush": true, "macvlan add": true, "macvlan del": true, "macvlan flush": true,
	"macvtap add": true, "macvtap del": true, "macvtap flush": true, "veth peer": true, "vxcan peer": true, "can restart": true,
	"can tdc-mode": true, "can off": true, "can xtdc-mode": true, "can tdc": true, "bond clear_active_slave": true, "bond clear": true, "bond active_slave": true,
}

// TestWords reads the words of all kinds that the comparison has, writes what came of
// them as words, and reads these: the attributes are the same.
func TestWords(t *testing.T) {
	files, _ := filepath.Glob("../../compat_test/testdata/*.txtar")
	seen, kinds := map[string]bool{}, map[string]int{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range kindLine.FindAllStringSubmatch(string(text), -1) {
			k, line := Find(m[1]), m[1]+m[2]
			if k == nil || !k.TakesWords() || seen[line] {
				continue
			}
			seen[line] = true
			if tested(t, k, m[1], strings.Fields(m[2])) {
				kinds[m[1]]++
			}
		}
	}
	for _, r := range writable() {
		if kinds[r] == 0 {
			t.Errorf("no line of the comparison has words of %s", r)
		}
	}
	t.Log(len(seen), "lines", kinds)
}

// writable are the kinds whose words set something.
func writable() (names []string) {
	for _, r := range kinds {
		for row := range r.kind.All {
			if row.Words != "" && row.Type != &vethPeer && !slices.Contains(names, r.name) {
				names = append(names, r.name)
			}
		}
	}
	return names
}

func tested(t *testing.T, k *kind.Kind, name string, words []string) bool {
	for _, w := range words {
		if notWritten[name+" "+w] {
			return false
		}
	}
	env := newEnv()
	env.Stderr = new(strings.Builder)
	knowing(env, words)
	data, err := request(env, name, k, words)
	if err != nil || len(data) == 0 {
		return false
	}
	line := string(k.Words(field.ViewOf(env, data), nil))
	again, err := request(env, name, k, strings.Fields(strings.ReplaceAll(line, `""`, "")))
	if err != nil {
		t.Errorf("%s %v\nwritten%s\n%v", name, words, line, err)
	} else if a, b := attributes(name, data), attributes(name, again); a != b {
		t.Errorf("%s %v\nwritten%s\ngot  %s\nwant %s", name, words, line, b, a)
	}
	return true
}

// unwritten are the words that read a value in a way of their own and write none:
// what they set another row writes, or nobody.
var unwritten = []string{
	"nokey|key", "noseq|seq", "nocsum|csum", "key", "=6rd-reset", "=peer", "noexternal", "nomultiproto", "remote", "",
}

// TestEachWordIsWritten holds that each row which reads a value in a way of its own
// also says how that is written.
func TestEachWordIsWritten(t *testing.T) {
	for _, r := range kinds {
		for row := range r.kind.All {
			if (row.Type.Read != nil || row.Type.Parse != nil) && row.Type.Write == nil && row.Flags&field.Said == 0 && !slices.Contains(unwritten, row.Words) {
				t.Errorf("%s %s is read, and never written", r.name, row.Words)
			}
		}
	}
}
