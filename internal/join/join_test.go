package join

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"gip/compat_test/emulated"

	"golang.org/x/sys/unix"
)

// TestJob sends a signal to all of a job when the child that enters namespaces waits for
// the other one to execute a program: the number of that is known all the same, and how it
// ended, else nobody would wait for its end.
func TestJob(t *testing.T) {
	emulated.Skip(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2)) // Start holds one while it waits
	var group uint32
	nap := unix.NsecToTimespec(int64(10 * time.Second))
	p := &Plan{
		Memory: Shared,
		Enter: []Step{
			{Trap: unix.SYS_SETPGID},
			{Trap: unix.SYS_GETPID, Into: &group},
		},
		Run: []Step{{Trap: unix.SYS_NANOSLEEP, Args: [5]uintptr{uintptr(unsafe.Pointer(&nap))}}},
	}
	p.Keep(&nap)
	p.Execute([]string{"/bin/true"}, []string{"true"}, nil)
	go func() {
		for atomic.LoadUint32(&group) == 0 {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond)
		unix.Kill(-int(group), unix.SIGTERM)
	}()
	pid, err := Start(p)
	if err != nil || pid <= 0 {
		t.Fatal(pid, err)
	}
	if ws := Wait(pid); ws.Signal() != unix.SIGTERM {
		t.Errorf("it ended with %x", ws)
	}
}
