package applycmd_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gip/compat_test/labtest"
	"gip/compat_test/pty"
)

// inside is the script of the namespace: it makes a network, and waits until an address
// has come and gone again.
const inside = `pair
echo 'addr add 10.5.0.1/24 dev va' > a
ip monitor address > seen & echo ready
until grep -q '^Deleted .* 10.5.0.1/24' seen; do sleep .05; done
grep -q '^[0-9].* 10.5.0.1/24' seen; kill $!
echo gone; same before; echo same
`

// TestTerminalGone hangs up the terminal in which lines wait to be confirmed, as a
// login from afar that has cut itself off: they are undone when their time is up, and
// not before.
func TestTerminalGone(t *testing.T) {
	bin := t.TempDir()
	labtest.Install(t, bin)
	common, err := os.ReadFile("testdata/common.sh")
	if err != nil {
		t.Fatal(err)
	}
	holder := isolated(t, bin, string(common)+inside)
	out, _ := holder.StdoutPipe()
	holder.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	defer holder.Wait()
	defer func() { syscall.Kill(-holder.Process.Pid, syscall.SIGKILL) }()
	said := bufio.NewScanner(out)
	says := func(want string) {
		t.Helper()
		if !said.Scan() || said.Text() != want {
			t.Fatalf("%q is said, not %s", said.Text(), want)
		}
	}
	says("ready")
	terminal, slave := pty.Open(t)
	args := []string{"-t", strconv.Itoa(holder.Process.Pid), "-n", "-m", "--wd=" + holder.Dir}
	if os.Getuid() != 0 {
		args = append(args, "-U", "--preserve-credentials")
	}
	login := exec.Command("nsenter", append(args, "sh", "-c", "gip apply --confirm 2 a; echo over")...)
	login.Env = holder.Env
	login.Stdin, login.Stdout, login.Stderr = slave, slave, slave
	begun := time.Now()
	login.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := login.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	line, err := bufio.NewReader(terminal).ReadString('\n')
	if !strings.HasPrefix(line, "done; undone in 2 seconds") {
		t.Fatal(line, err)
	}
	terminal.Close()
	login.Wait()
	says("gone")
	if took := time.Since(begun); took < 2*time.Second {
		t.Error("undone after ", took)
	}
	says("same")
}
