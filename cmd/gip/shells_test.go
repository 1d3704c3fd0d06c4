package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gip/cmd/gip/list"
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

// The shells, and how each is made to say what it offers behind the lines of the file
// "$1": "@@" stands before a line. They read the stubs that the packages bring, for the
// commands "$2".
const (
	inBash = `source "$STUBS/gip.bash"
while IFS= read -r line; do
	COMP_LINE=$line COMP_POINT=${#line}; COMPREPLY=(); _gip
	printf '%s\n' "@@$line" "${COMPREPLY[@]}"
done <"$1"`
	inFish = `source $STUBS/gip.fish
for command in (string split " " $argv[2]); complete -c $command -f -a '(__gip_complete)'; end
for line in (cat $argv[1]); echo "@@$line"; complete -C $line; end`
	inZsh = `zmodload zsh/zpty || exit 3
zpty -b z zsh -f -i
send() { zpty -w $2 z "$1" }
send 'PROMPT=; RPROMPT=; unsetopt zle_bracketed_paste; fpath=($STUBS $fpath); autoload -U compinit; compinit -u -D; unsetopt list_beep'
send "compdef _gip $2; FILE='$1'"
send 'comp() { compadd() { print -rl -- "${(@P)@[-1]}" >>$OUT }; _gip; unfunction compadd; compstate[insert]= compstate[list]= }; zle -C say complete-word comp'
send 'every() { for BUFFER in "${(@f)$(<$FILE)}"; do print -r -- "@@$BUFFER" >>$OUT; CURSOR=$#BUFFER; zle say; done; BUFFER=; print "@@@" >>$OUT }; zle -N every; bindkey "^I" every'
sleep 0.5
send $'\t' -n
for i in {1..3000}; do sleep 0.1; zpty -r z drawn; grep -q "^@@@" $OUT 2>/dev/null && break; done
zpty -d z; grep -v "^@@@" $OUT`
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

// TestShells completes lines in the real shells: some of all kinds, and those of every
// verb of every object and applet, where the shell has to show what gip answers.
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
	want := answersAlone(t, env)
	maps.Copy(want, shellLines)
	lines := slices.Sorted(maps.Keys(want))
	file, out := filepath.Join(dir, "lines"), filepath.Join(dir, "out")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, shell := range []struct{ name, script, option string }{{"bash", inBash, "--norc"}, {"fish", inFish, "--no-config"}, {"zsh", inZsh, "-f"}} {
		t.Run(shell.name, func(t *testing.T) {
			path, err := exec.LookPath(shell.name)
			if err != nil {
				t.Skip(err)
			}
			args := []string{"x", path, shell.option, "-c", shell.script}
			if shell.name != "fish" {
				args = append(args, "x") // which is $0
			}
			cmd := alone(`exec "$@"`, append(args, file, strings.Join(append(list.Applets.Names(), "gip"), " "))...)
			cmd.Env = append(env, "STUBS="+stubs, "OUT="+out)
			text, err := cmd.Output()
			got := offers(string(text))
			words := 0
			for _, line := range lines {
				for _, w := range want[line] {
					if words++; !slices.Contains(got[line], w) {
						t.Errorf("%q: %v, without %s: %.200q", line, err, w, got[line])
					}
				}
			}
			t.Log(words, " words behind ", len(lines), " lines")
		})
	}
}

// answersAlone are the answers behind each verb of each object and applet, and what
// their options are, where alone runs commands.
func answersAlone(t *testing.T, env []string) map[string][]string {
	var lines []string
	for _, p := range places() {
		lines = append(lines, p.line+" ", p.line+" -")
	}
	cmd := alone(`exec env -u GIP_SERVES "$@"`, append([]string{"x", caged(t)}, answering...)...)
	cmd.Env = env
	answers := askBy(t, cmd, lines)
	for line, words := range tableWords() {
		for _, w := range words {
			if !slices.Contains(answers[line], w) {
				t.Errorf("%q is not completed by %s", line, w)
			}
		}
	}
	return answers
}

// shellLines are lines of other kinds, and what has to be offered behind each.
var shellLines = map[string][]string{
	"ip link add name x type ":        {"vlan", "vxlan", "bridge", "dummy", "veth"},
	"ip route show ta":                {"table"},
	"ip link set dev ":                {"lo"},
	"ip route add 2001:db8::/32 dev ": {"lo"},
	"gip brctl addi":                  {"addif"},
	"ip -n ":                          {"red", "blue"},
	"gip sysctl kernel.ost":           {"kernel.ostype"},
	"gip sysctl net.ipv4.c":           {"net.ipv4.conf."},
	"ip netns exec red ip link set v": {"va", "vb"},
	"route add -":                     {"-net", "-host"},
	"tc qdisc add dev lo root ":       {"netem", "htb", "fq_codel"},
	"tc filter add dev lo ingress ":   {"flower", "u32"},
	"tc actions add action ":          {"mirred", "police"},
	"ss state est":                    {"established"},
	"gip lab ini":                     {"init"},
	"gip lab init v":                  {"vlan", "vxlan", "vrf"},
}

// offers reads what a shell offers behind lines. fish has a blank and a description
// behind a word.
func offers(text string) map[string][]string {
	lines, at := map[string][]string{}, ""
	for s := range strings.Lines(text) {
		s = strings.TrimSuffix(s, "\n")
		if line, begins := strings.CutPrefix(s, "@@"); begins {
			at = line
		} else if w, _, _ := strings.Cut(s, "\t"); w != "" {
			lines[at] = append(lines[at], w)
		}
	}
	return lines
}
