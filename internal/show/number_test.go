package show

import "testing"

// TestAppendHexBytes: two digits for each byte, also for small ones.
func TestAppendHexBytes(t *testing.T) {
	if got := string(AppendHexBytes([]byte("0x"), []byte{0, 0x0f, 0xa5})); got != "0x000fa5" {
		t.Error(got)
	}
}
