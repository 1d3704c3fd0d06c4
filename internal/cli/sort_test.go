package cli

import "testing"

func TestSort(t *testing.T) {
	type pair struct{ key, came int }
	var s []pair
	for i := range 500 {
		s = append(s, pair{i * 7919 % 50, i})
	}
	Sort(s, func(a, b pair) int { return a.key - b.key })
	for i := 1; i < len(s); i++ {
		if a, b := s[i-1], s[i]; a.key > b.key || a.key == b.key && a.came > b.came {
			t.Fatalf("%v before %v", a, b)
		}
	}
}
