package script

import (
	"strconv"
	"testing"
)

// Set takes K/N, with K from 1 to N.
func TestPartsRefused(t *testing.T) {
	for _, bad := range []string{"", "1", "0/2", "3/2", "x/2"} {
		if err := new(Part).Set(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// Each script is in one of the parts.
func TestPartsAreAll(t *testing.T) {
	all := make([]*Script, 8)
	for i := range all {
		all[i] = &Script{Name: strconv.Itoa(i)}
	}
	met := map[string]int{}
	for number := 1; number <= 3; number++ {
		p := Part{number, 3}
		some, others := Of(&p, all)
		for _, s := range some {
			met[s.Name]++
		}
		if len(some) < 2 || len(some)+len(others) != len(all) {
			t.Errorf("part %v has %d, and leaves %d of %d", &p, len(some), len(others), len(all))
		}
	}
	for _, s := range all {
		if met[s.Name] != 1 {
			t.Errorf("%s is in %d parts", s.Name, met[s.Name])
		}
	}
	if some, others := Of(new(Part), all); len(some) != len(all) || others != nil {
		t.Errorf("no parts: %d and %d scripts", len(some), len(others))
	}
}
