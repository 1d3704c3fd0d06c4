package rtnl

import "runtime"

// UseTwo lets two goroutines run at once from now on, where there are two
// processors. A program of gip starts with one (see internal/entry).
func UseTwo() {
	if runtime.GOMAXPROCS(0) == 1 && runtime.NumCPU() > 1 {
		runtime.GOMAXPROCS(2)
	}
}
