//go:build entry

package entry

import "unsafe"

// What runs before the runtime does has no goroutine, no heap and one small
// stack. It must not grow that, allocate, or call anything that might:
// go:nosplit has the compiler and the linker hold the first of it.

// vector is where the kernel left the words of the command line: their count,
// pointers to them, 0, pointers to the variables of the environment, 0, and pairs
// of numbers up to one that begins with 0 (the auxiliary vector). The runtime gets
// a copy that is arranged for it.
var vector, arranged unsafe.Pointer

// room is how many bytes the copy may take, a multiple of 16.
var room uintptr

// Go functions that the assembly calls: it cannot name those that take their
// arguments in registers.
var (
	measureFunc = measure
	beginFunc   = begin
)

// Began reports whether the program began here.
func Began() bool { return vector != nil }

// Heeds reports whether a program that begins so heeds the variable of First: not one
// with more rights than whoever started it.
func Heeds() bool { return Began() && !secure }

// at is the word of a vector with that number.
//
//go:nosplit
func at(v unsafe.Pointer, i uintptr) *uintptr {
	return (*uintptr)(unsafe.Add(v, i*unsafe.Sizeof(i)))
}

// firstVar is the place of the first variable in the vector.
//
//go:nosplit
func firstVar() uintptr { return *at(vector, 0) + 2 }

// measure sets room.
//
//go:nosplit
func measure() {
	n := firstVar()
	for *at(vector, n) != 0 {
		n++
	}
	for n++; *at(vector, n) != 0; n += 2 {
	}
	const added, end = 2, 2
	room = (unsafe.Sizeof(n)*(n+added+end) + 15) &^ 15
}

// begin arranges what the runtime will find.
//
//go:nosplit
func begin() {
	overrideWrite = lastWords
	for i := range sigtable {
		sigtable[i].flags = 0
	}
	for fd := range closed {
		_, _, errno := syscall6(sysFcntl, uintptr(fd), getFD, 0, 0, 0, 0)
		closed[fd] = errno == badFD
	}
	arrange()
	takeFirst()
	economise()
	profileRate = 0
	openNothing()
}

// arrange makes the copy of the vector.
//
//go:nosplit
func arrange() {
	n, to := uintptr(0), uintptr(0)
	for ; n < firstVar(); n++ {
		*at(arranged, to) = *at(vector, n)
		to++
	}
	for ; *at(vector, n) != 0; n++ {
		v := *(**byte)(unsafe.Pointer(at(vector, n)))
		traced = traced || hasPrefix(v, traceOn)
		switch {
		case hasPrefix(v, firstVariable):
			first = v
		case !forGo(v):
			*at(arranged, to) = *at(vector, n)
			to++
		}
	}
	*at(arranged, to) = address(noPreemption)
	*at(arranged, to+1) = address(oneProcessor)
	*at(arranged, to+2) = 0
	to += 3
	for n++; *at(vector, n) != 0; n += 2 {
		secure = secure || *at(vector, n) == auxSecure && *at(vector, n+1) != 0
		*at(arranged, to) = *at(vector, n)
		*at(arranged, to+1) = *at(vector, n+1)
		to += 2
	}
	*at(arranged, to) = 0
	*at(arranged, to+1) = 0
}

// Variables that the runtime gets from us, each with a zero byte at its end: that
// its threads send each other no signals, without which it does not unblock
// SIGURG; and that it may use one processor, which saves threads that have nothing
// to do, and looking how many there are. What has work for two says so
// (rtnl.useTwo).
const (
	noPreemption = "GODEBUG=asyncpreemptoff=1\x00"
	oneProcessor = "GOMAXPROCS=1\x00"
)

//go:nosplit
func address(text string) uintptr { return uintptr(unsafe.Pointer(unsafe.StringData(text))) }

// traceOn asks for a trace. It is looked for here because package os would make a map
// of all variables.
const traceOn = "GIP_TRACE=1\x00"

var traced bool

// Traced reports whether the environment asks for a trace of what is sent and received.
func Traced() bool { return traced }

// goVariables are those that the runtime and Go's library look for.
var goVariables = [...]string{"GODEBUG=", "GOGC=", "GOMAXPROCS=", "GOMEMLIMIT=", "GOTRACEBACK="}

// forGo reports whether a variable, which a zero byte ends, is one of them.
//
//go:nosplit
func forGo(v *byte) bool {
	for i := range goVariables {
		if hasPrefix(v, goVariables[i]) {
			return true
		}
	}
	return false
}

//go:nosplit
func hasPrefix(v *byte, prefix string) bool {
	for i := 0; i < len(prefix); i++ {
		if *(*byte)(unsafe.Add(unsafe.Pointer(v), i)) != prefix[i] {
			return false
		}
	}
	return true
}
