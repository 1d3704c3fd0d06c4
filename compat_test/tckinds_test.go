package compat_test

import (
	"debug/elf"
	"path/filepath"
	"strings"
	"testing"

	"gip/compat_test/lab"
	"gip/tccmd/qdisc"
)

// TestKindsOfTC holds that each qdisc that the real tc is built with is known. It looks
// for kinds among its own symbols, as for plug-ins.
func TestKindsOfTC(t *testing.T) {
	tree, err := lab.Reference()
	if err != nil {
		t.Skip(err)
	}
	tc, err := elf.Open(filepath.Join(tree, "usr/sbin/tc"))
	if err != nil {
		t.Fatal(err)
	}
	defer tc.Close()
	symbols, err := tc.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, s := range symbols {
		name, ok := strings.CutSuffix(s.Name, "_qdisc_util")
		if !ok {
			continue
		}
		seen++
		if qdisc.Find(name) == nil {
			t.Errorf("tc has the qdisc %s", name)
		}
	}
	if seen < 30 {
		t.Errorf("tc has %d qdiscs", seen)
	}
}
