package lab

import (
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A progress tells on a terminal how far the building of a lab is, in a line that it
// takes away again, if that takes long. A nil one tells nothing.
type progress struct {
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

// newProgress tells on standard error, if that is a terminal.
func newProgress(name string) *progress {
	if _, err := unix.IoctlGetTermios(2, unix.TCGETS); err != nil {
		return nil
	}
	return &progress{w: os.Stderr, name: name, begin: time.Now()}
}

// step tells that so many of all are done.
func (p *progress) step(what string, done, all int) {
	if p == nil {
		return
	}
	if now := time.Now(); now.Sub(p.begin) >= tellAfter && now.Sub(p.told) >= tellEvery {
		p.told, p.shown = now, true
		io.WriteString(p.w, "\r"+p.name+": "+itoa(done)+" of "+itoa(all)+" "+what+clearLine)
	}
}

// clearLine is the terminal's word for clearing the line behind the cursor.
const clearLine = "\033[K"

// clear takes the line away, for what comes next.
func (p *progress) clear() {
	if p != nil && p.shown {
		io.WriteString(p.w, "\r"+clearLine)
		p.shown = false
	}
}
