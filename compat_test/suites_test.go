package compat_test

import (
	"regexp"
	"strings"
	"testing"

	"gip/compat_test/lab"
	"gip/compat_test/sandbox"
)

// The tests in this file play what others wrote for the real tools: the test suites
// of iputils and procps, and the files of sysctl that Debian ships. They are not
// copied: suites/setup gets them.

// withSuites is onReference, with the suites.
func withSuites(t *testing.T, files map[string]string, commands ...string) *sandbox.Job {
	t.Helper()
	base, err := lab.Suites()
	if err != nil {
		t.Skip(err)
	}
	job := onReference(t, files, commands...)
	job.Base = base
	return job
}

// A suite is a script that runs the suite with the tool that it finds first on
// PATH, and writes a line for each test: its name, a tab, what came of it.
type suite struct {
	name, script string
	least        int // so many tests there are, at least
}

var suites = []suite{
	// iputils describes its tests for meson, which would first build the tools.
	// This project only has the part of the tests, with the tool that is there.
	{"iputils", `
cp -r /usr/src/iputils/test/ping .
echo "project('suite')
ping = find_program('$(command -v ping)')
subdir('ping')" >meson.build
meson setup build >log 2>&1 || { cat log; exit 77; }
meson test -C build --no-rebuild --num-processes 2 >log 2>&1
jq -r '.name + "\t" + .result' build/meson-logs/testlog.json | sort
`, 30},
	// procps finds the programs beside the folder of the suite.
	{"procps", `
cp -r /usr/src/procps/testsuite .
mkdir src
ln -s "$(command -v sysctl)" src/sysctl
cd testsuite
runtest --tool sysctl --objdir "$PWD" --srcdir "$PWD" >../log 2>&1 || cat ../log >&2
sed -nE 's/^(PASS|FAIL|XPASS|XFAIL|UNSUPPORTED|UNRESOLVED|UNTESTED|ERROR): (.*)/\2\t\1/p' sysctl.sum
`, 5},
}

// forSuites makes what the suites need: their data, terminals, and sockets for all.
const forSuites = `
ln -s /usr/src/share/* /usr/share
mkdir -p /dev/pts
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts /dev/pts
ln -sf pts/ptmx /dev/ptmx
chmod 1777 /tmp
ip link set lo up
echo ::1 localhost >>/etc/hosts
echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range
`

// TestSuites wants the same of gip as of the real tools, from root and from
// another user.
func TestSuites(t *testing.T) {
	for _, s := range suites {
		for _, user := range []string{"root", "user"} {
			t.Run(s.name+"/"+user, func(t *testing.T) {
				become := ""
				if user != "root" {
					become = "setpriv --reuid=1000 --regid=1000 --clear-groups "
				}
				run := func(path string) string {
					dir := "d=$(mktemp -d) && chmod 777 $d && cp suite $d && cd $d && "
					return dir + "HOME=$PWD USER=" + user + " PATH=" + path + " " + become + "sh ./suite"
				}
				job := withSuites(t, map[string]string{"suite": s.script}, forSuites, run("${PATH#/tools:}"), run("$PATH"))
				result, err := sandbox.Run(job)
				if err != nil {
					t.Fatal(err)
				}
				compareSuite(t, s, result.Lines[1:])
			})
		}
	}
}

func compareSuite(t *testing.T, s suite, lines []sandbox.Line) {
	real := string(lines[0].Stdout)
	if lines[0].Status == 77 {
		t.Skip("the suite does not run here: ", real)
	}
	tests := strings.Count(real, "\n")
	good := len(regexp.MustCompile(`(?m)\t(OK|EXPECTEDFAIL|PASS)$`).FindAllString(real, -1))
	t.Logf("%d tests, %d of them pass with the real tool", tests, good)
	if tests < s.least || good < s.least/2 || len(lines) < 2 {
		t.Fatalf("too few tests\n%s%s", real, lines[0].Stderr)
	}
	if got := string(lines[1].Stdout); got != real {
		t.Errorf("the real tool:\n%s\ngip:\n%s%s", real, got, lines[1].Stderr)
	}
}

// stock boots with the files that lie in /usr/src/stock, in namespaces of its own,
// and says what has become of the parameters. What is not of the network is the
// whole machine's: files stand in its place.
const stock = `
dir=$(mktemp -d)
cp -rT /usr/src/stock/debian $dir
cd $dir || exit
cp -rT etc /etc
mount -t overlay none -o "lowerdir=$PWD/usr:/usr" /usr || exit
ip link add eth0 type veth peer name eth0.5
for dir in kernel vm fs; do mount -t tmpfs none /proc/sys/$dir; done
cat usr/lib/sysctl.d/*.conf | sed -nE 's/^-?((kernel|vm|fs)\.[^ =]*).*/\1/p' | tr . / | while read -r name; do
	mkdir -p "/proc/sys/${name%/*}"
	echo 0 >"/proc/sys/$name"
done
sysctl --system "$@" 2>&1
echo "status $?"
cd /proc/sys && grep -r . kernel vm fs net/ipv4/conf net/ipv4/ping_group_range
`

// TestStockFiles boots with Debian's own files. Those of other distributions are in
// sysctl_boot.txtar.
func TestStockFiles(t *testing.T) {
	for _, options := range []string{"", "-q", "-r rp_filter", "--dry-run"} {
		run := "unshare -mn sh ./stock " + options
		answers := lines(t, withSuites(t, map[string]string{"stock": stock}, "PATH=${PATH#/tools:} "+run, run))
		real, gip := string(answers[0].Stdout), string(answers[1].Stdout)
		if sets := options != "--dry-run"; strings.Contains(real, "rp_filter:2\n") != sets {
			t.Fatalf("sysctl --system %s: unlike it should, the real tool has or has not set parameters:\n%s%s", options, real, answers[0].Stderr)
		}
		if gip != real {
			t.Errorf("sysctl --system %s: the real tool:\n%s\ngip:\n%s", options, real, gip)
		}
	}
}
