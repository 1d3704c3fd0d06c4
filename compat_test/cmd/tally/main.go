// Command tally runs calls of go test -json, each of which is one argument: it shows what
// failed and why something was skipped, runs what failed once more, and ends with
// "N passed, N failed, N skipped".
package main

import (
	"fmt"
	"os"
	"strings"

	"gip/compat_test/tally"
)

func main() {
	t := tally.New()
	for _, call := range os.Args[1:] {
		t.Run(tally.Parse(strings.Fields(call)), os.Stdout)
	}
	fmt.Println(t)
	if t.Failed > 0 {
		os.Exit(1)
	}
}
