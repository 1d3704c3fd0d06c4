package topo_test

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"gip/cmd/gip/list"
	"gip/compat_test/labtest"
	"gip/internal/command"
	"gip/internal/rtnl"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/sys/unix"
)

// A golden network is a txtar file of testdata. Its comment is a shell script that
// builds the network in namespaces of its own, with gip for all commands. Each other
// member is what a command then prints: "-- gip topo -a --". A line "#vm" at its top
// tells that it has kinds of links which only the test VM's kernel is known to have,
// "#vm init" that it is built in the VM's first namespaces.

var (
	update   = flag.Bool("update", false, "record the goldens again")
	vm       = flag.Bool("vm", false, "play those that need the test VM in it")
	thorough = flag.Bool("thorough", false, "also what takes long")
	inVM     = flag.Bool("invm", false, "this is the test VM")
)

// The test program serves as gip where it is called by the name of a command, and as the
// first process of a network's namespaces.
var asTool = map[string]bool{"gip": true, "ip": true, "bridge": true, "sysctl": true, "opentun": true, "setkeys": true, "nobody": true, "measured": true, "unseen": true}

const initName = "topo-init"

func init() {
	if asTool[filepath.Base(os.Args[0])] {
		runtime.LockOSThread()
	}
}

func TestMain(m *testing.M) {
	switch name := filepath.Base(os.Args[0]); {
	case name == "opentun":
		fmt.Fprintln(os.Stderr, openTun(os.Args[1]))
		os.Exit(1)
	case name == "measured":
		measured(os.Args[1:])
		os.Exit(0)
	case name == "unseen":
		printUnseen()
		os.Exit(0)
	case name == "setkeys":
		if err := setKeys(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case asTool[name]:
		if name == "nobody" {
			becomeNobody()
		}
		p := command.Process{List: list.Applets, Own: &list.Own, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
		os.Exit(p.Main(os.Args))
	case name == initName:
		fmt.Fprintln(os.Stderr, build())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// build is the first process of the namespaces: it gives them folders of their own and
// becomes the script.
func build() error {
	for _, m := range [][3]string{{"proc", "/proc", "proc"}, {"run", "/run", "tmpfs"}, {"sys", "/sys", "sysfs"}} {
		// That /sys shows this network already is as good.
		if err := syscall.Mount(m[0], m[1], m[2], 0, ""); err != nil && err != syscall.EBUSY {
			return fmt.Errorf("mount of %s: %w", m[1], err)
		}
	}
	return syscall.Exec("/bin/sh", []string{"sh", "-c", os.Args[1]}, os.Environ())
}

// openTun opens a tun device and sleeps.
func openTun(name string) error {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR, 0)
	if err != nil {
		return err
	}
	req, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
		return err
	}
	time.Sleep(time.Minute)
	return nil
}

// becomeNobody makes the program one of an ordinary user, whose words are a command.
func becomeNobody() {
	const nobody = 65534
	for _, err := range []error{syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody), unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0)} {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Args = os.Args[1:]
}

// measured runs a command and prints how long it took, how much of that on a processor, and
// how much memory it had, in KiB.
func measured(words []string) {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stderr = os.Stderr
	begun := time.Now()
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	s := cmd.ProcessState
	fmt.Println(time.Since(begun).Milliseconds(), (s.UserTime() + s.SystemTime()).Milliseconds(), s.SysUsage().(*syscall.Rusage).Maxrss)
}

// TestPageNames holds that a page calls other namespaces as ip does, which asks each
// namespace that has a name: the other end of a pair, who has no name, or two of them, a
// tunnel that came from elsewhere, and what nothing but a pair of links leads to.
func TestPageNames(t *testing.T) {
	labtest.SkipIfForeign(t)
	out := inNamespaces(t, tools(t), begin+`
for n in a b c d e; do ip netns add $n; done
: >/run/netns/b2; mount --bind /run/netns/b /run/netns/b2
ip link add a0 netns a type veth peer name b0 netns b
ip link add a1 netns a type veth peer name b1 netns b
ip link add a2 netns a type veth peer name h0
ip link add e0 netns e type veth peer name c0 netns c
ip -n b link add mv0 netns d link b0 type macvlan
ip -n c link add vx0 type vxlan id 7 remote 10.0.0.1 dstport 4789
ip -n c link set vx0 netns d
ip -n e link add vx1 type vxlan id 8 remote 10.0.0.1 dstport 4789
ip -n e link set vx1 netns a
ip netns add hidden; exec 9</run/netns/hidden
ip link add a9 netns a type veth peer name x9 netns hidden; ip netns del hidden
gip topo -o html 2>/dev/null | grep -o 'link-netns[^ ]* [^ ]*' | sort
echo --
for n in "" "-n a" "-n b" "-n c" "-n d" "-n e"; do ip $n -d -s address show; done | grep -o 'link-netns[^ ]* [^ ]*' | sort
`, fresh)
	page, want, _ := strings.Cut(out, "--\n")
	if page != want || strings.Count(want, "\n") < 12 || !strings.Contains(want, "link-netnsid ") {
		t.Errorf("a page has\n%sip has\n%s", page, want)
	}
	t.Log(want)
}

// setKeys gives a WireGuard device its private key and the public keys of its peers, as
// "wg set" does (linux/wireguard.h). The words are its name and numbers, of which keys
// are made.
func setKeys(words []string) error {
	c, err := rtnl.Dial(unix.NETLINK_GENERIC, rtnl.Options{})
	if err != nil {
		return err
	}
	family, err := c.Family("wireguard")
	if err != nil {
		return err
	}
	const setDevice, version, ifname, privateKey, peers, peerKey = 1, 1, 2, 3, 8, 1
	m := rtnl.NewGenl(setDevice, version)
	m.SetType(family)
	m.Str(ifname, words[0])
	var keys []*ecdh.PrivateKey
	for _, word := range words[1:] {
		var b [32]byte
		copy(b[1:], word)
		key, err := ecdh.X25519().NewPrivateKey(b[:])
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	m.Attr(privateKey, keys[0].Bytes())
	list := m.Nest(peers | unix.NLA_F_NESTED)
	for _, key := range keys[1:] {
		peer := m.Nest(unix.NLA_F_NESTED)
		m.Attr(peerKey, key.PublicKey().Bytes())
		m.End(peer)
	}
	m.End(list)
	return c.Do(m)
}

// TestHolders holds that the process is told that has a tun device open, of two devices
// with a name, too.
func TestHolders(t *testing.T) {
	labtest.SkipIfForeign(t)
	out := inNamespaces(t, tools(t), begin+`
ip netns add a
opentun t7 & p=$!
ip netns exec a opentun t7 & q=$!
i=0
until ip link show t7 && ip -n a link show t7; do i=$((i+1)); [ $i -lt 50 ]; sleep 0.1; done >/dev/null 2>&1
gip topo -a | grep t7 | sed "s/$p/P/; s/$q/Q/; s/  */ /g"
`, fresh)
	if want := " t7 tun down held by P/opentun\n t7 tun down held by Q/opentun\n"; out != want {
		t.Errorf("got %q", out)
	}
}

// tools is a folder in which the test program has the names of commands.
func tools(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name := range asTool {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// inNamespaces runs a shell script in fresh namespaces and returns what it prints.
func inNamespaces(t testing.TB, dir, script string, flags uintptr) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("makes namespaces: needs root")
	}
	cmd := exec.Command("/proc/self/exe", script)
	cmd.Args[0] = initName
	cmd.Env = []string{"PATH=" + dir + ":/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL}
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		if errors.Is(err, syscall.EPERM) {
			t.Skip("makes namespaces: ", err)
		}
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if stderr.Len() > 0 {
		t.Errorf("on standard error: %s", stderr.String())
	}
	return out.String()
}

// fresh are the namespaces of a network.
const fresh = syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC

// begin is in front of each script: nothing comes late. Addresses are not probed for,
// and links have the carrier before they are looked at. All processes of a network have a
// number of two digits: a picture has room for it, and a page has its namespaces in the
// order of letters, where 10 is before 9.
const begin = `set -e
for i in 1 2 3 4 5 6 7 8 9 10; do (:); done
sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
sysctl -qw net.ipv6.conf.default.addr_gen_mode=1
`

// carriers waits for what the kernel tells of carriers within a second.
const carriers = "sleep 1.2\n"

const separator = "\x01\n"

// play builds a network, waits, and returns what each command prints.
func play(t *testing.T, a *txtar.Archive, patience int) []string {
	script := begin + string(a.Comment) + "\n" + strings.Repeat(carriers, patience)
	for _, f := range a.Files {
		script += "{ " + f.Name + "; } 2>&1; printf '\\001\\n'\n"
	}
	flags := uintptr(fresh)
	if bytes.HasPrefix(a.Comment, []byte("#vm init")) {
		flags = syscall.CLONE_NEWNS
	}
	parts := strings.Split(inNamespaces(t, tools(t), script, flags), separator)
	if len(parts) != len(a.Files)+1 {
		t.Fatalf("%d outputs of %d commands", len(parts)-1, len(a.Files))
	}
	for i := range parts {
		parts[i] = settled(parts[i])
	}
	return parts
}

// random is what is another one each time.
var random = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`"inode": \d+`), `"inode": 0`},
	{regexp.MustCompile(`\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b`), "00:00:00:00:00:00"},
	{regexp.MustCompile(`"pid": \d+`), `"pid": 0`},
	{regexp.MustCompile(`\b\d+([/-])(sleep|cat)\b`), "PID$1$2"},
	{regexp.MustCompile(`process \d+ (sleep|cat)`), "process PID $1"},
	{regexp.MustCompile(`net:\[\d+\]`), "net:[0]"},
	{regexp.MustCompile(`, "flags": \["tentative"\]`), ""},
	{regexp.MustCompile(`scope global tentative `), "scope global "},
	// What a page tells of links, as "ip -d -s" does, is another one on each kernel.
	{regexp.MustCompile(` promiscuity .*?numtxqueues [^\\]*`), " DETAILS"},
	{regexp.MustCompile(`\\n( +\d+){6}`), `\n COUNTERS`},
	{regexp.MustCompile(`\\n    inet6 fe80:.*?preferred_lft forever`), ""},
	{regexp.MustCompile(`(\\n)?fe80::/64 dev .*? pref medium`), ""},
	// Link-local addresses come when a link has been up for a while.
	{regexp.MustCompile(`, "addresses": \[\{"address": "fe80::[^}]*\}\]`), ""},
	{regexp.MustCompile(`, \{"address": "fe80::[^}]*\}`), ""},
	{regexp.MustCompile(`&#10;fe80::[0-9a-f:]+/64`), ""},
}

