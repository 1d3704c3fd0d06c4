// Package prop has the programs that scripts play with beside the tools under
// test. The bench is linked with them, and puts a link to itself on the sandbox's
// PATH for each.
package prop

import (
	"fmt"
	"os"
	"path/filepath"
)

// A program is called with its arguments and never returns but for an error.
type program struct {
	name string
	run  func(args []string) error
}

var programs = [...]program{
	{"answer", answer},
	{"argv", argv},
	{"batch", batch},
	{"setcap", setcap},
	{"sockets", sockets},
	{"stdio", stdio},
	{"terminal", terminal},
}

// Names are those of the programs.
func Names() []string {
	var names []string
	for _, p := range programs {
		names = append(names, p.name)
	}
	return names
}

// Play is the program that this process was called as. It returns at once if
// that is none.
func Play() {
	for _, p := range programs {
		if filepath.Base(os.Args[0]) != p.name {
			continue
		}
		if err := p.run(os.Args[1:]); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", p.name, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}
