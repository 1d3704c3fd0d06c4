package rtnl

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAsideDue: a sender that is often preempted moves, not at each parcel, and
// not for what happened to another thread.
func TestAsideDue(t *testing.T) {
	var a aside
	for i, s := range []struct {
		thread    int
		preempted int64
		want      bool
	}{
		{7, 100, false}, // all that it had before
		{7, 100 + oftenPreempted, true},
		{7, 100 + 2*oftenPreempted, false}, // it has just moved
		{7, 100 + 3*oftenPreempted, true},
		{7, 100 + 3*oftenPreempted, false},
		{7, 100 + 4*oftenPreempted - 1, false},
		{8, 1000, false},
		{8, 1000 + oftenPreempted, true},
	} {
		if got := a.due(s.thread, s.preempted); got != s.want {
			t.Errorf("step %d: due(%d, %d) = %v, want %v", i, s.thread, s.preempted, got, s.want)
		}
	}
	if a.moves != 3 {
		t.Errorf("%d moves, want 3", a.moves)
	}
}

// TestMoveOff: the thread is on another processor, and may use the same ones as
// before. The kernel may have moved it on its own, but not each time.
func TestMoveOff(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, after unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		t.Fatal(err)
	}
	moved := 0
	const tries = 50
	for range tries {
		was := thisCPU()
		moveOff()
		if thisCPU() != was {
			moved++
		}
	}
	if err := unix.SchedGetaffinity(0, &after); err != nil || after != before {
		t.Errorf("processors %v, want %v; error %v", after, before, err)
	}
	if want := before.Count() > 1; (moved > tries/2) != want {
		t.Errorf("moved %d times of %d on %d processors", moved, tries, before.Count())
	}
}
