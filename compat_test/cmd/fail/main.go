// Command fail does what no command of gip may: it panics, in the way that its
// argument says. The bench builds it as gip is built and looks how it ends.
package main

import (
	"fmt"
	"os"

	_ "gip/internal/entry"
)

func main() {
	var (
		list []string
		none *[4]int
	)
	switch os.Args[1] {
	case "index":
		fmt.Println(list[len(os.Args)])
	case "nil":
		fmt.Println(none[1])
	case "goroutine":
		go func() { panic("in a goroutine\nand on two lines") }()
		select {}
	case "deadlock":
		select {}
	}
}
