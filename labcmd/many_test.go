package labcmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// TestMany has twenty labs of one text, and so with equal names of nodes, at once: each
// has its own network, and when they have ended, nothing is left.
func TestMany(t *testing.T) {
	for _, u := range users() {
		t.Run(u.name, func(t *testing.T) {
			t.Parallel()
			if onMachine(t) {
				twenty(t, newBench(t, u, faultLab))
			}
		})
	}
}

// twenty has twenty labs at once.
func twenty(t *testing.T, b *bench) {
	t.Helper()
	var labs sync.WaitGroup
	for i := range 20 {
		labs.Add(1)
		go func() {
			defer labs.Done()
			// An address that another lab has as well is there once, and nobody else's answers.
			script := fmt.Sprintf("ip -n client addr add 10.9.9.%d/32 dev eth0 && ip -n client -o addr show dev eth0 | grep -c 10.9.9. && ip netns exec client ping -c1 -W5 10.0.100.254 >/dev/null", i+1)
			out, err := b.command("gip", "lab", "run", "x.lab", "--", "sh", "-c", script).CombinedOutput()
			if err != nil || string(out) != "1\n" {
				t.Errorf("%v: %s", err, out)
			}
		}()
	}
	labs.Wait()
	b.clean(t, "twenty labs")
}

// bareScript is what somebody does who has gip, a shell and grep, and nothing else.
const bareScript = `cd /tmp || exit
gip lab init router | grep -c written
gip lab up router.lab | grep -c 'made in .*, without root'
gip lab exec client ping -c1 -W5 192.168.100.1 | grep -c ' 0% packet loss'
gip lab exec client sh -c 'exit 7'; echo $?
gip lab test router.lab | grep -c '^ok'
gip lab down
gip lab run router.lab -- ip netns list | grep -c client
gip lab test router.lab | grep -c '^not ok'
echo 'ip netns list' | SHELL=/bin/none gip lab run router.lab 2>&1 | grep -c client
for t in /tutorials/*.sh; do gip lab run $t >out 2>&1; echo $?; grep -q ' 0% packet loss' out || echo no answer; done
gip lab ls
echo /tmp/gip*
`

const bareGolden = `1
1
1
7
2
router: gone
1
0
1
0
0
0
/tmp/gip*
`

// TestBare plays it as nobody, in a root folder that has no other program, and no /run.
func TestBare(t *testing.T) {
	t.Parallel() // the tutorials wait for their pings
	if os.Getuid() != 0 {
		t.Skip("making a root folder takes root")
	}
	bin, root := installed(t), open(t, t.TempDir())
	for _, dir := range []string{"bin", "proc", "sys", "tmp", "tutorials"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	os.Chmod(filepath.Join(root, "tmp"), 0o777)
	copyTo := func(from, to string) {
		t.Helper()
		text, err := os.ReadFile(from)
		if err == nil {
			os.MkdirAll(filepath.Join(root, filepath.Dir(to)), 0o755)
			err = os.WriteFile(filepath.Join(root, to), text, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	copyTo(filepath.Join(bin, "gip"), "/bin/gip")
	for _, name := range []string{"sh", "grep"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip(err)
		}
		copyTo(path, "/bin/"+name)
		needs, _ := exec.Command("ldd", path).Output() // nothing of a static program
		for _, lib := range regexp.MustCompile(`/[^ ]+`).FindAllString(string(needs), -1) {
			copyTo(lib, lib)
		}
	}
	scripts, _ := filepath.Glob("../compat_test/testdata/tutorial_*.txtar")
	for _, path := range scripts {
		name, text := tutorial(t, path)
		if err := os.WriteFile(filepath.Join(root, "tutorials", name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	os.WriteFile(filepath.Join(root, "bare.sh"), []byte(bareScript), 0o755)
	// The folder is put over the root: below a mere chroot nobody may make namespaces.
	cmd := exec.Command("sh", "-c", "mount --bind . . && cd . && cd \"$PWD\" && mount -t proc proc proc && mount --move . / && exec chroot --userspec=65534:65534 . /bin/sh /bare.sh")
	cmd.Dir, cmd.Env = root, []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "lets users make no namespaces") {
		t.Skip(string(out))
	}
	if err != nil || string(out) != bareGolden {
		t.Errorf("%v: got:\n%s\nwant:\n%s", err, out, bareGolden)
	}
}
