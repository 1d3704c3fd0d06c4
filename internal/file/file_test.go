package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, n := range []int{0, 1, 2047, 2048, 2049, 4096, 100_000} {
		want := strings.Repeat("x", n)
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(path); got != want || err != nil {
			t.Errorf("%d bytes: got %d, error %v", n, len(got), err)
		}
	}
	if _, err := Read(path + "/x"); err != unix.ENOTDIR {
		t.Errorf("got %v", err)
	}
	if _, err := Read(filepath.Dir(path)); err != unix.EISDIR {
		t.Errorf("a folder: got %v", err)
	}
}
