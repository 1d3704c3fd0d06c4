package gip_test

import (
	"flag"
	"os"
	"os/exec"
	"testing"

	"gip/compat_test/emulated"
)

var (
	update   = flag.Bool("update", false, "write testdata/api-*.txt anew")
	thorough = flag.Bool("thorough", false, "do all of what is done in short else")
)

// TestAPI holds that what other programs use changes on purpose only.
func TestAPI(t *testing.T) {
	emulated.Skip(t) // it starts programs
	for name, dir := range map[string]string{"gip": ".", "lab": "./lab", "topo": "./topo", "state": "./state"} {
		golden := "testdata/api-" + name + ".txt"
		got, err := exec.Command("go", "doc", "-all", dir).Output()
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
			t.Errorf("the interface of package %s is not that of %s (%v); go test . -run TestAPI -update writes it", name, golden, err)
		}
	}
}
