package lab

import (
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"gip/internal/entry"
	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// An Interrupted is the error of a lab whose making a signal has ended, which then is as
// Became says.
type Interrupted struct {
	Signal unix.Signal
	Name   string // of the lab
	Became string
}

func (e *Interrupted) Error() string { return e.Name + ": " + e.Became }

// interrupting are the signals by which a user ends a command, be it by no longer reading
// what it says.
var interrupting = []unix.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGTERM, unix.SIGPIPE}

// A guard has these signals end only the process that builds, so that what it leaves
// half built can be taken away; when none is at work, they wait.
type guard struct {
	signals chan os.Signal
	mutex   sync.Mutex
	first   unix.Signal // the first signal that came
	work    int         // the process, or 0
}

// newGuard catches the signals, but for those that whoever started us has ignored.
func newGuard() *guard {
	g := &guard{signals: make(chan os.Signal, 8)}
	for _, s := range interrupting {
		if !ignored(s) {
			entry.Catch(int(s))
			signal.Notify(g.signals, s)
		}
	}
	go func() {
		for s := range g.signals {
			g.mutex.Lock()
			if g.first == 0 {
				g.first = s.(syscall.Signal)
			}
			g.end()
			g.mutex.Unlock()
		}
	}()
	return g
}

// close has the signals do again what they did.
func (g *guard) close() {
	signal.Stop(g.signals)
	close(g.signals)
}

// came is the first signal that came, or 0. It is asked after a failure: one that the
// terminal sends may have reached a process that we started before it reaches us.
func (g *guard) came() unix.Signal {
	for end := time.Now().Add(lateness); ; time.Sleep(pause) {
		if first := g.seen(); first != 0 || g == nil || time.Now().After(end) {
			return first
		}
	}
}

// seen is came that does not wait. A nil guard has seen nothing.
func (g *guard) seen() unix.Signal {
	if g == nil {
		return 0
	}
	g.mutex.Lock()
	first := g.first
	g.mutex.Unlock()
	return first
}

// Interrupted reports whether a signal came that is to end the lab. It is asked after a
// failure.
func (r *Running) Interrupted() bool { return r.guard.came() != 0 }

const lateness = 20 * time.Millisecond

// awaitGuard gives the guard time to end this process, which builds, or to see the signal
// itself, where a process was ended by a signal which a user sends to all of a job: its end
// is no fault of its own then.
func awaitGuard(by unix.Signal) {
	if slices.Contains(interrupting, by) {
		time.Sleep(10 * lateness)
	}
}

// end ends the work if a signal came. The mutex is held.
func (g *guard) end() {
	if g.first != 0 && g.work != 0 {
		unix.Kill(g.work, unix.SIGKILL)
	}
}

// watch has signals end a process, which is our child, until it is called with 0: before
// somebody waits for its end. A nil guard does nothing.
func (g *guard) watch(pid int) {
	if g == nil {
		return
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.work = pid
	g.end()
}

// ignored reports whether this process was started with a signal ignored, as nohup and
// the shell's & do it.
func ignored(s unix.Signal) bool {
	text, _ := file.Read("/proc/self/status")
	_, mask, _ := strings.Cut(text, "\nSigIgn:\t")
	mask, _, _ = strings.Cut(mask, "\n")
	bits, _ := strconv.ParseUint(mask, 16, 64)
	return bits>>(s-1)&1 != 0
}
