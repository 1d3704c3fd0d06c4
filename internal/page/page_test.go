package page

import (
	"flag"
	"testing"

	"gip/internal/lz4/lz4test"
)

var update = flag.Bool("update", false, "pack the style and the script")

// TestPacked holds that page.lz4, which gip has, is the style and the script.
func TestPacked(t *testing.T) { lz4test.Fresh(t, "page.lz4", *update, "page.css", "page.js") }
