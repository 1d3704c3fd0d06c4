package netns

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "..a": true, "...": true, "-": true, "a b": true, strings.Repeat("x", 255): true,
		"": false, ".": false, "..": false, "a/b": false, "/": false, "../x": false, strings.Repeat("x", 256): false,
	} {
		if got := ValidName(name); got != want {
			t.Errorf("ValidName(%q) = %v", name, got)
		}
	}
}

func TestParseID(t *testing.T) {
	m := rtnl.New(unix.RTM_NEWNSID, 0)
	rtnl.Put(m, unix.RtGenmsg{})
	m.U32(unix.NETNSA_NSID, 0xffffffff)
	m.U32(unix.NETNSA_CURRENT_NSID, 7)
	body := m.Body()
	if got, want := ParseID(rtnl.Message{Body: body}), (ID{-1, 7, true, true}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	// Any shorter message must be read without a fault.
	for n := range body {
		ParseID(rtnl.Message{Body: body[:n]})
	}
}

// TestOpen checks what a word can mean; the process number needs /proc only.
func TestOpen(t *testing.T) {
	for word, want := range map[string]bool{
		Self: true, "/proc/1/nope": false, "no-such-name": false, "0x1": false, "self": false,
		"18446744073709551617": false,
	} {
		h, err := Open(word)
		if (err == nil) != want {
			t.Errorf("Open(%q): %v", word, err)
		}
		if err == nil {
			h.Close()
		}
	}
	pid := os.Getpid()
	if h, err := Open(strconv.Itoa(pid)); err != nil {
		t.Errorf("Open(%d): %v", pid, err)
	} else {
		h.Close()
	}
}
