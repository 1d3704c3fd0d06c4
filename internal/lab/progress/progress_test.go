package progress

import (
	"strings"
	"testing"
	"time"
)

// TestProgress tells nothing of what is quick, then now and then, and leaves no line.
func TestProgress(t *testing.T) {
	var b strings.Builder
	p := &Line{w: &b, name: "x", begin: time.Now()}
	p.Step("nodes", 1, 9)
	p.Clear()
	if b.Len() != 0 {
		t.Errorf("at once: %q", b.String())
	}
	p.begin = p.begin.Add(-tellAfter)
	p.Step("nodes", 2, 9)
	p.Step("nodes", 3, 9) // too soon
	p.told = p.told.Add(-tellEvery)
	p.Step("links", 4, 8)
	p.Clear()
	p.Clear()
	if got, want := b.String(), "\rx: 2 of 9 nodes\033[K\rx: 4 of 8 links\033[K\r\033[K"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var none *Line
	none.Step("nodes", 1, 1)
	none.Clear()
}
