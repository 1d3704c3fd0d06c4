package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMain lets the test binary serve as gip, for what runs it by that name.
func TestMain(m *testing.M) {
	if os.Getenv("GIP_SERVES") != "" {
		os.Exit(run(os.Args))
	}
	status := m.Run()
	for _, f := range atEnd {
		f()
	}
	os.Exit(status)
}

// atEnd is what is to be removed when all tests have run.
var atEnd []func()

// The shells, and how each is made to say what it offers behind a line, "$1". They
// read the stubs that the packages bring.
const (
	inBash = `source "$STUBS/gip.bash"; complete -F _gip ip
COMP_LINE=$1 COMP_POINT=${#1}; COMPREPLY=(); _gip; printf '%s\n' "${COMPREPLY[@]}"`
	inFish = `source $STUBS/gip.fish; complete -c ip -f -a '(__gip_complete)'; complete -C $argv[1]`
	inZsh  = `zmodload zsh/zpty || exit 3
zpty -b z zsh -f -i
send() { zpty -w $2 z "$1" }
send 'PROMPT=; RPROMPT=; unsetopt zle_bracketed_paste; fpath=($STUBS $fpath); autoload -U compinit; compinit -u -D; compdef _gip ip; LISTMAX=9999; unsetopt list_beep'
send 'list() { compstate[list]=; compstate[insert]= }; comp() { compadd() { local -a l; l=("${(@P)@[-1]}"); print -rl -- BEGIN $l END >>$OUT }; _gip; unfunction compadd; compstate[insert]= compstate[list]= }; zle -C say complete-word comp; bindkey "^I" say'
sleep 0.5
send "$1"$'\t' -n
for i in {1..50}; do sleep 0.1; grep -q END $OUT 2>/dev/null && break; done
zpty -d z; grep -v "BEGIN\|END" $OUT`
)

// alone is a command that runs a shell script, $0, with what follows as its $1, …, where
// there are no links but lo, and no namespaces but red, which is one.
func alone(script string, args ...string) *exec.Cmd {
	const setup = "mount -t tmpfs run /run && mkdir /run/netns && touch /run/netns/blue && gip netns add red && gip -n red link add va type veth peer name vb && "
	return exec.Command("unshare", append([]string{"-nm", "--propagation", "private", "sh", "-c", setup + script}, args...)...)
}

// asGip makes a folder in which the test binary is called gip, and returns it with the
// environment in which it is found.
func asGip(t *testing.T) (dir string, env []string) {
	t.Helper()
	dir = t.TempDir()
	self, err := filepath.Abs(caged(t))
	if err == nil {
		err = os.Symlink(self, filepath.Join(dir, "gip"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir, append(os.Environ(), "GIP_SERVES=1", "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir)
}

// TestNested completes the words of a command that is to run elsewhere: there, and by
// what is there.
func TestNested(t *testing.T) {
	needCage(t)
	_, env := asGip(t)
	for line, want := range map[string]string{
		"ip -n ":                               "red blue",
		"ip netns exec ":                       "red blue",
		"ip netns exec red ip link set dev v":  "va vb",
		"ip -n red link set dev v":             "va vb",
		"gip netns exec red brctl addi":        "addif",
		"ip netns exec red gip link set dev v": "va vb",
		"ip netns exec red ping -I v":          "va vb",
		"ip netns exec red ip netns exec bl":   "blue",
		"ip link set dev v":                    "",
		"ip vrf exec x ip lin":                 "link",
		"ip netns exec red unshar":             "unshare", // which is on PATH
		"ip netns exec nowhere ip link set d":  "",
		"ip -all netns exec ip lin":            "link",
		"ping -M d":                            "do dont",
		"gip topo -o s":                        "svg",
		"gip topo --output s":                  "svg",
		"arp -H eth":                           "ether",
		"netstat -A inet":                      "inet inet6",
		"ss -f inet":                           "inet inet6",
		"ss state est":                         "established",
		"ss state listening spo":               "sport",
		"sysctl kernel.ostyp":                  "kernel.ostype",
		"sysctl -w net/ipv4/conf/l":            "net/ipv4/conf/lo/",
		"sysctl net.ipv4.ip_forwar":            "net.ipv4.ip_forward net.ipv4.ip_forward_update_priority net.ipv4.ip_forward_use_pmtu",
		"nonsense x ":                          "",
	} {
		cmd := alone(`exec gip --complete "$@"`, append([]string{"x"}, strings.Split(line, " ")...)...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Skipf("no namespaces of our own: %v %s", err, out)
		}
		got, words := strings.Fields(string(out)), strings.Fields(want)
		slices.Sort(got)
		slices.Sort(words)
		if !slices.Equal(got, words) {
			t.Errorf("%q: %q, want %q", line, got, words)
		}
	}
}

// TestShells completes lines in the real shells.
func TestShells(t *testing.T) {
	needCage(t)
	dir, env := asGip(t)
	stubs, err := filepath.Abs("../../contrib/completion")
	if err != nil {
		t.Fatal(err)
	}
	nested := alone("true")
	if nested.Env = env; nested.Run() != nil {
		t.Skip("no namespaces of our own")
	}
	for _, shell := range []struct{ name, script string }{{"bash", inBash}, {"fish", inFish}, {"zsh", inZsh}} {
		t.Run(shell.name, func(t *testing.T) {
			path, err := exec.LookPath(shell.name)
			if err != nil {
				t.Skip(err)
			}
			for line, want := range map[string][]string{
				"ip link add name x type ":        {"vlan", "vxlan", "bridge", "dummy", "veth"},
				"ip route show ta":                {"table"},
				"ip link set dev ":                {"lo"},
				"ip route add 2001:db8::/32 dev ": {"lo"},
				"gip brctl addi":                  {"addif"},
				"ip -n ":                          {"red", "blue"},
				"gip sysctl kernel.ost":           {"kernel.ostype"},
				"gip sysctl net.ipv4.c":           {"net.ipv4.conf."},
				"ip netns exec red ip link set v": {"va", "vb"},
			} {
				args := []string{path, "-c", shell.script, "x", line}
				if shell.name == "fish" {
					args = []string{path, "--no-config", "-c", shell.script, line}
				}
				cmd := alone(`exec "$@"`, append([]string{"x"}, args...)...)
				cmd.Env = append(env, "STUBS="+stubs, "OUT="+filepath.Join(dir, "out"))
				os.Remove(filepath.Join(dir, "out"))
				out, err := cmd.Output()
				got := strings.Fields(string(out))
				for _, w := range want {
					if !slices.Contains(got, w) {
						t.Errorf("%q: %v, without %s: %.200q", line, err, w, got)
					}
				}
			}
		})
	}
}
