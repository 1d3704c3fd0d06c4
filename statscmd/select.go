package statscmd

import (
	"fmt"
	"slices"
	"strings"

	"gip/internal/cli"
)

// levels are the words that choose statistics, from the outermost on.
var levels = [...]string{"group", "subgroup", "suite"}

// A selection is the path of names that was chosen, from the outermost level on.
type selection []string

// A chooser gathers which suites to show.
type chooser struct {
	sel     selection
	enabled [len(suites)]bool
}

// take sets one level of the selection. What was selected so far is enabled
// when a level of it is to be replaced.
func (c *chooser) take(level int, name string) error {
	if n := len(c.sel); n < level {
		return invalid(fmt.Sprintf("Error: %s %s requested without selecting a %s first", levels[level], name, levels[n]))
	}
	if len(c.sel) > level {
		if err := c.enable(); err != nil {
			return err
		}
	}
	c.sel = append(c.sel[:level:level], name)
	return nil
}

// enable enables all suites under the selection.
func (c *chooser) enable() error {
	if err := c.check(); err != nil {
		return err
	}
	for i := range suites {
		if c.sel.covers(suites[i].path) {
			c.enabled[i] = true
		}
	}
	return nil
}

// covers reports whether path lies under the selection.
func (s selection) covers(path selection) bool {
	return len(s) <= len(path) && slices.Equal(s, path[:len(s)])
}

// check finds the first name that there is not.
func (c *chooser) check() error {
	inside := "top-level"
	for i, name := range c.sel {
		if i > 0 && isLeaf(c.sel[:i]) {
			return invalid(fmt.Sprintf("Error: %s %s requested inside leaf %s %s", levels[i], name, levels[i-1], inside))
		}
		if !exists(c.sel[:i+1]) {
			return invalid(fmt.Sprintf("Error: no %s named %s found inside %s", levels[i], name, inside))
		}
		inside = name
	}
	return nil
}

func exists(sel selection) bool {
	for i := range suites {
		if sel.covers(suites[i].path) {
			return true
		}
	}
	return false
}

// isLeaf reports whether sel is the whole path of a suite.
func isLeaf(sel selection) bool {
	for i := range suites {
		if slices.Equal(suites[i].path, sel) {
			return true
		}
	}
	return false
}

// parseWord reads one word and its values. The real tool looks for the next
// level in the value of the one before, so that "group subgroup x" is both.
func (c *chooser) parseWord(a *cli.Args) (found bool, err error) {
	for level, word := range levels {
		if a.Word() != word {
			continue
		}
		if a.Skip(); !a.More() {
			return false, cli.Incomplete()
		}
		if err := c.take(level, a.Word()); err != nil {
			return false, err
		}
		found = true
	}
	if found {
		a.Skip()
	}
	return found, nil
}

// String is the selection as the header of a record has it.
func (s selection) String() string {
	var b strings.Builder
	for i, name := range s {
		b.WriteString(" " + levels[i] + " " + name)
	}
	return b.String()
}
