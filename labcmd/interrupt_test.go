package labcmd_test

import (
	"bytes"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ups are the texts between which a lab changes, and one of which a line does not end.
var ups = []string{
	faultLab,
	strings.Replace(faultLab, "via 10.0.100.254", "via 10.0.100.254 metric 7", 1) + "gw: sh -c \"sleep 0.02\"\n",
	strings.Replace(faultLab, "client: sh -c :", "client: sh -c \"echo half; exec sleep 1000\"", 1),
}

func (b *bench) setLab(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, "x.lab"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestInterrupted sends signals to gip while it makes a lab, or changes one that is up,
// with a line that does not end: the lab is gone then, which is said, and gip ends by
// the signal.
func TestInterrupted(t *testing.T) {
	onMachines(t, interrupted)
}

func interrupted(t *testing.T, u who) {
	// Who runs the tests may ignore one, as nohup does. What is handled here ends the
	// programs that are started here.
	handled := make(chan os.Signal, 1)
	defer signal.Stop(handled)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		signal.Notify(handled, sig)
		for _, change := range []bool{false, true} {
			b := newBench(t, u, faultLab)
			want := "half\nx: not made\n"
			if change {
				b.makeLab(t)
				want = "half\nx: gone\n"
			}
			b.setLab(t, ups[2])
			said, err := b.interrupt(sig, func(r io.Reader) { io.ReadFull(r, make([]byte, 5)) })
			if e, ok := err.(*exec.ExitError); !ok || e.Sys().(syscall.WaitStatus).Signal() != sig || "half\n"+said != want {
				t.Errorf("%v: %v: %q, want %q", sig, err, said, want)
			}
			if out, _ := b.command("gip", "lab", "ls").CombinedOutput(); len(out) > 0 {
				t.Errorf("%v: %s", sig, out)
			}
			b.clean(t, sig.String())
		}
	}
}

// interrupt starts "up", and sends a signal to it, and as a terminal does to all that it
// has started, when ready says so. It returns what it said since.
func (b *bench) interrupt(sig syscall.Signal, ready func(io.Reader)) (said string, err error) {
	up := b.command("gip", "lab", "up", "x.lab")
	up.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer r.Close()
	up.Stdout, up.Stderr = w, w
	err = up.Start()
	w.Close()
	if err != nil {
		return "", err
	}
	ready(r)
	syscall.Kill(-up.Process.Pid, sig)
	text, _ := io.ReadAll(r)
	return string(text), up.Wait()
}

// TestInterruptedSoon sends them at random moments, when lines do end: what is up is what
// the one text says or the other, or nothing.
func TestInterruptedSoon(t *testing.T) {
	onMachines(t, func(t *testing.T, u who) {
		interruptedSoon(t, newBench(t, u, faultLab))
	})
}

func interruptedSoon(t *testing.T, b *bench) {
	rounds := 10
	if *thorough {
		rounds = 200
	}
	became := map[string]int{}
	for i := range rounds {
		b.setLab(t, ups[0])
		b.makeLab(t)
		b.setLab(t, ups[1])
		wait := time.Duration(rand.Intn(400)) * time.Millisecond
		said, err := b.interrupt([]syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[i%2], func(io.Reader) { time.Sleep(wait) })
		labs, _ := b.command("gip", "lab", "ls").Output()
		route, _ := b.command("gip", "lab", "exec", "client", "ip", "route", "show", "default").CombinedOutput()
		differs, _ := b.command("gip", "lab", "diff").Output()
		is := "gone"
		switch up, fresh := len(labs) > 0, bytes.Contains(route, []byte("metric 7")); {
		case up && len(differs) > 0:
			is = "half changed"
		case up && fresh:
			is = "new"
		case up:
			is = "old"
		}
		became[is]++
		if _, err := os.Stat(filepath.Join(b.dir, "run/gip/lab/x/changing")); err == nil || is == "half changed" {
			t.Errorf("after %v: the lab is %s, and differs: %s", wait, is, differs)
		}
		if is == "gone" && said != "x: gone\n" || is == "new" && err == nil && !strings.Contains(said, "made anew") {
			t.Errorf("after %v: the lab is %s: %v: %s", wait, is, err, said)
		}
		b.command("gip", "lab", "down", "x").Run()
		b.clean(t, "a signal to up")
	}
	t.Log(became)
}
