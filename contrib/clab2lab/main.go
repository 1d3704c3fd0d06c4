// Command clab2lab reads a topology file of containerlab and prints a lab that "gip lab
// up" takes. Nodes of the kinds linux and bridge become nodes and switches; what a network
// without containers cannot have is an error, with its file and line.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const usage = `Usage: clab2lab FILE.clab.yml|-
Prints a lab file for "gip lab up" of a topology of containerlab.
`

// Exit statuses, as gip has them but for wrong usage.
const (
	statusError = 1
	statusUsage = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 1 && (args[0] == "-h" || args[0] == "--help") {
		io.WriteString(stdout, usage)
		return 0
	}
	if len(args) != 1 || strings.HasPrefix(args[0], "-") && args[0] != "-" {
		io.WriteString(stderr, usage)
		return statusUsage
	}
	read := os.ReadFile
	if args[0] == "-" {
		read = func(string) ([]byte, error) { return io.ReadAll(stdin) }
	}
	text, err := read(args[0])
	if err != nil {
		fmt.Fprintln(stderr, "clab2lab:", err)
		return statusError
	}
	lab, problems := convert(args[0], text)
	if len(problems) > 0 {
		for _, p := range problems {
			fmt.Fprintf(stderr, "%s:%d: %s\n", args[0], p.line, p.text)
		}
		return statusError
	}
	io.WriteString(stdout, lab)
	return 0
}

// A problem is what is wrong with a line of the file.
type problem struct {
	line int
	text string
}

// A converter reads a topology and gathers what is wrong with it.
type converter struct {
	problems []problem
	nodes    []*node
	links    []*link
}

func (c *converter) fail(line int, format string, args ...any) {
	c.problems = append(c.problems, problem{line, fmt.Sprintf(format, args...)})
}

// convert makes the text of a lab of that of a topology file.
func convert(path string, text []byte) (lab string, problems []problem) {
	c := &converter{}
	top := c.parse(text)
	if top == nil {
		return "", c.problems
	}
	c.variables(text)
	name := c.name(top)
	c.topology(top)
	for _, n := range c.nodes {
		c.words(n)
	}
	if len(c.problems) > 0 {
		slices.SortStableFunc(c.problems, func(a, b problem) int { return a.line - b.line })
		return "", c.problems
	}
	var b strings.Builder
	b.WriteString("# Made by clab2lab")
	if path != "-" {
		b.WriteString(" of " + strings.ReplaceAll(filepath.Base(path), "\n", "?"))
	}
	b.WriteString(": what containerlab does with images, files and\n# management networks is not in a lab.\n")
	if name != "" {
		b.WriteString("lab " + name + "\n")
	}
	c.print(&b)
	return b.String(), nil
}
