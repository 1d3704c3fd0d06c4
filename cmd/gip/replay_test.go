package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"gip/compat_test/tape"
)

// TestReplay plays the recorded commands without a kernel: it fails where one
// now sends other bytes, prints other text or ends with another status. What is
// meant to change is recorded again by "make tapes ONLY=script".
func TestReplay(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the tapes have the structures of amd64")
	}
	paths, err := filepath.Glob("../../" + tape.Folder + "/*.gz")
	if err != nil || len(paths) == 0 {
		t.Fatal("no tapes: ", err)
	}
	for _, path := range paths { // go test remembers this result until one changes
		if _, err := os.Stat(path); err != nil {
			t.Fatal(err)
		}
	}
	player := filepath.Join(t.TempDir(), "gip.test")
	if err := tape.BuildPlayer("../..", player); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(player, "-test.run", "^TestTapes$").CombinedOutput()
	if t.Log(string(out)); err != nil {
		t.Fatal("commands do something else than was recorded; if that is meant: make tapes ONLY=SCRIPT")
	}
}
