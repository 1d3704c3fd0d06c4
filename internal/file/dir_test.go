package file

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// TestNames holds Names against package os, in a folder that is larger than
// what the kernel gives at once.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for i := range 2000 {
		want = append(want, fmt.Sprintf("name-%04d", i))
		if err := os.WriteFile(filepath.Join(dir, want[i]), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Names(dir)
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %d names, %v; want %d", len(got), err, len(want))
	}
	for path, want := range map[string]error{filepath.Join(dir, "none"): unix.ENOENT, filepath.Join(dir, "name-0001"): unix.ENOTDIR} {
		if _, err := Names(path); err != want {
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
	}
}
