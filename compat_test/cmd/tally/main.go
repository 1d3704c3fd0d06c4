// Command tally reads the output of go test -json, shows what failed and why
// something was skipped, and ends with "N passed, N failed, N skipped".
package main

import (
	"fmt"
	"os"

	"gip/compat_test/tally"
)

func main() {
	t := tally.New()
	t.Read(os.Stdin, os.Stdout)
	fmt.Println(t)
	if t.Failed > 0 {
		os.Exit(1)
	}
}
