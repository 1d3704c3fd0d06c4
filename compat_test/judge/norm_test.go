package judge

import "testing"

// A flood is judged the same on a quiet machine and on a busy one, and what differs in
// more than that is told apart.
func TestFlood(t *testing.T) {
	const quiet = ".\b \b.\b \b\n--- a ping statistics ---\nrtt = <t> ms, ipg/ewma <t> ms\n"
	for _, c := range []struct {
		text string
		same bool
	}{
		{quiet, true},
		{"..\b \b\b \b\n--- a ping statistics ---\nrtt = <t> ms, pipe 2, ipg/ewma <t> ms\n", true},
		{"..\b \b\n--- a ping statistics ---\nrtt = <t> ms, ipg/ewma <t> ms\n", false},
		{".\bE.\bE\n--- a ping statistics ---\nrtt = <t> ms, ipg/ewma <t> ms\n", false},
		{".\b \b.\b \b\n--- a ping statistics ---\nrtt = <t> ms, pipe 2\n", false},
	} {
		if same := flood(nil, c.text) == flood(nil, quiet); same != c.same {
			t.Errorf("%q: the same as on a quiet machine: %v, want %v", c.text, same, c.same)
		}
	}
}
