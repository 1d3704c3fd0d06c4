package gip_test

import (
	"flag"
	"os"
	"os/exec"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/api.txt anew")

// TestAPI holds that what other programs use changes on purpose only.
func TestAPI(t *testing.T) {
	const golden = "testdata/api.txt"
	got, err := exec.Command("go", "doc", "-all", ".").Output()
	if err != nil {
		t.Skip("go doc: ", err)
	}
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(got) != string(want) {
		t.Errorf("the package's interface is not that of %s (%v); go test . -update writes it", golden, err)
	}
}
