//go:build entry

package entry

import "unsafe"

// Environ is the environment that the process was given, for the programs that
// it starts. The strings are those of the process.
func Environ() (vars []string) {
	for n := firstVar(); ; n++ {
		v := *(**byte)(unsafe.Pointer(at(vector, n)))
		if v == nil {
			return vars
		}
		if !hasPrefix(v, firstVariable) {
			vars = append(vars, unsafe.String(v, length(v)))
		}
	}
}

// length is that of a string that a zero byte ends.
func length(v *byte) (n int) {
	for *(*byte)(unsafe.Add(unsafe.Pointer(v), n)) != 0 {
		n++
	}
	return n
}
