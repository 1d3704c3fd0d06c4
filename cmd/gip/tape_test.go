//go:build tape

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "unsafe" // for linkname

	"gip/compat_test/tape"
)

var (
	settle = flag.Bool("settle", false, "take what does not play off the tapes")
	which  = flag.String("tapes", "", "only the files with these names")
)

// TestTapes plays what was recorded. TestReplay runs it, in a program of its own.
func TestTapes(t *testing.T) {
	paths, err := filepath.Glob("../../" + tape.Folder + "/*.gz")
	if err != nil {
		t.Fatal(err)
	}
	began, all := time.Now(), 0
	for _, path := range paths {
		if !wanted(filepath.Base(path)) {
			continue
		}
		tapes, err := tape.Read(path)
		if err != nil {
			t.Fatal(path, ": ", err)
		}
		all += len(tapes)
		kept := playAll(t, tapes)
		if *settle {
			if err := tape.Write(path, kept); err != nil {
				t.Fatal(err)
			}
			fmt.Printf("%s: %d kept of %d\n", filepath.Base(path), len(kept), len(tapes))
		}
	}
	if failures > 0 {
		fmt.Printf("%d of the processes do something else than was recorded\n", failures)
	}
	fmt.Printf("%d processes played in %v\n", all, time.Since(began).Round(time.Millisecond))
}

func wanted(name string) bool {
	words := strings.Fields(*which)
	return len(words) == 0 || slices.Contains(words, name)
}

// entered is what a process remembers of the namespace that it is in.
//
//go:linkname entered gip/internal/netns.entered
var entered string

// failures counts what does not play; not all of it is worth reading.
var failures int

const shown = 20

// playAll returns the tapes that play as they were recorded; the others are
// faults, unless the tapes are new and are to be settled.
func playAll(t *testing.T, tapes []*tape.Tape) (kept []*tape.Tape) {
	stdin, stdout, stderr, args := os.Stdin, os.Stdout, os.Stderr, os.Args
	defer func() { os.Args = args }()
	for _, one := range tapes {
		entered = ""
		text := tape.Play(one, run)
		os.Stdin, os.Stdout, os.Stderr = stdin, stdout, stderr
		switch {
		case text == "":
			kept = append(kept, one)
		case *settle:
			fmt.Printf("lost: %s: $ %s\n%s\n", one.Script, strings.Join(one.Argv, " "), text)
		case failures >= shown:
			failures++
		default:
			failures++
			t.Errorf("%s: %s\n$ %s\n%s", one.Script, one.Text, strings.Join(one.Argv, " "), text)
		}
	}
	return kept
}
