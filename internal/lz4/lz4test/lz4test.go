// Package lz4test holds packs of files against the files.
package lz4test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"gip/internal/lz4"
)

// Fresh holds that a pack is what the files are, by the names that they have in their
// folders; update packs them.
func Fresh(t *testing.T, pack string, update bool, files ...string) {
	t.Helper()
	want := lz4.PackFiles(func(yield func(name, text string) bool) {
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !yield(filepath.Base(file), string(text)) {
				return
			}
		}
	})
	if update {
		if err := os.WriteFile(pack, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(pack); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not up to date, -update writes it; %v", pack, err)
	}
}
