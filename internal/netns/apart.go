package netns

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// OpenOwn opens the namespace of the calling thread. The error is an errno, ENOENT where
// there is no /proc; the descriptor is -1 then.
func OpenOwn() (fd int, err error) { return openOwn("net") }

func openOwn(file string) (fd int, err error) {
	return unix.Open(threadDir+file, unix.O_RDONLY|unix.O_CLOEXEC, 0)
}

const threadDir = "/proc/thread-self/ns/"

// Apart calls f on a thread that may go where it likes: it ends with f. It begins in
// the namespaces of the calling thread.
func Apart(f func() error) error {
	runtime.LockOSThread()
	p := Here()
	runtime.UnlockOSThread()
	defer p.Close()
	done := make(chan error)
	go OnOwnThread(func() {
		err := p.Enter()
		if err == nil {
			err = f()
		}
		done <- err
	})
	return <-done
}

// OnOwnThread calls f on a thread that ends with the calling goroutine, which never
// unlocks it and has nothing else to do.
func OnOwnThread(f func()) {
	runtime.LockOSThread()
	if unix.Gettid() != os.Getpid() {
		f()
		return
	}
	// The main thread cannot end, and /proc/self is its: another one is needed, which
	// while we have this one the next goroutine has.
	done := make(chan struct{})
	go func() {
		defer close(done)
		OnOwnThread(f)
	}()
	<-done
	runtime.UnlockOSThread()
}

// A kind is one of namespaces that a thread has for itself, or for its children.
type kind struct {
	file string // below /proc/thread-self/ns
	flag int    // of setns(2)
}

// The order is that in which they are entered: the way back to /proc is not needed.
var kinds = [...]kind{
	{"net", unix.CLONE_NEWNET}, {"uts", unix.CLONE_NEWUTS}, {"ipc", unix.CLONE_NEWIPC},
	{"pid_for_children", unix.CLONE_NEWPID}, {"mnt", unix.CLONE_NEWNS},
}

// A Place is where a thread is: its namespaces, each open, or -1 where that cannot be
// told, and its working folder.
type Place struct {
	fds [len(kinds)]int
	dir string
}

// Here is the place of the calling thread.
func Here() *Place {
	p := new(Place)
	for i, k := range kinds {
		p.fds[i], _ = openOwn(k.file)
	}
	p.dir, _ = unix.Getwd()
	return p
}

// Enter moves the calling thread there, from wherever it is. Only what is another one
// takes rights.
func (p *Place) Enter() error {
	var other [len(kinds)]bool
	for i, k := range kinds {
		var there unix.Stat_t
		here, ok := SpaceOf(threadDir + k.file)
		other[i] = ok && p.fds[i] >= 0 && unix.Fstat(p.fds[i], &there) == nil && here != Space{uint64(there.Dev), there.Ino}
	}
	for i, k := range kinds {
		if !other[i] {
			continue
		}
		if err := EnterSpace(p.fds[i], k.flag, p.dir); err != nil {
			return err
		}
	}
	return nil
}

// EnterSpace moves the calling thread into open namespaces. Mounts come with a working
// folder of the thread's own: that one, if it is there.
func EnterSpace(fd, flags int, dir string) error {
	if flags&unix.CLONE_NEWNS == 0 {
		return unix.Setns(fd, flags)
	}
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return err
	}
	err := unix.Setns(fd, flags)
	if err == nil && dir != "" {
		unix.Chdir(dir)
	}
	return err
}

// Close lets go of the place.
func (p *Place) Close() {
	for _, fd := range p.fds {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
