package judge

import "gip/compat_test/script"

// Counts are the numbers of the commands that were compared in one place, and of
// the states of the kernel after the scripts.
type Counts struct {
	Same, Expected, Differing int
	States, SameStates        int
}

// Compared is how many commands there were.
func (n Counts) Compared() int { return n.Same + n.Expected + n.Differing }

// Count counts what was found in the place of that name.
func (r *Report) Count(name string) (n Counts) {
	for _, f := range r.Findings {
		switch {
		case f.Script.PlaceName() != name:
		case f.Command.Text == "":
			n.States++
			if f.Verdict == Same {
				n.SameStates++
			}
		case f.Command.Kind == script.Setup:
		case f.Verdict == Same:
			n.Same++
		case f.Verdict == Expected:
			n.Expected++
		default:
			n.Differing++
		}
	}
	return n
}
