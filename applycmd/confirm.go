package applycmd

import (
	"errors"
	"os"
	"time"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/join"
	"gip/internal/spawn"
	"gip/internal/state"

	"golang.org/x/sys/unix"
)

// Who waits for a confirmation is a process of its own, the watcher: it is in no
// session, so that it lives when the terminal goes. It has two descriptors of the one
// that applies: the lock, which stays held until both are done, and a pipe, by which it
// hears that the lines are done. If the pipe ends without a word, or the time is up, it
// undoes everything; if the journal is gone, somebody has confirmed or undone.
const (
	watchLock = 3
	watchPipe = 4
)

// tick is how often a journal is looked for.
const tick = 50 * time.Millisecond

// tentative runs the lines, and waits for Enter.
func (a *application) tentative() error {
	r, w, err := pipe()
	if err == nil {
		err = a.startWatcher(r)
	}
	unix.Close(r)
	if err != nil {
		unix.Close(w)
		a.journal.clear()
		return fail("apply", errors.New("no line was run, nobody can watch: "+err.Error()))
	}
	if err := a.all(); err != nil {
		err = a.undo(err)
		unix.Close(w) // the journal is gone by now
		a.join()
		return err
	}
	f, err := file.OpenFile(a.journal.waiting(), unix.O_WRONLY|unix.O_CREAT, 0o600)
	if err != nil {
		err = a.undo(err)
		unix.Close(w)
		return err
	}
	f.Close()
	unix.Write(w, []byte{1})
	a.Warnf("done; undone in %d seconds without Enter or \"gip apply --commit\"\n", int(a.confirm/time.Second))
	return a.await()
}

func pipe() (r, w int, err error) {
	var fds [2]int
	err = unix.Pipe2(fds[:], unix.O_CLOEXEC)
	return fds[0], fds[1], err
}

func (a *application) startWatcher(r int) (err error) {
	os.Remove(a.journal.undone()) // of an earlier one: the watcher may begin later than somebody confirms
	a.watcher, err = spawn.Again([]string{"gip", "apply", watchWord, itoa(int(a.confirm / time.Second))}, "", nil, a.journal.lock.Fd(), uintptr(r))
	return err
}

// await waits until somebody confirms, or the watcher has undone everything. When the
// terminal goes or a signal comes, the watcher is left alone with it.
func (a *application) await() error {
	stdin := int32(0)
	for {
		switch {
		case a.journal.left():
		case file.Exists(a.journal.undone()):
			a.join()
			return cli.Exit(statusFailed, "not confirmed: undone")
		default:
			a.join()
			a.Warnf("confirmed\n")
			return nil
		}
		if pid, _ := unix.Wait4(a.watcher, nil, unix.WNOHANG, nil); pid == a.watcher && a.journal.left() {
			return a.undo(errors.New("the process that watches was killed"))
		}
		fds := []unix.PollFd{{Fd: stdin, Events: unix.POLLIN}, {Fd: int32(a.signals.FD), Events: unix.POLLIN}}
		if n, _ := unix.Poll(fds, int(tick/time.Millisecond)); n <= 0 {
			continue
		}
		if fds[1].Revents != 0 {
			return cli.Exit(statusFailed, "gip apply: interrupted; what was done is undone unless it is confirmed")
		}
		var b [256]byte
		switch n, err := unix.Read(0, b[:]); {
		case err != nil || n == 0:
			stdin = -1 // no Enter will come
		default:
			a.journal.confirm()
		}
	}
}

// join waits for the watcher, which has the lock as long as it lives.
func (a *application) join() { join.Wait(a.watcher) }

// watch is the work of the watcher.
func (a *application) watch(text string) (err error) {
	if a.confirm, err = seconds(text); err != nil {
		return err
	}
	for _, sig := range []unix.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGTERM} {
		a.Ignore(sig)
	}
	dir, err := journalDir()
	if err != nil {
		return fail("apply", err)
	}
	a.journal = &journal{dir, os.NewFile(watchLock, "lock")}
	var b [1]byte
	n, err := unix.Read(watchPipe, b[:])
	for err == unix.EINTR {
		n, err = unix.Read(watchPipe, b[:])
	}
	if n == 1 {
		a.sleep()
	}
	if !a.journal.claim() {
		return nil
	}
	var left bool
	if a.before, a.sorts, left, err = a.journal.read(); err != nil || !left {
		return err
	}
	if _, _, err = state.Restore(a.Env, quiet(a.Call), a.before, a.sorts); err != nil {
		return err
	}
	if f, err := file.OpenFile(a.journal.undone(), unix.O_WRONLY|unix.O_CREAT, 0o600); err == nil {
		f.Close()
	}
	a.journal.clear()
	return nil
}

// confirm gives up the way back; of it and claim only one can be true.
func (j *journal) confirm() bool {
	ok := os.Remove(j.path()) == nil
	if ok {
		j.clear()
	}
	return ok
}

// claim takes the journal to undo by it.
func (j *journal) claim() bool { return os.Rename(j.path(), j.claimed()) == nil }

// sleep waits for the time to be up, or the journal to be gone.
func (a *application) sleep() {
	for end := time.Now().Add(a.confirm); time.Now().Before(end) && file.Exists(a.journal.path()); {
		time.Sleep(tick)
	}
}

// commit confirms what waits.
func commit() error {
	dir, err := journalDir()
	if err != nil {
		return fail("apply", err)
	}
	if j := (&journal{dir: dir}); !file.Exists(j.waiting()) || !j.confirm() {
		return fail("apply", errors.New("nothing waits to be confirmed"))
	}
	return nil
}
