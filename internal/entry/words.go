//go:build entry

package entry

import "unsafe"

// lastWords writes what the runtime writes. What it says on standard error is why
// it cannot go on: of that, the first line is said, and the process ends. A panic
// is a fault of ours, so that the line also tells where.
//
// It may be called on any stack and in any state of the program.
//
//go:nosplit
func lastWords(fd uintptr, b unsafe.Pointer, n int32) int32 {
	if fd != 2 {
		r, _, errno := syscall6(sysWrite, fd, uintptr(b), uintptr(n), 0, 0, 0)
		if errno != 0 {
			return -int32(errno)
		}
		return int32(r)
	}
	for i := range int(n) {
		c := *(*byte)(unsafe.Add(b, i))
		if c != '\n' && said < len(line)-1 {
			line[said] = c
			said++
		}
		if c == '\n' {
			line[said] = 0
			endLine()
			said = 0
		}
	}
	return n
}

// What the runtime wrote of a line, up to said.
var (
	line     [300]byte
	said     int
	panicked bool // a panic was told of, and not yet where it was
)

// How the process ends.
const (
	statusLack  = 1 // of memory or threads
	statusPanic = 2
)

// endLine looks at a whole line, which a zero byte ends.
//
//go:nosplit
func endLine() {
	const panics, fatal, lack, place = "panic: ", "fatal error: ", "runtime: ", "\tgip/"
	switch text := &line[0]; {
	case panicked && hasPrefix(text, place):
		write(" at ")
		writeLine(1, ' ') // then the address follows
		end(statusPanic)
	case panicked:
	case hasPrefix(text, panics):
		write("gip: ")
		writeLine(0, 0)
		panicked = true
	case hasPrefix(text, fatal):
		write("gip: ")
		writeLine(len(fatal), 0)
		end(statusLack)
	case hasPrefix(text, lack):
		write("gip: ")
		writeLine(len(lack), 0)
		end(statusLack)
	}
}

// writeLine writes the line from one byte to another, or to its end.
//
//go:nosplit
func writeLine(from int, until byte) {
	to := from
	for to < said && line[to] != until {
		to++
	}
	syscall6(sysWrite, 2, uintptr(unsafe.Pointer(&line[from])), uintptr(to-from), 0, 0, 0)
}

//go:nosplit
func write(text string) {
	syscall6(sysWrite, 2, uintptr(unsafe.Pointer(unsafe.StringData(text))), uintptr(len(text)), 0, 0, 0)
}

//go:nosplit
func end(status uintptr) {
	write("\n")
	syscall6(sysExitGroup, status, 0, 0, 0, 0, 0)
}
