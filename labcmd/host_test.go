package labcmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// goneScript is a script for a sandbox, which plays the machine: labs that have names and links in
// it end in each way, and nothing of them is left. In the end there is room for one lab
// only, so that no namespace may be left either.
const goneScript = `
what='ip -br link | cut -d" " -f1; ls /run/netns /run/gip 2>/dev/null; grep -v master: /proc/self/mountinfo | sed "s/^[^/]*//"; cat /proc/[0-9]*/cmdline | tr "\0" "\n" | grep -xE "hold|sleep"'
before=$(eval "$what")
same() {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		gip lab ls >/dev/null
		[ "$(eval "$what")" = "$before" ] && return
		sleep 0.2
	done
	echo after $1:
	eval "$what"
}
holder() { gip lab ls -j | sed 's/.*"holder"://; s/[^0-9].*//'; }
slay() { # and wait until it is dead, or a zombie, with all its threads
	kill -9 $1
	while grep -q ') [^Z]' /proc/$1/stat || [ "$(ls /proc/$1/task | wc -l)" -gt 1 ]; do sleep 0.01; done 2>/dev/null
}
gip lab up --host x.lab >/dev/null || exit
ip -br link show dev wire | grep -c UP
slay $(holder)
same 'a kill of the holder, and ls'
gip lab up --host x.lab >/dev/null
slay $(holder)
gip lab down x
same 'a kill of the holder, and down'
gip lab up --host x.lab >/dev/null
slay $(holder)
gip lab up --host x.lab | grep -c made
gip lab down
same 'a kill of the holder, and up'
gip lab up --host slow.lab &
for i in 1 2 3 4 5 6 7 8 9; do ip link show dev wire >/dev/null 2>&1 && break; sleep 0.1; done
kill -9 $!
same 'a kill of up'
gip lab up --host slow.lab &
for i in 1 2 3 4 5 6 7 8 9; do [ -e /run/netns/slow.b ] && break; sleep 0.1; done
kill -TERM $!
wait $! 2>/dev/null
echo $?
[ -e /run/gip/lab/slow ] && echo its state is left
same 'an end of up'
for ms in 01 02 03 04 05 06 08 10 15 20; do
	gip lab up --host x.lab >/dev/null 2>&1 &
	sleep 0.$ms
	kill -9 $! 2>/dev/null
	gip lab down x >/dev/null 2>&1
	same "a kill of up after $ms"
done
echo 4 >/proc/sys/user/max_net_namespaces
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	gip lab up --host x.lab >out 2>&1 && break
	sleep 0.3
done
sed 's/made in.*/made/' out
gip lab down
`

const goneGolden = `1
gip lab: no lab is called "x"
1
x: gone
slow: not made
143
x: 2 nodes and 2 links made
x: gone
`

// ordinary is a user who is not root: what such a one changes of the limits of users is
// that of a lab only.
func ordinary(t *testing.T) who {
	t.Helper()
	all := users()
	u := all[len(all)-1]
	if u.uid == 0 {
		t.Skip("only root is there")
	}
	return u
}

// TestHostGone holds that nothing is left in the network and the mounts that a lab uses by
// --host.
func TestHostGone(t *testing.T) {
	if !onMachine(t) {
		return
	}
	b := newBench(t, ordinary(t), "node a\n")
	for name, text := range map[string]string{
		"x.lab":    "link host:wire a\nlink a b\na: sh -c :\n",
		"slow.lab": "link host:wire a\nlink a b\na: sleep 1000\n",
		"gone.sh":  goneScript,
	} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	os.Chmod(b.dir, 0o777) // "out" is nobody's
	out, err := b.command("gip", "lab", "run", "gone.sh").CombinedOutput()
	if strings.Contains(string(out), "lets users make no namespaces") {
		t.Skip(string(out))
	}
	if err != nil || string(out) != goneGolden {
		t.Errorf("%v: got:\n%s\nwant:\n%s", err, out, goneGolden)
	}
	b.clean(t, "it")
}

// TestHostTakesRoot holds that a user is told so, before anything is made.
func TestHostTakesRoot(t *testing.T) {
	if !onMachine(t) {
		return
	}
	b := newBench(t, ordinary(t), "node a\n")
	out, err := b.command("gip", "lab", "up", "--host", "x.lab").CombinedOutput()
	if want := "gip lab: --host takes root: it changes the machine's own network\n"; err == nil || string(out) != want {
		t.Errorf("%v: %s", err, out)
	}
}

// TestRangesOfUsers holds that a lab of a user has all the accounts that the machine gives
// the user, where it does, so that programs may become another one; else, root only.
func TestRangesOfUsers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("giving nobody a range takes root")
	}
	if _, err := exec.LookPath("newuidmap"); err != nil {
		t.Skip(err)
	}
	for _, path := range []string{"/etc/subuid", "/etc/subgid"} {
		if _, err := os.Stat(path); err != nil {
			t.Skip(err)
		}
	}
	if !onMachine(t) {
		return
	}
	if err := os.Mkdir("/run/mount", 0o755); err != nil { // where mount(8) keeps notes
		t.Fatal(err)
	}
	b := newBench(t, ordinary(t), faultLab)
	own := filepath.Join(b.dir, "subid")
	// The files of the machine are covered in mounts that only this has.
	script := `mount --bind subid /etc/subuid && mount --bind subid /etc/subgid || exit
` + `as() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
as gip lab up x.lab >/dev/null
as gip lab exec client cat /proc/self/uid_map /proc/self/gid_map | tr -s ' '
as gip lab exec client setpriv --reuid=7 --regid=8 --clear-groups id -u
as gip lab down`
	for text, want := range map[string]string{
		"nobody:200000:10\n65534:300000:1000\nother:1:5000\n": " 0 65534 1\n 1 300000 1000\n 0 65534 1\n 1 300000 1000\n7\nx: gone\n",
		"nobody:frob\nother:1:5000\n":                         " 0 65534 1\n 0 65534 1\nsetpriv: setresuid failed: Invalid argument\nx: gone\n",
		// newuidmap refuses what reaches over the end, and what is nobody's business.
		"nobody:4294967000:290\nnobody:4294967290:3\nnobody:1:0": " 0 65534 1\n 1 4294967000 290\n 0 65534 1\n 1 4294967000 290\n7\nx: gone\n",
	} {
		if err := os.WriteFile(own, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("sh", "-c", script)
		cmd.Dir, cmd.Env = b.dir, b.env
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Unshareflags: syscall.CLONE_NEWNS}
		out, err := cmd.CombinedOutput()
		if got := string(out); err != nil || got != want {
			t.Errorf("%q: %v: got:\n%s\nwant:\n%s", text, err, got, want)
		}
		b.clean(t, "ranges of users")
	}
}
