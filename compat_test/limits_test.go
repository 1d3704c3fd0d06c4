package compat_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gip/compat_test/measured"
	"gip/compat_test/sandbox"
)

// trial says what a command does under a limit: its status, and what it writes to
// standard error. Root is not limited in the number of its threads, so that this
// limit is tried as another user who has no other processes.
const trial = `
limit=$1 value=$2; shift 2
as=
[ $limit != nproc ] || as="setpriv --reuid=54321 --regid=54321 --clear-groups"
[ $value = none ] || as="$as prlimit --$limit=$value:$value"
$as "$@" 2>&1 >/dev/null
echo "status $?"
`

// least finds by halves the least value under which a command does what it does
// without a limit; of threads, each time of five, since they come as they like.
const least = `
limit=$1 unit=$2 high=$3; shift 3
want=$(sh ./trial $limit none "$@")
tries=1
[ $limit != nproc ] || tries="1 2 3 4 5"
works() { for i in $tries; do [ "$(sh ./trial $limit $(($middle * unit)) "$@")" = "$want" ] || return 1; done; }
low=-1
while [ $((high - low)) -gt 1 ]; do
	middle=$(((low + high) / 2))
	if works "$@"; then high=$middle; else low=$middle; fi
done
echo $high
`

// limits are those of ulimit. Under enough, gip has to work: docs/limits.md says
// so, and why it takes that much.
var limits = []struct {
	name   string // of prlimit
	letter string // of ulimit
	unit   int    // of its number
	most   int    // where the search begins
	enough int
	little int // of this, gip must say so, on one line
}{
	{"as", "-v", 1024, 1 << 18, 52 << 10, 20 << 10},
	{"data", "-d", 1024, 1 << 16, 16 << 10, 4000},
	{"nproc", "-u", 1, 16, 6, 1},
	{"nofile", "-n", 1, 32, 7, -1},
	{"stack", "-s", 1024, 1 << 10, 40, -1},
	{"fsize", "-f", 1024, 8, 0, -1},
	{"cpu", "-t", 1, 8, 1, -1},
}

// underLimits are the commands that are tried, and those that another user may.
var underLimits = []struct {
	command string
	anyone  bool
}{
	{"ip link show dev lo", true},
	{"ip addr replace 10.9.9.9/32 dev lo", false},
	{"ip route show table all", true},
	{"ip netns list", true},
	{"ip netns exec one true", false},
	{"ip -batch orders", true},
	{"timeout 0.2 ip monitor", true},
	{"bridge link show", true},
	{"sysctl kernel.ostype", true},
	{"ping -c 1 127.0.0.1", false},
	{"ifconfig lo", true},
	{"route -n", true},
	{"netstat -rn", true},
	{"brctl show", true},
	{"ss -an", true},
	{"nstat -asz", true},
	{"ifstat -asz", true},
	{"lnstat -c 1", true},
	{"tracepath -n -m 1 127.0.0.1", true},
	{"lsns -t net", true},
	{"unshare -n true", false},
	{"nsenter -t 1 -n true", false},
	{"tc qdisc show dev lo", true},
}

func underLimit(t *testing.T, commands []string) []sandbox.Line {
	files := map[string]string{"trial": trial, "least": least, "orders": strings.Repeat("link show dev lo\n", 3000)}
	prepare := []string{"ip link set lo up", "ip netns add one"}
	return lines(t, onReference(t, files, append(prepare, commands...)...))[len(prepare):]
}

// TestLimits holds that gip works under limits that suffice it, and says on one
// line what it lacks under those that do not. At length it finds for both tools
// what suffices them: the table of docs/limits.md.
func TestLimits(t *testing.T) {
	var commands, what []string
	add := func(line, name string) {
		commands, what = append(commands, line), append(what, name)
	}
	for _, l := range limits {
		for _, c := range underLimits {
			if l.name == "nproc" && !c.anyone {
				continue
			}
			add(fmt.Sprintf("sh ./trial %s none %s", l.name, c.command), "")
			add(fmt.Sprintf("sh ./trial %s %d %s", l.name, l.enough*l.unit, c.command), c.command+" under "+l.letter)
			if l.little >= 0 && !strings.HasPrefix(c.command, "timeout") {
				add(fmt.Sprintf("sh ./trial %s %d %s", l.name, l.little*l.unit, c.command), "little: "+c.command+" under "+l.letter)
			}
		}
	}
	free := ""
	for i, l := range underLimit(t, commands) {
		got := string(l.Stdout)
		switch {
		case what[i] == "":
			free = got
		case !strings.HasPrefix(what[i], "little: "):
			if got != free {
				t.Errorf("%s, which should suffice: %q, not %q", what[i], got, free)
			}
		case strings.Count(got, "\n") != 2 || !strings.HasPrefix(got, "gip: ") || strings.HasSuffix(got, "status 0\n"):
			t.Errorf("%s: %q is no line that says what is lacking", what[i], got)
		}
	}
}

// limitsTable is what TestLimitsTable measures, of those limits that there is something to
// say of; unlimited stands for one that a command of root does not have.
var limitsTable = measured.Table{
	Title: "The least values",
	About: "Written by `make limits`. `-v`, `-d` and `-s` count KiB; `-f 0` and `-t 1` are enough for all,\n" +
		"with both tools. Root has no limit of processes: those commands have `–` that only root may. Threads\n" +
		"and stacks vary by one or two, and `timeout` counts as a process.",
	Columns: []string{"command", "`-v` real", "`-v` gip", "`-d` real", "`-d` gip", "`-u` real", "`-u` gip",
		"`-n` real", "`-n` gip", "`-s` real", "`-s` gip", "measured"},
}

var limitsPage = measured.Page{File: "docs/limits.md", Tables: []*measured.Table{&limitsTable}}

const unlimited = "–"

// TestLimitsTable measures the table, and writes it with -record.
func TestLimitsTable(t *testing.T) {
	if !*thorough {
		t.Skip("only with -thorough: it takes minutes")
	}
	var commands []string
	for _, l := range limits {
		for _, c := range underLimits {
			if l.name != "nproc" || c.anyone {
				line := fmt.Sprintf("sh ./least %s %d %d %s", l.name, l.unit, l.most, c.command)
				commands = append(commands, "PATH=${PATH#/tools:} "+line, line)
			}
		}
	}
	rows := map[string]map[string]string{}
	for _, c := range underLimits {
		rows[c.command] = map[string]string{"`-u` real": unlimited, "`-u` gip": unlimited, "measured": measured.Stamp()}
	}
	answers := underLimit(t, commands)
	for _, l := range limits {
		for _, c := range underLimits {
			if l.name != "nproc" || c.anyone {
				ref, own := strings.TrimSpace(string(answers[0].Stdout)), strings.TrimSpace(string(answers[1].Stdout))
				answers = answers[2:]
				t.Logf("%s %-36s real %8s gip %8s", l.letter, c.command, ref, own)
				if column := "`" + l.letter + "` "; slices.Contains(limitsTable.Columns, column+"gip") {
					rows[c.command][column+"real"], rows[c.command][column+"gip"] = ref, own
				} else if least, err := strconv.Atoi(own); err != nil || least > l.enough {
					t.Errorf("%s of %s: %s, and the page says that %d is enough", l.letter, c.command, own, l.enough)
				}
			}
		}
	}
	if *recordTo == "" {
		return
	}
	for command, cells := range rows {
		if err := limitsPage.Write(*recordTo, &limitsTable, "`"+command+"`", cells); err != nil {
			t.Fatal(err)
		}
	}
}