func settled(s string) string {
	for _, r := range random {
		s = r.pattern.ReplaceAllString(s, r.by)
	}
	return s
}

// networks are the files of golden networks.
func networks(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no networks: ", err)
	}
	return paths
}

func TestGolden(t *testing.T) {
	labtest.SkipIfForeign(t)
	for _, path := range networks(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { golden(t, path) })
	}
}

// TestGoldenSettled holds that what is recorded has nothing that differs from run to run,
// also where only the test VM can play it.
func TestGoldenSettled(t *testing.T) {
	for _, path := range networks(t) {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if text := string(f.Data); settled(text) != text {
				t.Errorf("%s: %s has to be recorded again: make topovm UPDATE=-update", path, f.Name)
			}
		}
	}
}

func golden(t *testing.T, path string) {
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.HasPrefix(a.Comment, []byte("#vm")) && !*inVM {
		t.Skip("needs the test VM: make topovm")
	}
	if !*inVM {
		t.Parallel()
	}
	changed := false
	outputs := play(t, a, 1)
	// The kernel says late what carriers do, and later where it is busy.
	for tries := 2; tries < 5 && !*update && !recorded(a, outputs); tries++ {
		outputs = play(t, a, tries)
	}
	for i, got := range outputs[:len(a.Files)] {
		if got == string(a.Files[i].Data) {
			continue
		}
		if !*update {
			t.Errorf("%s:\n%s\nexpected:\n%s", a.Files[i].Name, got, a.Files[i].Data)
		}
		a.Files[i].Data, changed = []byte(got), true
	}
	if changed && *update {
		if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// recorded tells that outputs are those of the archive.
func recorded(a *txtar.Archive, outputs []string) bool {
	for i, f := range a.Files {
		if outputs[i] != string(f.Data) {
			return false
		}
	}
	return true
}

// TestGoldenVM plays those networks in the test VM.
func TestGoldenVM(t *testing.T) {
	if !*vm {
		t.Skip("boots the test VM: make topovm, or -vm")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-d", dir, self, "-test.run=^(TestGolden|TestLab)$/^vm-", "-test.v", "-invm"}
	if *update {
		args = append(args, "-update")
	}
	out, err := exec.Command("../compat_test/vm/run", args...).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// TestWatch holds that each change is told, in all namespaces and in those that come
// later, and that a namespace which is deleted is not kept alive by being watched.
func TestWatch(t *testing.T) {
	labtest.SkipIfForeign(t)
	out := inNamespaces(t, tools(t), begin+`
ip netns add a
gip topo -w >out & p=$!
sleep 0.6
told() { # the last line that a pattern has to be in, within some time
	i=0
	until grep -q -- "$1" out; do i=$((i+1)); [ $i -lt 60 ] || { echo "not told: $1"; cat out; exit 0; }; sleep 0.1; done
}
ip netns add b; told '^+ b$'
ip link add e0 netns a type veth peer name e1 netns b; told '^+ a:e0: ──── b:e1'
ip -n b addr add 10.0.0.1/24 dev e1; told '^+ b:e1: address 10.0.0.1/24'
ip -n b link set e1 up; told '^~ b:e1: set down → up'
ip -n a link set e0 up; ip -n b route add default via 10.0.0.9; told '^+ b: route default via 10.0.0.9'
ip -n b rule add from 10.9.0.0/16 lookup 7 pref 9; told '^+ b: rule 9: from 10.9.0.0/16 lookup 7'
ip -n b -6 rule add from fd00::/16 lookup 7 pref 9; told '^+ b: rule -6 9: from fd00::/16 lookup 7'
ip netns exec a sysctl -qw net.ipv4.ip_forward=1; told '^~ a: forwards IPv4 off → on'
unshare -n sleep 30 & q=$!; told '^+ [0-9]*/sleep'
kill $q; told '^- [0-9]*/sleep'
ip netns del b; told '^- b$'; told '^- a:e0$'
kill $p; ip netns
`, fresh)
	if out != "a\n" {
		t.Error(out)
	}
}
