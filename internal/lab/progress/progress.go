// Package progress tells on a terminal how far something is.
package progress

import (
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A Line tells on a terminal how far the building of a lab is, in a line that it
// takes away again, if that takes long. A nil one tells nothing.
type Line struct {
	w     io.Writer
	name  string // of the lab
	begin time.Time
	told  time.Time
	shown bool
}

// When progress is told first, and how often.
const (
	tellAfter = 500 * time.Millisecond
	tellEvery = 100 * time.Millisecond
)

// New tells on standard error, if that is a terminal.
func New(name string) *Line {
	if _, err := unix.IoctlGetTermios(2, unix.TCGETS); err != nil {
		return nil
	}
	return &Line{w: os.Stderr, name: name, begin: time.Now()}
}

// Step tells that so many of all are done.
func (p *Line) Step(what string, done, all int) {
	if p == nil {
		return
	}
	if now := time.Now(); now.Sub(p.begin) >= tellAfter && now.Sub(p.told) >= tellEvery {
		p.told, p.shown = now, true
		io.WriteString(p.w, "\r"+p.name+": "+strconv.Itoa(done)+" of "+strconv.Itoa(all)+" "+what+clearLine)
	}
}

// clearLine is the terminal's word for clearing the line behind the cursor.
const clearLine = "\033[K"

// Clear takes the line away, for what comes next.
func (p *Line) Clear() {
	if p != nil && p.shown {
		io.WriteString(p.w, "\r"+clearLine)
		p.shown = false
	}
}
