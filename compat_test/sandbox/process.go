package sandbox

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A line may leave programs in the background: monitors, servers. The next line
// has to meet them waiting for something to do, not on their way there, and
// what they write about a line has to be written before the next one reads it.

// stirring lists the threads of such programs that run, or have run since the
// last look. That makes a look at one thread after the other as good as one at
// all of them at once: when none has run between two looks, none can have woken
// another.
func (a *agent) stirring() (found []unrest) {
	runs := map[string]string{}
	programs, _ := filepath.Glob(ownDir + "/proc/[0-9]*")
	for _, program := range programs {
		if program == ownDir+"/proc/1" {
			continue // this one
		}
		threads, _ := filepath.Glob(program + "/task/[0-9]*")
		for _, thread := range threads {
			text, err := os.ReadFile(thread + "/status")
			if err != nil {
				continue // gone
			}
			state := lineOf(text, "State:")
			runs[thread] = lineOf(text, "voluntary_ctxt_switches:") + " " + lineOf(text, "nonvoluntary_ctxt_switches:")
			if runs[thread] != a.runs[thread] || strings.HasPrefix(state, "R") || strings.HasPrefix(state, "D") {
				id, _ := strconv.ParseUint(filepath.Base(thread), 10, 32)
				found = append(found, unrest{"", "thread", uint32(id)})
			}
		}
	}
	a.runs = runs
	return found
}

// lineOf is the value behind a label at the start of a line.
func lineOf(text []byte, label string) string {
	_, rest, _ := strings.Cut(string(text), "\n"+label)
	value, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(value)
}
