//go:build entry

package entry

import "unsafe"

// Only a process of one thread may make a user namespace, or enter one, or one of time.
// A Go program has more threads from its start. So it executes itself, with a variable
// of the environment that says which namespaces to make and to enter before the runtime
// starts (package join writes it):
//
//	GIP_FIRST=u0,268435456,0,0,0;s5,1073741824,0,0,1;=data
//
// Each step is unshare(2) or setns(2): the descriptor, the flags, the condition, the step
// that it is about, and whether it may fail, as in join.Step. Programs that are started
// do not see the variable. One with the rights of its file's owner takes no steps.
const firstVariable = "GIP_FIRST="

const auxSecure = 23 // AT_SECURE

var (
	first      *byte
	secure     bool
	firstStep  int     // the one that failed
	firstErrno uintptr // why
	firstData  *byte
)

// First tells what came of the steps: the number of the one that failed, from 0, and its
// errno, 0 if none did; and what was written behind them for whoever goes on.
func First() (data string, step int, errno uintptr, ok bool) {
	if firstData == nil {
		return "", 0, 0, false
	}
	return unsafe.String(firstData, length(firstData)), firstStep, firstErrno, true
}

// Conditions of a step, as package join has them.
const (
	ifFailed = 1
	ifWorked = 2
)

//go:nosplit
func takeFirst() {
	if first == nil || secure {
		return
	}
	v := (*byte)(unsafe.Add(unsafe.Pointer(first), len(firstVariable)))
	worked := uintptr(0)
	for i := 0; *v != '=' && *v != 0; i++ {
		kind := *v
		var n [5]uintptr
		for j := range n {
			n[j], v = number((*byte)(unsafe.Add(unsafe.Pointer(v), 1)))
		}
		did := n[3] != 0 && worked>>(n[3]-1)&1 != 0
		v = (*byte)(unsafe.Add(unsafe.Pointer(v), 1))
		if firstErrno != 0 || n[2] == ifFailed && did || n[2] == ifWorked && !did {
			continue
		}
		var errno uintptr
		if kind == 's' {
			_, _, errno = syscall6(sysSetns, n[0], n[1], 0, 0, 0, 0)
		} else {
			_, _, errno = syscall6(sysUnshare, n[1], 0, 0, 0, 0, 0)
		}
		if errno == 0 {
			worked |= 1 << i
		} else if n[4] == 0 {
			firstStep, firstErrno = i, errno
		}
	}
	if *v == '=' {
		firstData = (*byte)(unsafe.Add(unsafe.Pointer(v), 1))
	}
}

// number reads decimal digits, and returns what follows.
//
//go:nosplit
func number(v *byte) (n uintptr, rest *byte) {
	for *v >= '0' && *v <= '9' {
		n = n*10 + uintptr(*v-'0')
		v = (*byte)(unsafe.Add(unsafe.Pointer(v), 1))
	}
	return n, v
}
