package inject

import "testing"

// Of 100 calls ten fail, the last of them too; of ten, all.
func TestMost(t *testing.T) {
	c := Case{Most: 10}
	for of, want := range map[int]int{100: 10, 11: 10, 10: 10, 3: 3} {
		n, last := 0, 0
		for i := 1; i <= of; i++ {
			if c.meant(i, of) {
				n, last = n+1, i
			}
		}
		if n != want || last != of {
			t.Errorf("of %d calls %d fail, up to number %d; want %d", of, n, last, want)
		}
	}
}
