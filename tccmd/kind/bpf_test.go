package kind

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestParseOps(t *testing.T) {
	want := []byte{0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 1, 2, 0, 0, 0, 0} // in either order
	for _, s := range []string{"2,0 0 0 4294967295,65535 1 2 0", "2,0 0 0 4294967295,65535 1 2 0,", "2, 0 0 0 4294967295, 65535  1 2 0 "} {
		if got, err := parseOps(s); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: %v %v, want %v", s, got, err, want)
		}
	}
	for s, text := range map[string]string{
		"": "", "1": "", "0,": "", "x,": "", "5000,6 0 0 1": "",
		"2,6 0 0 1":         "Parsed program length is less than encoded length parameter!\n",
		"1,6 0 0 1,6 0 0 1": "Real program length exceeds encoded length parameter!\n",
		"1,6 0 x 1":         "Error at instruction 0!\n",
	} {
		if _, err := parseOps(s); err == nil || err.Error() != text {
			t.Errorf("%q: %v, want %q", s, err, text)
		}
	}
}

func TestReadOps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ops")
	if err := os.WriteFile(path, []byte("2\n40  0\t0 12\n\n6 0 0 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := readOps(path); err != nil || s != "2,40 0\t0 12,6 0 0 1," {
		t.Errorf("%q %v", s, err)
	}
}
