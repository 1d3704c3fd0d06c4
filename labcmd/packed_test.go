package labcmd_test

import (
	"bytes"
	"os"
	"testing"

	"gip/internal/lz4"
)

// TestPacked holds that labs.lz4, which gip has, is what stands in the folder labs.
func TestPacked(t *testing.T) {
	want := lz4.PackFiles(func(yield func(name, text string) bool) {
		for _, name := range models {
			text, err := os.ReadFile("labs/" + name + ".lab")
			if err != nil {
				t.Fatal(err)
			}
			if !yield(name, string(text)) {
				return
			}
		}
	})
	if *update {
		if err := os.WriteFile("labs.lz4", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("labs.lz4"); err != nil || !bytes.Equal(got, want) {
		t.Error("labs.lz4 is not up to date: go test ./labcmd -run TestPacked -update", err)
	}
}
