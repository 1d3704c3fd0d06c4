package script

import "testing"

// A script is skipped on kernels that are older than the one it names, and says
// why; 6.12 is newer than 6.2.
func TestTooOld(t *testing.T) {
	scripts, err := Parse("made_up.txtar", []byte("#vm\n#kernel 6.2 it lacks that\none\n"))
	if err != nil {
		t.Fatal(err)
	}
	const why = "it lacks that"
	for series, want := range map[string]string{
		"5.10": "kernel 5.10: " + why, "6.1": "kernel 6.1: " + why, "6.2": "", "6.12": "", "7.0": "",
	} {
		if got := scripts[0].TooOld(series); got != want {
			t.Errorf("%s: %q, want %q", series, got, want)
		}
	}
	for _, wrong := range []string{"#kernel 6.2\none\n", "#kernel six it lacks that\none\n"} {
		if _, err := Parse("made_up.txtar", []byte(wrong)); err == nil {
			t.Errorf("taken: %q", wrong)
		}
	}
}
