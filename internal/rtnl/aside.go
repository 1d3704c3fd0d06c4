package rtnl

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An aside moves the thread that sends changes to another processor when work
// that the kernel begins with each change gets in its way. Such work waits for the
// processor on which the change was sent, however idle others are; but where it
// runs already it goes on, beside a sender that has gone elsewhere. With each new
// IPv4 address, for one, a thread of the kernel looks through all that there are.
type aside struct {
	thread    int
	preempted int64 // how often the thread has been, as far as is known
	rest      int   // how many parcels go by before it may move again
	moves     int
}

const (
	// oftenPreempted is how often within a parcel is in the way.
	oftenPreempted = parcelSize / 8
	// restParcels is how many parcels go by from one move to the next.
	restParcels = 2
	// maxMoves is after how many moves the sender stays: they do not help.
	maxMoves = 16
)

// check is called by the sender after each parcel.
func (a *aside) check() {
	var u unix.Rusage
	if a.moves < maxMoves && unix.Getrusage(unix.RUSAGE_THREAD, &u) == nil && a.due(unix.Gettid(), int64(u.Nivcsw)) {
		moveOff()
	}
}

// due reports whether the sender should move, given its thread and how often that
// was preempted up to now.
func (a *aside) due(thread int, preempted int64) bool {
	often := thread == a.thread && preempted-a.preempted >= oftenPreempted
	a.thread, a.preempted = thread, preempted
	if a.rest--; a.rest > 0 || !often {
		return false
	}
	a.rest = restParcels
	a.moves++
	return true
}

// moveOff moves the thread to another of the processors that it may use, if there
// is one. It may use all of them again afterwards.
func moveOff() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all unix.CPUSet
	if unix.SchedGetaffinity(0, &all) != nil {
		return
	}
	others := all
	others.Clear(thisCPU())
	// The kernel refuses the empty set.
	if unix.SchedSetaffinity(0, &others) == nil {
		unix.SchedSetaffinity(0, &all)
	}
}

// thisCPU is the processor that the thread runs on, by getcpu(2).
func thisCPU() int {
	var cpu uint32
	unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0)
	return int(cpu)
}
