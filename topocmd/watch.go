package topocmd

import (
	"context"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/show"
	"gip/topo"

	"golang.org/x/sys/unix"
)

// follow shows the network again at each change: on a terminal as a picture in which
// what is new is marked, elsewhere as lines of what has changed.
func (c *call) follow() error {
	v := view{call: c, terminal: show.IsTerminal(c.Stdout)}
	var unknown error
	err := topo.Watch(context.Background(), topo.Options{}, func(g *topo.Graph) bool {
		if err := c.choose(g); err != nil && v.last == nil {
			unknown = err
			return false
		}
		v.show(g)
		return true
	})
	if err != nil {
		return cli.Fail("gip topo: %s", err)
	}
	return unknown
}

// A view is what was last shown.
type view struct {
	*call
	terminal bool
	last     *topo.Graph
	lines    map[string]bool // of the last picture
	changes  []string        // the last ones
}

// maxChanges is how many of the last changes stand below a picture.
const maxChanges = 6

func (v *view) show(g *topo.Graph) {
	var changes []string
	if v.last != nil {
		if changes = topo.Diff(v.last, g); len(changes) == 0 {
			return
		}
	}
	first := v.last == nil
	v.last = g
	switch {
	case v.terminal:
		v.changes = append(v.changes, changes...)
		v.changes = v.changes[max(0, len(v.changes)-maxChanges):]
		v.picture(g)
	case first:
		v.Pen.Raw(g.Text(v.textOptions()))
	default:
		v.Pen.Raw(strings.Join(changes, "\n") + "\n")
	}
	v.Pen.Flush()
}

// The escapes that go to the upper left corner, clear what is right of a line's end, and
// clear what is below.
const (
	home      = "\033[H"
	clearLine = "\033[K\n"
	clearRest = "\033[J"
)

// picture draws over the last picture, with a star in front of what was not in it.
func (v *view) picture(g *topo.Graph) {
	text := strings.Split(strings.TrimSuffix(g.Text(v.textOptions()), "\n"), "\n")
	lines, block := map[string]bool{}, ""
	for i, line := range text {
		if line != "" && line[0] != ' ' {
			block = line
		}
		key := block + "\x00" + line
		lines[key] = true
		if v.lines != nil && line != "" && !v.lines[key] {
			text[i] = "*" + strings.TrimPrefix(line, " ")
		}
	}
	v.lines = lines
	for _, change := range v.changes {
		text = append(text, cut(change, width(v.Stdout)))
	}
	v.Pen.Raw(home + strings.Join(fit(text, len(v.changes), height(v.Stdout)), clearLine) + clearLine + clearRest)
}

// cut shortens a line to the width of a terminal.
func cut(line string, width int) string {
	if r := []rune(line); width > 1 && len(r) > width {
		return string(r[:width-1]) + "…"
	}
	return line
}

// fit leaves out lines in front of the last few, where the terminal has not enough.
func fit(lines []string, last, height int) []string {
	over := len(lines) + 1 - height
	if height == 0 || over <= 0 {
		return lines
	}
	keep := max(0, len(lines)-last-over-1)
	kept := append(lines[:keep:keep], "… "+strconv.Itoa(len(lines)-last-keep)+" more lines")
	return append(kept, lines[len(lines)-last:]...)
}

// height is that of a terminal, 0 if it does not know.
func height(f interface{ Fd() uintptr }) int {
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Row)
}
