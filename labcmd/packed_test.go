package labcmd_test

import (
	"testing"

	"gip/internal/lz4/lz4test"
)

// TestPacked holds that labs.lz4, which gip has, is what stands in the folder labs.
func TestPacked(t *testing.T) {
	var files []string
	for _, name := range models {
		files = append(files, "labs/"+name+".lab")
	}
	lz4test.Fresh(t, "labs.lz4", *update, files...)
}
