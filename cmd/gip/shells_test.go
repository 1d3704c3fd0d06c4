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
	os.Exit(m.Run())
}

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
send 'list() { compstate[list]=; compstate[insert]= }; comp() { compadd() { local -a l; [[ $1 == -a ]] && l=("${(@P)2}"); print -rl -- BEGIN $l END >$OUT }; _gip; unfunction compadd; compstate[insert]= compstate[list]= }; zle -C say complete-word comp; bindkey "^I" say'
sleep 0.5
send "$1"$'\t' -n
for i in {1..50}; do sleep 0.1; grep -q END $OUT 2>/dev/null && break; done
zpty -d z; grep -v "BEGIN\|END" $OUT`
)

// TestShells completes lines in the real shells.
func TestShells(t *testing.T) {
	needCage(t)
	dir := t.TempDir()
	self, err := filepath.Abs(os.Args[0])
	if err == nil {
		err = os.Symlink(self, filepath.Join(dir, "gip"))
	}
	stubs, err2 := filepath.Abs("../../contrib/completion")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
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
			} {
				args := []string{"-c", shell.script, "x", line}
				if shell.name == "fish" {
					args = []string{"--no-config", "-c", shell.script, line}
				}
				cmd := exec.Command(path, args...)
				cmd.Env = append(os.Environ(), "GIP_SERVES=1", "STUBS="+stubs, "OUT="+filepath.Join(dir, "out"),
					"PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir)
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
