// Package ports is docs/ports.md: what was measured on each architecture and in each
// environment.
package ports

import "gip/compat_test/measured"

// Which is the column of the scripts that differ, with how many of their commands do.
const Which = "scripts that differ"

// The tables of the page.
var (
	Architectures = measured.Table{
		Title: "Architectures",
		About: "`make ports` builds gip, vets all packages and runs the unit tests, those of other\n" +
			"architectures by qemu-user; amd64's are those of `make test`. The last column is a run of\n" +
			"the comparison, that of amd64 is [coverage.md](coverage.md).",
		Columns: []string{"architecture", "builds", "vet", "unit tests", "measured", "comparison"},
	}
	Environments = measured.Table{
		Title: "Environments",
		About: "Commands that gip and the real tools were given in the same place, each with its\n" +
			"kernel; the places are described in [coverage.md](coverage.md).",
		Columns: []string{"environment", "compared", "identical", "expected to differ", "differing",
			"states of the kernel", "identical states", "measured", Which},
	}
	Page = measured.Page{File: "docs/ports.md", Tables: []*measured.Table{&Architectures, &Environments}}
)
