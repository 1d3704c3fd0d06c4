// Command generate writes the scripts that package generate makes; the answers
// that were recorded for a script are kept.
package main

import (
	"flag"
	"fmt"
	"os"

	"gip/compat_test/generate"
)

func main() {
	dir := flag.String("o", "compat_test/testdata", "`folder` to write to")
	thorough := flag.Bool("thorough", false, "with all values, not only those at the ends")
	flag.Parse()
	if err := generate.Write(*dir, *thorough); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
