package labcmd_test

import (
	"math/rand"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestKilled ends holders, and those who start them, by SIGKILL at random moments:
// nothing is left of a lab.
func TestKilled(t *testing.T) {
	rounds := 4
	if *thorough {
		rounds = 50
	}
	for _, u := range users() {
		t.Run(u.name, func(t *testing.T) {
			t.Parallel()
			if !onMachine(t) {
				return
			}
			b := newBench(t, u, faultLab)
			for range rounds {
				b.killHolder(t, true)
				b.killHolder(t, false)
				b.killUp(t)
			}
			if !t.Failed() {
				counted(t, "faults", 3*rounds, "met", 3*rounds, "wrong", 0)
			}
		})
	}
}

// moment is a time within about that which up takes.
func moment() time.Duration { return time.Duration(rand.Intn(60000)) * time.Microsecond }

// killHolder ends a holder: once its lab is up, or at some moment before.
func (b *bench) killHolder(t *testing.T, up bool) {
	t.Helper()
	cmd := b.command("gip", "lab", "up", "x.lab")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if up {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("up: %v: %s", err, said.String())
		}
	}
	pid := 0
	for end := time.Now().Add(patience); pid == 0 && time.Now().Before(end); {
		pid = b.holder()
	}
	if !up {
		time.Sleep(moment())
	}
	holder, err := os.FindProcess(pid)
	if err == nil && pid != 0 {
		err = holder.Kill()
	}
	if err != nil || pid == 0 {
		t.Fatalf("kill %d: %v; %s", pid, err, said.String())
	}
	if !up {
		if err := cmd.Wait(); err != nil && !strings.Contains(said.String(), "ended by signal 9") {
			t.Errorf("of an up whose holder was killed: %v: %s", err, said.String())
		}
	}
	b.clean(t, "a kill of the holder")
}

// holder is the number of the process that holds the lab, which the state has as soon as
// there is one; 0 if there is none.
func (b *bench) holder() (pid int) {
	for _, path := range []string{b.dir + "/run/gip/lab/x/holder", "/run/gip/lab/x/holder"} {
		if text, err := os.ReadFile(path); err == nil {
			word, _, _ := strings.Cut(string(text), " ")
			pid, _ = strconv.Atoi(word)
		}
	}
	return pid
}

// killUp ends an up at some moment. What was up by then is taken down.
func (b *bench) killUp(t *testing.T) {
	t.Helper()
	up := b.command("gip", "lab", "up", "x.lab")
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(moment())
	up.Process.Kill()
	up.Wait()
	b.command("gip", "lab", "down", "--all").Run()
	b.clean(t, "a kill of up")
}
